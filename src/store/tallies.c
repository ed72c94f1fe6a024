// tallies.c - a list that is sorted and summed once, when everything has been added.
#include "store/tallies.h"

#include <string.h>

#define TALLIES_FIRST 256
#define TALLIES_MAX   262144 // in one batch
#define RECENT        8

// One sum as a step of its own.
struct sum {
    struct step step;
    struct value values[TALLY_KEYS_MAX + 1];
};

struct tallies {
    struct tally *list;
    size_t count, capacity;
    bool failed; // memory was exhausted while adding
    struct sum *sums;
    struct step_run *runs;
    size_t sums_capacity;
    size_t refusing; // so many of the list, from its start, may refuse
};

struct tallies *tallies_new(void) {
    return calloc(1, sizeof(struct tallies));
}

void tallies_free(struct tallies *tallies) {
    if (tallies == NULL)
        return;
    free(tallies->list);
    free(tallies->sums);
    free(tallies->runs);
    free(tallies);
}

void tallies_reset(struct tallies *tallies) {
    tallies->count = 0;
    tallies->refusing = 0;
    tallies->failed = false;
}

static bool is_same(const struct tally *a, const struct tally *b) {
    return a->statement == b->statement && a->refusal == b->refusal && a->keys_count == b->keys_count &&
           memcmp(a->keys, b->keys, a->keys_count * sizeof *a->keys) == 0;
}

// Commands of a batch mostly add to the same few rows: what is found among the last is summed at once.
static struct tally *find_recent(struct tallies *tallies, const struct tally *tally) {
    size_t end = tallies->count > RECENT ? tallies->count - RECENT : 0;
    for (size_t i = tallies->count; i > end; i--)
        if (is_same(&tallies->list[i - 1], tally))
            return &tallies->list[i - 1];
    return NULL;
}

void tallies_add(struct tallies *tallies, const struct tally *tally) {
    ASSERT(tally->keys_count <= TALLY_KEYS_MAX);
    struct tally *recent = find_recent(tallies, tally);
    if (recent != NULL) {
        ASSERT(!__builtin_add_overflow(recent->amount, tally->amount, &recent->amount));
        return;
    }
    if (tallies->count == tallies->capacity) {
        size_t capacity = tallies->capacity == 0 ? TALLIES_FIRST : tallies->capacity * 2;
        struct tally *list =
            capacity > TALLIES_MAX ? NULL : reallocarray(tallies->list, capacity, sizeof *tallies->list);
        if (list == NULL) {
            tallies->failed = true;
            return;
        }
        tallies->list = list;
        tallies->capacity = capacity;
    }
    tallies->list[tallies->count++] = *tally;
}

void tallies_add_others(struct tallies *tallies, const struct tallies *source) {
    for (size_t i = 0; i < source->count; i++)
        if (source->list[i].refusal == NULL)
            tallies_add(tallies, &source->list[i]);
    tallies->failed = tallies->failed || source->failed;
}

// By the statement's text, not its address: another build on another node has other addresses.
static int compare_rows(const struct tally *a, const struct tally *b) {
    int order = a->statement == b->statement ? 0 : strcmp(a->statement->sql, b->statement->sql);
    if (order == 0)
        order = (a->keys_count > b->keys_count) - (a->keys_count < b->keys_count);
    for (size_t i = 0; i < a->keys_count && order == 0; i++)
        order = (a->keys[i] > b->keys[i]) - (a->keys[i] < b->keys[i]);
    return order;
}

static int compare(const void *left, const void *right) {
    const struct tally *a = left, *b = right;
    int order = (a->refusal == NULL) - (b->refusal == NULL);
    return order != 0 ? order : compare_rows(a, b);
}

static void sum_up(struct tallies *tallies) {
    size_t sums = 0;
    if (tallies->count > 0)
        qsort(tallies->list, tallies->count, sizeof *tallies->list, compare);
    for (size_t i = 0; i < tallies->count; i++) {
        struct tally *last = sums == 0 ? NULL : &tallies->list[sums - 1];
        if (last != NULL && compare(last, &tallies->list[i]) == 0)
            ASSERT(!__builtin_add_overflow(last->amount, tallies->list[i].amount, &last->amount));
        else
            tallies->list[sums++] = tallies->list[i];
    }
    tallies->count = sums;
    tallies->refusing = 0;
    while (tallies->refusing < sums && tallies->list[tallies->refusing].refusal != NULL)
        tallies->refusing++;
}

static bool sums_reserve(struct tallies *tallies) {
    if (tallies->sums_capacity >= tallies->capacity)
        return true;
    struct sum *sums = reallocarray(tallies->sums, tallies->capacity, sizeof *sums);
    if (sums == NULL)
        return false;
    tallies->sums = sums;
    struct step_run *runs = reallocarray(tallies->runs, tallies->capacity, sizeof *runs);
    if (runs == NULL)
        return false;
    tallies->runs = runs;
    tallies->sums_capacity = tallies->capacity;
    return true;
}

bool tallies_runs(struct tallies *tallies, bool refusing_only, struct step_run **ret_runs, size_t *ret_count,
                  struct error *err) {
    if (tallies->failed || !sums_reserve(tallies))
        return error_set(err, ERROR_UNAVAILABLE, "no memory for the batch's tallies");
    sum_up(tallies);
    size_t count = refusing_only ? tallies->refusing : tallies->count;
    for (size_t i = 0; i < count; i++) {
        const struct tally *tally = &tallies->list[i];
        struct sum *sum = &tallies->sums[i];
        for (size_t key = 0; key < tally->keys_count; key++)
            sum->values[key] = value_int(tally->keys[key]);
        sum->values[tally->keys_count] = value_int(tally->amount);
        sum->step = (struct step){.statement = tally->statement,
                                  .values = sum->values,
                                  .values_count = tally->keys_count + 1,
                                  .must_change = tally->refusal != NULL};
        tallies->runs[i] = (struct step_run){.step = &sum->step};
    }
    *ret_runs = tallies->runs;
    *ret_count = count;
    return true;
}

const char *tallies_refusal(const struct tallies *tallies) {
    for (size_t i = 0; i < tallies->refusing; i++)
        if (tallies->sums[i].step.rows.changed == 0)
            return tallies->list[i].refusal;
    return NULL;
}
