// survey_file.c - rows are kept as they will be stored, one after another: some twenty bytes each.
#include "measure/survey_file.h"

#include <string.h>

#include "measure/map.h"

#define ROW_ARENA_BYTES_MAX 65536
#define KEPT_INIT           65536
#define BAND_NAME           "age_band"
#define BAND_MAX            8

struct survey_file {
    const struct questionnaire *questionnaire;
    struct map map;
    struct import_result *result;
    struct table *table;
    struct arena *arena;                                   // of one row
    int columns[QUESTIONNAIRE_QUESTIONS_MAX], band_column; // -1: there is none
    char *kept;                                            // a byte of age band, the answers, NUL; and so on
    size_t length, capacity;
};

static bool take_header(void *context, const struct table *table, struct error *err) {
    struct survey_file *file = context;
    size_t found = 0, count = questionnaire_count(file->questionnaire);
    for (size_t i = 0; i < count; i++) {
        const char *name = questionnaire_at(file->questionnaire, i)->name;
        const char *mapped = map_get(&file->map, name, NULL);
        bool ok = mapped == NULL ? table_column(table, name, &file->columns[i], err)
                                 : table_need_column(table, mapped, &file->columns[i], err);
        if (!ok)
            return false;
        found += file->columns[i] >= 0;
    }
    if (!table_column(table, map_get(&file->map, BAND_NAME, BAND_NAME), &file->band_column, err))
        return false;
    return found > 0 || error_set(err, ERROR_MISSING, "the header has no column of a question (such as %s)",
                                  questionnaire_at(file->questionnaire, 0)->name);
}

// "4", or "1|3" and "1;3" where several may be chosen.
static bool read_field(const struct question *question, const char *field, uint64_t *ret_chosen,
                       struct error *err) {
    uint64_t chosen = 0;
    for (const char *text = field; *text != '\0';) {
        int choice = 0;
        const char *first = text;
        for (; *text >= '0' && *text <= '9' && choice < 100; text++)
            choice = choice * 10 + (*text - '0');
        bool known = text > first && choice <= QUESTIONNAIRE_CHOICES_MAX &&
                     (question->allowed >> choice & 1) != 0 && (question->many || chosen == 0);
        if (!known || (*text != '\0' && strchr("|;", *text) == NULL))
            return error_set_field(err, ERROR_INVALID, question->name,
                                   "%s: \"%.40s\" is not among its choices", question->name, field);
        chosen |= UINT64_C(1) << choice;
        text += *text != '\0';
    }
    *ret_chosen = chosen;
    return true;
}

static bool keep(struct survey_file *file, int band, const char *answers, struct error *err) {
    size_t length = strlen(answers) + 2;
    if (file->result->taken == SURVEY_FILE_ROWS_MAX || file->length + length > SURVEY_FILE_BYTES_MAX)
        return error_set(err, ERROR_EXHAUSTED, "more than %d answers", SURVEY_FILE_ROWS_MAX);
    if (file->length + length > file->capacity) {
        size_t capacity = file->capacity == 0 ? KEPT_INIT : file->capacity * 2;
        while (capacity < file->length + length)
            capacity *= 2;
        char *kept = realloc(file->kept, capacity);
        if (kept == NULL)
            return error_set(err, ERROR_UNAVAILABLE, "out of memory");
        file->kept = kept;
        file->capacity = capacity;
    }
    file->kept[file->length] = (char)band;
    memcpy(file->kept + file->length + 1, answers, length - 1);
    file->length += length;
    file->result->taken++;
    return true;
}

static bool take_row(void *context, const struct csv_row *row, struct error *err) {
    struct survey_file *file = context;
    struct survey_marks marks = {.chosen = {0}};
    int64_t band = 0;
    bool any = false;
    for (size_t i = 0; i < questionnaire_count(file->questionnaire); i++) {
        const struct question *question = questionnaire_at(file->questionnaire, i);
        if (file->columns[i] < 0)
            continue;
        if (!read_field(question, row->fields[file->columns[i]], &marks.chosen[question->number], err))
            return false;
        any = any || marks.chosen[question->number] != 0;
    }
    if (!any)
        return error_set(err, ERROR_INVALID, "no question is answered");
    if (file->band_column >= 0 && row->fields[file->band_column][0] != '\0' &&
        !table_number(row->fields[file->band_column], BAND_NAME, BAND_MAX, &band, err))
        return false;
    arena_reset(file->arena);
    const char *text = survey_marks_text(&marks, file->arena);
    if (text == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    return keep(file, (int)band, text, err);
}

static bool prepare(struct survey_file *file, const char *map, struct error *err) {
    const struct table_handler handler = {.header = take_header, .row = take_row, .context = file};
    const char *known[QUESTIONNAIRE_QUESTIONS_MAX + 2] = {BAND_NAME};
    for (size_t i = 0; i < questionnaire_count(file->questionnaire); i++)
        known[i + 1] = questionnaire_at(file->questionnaire, i)->name;
    if (!map_parse(map, known, &file->map, err))
        return false;
    file->arena = arena_new(ROW_ARENA_BYTES_MAX);
    file->table = table_new(&handler, file->result);
    return (file->arena != NULL && file->table != NULL) || error_set(err, ERROR_UNAVAILABLE, "out of memory");
}

bool survey_file_new(const struct questionnaire *questionnaire, const char *map, struct import_result *result,
                     struct survey_file **ret_file, struct error *err) {
    struct survey_file *file = calloc(1, sizeof *file);
    if (file == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    file->questionnaire = questionnaire;
    file->result = result;
    if (!prepare(file, map, err)) {
        survey_file_free(file);
        return false;
    }
    *ret_file = file;
    return true;
}

void survey_file_free(struct survey_file *file) {
    if (file == NULL)
        return;
    table_free(file->table);
    arena_free(file->arena);
    free(file->kept);
    free(file);
}

bool survey_file_feed(struct survey_file *file, const char *bytes, size_t length, struct error *err) {
    return table_feed(file->table, bytes, length, err);
}

bool survey_file_finish(struct survey_file *file, struct error *err) {
    return table_finish(file->table, err);
}

bool survey_file_next(const struct survey_file *file, size_t *place, const char **ret_answers,
                      int *ret_age_band) {
    if (*place >= file->length)
        return false;
    *ret_age_band = (unsigned char)file->kept[*place];
    *ret_answers = file->kept + *place + 1;
    *place += strlen(*ret_answers) + 2;
    return true;
}
