// videos.c - reads videos.json and opens what it names.
#include "guidance/videos.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "guidance/captions.h"

#define LIST_BYTES_MAX  ((uint64_t)64 << 10)
#define ARENA_BYTES_MAX ((size_t)16 << 20)
#define PATH_SIZE       512
#define MARK_BYTES      4
#define NAME_LETTERS    "abcdefghijklmnopqrstuvwxyz0123456789-"
#define FILE_LETTERS    NAME_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ_."

struct videos {
    struct arena *arena;
    struct video_file files[VIDEO_FILES_MAX];
    size_t files_count;
    struct video list[VIDEOS_MAX];
    size_t count;
};

enum use { FILM, POSTER, CAPTIONS };

static const uint64_t bytes_max[] = {VIDEO_BYTES_MAX, POSTER_BYTES_MAX, CAPTIONS_BYTES_MAX};
// Every file of a type has the same letters at the same place; captions.h looks at captions itself.
static const struct type {
    enum use use;
    const char *ending, *content_type;
    size_t mark_at;
    const char *mark;
} types[] = {{FILM, ".mp4", "video/mp4", 4, "ftyp"},
             {FILM, ".webm", "video/webm", 0, "\x1A\x45\xDF\xA3"},
             {POSTER, ".jpg", "image/jpeg", 0, "\xFF\xD8\xFF"},
             {POSTER, ".png", "image/png", 0, "\x89PNG"},
             {POSTER, ".webp", "image/webp", 8, "WEBP"},
             {CAPTIONS, ".vtt", "text/vtt; charset=utf-8", 0, ""}};
static const char *const endings[] = {".mp4 or .webm", ".jpg, .png or .webp", ".vtt"};
// The screens of the app that show films.
static const char *const steps[] = {"consent", "procedure", "intent", "identity"};

struct source {
    const char *directory;
    const struct languages *languages;
};

static const struct type *type_of(enum use use, const char *name) {
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        size_t ending = strlen(types[i].ending);
        if (types[i].use == use && length > ending && strcmp(name + length - ending, types[i].ending) == 0)
            return &types[i];
    }
    return NULL;
}

// An error page that was saved under the name of a film, say, is said at start and not by a black square.
static bool has_mark(const struct video_file *file, const struct type *type) {
    char bytes[MARK_BYTES];
    size_t length = strlen(type->mark);
    return pread(fileno(file->stream), bytes, length, (off_t)type->mark_at) == (ssize_t)length &&
           memcmp(bytes, type->mark, length) == 0;
}

// Only what is a file: a pipe of that name must not hold the start up.
static bool open_file(const char *directory, const char *name, uint64_t limit, struct video_file *ret_file,
                      struct error *err) {
    char path[PATH_SIZE];
    struct stat about;
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return error_set(err, ERROR_INVALID, "%s cannot be read: %m", name);
    bool fits = fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0 &&
                (uint64_t)about.st_size <= limit;
    FILE *stream = fits ? fdopen(fd, "r") : NULL;
    if (stream == NULL) {
        (void)close(fd);
        return error_set(err, ERROR_INVALID, "%s is not a file of 1 to %" PRIu64 " bytes", name, limit);
    }
    *ret_file = (struct video_file){.stream = stream, .bytes = (uint64_t)about.st_size};
    (void)snprintf(ret_file->tag, sizeof ret_file->tag, "\"%" PRIx64 "-%" PRIx64 "\"", ret_file->bytes,
                   (uint64_t)about.st_mtim.tv_sec * 1000000000 + (uint64_t)about.st_mtim.tv_nsec);
    return true;
}

static bool read_all(const struct video_file *file, struct arena *arena, const char **ret_text,
                     struct error *err) {
    char *text = arena_alloc(arena, (size_t)file->bytes + 1);
    if (text == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (fread(text, 1, (size_t)file->bytes, file->stream) != file->bytes)
        return error_set(err, ERROR_INVALID, "cannot be read to its end");
    *ret_text = text;
    return true;
}

// A file that several videos name is opened once.
static bool add_file(struct videos *videos, const struct source *source, enum use use, const char *name,
                     const struct video_file **ret_file, struct error *err) {
    const struct type *type = type_of(use, name);
    if (!text_is_made_of(name, FILE_LETTERS, 1, VIDEO_NAME_SIZE - 1) || name[0] == '.')
        return error_set(err, ERROR_INVALID, "a file's name has only letters, digits, - _ and . (no folder)");
    if (type == NULL)
        return error_set(err, ERROR_INVALID, "%.80s does not end in %s", name, endings[use]);
    *ret_file = videos_file(videos, name);
    if (*ret_file != NULL)
        return true;
    ASSERT(videos->files_count < VIDEO_FILES_MAX); // it has room for all that VIDEOS_MAX can name
    struct video_file *file = &videos->files[videos->files_count];
    if (!open_file(source->directory, name, bytes_max[use], file, err))
        return false;
    videos->files_count++;
    if (!has_mark(file, type))
        return error_set(err, ERROR_INVALID, "%.80s is no %s inside", name, type->content_type);
    file->content_type = type->content_type;
    bool fits = text_copy(file->name, sizeof file->name, name);
    ASSERT(fits);
    *ret_file = file;
    return true;
}

// Reads the texts of a member {"ja": "...", "en": "..."} by language; Japanese must be there.
static bool read_texts(const json_t *object, const char *name, size_t text_bytes_max,
                       const struct languages *languages, const char *ret_texts[LANGUAGES_MAX],
                       struct error *err) {
    json_t *texts = json_object_get(object, name), *value = NULL;
    const char *code = NULL;
    if (!json_is_object(texts) || json_object_get(texts, "ja") == NULL)
        return error_set_field(err, ERROR_INVALID, name, "must be there in Japanese: {\"ja\": \"...\"}");
    json_object_foreach(texts, code, value) {
        size_t language = languages_find(languages, code);
        if (language == languages->count)
            return error_set_field(err, ERROR_INVALID, name, "there is no language \"%.20s\"", code);
        if (!json_member_text(texts, code, text_bytes_max, &ret_texts[language], err))
            return false;
        if (ret_texts[language][0] == '\0')
            return error_set_field(err, ERROR_INVALID, name, "\"%.20s\" is empty", code);
    }
    return true;
}

static bool add_captions(struct videos *videos, const struct source *source, struct video *video,
                         const char *const names[LANGUAGES_MAX], struct error *err) {
    for (size_t i = 0; i < source->languages->count; i++) {
        const char *text = NULL;
        if (names[i] == NULL)
            continue;
        if (videos_file(videos, names[i]) != NULL)
            return error_set(err, ERROR_INVALID, "%.80s stands twice", names[i]);
        if (!add_file(videos, source, CAPTIONS, names[i], &video->captions[i], err) ||
            !read_all(video->captions[i], videos->arena, &text, err))
            return false;
        if (!captions_transcript(text, videos->arena, &video->transcripts[i], err)) {
            error_prefix(err, "%.80s ", names[i]);
            return false;
        }
    }
    return true;
}

// What is wrong with a file is said behind the member that names it.
static bool in_member(bool ok, const char *member, struct error *err) {
    if (!ok)
        (void)snprintf(err->field, sizeof err->field, "%s", member);
    return ok;
}

static bool read_step(const json_t *object, struct video *video, struct error *err) {
    const char *step = NULL;
    if (!json_member_text(object, "step", 20, &step, err))
        return false;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (strcmp(steps[i], step) == 0)
            video->step = steps[i];
    return video->step != NULL ||
           error_set_field(err, ERROR_INVALID, "step", "must be one of consent, procedure, intent, identity");
}

static bool read_name(struct videos *videos, const json_t *object, struct video *video, struct error *err) {
    const char *name = NULL;
    if (!json_member_text(object, "name", 40, &name, err))
        return false;
    if (!text_is_made_of(name, NAME_LETTERS, 1, 40))
        return error_set_field(err, ERROR_INVALID, "name", "must be lower-case letters, digits and hyphens");
    for (size_t i = 0; i < videos->count; i++)
        if (strcmp(videos->list[i].name, name) == 0)
            return error_set_field(err, ERROR_INVALID, "name", "\"%s\" stands twice", name);
    video->name = arena_copy_text(videos->arena, name);
    return video->name != NULL || error_set(err, ERROR_UNAVAILABLE, "out of memory");
}

static bool read_titles(struct videos *videos, const json_t *object, const struct languages *languages,
                        struct video *video, struct error *err) {
    const char *texts[LANGUAGES_MAX] = {NULL};
    if (!read_texts(object, "title", VIDEO_TITLE_BYTES, languages, texts, err))
        return false;
    for (size_t i = 0; i < languages->count; i++) {
        video->titles[i] = arena_copy_text(videos->arena, texts[i]);
        if (texts[i] != NULL && video->titles[i] == NULL)
            return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    }
    return true;
}

static bool read_video(struct videos *videos, const struct source *source, const json_t *object,
                       struct error *err) {
    static const char *const names[] = {"name", "step", "file", "poster", "captions", "title", NULL};
    struct video video = {0};
    const char *film = NULL, *poster = NULL, *captions[LANGUAGES_MAX] = {NULL};
    if (!json_is_object(object))
        return error_set(err, ERROR_INVALID, "must be an object");
    if (!json_only(object, names, err) || !read_name(videos, object, &video, err) ||
        !read_step(object, &video, err) || !read_titles(videos, object, source->languages, &video, err) ||
        !json_member_text(object, "file", PATH_SIZE, &film, err) ||
        !json_member_text(object, "poster", PATH_SIZE, &poster, err) ||
        !read_texts(object, "captions", PATH_SIZE, source->languages, captions, err) ||
        !in_member(add_file(videos, source, FILM, film, &video.film, err), "file", err) ||
        !in_member(add_file(videos, source, POSTER, poster, &video.poster, err), "poster", err) ||
        !in_member(add_captions(videos, source, &video, captions, err), "captions", err))
        return false;
    videos->list[videos->count++] = video;
    return true;
}

static bool read_list(struct videos *videos, const struct source *source, const char *text,
                      struct error *err) {
    static const char *const names[] = {"videos", NULL};
    CLEANUP(json_cleanup) json_t *object = NULL;
    if (!json_parse_object(text, strlen(text), &object, err) || !json_only(object, names, err))
        return false;
    const json_t *list = json_object_get(object, "videos");
    if (!json_is_array(list) || json_array_size(list) > VIDEOS_MAX)
        return error_set(err, ERROR_INVALID, "\"videos\" must be a list of at most %d", VIDEOS_MAX);
    for (size_t i = 0; i < json_array_size(list); i++) {
        err->field[0] = '\0';
        if (read_video(videos, source, json_array_get(list, i), err))
            continue;
        error_prefix(err, "video %zu: %s%s", i + 1, err->field, err->field[0] == '\0' ? "" : ": ");
        return false;
    }
    return true;
}

static void close_list(struct video_file *file) {
    if (file->stream != NULL)
        (void)fclose(file->stream);
}

bool videos_open(const char *directory, const struct languages *languages, struct videos **ret_videos,
                 struct error *err) {
    CLEANUP(close_list) struct video_file list = {0};
    const struct source source = {.directory = directory, .languages = languages};
    const char *text = NULL;
    struct videos *videos = calloc(1, sizeof *videos);
    if (videos != NULL)
        videos->arena = arena_new(ARENA_BYTES_MAX);
    bool ok = videos != NULL && videos->arena != NULL;
    if (!ok)
        (void)error_set(err, ERROR_UNAVAILABLE, "out of memory");
    else if (directory[0] != '\0') {
        ok = open_file(directory, "videos.json", LIST_BYTES_MAX, &list, err) &&
             read_all(&list, videos->arena, &text, err) && read_list(videos, &source, text, err);
        if (!ok)
            error_prefix(err, "guidance.videos_dir: ");
    }
    if (!ok) {
        videos_free(videos);
        return false;
    }
    *ret_videos = videos;
    return true;
}

void videos_free(struct videos *videos) {
    if (videos == NULL)
        return;
    for (size_t i = 0; i < videos->files_count; i++)
        (void)fclose(videos->files[i].stream);
    arena_free(videos->arena);
    free(videos);
}

size_t videos_count(const struct videos *videos) {
    return videos->count;
}

const struct video *videos_at(const struct videos *videos, size_t index) {
    ASSERT(index < videos->count);
    return &videos->list[index];
}

const struct video_file *videos_file(const struct videos *videos, const char *name) {
    for (size_t i = 0; i < videos->files_count; i++)
        if (strcmp(videos->files[i].name, name) == 0)
            return &videos->files[i];
    return NULL;
}
