// tables.c - the report as data: one JSON document, one CSV file a table.
#include "base/csv.h"
#include "base/json.h"
#include "identity/eligibility.h"
#include "identity/municipality.h"
#include "report/report.h"

#include <math.h>
#include <string.h>

static void write_header(struct csv_writer *writer, const char *const *names) {
    csv_write_mark(writer);
    csv_write_row(writer, names);
}

static const char *date_of(const struct report *report, int64_t time_ms) {
    char text[CLOCK_RFC3339_SIZE];
    clock_rfc3339(text, time_ms);
    const char *date = arena_copy_bytes(report->arena, text, 10);
    return date == NULL ? "" : date;
}

static void write_days(struct csv_writer *writer, const struct report *report) {
    const struct figures *figures = report->figures;
    const struct participants *people = report->people;
    struct participants_day sum = {0}; // those of the time before the span, too
    size_t next = 0;
    write_header(writer, (const char *const[]){"日付", "アクセス数", "登録者数", "本人確認済み", "付与",
                                               "累積登録者数", "累積本人確認済み", "累積付与",
                                               "取り込んだ記録", "累積初回起動端末", NULL});
    for (size_t i = 0; i < figures->days_count; i++) {
        const struct figures_day *day = &figures->days[i];
        while (next < people->days_count && people->days[next].start_ms <= day->start_ms)
            sum = people->days[next++];
        const int64_t numbers[] = {day->accesses, day->users,  day->verified, day->granted, sum.users,
                                   sum.verified,  sum.granted, day->imported, sum.openings};
        csv_write_text(writer, date_of(report, day->start_ms));
        for (size_t n = 0; n < sizeof numbers / sizeof *numbers; n++)
            csv_write_integer(writer, numbers[n]);
        csv_write_end(writer);
    }
}

static void write_hours(struct csv_writer *writer, const struct report *report) {
    write_header(writer, (const char *const[]){"日付", "時", "アクセス数", "取り込んだ記録", NULL});
    for (size_t i = 0; i < report->figures->days_count; i++) {
        for (int hour = 0; hour < 24; hour++) {
            csv_write_text(writer, date_of(report, report->figures->days[i].start_ms));
            csv_write_integer(writer, hour);
            csv_write_integer(writer, report->figures->days[i].hours[hour]);
            csv_write_integer(writer, report->figures->days[i].imported_hours[hour]);
            csv_write_end(writer);
        }
    }
}

static void write_funnel(struct csv_writer *writer, const struct report *report) {
    write_header(writer,
                 (const char *const[]){"画面", "到達", "次へ進んだ", "離脱", "途中", "離脱率(到達者比)%",
                                       "離脱率(開始者比)%", "次までの中央値_秒", "次までの90%点_秒", NULL});
    for (size_t i = 0; i < COUNT_SCREENS; i++) {
        const struct funnel_step *step = &report->funnel->steps[i];
        const int64_t counts[] = {step->reached, step->went_on, step->left, step->under_way};
        csv_write_text(writer, report_screen_name((int)i + 1));
        for (size_t n = 0; n < sizeof counts / sizeof *counts; n++)
            csv_write_integer(writer, counts[n]);
        csv_write_number(writer, funnel_abandonment(step), 2);
        csv_write_number(writer, funnel_share_left(report->funnel, i), 2);
        csv_write_number(writer, (double)step->to_next_median_ms / 1000, 1);
        csv_write_number(writer, (double)step->to_next_p90_ms / 1000, 1);
        csv_write_end(writer);
    }
}

static void write_exits(struct csv_writer *writer, const struct report *report) {
    write_header(writer, (const char *const[]){"画面", "離脱のしかた", "人数", NULL});
    for (size_t i = 0; i < COUNT_SCREENS; i++) {
        for (int exit = FUNNEL_EXIT_STOPPED; exit < FUNNEL_EXITS; exit++) {
            csv_write_text(writer, report_screen_name((int)i + 1));
            csv_write_text(writer, report_exit_name((enum funnel_exit)exit));
            csv_write_integer(writer, report->funnel->steps[i].exits[exit]);
            csv_write_end(writer);
        }
    }
}

// A number that may be too small to be published.
static void write_count(struct csv_writer *writer, int64_t count, bool hidden) {
    if (hidden)
        csv_write_text(writer, "秘匿");
    else
        csv_write_integer(writer, count);
}

static void write_bands(struct csv_writer *writer, const struct report *report) {
    write_header(writer, (const char *const[]){"年代", "本人確認済み", NULL});
    for (int band = AGE_BAND_15; band <= AGE_BAND_80; band++) {
        csv_write_text(writer, report_band_name(band));
        write_count(writer, report->people->by_band[band], report->people->band_hidden[band]);
        csv_write_end(writer);
    }
}

static void write_places(struct csv_writer *writer, const struct report *report) {
    write_header(writer,
                 (const char *const[]){"コード", "区市町村", "本人確認済み", "人口", "人口千人あたり", NULL});
    for (size_t i = 0; i < report->people->places_count; i++) {
        const struct participants_place *place = &report->people->places[i];
        const char *name = municipality_name(place->code);
        bool known = place->population > 0;
        csv_write_integer(writer, place->code);
        csv_write_text(writer, name == NULL ? "不明" : name);
        write_count(writer, place->verified, place->hidden);
        csv_write_number(writer, known ? (double)place->population : NAN, 0);
        csv_write_number(writer, known && !place->hidden ? participants_per_thousand(place) : NAN, 2);
        csv_write_end(writer);
    }
}

static void write_calls(struct csv_writer *writer, const struct report *report) {
    write_header(writer, (const char *const[]){"開始", "入電", "応答", "放棄", "応答率%", NULL});
    for (size_t i = 0; report->calls != NULL && i < report->calls->half_hours_count; i++) {
        const struct calls_row *row = &report->calls->half_hours[i];
        char start[CLOCK_RFC3339_SIZE];
        clock_rfc3339(start, row->start_ms);
        csv_write_text(writer, start);
        csv_write_integer(writer, row->offered);
        csv_write_integer(writer, row->answered);
        csv_write_integer(writer, row->abandoned);
        csv_write_number(writer, calls_answer_rate(row) * 100, 2);
        csv_write_end(writer);
    }
}

// A row a choice; several choices of one person count each.
static void write_survey(struct csv_writer *writer, const struct report *report) {
    write_header(writer, (const char *const[]){"設問", "選択肢", "回答", "設問の回答者", "割合%", NULL});
    size_t questions = report->survey == NULL ? 0 : questionnaire_count(report->questionnaire);
    for (size_t i = 0; i < questions; i++) {
        const struct question *question = questionnaire_at(report->questionnaire, i);
        const struct survey_tally *tally = &report->survey->questions[i][SURVEY_BANDS];
        for (size_t choice = 0; choice < question->choices_count; choice++) {
            int64_t count = tally->choices[question->choices[choice]];
            csv_write_text(writer, questionnaire_text(question->texts, "ja"));
            csv_write_text(writer, questionnaire_text(question->choice_texts[choice], "ja"));
            csv_write_integer(writer, count);
            csv_write_integer(writer, tally->answered);
            csv_write_number(writer, survey_share(count, tally->answered).share * 100, 2);
            csv_write_end(writer);
        }
    }
}

static void write_latencies(struct csv_writer *writer, const struct report *report) {
    write_header(writer, (const char *const[]){"処理", "件数", "p50_ms", "p90_ms", "p99_ms", "p99.9_ms",
                                               "最大_ms", NULL});
    for (size_t i = 0; i < report->figures->routes_count; i++) {
        static const double percents[] = {50, 90, 99, 99.9, 100};
        const struct figures_route *route = &report->figures->routes[i];
        csv_write_text(writer, route->route);
        csv_write_integer(writer, (int64_t)histogram_count(route->histogram));
        for (size_t p = 0; p < sizeof percents / sizeof *percents; p++)
            csv_write_number(writer, (double)histogram_percentile(route->histogram, percents[p]) / 1000, 2);
        csv_write_end(writer);
    }
}

static void write_promises(struct csv_writer *writer, const struct report *report) {
    write_header(writer, (const char *const[]){"伝えた時間(短い方)", "人数", "長い方までに入れた",
                                               "短い方までに入れた", NULL});
    for (size_t i = 0; i < PROMISE_SPANS; i++) {
        csv_write_text(writer, report_wait_name(i));
        csv_write_integer(writer, (int64_t)report->promised[i].promised);
        csv_write_integer(writer, (int64_t)report->promised[i].held_p90);
        csv_write_integer(writer, (int64_t)report->promised[i].held_p50);
        csv_write_end(writer);
    }
}

struct table {
    const char *file;
    void (*write)(struct csv_writer *writer, const struct report *report);
};

static const struct table tables[REPORT_TABLES] = {
    {"days.csv", write_days},      {"hours.csv", write_hours},     {"funnel.csv", write_funnel},
    {"exits.csv", write_exits},    {"age-bands.csv", write_bands}, {"municipalities.csv", write_places},
    {"calls.csv", write_calls},    {"survey.csv", write_survey},   {"latency.csv", write_latencies},
    {"waits.csv", write_promises},
};

bool report_tables(const struct report *report, struct report_table ret_tables[REPORT_TABLES],
                   struct error *err) {
    struct report_table made[REPORT_TABLES];
    for (int i = 0; i < REPORT_TABLES; i++) {
        struct buffer buffer;
        struct csv_writer writer;
        buffer_init(&buffer, report->arena);
        csv_writer_to_buffer(&writer, &buffer);
        tables[i].write(&writer, report);
        if (!csv_writer_finish(&writer, err))
            return false;
        made[i] = (struct report_table){tables[i].file, buffer.text, buffer.length};
    }
    memcpy(ret_tables, made, sizeof made);
    return true;
}

static json_t *exits_json(const struct funnel_step *step) {
    json_t *exits = json_object();
    for (int exit = FUNNEL_EXIT_STOPPED; exit < FUNNEL_EXITS; exit++)
        (void)json_object_set_new(exits, funnel_exit_name((enum funnel_exit)exit),
                                  json_integer(step->exits[exit]));
    return exits;
}

static json_t *funnel_json(const struct funnel_result *result) {
    json_t *steps = json_array();
    for (size_t i = 0; i < COUNT_SCREENS; i++) {
        const struct funnel_step *step = &result->steps[i];
        (void)json_array_append_new(
            steps,
            json_pack("{s:s,s:s,s:I,s:I,s:I,s:I,s:f,s:f,s:I,s:I,s:o}", "step",
                      count_step_name((enum count_step)(i + 1)), "name", report_screen_name((int)i + 1),
                      "reached", (json_int_t)step->reached, "went_on", (json_int_t)step->went_on, "left",
                      (json_int_t)step->left, "under_way", (json_int_t)step->under_way,
                      "abandonment_of_reached_percent", funnel_abandonment(step),
                      "abandonment_of_entrants_percent", funnel_share_left(result, i), "to_next_median_ms",
                      (json_int_t)step->to_next_median_ms, "to_next_p90_ms", (json_int_t)step->to_next_p90_ms,
                      "exits", exits_json(step)));
    }
    return steps;
}

static json_t *days_json(const struct report *report) {
    json_t *days = json_array();
    for (size_t i = 0; i < report->figures->days_count; i++) {
        const struct figures_day *day = &report->figures->days[i];
        json_t *hours = json_array(), *imported = json_array();
        for (int hour = 0; hour < 24; hour++) {
            (void)json_array_append_new(hours, json_integer(day->hours[hour]));
            (void)json_array_append_new(imported, json_integer(day->imported_hours[hour]));
        }
        (void)json_array_append_new(
            days, json_pack("{s:s,s:I,s:o,s:o,s:I,s:I,s:I}", "date", date_of(report, day->start_ms),
                            "accesses", (json_int_t)day->accesses, "accesses_by_hour", hours,
                            "imported_by_hour", imported, "users", (json_int_t)day->users, "verified",
                            (json_int_t)day->verified, "granted", (json_int_t)day->granted));
    }
    return days;
}

static json_t *latency_json(const struct figures *figures) {
    json_t *routes = json_array();
    for (size_t i = 0; i < figures->routes_count; i++) {
        const struct histogram *histogram = figures->routes[i].histogram;
        (void)json_array_append_new(
            routes, json_pack("{s:s,s:I,s:{s:f,s:f,s:f,s:f}}", "route", figures->routes[i].route, "count",
                              (json_int_t)histogram_count(histogram), "latency_ms", "p50",
                              (double)histogram_percentile(histogram, 50) / 1000, "p90",
                              (double)histogram_percentile(histogram, 90) / 1000, "p99",
                              (double)histogram_percentile(histogram, 99) / 1000, "p99.9",
                              (double)histogram_percentile(histogram, 99.9) / 1000));
    }
    return routes;
}

// A number, or null when it is too small to be published.
static json_t *count_json(int64_t count, bool hidden) {
    return hidden ? json_null() : json_integer(count);
}

static json_t *participants_json(const struct report *report) {
    const struct participants *people = report->people;
    json_t *bands = json_object(), *places = json_array();
    for (int band = AGE_BAND_15; band <= AGE_BAND_80; band++)
        (void)json_object_set_new(bands, age_band_name((enum age_band)band),
                                  count_json(people->by_band[band], people->band_hidden[band]));
    for (size_t i = 0; i < people->places_count; i++) {
        const struct participants_place *place = &people->places[i];
        const char *name = municipality_name(place->code);
        (void)json_array_append_new(places, json_pack("{s:i,s:s,s:o,s:I}", "code", place->code, "name",
                                                      name == NULL ? "" : name, "verified",
                                                      count_json(place->verified, place->hidden),
                                                      "population", (json_int_t)place->population));
    }
    return json_pack("{s:o,s:I,s:I,s:I,s:I,s:I,s:I,s:o,s:o}", "downloads",
                     report->downloads > 0 ? json_integer(report->downloads) : json_null(), "first_openings",
                     (json_int_t)people->openings, "users", (json_int_t)people->users, "began",
                     (json_int_t)report->funnel->entered, "verified", (json_int_t)people->verified, "granted",
                     (json_int_t)people->granted, "points", (json_int_t)report->figures->points,
                     "by_age_band", bands, "by_municipality", places);
}

static json_t *calls_json(const struct calls *calls) {
    if (calls == NULL)
        return json_null();
    json_t *days = json_array();
    for (size_t i = 0; i < calls->days_count; i++) {
        const struct calls_row *day = &calls->days[i];
        char start[CLOCK_RFC3339_SIZE];
        clock_rfc3339(start, day->start_ms);
        (void)json_array_append_new(days,
                                    json_pack("{s:s%,s:I,s:I,s:I}", "date", start, (size_t)10, "offered",
                                              (json_int_t)day->offered, "answered", (json_int_t)day->answered,
                                              "abandoned", (json_int_t)day->abandoned));
    }
    return json_pack("{s:I,s:I,s:I,s:f,s:o}", "offered", (json_int_t)calls->total.offered, "answered",
                     (json_int_t)calls->total.answered, "abandoned", (json_int_t)calls->total.abandoned,
                     "first_two_days_share", calls->first_two_days_share, "days", days);
}

static json_t *choices_json(const struct question *question, const struct survey_tally *tally) {
    json_t *choices = json_array();
    for (size_t i = 0; i < question->choices_count; i++)
        (void)json_array_append_new(choices,
                                    json_pack("{s:i,s:s,s:I}", "number", question->choices[i], "text",
                                              questionnaire_text(question->choice_texts[i], "ja"), "count",
                                              (json_int_t)tally->choices[question->choices[i]]));
    return choices;
}

static json_t *survey_json(const struct report *report) {
    if (report->survey == NULL)
        return json_null();
    json_t *questions = json_array();
    for (size_t i = 0; i < questionnaire_count(report->questionnaire); i++) {
        const struct question *question = questionnaire_at(report->questionnaire, i);
        const struct survey_tally *tally = &report->survey->questions[i][SURVEY_BANDS];
        (void)json_array_append_new(questions,
                                    json_pack("{s:s,s:s,s:I,s:I,s:I,s:o}", "name", question->name, "text",
                                              questionnaire_text(question->texts, "ja"), "answered",
                                              (json_int_t)tally->answered, "top",
                                              (json_int_t)survey_sum(tally, question->top), "bottom",
                                              (json_int_t)survey_sum(tally, question->bottom), "choices",
                                              choices_json(question, tally)));
    }
    return json_pack("{s:I,s:I,s:o}", "answers", (json_int_t)report->survey->answers, "verified",
                     (json_int_t)report->survey->verified, "questions", questions);
}

static json_t *waits_json(const struct report *report) {
    json_t *waits = json_array();
    for (size_t i = 0; i < PROMISE_SPANS; i++) {
        const struct promise_record *record = &report->promised[i];
        (void)json_array_append_new(waits, json_pack("{s:s,s:I,s:I,s:I}", "told", report_wait_name(i),
                                                     "people", (json_int_t)record->promised, "within_p90",
                                                     (json_int_t)record->held_p90, "within_p50",
                                                     (json_int_t)record->held_p50));
    }
    return waits;
}

const char *report_json(const struct report *report, size_t *ret_length) {
    const struct figures *figures = report->figures;
    char from[CLOCK_RFC3339_SIZE], to[CLOCK_RFC3339_SIZE];
    clock_rfc3339(from, figures->from_ms);
    clock_rfc3339(to, figures->to_ms);
    CLEANUP(json_cleanup)
    json_t *document =
        json_pack("{s:{s:s,s:s,s:I},s:s,s:s,s:I,s:I,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "campaign", "id",
                  report->campaign->code, "name", report->campaign->name, "points",
                  (json_int_t)report->campaign->points, "from", from, "to", to, "accesses",
                  (json_int_t)figures->accesses, "requests", (json_int_t)figures->requests, "participants",
                  participants_json(report), "funnel", funnel_json(report->funnel), "days", days_json(report),
                  "latency", latency_json(figures), "calls", calls_json(report->calls), "survey",
                  survey_json(report), "waits", waits_json(report));
    const char *text = json_text(report->arena, document);
    *ret_length = text == NULL ? 0 : strlen(text);
    return text;
}
