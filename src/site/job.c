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
    finish(job_of_command(command), err);
}

void job_write(struct job *job, void (*answer)(struct job *job, const struct error *err)) {
    struct error err;
    job->answer = answer;
    job->command.done = command_done;
    if (!writer_submit(job->visit->site->writer, &job->command, &err))
        answer(job, &err);
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
