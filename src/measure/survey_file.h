// survey_file.h - answers that another tool collected: a column a question, a row somebody who answered.
//
// The columns have the questions' names (or --map NAME=COLUMN), the fields the numbers of choices; several
// choices stand with bars or semicolons between them. `age_band` may be there: 0 to 8, empty for not known.
#pragma once

#include "measure/questionnaire.h"
#include "measure/table.h"

#define SURVEY_FILE_ROWS_MAX  2000000
#define SURVEY_FILE_BYTES_MAX ((size_t)256 << 20)

struct survey_file;

// The questionnaire and the result must live as long as the file.
MUST_CHECK bool survey_file_new(const struct questionnaire *questionnaire, const char *map,
                                struct import_result *result, struct survey_file **ret_file,
                                struct error *err);
void survey_file_free(struct survey_file *file); // NULL is fine
MUST_CHECK bool survey_file_feed(struct survey_file *file, const char *bytes, size_t length,
                                 struct error *err);
MUST_CHECK bool survey_file_finish(struct survey_file *file, struct error *err);

// The rows in their order: the stored form of the answers and the age band. Begin with *place 0; false at the
// end.
bool survey_file_next(const struct survey_file *file, size_t *place, const char **ret_answers,
                      int *ret_age_band);
