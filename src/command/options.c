// options.c - reading the common options once.
#include "command/options.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "command/command.h"
#include "migrations_list.h"
#include "store/migrate.h"

int options_wrong(int argc, char **argv, int option) {
    const char *word = optind > 0 && optind <= argc ? argv[optind - 1] : "";
    (void)fprintf(stderr, "juncho %s: %s %s; see juncho %s --help\n", argv[0],
                  option == ':' ? "a value is missing behind" : "there is no option", word, argv[0]);
    return EXIT_USAGE;
}

int options_read(int argc, char **argv, const struct option *names, const char *help, option_fn *take,
                 void *context) {
    struct error err;
    int option = 0;
    optind = 1;
    while ((option = getopt_long(argc, argv, OPTIONS_LONG_ONLY, names, NULL)) != -1) {
        if (option == 'h') {
            (void)fputs(help, stdout);
            return -1;
        }
        if (option == '?' || option == ':')
            return options_wrong(argc, argv, option);
        if (!take(context, option, optarg, &err)) {
            (void)fprintf(stderr, "juncho %s: %s\n", argv[0], err.message);
            return EXIT_USAGE;
        }
    }
    return EXIT_DONE;
}

const char *options_one(int argc, char **argv, const char *what) {
    if (argc - optind == 1)
        return argv[optind];
    (void)fprintf(stderr, "juncho %s: one %s is needed; see juncho %s --help\n", argv[0], what, argv[0]);
    return NULL;
}

static bool take(void *context, int option, const char *value, struct error *err) {
    struct store_command *options = context;
    if (option == 's')
        options->store = value;
    else
        options->json = true;
    return true;
}

int store_command_parse(int argc, char **argv, const char *help, struct store_command *ret_options) {
    static const struct option names[] = {{"store", required_argument, NULL, 's'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    struct store_command options = {.store = "sqlite:juncho.db", .takes_file = ret_options->takes_file};
    struct error err;
    int result = options_read(argc, argv, names, help, take, &options);
    if (result != EXIT_DONE)
        return result;
    if (optind < argc && options.takes_file)
        options.file = argv[optind++];
    if (optind < argc) {
        (void)fprintf(stderr, "juncho %s: unexpected \"%s\"; see juncho %s --help\n", argv[0], argv[optind],
                      argv[0]);
        return EXIT_USAGE;
    }
    if (!clock_set_zone("Asia/Tokyo", &err)) {
        (void)fprintf(stderr, "juncho %s: %s\n", argv[0], err.message);
        return EXIT_USAGE;
    }
    *ret_options = options;
    return EXIT_DONE;
}

bool store_command_open(const struct store_command *options, struct store **ret_store, struct error *err) {
    struct store *store = NULL;
    const char *file =
        text_starts_with(options->store, "sqlite:") ? options->store + strlen("sqlite:") : NULL;
    if (file != NULL && access(file, F_OK) != 0)
        return error_set(err, ERROR_MISSING, "there is no file %.100s", file);
    if (!store_open(options->store, &store, err))
        return false;
    if (!migrate_check(store, MIGRATIONS, MIGRATIONS_COUNT, err)) {
        store_close(store);
        return false;
    }
    *ret_store = store;
    return true;
}
