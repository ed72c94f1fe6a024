// text.c - encodings by libsodium where it has them, by hand where it has not.
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <unistr.h>

static const char crockford_digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

bool text_copy(char *target, size_t size, const char *text) {
    ASSERT(size > 0);
    size_t length = strnlen(text, size);
    if (length >= size) {
        target[0] = '\0';
        return false;
    }
    memcpy(target, text, length + 1);
    return true;
}

bool text_equal(const char *a, const char *b) {
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

bool text_starts_with(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

size_t text_typing_errors(const char *a, const char *b) {
    size_t rows[3][TEXT_WORD_MAX + 1], a_length = strlen(a), b_length = strlen(b);
    if (a_length > TEXT_WORD_MAX || b_length > TEXT_WORD_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            row[j] = smaller(smaller(above[j], row[j - 1]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = smaller(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[a_length % 3][b_length];
}

bool text_is_made_of(const char *text, const char *allowed, size_t length_min, size_t length_max) {
    size_t length = strspn(text, allowed);
    return text[length] == '\0' && length >= length_min && length <= length_max;
}

bool text_is_clean_utf8(const char *text, size_t length) {
    if (u8_check((const uint8_t *)text, length) != NULL)
        return false;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return false;
    return true;
}

bool text_parse_int(const char *text, int64_t min, int64_t max, int64_t *ret_number) {
    const char *digits = text[0] == '-' ? text + 1 : text;
    if (digits[0] == '\0' || digits[strspn(digits, "0123456789")] != '\0')
        return false;
    errno = 0;
    long long number = strtoll(text, NULL, 10);
    if (errno != 0 || number < min || number > max)
        return false;
    *ret_number = number;
    return true;
}

void text_base64url(char *target, size_t size, const void *bytes, size_t length) {
    ASSERT(size >= sodium_base64_encoded_len(length, sodium_base64_VARIANT_URLSAFE_NO_PADDING));
    (void)sodium_bin2base64(target, size, bytes, length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool text_base64url_decode(const char *text, void *target, size_t size, size_t *ret_length) {
    size_t length = 0;
    size_t text_length = strlen(text);
    const char *end = NULL;
    // libsodium 1.0.18 takes bytes above 127 for digits; a text would then have several spellings.
    for (size_t i = 0; i < text_length; i++)
        if ((unsigned char)text[i] > 127)
            return false;
    if (sodium_base642bin(target, size, text, text_length, NULL, &length, &end,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
        return false;
    if (end != text + text_length)
        return false;
    *ret_length = length;
    return true;
}

void text_hex(char *target, size_t size, const void *bytes, size_t length) {
    ASSERT(size >= length * 2 + 1);
    (void)sodium_bin2hex(target, size, bytes, length);
}

void text_crockford(char target[TEXT_CROCKFORD_SIZE], uint64_t number) {
    ASSERT(number <= TEXT_CROCKFORD_MAX);
    size_t position = TEXT_CROCKFORD_SIZE - 1;
    target[position] = '\0';
    for (int digit = 0; digit < 12; digit++) {
        if (digit > 0 && digit % 4 == 0)
            target[--position] = '-';
        target[--position] = crockford_digits[number & 31];
        number >>= 5;
    }
    ASSERT(position == 0);
}

static int crockford_value(char c) {
    int upper = toupper((unsigned char)c);
    if (upper == 'O')
        return 0;
    if (upper == 'I' || upper == 'L')
        return 1;
    const char *found = upper == 0 ? NULL : strchr(crockford_digits, upper);
    return found == NULL ? -1 : (int)(found - crockford_digits);
}

bool text_crockford_parse(const char *text, uint64_t *ret_number) {
    uint64_t number = 0;
    int digits = 0;
    for (; *text != '\0'; text++) {
        if (*text == '-')
            continue;
        int value = crockford_value(*text);
        if (value < 0 || ++digits > 12)
            return false;
        number = number << 5 | (uint64_t)value;
    }
    if (digits != 12)
        return false;
    *ret_number = number;
    return true;
}
