// own_server.c - fork, exec, the first line, and a signal at the end.
#include "rehearse/own_server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

#define START_US_MAX  INT64_C(30000000)
#define STOP_MS_MAX   30000
#define LINE_MAX_SIZE 256

#define ARGUMENTS_FIXED 15
#define ARGUMENTS_MAX   (ARGUMENTS_FIXED + 4 + 1)

static const char LISTENING[] = "listening on ";

struct own_server {
    pid_t process;
    int output;
};

// In the child: only calls that are safe between fork and exec.
static _Noreturn void become(const char *program, char *const arguments[], int output, pid_t parent) {
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() == parent && dup2(output, STDOUT_FILENO) >= 0)
        (void)execv(program, arguments);
    _exit(127);
}

static pid_t spawn(const struct own_server_options *options, int output) {
    char start[CLOCK_RFC3339_SIZE], until[CLOCK_RFC3339_SIZE], clock[96], opens[64], closes[64];
    clock_rfc3339(start, options->start_ms);
    clock_rfc3339(until, options->until_ms);
    (void)snprintf(clock, sizeof clock, "%s*%g", start, options->speed);
    (void)snprintf(opens, sizeof opens, "campaign.opens=%s", start);
    (void)snprintf(closes, sizeof closes, "campaign.closes=%s", until);
    char identity[64], pace[64];
    (void)snprintf(identity, sizeof identity, "gate.identity_per_min=%lld",
                   (long long)options->identity_per_min);
    (void)snprintf(pace, sizeof pace, "gate.pace_per_min_max=%lld", (long long)options->pace_per_min_max);
    const char *program = options->program == NULL ? "/proc/self/exe" : options->program;
    const char *arguments[ARGUMENTS_MAX] = {
        "juncho", "serve", "--sandbox", "--listen", "127.0.0.1:0", "--store", options->store,     "--clock",
        clock,    "--set", opens,       "--set",    closes,        "--set",   "log.level=warning"};
    const struct {
        int64_t number;
        const char *text;
    } set[] = {{options->identity_per_min, identity}, {options->pace_per_min_max, pace}};
    size_t length = ARGUMENTS_FIXED;
    for (size_t i = 0; i < sizeof set / sizeof *set; i++) {
        if (set[i].number == 0)
            continue;
        arguments[length++] = "--set";
        arguments[length++] = set[i].text;
    }
    pid_t parent = getpid();
    pid_t process = fork();
    if (process == 0)
        become(program, (char *const *)arguments, output, parent);
    return process;
}

// Reads until the end of the first line; false when it does not come in time or is another.
static bool read_line(int input, char line[LINE_MAX_SIZE]) {
    size_t length = 0;
    int64_t until_us = clock_monotonic_us() + START_US_MAX;
    while (length < LINE_MAX_SIZE - 1) {
        struct pollfd ready = {.fd = input, .events = POLLIN};
        int64_t left_ms = (until_us - clock_monotonic_us()) / 1000;
        if (left_ms <= 0 || (poll(&ready, 1, (int)left_ms) < 0 && errno != EINTR))
            return false;
        if (ready.revents == 0)
            continue;
        ssize_t count = read(input, line + length, 1);
        if (count <= 0)
            return false;
        if (line[length] == '\n') {
            line[length] = '\0';
            return strncmp(line, LISTENING, strlen(LISTENING)) == 0;
        }
        length++;
    }
    return false;
}

bool own_server_start(const struct own_server_options *options, struct own_server **ret_server,
                      char ret_base[OWN_SERVER_BASE_MAX], int64_t *ret_begins_us, struct error *err) {
    int ends[2];
    char line[LINE_MAX_SIZE] = "";
    struct own_server *server = calloc(1, sizeof *server);
    if (server == NULL || pipe2(ends, O_CLOEXEC) != 0) {
        free(server);
        return error_set(err, ERROR_UNAVAILABLE, "no memory or files for a server");
    }
    int64_t begins_us = clock_monotonic_us();
    server->process = spawn(options, ends[1]);
    server->output = ends[0];
    (void)close(ends[1]);
    bool ok = server->process > 0 && read_line(server->output, line) &&
              strlen(line + strlen(LISTENING)) < OWN_SERVER_BASE_MAX;
    if (!ok) {
        (void)own_server_stop(server);
        return error_set(err, ERROR_UNAVAILABLE, "the server of the rehearsal did not start");
    }
    memcpy(ret_base, line + strlen(LISTENING), strlen(line + strlen(LISTENING)) + 1);
    *ret_server = server;
    *ret_begins_us = begins_us;
    return true;
}

// Waits for the child's end; past the limit it is killed.
static bool wait_for_end(pid_t process) {
    int status = 0;
    int64_t until_us = clock_monotonic_us() + STOP_MS_MAX * INT64_C(1000);
    pid_t ended = 0;
    while ((ended = waitpid(process, &status, WNOHANG)) == 0 && clock_monotonic_us() < until_us)
        (void)poll(NULL, 0, 10);
    if (ended == 0) {
        (void)kill(process, SIGKILL);
        ended = waitpid(process, &status, 0);
    }
    return ended == process && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool own_server_stop(struct own_server *server) {
    if (server == NULL)
        return true;
    bool well = false;
    if (server->process > 0) {
        (void)kill(server->process, SIGTERM);
        well = wait_for_end(server->process);
    }
    (void)close(server->output);
    free(server);
    return well;
}
