// postgres_trip.h - one session with PostgreSQL and its round trips.
//
// BEGIN and SAVEPOINT wait until there is something to send with them. A failed connection is closed at
// once; the session opens another one when its next transaction begins, with growing pauses in between.
#pragma once

#include <libpq-fe.h>

#include "store/backend.h"
#include "store/prepared.h"

#define POSTGRES_WORDS_MAX           8
#define POSTGRES_STATEMENT_NAME_SIZE 16
#define POSTGRES_BINARY              1

struct postgres_store {
    struct store store;
    char *url;
};

struct postgres_session {
    struct session session;
    PGconn *connection; // NULL: lost
    struct prepared_table *prepared;
    unsigned prepared_count;
    const char *words[POSTGRES_WORDS_MAX]; // BEGIN and the like, to be sent with what comes next
    size_t words_count;
    int64_t retry_us; // no new connection before
    int retry_ms;
};

// What one round trip carries: the words that waited, then the steps, then the last word.
struct trip {
    const struct step_run *runs;
    size_t runs_count;
    const char *last_word;
    bool failed; // the first failure is in `err`
    struct error err;
};

// A new connection, unless the last attempt failed a moment ago.
MUST_CHECK bool postgres_connect(struct postgres_session *session, struct error *err);
void postgres_drop(struct postgres_session *session);
// Between transactions a lost connection is replaced; within one, the transaction is lost with it.
MUST_CHECK bool postgres_ensure_connected(struct postgres_session *session, struct error *err);
int postgres_silence_ms(const struct postgres_session *session);
// The word is sent with the next trip.
void postgres_word_add(struct postgres_session *session, const char *word);
void postgres_statement_name(char name[POSTGRES_STATEMENT_NAME_SIZE], unsigned number);

// There and back. After a failure that leaves the connection in doubt it has been dropped.
MUST_CHECK bool trip_make(struct postgres_session *session, struct trip *trip, struct error *err);
MUST_CHECK bool trip_words(struct postgres_session *session, struct error *err);
MUST_CHECK bool trip_prepare(struct postgres_session *session, const struct step *step, struct error *err);
MUST_CHECK bool trip_prepare_all(struct postgres_session *session, const struct step_run *runs,
                                 size_t runs_count, struct error *err);
// Keeps the first failure of a trip.
void trip_fail(struct trip *trip, const struct error *err);
void trip_fail_by_result(struct postgres_session *session, struct trip *trip, const PGresult *result,
                         const struct step *step);
