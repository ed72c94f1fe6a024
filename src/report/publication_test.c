#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "migrations_list.h"
#include "report/publication.h"
#include "report/sheet.h"
#include "store/migrate.h"
#include "store/testbed.h"

static struct publication make(struct testbed *testbed, struct session *session) {
    struct report_query query = report_query_default;
    struct publication publication;
    struct error err = {0};
    if (!publication_make(session, &query, testbed->arena, &publication, &err))
        fail_msg("%s", err.message);
    return publication;
}

static void publish(struct testbed *testbed, struct writer *writer, const struct publication *publication) {
    struct command command;
    struct error err = {0};
    command_init(&command, testbed->arena);
    publication_add(&command, 1, publication);
    if (!writer_run(writer, &command, &err))
        fail_msg("%s", err.message);
}

static void open_store(struct testbed *testbed, struct session **ret_session) {
    struct error err = {0};
    int applied = 0;
    testbed_fresh(testbed);
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
    testbed_script(testbed,
                   "INSERT INTO campaign (id, code, name, points, opens_ms, closes_ms, age_min, prefecture) "
                   "VALUES (1, 'a', '見本', 100, 1769994000000, 1770080400000, 15, '東京都');"
                   "INSERT INTO access_count (hour_ms, count) VALUES (1769994000000, 7);");
    assert_true(session_open(testbed->store, SESSION_READ, ret_session, &err));
}

static void what_is_published_is_read_back_and_replaced(void **state) {
    struct testbed *testbed = *state;
    const struct writer_options options = {.queue_max = 4, .batch_max = 4};
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct writer *writer = NULL;
    struct publication read;
    struct publication_bytes page;
    struct error err = {0};
    open_store(testbed, &session);
    assert_true(publication_read(session, 1, PUBLICATION_HTML, testbed->arena, &read, &err));
    assert_int_equal(read.number, 0);
    struct publication made = make(testbed, session);
    made.published_by = "yamada";
    made.published_ms = 5;
    assert_true(writer_start(testbed->store, &options, &writer, &err));
    publish(testbed, writer, &made);
    made.published_ms = 9;
    publish(testbed, writer, &made);
    writer_stop(writer);
    assert_true(publication_read(session, 1, PUBLICATION_HTML, testbed->arena, &read, &err));
    assert_int_equal(read.number, 2);
    assert_int_equal(read.published_ms, 9);
    assert_string_equal(read.published_by, "yamada");
    assert_null(read.json.bytes); // was not asked for
    assert_int_equal(read.html.length, made.html.length);
    assert_memory_equal(read.html.bytes, made.html.bytes, made.html.length);
    assert_true(publication_inflate(&read.html, testbed->arena, &page, &err));
    assert_true(read.html.length < page.length / 3);
    assert_non_null(memmem(page.bytes, page.length, sheet_style(), strlen(sheet_style())));
    assert_non_null(memmem(page.bytes, page.length, "見本 結果報告", strlen("見本 結果報告")));
}

static void a_report_of_nothing_is_refused(void **state) {
    struct testbed *testbed = *state;
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct publication publication;
    struct error err = {0};
    open_store(testbed, &session);
    testbed_script(testbed, "DELETE FROM access_count;");
    assert_false(publication_make(session, &report_query_default, testbed->arena, &publication, &err));
    assert_int_equal(err.kind, ERROR_CONFLICT);
}

static void the_same_figures_give_the_same_bytes(void **state) {
    struct testbed *testbed = *state;
    CLEANUP(session_cleanup) struct session *session = NULL;
    open_store(testbed, &session);
    struct publication one = make(testbed, session), two = make(testbed, session);
    assert_int_equal(one.html.length, two.html.length);
    assert_memory_equal(one.html.bytes, two.html.bytes, one.html.length);
    assert_memory_equal(one.json.bytes, two.json.bytes, one.json.length);
}

static void bytes_that_are_damaged_are_refused(void **state) {
    struct testbed *testbed = *state;
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct publication_bytes plain;
    struct error err = {0};
    open_store(testbed, &session);
    struct publication made = make(testbed, session);
    unsigned char *bytes =
        (unsigned char *)arena_copy_bytes(testbed->arena, made.json.bytes, made.json.length);
    struct publication_bytes damaged = {bytes, made.json.length};
    bytes[made.json.length / 2] ^= 0x55;
    assert_false(publication_inflate(&damaged, testbed->arena, &plain, &err));
    bytes[made.json.length - 1] = 0xff; // says that it is some four gigabytes
    assert_false(publication_inflate(&damaged, testbed->arena, &plain, &err));
    damaged.length = 10;
    assert_false(publication_inflate(&damaged, testbed->arena, &plain, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
}

int main(void) {
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_published_is_read_back_and_replaced),
        cmocka_unit_test(a_report_of_nothing_is_refused),
        cmocka_unit_test(the_same_figures_give_the_same_bytes),
        cmocka_unit_test(bytes_that_are_damaged_are_refused),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
