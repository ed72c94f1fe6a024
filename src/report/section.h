// section.h - the twelve sections of the report, each in a file of its own name.
#pragma once

#include "report/facts.h"
#include "report/sheet.h"

void section_overview(struct sheets *sheets, const struct facts *facts);    // 1
void section_people(struct sheets *sheets, const struct facts *facts);      // 2
void section_items(struct sheets *sheets, const struct facts *facts);       // 3
void section_days(struct sheets *sheets, const struct facts *facts);        // 4
void section_hours(struct sheets *sheets, const struct facts *facts);       // 5
void section_screens(struct sheets *sheets, const struct facts *facts);     // 6
void section_calls(struct sheets *sheets, const struct facts *facts);       // 7
void section_answer_rate(struct sheets *sheets, const struct facts *facts); // 8
void section_survey(struct sheets *sheets, const struct facts *facts);      // 9
void section_next_steps(struct sheets *sheets, const struct facts *facts);  // 10
void section_quiet_times(struct sheets *sheets, const struct facts *facts); // 11
void section_calendar(struct sheets *sheets, const struct facts *facts);    // 12
