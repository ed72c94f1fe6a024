// kept_answer.c - one text behind a lock.
#include "site/kept_answer.h"

#include <stdlib.h>
#include <string.h>

void kept_answer_init(struct kept_answer *kept) {
    *kept = (struct kept_answer){.text = NULL};
    (void)pthread_mutex_init(&kept->mutex, NULL);
}

void kept_answer_done(struct kept_answer *kept) {
    free(kept->text);
    (void)pthread_mutex_destroy(&kept->mutex);
}

const char *kept_answer_get(struct kept_answer *kept, int64_t now_us, struct arena *arena) {
    const char *copy = NULL;
    (void)pthread_mutex_lock(&kept->mutex);
    if (kept->text != NULL && now_us < kept->until_us)
        copy = arena_copy_text(arena, kept->text);
    (void)pthread_mutex_unlock(&kept->mutex);
    return copy;
}

void kept_answer_put(struct kept_answer *kept, const char *text, int64_t began_us, int64_t now_us) {
    int64_t life_us = (now_us - began_us) * KEPT_ANSWER_TIMES;
    char *copy = strdup(text);
    (void)pthread_mutex_lock(&kept->mutex);
    free(kept->text);
    kept->text = copy;
    kept->until_us = now_us + (life_us < KEPT_ANSWER_US_MAX ? life_us : KEPT_ANSWER_US_MAX);
    (void)pthread_mutex_unlock(&kept->mutex);
}
