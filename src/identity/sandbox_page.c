// sandbox_page.c - the sandbox's few pages: plain HTML, no script, a style sheet of their own.
#include "base/text.h"
#include "identity/sandbox_internal.h"

#define SAME_PERSON "itsumo-onaji-hito"

static const struct {
    const char *card, *person, *title, *text;
} choices[] = {
    {"eligible", NULL, "対象になる人（毎回ちがう人）",
     "都内に住む15歳以上の人です。選ぶたびに新しい人になります。"},
    {"eligible", SAME_PERSON, "同じ人でもう一度",
     "いつも同じ人です。二つ目のアカウントで選ぶと、連携済みの案内を確かめられます。"},
    {"age14", NULL, "14歳の人", "年齢の条件に合わない場合です。"},
    {"outside", NULL, "都外に住む人", "住所の条件に合わない場合です。"},
    {"expired", NULL, "電子証明書の有効期限切れ", "市区町村の窓口での更新が必要な場合です。"},
    {"pinlocked", NULL, "暗証番号のロック", "暗証番号を続けて間違えた場合です。"},
    {"cancel", NULL, "途中でやめる", "利用者が認証を取り消した場合です。"},
    {"slow", NULL, "時間がかかる", "約20秒後に戻ります。待つ間に元の画面がどう見えるかを確かめられます。"},
    {"lost", NULL, "戻ってこない", "アプリから元のブラウザに戻れない場合です。"},
};

const char sandbox_page_style[] =
    ":root{color-scheme:light dark}"
    "body{margin:0;font-family:'Noto Sans JP','Hiragino Sans','Yu Gothic UI',sans-serif;line-height:1.7;"
    "color:#1a1a1c;background:#f1f1f4}"
    "main{max-width:38rem;margin:0 auto;padding:1rem 1rem 3rem}"
    "header{background:#fff;border-bottom:4px solid #c16800}"
    "header p{max-width:38rem;margin:0 auto;padding:.75rem 1rem;font-weight:700}"
    "h1{font-size:1.5rem;line-height:1.5;margin:1.5rem 0 .5rem;word-break:auto-phrase}"
    "ul{list-style:none;margin:1.5rem 0;padding:0}"
    "li{margin:0 0 .75rem}"
    "li a{display:block;padding:1rem;border:1px solid "
    "#767676;border-radius:12px;background:#fff;color:inherit;"
    "text-decoration:none}"
    "li a strong{display:block;color:#0017c1;text-decoration:underline;text-underline-offset:.2em}"
    "li a:hover{background:#e8f1fe;border-color:#0017c1}"
    "li a:focus-visible{outline:4px solid #000;outline-offset:2px;box-shadow:0 0 0 2px #ffd43d}"
    "@media(prefers-color-scheme:dark){body{color:#f2f2f2;background:#1a1a1c}header,li a{background:#2b2b2e}"
    "li a strong{color:#9db7f9}li a:hover{background:#33363f}"
    "li a:focus-visible{outline-color:#ffd43d;box-shadow:none}}";

static void add_html(struct buffer *page, const char *text) {
    for (; *text != '\0'; text++) {
        const char *entity = *text == '&' ? "&amp;" : *text == '<' ? "&lt;" : *text == '"' ? "&quot;" : NULL;
        if (entity != NULL)
            buffer_add(page, entity);
        else
            buffer_add_bytes(page, text, 1);
    }
}

static void begin(struct buffer *page, const struct sandbox *sandbox, const char *title,
                  struct arena *arena) {
    buffer_init(page, arena);
    buffer_add(page, "<!doctype html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\">"
                     "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                     "<meta name=\"robots\" content=\"noindex\"><title>");
    add_html(page, title);
    buffer_add(page, "｜テスト用の認証</title><link rel=\"stylesheet\" href=\"");
    add_html(page, sandbox->path);
    buffer_add(page, "/sandbox.css\"></head><body><header><p>テスト用の認証画面　本物のカードは使いません</p>"
                     "</header><main><h1>");
    add_html(page, title);
    buffer_add(page, "</h1>");
}

const char *sandbox_page_chooser(const struct sandbox *sandbox, const char *query, struct arena *arena) {
    struct buffer page;
    begin(&page, sandbox, "テスト用のカードを選んでください", arena);
    buffer_add(&page, "<p>選んだカードの結果が、元の画面に返ります。</p><ul>");
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        buffer_add(&page, "<li><a href=\"auth?");
        add_html(&page, query);
        buffer_print(&page, "&amp;card=%s", choices[i].card);
        if (choices[i].person != NULL)
            buffer_print(&page, "&amp;person=%s", choices[i].person);
        buffer_print(&page, "\"><strong>%s</strong>%s</a></li>", choices[i].title, choices[i].text);
    }
    buffer_add(&page, "</ul></main></body></html>\n");
    return page.text;
}

const char *sandbox_page_message(const struct sandbox *sandbox, const char *title, const char *text,
                                 struct arena *arena) {
    struct buffer page;
    begin(&page, sandbox, title, arena);
    buffer_add(&page, "<p>");
    add_html(&page, text);
    buffer_add(&page, "</p></main></body></html>\n");
    return page.text;
}
