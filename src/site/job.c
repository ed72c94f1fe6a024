// job.c - from the writer's and the readers' threads back to the loop's.
#include "site/job.h"

#include "site/problem.h"

struct job *job_new(struct visit *visit, void *data) {
    struct arena *arena = http_request_arena(visit->request);
    struct job *job = arena_alloc(arena, sizeof *job);
    if (job == NULL) {
        problem_respond_memory(visit->request);
        return NULL;
    }
    job->visit = visit;
    job->data = data;
    command_init(&job->command, arena);
    return job;
}

static void continue_job(struct http_request *request, void *context) {
    struct job *job = context;
    job->answer(job, job->err.kind == ERROR_NONE ? NULL : &job->err);
}

static void finish(struct job *job, const struct error *err) {
    job->err.kind = ERROR_NONE;
    if (err != NULL)
        job->err = *err;
    http_request_continue(job->visit->request, continue_job, job);
}

// The command knows its domain's context only, so the job is found by where the command lies in it.
static struct job *job_of_command(struct command *command) {
    return (struct job *)(void *)((char *)command - offsetof(struct job, command));
}

static void command_done(struct command *command, const struct error *err) {
    struct job *job = job_of_command(command);
    struct held *held = job->visit->site->held_by_writer; // the job may be over once it is finished
    finish(job, err);
    held_release(held);
}

static void submit(struct job *job) {
    struct error err;
    job->command.done = command_done;
    if (!writer_submit(job->visit->site->writer, &job->command, &err))
        job->answer(job, &err);
}

// There is room in the writer's queue now, or there was none for too long.
static void submit_held(struct http_request *request, void *context) {
    struct job *job = context;
    struct error err;
    job->command.has_room = job->held.may_send;
    if (job->held.may_send) {
        submit(job);
        return;
    }
    (void)error_set(&err, ERROR_UNAVAILABLE, "the store is slow; more waits for it than it does in seconds");
    job->answer(job, &err);
}

void job_write(struct job *job, void (*answer)(struct job *job, const struct error *err)) {
    struct site *site = job->visit->site;
    job->answer = answer;
    job->command.has_room = held_is_empty(site->held_by_writer) && writer_take_room(site->writer);
    if (job->command.has_room) {
        submit(job);
        return;
    }
    job->held = (struct held_person){.request = job->visit->request, .then = submit_held, .context = job};
    held_wait(site->held_by_writer, &job->held);
}

void job_write_ahead(struct job *job, void (*answer)(struct job *job, const struct error *err)) {
    job->answer = answer;
    submit(job);
}

static bool run_read(struct reading *reading, struct session *session, struct error *err) {
    struct job *job = reading->context;
    return job->read(job, session, err);
}

static void read_done(struct reading *reading, const struct error *err) {
    finish(reading->context, err);
}

void job_read(struct job *job, bool (*read)(struct job *job, struct session *session, struct error *err),
              void (*answer)(struct job *job, const struct error *err)) {
    struct error err;
    job->read = read;
    job->answer = answer;
    job->reading = (struct reading){.context = job, .run = run_read, .done = read_done};
    if (!readers_submit(job->visit->site->readers, &job->reading, &err))
        answer(job, &err);
}
