#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/throughput.h"

#define BATCH_MAX 1000
#define QUEUE_MAX 20000

// Batches of a store that needs `commit_us` and so much more a command, with `waiting` of them each time.
static void work(struct throughput *throughput, int64_t commit_us, int64_t each_us, size_t waiting,
                 int batches) {
    size_t count = waiting < BATCH_MAX ? waiting : BATCH_MAX;
    for (int i = 0; i < batches; i++)
        throughput_learn(throughput, count, BATCH_MAX, commit_us + each_us * (int64_t)count);
}

static void an_idle_store_is_not_thought_slow(void **state) {
    struct throughput throughput;
    throughput_init(&throughput);
    work(&throughput, 4000, 30, 1, 10000); // 250 a second are all that come
    assert_int_equal(throughput_room(&throughput, QUEUE_MAX), QUEUE_MAX);
}

static void a_slow_store_leaves_room_for_five_seconds(void **state) {
    struct throughput throughput;
    throughput_init(&throughput);
    work(&throughput, 100000, 4900, BATCH_MAX, 4); // 200 a second
    assert_in_range(throughput_room(&throughput, QUEUE_MAX), 1000, 1010);
    // Fast again: known while the same few wait, long before the queue is full.
    work(&throughput, 4000, 30, 300, 200);
    assert_int_equal(throughput_room(&throughput, QUEUE_MAX), QUEUE_MAX);
}

static void a_long_commit_counts_however_few_were_in_it(void **state) {
    struct throughput throughput;
    throughput_init(&throughput);
    work(&throughput, 4000000, 0, 1, 2); // four seconds each: no more than 250 a second at best
    assert_in_range(throughput_room(&throughput, QUEUE_MAX), 1250, 3500);
}

static void a_store_that_fails_leaves_the_least(void **state) {
    struct throughput throughput;
    throughput_init(&throughput);
    for (int i = 0; i < 4; i++)
        throughput_learn(&throughput, 0, 0, 5000000);
    assert_int_equal(throughput_room(&throughput, QUEUE_MAX), THROUGHPUT_ROOM_MIN);
    assert_int_equal(throughput_room(&throughput, 100), 100); // never more than the queue
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_idle_store_is_not_thought_slow),
        cmocka_unit_test(a_slow_store_leaves_room_for_five_seconds),
        cmocka_unit_test(a_long_commit_counts_however_few_were_in_it),
        cmocka_unit_test(a_store_that_fails_leaves_the_least),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
