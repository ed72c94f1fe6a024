// token.c - keyed BLAKE2b over three numbers.
#include "site/token.h"

#include <sodium.h>
#include <string.h>

#include "base/text.h"

#define MAC_SIZE     16
#define CONTENT_SIZE (3 * sizeof(int64_t))

struct sealed {
    int64_t content[3];
    unsigned char mac[MAC_SIZE];
};

static void sign(struct sealed *sealed, const unsigned char key[TOKEN_KEY_SIZE]) {
    int result = crypto_generichash(sealed->mac, MAC_SIZE, (const unsigned char *)sealed->content,
                                    CONTENT_SIZE, key, TOKEN_KEY_SIZE);
    ASSERT(result == 0);
}

void token_seal(const struct token *token, const unsigned char key[TOKEN_KEY_SIZE],
                char target[TOKEN_TEXT_SIZE]) {
    struct sealed sealed = {.content = {token->resident_id, token->issued_ms, token->other}};
    sign(&sealed, key);
    text_base64url(target, TOKEN_TEXT_SIZE, &sealed, sizeof sealed);
}

bool token_open(const char *text, const unsigned char key[TOKEN_KEY_SIZE], int64_t now_ms, int64_t age_ms_max,
                struct token *ret_token) {
    struct sealed sealed, expected;
    size_t length = 0;
    if (!text_base64url_decode(text, &sealed, sizeof sealed, &length) || length != sizeof sealed)
        return false;
    memcpy(&expected, &sealed, sizeof expected);
    sign(&expected, key);
    if (sodium_memcmp(expected.mac, sealed.mac, MAC_SIZE) != 0)
        return false;
    // A token from the future (the clock was set back) is still this server's own.
    if (now_ms - sealed.content[1] > age_ms_max)
        return false;
    *ret_token = (struct token){sealed.content[0], sealed.content[1], sealed.content[2]};
    return true;
}
