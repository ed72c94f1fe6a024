// questionnaire.c - checked once when it is read, so that nobody has to doubt it afterwards.
#include "measure/questionnaire.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "survey_texts.h"

#define TEXT_BYTES_MAX 600
#define NAME_LETTERS   "abcdefghijklmnopqrstuvwxyz0123456789_"

struct questionnaire {
    json_t *json; // owns the texts
    struct question questions[QUESTIONNAIRE_QUESTIONS_MAX];
    size_t count;
};

static bool check_texts(const json_t *object, const json_t **ret_texts, struct error *err) {
    const json_t *texts = json_object_get(object, "text");
    const char *language = NULL;
    json_t *text = NULL;
    if (json_string_value(json_object_get(texts, "ja")) == NULL)
        return error_set_field(err, ERROR_INVALID, "text", "text: there must be one in Japanese (\"ja\")");
    json_object_foreach((json_t *)texts, language, text) {
        size_t length = json_string_length(text);
        if (length == 0 || length > TEXT_BYTES_MAX || !text_is_clean_utf8(json_string_value(text), length))
            return error_set_field(err, ERROR_INVALID, "text", "text: \"%.20s\" is empty or too long",
                                   language);
    }
    *ret_texts = texts;
    return true;
}

static bool read_choice(const json_t *choice, struct question *question, struct error *err) {
    static const char *const names[] = {"number", "text", NULL};
    int64_t number = 0;
    size_t place = question->choices_count;
    if (!json_is_object(choice) || place == QUESTIONNAIRE_CHOICES_MAX)
        return error_set_field(err, ERROR_INVALID, "choices", "choices: at most %d objects",
                               QUESTIONNAIRE_CHOICES_MAX);
    if (!json_only(choice, names, err) ||
        !json_member_int(choice, "number", 1, QUESTIONNAIRE_CHOICES_MAX, &number, err) ||
        !check_texts(choice, &question->choice_texts[place], err))
        return false;
    if ((question->allowed >> number & 1) != 0)
        return error_set_field(err, ERROR_INVALID, "number", "choice number %d stands twice", (int)number);
    question->choices[place] = (int)number;
    question->allowed |= UINT64_C(1) << number;
    question->choices_count++;
    return true;
}

static bool read_choices(const json_t *object, struct question *question, struct error *err) {
    const json_t *choices = json_object_get(object, "choices");
    size_t count = json_array_size(choices);
    for (size_t i = 0; i < count; i++) {
        if (!read_choice(json_array_get(choices, i), question, err)) {
            error_prefix(err, "choices[%zu]: ", i);
            return false;
        }
    }
    return count >= 2 ||
           error_set_field(err, ERROR_INVALID, "choices", "choices: there must be at least two");
}

// A list of choices that are among the question's; none at all is fine.
static bool read_side(const json_t *object, const char *name, const struct question *question,
                      uint64_t *ret_side, struct error *err) {
    const json_t *list = json_object_get(object, name);
    uint64_t side = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_int_t number = json_integer_value(json_array_get(list, i));
        if (number < 1 || number > QUESTIONNAIRE_CHOICES_MAX || (question->allowed >> number & 1) == 0)
            return error_set_field(err, ERROR_INVALID, name, "%s: %lld is not a choice of this question",
                                   name, (long long)number);
        side |= UINT64_C(1) << number;
    }
    *ret_side = side;
    return true;
}

static bool is_free(const struct questionnaire *questionnaire, const struct question *question,
                    struct error *err) {
    for (size_t i = 0; i < questionnaire->count; i++)
        if (questionnaire->questions[i].number == question->number ||
            strcmp(questionnaire->questions[i].name, question->name) == 0)
            return error_set_field(err, ERROR_INVALID, "number", "number or name stands twice");
    return true;
}

static bool read_question(const json_t *object, struct questionnaire *questionnaire, struct error *err) {
    static const char *const names[] = {"number", "name", "kind", "text", "choices", "top", "bottom", NULL};
    struct question question = {.number = 0};
    const char *name = NULL, *kind = NULL;
    int64_t number = 0;
    if (!json_is_object(object))
        return error_set(err, ERROR_INVALID, "not an object");
    if (!json_only(object, names, err) ||
        !json_member_int(object, "number", 1, QUESTIONNAIRE_NUMBER_MAX, &number, err) ||
        !json_member_text(object, "name", QUESTIONNAIRE_NAME_SIZE - 1, &name, err) ||
        !json_member_text(object, "kind", 8, &kind, err) || !check_texts(object, &question.texts, err))
        return false;
    question.number = (int)number;
    question.many = strcmp(kind, "many") == 0;
    if (!question.many && strcmp(kind, "one") != 0)
        return error_set_field(err, ERROR_INVALID, "kind", "kind: must be \"one\" or \"many\"");
    if (!text_is_made_of(name, NAME_LETTERS, 1, QUESTIONNAIRE_NAME_SIZE - 1) ||
        !text_copy(question.name, sizeof question.name, name))
        return error_set_field(err, ERROR_INVALID, "name", "name: small letters, digits and _ only");
    if (!read_choices(object, &question, err) || !read_side(object, "top", &question, &question.top, err) ||
        !read_side(object, "bottom", &question, &question.bottom, err) ||
        !is_free(questionnaire, &question, err))
        return false;
    questionnaire->questions[questionnaire->count++] = question;
    return true;
}

static bool read_questions(struct questionnaire *questionnaire, struct error *err) {
    static const char *const names[] = {"questions", NULL};
    if (!json_only(questionnaire->json, names, err))
        return false;
    const json_t *questions = json_object_get(questionnaire->json, "questions");
    size_t count = json_array_size(questions);
    if (count == 0 || count > QUESTIONNAIRE_QUESTIONS_MAX)
        return error_set_field(err, ERROR_INVALID, "questions", "questions: a list of 1 to %d",
                               QUESTIONNAIRE_QUESTIONS_MAX);
    for (size_t i = 0; i < count; i++) {
        if (!read_question(json_array_get(questions, i), questionnaire, err)) {
            error_prefix(err, "questions[%zu] (%s): ", i, err->field);
            return false;
        }
    }
    return true;
}

bool questionnaire_parse(const char *text, size_t length, struct questionnaire **ret_questionnaire,
                         struct error *err) {
    struct questionnaire *questionnaire = calloc(1, sizeof *questionnaire);
    if (questionnaire == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!json_parse_object(text, length, &questionnaire->json, err) || !read_questions(questionnaire, err)) {
        questionnaire_free(questionnaire);
        return false;
    }
    *ret_questionnaire = questionnaire;
    return true;
}

bool questionnaire_read_file(const char *path, struct questionnaire **ret_questionnaire, struct error *err) {
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return error_set(err, ERROR_MISSING, "%.100s cannot be opened: %s", path, strerror(errno));
    char *text = malloc(QUESTIONNAIRE_BYTES_MAX + 1);
    size_t length = text == NULL ? 0 : fread(text, 1, QUESTIONNAIRE_BYTES_MAX + 1, file);
    (void)fclose(file);
    bool ok = length <= QUESTIONNAIRE_BYTES_MAX ||
              error_set(err, ERROR_INVALID, "longer than %zu bytes", QUESTIONNAIRE_BYTES_MAX);
    ok = ok && (text != NULL || error_set(err, ERROR_UNAVAILABLE, "out of memory")) &&
         questionnaire_parse(text, length, ret_questionnaire, err);
    free(text);
    if (!ok)
        error_prefix(err, "%.60s: ", path);
    return ok;
}

bool questionnaire_open(const char *path, struct questionnaire **ret_questionnaire, struct error *err) {
    if (path[0] != '\0')
        return questionnaire_read_file(path, ret_questionnaire, err);
    const char *text = survey_texts("questions.json");
    ASSERT(text != NULL);
    return questionnaire_parse(text, strlen(text), ret_questionnaire, err);
}

void questionnaire_free(struct questionnaire *questionnaire) {
    if (questionnaire == NULL)
        return;
    json_decref(questionnaire->json);
    free(questionnaire);
}

size_t questionnaire_count(const struct questionnaire *questionnaire) {
    return questionnaire->count;
}

const struct question *questionnaire_at(const struct questionnaire *questionnaire, size_t index) {
    ASSERT(index < questionnaire->count);
    return &questionnaire->questions[index];
}

const struct question *questionnaire_find(const struct questionnaire *questionnaire, const char *name) {
    for (size_t i = 0; i < questionnaire->count; i++)
        if (strcmp(questionnaire->questions[i].name, name) == 0)
            return &questionnaire->questions[i];
    return NULL;
}

const char *questionnaire_text(const json_t *texts, const char *language) {
    const char *text = json_string_value(json_object_get(texts, language));
    return text != NULL ? text : json_string_value(json_object_get(texts, "ja"));
}

static bool mark(const struct question *question, const json_t *number, uint64_t *chosen, struct error *err) {
    json_int_t choice = json_integer_value(number);
    if (!json_is_integer(number) || choice < 1 || choice > QUESTIONNAIRE_CHOICES_MAX ||
        (question->allowed >> choice & 1) == 0)
        return error_set_field(err, ERROR_INVALID, question->name,
                               "%s: must be the number of one of its choices", question->name);
    *chosen |= UINT64_C(1) << choice;
    return true;
}

static bool read_answer(const struct question *question, const json_t *value, uint64_t *chosen,
                        struct error *err) {
    if (!question->many)
        return mark(question, value, chosen, err);
    if (!json_is_array(value) || json_array_size(value) == 0 ||
        json_array_size(value) > QUESTIONNAIRE_CHOICES_MAX)
        return error_set_field(err, ERROR_INVALID, question->name, "%s: must be a list of choices",
                               question->name);
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!mark(question, json_array_get(value, i), chosen, err))
            return false;
    return true;
}

bool questionnaire_read_answers(const struct questionnaire *questionnaire, const json_t *object,
                                struct survey_marks *ret_marks, struct error *err) {
    struct survey_marks marks = {.chosen = {0}};
    const char *name = NULL;
    json_t *value = NULL;
    if (!json_is_object(object) || json_object_size(object) == 0)
        return error_set_field(err, ERROR_INVALID, "answers", "answers: an object with at least one answer");
    json_object_foreach((json_t *)object, name, value) {
        const struct question *question = questionnaire_find(questionnaire, name);
        if (question == NULL)
            return error_set_field(err, ERROR_INVALID, name, "there is no question of this name");
        if (!read_answer(question, value, &marks.chosen[question->number], err))
            return false;
    }
    *ret_marks = marks;
    return true;
}

json_t *questionnaire_write_answers(const struct questionnaire *questionnaire,
                                    const struct survey_marks *marks) {
    json_t *object = json_object();
    for (size_t i = 0; i < questionnaire->count; i++) {
        const struct question *question = &questionnaire->questions[i];
        uint64_t chosen = marks->chosen[question->number] & question->allowed;
        json_t *list = json_array();
        for (int choice = 1; choice <= QUESTIONNAIRE_CHOICES_MAX; choice++)
            if ((chosen >> choice & 1) != 0)
                (void)json_array_append_new(list, json_integer(choice));
        if (chosen != 0 && question->many)
            (void)json_object_set(object, question->name, list);
        else if (chosen != 0)
            (void)json_object_set(object, question->name, json_array_get(list, 0));
        json_decref(list);
    }
    return object;
}

void survey_marks_each(const struct survey_marks *marks, survey_counter_fn *each, void *context) {
    each(context, 0, 0);
    for (int question = 1; question <= QUESTIONNAIRE_NUMBER_MAX; question++) {
        uint64_t chosen = marks->chosen[question];
        if (chosen != 0)
            each(context, question, 0);
        for (int choice = 1; chosen != 0 && choice <= QUESTIONNAIRE_CHOICES_MAX; choice++)
            if ((chosen >> choice & 1) != 0)
                each(context, question, choice);
    }
}

char *survey_marks_text(const struct survey_marks *marks, struct arena *arena) {
    struct buffer buffer;
    buffer_init(&buffer, arena);
    for (int question = 1; question <= QUESTIONNAIRE_NUMBER_MAX; question++) {
        uint64_t chosen = marks->chosen[question];
        if (chosen == 0)
            continue;
        buffer_print(&buffer, "%s%d", buffer.length == 0 ? "" : ";", question);
        char sign = ':';
        for (int choice = 1; choice <= QUESTIONNAIRE_CHOICES_MAX; choice++) {
            if ((chosen >> choice & 1) == 0)
                continue;
            buffer_print(&buffer, "%c%d", sign, choice);
            sign = ',';
        }
    }
    return buffer.text;
}

// A number from 1 to `max` at *place; moves on.
static bool take_number(const char **place, int max, int *ret_number) {
    int number = 0;
    const char *text = *place;
    for (; *text >= '0' && *text <= '9' && number <= max; text++)
        number = number * 10 + (*text - '0');
    if (text == *place || number < 1 || number > max)
        return false;
    *place = text;
    *ret_number = number;
    return true;
}

bool survey_marks_parse(const char *text, struct survey_marks *ret_marks) {
    struct survey_marks marks = {.chosen = {0}};
    int question = 0, choice = 0, before = 0;
    while (true) {
        if (!take_number(&text, QUESTIONNAIRE_NUMBER_MAX, &question) || question <= before || *text != ':')
            return false;
        before = question;
        do {
            text++;
            if (!take_number(&text, QUESTIONNAIRE_CHOICES_MAX, &choice) ||
                marks.chosen[question] >> choice != 0) // ascending
                return false;
            marks.chosen[question] |= UINT64_C(1) << choice;
        } while (*text == ',');
        if (*text == '\0')
            break;
        if (*text++ != ';')
            return false;
    }
    *ret_marks = marks;
    return true;
}
