// import.c - brings in what others measured.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "command/command.h"
#include "command/import_work.h"
#include "command/options.h"
#include "measure/calls.h"

#define OPTIONS_TEXT_SIZE  1200
#define PROGRESS_PERIOD_US 200000
#define WAIT_MS_MAX        60000 // for a server that writes all the time

static const char help[] =
    "usage: juncho import KIND FILE... [--store URL] [--dry-run] [--strict] [--json] [--map "
    "NAME=COLUMN,...]\n"
    "                     [--zone NAME] [--within-s N] [--questions FILE]\n"
    "\n"
    "Brings in what others measured. Files may be compressed by gzip. The same contents again change "
    "nothing;\n"
    "read in another way (another map), they replace what they gave before. No line is dropped in silence: "
    "bad\n"
    "lines are listed with their numbers, and all are counted.\n"
    "\n"
    "  access-log  of a web server, in the common or the combined format: requests, openings by one device,\n"
    "              devices. Give rotated files in the order of time: a visit that goes on counts once\n"
    "  arrivals    start,count: how many came in each interval\n"
    "  daily       date,downloads (or downloads_ios, downloads_android, downloads_other): figures by day\n"
    "  calls       half-hours (start, offered, answered, abandoned, wait_s, talk_s, ...) or a row a call\n"
    "              (start or date and time, outcome, wait_s, talk_s, ...); in both a column topic may say "
    "what\n"
    "              they were about, and an interval then has a row for every topic\n"
    "  survey      a column a question, a row an answer; the fields hold the numbers of choices, several of\n"
    "              them with bars between\n"
    "  holidays    the Cabinet Office's list (date,name; Shift_JIS or UTF-8), in the place of the program's "
    "own "
    "for\n"
    "              the years that it names; all of it or nothing. A server that runs marks the new days "
    "after "
    "its\n"
    "              next start, and plans with them at once\n"
    "\n"
    "  --dry-run   read everything, change nothing, need no store\n"
    "  --strict    take nothing from a file with a bad line\n"
    "  --json      the result as one JSON document\n"
    "  --map       what the columns are called there, and what their values mean; or the name of a map that\n"
    "              comes with the program (calls: anonymous-bank)\n"
    "  --zone      in which times without an offset are meant (default Asia/Tokyo)\n"
    "  --within-s  calls: answered within so many seconds (default 20)\n"
    "  --questions survey: the file of the questions, when they are not those of the program\n"
    "\n"
    "Exit code 0: everything was taken; 3: there were bad lines, the rest was taken; 1: nothing was taken "
    "from\n"
    "a file, for a bad line under --strict or because it cannot be read.\n"
    "\n"
    "example: juncho import calls calls.csv --map start=Interval,offered=Calls,answered=Handled\n";

struct file_outcome {
    const char *path;
    struct import_result result;
    uint64_t repeated;
    bool refused; // --strict and a bad line
};

struct import_command {
    struct store_command store;
    struct import_options options;
    const struct import_type *type;
    const char *zone;
    char options_text[OPTIONS_TEXT_SIZE]; // how files are read, to be remembered with them
    bool dry_run, strict;
    char **paths;
    struct file_outcome *outcomes;
    size_t count;
};

static bool take_option(struct import_command *command, int option, const char *value) {
    switch (option) {
    case 's':
        command->store.store = value;
        return true;
    case 'm':
        command->options.map = value;
        return true;
    case 'z':
        command->zone = value;
        return true;
    case 'q':
        command->options.questions = value;
        return true;
    case 'w':
        return text_parse_int(value, 0, CLOCK_HOUR_MS / CLOCK_SECOND_MS, &command->options.within_s);
    case 'd':
        command->dry_run = true;
        return true;
    case 't':
        command->strict = true;
        return true;
    default:
        command->store.json = true;
        return true;
    }
}

static int usage(const char *words, const char *what) {
    (void)fprintf(stderr, "juncho import: %s%s; see juncho import --help\n", words, what);
    return EXIT_USAGE;
}

static int parse_operands(int argc, char **argv, struct import_command *command) {
    struct error err;
    if (optind == argc)
        return usage("KIND is missing", "");
    command->type = import_type_find(argv[optind]);
    if (command->type == NULL)
        return usage("there is no kind ", argv[optind]);
    command->paths = argv + optind + 1;
    command->count = (size_t)(argc - optind - 1);
    if (command->count == 0)
        return usage("FILE is missing", "");
    if (command->options.map != NULL && !command->type->takes_map)
        return usage("--map has no meaning for ", argv[optind]);
    if (!clock_set_zone(command->zone, &err)) {
        (void)fprintf(stderr, "juncho import: %s\n", err.message);
        return EXIT_USAGE;
    }
    int length =
        snprintf(command->options_text, sizeof command->options_text, "zone=%s within_s=%" PRId64 " map=%s",
                 command->zone, command->type->takes_within ? command->options.within_s : 0,
                 command->options.map == NULL ? "" : command->options.map);
    return length < (int)sizeof command->options_text ? EXIT_DONE : usage("--map is too long", "");
}

static bool take(void *context, int option, const char *value, struct error *err) {
    return take_option(context, option, value) ||
           error_set(err, ERROR_INVALID,
                     "--within-s must be a number of seconds up to 3600, not %.60s; see juncho import --help",
                     value);
}

static int parse(int argc, char **argv, struct import_command *command) {
    static const struct option names[] = {{"store", required_argument, NULL, 's'},
                                          {"map", required_argument, NULL, 'm'},
                                          {"zone", required_argument, NULL, 'z'},
                                          {"within-s", required_argument, NULL, 'w'},
                                          {"questions", required_argument, NULL, 'q'},
                                          {"dry-run", no_argument, NULL, 'd'},
                                          {"strict", no_argument, NULL, 't'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    *command = (struct import_command){.options = {.within_s = CALLS_WITHIN_S, .questions = ""},
                                       .zone = "Asia/Tokyo"};
    command->store.store = "sqlite:juncho.db";
    int result = options_read(argc, argv, names, help, take, command);
    return result == EXIT_DONE ? parse_operands(argc, argv, command) : result;
}

// On a terminal only.
static void show_progress(const char *path, const struct source *source, int64_t *last_us) {
    double share = source_progress(source);
    int64_t now_us = clock_monotonic_us();
    if (isatty(STDERR_FILENO) == 0 || isnan(share) || now_us - *last_us < PROGRESS_PERIOD_US)
        return;
    (void)fprintf(stderr, "\r%s: %3.0f %%", path, share * 100);
    *last_us = now_us;
}

static void clear_progress(int64_t last_us) {
    if (last_us != 0)
        (void)fprintf(stderr, "\r\033[K");
}

static bool read_file(const struct import_command *command, struct import_work *work, struct source *source,
                      const char *path, struct error *err) {
    const char *bytes = NULL;
    size_t length = 0;
    int64_t last_us = 0;
    bool ok = true;
    do {
        ok = source_read(source, &bytes, &length, err) &&
             (length == 0 || command->type->feed(work, bytes, length, err));
        show_progress(path, source, &last_us);
    } while (ok && length > 0);
    clear_progress(last_us);
    return ok && command->type->finish(work, err);
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

// One transaction a file: all that it gives, and that it was here.
static bool store_file(const struct import_command *command, struct import_work *work, struct store *store,
                       const struct import *import, struct file_outcome *outcome, struct error *err) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    int64_t taken_before = -1;
    if (!session_open(store, SESSION_WRITE, &session, err))
        return false;
    session_set_patience(session, WAIT_MS_MAX);
    if (!session_begin(session, err) || !import_find(session, import, &taken_before, err))
        return false;
    if (taken_before >= 0) {
        session_rollback(session);
        outcome->repeated = outcome->result.taken;
        outcome->result.taken = 0;
        return true;
    }
    return command->type->store(work, session, import_id(import), err) &&
           import_save(session, import, &outcome->result, err) && session_commit(session, err);
}

static bool import_file(const struct import_command *command, struct import_work *work, struct store *store,
                        struct file_outcome *outcome, struct error *err) {
    CLEANUP(source_cleanup) struct source *source = NULL;
    struct import import = {.kind = command->type->kind,
                            .options = command->options_text,
                            .name = base_name(outcome->path),
                            .now_ms = work->now_ms};
    work->result = &outcome->result;
    outcome->result.latest_ms = work->now_ms + CLOCK_DAY_MS; // other clocks differ a little
    if (!source_open(outcome->path, &source, err) || !command->type->open(work, err) ||
        !read_file(command, work, source, outcome->path, err))
        return false;
    source_digest(source, import.digest);
    outcome->refused = command->strict && outcome->result.bad > 0;
    if (outcome->refused)
        outcome->result.taken = 0;
    if (outcome->refused || command->dry_run)
        return true;
    return store_file(command, work, store, &import, outcome, err);
}

static json_t *bad_json(const struct file_outcome *outcome, json_t *list) {
    for (size_t i = 0; i < outcome->result.bad_listed_count; i++) {
        const struct import_bad *bad = &outcome->result.bad_listed[i];
        (void)json_array_append_new(list, json_pack("{s:s,s:I,s:s}", "file", outcome->path, "line",
                                                    (json_int_t)bad->line, "reason", bad->reason));
    }
    return list;
}

static json_t *counts_json(const struct import_result *result, uint64_t repeated) {
    return json_pack("{s:I,s:I,s:I,s:I,s:I}", "read", (json_int_t)result->read, "taken",
                     (json_int_t)result->taken, "repeated", (json_int_t)repeated, "passed_over",
                     (json_int_t)result->passed_over, "bad_lines", (json_int_t)result->bad);
}

static void print_json(const struct import_command *command) {
    struct import_result sum = {.read = 0};
    uint64_t repeated = 0;
    json_t *bad = json_array(), *files = json_array();
    for (size_t i = 0; i < command->count; i++) {
        const struct file_outcome *outcome = &command->outcomes[i];
        json_t *file = counts_json(&outcome->result, outcome->repeated), *notes = json_array();
        for (size_t note = 0; note < outcome->result.notes_count; note++)
            (void)json_array_append_new(notes, json_pack("{s:I,s:s}", "count",
                                                         (json_int_t)outcome->result.notes[note].count,
                                                         "words", outcome->result.notes[note].words));
        (void)json_object_set_new(file, "file", json_string(outcome->path));
        (void)json_object_set_new(file, "notes", notes);
        (void)json_array_append_new(files, file);
        (void)bad_json(outcome, bad);
        sum.read += outcome->result.read;
        sum.taken += outcome->result.taken;
        sum.passed_over += outcome->result.passed_over;
        sum.bad += outcome->result.bad;
        repeated += outcome->repeated;
    }
    CLEANUP(json_cleanup) json_t *document = counts_json(&sum, repeated);
    (void)json_object_set_new(document, "bad", bad);
    (void)json_object_set_new(document, "files", files);
    (void)json_dumpf(document, stdout, JSON_COMPACT);
    (void)printf("\n");
}

static void print_text(const struct file_outcome *outcome, bool dry_run) {
    const struct import_result *result = &outcome->result;
    (void)printf("%s: %" PRIu64 " read, %" PRIu64 " %s, %" PRIu64 " repeated, %" PRIu64
                 " passed over, %" PRIu64 " bad%s\n",
                 outcome->path, result->read, result->taken, dry_run ? "would be taken" : "taken",
                 outcome->repeated, result->passed_over, result->bad,
                 outcome->refused ? ": nothing was taken (--strict)" : "");
    for (size_t i = 0; i < result->notes_count; i++)
        (void)printf("%s: %" PRIu64 " %s\n", outcome->path, result->notes[i].count, result->notes[i].words);
}

static void print_bad(const struct file_outcome *outcome) {
    const struct import_result *result = &outcome->result;
    for (size_t i = 0; i < result->bad_listed_count; i++)
        (void)fprintf(stderr, "%s line %" PRIu64 ": %s\n", outcome->path, result->bad_listed[i].line,
                      result->bad_listed[i].reason);
    if (result->bad > result->bad_listed_count)
        (void)fprintf(stderr, "%s: %" PRIu64 " more bad lines\n", outcome->path,
                      result->bad - result->bad_listed_count);
}

static int exit_code(const struct import_command *command) {
    int code = EXIT_DONE;
    for (size_t i = 0; i < command->count; i++) {
        if (command->outcomes[i].refused)
            return EXIT_FAULT;
        if (command->outcomes[i].result.bad > 0)
            code = EXIT_PARTLY;
    }
    return code;
}

// Every file in its turn; what was stored before a failure stays stored, and the next run finds it repeated.
static bool import_all(struct import_command *command, struct store *store, struct error *err) {
    struct import_work work = {.options = &command->options, .now_ms = clock_wall_ms()};
    bool ok = true;
    for (size_t i = 0; ok && i < command->count; i++) {
        struct file_outcome *outcome = &command->outcomes[i];
        outcome->path = command->paths[i];
        ok = import_file(command, &work, store, outcome, err);
        command->type->close(&work);
        work.state = NULL;
        print_bad(outcome);
        if (ok && !command->store.json)
            print_text(outcome, command->dry_run);
        if (!ok)
            error_prefix(err, "%.60s: ", outcome->path);
    }
    if (command->type->end != NULL)
        command->type->end(&work);
    return ok;
}

int command_import(int argc, char **argv) {
    struct import_command command;
    struct store *store = NULL;
    struct error err = {0};
    int result = parse(argc, argv, &command);
    if (result != EXIT_DONE)
        return result < 0 ? EXIT_DONE : result;
    command.outcomes = calloc(command.count, sizeof *command.outcomes);
    bool ok = command.outcomes != NULL || error_set(&err, ERROR_UNAVAILABLE, "out of memory");
    ok = ok && (command.dry_run || store_command_open(&command.store, &store, &err)) &&
         import_all(&command, store, &err);
    store_close(store);
    if (!ok)
        (void)fprintf(stderr, "juncho import: %s\n", err.message);
    else if (command.store.json)
        print_json(&command);
    result = ok ? exit_code(&command) : EXIT_FAULT;
    free(command.outcomes);
    return result;
}
