// checkpoint.c - one thread: look, copy what can be copied, and now and then begin the log anew.
#include "store/checkpoint.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

#define LOG_PAGES_WAKE   512   // a log of so many pages is worth a copy at the next look
#define LOOKS_IDLE       20    // looks after which even a short log is copied: others write too
#define REST_PAGES_MAX   256   // what may be left to copy while writers wait
#define PASSES_MAX       8     // passive copies in a row to get there
#define CALM_US_MAX      40000 // a pass that took no longer says that the disk is not busy otherwise
#define HURRY_FACTOR     8     // a log so many times its limit is begun anew on a busy disk, too
#define FACTOR_LOG_MAX   6     // a reader in the way: the next attempts come up to 2^6 times as late
#define BUSY_WAIT_US     1000  // between two tries while writers wait
#define LOG_BYTES_MIB(n) (INT64_C(1048576) * (n))

const struct checkpoint_options CHECKPOINT_OPTIONS = {
    .log_bytes_restart = LOG_BYTES_MIB(32),
    .log_bytes_pressed = LOG_BYTES_MIB(512),
    .interval_ms = 250,
    .restart_interval_ms = 500,
    .stall_ms_max = 100,
};

struct checkpointer {
    struct checkpoint_options options;
    sqlite3 *db;
    int64_t page_bytes;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t door; // occupied or claimed has changed
    pthread_cond_t stop; // stopping has
    bool occupied;       // a writer is inside
    bool claimed;        // the checkpointer is inside or next
    bool stopping;
    struct store_figures figures;
    atomic_int log_pages;
    atomic_bool pressing;
    int64_t busy_until_us; // only the thread's, from here on
    int64_t pass_us;       // how long the last passive copy took
    int64_t restart_next_us;
    int restarts_missed; // in a row
    int looks;
};

static void deadline_in(struct timespec *ret_deadline, int64_t wait_ms) {
    (void)clock_gettime(CLOCK_MONOTONIC, ret_deadline);
    int64_t nanoseconds = ret_deadline->tv_nsec + wait_ms % 1000 * 1000000;
    ret_deadline->tv_sec += wait_ms / 1000 + nanoseconds / 1000000000;
    ret_deadline->tv_nsec = nanoseconds % 1000000000;
}

bool checkpointer_enter(struct checkpointer *checkpointer, int wait_ms) {
    struct timespec deadline;
    deadline_in(&deadline, wait_ms);
    (void)pthread_mutex_lock(&checkpointer->mutex);
    int result = 0;
    while ((checkpointer->occupied || checkpointer->claimed) && result == 0)
        result = pthread_cond_timedwait(&checkpointer->door, &checkpointer->mutex, &deadline);
    bool ok = !checkpointer->occupied && !checkpointer->claimed;
    if (ok)
        checkpointer->occupied = true;
    (void)pthread_mutex_unlock(&checkpointer->mutex);
    return ok;
}

void checkpointer_leave(struct checkpointer *checkpointer) {
    (void)pthread_mutex_lock(&checkpointer->mutex);
    ASSERT(checkpointer->occupied);
    checkpointer->occupied = false;
    (void)pthread_cond_broadcast(&checkpointer->door);
    (void)pthread_mutex_unlock(&checkpointer->mutex);
}

void checkpointer_note(struct checkpointer *checkpointer, int log_pages) {
    atomic_store_explicit(&checkpointer->log_pages, log_pages, memory_order_relaxed);
}

bool checkpointer_presses(const struct checkpointer *checkpointer) {
    return atomic_load_explicit(&checkpointer->pressing, memory_order_relaxed);
}

void checkpointer_figures(struct checkpointer *checkpointer, struct store_figures *ret_figures) {
    (void)pthread_mutex_lock(&checkpointer->mutex);
    *ret_figures = checkpointer->figures;
    (void)pthread_mutex_unlock(&checkpointer->mutex);
}

static int wait_while_busy(void *context, int calls) {
    struct checkpointer *checkpointer = context;
    if (clock_monotonic_us() >= checkpointer->busy_until_us)
        return 0;
    struct timespec pause = {.tv_nsec = BUSY_WAIT_US * 1000};
    (void)nanosleep(&pause, NULL);
    return 1;
}

static void note_pages(struct checkpointer *checkpointer, int pages, bool copied) {
    int64_t bytes = pages * checkpointer->page_bytes;
    (void)pthread_mutex_lock(&checkpointer->mutex);
    checkpointer->figures.log_bytes = bytes;
    checkpointer->figures.checkpoints += copied;
    (void)pthread_mutex_unlock(&checkpointer->mutex);
    atomic_store(&checkpointer->pressing, bytes >= checkpointer->options.log_bytes_pressed);
}

// Copies what can be copied without anybody waiting; returns how many pages of the log are left to copy,
// or -1 when another connection is at it or the disk fails: the next look tries again.
static int copy_passive(struct checkpointer *checkpointer) {
    int pages = 0, copied = 0;
    int64_t start_us = clock_monotonic_us();
    checkpointer->busy_until_us = 0;
    int result =
        sqlite3_wal_checkpoint_v2(checkpointer->db, "main", SQLITE_CHECKPOINT_PASSIVE, &pages, &copied);
    checkpointer->pass_us = clock_monotonic_us() - start_us;
    if (result != SQLITE_OK) {
        note_pages(checkpointer, atomic_load_explicit(&checkpointer->log_pages, memory_order_relaxed), false);
        return -1;
    }
    note_pages(checkpointer, pages, copied > 0);
    return pages - copied;
}

// Waits until the writer inside has left; no other enters until door_open.
static void door_close(struct checkpointer *checkpointer) {
    (void)pthread_mutex_lock(&checkpointer->mutex);
    checkpointer->claimed = true;
    while (checkpointer->occupied)
        (void)pthread_cond_wait(&checkpointer->door, &checkpointer->mutex);
    (void)pthread_mutex_unlock(&checkpointer->mutex);
}

static void door_open(struct checkpointer *checkpointer, bool restarted, int64_t stall_us) {
    (void)pthread_mutex_lock(&checkpointer->mutex);
    checkpointer->claimed = false;
    checkpointer->figures.restarts += restarted;
    checkpointer->figures.restarts_missed += !restarted;
    if (restarted)
        checkpointer->figures.log_bytes = 0;
    if (stall_us > checkpointer->figures.stall_us_max)
        checkpointer->figures.stall_us_max = stall_us;
    (void)pthread_cond_broadcast(&checkpointer->door);
    (void)pthread_mutex_unlock(&checkpointer->mutex);
}

static void restart_log(struct checkpointer *checkpointer) {
    door_close(checkpointer);
    int64_t start_us = clock_monotonic_us();
    checkpointer->busy_until_us = start_us + checkpointer->options.stall_ms_max * INT64_C(1000);
    int result = sqlite3_wal_checkpoint_v2(checkpointer->db, "main", SQLITE_CHECKPOINT_RESTART, NULL, NULL);
    int64_t end_us = clock_monotonic_us();
    door_open(checkpointer, result == SQLITE_OK, end_us - start_us);
    if (result == SQLITE_OK)
        atomic_store(&checkpointer->pressing, false);
    // A reader that is in the way now will often still be: writers are not made to wait for it all the time.
    checkpointer->restarts_missed = result == SQLITE_OK ? 0 : checkpointer->restarts_missed + 1;
    int64_t factor =
        INT64_C(1) << (checkpointer->restarts_missed < FACTOR_LOG_MAX ? checkpointer->restarts_missed
                                                                      : FACTOR_LOG_MAX);
    checkpointer->restart_next_us =
        end_us + factor * checkpointer->options.restart_interval_ms * INT64_C(1000);
}

// Little is left, and the disk is quick. A reader may keep the rest from ever getting small: then there is
// nothing to gain by making writers wait.
static bool is_good_moment(const struct checkpointer *checkpointer, int rest, bool hurry) {
    return rest <= REST_PAGES_MAX && (hurry || checkpointer->pass_us <= CALM_US_MAX);
}

static void look(struct checkpointer *checkpointer) {
    int pages = atomic_load_explicit(&checkpointer->log_pages, memory_order_relaxed);
    if (pages < LOG_PAGES_WAKE && ++checkpointer->looks < LOOKS_IDLE)
        return;
    checkpointer->looks = 0;
    int rest = copy_passive(checkpointer);
    if (checkpointer->figures.log_bytes < checkpointer->options.log_bytes_restart ||
        clock_monotonic_us() < checkpointer->restart_next_us)
        return;
    bool hurry = checkpointer->figures.log_bytes / HURRY_FACTOR >= checkpointer->options.log_bytes_restart;
    for (int pass = 1; rest >= 0 && !is_good_moment(checkpointer, rest, hurry) && pass < PASSES_MAX; pass++)
        rest = copy_passive(checkpointer);
    if (rest >= 0 && is_good_moment(checkpointer, rest, hurry))
        restart_log(checkpointer);
}

static void *checkpointer_run(void *context) {
    struct checkpointer *checkpointer = context;
    (void)pthread_mutex_lock(&checkpointer->mutex);
    while (!checkpointer->stopping) {
        struct timespec deadline;
        deadline_in(&deadline, checkpointer->options.interval_ms);
        int result = 0;
        while (!checkpointer->stopping && result == 0)
            result = pthread_cond_timedwait(&checkpointer->stop, &checkpointer->mutex, &deadline);
        if (checkpointer->stopping)
            break;
        (void)pthread_mutex_unlock(&checkpointer->mutex);
        look(checkpointer);
        (void)pthread_mutex_lock(&checkpointer->mutex);
    }
    (void)pthread_mutex_unlock(&checkpointer->mutex);
    return NULL;
}

static bool open_database(struct checkpointer *checkpointer, const char *path, struct error *err) {
    sqlite3_stmt *page_size = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    bool ok = sqlite3_open_v2(path, &checkpointer->db, flags, NULL) == SQLITE_OK &&
              sqlite3_exec(checkpointer->db, "PRAGMA synchronous = FULL; PRAGMA cache_size = -256", NULL,
                           NULL, NULL) == SQLITE_OK &&
              sqlite3_busy_handler(checkpointer->db, wait_while_busy, checkpointer) == SQLITE_OK &&
              sqlite3_prepare_v2(checkpointer->db, "PRAGMA page_size", -1, &page_size, NULL) == SQLITE_OK &&
              sqlite3_step(page_size) == SQLITE_ROW;
    if (ok)
        checkpointer->page_bytes = sqlite3_column_int64(page_size, 0);
    (void)sqlite3_finalize(page_size);
    return ok || error_set(err, ERROR_UNAVAILABLE, "the checkpointer cannot open the database: %s",
                           checkpointer->db == NULL ? "no memory" : sqlite3_errmsg(checkpointer->db));
}

static void checkpointer_free(struct checkpointer *checkpointer) {
    (void)sqlite3_close(checkpointer->db);
    (void)pthread_cond_destroy(&checkpointer->door);
    (void)pthread_cond_destroy(&checkpointer->stop);
    (void)pthread_mutex_destroy(&checkpointer->mutex);
    free(checkpointer);
}

bool checkpointer_start(const char *path, const struct checkpoint_options *options,
                        struct checkpointer **ret_checkpointer, struct error *err) {
    struct checkpointer *checkpointer = calloc(1, sizeof *checkpointer);
    if (checkpointer == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "no memory for the checkpointer");
    checkpointer->options = *options;
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&checkpointer->door, &monotonic);
    (void)pthread_cond_init(&checkpointer->stop, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    (void)pthread_mutex_init(&checkpointer->mutex, NULL);
    bool ok = open_database(checkpointer, path, err);
    if (ok && pthread_create(&checkpointer->thread, NULL, checkpointer_run, checkpointer) != 0)
        ok = error_set(err, ERROR_UNAVAILABLE, "the checkpointer's thread cannot be started");
    if (!ok) {
        checkpointer_free(checkpointer);
        return false;
    }
    *ret_checkpointer = checkpointer;
    return true;
}

void checkpointer_stop(struct checkpointer *checkpointer) {
    if (checkpointer == NULL)
        return;
    (void)pthread_mutex_lock(&checkpointer->mutex);
    checkpointer->stopping = true;
    (void)pthread_cond_signal(&checkpointer->stop);
    (void)pthread_mutex_unlock(&checkpointer->mutex);
    (void)pthread_join(checkpointer->thread, NULL);
    checkpointer_free(checkpointer);
}
