// ticket.c - see ticket.h.
#include "gate/ticket.h"

#include <sodium.h>
#include <string.h>

#include "base/text.h"

#define MAC_SIZE     16
#define PLACE_SIZE   8
#define TICKET_BYTES (PLACE_SIZE + MAC_SIZE)
#define PASS_SIZE    (sizeof(struct holder) + 8)
#define PASS_BYTES   (PASS_SIZE + MAC_SIZE + 2) // two of padding

static const char office_purpose[] = "juncho gate ticket 1";
static const char pass_purpose[] = "juncho gate pass 1";
static const char holder_purpose[] = "juncho gate holder 1";

_Static_assert(TICKET_BYTES % 3 == 0, "every ticket has exactly one text form");
_Static_assert(TICKET_BYTES / 3 * 4 + 1 == TICKET_TEXT_SIZE, "the text form has a fixed length");

_Static_assert(PASS_BYTES % 3 == 0 && PASS_BYTES / 3 * 4 + 1 == PASS_TEXT_SIZE, "likewise every pass");

int place_compare(struct place a, struct place b) {
    if (a.second != b.second)
        return a.second < b.second ? -1 : 1;
    return (a.rank > b.rank) - (a.rank < b.rank);
}

static void write_uint32(unsigned char *target, uint32_t number) {
    for (int i = 0; i < 4; i++)
        target[i] = (unsigned char)(number >> (24 - 8 * i));
}

static uint32_t read_uint32(const unsigned char *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

struct holder holder_of(enum holder_kind kind, const char *name) {
    struct holder holder;
    crypto_generichash_state state;
    unsigned char tag = (unsigned char)kind;
    crypto_generichash_init(&state, NULL, 0, sizeof holder.bytes);
    crypto_generichash_update(&state, (const unsigned char *)holder_purpose, sizeof holder_purpose);
    crypto_generichash_update(&state, &tag, 1);
    crypto_generichash_update(&state, (const unsigned char *)name, strlen(name));
    crypto_generichash_final(&state, holder.bytes, sizeof holder.bytes);
    return holder;
}

bool holder_equal(const struct holder *a, const struct holder *b) {
    return sodium_memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

void ticket_office_init(struct ticket_office *office, const unsigned char secret[TICKET_KEY_SIZE],
                        const char *campaign, uint32_t epoch) {
    crypto_generichash_state state;
    unsigned char epoch_bytes[4];
    write_uint32(epoch_bytes, epoch);
    crypto_generichash_init(&state, secret, TICKET_KEY_SIZE, sizeof office->key);
    crypto_generichash_update(&state, (const unsigned char *)office_purpose, sizeof office_purpose);
    crypto_generichash_update(&state, epoch_bytes, sizeof epoch_bytes);
    crypto_generichash_update(&state, (const unsigned char *)campaign, strlen(campaign));
    crypto_generichash_final(&state, office->key, sizeof office->key);
    sodium_memzero(&state, sizeof state);
}

void ticket_office_done(struct ticket_office *office) {
    if (office != NULL)
        sodium_memzero(office->key, sizeof office->key);
}

// Signs the eight bytes of a place for its holder.
static void sign(unsigned char mac[MAC_SIZE], const struct ticket_office *office,
                 const unsigned char place[PLACE_SIZE], const struct holder *holder) {
    unsigned char message[PLACE_SIZE + sizeof holder->bytes];
    memcpy(message, place, PLACE_SIZE);
    memcpy(message + PLACE_SIZE, holder->bytes, sizeof holder->bytes);
    crypto_generichash(mac, MAC_SIZE, message, sizeof message, office->key, sizeof office->key);
}

void ticket_write(char target[TICKET_TEXT_SIZE], const struct ticket_office *office, struct place place,
                  const struct holder *holder) {
    unsigned char bytes[TICKET_BYTES];
    write_uint32(bytes, place.second);
    write_uint32(bytes + 4, place.rank);
    sign(bytes + PLACE_SIZE, office, bytes, holder);
    sodium_bin2base64(target, TICKET_TEXT_SIZE, bytes, sizeof bytes,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool ticket_read(const char *text, const struct ticket_office *office, const struct holder *holder,
                 struct place *ret_place, struct error *err) {
    unsigned char bytes[TICKET_BYTES];
    size_t length;
    if (strnlen(text, TICKET_TEXT_SIZE) != TICKET_TEXT_SIZE - 1 ||
        !text_base64url_decode(text, bytes, sizeof bytes, &length) || length != sizeof bytes)
        return error_set_field(err, ERROR_INVALID, "ticket",
                               "not a ticket: 32 characters of base64url expected");

    unsigned char mac[MAC_SIZE];
    sign(mac, office, bytes, holder);
    if (sodium_memcmp(mac, bytes + PLACE_SIZE, MAC_SIZE) != 0)
        return error_set_field(err, ERROR_DENIED, "ticket",
                               "not a ticket of this holder in the line that there is now; join anew");
    *ret_place = (struct place){.second = read_uint32(bytes), .rank = read_uint32(bytes + 4)};
    return true;
}

// Another purpose than a ticket's under the same key.
static void sign_pass(unsigned char mac[MAC_SIZE], const struct ticket_office *office,
                      const unsigned char content[PASS_SIZE]) {
    unsigned char message[sizeof pass_purpose + PASS_SIZE];
    memcpy(message, pass_purpose, sizeof pass_purpose);
    memcpy(message + sizeof pass_purpose, content, PASS_SIZE);
    crypto_generichash(mac, MAC_SIZE, message, sizeof message, office->key, sizeof office->key);
}

void pass_write(char target[PASS_TEXT_SIZE], const struct ticket_office *office, const struct holder *holder,
                int64_t issued_s) {
    unsigned char bytes[PASS_BYTES] = {0};
    memcpy(bytes, holder->bytes, sizeof holder->bytes);
    write_uint32(bytes + sizeof holder->bytes, (uint32_t)((uint64_t)issued_s >> 32));
    write_uint32(bytes + sizeof holder->bytes + 4, (uint32_t)issued_s);
    sign_pass(bytes + PASS_SIZE, office, bytes);
    sodium_bin2base64(target, PASS_TEXT_SIZE, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool pass_read(const char *text, const struct ticket_office *office, struct holder *ret_holder,
               int64_t *ret_issued_s) {
    unsigned char bytes[PASS_BYTES], mac[MAC_SIZE];
    size_t length;
    if (!text_base64url_decode(text, bytes, sizeof bytes, &length) || length != sizeof bytes)
        return false;
    sign_pass(mac, office, bytes);
    if (sodium_memcmp(mac, bytes + PASS_SIZE, MAC_SIZE) != 0 || bytes[PASS_BYTES - 2] != 0 ||
        bytes[PASS_BYTES - 1] != 0)
        return false;
    memcpy(ret_holder->bytes, bytes, sizeof ret_holder->bytes);
    *ret_issued_s = (int64_t)((uint64_t)read_uint32(bytes + sizeof ret_holder->bytes) << 32 |
                              read_uint32(bytes + sizeof ret_holder->bytes + 4));
    return true;
}
