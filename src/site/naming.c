// naming.c - one look for the name, and two ways to write it: into HTML, into a manifest.
#include "site/naming.h"

#include <string.h>
#include <unistr.h>

#include "base/readings.h"
#include "guidance/guidance.h"

#define MARK_START           "<!--juncho:"
#define MARK_END             "-->"
#define SHORT_CHARACTERS_MAX 12 // beyond it launchers cut the name off

static const struct language *language_of(const struct site *site, size_t language) {
    return &guidance_languages(site->guidance)->list[language];
}

struct naming naming_of(const struct site *site, size_t language) {
    const struct language *of = language_of(site, language);
    const char *name = config_in(site->config->campaign.names, of->code, of->campaign);
    if (name == NULL)
        return (struct naming){site->campaign->name, language_of(site, 0)->tag, of->code};
    return (struct naming){name, of->tag, of->code};
}

const char *naming_text(struct arena *arena, const struct naming *naming) {
    const char *text = readings_drawn(arena, naming->name, READINGS_LEFT_OUT);
    return text == NULL ? "" : text;
}

const char *naming_hours(const struct site *site, size_t language) {
    const struct language *of = language_of(site, language);
    return config_in(site->config->calls.hours_in, of->code, of->hours);
}

static bool is_mark(const char *mark, size_t length, const char *name) {
    return strlen(name) == length && strncmp(mark, name, length) == 0;
}

// False: the mark is another's.
static bool add_mark(struct buffer *out, const char *mark, size_t length, const struct naming *naming) {
    const char *drawn = "";
    if (is_mark(mark, length, "campaign")) {
        drawn = readings_drawn(out->arena, naming->name, READINGS_ABOVE);
        buffer_add(out, drawn == NULL ? "" : drawn);
    } else if (is_mark(mark, length, "campaign-text")) {
        drawn = readings_drawn(out->arena, naming->name, READINGS_LEFT_OUT);
        buffer_add_escaped(out, drawn == NULL ? "" : drawn);
    } else if (is_mark(mark, length, "campaign-lang")) {
        buffer_add_escaped(out, naming->tag);
    } else if (is_mark(mark, length, "language")) {
        buffer_add_escaped(out, naming->language);
    } else {
        return false;
    }
    out->failed |= drawn == NULL;
    return true;
}

static void fill_page(struct buffer *out, const struct static_form *page, const struct naming *naming) {
    const char *text = page->bytes, *end = text + page->length, *from = text;
    for (;;) {
        const char *start = memmem(from, (size_t)(end - from), MARK_START, strlen(MARK_START));
        const char *stop =
            start == NULL ? NULL : memmem(start, (size_t)(end - start), MARK_END, strlen(MARK_END));
        if (stop == NULL)
            break;
        const char *mark = start + strlen(MARK_START);
        from = stop + strlen(MARK_END);
        buffer_add_bytes(out, text, (size_t)(start - text));
        text = add_mark(out, mark, (size_t)(stop - mark), naming) ? from : start;
    }
    buffer_add_bytes(out, text, (size_t)(end - text));
}

static bool fits_short(const char *name) {
    return u8_mbsnlen((const uint8_t *)name, strlen(name)) <= SHORT_CHARACTERS_MAX;
}

static void fill_manifest(struct buffer *out, const struct static_form *form, const struct naming *naming) {
    CLEANUP(json_cleanup) json_t *manifest = NULL;
    struct error err;
    const char *name = readings_drawn(out->arena, naming->name, READINGS_LEFT_OUT), *written = NULL;
    if (name != NULL && json_parse_object(form->bytes, form->length, &manifest, &err)) {
        (void)json_object_set_new(manifest, "name", json_string(name));
        (void)json_object_set_new(manifest, "lang", json_string(naming->tag));
        if (fits_short(name))
            (void)json_object_set_new(manifest, "short_name", json_string(name));
        written = json_text(out->arena, manifest);
    }
    out->failed |= written == NULL;
    buffer_add(out, written == NULL ? "" : written);
}

struct static_asset *naming_filled(struct arena *arena, const struct static_asset *asset,
                                   const struct naming *naming) {
    struct static_asset *filled = arena_alloc(arena, sizeof *filled);
    struct buffer out;
    if (filled == NULL)
        return NULL;
    buffer_init(&out, arena);
    if (strcmp(asset->content_type, static_content_type(".webmanifest")) == 0)
        fill_manifest(&out, &asset->plain, naming);
    else
        fill_page(&out, &asset->plain, naming);
    if (out.failed)
        return NULL;
    *filled = (struct static_asset){.path = asset->path,
                                    .content_type = asset->content_type,
                                    .cache_control = asset->cache_control,
                                    .plain = {.bytes = out.text, .length = out.length}};
    return filled;
}
