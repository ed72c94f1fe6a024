#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libical/ical.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "forecast/calendar_forms.h"

// covers: calendar.c calendar_advice.c calendar_forms.c calendar_html.c calendar_ics.c calendar_svg.c
// covers: calendar_tables.c

#define FEBRUARY_2 20486 // a Monday in 2026

static struct calendar calendar, before;
static struct holidays holidays;
static struct arena *arena;
static struct calendar_language japanese;

// Twelve months of smooth days, the first week very busy by day.
static int prepare(void **state) {
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err) || !holidays_of_japan(&holidays, &err))
        return -1;
    arena = arena_new((size_t)8 << 20);
    calendar = (struct calendar){.series = CALENDAR_APP,
                                 .number = 1,
                                 .made_ms = INT64_C(1769990400000),
                                 .rules = {.levels = {1000, 0.6, 0.9}, .closes_hour = 24},
                                 .opens_day = FEBRUARY_2,
                                 .closes_day = FEBRUARY_2 + 364,
                                 .first_day = FEBRUARY_2,
                                 .days = 365};
    for (size_t day = 0; day < calendar.days; day++)
        for (size_t band = 0; band < LEVELS_BANDS; band++)
            calendar.cells[day][band] = day < 7 && band < 3 ? LEVEL_VERY_BUSY : LEVEL_SMOOTH;
    before = calendar;
    return arena != NULL && calendar_words_read("ja", NULL, arena, &japanese, &err) ? 0 : -1;
}

static int clean(void **state) {
    holidays_done(&holidays);
    arena_free(arena);
    return 0;
}

static struct buffer written(enum calendar_form form, bool year) {
    struct calendar_view view = {.series = CALENDAR_APP,
                                 .calendar = &calendar,
                                 .before = &before,
                                 .holidays = &holidays,
                                 .language = &japanese,
                                 .campaign = "ポイント <b>&\"",
                                 .host = "points.city.example",
                                 .style_link = "/calendar.css",
                                 .year = year,
                                 .from_day = FEBRUARY_2,
                                 .today = FEBRUARY_2 + 2,
                                 .hour = 15};
    struct buffer out;
    buffer_init(&out, arena);
    calendar_write(&view, form, &out);
    assert_false(out.failed);
    return out;
}

static void a_day_has_its_date_and_its_monday(void **state) {
    char date[CALENDAR_ISO_SIZE];
    calendar_iso_date(date, FEBRUARY_2);
    assert_string_equal(date, "2026-02-02");
    assert_int_equal(calendar_monday(FEBRUARY_2), FEBRUARY_2);
    assert_int_equal(calendar_monday(FEBRUARY_2 + 6), FEBRUARY_2);
    assert_int_equal(calendar_monday(FEBRUARY_2 - 1), FEBRUARY_2 - 7);
    assert_int_equal(calendar_hour_ms(FEBRUARY_2, 25), INT64_C(1770048000000)); // 1 o'clock of the next day
}

static void a_year_is_drawn_together_into_phases(void **state) {
    static const int ends[] = {1, 2, 4, 8, 10, 11, 12};
    struct calendar_phase phases[CALENDAR_PHASES_MAX];
    assert_int_equal(calendar_phases(&calendar, phases), 7);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(phases[i].last_month, ends[i]);
        assert_int_equal(phases[i].first_day, i == 0 ? FEBRUARY_2 : phases[i - 1].last_day + 1);
        assert_int_equal(phases[i].band[0], LEVEL_SMOOTH); // 7 of the first 28 days are less than half
    }
    assert_int_equal(phases[6].last_day, calendar.closes_day);
    for (size_t day = 7; day < 14; day++)
        calendar.cells[day][1] = LEVEL_BUSY;
    assert_int_equal(calendar_phases(&calendar, phases), 7);
    assert_int_equal(phases[0].band[1], LEVEL_BUSY); // half of them reach it
    assert_string_equal(calendar_phase_text(arena, &japanese.plain, &phases[0]), "1か月目(開始直後)");
    assert_string_equal(calendar_phase_text(arena, &japanese.plain, &phases[6]), "12か月目(締切月)");
}

static void a_short_campaign_has_a_phase_a_month_and_months_end_where_dates_do(void **state) {
    struct calendar_phase phases[CALENDAR_PHASES_MAX];
    calendar.opens_day = calendar.first_day = clock_day_number(2026, 1, 31);
    calendar.closes_day = clock_day_number(2026, 4, 29);
    calendar.days = (size_t)(calendar.closes_day - calendar.opens_day + 1);
    assert_int_equal(calendar_phases(&calendar, phases), 3);
    assert_int_equal(phases[1].first_day, clock_day_number(2026, 2, 28));
    assert_int_equal(phases[2].first_day, clock_day_number(2026, 3, 31));
    calendar.closes_day = calendar.opens_day + 3;
    assert_int_equal(calendar_phases(&calendar, phases), 1);
}

static void the_next_quiet_band_is_found_by_day_and_by_night(void **state) {
    struct calendar_quiet quiet[3];
    assert_int_equal(calendar_quiet(&calendar, FEBRUARY_2, 10, 7, false, quiet, 3), 0);
    assert_int_equal(calendar_quiet(&calendar, FEBRUARY_2, 10, 8, false, quiet, 3), 3);
    assert_int_equal(quiet[0].day, FEBRUARY_2 + 7);
    assert_int_equal(quiet[0].band, 0);
    assert_int_equal(calendar_quiet(&calendar, FEBRUARY_2, 10, 7, true, quiet, 3), 3);
    assert_int_equal(quiet[0].day, FEBRUARY_2 + 1); // this morning's night is over
    assert_int_equal(quiet[0].band, 3);
    calendar.cells[0][2] = LEVEL_SMOOTH; // half past midnight still belongs to the evening before
    assert_int_equal(calendar_quiet(&calendar, FEBRUARY_2 + 1, 0, 2, false, quiet, 3), 1);
    assert_int_equal(quiet[0].day, FEBRUARY_2);
    assert_int_equal(calendar_now(&calendar, FEBRUARY_2 + 1, 0), LEVEL_SMOOTH);
    assert_int_equal(calendar_now(&calendar, FEBRUARY_2 + 1, 12), LEVEL_VERY_BUSY);
}

static void a_telephone_that_is_shut_has_no_level(void **state) {
    calendar.rules.opens_hour = 9;
    calendar.rules.closes_hour = 19;
    assert_false(calendar_is_shut(&calendar, 0));
    assert_false(calendar_is_shut(&calendar, 1));
    assert_true(calendar_is_shut(&calendar, 2));
    assert_true(calendar_is_shut(&calendar, 3));
    assert_int_equal(calendar_now(&calendar, FEBRUARY_2, 8), LEVEL_UNKNOWN);
    assert_non_null(strstr(written(CALENDAR_HTML, false).text, "受付時間外"));
    struct calendar_quiet quiet[LEVELS_BANDS];
    memset(calendar.cells, LEVEL_SMOOTH,
           sizeof calendar.cells); // nobody is asked to ring when nobody answers
    assert_int_equal(calendar_quiet(&calendar, FEBRUARY_2, 10, 1, true, quiet, LEVELS_BANDS), 2);
    assert_int_equal(quiet[1].band, 1);
    calendar.rules.opens_hour = 0;
    calendar.rules.closes_hour = 24;
    assert_false(calendar_is_shut(&calendar, 2));
    assert_false(calendar_is_shut(&calendar, 3));
}

static void a_day_outside_of_the_campaign_says_so_and_a_phone_does_not_show_it(void **state) {
    calendar.closes_day = FEBRUARY_2 + 3;
    calendar.days = 4;
    calendar.cells[3][2] = LEVEL_UNKNOWN; // it ends in the evening
    calendar.cells[0][3] = LEVEL_UNKNOWN; // and began in the morning
    const char *page = written(CALENDAR_HTML, false).text;
    const char *narrow = strstr(page, "<table class=\"narrow\">");
    assert_non_null(strstr(page, ">開始前<"));
    assert_non_null(strstr(page, ">終了<"));
    assert_null(strstr(strstr(page, "<table") + 1, "<table class=\"wide\">")); // one half is enough
    assert_non_null(strstr(narrow, "2月4日(水)から2月5日(木)まで"));
    assert_null(strstr(narrow, "2月6日"));
}

static void what_changed_is_told_and_a_calendar_that_says_the_same_is_the_same(void **state) {
    struct calendar_change changes[CALENDAR_CHANGES_MAX];
    size_t all;
    assert_true(calendar_is_same(&calendar, &before));
    struct calendar_override override = {FEBRUARY_2 + 9, 1, LEVEL_BUSY, "祝日の <催し> があるため"};
    calendar.overrides = &override;
    calendar.overrides_count = 1;
    calendar_apply(&calendar);
    assert_false(calendar_is_same(&calendar, &before));
    assert_int_equal(calendar_changes(&calendar, &before, FEBRUARY_2, 28, changes, &all), 1);
    assert_int_equal(all, 1);
    assert_int_equal(changes[0].was, LEVEL_SMOOTH);
    assert_int_equal(changes[0].is, LEVEL_BUSY);
    const char *page = written(CALENDAR_HTML, false).text;
    assert_non_null(strstr(page, "2月11日(水・祝) 12時〜20時: 順調から混雑に変わりました"));
    assert_non_null(strstr(page, "祝日の &lt;催し&gt; があるため"));
    assert_null(strstr(page, "<催し>"));
    assert_null(strstr(page, "<b>&\""));
}

static void the_icalendar_file_is_read_back_by_libical_and_keeps_its_uids(void **state) {
    struct buffer first = written(CALENDAR_ICS, false);
    for (const char *line = first.text; *line != '\0'; line = strstr(line, "\r\n") + 2)
        assert_true(strcspn(line, "\r") <= 75);
    icalcomponent *root = icalparser_parse_string(first.text);
    assert_non_null(root);
    assert_int_equal(icalcomponent_count_errors(root), 0);
    assert_int_equal(icalrestriction_check(root), 1);
    assert_int_equal(icalcomponent_count_components(root, ICAL_VEVENT_COMPONENT), 28 * 4);
    assert_non_null(strstr(first.text, "\r\nREFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n")); // RFC 7986 5.7
    assert_non_null(strstr(first.text, "\r\nX-PUBLISHED-TTL:PT6H\r\n"));
    assert_non_null(strstr(first.text, "\r\nNAME:混雑カレンダー(アプリ)"));
    icalcomponent *event = icalcomponent_get_first_component(root, ICAL_VEVENT_COMPONENT);
    assert_string_equal(icalcomponent_get_uid(event), "calendar-app-2026-02-02-7-12@points.city.example");
    assert_string_equal(icalcomponent_get_summary(event), "● 大変混雑 7時〜12時 ポイント <b>&\"");
    struct icaltimetype from = icalcomponent_get_dtstart(event);
    assert_true(icaltime_is_utc(from));
    assert_int_equal(icaltime_as_timet(from), calendar_hour_ms(FEBRUARY_2, 7) / 1000);
    icalcomponent_free(root);
    calendar.number = 2;
    root = icalparser_parse_string(written(CALENDAR_ICS, false).text);
    event = icalcomponent_get_first_component(root, ICAL_VEVENT_COMPONENT);
    assert_string_equal(icalcomponent_get_uid(event), "calendar-app-2026-02-02-7-12@points.city.example");
    assert_int_equal(icalcomponent_get_sequence(event), 2);
    icalcomponent_free(root);
    root = icalparser_parse_string(written(CALENDAR_ICS, true).text);
    assert_int_equal(icalrestriction_check(root), 1);
    assert_int_equal(icalcomponent_count_components(root, ICAL_VEVENT_COMPONENT), 7 * 4);
    icalcomponent_free(root);
}

// Quiet bands that follow one another are one time.
static void when_to_come_is_said_a_day_at_a_time(void **state) {
    struct calendar_view view = {.series = CALENDAR_APP,
                                 .calendar = &calendar,
                                 .holidays = &holidays,
                                 .language = &japanese,
                                 .today = FEBRUARY_2 + 6,
                                 .hour = 15};
    const char *times[CALENDAR_TIMES_MAX];
    calendar.cells[6][2] = LEVEL_SMOOTH;
    calendar.cells[8][1] = LEVEL_BUSY;
    assert_int_equal(calendar_times(&view, &japanese.plain, arena, times), 3);
    assert_string_equal(times[0], "今日 20時〜翌1時");
    assert_string_equal(times[1], "2月9日(月) 7時〜翌1時");
    assert_string_equal(times[2], "2月10日(火) 7時〜12時、20時〜翌1時");
    assert_string_equal(calendar_advice(&view, &japanese.plain, arena),
                        "すいている見込みの時間は、今日 20時〜翌1時、2月9日(月) 7時〜翌1時、2月10日(火) "
                        "7時〜12時、20時〜翌1時です。");
    memset(calendar.cells, LEVEL_VERY_BUSY, sizeof calendar.cells);
    calendar.cells[8][3] = LEVEL_SMOOTH;
    assert_int_equal(calendar_times(&view, &japanese.plain, arena, times), 0);
    const char *advice = calendar_advice(&view, &japanese.plain, arena);
    assert_non_null(strstr(advice, japanese.plain.none));
    assert_non_null(strstr(advice, japanese.plain.nights));
    calendar.cells[7][1] = LEVEL_BUSY; // nothing is quiet, and this is better than the rest
    advice = calendar_advice(&view, &japanese.plain, arena);
    assert_non_null(strstr(advice, japanese.plain.none));
    assert_non_null(strstr(advice, "比較的すいている見込みの時間は、2月9日(月) 12時〜20時です。"));
    memset(calendar.cells, LEVEL_BUSY, sizeof calendar.cells); // all alike: none is better
    advice = calendar_advice(&view, &japanese.plain, arena);
    assert_string_equal(advice, japanese.plain.none);
    view.today = calendar.closes_day + 1;
    assert_string_equal(calendar_advice(&view, &japanese.plain, arena), ""); // it is over
}

static void json_and_csv_say_the_same(void **state) {
    struct error err;
    CLEANUP(json_cleanup) json_t *document = NULL;
    struct buffer out = written(CALENDAR_JSON, false);
    assert_true(json_parse_object(out.text, out.length, &document, &err));
    json_t *days = json_object_get(document, "days");
    assert_int_equal(json_array_size(days), 28);
    json_t *holiday = json_array_get(days, 9);
    assert_true(json_is_true(json_object_get(holiday, "holiday")));
    assert_string_equal(json_string_value(json_object_get(holiday, "date")), "2026-02-11");
    const char *csv = written(CALENDAR_CSV, false).text;
    assert_non_null(strstr(csv, "2026-02-02,月,7-12,very busy,大変混雑,\r\n"));
    assert_non_null(
        strstr(written(CALENDAR_CSV, true).text, "12か月目(締切月),2027-01-02,2027-02-01,1-7,smooth"));
    assert_non_null(strstr(written(CALENDAR_SVG, false).text, "</svg>"));
}

static void without_a_version_every_form_says_so_and_none_fails(void **state) {
    struct calendar_view view = {.series = CALENDAR_CALLS,
                                 .holidays = &holidays,
                                 .language = &japanese,
                                 .campaign = "c",
                                 .host = "h",
                                 .style = ""};
    for (int form = CALENDAR_HTML; form <= CALENDAR_SVG; form++) {
        struct buffer out;
        buffer_init(&out, arena);
        calendar_write(&view, (enum calendar_form)form, &out);
        assert_false(out.failed);
        assert_true(out.length > 20);
    }
}

int main(void) {
#define CALENDAR_TEST(name) cmocka_unit_test_setup_teardown(name, prepare, clean)
    const struct CMUnitTest tests[] = {
        CALENDAR_TEST(a_day_has_its_date_and_its_monday),
        CALENDAR_TEST(a_year_is_drawn_together_into_phases),
        CALENDAR_TEST(a_short_campaign_has_a_phase_a_month_and_months_end_where_dates_do),
        CALENDAR_TEST(the_next_quiet_band_is_found_by_day_and_by_night),
        CALENDAR_TEST(a_telephone_that_is_shut_has_no_level),
        CALENDAR_TEST(a_day_outside_of_the_campaign_says_so_and_a_phone_does_not_show_it),
        CALENDAR_TEST(what_changed_is_told_and_a_calendar_that_says_the_same_is_the_same),
        CALENDAR_TEST(the_icalendar_file_is_read_back_by_libical_and_keeps_its_uids),
        CALENDAR_TEST(when_to_come_is_said_a_day_at_a_time),
        CALENDAR_TEST(json_and_csv_say_the_same),
        CALENDAR_TEST(without_a_version_every_form_says_so_and_none_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
