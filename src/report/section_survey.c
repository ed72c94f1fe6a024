// section_survey.c - 9: what residents answered, each question with the shares of its best and worst choices.
#include <string.h>

#include "report/chart.h"
#include "report/section.h"

#define LANGUAGE        "ja"
#define QUESTIONS_SHOWN 4 // of one choice each, on a sheet

static void without_answers(struct sheets *sheets) {
    sheet_without_data(sheets, "アンケートの回答は、まだありません",
                       "受け取りのあとにアプリで回答していただくと、設問ごとの分布をここに示します。");
}

static const struct survey_tally *all_ages(const struct report *report, size_t question) {
    return &report->survey->questions[question][SURVEY_BANDS];
}

// Questions with one choice and answers, at most `max`.
static size_t find_questions(const struct report *report, size_t *ret_indices, size_t max) {
    size_t count = 0;
    for (size_t i = 0; i < questionnaire_count(report->questionnaire) && count < max; i++) {
        const struct question *question = questionnaire_at(report->questionnaire, i);
        if (!question->many && question->top != 0 && all_ages(report, i)->answered > 0)
            ret_indices[count++] = i;
    }
    return count;
}

static const char *question_text(struct sheets *sheets, const struct question *question) {
    return sheet_escape(sheets, questionnaire_text(question->texts, LANGUAGE));
}

// As it stands in a sentence: without its full stop.
static const char *question_name(struct sheets *sheets, const struct question *question) {
    static const char stop[] = "。";
    const char *text = question_text(sheets, question);
    size_t length = strlen(text), end = sizeof stop - 1;
    bool stops = length > end && strcmp(text + length - end, stop) == 0;
    return sheet_text(sheets, "%.*s", (int)(stops ? length - end : length), text);
}

static const char *choice_text(struct sheets *sheets, const struct question *question, size_t choice) {
    return sheet_escape(sheets, questionnaire_text(question->choice_texts[choice], LANGUAGE));
}

// The names of a set of choices, in their order: "とても満足＋やや満足".
static const char *set_names(struct sheets *sheets, const struct question *question, uint64_t set) {
    const char *names = "";
    for (size_t i = 0; i < question->choices_count; i++)
        if ((set >> question->choices[i] & 1) != 0)
            names = sheet_text(sheets, "%s%s%s", names, *names == '\0' ? "" : "＋",
                               choice_text(sheets, question, i));
    return names;
}

// Dark at the ends of a scale: the outer one of the good choices, the outer one of the bad ones.
static enum chart_tone tone_of(const struct question *question, size_t choice) {
    uint64_t bit = UINT64_C(1) << question->choices[choice];
    bool outer = choice == 0 || choice + 1 == question->choices_count;
    if ((question->top & bit) != 0)
        return outer ? TONE_GOOD2 : TONE_GOOD1;
    if ((question->bottom & bit) != 0)
        return outer ? TONE_BAD2 : TONE_BAD1;
    return TONE_EVEN;
}

static void add_chart(struct sheets *sheets, const size_t *indices, size_t count) {
    const struct report *report = sheets->report;
    struct chart_parts rows[QUESTIONS_SHOWN] = {0};
    for (size_t row = 0; row < count; row++) {
        const struct question *question = questionnaire_at(report->questionnaire, indices[row]);
        const struct survey_tally *tally = all_ages(report, indices[row]);
        size_t choices =
            question->choices_count < CHART_PARTS_MAX ? question->choices_count : CHART_PARTS_MAX;
        rows[row].label = question_text(sheets, question);
        rows[row].words = sheet_text(sheets, "%s件", sheet_number(sheets, tally->answered));
        rows[row].count = choices;
        for (size_t i = 0; i < choices; i++)
            rows[row].parts[i] = (struct chart_part){
                choice_text(sheets, question, i),
                sheet_percent(tally->choices[question->choices[i]], tally->answered), tone_of(question, i)};
    }
    chart_shares(&sheets->out, rows, count, "設問ごとの回答の分布");
}

static const char *interval(struct sheets *sheets, int64_t count, int64_t all) {
    struct survey_share share = survey_share(count, all);
    return sheet_text(sheets, "%.1f%%(%.2f～%.2f)", share.share * 100, share.low * 100, share.high * 100);
}

static void add_table(struct sheets *sheets, const size_t *indices, size_t count) {
    const struct report *report = sheets->report;
    sheet_add(sheets, "<table class=\"words\"><thead><tr><th>設問</th><th>よい回答</th><th>割合(95%区間)</th>"
                      "<th>よくない回答</th><th>割合(95%区間)</th></tr></thead><tbody>\n");
    for (size_t row = 0; row < count; row++) {
        const struct question *question = questionnaire_at(report->questionnaire, indices[row]);
        const struct survey_tally *tally = all_ages(report, indices[row]);
        sheet_print(
            sheets,
            "<tr><td>%s</td><td>%s</td><td class=\"keep\">%s</td><td>%s</td><td class=\"keep\">%s</td>"
            "</tr>\n",
            question_text(sheets, question), set_names(sheets, question, question->top),
            interval(sheets, survey_sum(tally, question->top), tally->answered),
            set_names(sheets, question, question->bottom),
            interval(sheets, survey_sum(tally, question->bottom), tally->answered));
    }
    sheet_add(sheets, "</tbody></table>\n");
}

void section_survey(struct sheets *sheets, const struct facts *facts) {
    const struct report *report = sheets->report;
    size_t indices[QUESTIONS_SHOWN];
    size_t count = report->survey == NULL ? 0 : find_questions(report, indices, QUESTIONS_SHOWN);
    if (count == 0) {
        without_answers(sheets);
        return;
    }
    const struct question *first = questionnaire_at(report->questionnaire, indices[0]);
    const struct survey_tally *tally = all_ages(report, indices[0]);
    sheet_open(sheets, "「%s」は、%sが%.0f%%、%sが%.0f%%でした", question_name(sheets, first),
               set_names(sheets, first, first->top),
               survey_share(survey_sum(tally, first->top), tally->answered).share * 100,
               set_names(sheets, first, first->bottom),
               survey_share(survey_sum(tally, first->bottom), tally->answered).share * 100);
    add_chart(sheets, indices, count);
    add_table(sheets, indices, count);
    sheet_print(sheets, "<p>回答は%s件、本人確認を終えた%s人の%.1f%%です。</p>\n",
                sheet_number(sheets, report->survey->answers), sheet_number(sheets, report->survey->verified),
                sheet_percent(report->survey->answers, report->survey->verified));
    sheet_close(sheets,
                "1人1回答で、終わりの日まで変えられます。割合の分母は、その設問に答えた方です。区間はウィル"
                "ソンの方法による95%区間です。");
}
