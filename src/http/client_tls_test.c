// Over TLS: a server is believed only with a certificate that the chosen authorities vouch for, for its own
// name.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <microhttpd.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "http/client.h"

#define PEM_SIZE 4096

static char key_pem[PEM_SIZE], certificate_pem[PEM_SIZE];
static char certificate_file[] = "/tmp/juncho-tls-XXXXXX";
static struct MHD_Daemon *server;
static uint16_t port;

static void read_memory(BIO *bio, char target[PEM_SIZE]) {
    int length = BIO_read(bio, target, PEM_SIZE - 1);
    assert_true(length > 0);
    target[length] = '\0';
    BIO_free(bio);
}

// A certificate that vouches for itself, made for 127.0.0.1 and for nothing else.
static void make_certificate(void) {
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    assert_true(key != NULL && certificate != NULL);
    (void)X509_set_version(certificate, 2);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    (void)X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    (void)X509_set_pubkey(certificate, key);
    X509_NAME *name = X509_get_subject_name(certificate);
    (void)X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
    (void)X509_set_issuer_name(certificate, name);
    X509_EXTENSION *host = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1");
    assert_int_equal(X509_add_ext(certificate, host, -1), 1);
    X509_EXTENSION_free(host);
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
    BIO *bio = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL), 1);
    read_memory(bio, key_pem);
    bio = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_X509(bio, certificate), 1);
    read_memory(bio, certificate_pem);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

static enum MHD_Result answer(void *cls, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *bytes, size_t *length,
                              void **context) {
    static char body[] = "over TLS";
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(body), body, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result result = MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return result;
}

static int begin(void **state) {
    make_certificate();
    int fd = mkstemp(certificate_file);
    size_t length = strlen(certificate_pem);
    if (fd < 0 || write(fd, certificate_pem, length) != (ssize_t)length || close(fd) != 0)
        return -1;
    server = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_TLS, 0, NULL, NULL, answer, NULL,
                              MHD_OPTION_HTTPS_MEM_KEY, key_pem, MHD_OPTION_HTTPS_MEM_CERT, certificate_pem,
                              MHD_OPTION_END);
    if (server == NULL)
        return -1;
    port = MHD_get_daemon_info(server, MHD_DAEMON_INFO_BIND_PORT)->port;
    return 0;
}

static int end(void **state) {
    MHD_stop_daemon(server);
    return unlink(certificate_file);
}

struct outcome {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool done;
    bool failed;
    struct error err;
};

static void done(struct http_call *call, const struct error *err) {
    struct outcome *outcome = call->context;
    (void)pthread_mutex_lock(&outcome->mutex);
    outcome->failed = err != NULL;
    if (err != NULL)
        outcome->err = *err;
    outcome->done = true;
    (void)pthread_cond_signal(&outcome->changed);
    (void)pthread_mutex_unlock(&outcome->mutex);
}

// Calls https://HOST:port/ once; the body when it was answered, else NULL.
static const char *call(struct arena *arena, const char *host, const char *ca_file, struct error *ret_err) {
    struct http_client_options options = {
        .connections_max = 1, .calls_max = 1, .body_bytes_max = 1000, .ca_file = ca_file};
    struct http_client *client = NULL;
    struct outcome outcome = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    struct http_call call = {.url = arena_print(arena, "https://%s:%u/", host, port),
                             .timeout_ms = 10000,
                             .arena = arena,
                             .context = &outcome,
                             .done = done};
    assert_true(http_client_start(&options, &client, ret_err));
    assert_true(http_client_send(client, &call, ret_err));
    (void)pthread_mutex_lock(&outcome.mutex);
    while (!outcome.done)
        (void)pthread_cond_wait(&outcome.changed, &outcome.mutex);
    (void)pthread_mutex_unlock(&outcome.mutex);
    http_client_stop(client);
    *ret_err = outcome.err;
    return outcome.failed ? NULL : call.body;
}

static void a_server_whose_authority_is_trusted_is_called(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 16);
    struct error err;
    assert_string_equal(call(arena, "127.0.0.1", certificate_file, &err), "over TLS");
}

static void a_certificate_that_nobody_vouches_for_is_refused(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 16);
    struct error err;
    assert_null(call(arena, "127.0.0.1", NULL, &err));
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    assert_non_null(strstr(err.message, "certificate"));
}

static void a_certificate_for_another_name_is_refused(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 16);
    struct error err;
    assert_null(call(arena, "localhost", certificate_file, &err));
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    assert_non_null(strstr(err.message, "localhost"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_whose_authority_is_trusted_is_called),
        cmocka_unit_test(a_certificate_that_nobody_vouches_for_is_refused),
        cmocka_unit_test(a_certificate_for_another_name_is_refused),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
