// calls_file.c - rows become half-hours in a sorted list.
#include "measure/calls_file.h"

#include <string.h>

#include "base/clock.h"
#include "measure/topic_list.h"

#define CALL_SECONDS_MAX INT64_C(86400)

// The columns, by the name that --map knows.
enum column {
    COLUMN_START,
    COLUMN_DATE,
    COLUMN_TIME,
    COLUMN_OFFERED,
    COLUMN_ANSWERED,
    COLUMN_ABANDONED,
    COLUMN_WITHIN,
    COLUMN_WAIT,
    COLUMN_ABANDONED_WAIT,
    COLUMN_TALK,
    COLUMN_AFTER_CALL,
    COLUMN_OUTCOME,
    COLUMN_QUEUED,
    COLUMN_KIND,
    COLUMN_TOPIC,
    COLUMNS
};

static const char *const column_names[COLUMNS] = {"start",           "date",         "time",
                                                  "offered",         "answered",     "abandoned",
                                                  "answered_within", "wait_s",       "abandoned_wait_s",
                                                  "talk_s",          "after_call_s", "outcome",
                                                  "queued",          "kind",         "topic"};
static const char *const map_names[] = {"start",
                                        "date",
                                        "time",
                                        "offered",
                                        "answered",
                                        "abandoned",
                                        "answered_within",
                                        "answered_within_s",
                                        "wait_s",
                                        "abandoned_wait_s",
                                        "talk_s",
                                        "after_call_s",
                                        "outcome",
                                        "queued",
                                        "kind",
                                        "topic",
                                        "kinds",
                                        "ignored",
                                        NULL};

// The names of the maps that come with the program and what they stand for; ends with a NULL name.
static const struct preset {
    const char *name, *map;
} presets[] = {
    // The call centre of an anonymous bank, 1999 (Technion): a row a call, tab-separated.
    {"anonymous-bank",
     "date=date,time=vru_entry,wait_s=q_time,talk_s=ser_time,outcome=outcome,queued=q_start,"
     "kind=type,kinds=PS|PE|IN|NE|NW|TT,answered=AGENT,abandoned=HANG,ignored=PHANTOM"},
    {NULL, NULL},
};

struct half_hour {
    struct calls_row row;
    struct topic_list topics; // without a column of topics there is one, of index 0
};

struct calls_file {
    struct map map;
    int64_t within_s;
    struct import_result *result;
    struct table *table;
    int columns[COLUMNS]; // -1: there is none
    bool per_call;
    struct half_hour *slots; // by time
    size_t count, capacity, last;
    struct topic_names names;
    // The same, once everything was read.
    struct calls_row *rows;
    struct call_topic *topics;
    size_t topics_count;
};

static const char *mapped(const struct calls_file *file, enum column column) {
    return map_get(&file->map, column_names[column], column_names[column]);
}

static bool need(const struct calls_file *file, enum column column, struct error *err) {
    return file->columns[column] >= 0 ||
           error_set_field(err, ERROR_MISSING, column_names[column],
                           "the header has no column \"%.40s\"; name it with --map %s=...",
                           mapped(file, column), column_names[column]);
}

// In a file of single calls, answered= and abandoned= name outcomes, not columns.
static bool take_header(void *context, const struct table *table, struct error *err) {
    struct calls_file *file = context;
    for (int i = 0; i < COLUMNS; i++)
        if (!table_column(table, mapped(file, (enum column)i), &file->columns[i], err))
            return false;
    if (file->columns[COLUMN_WITHIN] < 0 &&
        !table_column(table, map_get(&file->map, "answered_within_s", "answered_within_s"),
                      &file->columns[COLUMN_WITHIN], err))
        return false;
    file->per_call = file->columns[COLUMN_OUTCOME] >= 0;
    // A column that the map names must be there.
    for (size_t i = 0; i < sizeof column_names / sizeof *column_names; i++) {
        bool values = file->per_call && (i == COLUMN_ANSWERED || i == COLUMN_ABANDONED);
        if (!values && map_get(&file->map, column_names[i], NULL) != NULL && !need(file, (enum column)i, err))
            return false;
    }
    if (file->columns[COLUMN_START] < 0 && file->columns[COLUMN_DATE] < 0)
        return need(file, COLUMN_START, err);
    if (file->per_call)
        return need(file, COLUMN_WAIT, err);
    int counts = (file->columns[COLUMN_OFFERED] >= 0) + (file->columns[COLUMN_ANSWERED] >= 0) +
                 (file->columns[COLUMN_ABANDONED] >= 0);
    return counts >= 2 || error_set_field(err, ERROR_MISSING, "offered",
                                          "of offered, answered and abandoned at least two columns are "
                                          "needed; name them with --map");
}

static bool row_start(const struct calls_file *file, const struct csv_row *row, int64_t *ret_start_ms,
                      struct error *err) {
    const int *columns = file->columns;
    bool one = columns[COLUMN_START] >= 0 || columns[COLUMN_TIME] < 0;
    const char *date = row->fields[columns[columns[COLUMN_START] >= 0 ? COLUMN_START : COLUMN_DATE]];
    return table_time(date, one ? NULL : row->fields[columns[COLUMN_TIME]], ret_start_ms, err) &&
           import_check_moment(file->result, *ret_start_ms, err);
}

// The index at which a half-hour is or belongs.
static size_t find(const struct calls_file *file, int64_t start_ms) {
    if (file->last < file->count && file->slots[file->last].row.start_ms == start_ms)
        return file->last;
    size_t low = 0, high = file->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (file->slots[middle].row.start_ms < start_ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct half_hour *half_hour_of(struct calls_file *file, int64_t start_ms, struct error *err) {
    size_t place = find(file, start_ms);
    file->last = place;
    if (place < file->count && file->slots[place].row.start_ms == start_ms)
        return &file->slots[place];
    if (file->count == CALLS_FILE_HALF_HOURS_MAX) {
        error_set(err, ERROR_EXHAUSTED, "more than %d half-hours", CALLS_FILE_HALF_HOURS_MAX);
        return NULL;
    }
    if (file->count == file->capacity) {
        size_t capacity = file->capacity == 0 ? 256 : file->capacity * 2;
        struct half_hour *slots = reallocarray(file->slots, capacity, sizeof *slots);
        if (slots == NULL) {
            error_set(err, ERROR_UNAVAILABLE, "out of memory");
            return NULL;
        }
        file->slots = slots;
        file->capacity = capacity;
    }
    memmove(file->slots + place + 1, file->slots + place, (file->count - place) * sizeof *file->slots);
    file->count++;
    file->slots[place] = (struct half_hour){.row = {.start_ms = start_ms, .within_s = file->within_s}};
    return &file->slots[place];
}

// Index 0 where the file has no such column.
static bool row_topic(struct calls_file *file, const struct csv_row *row, size_t *ret_topic,
                      struct error *err) {
    int index = file->columns[COLUMN_TOPIC];
    return topic_names_find(&file->names, index < 0 ? "" : row->fields[index], ret_topic, err);
}

static bool add(struct calls_file *file, int64_t start_ms, size_t topic, const struct calls_row *row,
                struct error *err) {
    struct civil civil = clock_civil(start_ms);
    int64_t second_ms = start_ms - (start_ms % 1000 + 1000) % 1000;
    int64_t begin_ms = second_ms - (civil.minute % 30 * 60 + civil.second) * CLOCK_SECOND_MS;
    struct half_hour *slot = half_hour_of(file, begin_ms, err);
    struct topic_count *count = NULL;
    if (slot == NULL || !topic_list_at(&slot->topics, &file->names, topic, &count, err))
        return false;
    uint32_t minute = UINT32_C(1) << (civil.minute % 30);
    if (!file->per_call && (count->minutes & minute) != 0)
        return error_set_field(err, ERROR_INVALID, "start", "an earlier line has the same start%s",
                               file->columns[COLUMN_TOPIC] < 0 ? "" : " and topic");
    struct calls_row sum = slot->row;
    calls_row_add(&sum, row);
    if (!calls_row_check(&sum, err))
        return false;
    slot->row = sum;
    count->minutes |= minute;
    count->calls += row->offered;
    file->result->taken++;
    return true;
}

// A column that need not be there: CALLS_UNKNOWN then, and when the field is empty.
static bool optional_number(const struct calls_file *file, const struct csv_row *row, enum column column,
                            int64_t *ret_number, struct error *err) {
    int index = file->columns[column];
    *ret_number = CALLS_UNKNOWN;
    if (index < 0 || row->fields[index][strspn(row->fields[index], " ")] == '\0')
        return true;
    int64_t max = column <= COLUMN_WITHIN ? CALLS_COUNT_MAX : CALLS_SECONDS_MAX;
    return table_number(row->fields[index], column_names[column], max, ret_number, err);
}

static bool take_interval(struct calls_file *file, const struct csv_row *row, struct error *err) {
    int64_t start_ms = 0;
    size_t topic = 0;
    struct calls_row calls = {.within_s = file->within_s};
    if (!row_start(file, row, &start_ms, err) || !row_topic(file, row, &topic, err) ||
        !optional_number(file, row, COLUMN_OFFERED, &calls.offered, err) ||
        !optional_number(file, row, COLUMN_ANSWERED, &calls.answered, err) ||
        !optional_number(file, row, COLUMN_ABANDONED, &calls.abandoned, err) ||
        !optional_number(file, row, COLUMN_WITHIN, &calls.answered_within, err) ||
        !optional_number(file, row, COLUMN_WAIT, &calls.wait_s, err) ||
        !optional_number(file, row, COLUMN_ABANDONED_WAIT, &calls.abandoned_wait_s, err) ||
        !optional_number(file, row, COLUMN_TALK, &calls.talk_s, err) ||
        !optional_number(file, row, COLUMN_AFTER_CALL, &calls.after_call_s, err))
        return false;
    int missing = (calls.offered < 0) + (calls.answered < 0) + (calls.abandoned < 0);
    if (missing > 1)
        return error_set_field(err, ERROR_INVALID, "offered",
                               "two of offered, answered and abandoned are empty");
    if (calls.offered < 0)
        calls.offered = calls.answered + calls.abandoned;
    if (calls.answered < 0)
        calls.answered = calls.offered - calls.abandoned;
    if (calls.abandoned < 0)
        calls.abandoned = calls.offered - calls.answered;
    return calls_row_check(&calls, err) && add(file, start_ms, topic, &calls, err);
}

static bool call_seconds(const struct calls_file *file, const struct csv_row *row, enum column column,
                         int64_t *ret_seconds, struct error *err) {
    int index = file->columns[column];
    *ret_seconds = CALLS_UNKNOWN;
    return index < 0 ||
           table_number(row->fields[index], column_names[column], CALL_SECONDS_MAX, ret_seconds, err);
}

// "", "0", "0:00:00": nobody had begun to wait.
static bool is_nothing(const char *field) {
    return field[strspn(field, " 0:")] == '\0';
}

// ERROR_INVALID: a field that should tell what kind of call it is tells nothing known.
static bool check_kind(const struct calls_file *file, const struct csv_row *row, struct error *err) {
    const char *kinds = map_get(&file->map, "kinds", NULL);
    int index = file->columns[COLUMN_KIND];
    if (kinds == NULL || index < 0 || map_lists(kinds, row->fields[index]))
        return true;
    return error_set_field(err, ERROR_INVALID, "kind",
                           "%.30s: \"%.20s\" is none of %.40s: the fields may have shifted",
                           mapped(file, COLUMN_KIND), row->fields[index], kinds);
}

static bool take_call(struct calls_file *file, const struct csv_row *row, struct error *err) {
    const char *outcome = row->fields[file->columns[COLUMN_OUTCOME]];
    bool answered = map_lists(map_get(&file->map, "answered", "answered"), outcome);
    bool abandoned = map_lists(map_get(&file->map, "abandoned", "abandoned"), outcome);
    int queued = file->columns[COLUMN_QUEUED];
    int64_t start_ms = 0, wait_s = 0, talk_s = 0, after_call_s = 0;
    size_t topic = 0;
    if (!check_kind(file, row, err))
        return false;
    if (!answered && !abandoned && !map_lists(map_get(&file->map, "ignored", "ignored"), outcome))
        return error_set_field(err, ERROR_INVALID, "outcome",
                               "outcome: \"%.40s\" is not among those that are mapped", outcome);
    if (!row_start(file, row, &start_ms, err) || !call_seconds(file, row, COLUMN_WAIT, &wait_s, err) ||
        !call_seconds(file, row, COLUMN_TALK, &talk_s, err) ||
        !call_seconds(file, row, COLUMN_AFTER_CALL, &after_call_s, err))
        return false;
    bool left_before = abandoned && queued >= 0 && is_nothing(row->fields[queued]);
    if (left_before || (!answered && !abandoned)) {
        file->result->passed_over++;
        import_add_note(file->result,
                        left_before ? "hung up before anybody could be waited for" : "outcome to be ignored",
                        1);
        return true;
    }
    struct calls_row call = {.offered = 1,
                             .answered = answered,
                             .abandoned = abandoned,
                             .answered_within = answered && wait_s <= file->within_s,
                             .within_s = file->within_s,
                             .wait_s = answered ? wait_s : 0,
                             .abandoned_wait_s = abandoned ? wait_s : 0,
                             .talk_s = answered || talk_s == CALLS_UNKNOWN ? talk_s : 0,
                             .after_call_s = answered || after_call_s == CALLS_UNKNOWN ? after_call_s : 0};
    return row_topic(file, row, &topic, err) && add(file, start_ms, topic, &call, err);
}

static bool take_row(void *context, const struct csv_row *row, struct error *err) {
    struct calls_file *file = context;
    return file->per_call ? take_call(file, row, err) : take_interval(file, row, err);
}

static const char *expand(const char *map) {
    for (const struct preset *preset = presets; map != NULL && preset->name != NULL; preset++)
        if (strcmp(preset->name, map) == 0)
            return preset->map;
    return map;
}

bool calls_file_new(const struct calls_file_options *options, struct import_result *result,
                    struct calls_file **ret_file, struct error *err) {
    struct calls_file *file = calloc(1, sizeof *file);
    if (file == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    file->within_s = options->within_s;
    file->result = result;
    const struct table_handler handler = {.header = take_header, .row = take_row, .context = file};
    bool ok = map_parse(expand(options->map), map_names, &file->map, err);
    if (ok) {
        file->table = table_new(&handler, result);
        ok = file->table != NULL || error_set(err, ERROR_UNAVAILABLE, "out of memory");
    }
    if (!ok) {
        calls_file_free(file);
        return false;
    }
    *ret_file = file;
    return true;
}

void calls_file_free(struct calls_file *file) {
    if (file == NULL)
        return;
    table_free(file->table);
    for (size_t i = 0; i < file->count; i++)
        topic_list_done(&file->slots[i].topics);
    topic_names_done(&file->names);
    free(file->slots);
    free(file->rows);
    free(file->topics);
    free(file);
}

bool calls_file_feed(struct calls_file *file, const char *bytes, size_t length, struct error *err) {
    return table_feed(file->table, bytes, length, err);
}

static void collect_topics(struct calls_file *file, const struct half_hour *slot) {
    for (size_t i = 0; i < slot->topics.count; i++) {
        const struct topic_count *count = &slot->topics.counts[i];
        const char *name = file->names.names[count->topic];
        if (count->calls > 0 && name[0] != '\0')
            file->topics[file->topics_count++] = (struct call_topic){slot->row.start_ms, name, count->calls};
    }
}

bool calls_file_finish(struct calls_file *file, struct error *err) {
    if (!table_finish(file->table, err))
        return false;
    file->rows = calloc(file->count + 1, sizeof *file->rows);
    file->topics = calloc(file->names.counts + 1, sizeof *file->topics);
    if (file->rows == NULL || file->topics == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t i = 0; i < file->count; i++) {
        file->rows[i] = file->slots[i].row;
        collect_topics(file, &file->slots[i]);
    }
    return true;
}

const struct calls_row *calls_file_rows(const struct calls_file *file, size_t *ret_count, bool *ret_whole) {
    *ret_count = file->count;
    *ret_whole = !file->per_call;
    return file->rows;
}

const struct call_topic *calls_file_topics(const struct calls_file *file, size_t *ret_count) {
    *ret_count = file->topics_count;
    return file->topics;
}
