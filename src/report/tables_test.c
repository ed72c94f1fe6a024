#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "report/testbed_report.h"

static void the_document_holds_the_figures(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(4 << 20);
    struct error err = {0};
    size_t length = 0;
    const char *text = report_json(testbed_report(arena), &length);
    CLEANUP(json_cleanup) json_t *document = NULL;
    assert_non_null(text);
    assert_true(json_parse_object(text, length, &document, &err));
    assert_int_equal(json_integer_value(json_object_get(document, "accesses")), 16000);
    const json_t *hop = json_array_get(json_object_get(document, "funnel"), 3);
    assert_string_equal(json_string_value(json_object_get(hop, "step")), "authenticate");
    assert_int_equal(json_integer_value(json_object_get(hop, "left")), 188);
}

static void tables_open_in_a_spreadsheet(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(4 << 20);
    struct error err = {0};
    struct report_table tables[REPORT_TABLES];
    struct report *report = testbed_report(arena);
    report->promised[1] = (struct promise_record){.promised = 40, .held_p50 = 21, .held_p90 = 37};
    assert_true(report_tables(report, tables, &err));
    for (int i = 0; i < REPORT_TABLES; i++)
        assert_memory_equal(tables[i].text, "\xef\xbb\xbf", 3);
    assert_string_equal(tables[0].file, "days.csv");
    assert_non_null(strstr(tables[0].text, "2026-02-02,9000,700,0,0,700,400,390,0,900\r\n"));
    assert_non_null(strstr(tables[0].text, "2026-02-03,7000,500,0,0,1200,705,698,0,1500\r\n"));
    assert_non_null(strstr(tables[2].text, "本人確認(アプリ),893,705,188,0,21.05,18.80,80.0,0.0\r\n"));
    assert_non_null(strstr(tables[5].text, "131041,新宿区,696,341222,2.04\r\n"));
    assert_non_null(strstr(tables[5].text, "131016,千代田区,秘匿,67049,\r\n"));
    assert_non_null(strstr(tables[4].text, "50代,秘匿\r\n"));
    assert_string_equal(tables[9].file, "waits.csv");
    assert_non_null(strstr(tables[9].text, "5分から30分,40,37,21\r\n"));
}

int main(void) {
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_document_holds_the_figures),
        cmocka_unit_test(tables_open_in_a_spreadsheet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
