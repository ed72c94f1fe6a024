// calendar.c - juncho calendar: when it will be quiet, shown in five forms, and published.
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "campaign/campaign.h"
#include "command/command.h"
#include "command/settings.h"
#include "forecast/calendar_forms.h"
#include "forecast/calendar_store.h"
#include "forecast/holidays_store.h"
#include "guidance/languages.h"
#include "http/pack.h"
#include "site/planning.h"
#include "store/writer.h"

#define ARENA_BYTES   ((size_t)64 << 20)
#define OVERRIDES_MAX 16

static const char help[] =
    "usage: juncho calendar [--series app|calls] [--view weeks|year] [--from DATE] --format FORM [options]\n"
    "\n"
    "The levels of every band of the day (smooth, busy, very busy), for four weeks or for the campaign by\n"
    "phases: as published, or as they would be published now.\n"
    "\n"
    "  --series WHICH       app (default), or calls: the telephone\n"
    "  --view VIEW          weeks (default) or year\n"
    "  --from DATE          first day of the four weeks (default: the Monday of this week, or of the "
    "opening)\n"
    "  --format FORM        html, ics, json, csv or svg\n"
    "  --language CODE      of its words: ja (default), ja-easy, en, zh, ko, or one of "
    "guidance.languages_dir\n"
    "  --draft              compute it anew instead of showing the version that was published\n"
    "  --publish            compute it and publish it as the next version, when anything changed\n"
    "  --today DATE         make a draft as if it were this day\n"
    "  --reason TEXT        why, as residents read it (with --publish and --override)\n"
    "  --override D/B=LEVEL set a band by hand: 2026-02-11/12-20=busy; LEVEL is smooth, busy, very-busy, or\n"
    "                       forecast, which takes the override back; may stand several times\n"
    "  --config FILE        settings of the service: capacity, thresholds, dates, expectations\n"
    "  --set S.KEY=VALUE    one of its keys\n"
    "  --store URL          sqlite:FILE or postgresql://... (default sqlite:juncho.db)\n"
    "\n"
    "examples:\n"
    "  juncho calendar --format html > calendar.html\n"
    "  juncho calendar --publish --reason '給付の開始が近づいたため' --format json\n"
    "  juncho calendar --draft --config plans/tokyo.ini --view year --format csv\n";

enum option_code {
    OPTION_SERIES = 1000,
    OPTION_VIEW,
    OPTION_FROM,
    OPTION_FORMAT,
    OPTION_DRAFT,
    OPTION_PUBLISH,
    OPTION_REASON,
    OPTION_OVERRIDE,
    OPTION_TODAY,
    OPTION_LANGUAGE,
    OPTION_HELP
};

static const struct option options[] = {SETTINGS_OPTIONS,
                                        {"series", required_argument, NULL, OPTION_SERIES},
                                        {"view", required_argument, NULL, OPTION_VIEW},
                                        {"from", required_argument, NULL, OPTION_FROM},
                                        {"format", required_argument, NULL, OPTION_FORMAT},
                                        {"draft", no_argument, NULL, OPTION_DRAFT},
                                        {"publish", no_argument, NULL, OPTION_PUBLISH},
                                        {"reason", required_argument, NULL, OPTION_REASON},
                                        {"override", required_argument, NULL, OPTION_OVERRIDE},
                                        {"today", required_argument, NULL, OPTION_TODAY},
                                        {"language", required_argument, NULL, OPTION_LANGUAGE},
                                        {"help", no_argument, NULL, OPTION_HELP},
                                        {0}};

struct request {
    struct settings settings;
    enum calendar_series series;
    enum calendar_form form;
    bool year, formed, draft, publish;
    int64_t from_day, now_ms; // 0: not given
    const char *reason, *language;
    struct calendar_override overrides[OVERRIDES_MAX];
    size_t overrides_count;
};

struct work {
    const struct request *request;
    struct store *store;
    struct session *session; // NULL: there is no store, only settings
    struct arena *arena;
    struct config config; // with what the console has set
    struct campaign campaign;
    struct holidays holidays;
    struct calendar_language language;
    const char *campaign_said; // its name in the file of the language; NULL: there is none
    int64_t now_ms, today;
};

static bool parse_day(const char *text, int64_t *ret_day, struct error *err) {
    int64_t time_ms = 0;
    if (!clock_parse(text, &time_ms, err))
        return false;
    struct civil civil = clock_civil(time_ms);
    *ret_day = clock_day_number(civil.year, civil.month, civil.day);
    return true;
}

// "2026-02-11/12-20=busy"
static bool parse_override(struct request *request, const char *text, struct error *err) {
    static const char *const levels[] = {"forecast", "smooth", "busy", "very-busy"};
    char date[32], band[8], level[16], end = 0;
    if (request->overrides_count == OVERRIDES_MAX)
        return error_set(err, ERROR_EXHAUSTED, "at most %d overrides at a time", OVERRIDES_MAX);
    struct calendar_override *override = &request->overrides[request->overrides_count];
    *override = (struct calendar_override){.band = LEVELS_BANDS, .level = LEVEL_VERY_BUSY + 1};
    if (sscanf(text, "%31[^/]/%7[^=]=%15s%c", date, band, level, &end) != 3)
        return error_set(err, ERROR_INVALID,
                         "--override: write DATE/BAND=LEVEL, for example "
                         "2026-02-11/12-20=busy");
    for (size_t i = 0; i < LEVELS_BANDS; i++)
        if (strcmp(band, levels_band_names[i]) == 0)
            override->band = i;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (strcmp(level, levels[i]) == 0)
            override->level = (enum level)i;
    request->overrides_count++;
    return parse_day(date, &override->day, err);
}

static bool take(struct request *request, int option, const char *value, struct error *err) {
    switch (option) {
    case OPTION_SERIES:
        return calendar_series_parse(value, &request->series) ||
               error_set(err, ERROR_INVALID, "--series is app or calls");
    case OPTION_VIEW:
        request->year = text_equal(value, "year");
        return request->year || text_equal(value, "weeks") ||
               error_set(err, ERROR_INVALID, "--view is weeks or year");
    case OPTION_FORMAT:
        request->formed = calendar_form_parse(value, &request->form);
        return request->formed || error_set(err, ERROR_INVALID, "--format is html, ics, json, csv or svg");
    case OPTION_FROM:
        return parse_day(value, &request->from_day, err);
    case OPTION_LANGUAGE:
        request->language = value;
        return true;
    case OPTION_TODAY:
        return clock_parse(value, &request->now_ms, err);
    case OPTION_OVERRIDE:
        return parse_override(request, value, err);
    case OPTION_REASON:
        request->reason = value;
        return true;
    case OPTION_DRAFT:
        request->draft = true;
        return true;
    case OPTION_PUBLISH:
        request->publish = true;
        return true;
    default:
        return true;
    }
}

// Every override carries the reason, and is checked, before anything is written.
static bool check(struct request *request, struct error *err) {
    if (!request->formed && !request->publish && request->overrides_count == 0)
        return error_set(err, ERROR_INVALID, "--format is missing: html, ics, json, csv or svg");
    const char *reason = request->reason == NULL ? "" : request->reason;
    if (request->now_ms != 0 && (request->publish || request->overrides_count > 0))
        return error_set(err, ERROR_INVALID, "--today is for drafts");
    if (strlen(reason) >= CALENDAR_REASON_SIZE || !text_is_clean_utf8(reason, strlen(reason)))
        return error_set(err, ERROR_INVALID, "--reason is at most %d bytes of text",
                         CALENDAR_REASON_SIZE - 1);
    for (size_t i = 0; i < request->overrides_count; i++) {
        struct calendar_override *override = &request->overrides[i];
        if (!text_copy(override->reason, sizeof override->reason, reason) ||
            !calendar_override_check(override, err))
            return error_prefix(err, "--override: "), false;
    }
    return true;
}

static int parse(int argc, char **argv, struct request *request) {
    struct error err;
    int option = 0;
    bool good = settings_read(&request->settings, argc, argv, options, &err);
    optind = 1;
    while (good && (option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'h' || option == OPTION_HELP) {
            (void)fputs(help, stdout);
            return -1;
        }
        if (option == '?')
            return EXIT_USAGE;
        good = take(request, option, optarg, &err);
    }
    if (good && optind < argc)
        good = error_set(&err, ERROR_INVALID, "unexpected \"%.60s\"", argv[optind]);
    if (!good || !check(request, &err)) {
        (void)fprintf(stderr, "juncho calendar: %s; see juncho calendar --help\n", err.message);
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

static bool open_store(struct work *work, struct error *err) {
    const struct config *config = &work->request->settings.config;
    struct error missing;
    work->campaign =
        (struct campaign){.opens_ms = config->campaign.opens, .closes_ms = config->campaign.closes};
    if (!text_copy(work->campaign.name, sizeof work->campaign.name, config->campaign.name))
        return error_set(err, ERROR_INVALID, "campaign.name is too long");
    if (!settings_open(&work->request->settings, &work->store, err)) {
        // A draft can be made from settings alone.
        return err->kind == ERROR_MISSING && work->request->draft && !work->request->publish &&
               work->request->overrides_count == 0;
    }
    if (!session_open(work->store, SESSION_READ, &work->session, err))
        return false;
    if (campaign_load(work->session, config->campaign.id, &work->campaign, &missing))
        return true;
    // A file of settings describes a campaign that has not begun: there can be a draft of its calendar, but
    // nothing is published for whichever other campaign the store holds.
    if (work->request->settings.described && missing.kind == ERROR_MISSING)
        return work->request->draft && !work->request->publish && work->request->overrides_count == 0
                   ? true
                   : error_set_field(err, ERROR_MISSING, "campaign.id",
                                     "the store has no campaign %.60s, which the settings name",
                                     config->campaign.id);
    return campaign_load(work->session, NULL, &work->campaign, err);
}

static bool draft(struct work *work, struct calendar **ret_calendar, struct error *err) {
    struct planner_settings settings;
    struct planner planner;
    struct planner_campaign campaign = {work->campaign.id, work->campaign.opens_ms, work->campaign.closes_ms};
    planning_settings(&work->config, work->request->series, &settings);
    if (!planning_bookings(work->session, campaign.id, work->request->series, work->now_ms, work->arena,
                           &settings, err) ||
        !planner_init(&planner, work->session, work->request->series, &campaign, &settings, work->now_ms,
                      err))
        return false;
    bool good = planner_calendar(&planner, work->session, work->request->series, &campaign, &settings,
                                 work->arena, ret_calendar, err);
    planner_done(&planner);
    if (good)
        (*ret_calendar)->made_ms = work->now_ms;
    return good;
}

static bool write_command(struct work *work, struct command *command, struct error *err) {
    struct writer_options options_of_writer = {.queue_max = 10, .batch_max = 10};
    struct writer *writer = NULL;
    if (command->failed)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!writer_start(work->store, &options_of_writer, &writer, err))
        return false;
    bool good = writer_run(writer, command, err);
    writer_stop(writer);
    return good;
}

static bool set_overrides(struct work *work, struct error *err) {
    const struct request *request = work->request;
    struct command command;
    command_init(&command, work->arena);
    for (size_t i = 0; i < request->overrides_count; i++)
        calendar_override_set(&command, work->campaign.id, request->series, &request->overrides[i],
                              "juncho calendar", work->now_ms);
    return request->overrides_count == 0 || write_command(work, &command, err);
}

static bool publish(struct work *work, struct calendar *calendar, const struct calendar *newest,
                    struct error *err) {
    struct command command;
    const char *reason = work->request->reason;
    if (newest != NULL && calendar_is_same(calendar, newest)) {
        (void)fprintf(stderr, "nothing changed since version %lld\n", (long long)newest->number);
        *calendar = *newest;
        return true;
    }
    calendar->number = newest == NULL ? 1 : newest->number + 1;
    if (!text_copy(calendar->reason, sizeof calendar->reason,
                   reason != NULL ? reason : work->language.own_reasons[newest != NULL]))
        return error_set(err, ERROR_INVALID, "the reason is too long");
    command_init(&command, work->arena);
    calendar_publish(&command, work->campaign.id, calendar);
    if (!write_command(work, &command, err))
        return false;
    (void)fprintf(stderr, "published as version %lld\n", (long long)calendar->number);
    return true;
}

// The campaign's name in the language of the words.
static const char *campaign_in(const struct work *work) {
    const char *japanese = work->campaign.name, *said = work->campaign_said;
    return config_in(work->config.campaign.names, work->language.code, said == NULL ? japanese : said);
}

static bool show(struct work *work, const struct calendar *calendar, const struct calendar *before,
                 struct error *err) {
    const struct request *request = work->request;
    struct pack *pack = NULL;
    if (!pack_open_embedded(&pack, err))
        return false;
    const struct static_asset *style = pack_find(pack, "/calendar.css");
    char *style_text =
        style == NULL ? NULL : arena_copy_bytes(work->arena, style->plain.bytes, style->plain.length);
    int64_t monday = calendar_monday(work->today);
    struct calendar_view view = {.series = request->series,
                                 .calendar = calendar,
                                 .before = before,
                                 .holidays = &work->holidays,
                                 .language = &work->language,
                                 .campaign = campaign_in(work),
                                 .host = work->campaign.code[0] == '\0' ? "juncho" : work->campaign.code,
                                 .style = style_text == NULL ? "" : style_text,
                                 .year = request->year,
                                 .from_day = request->from_day != 0         ? request->from_day
                                             : monday > calendar->first_day ? monday
                                                                            : calendar->first_day,
                                 .today = work->today,
                                 .hour = clock_civil(work->now_ms).hour};
    struct buffer out;
    buffer_init(&out, work->arena);
    calendar_write(&view, request->form, &out);
    bool good = !out.failed && fwrite(out.text, 1, out.length, stdout) == out.length;
    pack_free(pack);
    return good || error_set(err, ERROR_UNAVAILABLE, "the calendar could not be written");
}

// The words of the language that was asked for, with what the settings add to them.
static bool read_words(struct work *work, struct error *err) {
    struct languages languages;
    const char *code = work->request->language;
    if (!languages_read(work->request->settings.config.guidance.languages_dir, work->arena, &languages, err))
        return false;
    size_t found = languages_find(&languages, code);
    if (found == languages.count)
        return error_set_field(err, ERROR_INVALID, "language", "there is no language %.16s", code);
    work->campaign_said = languages.list[found].campaign;
    return calendar_words_read(code, languages.list[found].messages, work->arena, &work->language, err);
}

static bool work_on(struct work *work, struct error *err) {
    const struct request *request = work->request;
    struct calendar *newest = NULL, *before = NULL, *calendar = NULL;
    struct inputs_paths paths = {0};
    struct inputs inputs = {0};
    work->config = request->settings.config;
    if (!read_words(work, err) || !open_store(work, err) || !set_overrides(work, err) ||
        (work->campaign.id != 0 && // not another campaign's
         !console_values_apply(work->session, &request->settings.sets, &work->config, err)))
        return false;
    paths.holidays = work->config.calendar.holidays;
    if (!inputs_read(&paths, work->today, &inputs, err))
        return false;
    work->holidays = inputs.holidays;
    inputs.holidays = holidays_none();
    inputs_done(&inputs);
    if (!holidays_renew(work->session, paths.holidays, &work->holidays, err))
        return false;
    if (work->session != NULL &&
        !calendar_load(work->session, work->campaign.id, request->series, 0, work->arena, &newest, err))
        return false;
    bool anew = request->draft || request->publish || newest == NULL;
    if (anew && !request->publish && !request->draft)
        (void)fprintf(stderr, "nothing was published yet: this is a draft\n");
    if (anew && !draft(work, &calendar, err))
        return false;
    if (request->publish && !publish(work, calendar, newest, err))
        return false;
    if (!anew)
        calendar = newest;
    int64_t previous = anew ? (newest == NULL ? 0 : newest->number) : newest->number - 1;
    if (previous > 0 && !calendar_load(work->session, work->campaign.id, request->series, previous,
                                       work->arena, &before, err))
        return false;
    return !request->formed || show(work, calendar, before, err);
}

int command_calendar(int argc, char **argv) {
    struct request request = {.series = CALENDAR_APP, .language = "ja"};
    struct error err = {0};
    int result = parse(argc, argv, &request);
    if (result != EXIT_DONE)
        return result < 0 ? EXIT_DONE : result;
    struct work work = {.request = &request,
                        .arena = arena_new(ARENA_BYTES),
                        .now_ms = request.now_ms != 0 ? request.now_ms : clock_wall_ms()};
    struct civil civil = clock_civil(work.now_ms);
    work.today = clock_day_number(civil.year, civil.month, civil.day);
    bool good =
        work.arena != NULL ? work_on(&work, &err) : error_set(&err, ERROR_UNAVAILABLE, "out of memory");
    holidays_done(&work.holidays);
    session_close(work.session);
    store_close(work.store);
    arena_free(work.arena);
    if (!good)
        (void)fprintf(stderr, "juncho calendar: %s\n", err.message);
    return good ? EXIT_DONE : EXIT_FAULT;
}
