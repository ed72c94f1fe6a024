// suppression.h - small cells of a published table are hidden, and no sum gives them away.
//
// A cell of 1 to k - 1 people is hidden. The total of the table is published, so a single hidden cell could
// be found by subtraction, and several could be narrowed down when together they are fewer than k: then the
// smallest cells that are still visible are hidden too, until at least two are and together hold k or more.
// An empty cell tells of nobody and stays.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SUPPRESSION_K_DEFAULT 10
#define SUPPRESSION_K_MAX     1000

// Fills `ret_hidden` for every cell and returns how many are hidden. k below 2 hides nothing.
size_t suppression_mark(const int64_t *counts, size_t cells, int64_t k, bool *ret_hidden);
