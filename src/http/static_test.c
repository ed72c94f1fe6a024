#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "http/static.h"

static const struct http_header extra[] = {{"Content-Security-Policy", "default-src 'self'"}, {NULL, NULL}};

static struct static_asset page = {.path = "/index.html",
                                   .content_type = "text/html; charset=utf-8",
                                   .cache_control = STATIC_CACHE_ASK,
                                   .plain = {.bytes = "plain page", .length = 10},
                                   .brotli = {.bytes = "br", .length = 2},
                                   .gzip = {.bytes = "gzi", .length = 3},
                                   .permanent = true};

static struct http_server *server;

static void handler(struct http_request *request, void *context) {
    static_respond(request, &page, http_request_header(request, "X-Kept") == NULL ? extra : NULL);
}

static int begin(void **state) {
    struct http_options options = {.address = "127.0.0.1",
                                   .loops = 1,
                                   .body_bytes_max = 1000,
                                   .arena_bytes_max = 65536,
                                   .idle_timeout_s = 20,
                                   .connections_max = 100};
    struct error err;
    static_asset_tag(&page);
    return http_server_start(&options, handler, NULL, NULL, &server, &err) ? 0 : -1;
}

static int end(void **state) {
    http_server_stop(server, 1000);
    return 0;
}

struct answer {
    long status;
    char header[4096];
    char body[200];
};

static size_t collect(char *bytes, size_t size, size_t count, void *target) {
    char *text = target;
    (void)strncat(text, bytes, size * count);
    return size * count;
}

static struct answer get(const char *first, const char *second, bool head) {
    struct answer answer = {0};
    char url[100];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", http_server_port(server));
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Accept:");
    headers = first == NULL ? headers : curl_slist_append(headers, first);
    headers = second == NULL ? headers : curl_slist_append(headers, second);
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(curl, CURLOPT_NOBODY, head ? 1L : 0L);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 10000L);
    (void)curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, collect);
    (void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, answer.header);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer.body);
    (void)curl_easy_perform(curl);
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return answer;
}

static void the_smallest_form_that_the_client_understands_is_sent(void **state) {
    struct answer answer = get("Accept-Encoding: gzip, deflate, br", NULL, false);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body, "br");
    assert_non_null(strstr(answer.header, "Content-Encoding: br"));
    assert_non_null(strstr(answer.header, "Vary: Accept-Encoding"));
    assert_non_null(strstr(answer.header, "Cache-Control: no-cache"));
    assert_non_null(strstr(answer.header, "Content-Security-Policy: default-src 'self'"));
    answer = get("Accept-Encoding: gzip", NULL, false);
    assert_string_equal(answer.body, "gzi");
    answer = get(NULL, NULL, false);
    assert_string_equal(answer.body, "plain page");
    assert_null(strstr(answer.header, "Content-Encoding"));
}

// Without headers of its own the response is made once and kept: it must still differ by form and by
// condition.
static void a_kept_response_is_not_taken_for_another(void **state) {
    char header[100];
    (void)snprintf(header, sizeof header, "If-None-Match: %s", page.gzip.tag);
    for (int i = 0; i < 3; i++) {
        assert_string_equal(get("X-Kept: 1", NULL, false).body, "plain page");
        struct answer answer = get("X-Kept: 1", "Accept-Encoding: gzip", false);
        assert_string_equal(answer.body, "gzi");
        assert_non_null(strstr(answer.header, page.gzip.tag));
        assert_string_equal(get("X-Kept: 1", "Accept-Encoding: br", false).body, "br");
        answer = get("Accept-Encoding: gzip", header, false);
        assert_int_equal(answer.status, 304);
        assert_string_equal(answer.body, "");
    }
}

static void head_tells_the_length_without_the_body(void **state) {
    struct answer answer = get(NULL, NULL, true);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body, "");
    assert_non_null(strstr(answer.header, "Content-Length: 10\r\n"));
}

static void a_client_that_has_the_form_is_told_so(void **state) {
    char header[100];
    (void)snprintf(header, sizeof header, "If-None-Match: \"other\", %s", page.brotli.tag);
    struct answer answer = get("Accept-Encoding: br", header, false);
    assert_int_equal(answer.status, 304);
    assert_string_equal(answer.body, "");
    assert_non_null(strstr(answer.header, page.brotli.tag));
    assert_non_null(strstr(answer.header, "Vary: Accept-Encoding"));
    assert_null(strstr(answer.header, "Content-Encoding"));
    answer = get(NULL, header, false); // it has the other form
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body, "plain page");
}

static void tags_differ_by_content_and_by_form(void **state) {
    struct static_asset same = {.plain = {.bytes = "x", .length = 1}, .gzip = {.bytes = "x", .length = 1}};
    static_asset_tag(&same);
    assert_string_not_equal(same.plain.tag, same.gzip.tag);
    assert_string_not_equal(same.plain.tag, page.plain.tag);
    assert_string_equal(same.brotli.tag, "");
}

static void accept_encoding_is_read_with_its_weights(void **state) {
    static const struct {
        const char *header;
        bool brotli, gzip;
    } cases[] = {
        {NULL, false, false},
        {"", false, false},
        {"br", true, false},
        {"BR, GZIP", true, true},
        {"gzip;q=0, br;q=0.001", true, false},
        {"br;q=0.000,gzip ; q=1", false, true},
        {"*", true, true},
        {"*;q=0", false, false},
        {"br;q=0, *", false, true},
        {"identity", false, false},
        {"brotli, xgzip", false, false},
        {",,br,,", true, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct static_accepts accepts = static_accepts(cases[i].header);
        if (accepts.brotli != cases[i].brotli || accepts.gzip != cases[i].gzip)
            fail_msg("%s", cases[i].header == NULL ? "NULL" : cases[i].header);
    }
}

static void tags_are_compared_weakly(void **state) {
    assert_true(static_tag_matches("\"a\"", "\"a\""));
    assert_true(static_tag_matches("W/\"a\"", "\"a\""));
    assert_true(static_tag_matches("\"b\" , W/\"a\"", "\"a\""));
    assert_true(static_tag_matches("*", "\"a\""));
    assert_false(static_tag_matches("\"b\"", "\"a\""));
    assert_false(static_tag_matches("a", "\"a\""));
    assert_false(static_tag_matches("\"a", "\"a\""));
    assert_false(static_tag_matches("", "\"a\""));
    assert_false(static_tag_matches(NULL, "\"a\""));
}

static void types_follow_the_extension(void **state) {
    assert_string_equal(static_content_type("/index.html"), "text/html; charset=utf-8");
    assert_string_equal(static_content_type("/assets/main-ABC.js"), "text/javascript; charset=utf-8");
    assert_string_equal(static_content_type("/a.html/b"), "application/octet-stream");
    assert_string_equal(static_content_type("/none"), "application/octet-stream");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_smallest_form_that_the_client_understands_is_sent),
        cmocka_unit_test(a_kept_response_is_not_taken_for_another),
        cmocka_unit_test(head_tells_the_length_without_the_body),
        cmocka_unit_test(a_client_that_has_the_form_is_told_so),
        cmocka_unit_test(tags_differ_by_content_and_by_form),
        cmocka_unit_test(accept_encoding_is_read_with_its_weights),
        cmocka_unit_test(tags_are_compared_weakly),
        cmocka_unit_test(types_follow_the_extension),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
