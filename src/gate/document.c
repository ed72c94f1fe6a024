// document.c - see document.h.
#include "gate/document.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define DRAW_POINTS     64     // of the draw's ranks; between them they are uniform
#define RELATIVE        0.01   // of one's own position
#define TOLERANCE_FIRST 0.0005 // of the line; doubled until the points suffice, 1 % being the promise
#define TOLERANCE_LAST  0.01
#define WAITS_MAX       8
#define POINTS_FEWER    8
#define FREEZE_ROOM     32 // for the longer words of document_freeze

struct fit {
    const struct line *line;
    struct curve *curve;
    double passed, waiting, share;
};

// People who ever came before a place.
static double cumulative(const struct line *line, struct place place) {
    const struct lanes *lanes = line_lanes(line);
    double before = (double)lanes_before(lanes, place),
           at = (double)lanes_before(lanes, line_watermark(line));
    return (double)line_passed(line) + before - at;
}

static void add(struct fit *fit, double key, double people) {
    double position = fmax(people - fit->passed, 0);
    double tolerance = fmax(fmax(fit->share * fit->waiting, RELATIVE * position), 0.5);
    curve_add(fit->curve, key, people,
              fmin(tolerance, fmax(fit->share, TOLERANCE_LAST) * fit->waiting + 0.5));
}

static void add_draw(struct fit *fit) {
    uint32_t first = line_watermark(fit->line).rank / (UINT32_MAX / DRAW_POINTS + 1);
    for (uint32_t i = first; i < DRAW_POINTS; i++)
        add(fit, (double)i / DRAW_POINTS,
            cumulative(fit->line, (struct place){.rank = i * (UINT32_MAX / DRAW_POINTS + 1)}));
    add(fit, 1, cumulative(fit->line, (struct place){.second = 1}));
}

// From the second of the watermark on; where nobody came the line is flat.
static void add_seconds(struct fit *fit, uint32_t from_s) {
    const struct lanes *lanes = line_lanes(fit->line);
    uint32_t second = from_s;
    double people = cumulative(fit->line, (struct place){.second = from_s});
    double last_key = fit->curve->length > 0 ? fit->curve->last.x : -1;
    while (lanes_next_second(lanes, second, &second) && !fit->curve->overflowed) {
        if ((double)second > last_key)
            add(fit, second, people);
        people += (double)lanes_in_second(lanes, second);
        last_key = ++second;
        add(fit, last_key, people);
    }
}

static bool try_fit(const struct line *line, double share, size_t points_max, struct curve *ret_curve) {
    struct fit fit = {.line = line,
                      .curve = ret_curve,
                      .passed = (double)line_passed(line),
                      .waiting = (double)line_waiting(line),
                      .share = share};
    struct place watermark = line_watermark(line);
    curve_init(ret_curve, points_max);
    if (line_waiting(line) == 0)
        return true; // there is nothing to draw
    if (watermark.second == 0)
        add_draw(&fit);
    add_seconds(&fit, watermark.second > 1 ? watermark.second : 1);
    return curve_finish(ret_curve);
}

static double fit_arrivals(const struct line *line, size_t points_max, struct curve *ret_curve) {
    double share = TOLERANCE_FIRST;
    while (!try_fit(line, share, points_max, ret_curve))
        share *= share < TOLERANCE_LAST / 2 || share >= TOLERANCE_LAST ? 2 : TOLERANCE_LAST / share;
    return fmax(share, TOLERANCE_LAST);
}

double document_ahead(const struct curve *curve, struct place place, uint32_t nodes, uint64_t passed) {
    if (place.second == 0)
        return fmax(curve_at(curve, place.rank / 4294967296.0) - (double)passed, 0);
    double before = curve_at(curve, place.second), after = curve_at(curve, (double)place.second + 1);
    return fmax(before + fmin((double)place.rank * nodes, after - before) - (double)passed, 0);
}

static void add_arrivals(struct buffer *buffer, const struct curve *curve) {
    buffer_add(buffer, ",\"arrivals\":[");
    for (size_t i = 0; i < curve->length; i++)
        buffer_print(buffer, "%s[%.12g,%.0f]", i == 0 ? "" : ",", curve->points[i].x, curve->points[i].y);
    buffer_add(buffer, "]");
}

// Spans for some places along the line, its end among them; a page takes those between by rule of three.
static void add_waits(struct buffer *buffer, const struct curve *curve, const struct line *line,
                      const struct document_options *options) {
    double passed = (double)line_passed(line);
    size_t waits = curve->length < WAITS_MAX ? curve->length : WAITS_MAX;
    buffer_add(buffer, ",\"wait\":[");
    for (size_t i = 0; i < waits && options->steady_per_s > 0; i++) {
        const struct curve_point *point =
            &curve->points[waits == 1 ? 0 : i * (curve->length - 1) / (waits - 1)];
        uint64_t ahead = (uint64_t)fmax(point->y - passed, 0);
        struct promise_wait wait = promise_wait(options->promise, ahead, options->steady_per_s);
        buffer_print(buffer, "%s[%.12g,%u,%u]", i == 0 ? "" : ",", point->x, wait.p50_s, wait.p90_s);
    }
    buffer_add(buffer, "]");
}

// Who stands further back looks less often: after about a tenth of the time that is left.
static const struct look {
    int wait_s;
    uint32_t look_s;
} looks[] = {{0, 2}, {30, 3}, {120, 10}, {600, 30}, {1800, 60}, {7200, 180}};
#define LOOKS_PAUSED 4 // the last of these is DOCUMENT_PAUSED_LOOK_S_MAX then

static double look_from(const struct look *look, double steady_per_s) {
    return fmin(ceil(fmax(steady_per_s, 0.01) * look->wait_s), 1e9);
}

uint32_t document_look_s(uint64_t ahead, double steady_per_s) {
    uint32_t look_s = looks[0].look_s;
    for (size_t i = 1; i < sizeof looks / sizeof looks[0]; i++)
        if ((double)ahead >= look_from(&looks[i], steady_per_s))
            look_s = looks[i].look_s;
    return look_s;
}

static void add_looks(struct buffer *buffer, double per_s, bool paused) {
    size_t length = paused ? LOOKS_PAUSED : sizeof looks / sizeof looks[0];
    buffer_add(buffer, ",\"look_again_s\":[");
    for (size_t i = 0; i < length; i++)
        buffer_print(buffer, "%s[%.0f,%u]", i == 0 ? "" : ",", look_from(&looks[i], per_s),
                     paused && looks[i].look_s > DOCUMENT_PAUSED_LOOK_S_MAX ? DOCUMENT_PAUSED_LOOK_S_MAX
                                                                            : looks[i].look_s);
    buffer_add(buffer, "]");
}

static void write_once(struct buffer *buffer, const struct line *line, const struct document_options *options,
                       const struct curve *curve, const char *message) {
    static const char *const states[] = {[DOCUMENT_OPEN] = "open",
                                         [DOCUMENT_QUEUEING] = "queueing",
                                         [DOCUMENT_PAUSED] = "paused",
                                         [DOCUMENT_CLOSED] = "closed"};
    struct place watermark = line_watermark(line);
    buffer_print(buffer, "{\"state\":\"%s\",\"now\":%lld,\"watermark\":{\"second\":%u,\"rank\":%u}",
                 states[options->state], (long long)options->now_s, watermark.second, watermark.rank);
    buffer_print(buffer, ",\"passed\":%llu,\"waiting\":%llu,\"nodes\":%u,\"epoch\":%u,\"pace_per_min\":%.0f",
                 (unsigned long long)line_passed(line), (unsigned long long)line_waiting(line),
                 line_lanes(line)->used, line_state(line).epoch, 60 * options->steady_per_s);
    buffer_print(buffer, ",\"news\":%u", options->news);
    add_arrivals(buffer, curve);
    add_waits(buffer, curve, line, options);
    add_looks(buffer, options->look_per_s, options->state == DOCUMENT_PAUSED);
    buffer_print(buffer, ",\"reason\":\"%s\",\"message\":%s}", options->reason == NULL ? "" : options->reason,
                 message);
}

// Where the seconds of the last look that a paused document has begin; NULL when there is none.
static const char *last_paused_look(const char *line) {
    const char *row = strstr(line, ",\"look_again_s\":[[");
    for (int i = 1; i < LOOKS_PAUSED && row != NULL; i++)
        row = strstr(row + 1, ",[");
    const char *comma = row == NULL ? NULL : strchr(row + 1, ',');
    return comma == NULL ? NULL : comma + 1;
}

size_t document_freeze(char *target, const char *text, int64_t now_s) {
    const char *line = strstr(text, ",\"watermark\":"), *look = NULL, *reason = NULL, *message = NULL;
    // The message comes last and may hold anything; what stands before it cannot hold its name.
    if (line != NULL)
        look = last_paused_look(line);
    if (look != NULL)
        reason = strstr(look, ",\"reason\":");
    if (reason != NULL)
        message = strstr(reason, ",\"message\":");
    if (message == NULL)
        return 0;
    int length = snprintf(target, DOCUMENT_BYTES_MAX + 1, "{\"state\":\"paused\",\"now\":%lld%.*s%d]]%s%s",
                          (long long)now_s, (int)(look - line), line, DOCUMENT_PAUSED_LOOK_S_MAX,
                          ",\"reason\":\"store\"", message);
    return length > DOCUMENT_BYTES_MAX ? 0 : (size_t)length;
}

static void free_text(char **text) {
    free(*text);
}

bool document_write(const struct line *line, const struct document_options *options, struct arena *arena,
                    const char **ret_text, size_t *ret_length, struct error *err) {
    const char *message = options->message == NULL ? "" : options->message;
    size_t length = strlen(message);
    if (length > DOCUMENT_MESSAGE_MAX || !text_is_clean_utf8(message, length))
        return error_set_field(err, ERROR_INVALID, "message", "up to %d bytes of UTF-8 expected",
                               DOCUMENT_MESSAGE_MAX);
    json_t *plain = json_string(message);
    CLEANUP(free_text) char *quoted = plain == NULL ? NULL : json_dumps(plain, JSON_ENCODE_ANY);
    json_decref(plain);
    if (quoted == NULL)
        return error_set(err, ERROR_EXHAUSTED, "no memory for the message of the gate");
    for (size_t points = CURVE_POINTS_MAX; points > POINTS_FEWER; points -= POINTS_FEWER) {
        struct buffer buffer;
        struct curve curve;
        fit_arrivals(line, points, &curve);
        buffer_init(&buffer, arena);
        write_once(&buffer, line, options, &curve, quoted);
        if (buffer.failed)
            break;
        if (buffer.length + FREEZE_ROOM <= DOCUMENT_BYTES_MAX) {
            *ret_text = buffer.text;
            *ret_length = buffer.length;
            return true;
        }
    }
    return error_set(err, ERROR_EXHAUSTED, "no room for the document of the gate");
}
