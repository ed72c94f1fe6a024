// sandbox_authorize.c - the authorization endpoint: checks what is asked, lets a card be chosen, sends back.
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "identity/sandbox_internal.h"

#define BASE64URL_ALPHABET "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
#define PERSON_ALPHABET    BASE64URL_ALPHABET "."
#define PERSON_MAX         64
#define SESSION_BYTES      16

struct asked {
    const char *state, *nonce, *challenge, *scope, *person, *card;
    unsigned scopes;
};

static const char *const card_names[SANDBOX_CARDS] = {
    [SANDBOX_ELIGIBLE] = "eligible", [SANDBOX_AGE14] = "age14",   [SANDBOX_OUTSIDE] = "outside",
    [SANDBOX_EXPIRED] = "expired",   [SANDBOX_CANCEL] = "cancel", [SANDBOX_PINLOCKED] = "pinlocked",
    [SANDBOX_SLOW] = "slow",         [SANDBOX_LOST] = "lost",
};

static const struct {
    const char *error, *description;
} refusals[SANDBOX_CARDS] = {
    [SANDBOX_EXPIRED] = {"access_denied", "The certificate for user authentication has expired."},
    [SANDBOX_CANCEL] = {"access_denied", "The user cancelled."},
    [SANDBOX_PINLOCKED] = {"access_denied", "The PIN is locked."},
};

static bool is_visible(const char *text) {
    size_t length = strlen(text);
    for (const char *c = text; *c != '\0'; c++)
        if (*c < 0x20 || *c > 0x7e)
            return false;
    return length > 0 && length <= SANDBOX_PARAMETER_MAX;
}

static const char *query(const struct sandbox_request *request, const char *name) {
    return request->query(request->context, name);
}

// What is wrong with the request, by RFC 6749 and OpenID Connect Core 3.1.2.2; NULL when it is right.
static const char *fault_of(struct asked *asked, const struct sandbox_request *request,
                            const char **ret_error) {
    const char *type = query(request, "response_type");
    const char *method = query(request, "code_challenge_method");
    *ret_error = "invalid_request";
    if (asked->nonce == NULL || !is_visible(asked->nonce))
        return "nonce is missing or not 1 to 255 visible characters";
    if (asked->challenge == NULL || !text_is_made_of(asked->challenge, BASE64URL_ALPHABET, 43, 43))
        return "code_challenge is missing or not 43 characters of base64url";
    if (method == NULL || strcmp(method, "S256") != 0)
        return "code_challenge_method must be S256";
    if (type == NULL || strcmp(type, "code") != 0) {
        *ret_error = "unsupported_response_type";
        return "response_type must be code";
    }
    if (asked->scope == NULL || !sandbox_scopes_parse(asked->scope, &asked->scopes)) {
        *ret_error = "invalid_scope";
        return "scope must hold openid, and else only name, address, birthdate, gender";
    }
    return NULL;
}

static const char *comeback(const struct sandbox *sandbox, const struct asked *asked, const char *code,
                            const char *error, const char *description, struct arena *arena) {
    struct buffer address;
    buffer_init(&address, arena);
    form_address(&address, sandbox->redirect_uri);
    form_add(&address, "code", code);
    form_add(&address, "error", error);
    form_add(&address, "error_description", description);
    form_add(&address, "state", asked->state);
    if (code != NULL) {
        unsigned char bytes[SESSION_BYTES];
        char session[2 * SESSION_BYTES];
        randombytes_buf(bytes, sizeof bytes);
        text_base64url(session, sizeof session, bytes, sizeof bytes);
        form_add(&address, "session_state", session);
    }
    return address.text;
}

static void send_back(struct sandbox_response *response, const char *location) {
    sandbox_respond(response, location == NULL ? 503 : 303, NULL, NULL);
    if (location != NULL)
        sandbox_header(response, "Location", location);
    sandbox_header(response, "Cache-Control", "no-store");
}

static void show(struct sandbox_response *response, int status, const char *page) {
    sandbox_respond(response, page == NULL ? 503 : status, "text/html; charset=utf-8", page);
    sandbox_header(response, "Cache-Control", "no-store");
}

// The person's name: as asked; one for each card; or, with an eligible card, somebody who was never here.
static void name_person(char target[SANDBOX_PERSON_SIZE], const struct asked *asked, enum sandbox_card card) {
    unsigned char bytes[SESSION_BYTES];
    char random[2 * SESSION_BYTES];
    randombytes_buf(bytes, sizeof bytes);
    text_base64url(random, sizeof random, bytes, sizeof bytes);
    bool passing = asked->person == NULL && (card == SANDBOX_ELIGIBLE || card == SANDBOX_SLOW);
    (void)snprintf(target, SANDBOX_PERSON_SIZE, "%s:%s",
                   asked->person != NULL ? "named"
                   : passing             ? "new"
                                         : "card",
                   asked->person != NULL ? asked->person
                   : passing             ? random
                                         : card_names[card]);
}

static const char *make_code(const struct sandbox *sandbox, const struct sandbox_request *request,
                             const struct asked *asked, enum sandbox_card card) {
    struct sandbox_grant grant = {
        .issued_ms = request->now_ms, .kind = 'c', .card = (int32_t)card, .scopes = asked->scopes};
    name_person(grant.person, asked, card);
    if (!text_copy(grant.challenge, sizeof grant.challenge, asked->challenge) ||
        !text_copy(grant.nonce, sizeof grant.nonce, asked->nonce))
        return NULL;
    return sandbox_seal(sandbox, &grant, request->arena);
}

static void answer_slowly(struct sandbox *sandbox, const struct sandbox_request *request,
                          struct sandbox_response *response, const char *location) {
    const char *refresh = arena_print(request->arena, "%d; url=%s", SANDBOX_SLOW_S, location);
    show(response, 200,
         sandbox_page_message(sandbox, "カードを読み取っています",
                              "20秒ほどお待ちください。自動で元の画面に戻ります。", request->arena));
    if (refresh != NULL)
        sandbox_header(response, "Refresh", refresh);
}

static void answer_card(struct sandbox *sandbox, const struct sandbox_request *request,
                        const struct asked *asked, enum sandbox_card card,
                        struct sandbox_response *response) {
    if (card == SANDBOX_LOST) {
        show(response, 200,
             sandbox_page_message(
                 sandbox, "アプリから戻れませんでした",
                 "この画面からは先へ進みません。元の画面を開き直したときの動きを確かめられます。",
                 request->arena));
        return;
    }
    if (refusals[card].error != NULL) {
        send_back(response, comeback(sandbox, asked, NULL, refusals[card].error, refusals[card].description,
                                     request->arena));
        return;
    }
    const char *code = make_code(sandbox, request, asked, card);
    const char *location = code == NULL ? NULL : comeback(sandbox, asked, code, NULL, NULL, request->arena);
    if (card == SANDBOX_SLOW && location != NULL)
        answer_slowly(sandbox, request, response, location);
    else
        send_back(response, location);
}

static void show_chooser(struct sandbox *sandbox, const struct sandbox_request *request,
                         const struct asked *asked, struct sandbox_response *response) {
    struct buffer parameters;
    buffer_init(&parameters, request->arena);
    form_add(&parameters, "response_type", "code");
    form_add(&parameters, "client_id", sandbox->client_id);
    form_add(&parameters, "redirect_uri", sandbox->redirect_uri);
    form_add(&parameters, "scope", asked->scope);
    form_add(&parameters, "state", asked->state);
    form_add(&parameters, "nonce", asked->nonce);
    form_add(&parameters, "code_challenge", asked->challenge);
    form_add(&parameters, "code_challenge_method", "S256");
    show(response, 200,
         parameters.failed ? NULL : sandbox_page_chooser(sandbox, parameters.text, request->arena));
}

void sandbox_authorize(struct sandbox *sandbox, const struct sandbox_request *request,
                       struct sandbox_response *response) {
    const char *client_id = query(request, "client_id");
    const char *redirect_uri = query(request, "redirect_uri");
    struct asked asked = {.state = query(request, "state"),
                          .nonce = query(request, "nonce"),
                          .challenge = query(request, "code_challenge"),
                          .scope = query(request, "scope"),
                          .person = query(request, "person"),
                          .card = query(request, "card")};
    // Nobody is sent to an address that is not registered, nor back without the state that tells him apart.
    if (client_id == NULL || strcmp(client_id, sandbox->client_id) != 0 || redirect_uri == NULL ||
        strcmp(redirect_uri, sandbox->redirect_uri) != 0 || asked.state == NULL || !is_visible(asked.state)) {
        show(response, 400,
             sandbox_page_message(sandbox, "要求を受け付けられません",
                                  "client_id、redirect_uri、stateのいずれかが正しくありません。",
                                  request->arena));
        return;
    }
    const char *error = NULL;
    const char *fault = fault_of(&asked, request, &error);
    enum sandbox_card card = SANDBOX_CARDS;
    for (int i = 0; asked.card != NULL && i < SANDBOX_CARDS; i++)
        if (strcmp(asked.card, card_names[i]) == 0)
            card = (enum sandbox_card)i;
    if (fault == NULL &&
        ((asked.card != NULL && card == SANDBOX_CARDS) ||
         (asked.person != NULL && !text_is_made_of(asked.person, PERSON_ALPHABET, 1, PERSON_MAX))))
        fault = "no such card, or a person's name that is not 1 to 64 of A-Z a-z 0-9 - _ .";
    if (fault != NULL)
        send_back(response, comeback(sandbox, &asked, NULL, error, fault, request->arena));
    else if (asked.card == NULL)
        show_chooser(sandbox, request, &asked, response);
    else
        answer_card(sandbox, request, &asked, card, response);
}
