#include "forecast/calendar_words.h"

#include <stdio.h>

const struct calendar_words calendar_words_ja = {
    .language = "ja",
    .level = {"未定", "順調", "混雑", "大変混雑"},
    .shut = "受付時間外",
    .over = "終わりました",
    .band = {"7時〜12時", "12時〜20時", "20時〜翌1時", "1時〜7時"},
    .night_note =
        "「1時〜7時」は、その日の朝早くのことです。「20時〜翌1時」は、その日の夜から次の日の1時までです。",
    .weekday = {"日", "月", "火", "水", "木", "金", "土"},
    .saturday = "土曜",
    .sunday = "日曜",
    .holiday = "祝日",
    .today = "今日",
    .title = {"", "混雑カレンダー(アプリ)", "混雑カレンダー(電話)"},
    .lead = {"", "アプリでの手続きが、すいている日と時間をお知らせします。",
             "コールセンターの電話が、つながりやすい日と時間をお知らせします。"},
    .weeks = "4週間",
    .year = "1年",
    .app = "アプリ",
    .calls = "電話",
    .best_title = "これから1週間で、すいている時間",
    .best_none = "これから1週間は、昼間と夜にすいている時間がありません。",
    .best_nights = "朝早くなら、すいています。",
    .legend_title = "記号の読み方",
    .legend = {"まだお知らせできません。", "すぐに手続きできる見込みです。", "少し待つことがあります。",
               "長く待つことがあります。別の日や時間をおすすめします。"},
    .legend_note = {"",
                    "この表は、これまでのアクセス数などから予測したものです。実際とちがうことがあります。"
                    "ポイントは先着順ではありません。すいているときに、ゆっくりどうぞ。",
                    "この表は、これまでの電話の数などから予測したものです。実際とちがうことがあります。"},
    .changed_title = "前回のお知らせから変わったところ",
    .changed_none = "この4週間の中に、変わったところはありません。",
    .changed_more = "ほかにもあります",
    .first_version = "はじめてのお知らせです。",
    .override_title = "※ 担当者が見直したところ",
    .version = "第%lld版",
    .files = "ほかの形式",
    .subscribe = "カレンダーアプリに入れる",
    .print_note = "この画面は、A4の紙1枚に印刷できます。",
    .empty = "混雑カレンダーは準備中です。できあがりしだい、ここでお知らせします。",
    .home = "アプリのホームへ",
    .reason_first = "はじめての公開",
    .reason_usual = "定期の見直し",
    .time_of_day = "時間帯",
    .phase_title = "時期",
    .event_note = "混雑の見込み",
};

static const char *or_empty(const char *text) {
    return text == NULL ? "" : text;
}

const char *calendar_date_text(struct arena *arena, int64_t day) {
    struct civil date = calendar_date(day);
    return or_empty(arena_print(arena, "%d月%d日", date.month, date.day));
}

const char *calendar_day_text(struct arena *arena, const struct calendar_words *words,
                              const struct holidays *holidays, int64_t day) {
    struct civil date = calendar_date(day);
    return or_empty(arena_print(arena, "%d月%d日(%s%s)", date.month, date.day, words->weekday[date.weekday],
                                holidays_has(holidays, day) ? "・祝" : ""));
}

const char *calendar_day_kind(const struct calendar_words *words, const struct holidays *holidays,
                              int64_t day) {
    int weekday = holidays_weekday(day);
    if (holidays_has(holidays, day))
        return words->holiday;
    return weekday == 6 ? words->saturday : weekday == 0 ? words->sunday : "";
}

// What a phase is in the course of the campaign.
static const char *phase_name(const struct calendar_phase *phase) {
    if (phase->last_month == phase->months)
        return phase->months == 1 ? "" : "締切月";
    if (phase->first_month == 1)
        return "開始直後";
    if (phase->first_month == 2)
        return "初期ピーク";
    if (phase->last_month == phase->months - 1)
        return "締切前";
    if (phase->first_month == 3)
        return "移行期";
    return phase->last_month == phase->months - 2 ? "通常期後半" : "通常期";
}

const char *calendar_phase_text(struct arena *arena, const struct calendar_phase *phase) {
    char months[32];
    const char *name = phase_name(phase);
    if (phase->first_month == phase->last_month)
        (void)snprintf(months, sizeof months, "%dか月目", phase->first_month);
    else
        (void)snprintf(months, sizeof months, "%d〜%dか月目", phase->first_month, phase->last_month);
    return or_empty(name[0] == '\0' ? arena_copy_text(arena, months)
                                    : arena_print(arena, "%s(%s)", months, name));
}

const char *calendar_cell_word(const struct calendar_words *words, const struct calendar *calendar,
                               size_t band, enum level level) {
    return calendar_is_shut(calendar, band) ? words->shut : words->level[level];
}
