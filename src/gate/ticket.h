// ticket.h - a place in line that its holder carries along, signed so that the gate need not remember it.
//
// A ticket says "second, rank" and carries a keyed BLAKE2b over campaign, epoch, second, rank and holder.
// The holder is not written in it: whoever presents a ticket is known by the session or the device key,
// so a copied ticket is worth nothing to another. A reset of the line raises the epoch and with it
// refuses every ticket of before. Text form: 32 characters of base64url.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define TICKET_TEXT_SIZE 33 // 32 characters and NUL
#define TICKET_KEY_SIZE  32

// Where somebody stands: earlier seconds first, lower ranks first within a second. Second 0 is shared
// by everyone who came before the opening; their rank is drawn (draw.h).
struct place {
    uint32_t second; // since 1970
    uint32_t rank;
};

// Negative, 0 or positive as `a` stands before, level with or behind `b`.
int place_compare(struct place a, struct place b);

// Who holds a place: a hash of a resident's number or of a device key, never the thing itself.
struct holder {
    unsigned char bytes[16];
};

enum holder_kind {
    HOLDER_RESIDENT = 1,
    HOLDER_DEVICE,
    HOLDER_ASSISTED, // joined by an operator; the short code is the name
};

// `name`: the resident's number, the device's key or the code, as text; kinds never meet.
struct holder holder_of(enum holder_kind kind, const char *name);
bool holder_equal(const struct holder *a, const struct holder *b); // in constant time

// The key that signs the tickets and passes of one campaign in one epoch.
struct ticket_office {
    unsigned char key[TICKET_KEY_SIZE];
};

// Derives the key from the server's secret. Nothing can fail: any campaign text and epoch will do.
void ticket_office_init(struct ticket_office *office, const unsigned char secret[TICKET_KEY_SIZE],
                        const char *campaign, uint32_t epoch);
void ticket_office_done(struct ticket_office *office); // wipes the key

// Signs a place for its holder: the text form, NUL included.
void ticket_write(char target[TICKET_TEXT_SIZE], const struct ticket_office *office, struct place place,
                  const struct holder *holder);

// ERROR_INVALID: not the form of a ticket. ERROR_DENIED: forged, or of another holder, campaign or
// epoch; which of them is not told, and the comparison takes the same time for all.
MUST_CHECK bool ticket_read(const char *text, const struct ticket_office *office, const struct holder *holder,
                            struct place *ret_place, struct error *err);

// A pass: that its holder was let in at `issued_s`. It is told to whoever asks at the door (a proxy), on any
// node and after a restart, without a look at a store. Text form: 56 characters of base64url.
#define PASS_TEXT_SIZE 57

void pass_write(char target[PASS_TEXT_SIZE], const struct ticket_office *office, const struct holder *holder,
                int64_t issued_s);
// False for anything that this office did not write.
MUST_CHECK bool pass_read(const char *text, const struct ticket_office *office, struct holder *ret_holder,
                          int64_t *ret_issued_s);
