// outcome.c - names of outcomes and the reading of a provider's error.
#include "identity/outcome.h"

#include <stddef.h>
#include <string.h>

static const char *const names[] = {
    [IDENTITY_UNDER_WAY] = "under_way",
    [IDENTITY_VERIFIED] = "verified",
    [IDENTITY_AGE] = "age",
    [IDENTITY_OUTSIDE] = "outside",
    [IDENTITY_REVIEW] = "review",
    [IDENTITY_CANCELLED] = "cancelled",
    [IDENTITY_CARD_TROUBLE] = "card_trouble",
    [IDENTITY_CERTIFICATE] = "certificate",
    [IDENTITY_BUSY] = "busy",
    [IDENTITY_LINKED_ELSEWHERE] = "linked_elsewhere",
    [IDENTITY_OTHER] = "other",
};

const char *identity_outcome_name(enum identity_outcome outcome) {
    if ((size_t)outcome >= sizeof names / sizeof names[0])
        return NULL;
    return names[outcome];
}

struct meaning {
    const char *word;
    enum identity_outcome outcome;
};

// Looked for in the description, in this order: a certificate is also on a card.
static const struct meaning words[] = {
    {"certificate", IDENTITY_CERTIFICATE}, {"expired", IDENTITY_CERTIFICATE},
    {"revoked", IDENTITY_CERTIFICATE},     {"証明書", IDENTITY_CERTIFICATE},
    {"失効", IDENTITY_CERTIFICATE},        {"有効期限", IDENTITY_CERTIFICATE},
    {"pin", IDENTITY_CARD_TROUBLE},        {"card", IDENTITY_CARD_TROUBLE},
    {"locked", IDENTITY_CARD_TROUBLE},     {"nfc", IDENTITY_CARD_TROUBLE},
    {"暗証番号", IDENTITY_CARD_TROUBLE},   {"カード", IDENTITY_CARD_TROUBLE},
};

static const struct meaning codes[] = {
    {"access_denied", IDENTITY_CANCELLED},
    {"server_error", IDENTITY_BUSY},
    {"temporarily_unavailable", IDENTITY_BUSY},
};

enum identity_outcome identity_outcome_of_error(const char *error, const char *description) {
    enum identity_outcome outcome = IDENTITY_OTHER;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (strcmp(codes[i].word, error) == 0)
            outcome = codes[i].outcome;
    // Words make finer what is the resident's or nobody's doing; a busy provider stays a busy provider.
    if (outcome == IDENTITY_BUSY || description == NULL)
        return outcome;
    if (outcome == IDENTITY_OTHER && strcmp(error, "login_required") != 0 &&
        strcmp(error, "interaction_required") != 0)
        return outcome;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcasestr(description, words[i].word) != NULL)
            return words[i].outcome;
    return outcome;
}
