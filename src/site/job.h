// job.h - a handler's way to the store and back: submit, let the request wait, answer on its own loop.
#pragma once

#include "site/context.h"
#include "site/held.h"

struct job {
    struct visit *visit;
    struct command command; // add steps, then job_write
    struct reading reading;
    void *data; // the handler's
    bool (*read)(struct job *job, struct session *session, struct error *err);
    void (*answer)(struct job *job, const struct error *err);
    struct error err;
    struct held_person held;
};

// A job in the request's arena; NULL after it responded with 503 because memory is exhausted.
struct job *job_new(struct visit *visit, void *data);
// Hands the command to the writer; `answer` runs on the request's loop thread when it is durable (err NULL)
// or refused. When it cannot even be queued, `answer` runs at once with the error. While more is on its way
// than the store does in five seconds the person is held, in the order of coming, for ten seconds at most;
// then they are asked to try again, with nothing changed.
void job_write(struct job *job, void (*answer)(struct job *job, const struct error *err));
// The same for whoever is not held: who returns from the provider, where the work was done already, and
// operators.
void job_write_ahead(struct job *job, void (*answer)(struct job *job, const struct error *err));
// Runs `read` with a session of the readers, then `answer` on the loop thread.
void job_read(struct job *job, bool (*read)(struct job *job, struct session *session, struct error *err),
              void (*answer)(struct job *job, const struct error *err));
