// sandbox_person.c - everything about a person comes from a hash of the name.
#include "identity/sandbox_person.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "identity/municipality.h"

#define PREFECTURE    "東京都"
#define SUBJECT_BYTES 18
#define HASH_BYTES    64
#define BORN_LAST     2009 // whoever is eligible has been 15 since 2025 at the latest
#define DAYS_OF_MONTH 28

// Residents by municipality in the order of the table, in hundreds, about as counted in 2020.
static const unsigned residents[] = {
    670,  1690, 2600, 3490, 2400, 2110, 2720, 5240, 4220, 2880, 7480, 9440, 2440, 3450, 5910, 3010,
    3550, 2170, 5850, 7520, 6950, 4530, 6980, 5800, 1840, 1500, 1950, 1340, 2630, 1140, 2430, 4310,
    1260, 1990, 1900, 1520, 1290, 770,  570,  850,  840,  760,  1150, 710,  1470, 930,  550,  800,
    2080, 320,  170,  20,   50,   70,   3,    24,   19,   23,   3,    70,   2,    29,
};
#define MUNICIPALITIES (sizeof residents / sizeof residents[0])

// Residents by age, in thousands, about as in 2020, and the year in which the oldest of the band were born.
static const struct {
    unsigned residents;
    int born_first, years;
} bands[] = {
    {480, 2007, 3},   {1780, 1997, 10}, {1990, 1987, 10}, {2210, 1977, 10},
    {1990, 1967, 10}, {1370, 1957, 10}, {1450, 1947, 10}, {960, 1930, 17},
};
#define BANDS (sizeof bands / sizeof bands[0])

// Two bytes a question, so that the answers do not hang together.
static unsigned answer(const unsigned char hash[HASH_BYTES], int question, unsigned choices) {
    const unsigned char *bytes = hash + SUBJECT_BYTES + question * 4;
    uint32_t number =
        (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
    return (unsigned)(((uint64_t)number * choices) >> 32);
}

static size_t pick_municipality(const unsigned char hash[HASH_BYTES]) {
    ASSERT(municipality_count(PREFECTURE) == MUNICIPALITIES);
    unsigned total = 0;
    for (size_t i = 0; i < MUNICIPALITIES; i++)
        total += residents[i];
    unsigned rest = answer(hash, 0, total);
    size_t i = 0;
    while (rest >= residents[i])
        rest -= residents[i++];
    return i;
}

static int pick_year(const unsigned char hash[HASH_BYTES]) {
    unsigned total = 0;
    for (size_t i = 0; i < BANDS; i++)
        total += bands[i].residents;
    unsigned rest = answer(hash, 1, total);
    size_t i = 0;
    while (rest >= bands[i].residents)
        rest -= bands[i++].residents;
    int year = bands[i].born_first + (int)answer(hash, 2, (unsigned)bands[i].years);
    return year > BORN_LAST ? BORN_LAST : year;
}

// 14 today and for the next eleven months.
static void write_birthdate_of_14(char target[9], int64_t now_ms) {
    struct civil civil = clock_civil(now_ms - 30 * CLOCK_DAY_MS);
    int day = civil.day > DAYS_OF_MONTH ? DAYS_OF_MONTH : civil.day;
    (void)snprintf(target, 9, "%04u%02u%02u", (unsigned)(civil.year - 14) % 10000,
                   (unsigned)civil.month % 100, (unsigned)day % 100);
}

void sandbox_person(const char *id, enum sandbox_card card, int64_t now_ms,
                    struct sandbox_person *ret_person) {
    static const char *const families[] = {"見本", "試験", "例示", "練習", "予行", "仮名"};
    static const char *const givens[] = {"太郎", "花子", "一郎", "桜", "翔", "葵", "実", "和子"};
    struct sandbox_person person = {0};
    unsigned char hash[HASH_BYTES];
    char seed[SANDBOX_PERSON_SIZE + 8];
    (void)snprintf(seed, sizeof seed, "%d:%s", card == SANDBOX_SLOW ? SANDBOX_ELIGIBLE : card, id);
    (void)crypto_generichash(hash, sizeof hash, (const unsigned char *)seed, strlen(seed), NULL, 0);
    (void)memcpy(person.subject, "sandbox-", 8);
    text_base64url(person.subject + 8, sizeof person.subject - 8, hash, SUBJECT_BYTES);
    (void)snprintf(person.birthdate, sizeof person.birthdate, "%04u%02u%02u",
                   (unsigned)pick_year(hash) % 10000, 1 + answer(hash, 3, 12),
                   1 + answer(hash, 4, DAYS_OF_MONTH));
    if (card == SANDBOX_AGE14)
        write_birthdate_of_14(person.birthdate, now_ms);
    (void)snprintf(person.name, sizeof person.name, "%s　%s",
                   families[answer(hash, 5, sizeof families / sizeof families[0])],
                   givens[answer(hash, 6, sizeof givens / sizeof givens[0])]);
    if (card == SANDBOX_OUTSIDE)
        (void)snprintf(person.address, sizeof person.address, "埼玉県川口市見本町１丁目２番３号");
    else
        (void)snprintf(person.address, sizeof person.address, PREFECTURE "%s見本町%u丁目%u番%u号",
                       municipality_at(PREFECTURE, pick_municipality(hash)).name, 1 + answer(hash, 7, 6),
                       1 + answer(hash, 8, 30), 1 + answer(hash, 9, 20));
    (void)memcpy(person.gender, answer(hash, 10, 2) == 0 ? "1" : "2", 2);
    *ret_person = person;
}
