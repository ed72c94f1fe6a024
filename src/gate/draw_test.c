#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/text.h"
#include "gate/draw.h"

static void fill(unsigned char secret[DRAW_SECRET_SIZE]) {
    for (int i = 0; i < DRAW_SECRET_SIZE; i++)
        secret[i] = (unsigned char)i;
}

// The expected values were computed by Python's hashlib and hmac.
static void anybody_can_recompute_a_rank_and_the_commitment(void **state) {
    unsigned char secret[DRAW_SECRET_SIZE], commitment[DRAW_COMMITMENT_SIZE];
    fill(secret);
    draw_commitment(commitment, secret);
    char text[2 * DRAW_COMMITMENT_SIZE + 1];
    text_hex(text, sizeof text, commitment, sizeof commitment);
    assert_string_equal(text, "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd");
    assert_int_equal(draw_rank(secret, "2026-points", "R-7K3M-0001"), 0x5c03a51c);
    assert_int_equal(draw_rank(secret, "2026-points", "R-7K3M-0002"), 0xe55c978a);
}

static void coming_early_or_often_does_not_help(void **state) {
    unsigned char secret[DRAW_SECRET_SIZE];
    fill(secret);
    // 10,000 people numbered in order of arrival: the mean rank of the first half and of the second
    // differ from the middle by less than four standard errors (2^32 / sqrt(12) / sqrt(5000)).
    double mean[2] = {0, 0};
    for (int i = 0; i < 10000; i++) {
        char pseudonym[32];
        snprintf(pseudonym, sizeof pseudonym, "R-%08d", i);
        mean[i / 5000] += draw_rank(secret, "2026-points", pseudonym) / 5000.0;
    }
    for (int half = 0; half < 2; half++) {
        assert_true(mean[half] > 2147483648.0 - 4 * 17534114.0);
        assert_true(mean[half] < 2147483648.0 + 4 * 17534114.0);
    }
    assert_int_equal(draw_rank(secret, "2026-points", "R-00000001"),
                     draw_rank(secret, "2026-points", "R-00000001"));
    assert_int_not_equal(draw_rank(secret, "2027-points", "R-00000001"),
                         draw_rank(secret, "2026-points", "R-00000001"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(anybody_can_recompute_a_rank_and_the_commitment),
        cmocka_unit_test(coming_early_or_often_does_not_help),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
