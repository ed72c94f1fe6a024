#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "report/sheet.h"
#include "report/testbed_report.h"

static void durations_are_read_by_people(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
    struct sheets sheets = {.report = testbed_report(arena)};
    assert_string_equal(sheet_duration(&sheets, 34600), "35秒");
    assert_string_equal(sheet_duration(&sheets, 80000), "1分20秒");
    assert_string_equal(sheet_duration(&sheets, 7500000), "2時間05分");
    assert_true(sheet_percent(1, 0) == 0);
}

static void every_sheet_has_number_heading_definition_and_foot(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
    struct sheets sheets = {.report = testbed_report(arena), .section = 4, .name = "名", .in_all = 9};
    buffer_init(&sheets.out, arena);
    sheet_open(&sheets, "%s人", sheet_number(&sheets, 1234));
    sheet_close(&sheets, "定義");
    assert_int_equal(sheets.made, 1);
    const char *parts[] = {"4. 名", "<h2>1,234人</h2>", "定義", "2026年2月3日 24時まで",
                           "1 / 9", "</section>"};
    const char *at = sheets.out.text;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        at = at == NULL ? NULL : strstr(at, parts[i]);
        if (at == NULL)
            print_message("missing: %s\n", parts[i]);
        assert_non_null(at);
    }
    assert_null(strstr(sheets.out.text, "<b>"));
}

int main(void) {
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_read_by_people),
        cmocka_unit_test(every_sheet_has_number_heading_definition_and_foot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
