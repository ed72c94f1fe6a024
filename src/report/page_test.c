// covers: section_overview.c section_people.c section_items.c section_days.c section_hours.c

// covers: section_screens.c section_calls.c section_survey.c section_next_steps.c

// covers: section_calendar.c
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "report/testbed_report.h"

static void every_heading_is_computed_from_the_figures(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(4 << 20);
    size_t length = 0;
    const char *html = report_html(testbed_report(arena), &length);
    assert_non_null(html);
    assert_int_equal(strlen(html), length);
    const char *sentences[] = {
        "1,200人が登録し、705人が本人確認を終え、698人がポイントを受け取りました",
        "最も多い年代は40代です(56.7%)",
        "本人確認を終えた方は、人口千人あたり1.73人です",
        "最も多い1時間に300件を処理しました",
        "アクセスが最も多かったのは2月2日(月)で、9,000回でした(全体の56.2%)",
        "最も混んだのは2月2日(月) 20時台で、1時間に8,500回",
        "離脱が最も多いのは「本人確認(アプリ)」の画面で、到達した方の21.1%が操作を中断しました",
        "始めた1,000人のうち、受け取りまで進んだのは698人(69.80%)です",
        "うち50%は移動したまま戻らず",
        "お問合せの記録は、まだありません",
        "混雑カレンダーは、まだ公表されていません"};
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
        if (strstr(html, sentences[i]) == NULL)
            fail_msg("missing: %s", sentences[i]);
}

static void all_twelve_sections_are_there_in_order(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(4 << 20);
    size_t length = 0;
    const char *at = report_html(testbed_report(arena), &length);
    for (int section = 1; section <= 12; section++) {
        char words[64];
        (void)snprintf(words, sizeof words, "<p class=\"number\">%d. ", section);
        at = strstr(at, words);
        if (at == NULL)
            fail_msg("section %d is missing", section);
    }
    assert_non_null(strstr(at, "<span>14 / 14</span>"));
}

static void the_cover_leads_to_the_first_sheet_of_every_section(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(4 << 20);
    size_t length = 0;
    const char *html = report_html(testbed_report(arena), &length);
    assert_non_null(strstr(html, "2026年2月2日(月) 0時から2026年2月3日(火) 24時まで"));
    assert_non_null(
        strstr(html, "<a href=\"#s3\"><span>3. 検証項目ごとの結果概要</span> <span>5</span></a>"));
    for (int section = 1; section <= 12; section++) {
        char place[64];
        (void)snprintf(place, sizeof place, "<section id=\"s%d\">", section);
        const char *at = strstr(html, place);
        assert_non_null(at);
        assert_null(strstr(at + 1, place));
    }
}

static void what_was_counted_here_is_not_called_a_download(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(8 << 20);
    struct report *report = testbed_report(arena);
    size_t length = 0;
    const char *html = report_html(report, &length);
    assert_non_null(strstr(html, "<b>1,500</b><span>アプリを初めて開いた端末(台)</span>"));
    assert_null(strstr(html, "累積ダウンロード数"));
    report->downloads = 1600;
    html = report_html(report, &length);
    assert_non_null(strstr(html, "<b>1,600</b><span>累積ダウンロード数(回)</span>"));
    assert_null(strstr(html, "アプリを初めて開いた"));
}

static void small_cells_are_nowhere_on_the_page(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(4 << 20);
    size_t length = 0;
    const char *html = report_html(testbed_report(arena), &length);
    assert_non_null(strstr(html, "<td>千代田区</td><td>秘匿</td>"));
    assert_non_null(strstr(html, "10人未満の欄"));
    assert_null(strstr(html, ">300<")); // the complementary age band
}

static void the_telephone_has_its_sentences(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(16 << 20);
    struct report *report = testbed_report(arena);
    size_t length = 0;
    report->calls = testbed_calls(arena, 2);
    assert_non_null(
        strstr(report_html(report, &length), "お問合せは2,000件で、開始後2日間は全体の100%でした"));
    report->calls = testbed_calls(arena, 6);
    const char *html = report_html(report, &length);
    assert_non_null(strstr(html, "開始後2日間に、お問合せ3,000件の67%が集中しました"));
    assert_non_null(strstr(html, "開始後2日間は45.0%でしたが、3日目以降は96.0%でした(最も低い日で96.0%)"));
    assert_non_null(strstr(html, "開始直後は電話がつながりにくくなりました"));
}

static void promises_of_the_gate_are_told_as_they_were_kept(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(8 << 20);
    struct report *report = testbed_report(arena);
    size_t length = 0;
    assert_null(strstr(report_html(report, &length), "順番を待った"));
    report->promised[0] = (struct promise_record){.promised = 500, .held_p50 = 200, .held_p90 = 480};
    report->promised[2] = (struct promise_record){.promised = 1500, .held_p50 = 900, .held_p90 = 1350};
    const char *html = report_html(report, &length);
    assert_non_null(
        strstr(html, "長い方の時間までに91.5%の方が入れ(目標90%)、短い方の時間までに55.0%の方が入れました"));
    assert_non_null(strstr(html, "<td>5分まで</td><td>500</td><td>96.0%</td><td>40.0%</td>"));
    assert_null(strstr(html, "5分から30分")); // nobody was told so
    assert_non_null(strstr(html, "<td>30分より長い</td><td>1,500</td><td>90.0%</td><td>60.0%</td>"));
}

// The place with most people is not the one with the highest rate.
static void places_are_ranked_by_their_rate(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(8 << 20);
    struct report *report = testbed_report(arena);
    struct participants *people = (struct participants *)report->people;
    struct participants_place places[] = {{131121, 900, 940071, false}, {131041, 696, 341222, false}};
    size_t length = 0;
    people->places = places;
    assert_int_equal(people->places_count, 2);
    assert_non_null(strstr(report_html(report, &length),
                           "人口千人あたり1.25人です。400人以上の区市町村では、新宿区の2.04人が最多でした"));
}

// A call that was lost does not round away.
static void not_quite_all_is_not_all(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(8 << 20);
    struct report *report = testbed_report(arena);
    struct calls calls = *testbed_calls(arena, 3);
    size_t length = 0;
    for (size_t i = 0; i < 3; i++)
        calls.days[i].answered = calls.days[i].offered - (i == 0);
    calls.total.answered = calls.total.offered - 1;
    report->calls = &calls;
    assert_non_null(
        strstr(report_html(report, &length), "<li>応答率は開始後2日間が99.9%、3日目以降が100.0%でした"));
}

// On the first day nobody has been away for a day.
static void while_nobody_left_no_screen_is_the_worst(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(8 << 20);
    struct report *report = testbed_report(arena);
    struct funnel_result *funnel = (struct funnel_result *)report->funnel;
    size_t length = 0;
    for (size_t i = 0; i < COUNT_SCREENS; i++) {
        funnel->steps[i].under_way = funnel->steps[i].left;
        funnel->steps[i].left = 0;
    }
    const char *html = report_html(report, &length);
    assert_non_null(strstr(html, "離脱と数える方は、まだいません"));
    assert_null(strstr(html, "離脱が最も多い"));
}

static void an_operators_text_takes_the_place_of_the_rules(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(8 << 20);
    struct report *report = testbed_report(arena);
    size_t length = 0;
    report->note = "一つ目 <i>\n二つ目";
    const char *html = report_html(report, &length);
    assert_non_null(strstr(html, "<p>一つ目 &lt;i&gt;</p>\n<p>二つ目</p>"));
    assert_null(strstr(html, "得られた知見"));
}

// Two phases of a year: a crowded first month, then quiet ones; nights are always quiet.
static void the_calendar_says_when_it_is_quiet(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(16 << 20);
    struct report *report = testbed_report(arena);
    struct calendar *calendar = arena_alloc(arena, sizeof *calendar);
    int64_t first = clock_day_number(2026, 2, 2);
    size_t length = 0;
    *calendar = (struct calendar){.series = CALENDAR_APP,
                                  .number = 3,
                                  .made_ms = report->figures->from_ms,
                                  .opens_day = first,
                                  .closes_day = first + 359,
                                  .first_day = first,
                                  .days = 360};
    for (size_t day = 0; day < 360; day++)
        for (size_t band = 0; band < LEVELS_BANDS; band++)
            calendar->cells[day][band] = day < 28 && band < 3 ? LEVEL_VERY_BUSY : LEVEL_SMOOTH;
    report->calendar = calendar;
    const char *html = report_html(report, &length);
    assert_null(strstr(html, "まだ公表されていません"));
    assert_non_null(strstr(html, "深夜から早朝(1時-7時)はいつも順調です"));
    assert_non_null(strstr(html, "つながりやすいのは"));
    assert_non_null(strstr(html, "順調は28、混雑は0、大変混雑は84の見込みです"));
    assert_non_null(strstr(html, "第3版、2026年2月2日公表"));
    assert_non_null(strstr(html, "<td class=\"l3\">●<br>大変混雑</td>"));
}

static void the_survey_has_shares_with_intervals(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(16 << 20);
    struct report *report = testbed_report(arena);
    struct questionnaire *questionnaire = NULL;
    struct survey_results survey = {.answers = 400, .verified = 705};
    struct error err = {0};
    size_t length = 0;
    assert_true(questionnaire_open("", &questionnaire, &err));
    survey.questions = arena_alloc(arena, questionnaire_count(questionnaire) * sizeof *survey.questions);
    survey.questions[0][SURVEY_BANDS] =
        (struct survey_tally){.answered = 400, .choices = {0, 16, 40, 96, 148, 100}};
    report->survey = &survey;
    report->questionnaire = questionnaire;
    const char *html = report_html(report, &length);
    assert_non_null(strstr(html, "とても満足＋やや満足が62%、やや不満＋とても不満が14%でした"));
    assert_non_null(strstr(html, "62.0%(57.15～66.62)"));
    assert_non_null(strstr(html, "回答は400件、本人確認を終えた705人の56.7%です"));
    questionnaire_free(questionnaire);
}

static void names_from_outside_cannot_become_markup(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(4 << 20);
    size_t length = 0;
    const char *html = report_html(testbed_report(arena), &length);
    assert_null(strstr(html, "見本 <b>"));
    assert_non_null(strstr(html, "見本 &lt;b&gt;&amp;"));
}

static void the_same_figures_give_the_same_bytes(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(8 << 20);
    size_t first_length = 0, second_length = 0;
    const char *first = report_html(testbed_report(arena), &first_length);
    const char *second = report_html(testbed_report(arena), &second_length);
    assert_int_equal(first_length, second_length);
    assert_memory_equal(first, second, first_length);
}

static void a_full_arena_is_no_half_page(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(20000);
    size_t length = 0;
    assert_null(report_html(testbed_report(arena), &length));
}

int main(void) {
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_heading_is_computed_from_the_figures),
        cmocka_unit_test(all_twelve_sections_are_there_in_order),
        cmocka_unit_test(the_cover_leads_to_the_first_sheet_of_every_section),
        cmocka_unit_test(what_was_counted_here_is_not_called_a_download),
        cmocka_unit_test(small_cells_are_nowhere_on_the_page),
        cmocka_unit_test(the_telephone_has_its_sentences),
        cmocka_unit_test(promises_of_the_gate_are_told_as_they_were_kept),
        cmocka_unit_test(places_are_ranked_by_their_rate),
        cmocka_unit_test(not_quite_all_is_not_all),
        cmocka_unit_test(while_nobody_left_no_screen_is_the_worst),
        cmocka_unit_test(an_operators_text_takes_the_place_of_the_rules),
        cmocka_unit_test(the_calendar_says_when_it_is_quiet),
        cmocka_unit_test(the_survey_has_shares_with_intervals),
        cmocka_unit_test(names_from_outside_cannot_become_markup),
        cmocka_unit_test(the_same_figures_give_the_same_bytes),
        cmocka_unit_test(a_full_arena_is_no_half_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
