// municipality_test.c - every spelling of a place that registers are known to write.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "identity/municipality.h"

#define TOKYO "東京都"

static int find(const char *address, enum municipality_result expected) {
    int code = -1;
    enum municipality_result result = municipality_find(TOKYO, address, &code);
    if (result != expected)
        fail_msg("%s: %d instead of %d", address, (int)result, (int)expected);
    return code;
}

static void tokyo_has_62_municipalities_and_every_code_has_its_check_digit(void **state) {
    (void)state;
    assert_int_equal(municipality_count(TOKYO), 62);
    int before = 0;
    for (size_t i = 0; i < municipality_count(TOKYO); i++) {
        int code = municipality_at(TOKYO, i).code;
        assert_true(code > before);
        before = code;
        int sum = 0;
        for (int digit = 0, rest = code / 10; digit < 5; digit++, rest /= 10)
            sum += (rest % 10) * (digit + 2);
        assert_int_equal(code % 10, (11 - sum % 11) % 10);
    }
}

static void every_municipality_is_found_by_its_own_name(void **state) {
    (void)state;
    for (size_t i = 0; i < municipality_count(TOKYO); i++) {
        struct municipality municipality = municipality_at(TOKYO, i);
        char address[200];
        (void)snprintf(address, sizeof address, TOKYO "%s本町一丁目2番3号", municipality.name);
        assert_int_equal(find(address, MUNICIPALITY_FOUND), municipality.code);
        assert_string_equal(municipality_name(municipality.code), municipality.name);
    }
}

static void counties_and_island_names_may_stand_before_the_name(void **state) {
    (void)state;
    assert_int_equal(find("東京都西多摩郡瑞穂町大字箱根ケ崎2335番地", MUNICIPALITY_FOUND), 133035);
    assert_int_equal(find("東京都西多摩郡日の出町大字平井2780番地", MUNICIPALITY_FOUND), 133051);
    assert_int_equal(find("東京都西多摩郡檜原村467番地1", MUNICIPALITY_FOUND), 133078);
    assert_int_equal(find("東京都西多摩郡奥多摩町氷川215-6", MUNICIPALITY_FOUND), 133086);
    assert_int_equal(find("東京都三宅島三宅村阿古497", MUNICIPALITY_FOUND), 133817);
    assert_int_equal(find("東京都三宅村阿古497", MUNICIPALITY_FOUND), 133817);
    assert_int_equal(find("東京都八丈島八丈町大賀郷2551-2", MUNICIPALITY_FOUND), 134015);
    assert_int_equal(find("東京都大島町元町1-1-14", MUNICIPALITY_FOUND), 133612);
    assert_int_equal(find("東京都小笠原村父島字西町", MUNICIPALITY_FOUND), 134210);
}

static void a_county_alone_is_no_municipality(void **state) {
    (void)state;
    assert_int_equal(find("東京都西多摩郡", MUNICIPALITY_REVIEW), 0);
    assert_int_equal(find("東京都三宅島", MUNICIPALITY_REVIEW), 0);
    assert_int_equal(find("東京都西多摩郡府中市", MUNICIPALITY_REVIEW), 0);
}

static void spellings_of_one_character_are_one(void **state) {
    (void)state;
    assert_int_equal(find("東京都青ヶ島村無番地", MUNICIPALITY_FOUND), 134023);
    assert_int_equal(find("東京都青ケ島村無番地", MUNICIPALITY_FOUND), 134023);
    assert_int_equal(find("東京都青ｹ島村無番地", MUNICIPALITY_FOUND), 134023);
    assert_int_equal(find("東京都西多摩郡桧原村467", MUNICIPALITY_FOUND), 133078);
    assert_int_equal(find("東京都武藏野市緑町", MUNICIPALITY_FOUND), 132039);
    assert_int_equal(find("東京都目黑区上目黒", MUNICIPALITY_FOUND), 131105);
    assert_int_equal(find("東京都葛\U000E0100飾区立石5-13-1", MUNICIPALITY_FOUND), 131229);
    assert_int_equal(find("東京\uFA26千代田区", MUNICIPALITY_FOUND), 131016); // a compatibility form of 都
}

static void spaces_full_width_digits_and_postal_codes_do_not_matter(void **state) {
    (void)state;
    assert_int_equal(find("　東京都　新宿区　西新宿２丁目８番１号", MUNICIPALITY_FOUND), 131041);
    assert_int_equal(find("〒１６３−８００１ 東京都新宿区", MUNICIPALITY_REVIEW),
                     0); // a minus sign is no hyphen
    assert_int_equal(find("〒163-8001 東京都新宿区西新宿２－８－１", MUNICIPALITY_FOUND), 131041);
    assert_int_equal(find("東京都\t港 区芝公園", MUNICIPALITY_FOUND), 131032);
}

static void the_name_of_a_place_elsewhere_does_not_mislead(void **state) {
    (void)state;
    assert_int_equal(find("広島県府中市府川町315", MUNICIPALITY_OUTSIDE), 0);
    assert_int_equal(find("京都府京都市中京区", MUNICIPALITY_OUTSIDE), 0);
    assert_int_equal(find("埼玉県川口市東京都通り", MUNICIPALITY_OUTSIDE), 0);
    assert_int_equal(find("大阪府大阪市北区中之島", MUNICIPALITY_OUTSIDE), 0);
    assert_int_equal(find("東京都府中市宮西町2丁目24番地", MUNICIPALITY_FOUND), 132063);
    assert_int_equal(find("東京都西東京市南町", MUNICIPALITY_FOUND), 132292);
    assert_int_equal(find("東京都東村山市本町", MUNICIPALITY_FOUND), 132136);
}

static void what_names_no_prefecture_or_no_known_place_goes_to_review(void **state) {
    (void)state;
    assert_int_equal(find("府中市宮西町2丁目24番地", MUNICIPALITY_REVIEW), 0);
    assert_int_equal(find("東京都", MUNICIPALITY_REVIEW), 0);
    assert_int_equal(find("東京都保谷市", MUNICIPALITY_REVIEW), 0); // merged in 2001
    assert_int_equal(find("", MUNICIPALITY_REVIEW), 0);
    assert_int_equal(find("\xff\xfe", MUNICIPALITY_REVIEW), 0);
    char long_address[MUNICIPALITY_ADDRESS_BYTES_MAX + 20];
    memset(long_address, 'x', sizeof long_address);
    long_address[sizeof long_address - 1] = '\0';
    assert_int_equal(find(long_address, MUNICIPALITY_REVIEW), 0);
}

static void an_address_that_grows_by_normalisation_stays_bounded(void **state) {
    (void)state;
    // U+FDFA becomes eighteen characters, the most that NFKC makes of one.
    char address[MUNICIPALITY_ADDRESS_BYTES_MAX + 1] = "";
    for (size_t i = 0; i + 3 < sizeof address; i += 3)
        memcpy(address + i, "\xef\xb7\xba", 4);
    assert_int_equal(find(address, MUNICIPALITY_REVIEW), 0);
}

static void another_prefecture_may_be_asked_for_though_it_has_no_table(void **state) {
    (void)state;
    int code = -1;
    assert_int_equal(municipality_find("大阪府", "大阪府大阪市北区", &code), MUNICIPALITY_REVIEW);
    assert_int_equal(municipality_find("大阪府", "東京都北区", &code), MUNICIPALITY_OUTSIDE);
    assert_int_equal(municipality_count("大阪府"), 0);
    assert_null(municipality_name(999999));
}

#define LISTS SOURCE_ROOT "/../shared/data/japan/"

static FILE *open_list(const char *path) {
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        print_message("skipped: %s is not here\n", path);
        skip();
    }
    return file;
}

// The ministry's list: code, prefecture, county, name.
static void codes_names_and_counties_are_those_of_the_published_list(void **state) {
    (void)state;
    FILE *file = open_list(LISTS "citycode.csv");
    char line[256];
    size_t count = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        char address[256], *rest = line;
        line[strcspn(line, "\r\n")] = '\0';
        const char *code = strsep(&rest, ","), *prefecture = strsep(&rest, ","), *county = strsep(&rest, ",");
        if (prefecture == NULL || strcmp(prefecture, "東京都") != 0 || rest == NULL || rest[0] == '\0')
            continue;
        int number = atoi(code), found = 0;
        const char *name = municipality_name(number);
        if (name == NULL || strcmp(name, rest) != 0)
            fail_msg("%d is %s in the list, %s here", number, rest, name == NULL ? "nothing" : name);
        (void)snprintf(address, sizeof address, "東京都%s%s1番地", county, rest);
        assert_int_equal(municipality_find("東京都", address, &found), MUNICIPALITY_FOUND);
        assert_int_equal(found, number);
        count++;
    }
    (void)fclose(file);
    assert_int_equal(count, municipality_count("東京都"));
}

static void the_order_is_that_of_the_published_figures(void **state) {
    (void)state;
    FILE *file = open_list(LISTS "tokyo62_2021.csv");
    char line[256];
    size_t at = 0;
    assert_non_null(fgets(line, sizeof line, file)); // the header
    for (; fgets(line, sizeof line, file) != NULL; at++) {
        char *rest = line;
        const char *code = strsep(&rest, ",");
        if (code[0] != '\0') // four towns have none there
            assert_int_equal(municipality_at("東京都", at).code, atoi(code));
        assert_string_equal(municipality_at("東京都", at).name, strsep(&rest, ","));
    }
    (void)fclose(file);
    assert_int_equal(at, municipality_count("東京都"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokyo_has_62_municipalities_and_every_code_has_its_check_digit),
        cmocka_unit_test(codes_names_and_counties_are_those_of_the_published_list),
        cmocka_unit_test(the_order_is_that_of_the_published_figures),
        cmocka_unit_test(every_municipality_is_found_by_its_own_name),
        cmocka_unit_test(counties_and_island_names_may_stand_before_the_name),
        cmocka_unit_test(a_county_alone_is_no_municipality),
        cmocka_unit_test(spellings_of_one_character_are_one),
        cmocka_unit_test(spaces_full_width_digits_and_postal_codes_do_not_matter),
        cmocka_unit_test(the_name_of_a_place_elsewhere_does_not_mislead),
        cmocka_unit_test(what_names_no_prefecture_or_no_known_place_goes_to_review),
        cmocka_unit_test(an_address_that_grows_by_normalisation_stays_bounded),
        cmocka_unit_test(another_prefecture_may_be_asked_for_though_it_has_no_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
