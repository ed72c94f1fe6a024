// eligibility.c - reads the two claims that decide, and decides.
#include "identity/eligibility.h"

#include <stdio.h>
#include <string.h>

#include "identity/municipality.h"

#define BAND_AGE_MIN  15
#define BAND_AGE_LAST 80
#define YEAR_MIN      1850
#define YEAR_MAX      2200

enum age_band age_band_of(int age) {
    if (age < BAND_AGE_MIN)
        return AGE_BAND_NONE;
    if (age < 20)
        return AGE_BAND_15;
    return age >= BAND_AGE_LAST ? AGE_BAND_80 : (enum age_band)(age / 10);
}

const char *age_band_name(enum age_band band) {
    static const char *const names[] = {"",      "15-19", "20-29", "30-39", "40-49",
                                        "50-59", "60-69", "70-79", "80+"};
    return (size_t)band < sizeof names / sizeof names[0] ? names[band] : "";
}

static bool is_a_day(const struct birthdate *date) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (date->year < YEAR_MIN || date->year > YEAR_MAX || date->month < 1 || date->month > 12)
        return false;
    bool leap = (date->year % 4 == 0 && date->year % 100 != 0) || date->year % 400 == 0;
    return date->day >= 1 && date->day <= days[date->month - 1] + (leap && date->month == 2);
}

static int digits(const char *text, int count) {
    int number = 0;
    for (int i = 0; i < count; i++)
        number = number * 10 + (text[i] - '0');
    return number;
}

bool birthdate_parse(const char *text, struct birthdate *ret_birthdate, struct error *err) {
    static const char form_plain[] = "dddddddd", form_iso[] = "dddd-dd-dd";
    size_t length = strlen(text);
    const char *form = length == strlen(form_plain) ? form_plain : form_iso;
    if (length != strlen(form))
        return error_set_field(err, ERROR_INVALID, "birthdate", "neither YYYYMMDD nor YYYY-MM-DD");
    for (size_t i = 0; i < length; i++)
        if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return error_set_field(err, ERROR_INVALID, "birthdate", "neither YYYYMMDD nor YYYY-MM-DD");
    int gap = form == form_iso;
    struct birthdate date = {digits(text, 4), digits(text + 4 + gap, 2), digits(text + 6 + 2 * gap, 2)};
    if (!is_a_day(&date))
        return error_set_field(err, ERROR_INVALID, "birthdate", "there was no such day");
    *ret_birthdate = date;
    return true;
}

int birthdate_age(const struct birthdate *birthdate, const struct civil *day) {
    bool had_birthday =
        day->month > birthdate->month || (day->month == birthdate->month && day->day >= birthdate->day);
    return day->year - birthdate->year - !had_birthday;
}

// The address is a text, or an object (OpenID Connect Core 5.1.1) of which only `formatted` is read.
static bool address_text(const json_t *claims, const char **ret_address, struct error *err) {
    const json_t *address = json_object_get(claims, "address");
    if (address == NULL)
        return error_set_field(err, ERROR_INVALID, "address", "the claim is missing");
    if (json_is_object(address)) {
        address = json_object_get(address, "formatted");
        if (address == NULL)
            return error_set_field(err, ERROR_INVALID, "address", "the object has no \"formatted\"");
    }
    if (!json_is_string(address))
        return error_set_field(err, ERROR_INVALID, "address", "neither a text nor an object with one");
    if (json_string_length(address) > MUNICIPALITY_ADDRESS_BYTES_MAX)
        return error_set_field(err, ERROR_INVALID, "address", "longer than %d bytes",
                               MUNICIPALITY_ADDRESS_BYTES_MAX);
    *ret_address = json_string_value(address);
    return true;
}

bool eligibility_judge(const struct eligibility_rules *rules, const json_t *claims, const struct civil *day,
                       struct eligibility *ret_eligibility, struct error *err) {
    const json_t *birthdate_claim = json_object_get(claims, "birthdate");
    if (birthdate_claim == NULL)
        return error_set_field(err, ERROR_INVALID, "birthdate", "the claim is missing");
    if (!json_is_string(birthdate_claim))
        return error_set_field(err, ERROR_INVALID, "birthdate", "not a text");
    struct birthdate birthdate = {0};
    const char *address = NULL;
    if (!birthdate_parse(json_string_value(birthdate_claim), &birthdate, err) ||
        !address_text(claims, &address, err))
        return false;
    int age = birthdate_age(&birthdate, day);
    if (age < 0)
        return error_set_field(err, ERROR_INVALID, "birthdate", "lies in the future");
    struct eligibility eligibility = {.outcome = IDENTITY_VERIFIED, .age_band = age_band_of(age)};
    enum municipality_result place = municipality_find(rules->prefecture, address, &eligibility.municipality);
    if (age < rules->age_min)
        eligibility.outcome = IDENTITY_AGE;
    else if (place == MUNICIPALITY_OUTSIDE)
        eligibility.outcome = IDENTITY_OUTSIDE;
    else if (place == MUNICIPALITY_REVIEW)
        eligibility.outcome = IDENTITY_REVIEW;
    *ret_eligibility = eligibility;
    return true;
}
