#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http/range.h"
#include "http/server_test.h"

static void parts(const char *header, uint64_t size, uint64_t offset, uint64_t length) {
    struct range range = {0, 0};
    if (range_parse(header, size, &range) != RANGE_PART || range.offset != offset || range.length != length)
        fail_msg("%s of %llu is %llu at %llu", header, (unsigned long long)size,
                 (unsigned long long)range.length, (unsigned long long)range.offset);
}

static void one_part_is_understood(void **state) {
    parts("bytes=0-0", 10, 0, 1);
    parts("bytes=2-5", 10, 2, 4);
    parts("Bytes= 2-5 ", 10, 2, 4);
    parts("bytes=2-", 10, 2, 8);
    parts("bytes=9-100", 10, 9, 1);
    parts("bytes=-3", 10, 7, 3);
    parts("bytes=-30", 10, 0, 10);
    parts("bytes=0-99999999999999999999999999", 10, 0, 10);
}

static void what_does_not_exist_is_beyond(void **state) {
    struct range range;
    assert_int_equal(range_parse("bytes=10-", 10, &range), RANGE_BEYOND);
    assert_int_equal(range_parse("bytes=10-12", 10, &range), RANGE_BEYOND);
    assert_int_equal(range_parse("bytes=99999999999999999999999999-", 10, &range), RANGE_BEYOND);
    assert_int_equal(range_parse("bytes=-0", 10, &range), RANGE_BEYOND);
}

static void anything_else_asks_for_the_whole(void **state) {
    static const char *const others[] = {"bytes=0-1,4-5", "bytes=5-2", "bytes=-",   "bytes=",      "bytes",
                                         "items=0-1",     "bytes=a-b", "bytes=1-x", "bytes=0x1-2", ""};
    struct range range;
    assert_int_equal(range_parse(NULL, 10, &range), RANGE_WHOLE);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (range_parse(others[i], 10, &range) != RANGE_WHOLE)
            fail_msg("\"%s\" is not the whole", others[i]);
}

static FILE *stream;

static void handler(struct http_request *request, void *context) {
    range_respond(request, &(struct range_file){.stream = stream,
                                                .bytes = 10,
                                                .content_type = "video/mp4",
                                                .cache_control = "no-cache",
                                                .tag = "\"t\""});
}

static struct http_server *server;

static int set_up(void **state) {
    struct error err;
    stream = tmpfile();
    return stream == NULL || fputs("0123456789", stream) < 0 || fflush(stream) != 0 ||
           !http_server_start(&options, handler, NULL, NULL, &server, &err);
}

static int tear_down(void **state) {
    http_server_stop(server, 1000);
    return fclose(stream);
}

static void answers(const char *headers, int status, const char *header, const char *body) {
    char request[256], answer[ANSWER_SIZE];
    (void)snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: x\r\n%s\r\n", headers);
    assert_int_equal(ask(server, request, answer), status);
    if (strstr(answer, header) == NULL)
        fail_msg("no %s in %s", header, answer);
    assert_string_equal(strstr(answer, "\r\n\r\n") + 4, body);
}

static void a_part_of_a_file_is_sent(void **state) {
    answers("", 200, "Accept-Ranges: bytes", "0123456789");
    answers("Range: bytes=0-3\r\n", 206, "Content-Range: bytes 0-3/10\r\n", "0123");
    answers("Range: bytes=-2\r\n", 206, "Content-Range: bytes 8-9/10\r\n", "89");
    answers("Range: bytes=4-\r\n", 206, "Content-Length: 6\r\n", "456789");
    answers("Range: bytes=10-\r\n", 416, "Content-Range: bytes */10\r\n", "");
    answers("Range: bytes=0-1,3-4\r\n", 200, "ETag: \"t\"\r\n", "0123456789");
}

static void conditions_go_by_the_tag(void **state) {
    answers("Range: bytes=0-3\r\nIf-Range: \"t\"\r\n", 206, "ETag: \"t\"\r\n", "0123");
    answers("Range: bytes=0-3\r\nIf-Range: \"u\"\r\n", 200, "ETag: \"t\"\r\n", "0123456789");
    answers("Range: bytes=0-3\r\nIf-Range: W/\"t\"\r\n", 200, "ETag: \"t\"\r\n", "0123456789");
    answers("If-None-Match: \"t\"\r\nRange: bytes=90-\r\n", 304, "ETag: \"t\"\r\n", "");
}

static void head_tells_the_size_of_the_whole(void **state) {
    char answer[ANSWER_SIZE];
    assert_int_equal(ask(server, "HEAD / HTTP/1.1\r\nHost: x\r\nRange: bytes=0-1\r\n\r\n", answer), 200);
    assert_non_null(strstr(answer, "Content-Length: 10\r\n"));
    assert_string_equal(strstr(answer, "\r\n\r\n"), "\r\n\r\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_part_is_understood),
        cmocka_unit_test(what_does_not_exist_is_beyond),
        cmocka_unit_test(anything_else_asks_for_the_whole),
        cmocka_unit_test_setup_teardown(a_part_of_a_file_is_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(conditions_go_by_the_tag, set_up, tear_down),
        cmocka_unit_test_setup_teardown(head_tells_the_size_of_the_whole, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
