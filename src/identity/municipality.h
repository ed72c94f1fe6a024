// municipality.h - which municipality an address lies in, by the longest name that it begins with.
//
// Addresses come as free text from the resident register. They are brought to one form first (NFKC, no
// spaces, one spelling for ヶ, 檜 and their kin), so that every spelling of a name finds the same code.
#pragma once

#include <stddef.h>

#include "base/error.h"

#define MUNICIPALITY_ADDRESS_BYTES_MAX 1000

enum municipality_result {
    MUNICIPALITY_FOUND,
    MUNICIPALITY_OUTSIDE, // the address names another prefecture
    MUNICIPALITY_REVIEW,  // no prefecture, or no municipality of it that is known
};

struct municipality {
    int code; // local government code, six digits with its check digit
    const char *name;
};

// How many municipalities of a prefecture ("東京都") are known, 0 for one without a table, and the one at an
// index, in the order of their codes.
size_t municipality_count(const char *prefecture);
struct municipality municipality_at(const char *prefecture, size_t index);
// The name of a code, NULL when it is not known.
const char *municipality_name(int code);

// Where `address` lies, seen from `prefecture`. `ret_code` is 0 unless found. Not UTF-8 or too long: review.
enum municipality_result municipality_find(const char *prefecture, const char *address, int *ret_code);
