// prepared.h - the statements that one session has prepared, found by the address of their constant.
#pragma once

#include "store/store.h"

#define PREPARED_MAX 768 // statements of the whole program, with room to spare

struct prepared {
    const struct statement *statement; // NULL: a free place
    const char *sql;                   // what was prepared; another text at the same address is prepared anew
    bool must_change;
    void *handle;                         // SQLite: its statement
    unsigned number;                      // PostgreSQL: its name is "s<number>"
    uint8_t places[STATEMENT_VALUES_MAX]; // SQLite: where parameter $i+1 is bound; 0: nowhere
};

struct prepared_table;
struct prepared_table *prepared_table_new(void); // NULL when memory is exhausted
// `handle_free`: what to do with each handle; NULL: nothing.
void prepared_table_free(struct prepared_table *table, void (*handle_free)(void *handle));
// Forgets everything (a new connection).
void prepared_table_clear(struct prepared_table *table);
// The entry of the statement, made when there is none: its `sql` is NULL until the caller prepared it.
struct prepared *prepared_find(struct prepared_table *table, const struct statement *statement,
                               bool must_change);
