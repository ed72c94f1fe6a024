// checkpoint.h - moves SQLite's write-ahead log into the database file, off the writer's path.
//
// A thread with a connection of its own copies the log bit by bit (PASSIVE: nobody waits). Under
// steady writing that never ends, so the log is started anew (RESTART) once it has grown past a limit and
// little is left to copy: writers of this process wait for that at the door below, and never longer than
// `stall_ms_max` for readers that still look at the old log. A reader that stays for long lets the log
// grow; past `log_bytes_pressed` readers that take too long are ended (sqlite.c asks checkpointer_presses).
#pragma once

#include "store/store.h"

struct checkpoint_options {
    int64_t log_bytes_restart; // begin the log anew from this size on
    int64_t log_bytes_pressed; // from this size on, long readers are ended
    int interval_ms;           // between two looks
    int restart_interval_ms;   // between two attempts to begin anew
    int stall_ms_max;          // how long an attempt waits for readers while writers wait
};
extern const struct checkpoint_options CHECKPOINT_OPTIONS;

struct checkpointer;
MUST_CHECK bool checkpointer_start(const char *path, const struct checkpoint_options *options,
                                   struct checkpointer **ret_checkpointer, struct error *err);
void checkpointer_stop(struct checkpointer *checkpointer); // NULL is fine

// The door: one writing transaction of this process at a time, and the checkpointer first. False when
// `wait_ms` have passed.
MUST_CHECK bool checkpointer_enter(struct checkpointer *checkpointer, int wait_ms);
void checkpointer_leave(struct checkpointer *checkpointer);

// A writer's hint: the log is now so many pages long.
void checkpointer_note(struct checkpointer *checkpointer, int log_pages);

// Whether the log has grown so much that long readers must end.
bool checkpointer_presses(const struct checkpointer *checkpointer);
void checkpointer_figures(struct checkpointer *checkpointer, struct store_figures *ret_figures);
