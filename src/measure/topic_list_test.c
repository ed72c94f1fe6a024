#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "measure/topic_list.h"

static void a_topic_has_one_number_whatever_stands_around_it(void **state) {
    struct topic_names names = {.count = 0};
    struct error err = {0};
    size_t first = 9, again = 9, none = 9;
    assert_true(topic_names_find(&names, "暗証番号", &first, &err));
    assert_true(topic_names_find(&names, "", &none, &err));
    assert_true(topic_names_find(&names, "  暗証番号 ", &again, &err));
    assert_int_equal(first, 0);
    assert_int_equal(again, 0);
    assert_int_equal(none, 1);
    topic_names_done(&names);
}

static void what_is_no_short_text_is_refused_and_one_topic_too_many(void **state) {
    struct topic_names names = {.count = 0};
    struct error err = {0};
    size_t topic = 0;
    char text[TOPIC_BYTES + 2];
    memset(text, 'a', sizeof text);
    text[TOPIC_BYTES + 1] = '\0';
    assert_false(topic_names_find(&names, text, &topic, &err));
    assert_false(topic_names_find(&names, "\x8a\x4a", &topic, &err));
    assert_false(topic_names_find(&names, "a\tb", &topic, &err));
    assert_string_equal(err.field, "topic");
    for (int i = 0; i < TOPICS_MAX; i++) {
        (void)snprintf(text, sizeof text, "%d", i);
        assert_true(topic_names_find(&names, text, &topic, &err));
    }
    assert_false(topic_names_find(&names, "one more", &topic, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
    assert_true(topic_names_find(&names, "7", &topic, &err));
    assert_int_equal(topic, 7);
    topic_names_done(&names);
}

static void every_half_hour_counts_its_own_topics(void **state) {
    struct topic_names names = {.count = 0};
    struct topic_list lists[2] = {{.counts = NULL}};
    struct error err = {0};
    struct topic_count *count = NULL;
    for (size_t topic = 0; topic < 20; topic++) {
        assert_true(topic_list_at(&lists[topic % 2], &names, topic, &count, &err));
        assert_int_equal(count->calls, 0);
        count->calls = (int64_t)topic;
    }
    for (size_t topic = 0; topic < 20; topic++) {
        assert_true(topic_list_at(&lists[topic % 2], &names, topic, &count, &err));
        assert_int_equal(count->calls, topic);
    }
    assert_int_equal(names.counts, 20);
    names.counts = TOPIC_COUNTS_MAX;
    assert_true(topic_list_at(&lists[0], &names, 0, &count, &err));
    assert_false(topic_list_at(&lists[0], &names, 1, &count, &err));
    assert_int_equal(err.kind, ERROR_EXHAUSTED);
    topic_list_done(&lists[0]);
    topic_list_done(&lists[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_topic_has_one_number_whatever_stands_around_it),
        cmocka_unit_test(what_is_no_short_text_is_refused_and_one_topic_too_many),
        cmocka_unit_test(every_half_hour_counts_its_own_topics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
