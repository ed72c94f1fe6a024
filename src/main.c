// main.c - finds the command.
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "command/command.h"

#define TYPING_ERRORS_MAX 2

struct named_command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
};

static const struct named_command commands[] = {
    {"serve", command_serve, "run the service"},
    {"report", command_report, "write the verification report"},
    {"verify", command_verify, "audit ledger, journeys and counts"},
    {"rehearse", command_rehearse, "let virtual residents walk through it, by a plan"},
    {"simulate", command_simulate, "write a whole campaign into an empty store, by a plan"},
    {"migrate", command_migrate, "bring the store up to date"},
    {"backup", command_backup, "copy an SQLite store while it is in use"},
    {"forecast", command_forecast, "how many will come, from a file of counts"},
    {"calendar", command_calendar, "when it will be quiet: show and publish the calendars"},
    {"staff", command_staff, "how many must answer the telephone"},
    {"import", command_import, "bring in what others measured: access logs, calls, figures, answers"},
    {"operator", command_operator, "who may sign in at the console"},
    {"version", command_version, "print the version"},
};

static void print_help(FILE *stream) {
    (void)fprintf(stream, "usage: juncho COMMAND [OPTIONS]\n\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        (void)fprintf(stream, "  %-10s %s\n", commands[i].name, commands[i].help);
    (void)fprintf(stream, "\n\"juncho COMMAND --help\" says more and gives an example.\n"
                          "To look around: juncho serve --sandbox --demo\n");
}

// The command that was meant, NULL when none is near.
static const char *nearest(const char *name) {
    const char *found = NULL;
    size_t least = TYPING_ERRORS_MAX + 1;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        size_t errors = text_typing_errors(name, commands[i].name);
        if (errors < least) {
            least = errors;
            found = commands[i].name;
        }
    }
    return found;
}

static int run_help(int argc, char **argv) {
    char option[] = "--help";
    char *arguments[] = {argv[1], option, NULL};
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i].name, argv[1]) == 0)
            return commands[i].run(2, arguments);
    print_help(stdout);
    return EXIT_DONE;
}

int main(int argc, char **argv) {
    if (sodium_init() < 0) {
        (void)fprintf(stderr, "juncho: no randomness to be had\n");
        return EXIT_FAULT;
    }
    const char *name = argc > 1 ? argv[1] : "";
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0)
        return run_help(argc - 1, argv + 1);
    if (strcmp(name, "--version") == 0)
        return command_version(argc, argv);
    const char *meant = nearest(name);
    (void)fprintf(stderr, "juncho: there is no command \"%s\"; %s%s%s\n", name,
                  meant == NULL ? "see juncho --help" : "did you mean \"", meant == NULL ? "" : meant,
                  meant == NULL ? "" : "\"?");
    return EXIT_USAGE;
}
