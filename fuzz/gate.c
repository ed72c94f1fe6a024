// gate.c - what comes to the gate as a pass, as an assisted code, or as a document to be frozen.
#include <stdlib.h>
#include <string.h>

#include "gate/assisted.h"
#include "gate/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_pass(const char *text) {
    static const unsigned char secret[TICKET_KEY_SIZE] = "a secret for fuzzing";
    struct ticket_office office;
    struct holder holder;
    int64_t issued_s = 0;
    char again[PASS_TEXT_SIZE];
    ticket_office_init(&office, secret, "fuzz", 1);
    if (!pass_read(text, &office, &holder, &issued_s))
        return;
    // Only what the office itself would write may pass.
    pass_write(again, &office, &holder, issued_s);
    if (strcmp(again, text) != 0)
        abort();
}

static void try_code(const char *text) {
    static const unsigned char key[ASSISTED_KEY_SIZE] = "a key for fuzzing";
    struct assisted read, again;
    struct error err;
    if (!assisted_read(&read, key, text, &err))
        return;
    // However it was typed, it is one code.
    if (!assisted_read(&again, key, read.code, &err) || memcmp(&again, &read, sizeof read) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char frozen[DOCUMENT_BYTES_MAX + 1];
    char *text = malloc(size + 1);
    if (text == NULL)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    try_pass(text);
    try_code(text);
    if (document_freeze(frozen, text, INT64_MAX) > DOCUMENT_BYTES_MAX)
        abort();
    free(text);
    return 0;
}
