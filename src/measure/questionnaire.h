// questionnaire.h - the questions of the survey and what may be answered: data, not code.
//
// A JSON file: {"questions": [{"number", "name", "kind": "one" | "many", "text": {"ja": ...},
// "choices": [{"number", "text": {"ja": ...}}], "top": [5, 4], "bottom": [2, 1]}]}. Answers are stored by the
// numbers: once answers are there, a number keeps its meaning, and new questions and choices take new ones.
// `name` is what programs call the question. `top` and `bottom` are the choices whose shares are published.
#pragma once

#include <stdint.h>

#include "base/json.h"

#define QUESTIONNAIRE_QUESTIONS_MAX 30
#define QUESTIONNAIRE_NUMBER_MAX    99 // of a question
#define QUESTIONNAIRE_CHOICES_MAX   63 // and the largest number of one
#define QUESTIONNAIRE_NAME_SIZE     32
#define QUESTIONNAIRE_BYTES_MAX     ((size_t)256 << 10)

struct question {
    int number;
    char name[QUESTIONNAIRE_NAME_SIZE];
    bool many;                              // several choices may be taken
    const json_t *texts;                    // by language
    int choices[QUESTIONNAIRE_CHOICES_MAX]; // numbers, in the order in which they are shown
    const json_t *choice_texts[QUESTIONNAIRE_CHOICES_MAX];
    size_t choices_count;
    uint64_t allowed, top, bottom; // sets of choices, by bit
};

struct questionnaire;

// ERROR_INVALID names what is wrong and where ("questions[2].choices[0].number").
MUST_CHECK bool questionnaire_parse(const char *text, size_t length, struct questionnaire **ret_questionnaire,
                                    struct error *err);
// The questions that come with the program when the path is empty.
MUST_CHECK bool questionnaire_open(const char *path, struct questionnaire **ret_questionnaire,
                                   struct error *err);
MUST_CHECK bool questionnaire_read_file(const char *path, struct questionnaire **ret_questionnaire,
                                        struct error *err);
void questionnaire_free(struct questionnaire *questionnaire); // NULL is fine

// In the order of the file; `index` below questionnaire_count.
size_t questionnaire_count(const struct questionnaire *questionnaire);
const struct question *questionnaire_at(const struct questionnaire *questionnaire, size_t index);
// NULL: there is none of that name.
const struct question *questionnaire_find(const struct questionnaire *questionnaire, const char *name);
// In the language, else in Japanese.
const char *questionnaire_text(const json_t *texts, const char *language);

// What somebody answered: a set of choices a question, by the question's number.
struct survey_marks {
    uint64_t chosen[QUESTIONNAIRE_NUMBER_MAX + 1];
};

// {"satisfaction": 4, "difficulties": [1, 3]}. ERROR_INVALID names the question; an empty object, too, is
// refused.
MUST_CHECK bool questionnaire_read_answers(const struct questionnaire *questionnaire, const json_t *object,
                                           struct survey_marks *ret_marks, struct error *err);
// The same back; questions that are not answered are left out. A new reference.
json_t *questionnaire_write_answers(const struct questionnaire *questionnaire,
                                    const struct survey_marks *marks);

// Names every counter that an answer belongs to: (0, 0) for the answer itself, (question, 0) for each
// question that is answered, (question, choice) for each choice.
typedef void survey_counter_fn(void *context, int question, int choice);
void survey_marks_each(const struct survey_marks *marks, survey_counter_fn *each, void *context);

// The stored form: "1:4;3:1,3", by number. Parsing takes nothing else.
#define SURVEY_MARKS_TEXT_MAX 20000
char *survey_marks_text(const struct survey_marks *marks, struct arena *arena); // NULL: the arena is full
MUST_CHECK bool survey_marks_parse(const char *text, struct survey_marks *ret_marks);
