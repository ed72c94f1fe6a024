// videos.h - the operator's films, shown at the step where people leave.
//
// A folder holds videos.json and what it names: {"videos": [{"name": "card", "step": "identity",
// "file": "card.mp4", "poster": "card.jpg", "captions": {"ja": "card.ja.vtt"}, "title": {"ja": "..."}}]}.
// Everything is read and checked once, at start. Captions and title in Japanese must be there; the transcript
// is made of the captions. Films stay in their files, which stay open: one that is replaced on the disk is
// served as it was until the next start.
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "guidance/languages.h"

#define VIDEOS_MAX         8
#define VIDEO_FILES_MAX    (VIDEOS_MAX * (2 + LANGUAGES_MAX))
#define VIDEO_NAME_SIZE    81
#define VIDEO_TAG_SIZE     40
#define VIDEO_TITLE_BYTES  200
#define VIDEO_BYTES_MAX    ((uint64_t)512 << 20)
#define POSTER_BYTES_MAX   ((uint64_t)512 << 10)
#define CAPTIONS_BYTES_MAX ((uint64_t)32 << 10)

struct video_file {
    char name[VIDEO_NAME_SIZE]; // "card.mp4"
    const char *content_type;
    FILE *stream;
    uint64_t bytes;
    char tag[VIDEO_TAG_SIZE]; // an entity tag of size and time, with its quotation marks
};

struct video {
    const char *name, *step;
    const struct video_file *film, *poster;
    // By language; NULL where there is none. Japanese is there.
    const struct video_file *captions[LANGUAGES_MAX];
    const char *titles[LANGUAGES_MAX], *transcripts[LANGUAGES_MAX];
};

struct videos;

// `directory` "": no videos. ERROR_INVALID names the video, its member and what is wrong.
MUST_CHECK bool videos_open(const char *directory, const struct languages *languages,
                            struct videos **ret_videos, struct error *err);
void videos_free(struct videos *videos); // NULL is fine

// In the order of their names; `index` below videos_count.
size_t videos_count(const struct videos *videos);
const struct video *videos_at(const struct videos *videos, size_t index);
const struct video_file *videos_file(const struct videos *videos, const char *name); // NULL: none
