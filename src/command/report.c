// report.c - writes the verification report of a store into a folder.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/text.h"
#include "command/command.h"
#include "command/options.h"
#include "measure/suppression.h"
#include "report/report.h"

static const char help[] =
    "usage: juncho report --out DIR [--campaign ID] [--from DATE --to DATE] [--store URL] \n"
    "                     [--levels HIGH,MIDDLE,LOW] [--suppress K] [--json]\n"
    "\n"
    "Writes DIR/index.html (one self-contained page that prints to A4), DIR/report.json and DIR/csv/*.csv.\n"
    "The same store gives the same bytes.\n"
    "\n"
    "  --from, --to      the span, [from, to); default: from the opening of the campaign to the last count\n"
    "  --campaign ID     which campaign, when the store holds several; default: the newest\n"
    "  --levels          accesses an hour from which a cell of the heat map is dark, middle, light\n"
    "                    (default 8000,3000,1000)\n"
    "  --suppress K      cells of fewer than K people are hidden, and those that would give them away\n"
    "                    (default 10; 0 hides nothing)\n"
    "  --questions FILE  the survey's questions, when they are not those of the program\n"
    "  --json            print report.json on standard output, too\n"
    "\n"
    "example: juncho report --store sqlite:juncho.db --out report\n";

struct report_command {
    struct store_command store;
    const char *out;
    struct report_query query;
};

static bool parse_levels(const char *text, int64_t levels[3], struct error *err) {
    long long numbers[3];
    char end = 0;
    if (sscanf(text, "%lld,%lld,%lld%c", &numbers[0], &numbers[1], &numbers[2], &end) != 3 ||
        numbers[2] < 1 || numbers[1] <= numbers[2] || numbers[0] <= numbers[1])
        return error_set(err, ERROR_INVALID,
                         "--levels: three numbers, the largest first, such as 8000,3000,1000");
    for (int i = 0; i < 3; i++)
        levels[i] = numbers[i];
    return true;
}

static bool take(void *context, int option, const char *value, struct error *err) {
    struct report_command *options = context;
    switch (option) {
    case 's':
        options->store.store = value;
        return true;
    case 'o':
        options->out = value;
        return true;
    case 'c':
        options->query.campaign = value;
        return true;
    case 'q':
        options->query.questions = value;
        return true;
    case 'f':
        return clock_parse(value, &options->query.from_ms, err);
    case 't':
        return clock_parse(value, &options->query.to_ms, err);
    case 'l':
        return parse_levels(value, options->query.heat_levels, err);
    case 'k':
        return text_parse_int(value, 0, SUPPRESSION_K_MAX, &options->query.suppress_below) ||
               error_set(err, ERROR_INVALID, "--suppress: a whole number from 0 to %d", SUPPRESSION_K_MAX);
    default:
        options->store.json = true;
        return true;
    }
}

static int parse(int argc, char **argv, struct report_command *options) {
    static const struct option names[] = {{"store", required_argument, NULL, 's'},
                                          {"out", required_argument, NULL, 'o'},
                                          {"from", required_argument, NULL, 'f'},
                                          {"to", required_argument, NULL, 't'},
                                          {"levels", required_argument, NULL, 'l'},
                                          {"suppress", required_argument, NULL, 'k'},
                                          {"campaign", required_argument, NULL, 'c'},
                                          {"questions", required_argument, NULL, 'q'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    int result = options_read(argc, argv, names, help, take, options);
    if (result != EXIT_DONE)
        return result;
    if (optind < argc || options->out == NULL) {
        (void)fprintf(stderr, "juncho report: %s; see juncho report --help\n",
                      options->out == NULL ? "--out DIR is missing" : "unexpected argument");
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

static bool make_folder(const char *path, struct error *err) {
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return true;
    return error_set(err, ERROR_UNAVAILABLE, "the folder %.100s cannot be made: %m", path);
}

static bool write_file(const char *folder, const char *name, const char *text, size_t length,
                       struct error *err) {
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "%.100s cannot be written: %m", path);
    bool ok = fwrite(text, 1, length, file) == length;
    ok = fclose(file) == 0 && ok;
    return ok || error_set(err, ERROR_UNAVAILABLE, "%.100s cannot be written: %m", path);
}

static bool write_all(const struct report_command *options, const struct report *report, struct error *err) {
    struct report_table tables[REPORT_TABLES];
    char folder[4096];
    size_t html_length = 0, json_length = 0;
    const char *html = report_html(report, &html_length), *json = report_json(report, &json_length);
    (void)snprintf(folder, sizeof folder, "%s/csv", options->out);
    if (html == NULL || json == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!report_tables(report, tables, err) || !make_folder(options->out, err) || !make_folder(folder, err) ||
        !write_file(options->out, "index.html", html, html_length, err) ||
        !write_file(options->out, "report.json", json, json_length, err))
        return false;
    for (int i = 0; i < REPORT_TABLES; i++)
        if (!write_file(folder, tables[i].file, tables[i].text, tables[i].length, err))
            return false;
    if (options->store.json)
        (void)printf("%s\n", json);
    return true;
}

static bool make_report(const struct report_command *options, struct store *store, struct error *err) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(REPORT_ARENA_BYTES_MAX);
    struct report report;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!session_open(store, SESSION_READ, &session, err) ||
        !report_read(session, &options->query, arena, &report, err))
        return false;
    bool ok = write_all(options, &report, err);
    report_done(&report);
    return ok;
}

int command_report(int argc, char **argv) {
    struct report_command options = {.store = {.store = "sqlite:juncho.db"}, .query = report_query_default};
    struct store *store = NULL;
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err)) {
        (void)fprintf(stderr, "juncho report: %s\n", err.message);
        return EXIT_FAULT;
    }
    int result = parse(argc, argv, &options);
    if (result != EXIT_DONE)
        return result < 0 ? EXIT_DONE : result;
    bool ok = store_command_open(&options.store, &store, &err) && make_report(&options, store, &err);
    store_close(store);
    if (!ok) {
        (void)fprintf(stderr, "juncho report: %s\n", err.message);
        return EXIT_FAULT;
    }
    if (!options.store.json)
        (void)printf("%s/index.html\n", options.out);
    return EXIT_DONE;
}
