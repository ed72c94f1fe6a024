// section_survey.c - 9: what residents answered.
#include "report/section.h"

void section_survey(struct sheets *sheets, const struct facts *facts) {
    sheet_without_data(sheets, "アンケートの回答は、まだありません",
                       "受け取りのあとにアプリで回答していただくと、設問ごとの分布をここに示します。");
}
