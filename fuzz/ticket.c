// ticket.c - no text that was not issued is ever taken for a ticket, and reading one never strays.
#include <stdlib.h>
#include <string.h>

#include "gate/ticket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const unsigned char secret[TICKET_KEY_SIZE] = "a secret for fuzzing";
    struct ticket_office office;
    ticket_office_init(&office, secret, "fuzz", 1);
    struct holder holder = holder_of(HOLDER_DEVICE, "fuzz");
    char *text = malloc(size + 1);
    if (text == NULL)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';

    struct place place = {0, 0};
    struct error err = {0};
    if (ticket_read(text, &office, &holder, &place, &err)) {
        // Only what the office itself would write for this place may pass.
        char again[TICKET_TEXT_SIZE];
        ticket_write(again, &office, place, &holder);
        if (strcmp(again, text) != 0)
            abort();
    }
    free(text);
    return 0;
}
