// prepared.c - open addressing; nothing is ever taken out.
#include "store/prepared.h"

#include <string.h>

#define SLOTS 1024

struct prepared_table {
    size_t count;
    struct prepared slots[SLOTS];
};

struct prepared_table *prepared_table_new(void) {
    return calloc(1, sizeof(struct prepared_table));
}

void prepared_table_free(struct prepared_table *table, void (*handle_free)(void *handle)) {
    if (table == NULL)
        return;
    for (size_t i = 0; i < SLOTS && handle_free != NULL; i++)
        handle_free(table->slots[i].handle);
    free(table);
}

void prepared_table_clear(struct prepared_table *table) {
    memset(table, 0, sizeof *table);
}

static size_t slot_of(const struct statement *statement, bool must_change) {
    uint64_t address = (uint64_t)(uintptr_t)statement * 2 + must_change;
    return (size_t)((address * UINT64_C(0x9E3779B97F4A7C15)) >> 54); // the upper 10 bits: 1024 slots
}

struct prepared *prepared_find(struct prepared_table *table, const struct statement *statement,
                               bool must_change) {
    size_t at = slot_of(statement, must_change);
    while (table->slots[at].statement != NULL) {
        struct prepared *found = &table->slots[at];
        if (found->statement == statement && found->must_change == must_change)
            return found;
        at = (at + 1) % SLOTS;
    }
    ASSERT(table->count < PREPARED_MAX);
    table->count++;
    table->slots[at] = (struct prepared){.statement = statement, .must_change = must_change};
    return &table->slots[at];
}
