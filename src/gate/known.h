// known.h - residents who may have a place already; of all others it is certain that they have none.
//
// A Bloom filter of fixed size: a million residents leave one question in some 6,000 unanswered, and
// then the store is asked. So a resident who joins costs one write and no read, and still gets one place.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct known;

struct known *known_new(void);        // NULL when memory is exhausted
void known_free(struct known *known); // NULL is fine
// False from known_may_hold: never added. True: probably added. For any number of threads under one lock.
void known_add(struct known *known, int64_t resident_id);
bool known_may_hold(const struct known *known, int64_t resident_id);
