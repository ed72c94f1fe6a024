// suppression.c - primary cells, then as many complementary ones as it takes.
#include "measure/suppression.h"

#include <string.h>

// The smallest cell that is visible and not empty; `cells` when there is none.
static size_t smallest_visible(const int64_t *counts, size_t cells, const bool *hidden) {
    size_t smallest = cells;
    for (size_t i = 0; i < cells; i++)
        if (!hidden[i] && counts[i] > 0 && (smallest == cells || counts[i] < counts[smallest]))
            smallest = i;
    return smallest;
}

size_t suppression_mark(const int64_t *counts, size_t cells, int64_t k, bool *ret_hidden) {
    size_t hidden = 0;
    int64_t people = 0;
    for (size_t i = 0; i < cells; i++) {
        ret_hidden[i] = counts[i] > 0 && counts[i] < k;
        hidden += ret_hidden[i];
        people += ret_hidden[i] ? counts[i] : 0;
    }
    while (hidden > 0 && (hidden < 2 || people < k)) {
        size_t next = smallest_visible(counts, cells, ret_hidden);
        if (next == cells)
            break;
        ret_hidden[next] = true;
        hidden++;
        people += counts[next];
    }
    return hidden;
}
