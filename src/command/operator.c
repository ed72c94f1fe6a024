// operator.c - who may sign in at the console: add, list, disable, reset.
#include <qrencode.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "command/command.h"
#include "command/options.h"
#include "operator/audit.h"
#include "operator/enrol.h"
#include "operator/password.h"
#include "site/secrets.h"

#define ARENA_BYTES_MAX ((size_t)1 << 20)
#define PATH_SIZE       512
#define WHO             "(command line)"

static const char help[] =
    "usage: juncho operator add NAME --role viewer|operator|admin [--store URL] [--key-file FILE]\n"
    "       juncho operator reset NAME      a new password and a new second factor\n"
    "       juncho operator disable NAME    ends every session and lets NAME in no more\n"
    "       juncho operator list\n"
    "\n"
    "The password is asked for on a terminal, or read as one line from standard input. add and reset print "
    "the\n"
    "otpauth:// address for an authenticator app, and on a terminal its QR code. It is shown this once.\n"
    "\n"
    "  --role ROLE      viewer sees, operator steers, admin changes settings\n"
    "  --store URL      sqlite:FILE or postgresql://... (default sqlite:juncho.db)\n"
    "  --key-file FILE  the server's key_file (default: beside the SQLite file)\n"
    "\n"
    "example: juncho operator add yamada --role admin --store sqlite:/var/lib/juncho/juncho.db\n";

struct operator_command {
    const char *verb, *name, *role_name, *key_file;
    enum operator_role role;
    struct store_command store;
};

static int usage(const char *text, const char *what) {
    (void)fprintf(stderr, "juncho operator: %s%s; see juncho operator --help\n", text, what);
    return EXIT_USAGE;
}

static bool take(void *context, int option, const char *value, struct error *err) {
    struct operator_command *options = context;
    if (option == 's')
        options->store.store = value;
    else if (option == 'k')
        options->key_file = value;
    else
        options->role_name = value;
    return true;
}

static int parse(int argc, char **argv, struct operator_command *ret_options) {
    static const struct option names[] = {{"store", required_argument, NULL, 's'},
                                          {"key-file", required_argument, NULL, 'k'},
                                          {"role", required_argument, NULL, 'r'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    struct operator_command options = {.key_file = "", .store = {.store = "sqlite:juncho.db"}};
    int result = options_read(argc, argv, names, help, take, &options);
    if (result != EXIT_DONE)
        return result;
    if (optind < argc)
        options.verb = argv[optind++];
    if (optind < argc)
        options.name = argv[optind++];
    if (optind < argc)
        return usage("unexpected ", argv[optind]);
    *ret_options = options;
    return EXIT_DONE;
}

// One line without its end; on a terminal without an echo.
static bool read_line(const char *prompt, char *target, size_t size) {
    struct termios shown, hidden;
    bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &shown) == 0;
    if (terminal) {
        (void)fputs(prompt, stderr);
        hidden = shown;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    bool ok = fgets(target, (int)size, stdin) != NULL;
    if (terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
        (void)fputs("\n", stderr);
    }
    if (ok)
        target[strcspn(target, "\r\n")] = '\0';
    return ok;
}

static bool ask_password(char password[PASSWORD_BYTES_MAX + 2], struct error *err) {
    char again[PASSWORD_BYTES_MAX + 2];
    if (!read_line("password: ", password, PASSWORD_BYTES_MAX + 2))
        return error_set(err, ERROR_INVALID, "no password was given");
    if (!password_check_strength(password, err))
        return false;
    if (!isatty(STDIN_FILENO))
        return true;
    bool same = read_line("again: ", again, sizeof again) && strcmp(password, again) == 0;
    sodium_memzero(again, sizeof again);
    return same || error_set(err, ERROR_INVALID, "the two passwords differ");
}

// Two rows of the code in one line of the terminal, dark on light, with the quiet zone that readers need.
static void print_qr(const char *uri) {
    QRcode *code = QRcode_encodeString8bit(uri, 0, QR_ECLEVEL_M);
    if (code == NULL)
        return;
    for (int row = -2; row < code->width + 2; row += 2) {
        (void)fputs("\033[30;107m", stderr);
        for (int column = -2; column < code->width + 2; column++) {
            bool inside = column >= 0 && column < code->width;
            bool upper =
                inside && row >= 0 && row < code->width && (code->data[row * code->width + column] & 1) != 0;
            bool lower = inside && row + 1 >= 0 && row + 1 < code->width &&
                         (code->data[(row + 1) * code->width + column] & 1) != 0;
            (void)fputs(upper && lower ? "█" : upper ? "▀" : lower ? "▄" : " ", stderr);
        }
        (void)fputs("\033[0m\n", stderr);
    }
    QRcode_free(code);
}

// As secrets_open. A key that is made here is said: a service with a key file elsewhere would not start any
// more.
static bool open_keys(const struct operator_command *options, struct session *session,
                      struct secrets *ret_keys, struct error *err) {
    char path[PATH_SIZE];
    if (!secrets_find(options->key_file, options->store.store, path, sizeof path, err))
        return false;
    bool there = access(path, F_OK) == 0;
    if (!secrets_open(ret_keys, session, path, err))
        return false;
    if (!there)
        (void)fprintf(stderr,
                      "juncho operator: made the key file %s. The store takes no other from now on: "
                      "server.key_file must name it, or be empty where it lies beside the SQLite file.\n",
                      path);
    return true;
}

// Draws a second factor, seals it under the server's key and shows it.
static bool make_secrets(const struct operator_command *options, struct store *store,
                         struct operator_secrets *secrets, struct arena *arena, const char **ret_uri,
                         struct error *err) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    char password[PASSWORD_BYTES_MAX + 2];
    struct secrets keys;
    struct random random;
    if (!session_open(store, SESSION_WRITE, &session, err) || !open_keys(options, session, &keys, err))
        return false;
    struct enrolment enrolment = {
        .name = options->name, .password = password, .key = keys.keys[SECRETS_OPERATOR]};
    random_init_system(&random);
    bool ok = ask_password(password, err) && enrol(&enrolment, &random, arena, secrets, ret_uri, err);
    sodium_memzero(password, sizeof password);
    secrets_done(&keys);
    return ok;
}

static int run_command(struct operator_command *options, struct store *store, struct command *command,
                       struct error *err) {
    static const struct writer_options writer_options = {.queue_max = 1, .batch_max = 1};
    struct writer *writer = NULL;
    audit_add(command,
              &(struct audit_entry){.at_ms = clock_wall_ms(),
                                    .operator_name = WHO,
                                    .action = arena_print(command->arena, "operator.%s", options->verb),
                                    .subject = options->name,
                                    .after = options->role_name});
    bool ok = writer_start(store, &writer_options, &writer, err) && writer_run(writer, command, err);
    writer_stop(writer);
    return ok ? EXIT_DONE : EXIT_FAULT;
}

static int change(struct operator_command *options, struct store *store, struct arena *arena,
                  struct error *err) {
    struct operator_secrets secrets;
    struct command command;
    const char *uri = NULL;
    bool disable = strcmp(options->verb, "disable") == 0, add = strcmp(options->verb, "add") == 0;
    command_init(&command, arena);
    if (!operator_name_check(options->name, err) ||
        (!disable && !make_secrets(options, store, &secrets, arena, &uri, err)))
        return EXIT_FAULT;
    if (disable)
        operator_disable(&command, options->name, clock_wall_ms());
    else if (add)
        operator_add(&command, options->name, options->role, &secrets, clock_wall_ms());
    else
        operator_reset(&command, options->name, &secrets);
    int result = run_command(options, store, &command, err);
    if (result != EXIT_DONE && err->kind == ERROR_EXHAUSTED)
        (void)error_set(err, ERROR_CONFLICT, "%s",
                        add       ? "there is an operator of that name already; see reset"
                        : disable ? "no such operator, disabled already, or the last admin"
                                  : "there is no operator of that name");
    if (result == EXIT_DONE && uri != NULL) {
        (void)printf("%s\n", uri);
        if (isatty(STDERR_FILENO))
            print_qr(uri);
    }
    return result;
}

static int list(struct store *store, struct arena *arena, struct error *err) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct operator_account *operators = NULL;
    size_t count = 0;
    if (!session_open(store, SESSION_READ, &session, err) ||
        !operator_list(session, arena, &operators, &count, err))
        return EXIT_FAULT;
    for (size_t i = 0; i < count; i++) {
        char seen[CLOCK_RFC3339_SIZE] = "never";
        if (operators[i].last_seen_ms != 0)
            clock_rfc3339(seen, operators[i].last_seen_ms);
        (void)printf("%s\t%s\t%s\t%s\n", operators[i].name, operator_role_name(operators[i].role),
                     operators[i].disabled_ms != 0  ? "disabled"
                     : operators[i].by_link         ? "by link"
                     : operators[i].by_organisation ? "by organisation"
                                                    : "active",
                     seen);
    }
    return EXIT_DONE;
}

static int check(struct operator_command *options) {
    static const char *const verbs[] = {"add", "reset", "disable", "list"};
    bool known = false;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs && options->verb != NULL; i++)
        known = known || strcmp(verbs[i], options->verb) == 0;
    if (!known)
        return usage("one of add, list, disable, reset is needed", "");
    bool lists = strcmp(options->verb, "list") == 0, adds = strcmp(options->verb, "add") == 0;
    if (!lists && options->name == NULL)
        return usage("NAME is missing", "");
    if (adds && (options->role_name == NULL || !operator_role_parse(options->role_name, &options->role)))
        return usage("--role must be viewer, operator or admin", "");
    return EXIT_DONE;
}

int command_operator(int argc, char **argv) {
    struct operator_command options;
    struct store *store = NULL;
    struct error err = {0};
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(ARENA_BYTES_MAX);
    int result = parse(argc, argv, &options);
    if (result == EXIT_DONE)
        result = check(&options);
    if (result != EXIT_DONE)
        return result < 0 ? EXIT_DONE : result;
    if (arena == NULL || !clock_set_zone("Asia/Tokyo", &err) ||
        !store_command_open(&options.store, &store, &err))
        result = EXIT_FAULT;
    else
        result = strcmp(options.verb, "list") == 0 ? list(store, arena, &err)
                                                   : change(&options, store, arena, &err);
    if (result != EXIT_DONE)
        (void)fprintf(stderr, "juncho operator: %s\n", err.message);
    store_close(store);
    return result;
}
