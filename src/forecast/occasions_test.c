#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "forecast/occasions.h"

static bool read_text(const char *text, struct occasions *occasions, struct error *err) {
    FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
    bool good = occasions_read(file, occasions, err);
    fclose(file);
    return good;
}

static void launches_deadlines_and_events_are_read(void **state) {
    struct occasions occasions;
    struct error err = {0};
    double first = (double)clock_day_number(2026, 2, 2);
    assert_true(read_text(
        "[campaign]\nlaunch = 2026-02-02T12:00\ndeadline = 2026-02-28\ndeadline = 2026-03-01T12:00\n"
        "[event television]\nat = 2026-02-05T18:00\nat = 2026-02-06T18:00\nhours = 2\n"
        "[event tax season]\nfrom = 2026-02-16\nuntil = 2026-02-17\n",
        &occasions, &err));
    assert_true(occasions.launch[0] == first + 0.5);
    assert_true(occasions.deadline[0] == first + 27); // the end of the 28th
    assert_true(occasions.deadline[1] == first + 27.5);
    assert_int_equal(occasions.events, 2);
    assert_string_equal(occasions.event[0].name, "television");
    assert_int_equal(occasions.event[0].count, 2);
    assert_true(occasions.event[0].hours == 2);
    assert_true(occasions.event[1].period && occasions.event[1].until[0] == first + 16);
    occasions_done(&occasions);
}

static void a_mistake_names_its_line_and_key(void **state) {
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"[campaign]\nlanch = 2026-02-02\n", "line 2: [campaign] lanch: unknown key"},
        {"[campaign]\n\ndeadline = soon\n", "line 3: [campaign] deadline: \"soon\" is not a time such as "
                                            "2026-02-02T13:00:00+09:00"},
        {"[event x]\nuntil = 2026-02-02\n", "line 2: [event x] until: 'until' follows a 'from'"},
        {"[event x]\nfrom = 2026-02-02\nuntil = 2026-02-01\n",
         "line 3: [event x] until: 'until' lies before 'from'"},
        {"[event x]\nfrom = 2026-02-02\n", "[event x]: a 'from' without its 'until'"},
        {"[event x]\nat = 2026-02-02\nhours = 0\n",
         "line 3: [event x] hours: hours is a whole number from 1 to 72"},
        {"nonsense\n", "line 1: neither [section] nor key = value"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct occasions occasions;
        struct error err = {0};
        assert_false(read_text(rows[i].text, &occasions, &err));
        assert_string_equal(err.message, rows[i].message);
    }
}

static void what_happens_for_the_first_time_is_found(void **state) {
    struct occasions occasions;
    struct error err = {0};
    assert_true(
        read_text("[campaign]\nlaunch = 2026-02-02\nlaunch = 2026-03-02\ndeadline = 2026-04-10T12:00\n"
                  "deadline = 2026-05-10T12:00\n[event x]\nat = 2026-03-05\nat = 2026-02-20\n",
                  &occasions, &err));
    double march = occasions.launch[1];
    assert_true(occasions_first_after(&occasions, march - 28) == march - 28); // the first launch
    assert_true(occasions_first_after(&occasions, march - 27) == march - 10); // the first of the event
    assert_true(occasions_first_after(&occasions, march - 9) == march);       // every launch is one
    assert_true(occasions_first_after(&occasions, march + 1) ==
                occasions.deadline[0] - OCCASIONS_HURRY_DAYS); // not the event's second time
    assert_true(isinf(occasions_first_after(&occasions, occasions.deadline[0])));
    occasions_done(&occasions);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(launches_deadlines_and_events_are_read),
        cmocka_unit_test(what_happens_for_the_first_time_is_found),
        cmocka_unit_test(a_mistake_names_its_line_and_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
