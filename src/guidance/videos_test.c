#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guidance/videos.h"

#define CAPTION "WEBVTT\n\n00:00.000 --> 00:02.000\n"
#define REST    "\"title\":{\"ja\":\"カード\"}}]}"

static struct arena *arena;
static struct languages languages;
static char directory[64];
static const char *const written[] = {"videos.json", "card.mp4", "card.jpg", "ja.vtt", "en.vtt", "pipe.mp4"};

static void write_file(const char *name, const char *text) {
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *stream = fopen(path, "we");
    assert_non_null(stream);
    assert_true(fputs(text, stream) >= 0);
    assert_int_equal(fclose(stream), 0);
}

static int set_up(void **state) {
    struct error err;
    arena = arena_new(8 << 20);
    strcpy(directory, "/tmp/juncho-videos-XXXXXX");
    if (arena == NULL || !languages_read("", arena, &languages, &err) || mkdtemp(directory) == NULL)
        return 1;
    write_file("card.mp4", "....ftyp");
    write_file("card.jpg", "\xFF\xD8\xFF poster");
    write_file("ja.vtt", CAPTION "カードをあてます。");
    write_file("en.vtt", CAPTION "Hold the card.");
    return 0;
}

static int tear_down(void **state) {
    arena_free(arena);
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s/%s", directory, written[i]);
        (void)unlink(path);
    }
    return rmdir(directory);
}

static void a_folder_is_read(void **state) {
    struct error err;
    struct videos *videos = NULL;
    write_file("videos.json",
               "{\"videos\":[{\"name\":\"card\",\"step\":\"identity\",\"file\":\"card.mp4\","
               "\"poster\":\"card.jpg\",\"captions\":{\"en\":\"en.vtt\",\"ja\":\"ja.vtt\"}," REST);
    if (!videos_open(directory, &languages, &videos, &err))
        fail_msg("%s", err.message);
    assert_int_equal(videos_count(videos), 1);
    const struct video *video = videos_at(videos, 0);
    size_t english = languages_find(&languages, "en"), korean = languages_find(&languages, "ko");
    assert_string_equal(video->name, "card");
    assert_string_equal(video->step, "identity");
    assert_string_equal(video->titles[0], "カード");
    assert_null(video->titles[english]);
    assert_string_equal(video->transcripts[0], "カードをあてます。");
    assert_string_equal(video->transcripts[english], "Hold the card.");
    assert_null(video->captions[korean]);
    assert_ptr_equal(videos_file(videos, "card.mp4"), video->film);
    assert_string_equal(video->film->content_type, "video/mp4");
    assert_int_equal(video->film->bytes, 8);
    assert_string_equal(videos_file(videos, "en.vtt")->content_type, "text/vtt; charset=utf-8");
    assert_null(videos_file(videos, "videos.json"));
    videos_free(videos);
}

static void no_folder_is_no_videos(void **state) {
    struct error err;
    struct videos *videos = NULL;
    assert_true(videos_open("", &languages, &videos, &err));
    assert_int_equal(videos_count(videos), 0);
    assert_null(videos_file(videos, "card.mp4"));
    videos_free(videos);
    videos_free(NULL);
}

static void refused(const char *list, const char *words) {
    struct error err;
    struct videos *videos = NULL;
    write_file("videos.json", list);
    assert_false(videos_open(directory, &languages, &videos, &err));
    assert_null(videos);
    assert_int_equal(err.kind, ERROR_INVALID);
    if (strstr(err.message, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.message, words);
}

static void refused_with(const char *members, const char *words) {
    char list[1024];
    (void)snprintf(list, sizeof list, "{\"videos\":[{\"name\":\"card\",%s," REST, members);
    refused(list, words);
}

#define STEP     "\"step\":\"identity\","
#define FILM     "\"file\":\"card.mp4\","
#define POSTER   "\"poster\":\"card.jpg\","
#define CAPTIONS "\"captions\":{\"ja\":\"ja.vtt\"}"

static void what_is_wrong_is_named(void **state) {
    refused("[]", "guidance.videos_dir: ");
    refused("{\"videos\":{}}", "must be a list");
    refused("{\"videos\":[1,2,3,4,5,6,7,8,9]}", "at most 8");
    refused("{\"videos\":[1]}", "video 1: must be an object");
    refused_with("\"sound\":1," STEP FILM POSTER CAPTIONS, "video 1: sound: unknown member");
    refused_with("\"step\":\"nowhere\"," FILM POSTER CAPTIONS, "video 1: step: must be one of");
    refused_with(STEP FILM CAPTIONS, "video 1: poster: missing");
    refused_with(STEP FILM POSTER "\"captions\":{\"en\":\"en.vtt\"}", "captions: must be there in Japanese");
    refused_with(STEP FILM POSTER "\"captions\":{\"ja\":\"ja.vtt\",\"xx\":\"en.vtt\"}", "no language \"xx\"");
    refused_with(STEP FILM POSTER "\"captions\":{\"ja\":\"ja.vtt\",\"en\":\"ja.vtt\"}", "stands twice");
    refused_with(STEP "\"file\":\"../card.mp4\"," POSTER CAPTIONS, "file: a file's name has only");
    refused_with(STEP "\"file\":\".mp4\"," POSTER CAPTIONS, "file: a file's name has only");
    refused_with(STEP "\"file\":\"card.jpg\"," POSTER CAPTIONS, "card.jpg does not end in .mp4 or .webm");
    refused_with(STEP "\"file\":\"none.mp4\"," POSTER CAPTIONS, "file: none.mp4 cannot be read");
    write_file("ja.vtt", "1\n00:00:00,000 --> 00:00:02,000\n");
    refused_with(STEP FILM POSTER CAPTIONS, "captions: ja.vtt does not begin with WEBVTT");
    write_file("card.jpg", "<!doctype html>");
    refused_with(STEP FILM POSTER CAPTIONS, "poster: card.jpg is no image/jpeg inside");
    write_file("card.mp4", "<!doctype html>");
    refused_with(STEP FILM POSTER CAPTIONS, "file: card.mp4 is no video/mp4 inside");
    write_file("card.mp4", "....ftyp");
    write_file("card.jpg", "");
    refused_with(STEP FILM POSTER CAPTIONS, "poster: card.jpg is not a file of 1 to 524288 bytes");
}

static void a_pipe_does_not_hold_the_start_up(void **state) {
    char path[128];
    (void)snprintf(path, sizeof path, "%s/pipe.mp4", directory);
    assert_int_equal(mkfifo(path, 0600), 0);
    refused_with(STEP "\"file\":\"pipe.mp4\"," POSTER CAPTIONS, "pipe.mp4 is not a file");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_folder_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_folder_is_no_videos, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_pipe_does_not_hold_the_start_up, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
