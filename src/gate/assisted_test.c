#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "gate/assisted.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "store/testbed.h"

#define CAMPAIGN INT64_C(1)

static const unsigned char key[ASSISTED_KEY_SIZE] = "a key of the tests";
static const struct statement NEW_RESIDENT = {
    "INSERT INTO resident (id, created_ms, language) VALUES ($1, 0, 'ja')", "i"};

static bool run(struct testbed *testbed, struct command *command, struct error *err) {
    struct writer_options options = {.queue_max = 10, .batch_max = 10};
    struct writer *writer = NULL;
    assert_true(writer_start(testbed->store, &options, &writer, err));
    bool ok = writer_run(writer, command, err);
    writer_stop(writer);
    return ok;
}

static void begin(struct testbed *testbed) {
    struct command command;
    struct error err;
    int applied = 0;
    testbed_fresh(testbed);
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
    command_init(&command, testbed->arena);
    for (int64_t id = 1; id <= 3; id++)
        COMMAND_ADD(&command, &NEW_RESIDENT, value_int(id));
    assert_true(run(testbed, &command, &err));
}

static struct assisted add(struct testbed *testbed, uint32_t second) {
    struct assisted *assisted = arena_alloc(testbed->arena, sizeof *assisted);
    struct gate_place place = {.epoch = 1, .place = {second, 4}, .joined_ms = 1};
    struct random random;
    struct command command;
    struct error err;
    random_init_system(&random);
    assisted_draw(assisted, key, &random);
    command_init(&command, testbed->arena);
    assisted_add(&command, assisted, CAMPAIGN, &place, "sato");
    assert_true(run(testbed, &command, &err));
    return *assisted;
}

static bool bind(struct testbed *testbed, const struct assisted *assisted, int64_t resident_id,
                 struct gate_place *ret_place) {
    struct command command;
    struct error err = {0};
    command_init(&command, testbed->arena);
    const struct step *look = assisted_bind(&command, assisted, CAMPAIGN, 1, resident_id, 5);
    if (!run(testbed, &command, &err)) {
        assert_int_equal(err.kind, ERROR_EXHAUSTED);
        return false;
    }
    *ret_place = gate_place_of(&look->rows);
    return true;
}

static void a_code_is_read_however_it_was_written_down(void **state) {
    struct random random;
    struct assisted drawn, read;
    struct error err = {0};
    random_init_seeded(&random, 5);
    for (int i = 0; i < 1000; i++) {
        assisted_draw(&drawn, key, &random);
        assert_int_equal(strlen(drawn.code), 9);
        char typed[ASSISTED_CODE_SIZE];
        int length = 0;
        for (const char *c = drawn.code; *c != '\0'; c++)
            if (*c != '-')
                typed[length++] = *c == '0' ? 'o' : *c >= 'A' ? (char)(*c + 32) : *c;
        typed[length] = '\0';
        assert_true(assisted_read(&read, key, typed, &err));
        assert_memory_equal(read.hash, drawn.hash, sizeof read.hash);
        assert_true(assisted_read(&read, key, drawn.code, &err));
        assert_memory_equal(read.hash, drawn.hash, sizeof read.hash);
    }
    const char *bad[] = {"", "7K3M", "7K3M-02KEE", "7K3M_02KE", "UUUU-UUUU", "----------"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(assisted_read(&read, key, bad[i], &err));
        assert_string_equal(err.field, "code");
    }
}

static void the_first_who_names_a_code_has_its_place(void **state) {
    struct testbed *testbed = *state;
    begin(testbed);
    struct assisted assisted = add(testbed, 100);
    struct gate_place place;
    assert_true(bind(testbed, &assisted, 1, &place));
    assert_int_equal(place.place.second, 100);
    assert_true(bind(testbed, &assisted, 1, &place));
    assert_false(bind(testbed, &assisted, 2, &place));
    assert_false(bind(testbed, &assisted, 99, &place)); // no such resident
    struct assisted other = assisted;
    other.hash[0] ^= 1;
    assert_false(bind(testbed, &other, 3, &place));
}

static void nobody_is_moved_back_by_a_code(void **state) {
    struct testbed *testbed = *state;
    begin(testbed);
    struct assisted early = add(testbed, 100), late = add(testbed, 200);
    struct gate_place place;
    assert_true(bind(testbed, &late, 1, &place));
    assert_int_equal(place.place.second, 200);
    assert_true(bind(testbed, &early, 1, &place));
    assert_int_equal(place.place.second, 100);
    struct assisted later = add(testbed, 300);
    assert_true(bind(testbed, &later, 1, &place));
    assert_int_equal(place.place.second, 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_is_read_however_it_was_written_down),
        cmocka_unit_test(the_first_who_names_a_code_has_its_place),
        cmocka_unit_test(nobody_is_moved_back_by_a_code),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
