// kept_answer.h - an answer that several people watch and that costs the store much, made once for all of
// them.
//
// It is kept for twenty times as long as it took, a minute at most. So it takes no more than a twentieth of a
// reader's time however many watch, and what was made in no time is never old.
#pragma once

#include <pthread.h>

#include "base/arena.h"

#define KEPT_ANSWER_TIMES  20
#define KEPT_ANSWER_US_MAX INT64_C(60000000)

struct kept_answer {
    pthread_mutex_t mutex;
    char *text; // NULL: none
    int64_t until_us;
};

void kept_answer_init(struct kept_answer *kept);
void kept_answer_done(struct kept_answer *kept);

// The answer, in the arena, as long as it may be given; NULL: make it. `now_us` is monotonic. Any thread.
const char *kept_answer_get(struct kept_answer *kept, int64_t now_us, struct arena *arena);
// Keeps what was made from `began_us` to `now_us`. Without memory nothing is kept.
void kept_answer_put(struct kept_answer *kept, const char *text, int64_t began_us, int64_t now_us);
