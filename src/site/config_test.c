#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "site/config.h"

// Reads `text` as a file.
static bool reads(const char *text, struct config *config, struct error *err) {
    char path[] = "/tmp/juncho-config-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    config_init(config);
    bool ok = config_read(config, path, err);
    unlink(path);
    return ok;
}

static void settings_are_read_over_the_defaults(void **state) {
    struct config config;
    struct error err;
    assert_true(reads("[campaign]\nname = 市のポイント\nname.en = City points\npoints=500 ; each\nopens = "
                      "2026-02-02T13:00\n",
                      &config, &err));
    assert_string_equal(config.campaign.name, "市のポイント");
    assert_string_equal(config_in(config.campaign.names, "en", config.campaign.name), "City points");
    assert_string_equal(config_in(config.campaign.names, "ko", config.campaign.name), "市のポイント");
    assert_string_equal(config_in(config.campaign.names, "vi", config.campaign.name), "市のポイント");
    assert_int_equal(config.campaign.points, 500);
    assert_int_equal(config.campaign.opens, INT64_C(1770004800000));
    assert_int_equal(config.campaign.age_min, 15);
}

static void every_mistake_names_its_line(void **state) {
    const char *bad[] = {"[campaign]\npoint = 5\n",         "[campain]\npoints = 5\n",
                         "[campaign]\npoints = five\n",     "[campaign]\npoints = 0\n",
                         "[campaign]\nopens = tomorrow\n",  "[identity]\nprovider = own\n",
                         "[identity]\ndiscovery = maybe\n", "[campaign]\nprefecture = 大阪府\n",
                         "[campaign]\nid campaign\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct config config;
        struct error err;
        assert_false(reads(bad[i], &config, &err));
        assert_non_null(strstr(err.message, " line 2: "));
    }
    struct config config;
    struct error err;
    assert_false(reads("[campaign]\npoints = 5\n\npoints = 6\n", &config, &err));
    assert_non_null(strstr(err.message, " line 4: campaign.points is set twice"));
}

static void one_key_can_be_set_alone(void **state) {
    struct config config;
    struct error err;
    config_init(&config);
    assert_true(config_set(&config, "campaign.points=77", &err));
    assert_int_equal(config.campaign.points, 77);
    assert_true(config_set(&config, "server.public_url=https://a.example", &err));
    assert_false(config_set(&config, "campaign.pints=77", &err));
    assert_false(config_set(&config, "campaign", &err));
    assert_false(config_set(&config, "campaign.points=", &err));
}

static void what_must_fit_together_is_checked(void **state) {
    struct config config;
    struct error err;
    config_init(&config);
    assert_false(config_check(&config, &err)); // a real provider needs an issuer
    assert_string_equal(err.field, "identity.issuer");
    assert_true(config_set(&config, "identity.provider=sandbox", &err));
    assert_true(config_check(&config, &err));
    assert_true(config_set(&config, "server.public_url=https://a.example/", &err));
    assert_false(config_check(&config, &err));
    assert_true(config_set(&config, "server.public_url=", &err));
    assert_true(config_set(&config, "campaign.closes=2020-01-01", &err));
    assert_false(config_check(&config, &err));
    assert_string_equal(err.field, "campaign.closes");
}

static void the_shipped_file_explains_every_key_at_its_default(void **state) {
    char *expected = NULL;
    size_t length = 0;
    FILE *memory = open_memstream(&expected, &length);
    config_print(memory);
    assert_int_equal(fclose(memory), 0);
    FILE *shipped = fopen(SOURCE_ROOT "/deploy/juncho.ini", "r");
    assert_non_null(shipped);
    char *text = calloc(1, length + 2);
    assert_int_equal(fread(text, 1, length + 1, shipped),
                     length); // or: juncho serve --defaults > deploy/juncho.ini
    assert_string_equal(text, expected);
    fclose(shipped);
    struct config config;
    struct error err;
    assert_true(reads(text, &config, &err));
    free(text);
    free(expected);
}

int main(void) {
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_are_read_over_the_defaults),
        cmocka_unit_test(every_mistake_names_its_line),
        cmocka_unit_test(one_key_can_be_set_alone),
        cmocka_unit_test(what_must_fit_together_is_checked),
        cmocka_unit_test(the_shipped_file_explains_every_key_at_its_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
