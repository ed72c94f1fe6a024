#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/random.h"
#include "site/token.h"

static const unsigned char key[TOKEN_KEY_SIZE] = "a key of thirty-two bytes, yes.";

static void a_token_comes_back_as_it_was(void **state) {
    char text[TOKEN_TEXT_SIZE];
    struct token token = {.resident_id = INT64_C(7400000000000000001), .issued_ms = 1000, .other = 5}, back;
    token_seal(&token, key, text);
    assert_true(token_open(text, key, 2000, 1000, &back));
    assert_memory_equal(&token, &back, sizeof token);
    assert_true(token_open(text, key, 500, 1000, &back)); // the clock was set back
    assert_false(token_open(text, key, 2001, 1000, &back));
}

static void another_key_opens_nothing(void **state) {
    unsigned char other[TOKEN_KEY_SIZE];
    char text[TOKEN_TEXT_SIZE];
    struct token token = {.resident_id = 1}, back = {.resident_id = 9};
    memcpy(other, key, sizeof other);
    other[31] ^= 1;
    token_seal(&token, key, text);
    assert_false(token_open(text, other, 0, 1000, &back));
    assert_int_equal(back.resident_id, 9);
}

static void every_changed_character_is_noticed(void **state) {
    char text[TOKEN_TEXT_SIZE];
    struct token token = {.resident_id = 1, .issued_ms = 2}, back;
    token_seal(&token, key, text);
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++) {
        char changed[TOKEN_TEXT_SIZE];
        memcpy(changed, text, sizeof changed);
        changed[i] = changed[i] == 'A' ? 'Q' : 'A';
        assert_false(token_open(changed, key, 0, 1000, &back));
        changed[i] = '\0';
        assert_false(token_open(changed, key, 0, 1000, &back));
    }
    assert_false(token_open("", key, 0, 1000, &back));
}

static void noise_is_never_a_token(void **state) {
    struct random random;
    struct token back;
    random_init_seeded(&random, 11);
    for (int i = 0; i < 20000; i++) {
        char text[200];
        size_t length = (size_t)random_below(&random, sizeof text - 1);
        for (size_t j = 0; j < length; j++)
            text[j] = (char)(1 + random_below(&random, 255));
        text[length] = '\0';
        assert_false(token_open(text, key, 0, 1000, &back));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_comes_back_as_it_was),
        cmocka_unit_test(another_key_opens_nothing),
        cmocka_unit_test(every_changed_character_is_noticed),
        cmocka_unit_test(noise_is_never_a_token),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
