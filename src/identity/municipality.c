// municipality.c - the table of names and the comparison.
#include "identity/municipality.h"

#include <stdint.h>
#include <string.h>

#include <uninorm.h>
#include <unistr.h>

#include "base/text.h"

struct entry {
    struct municipality municipality;
    const char *key;    // the name as fold() spells it, NULL when it is the name itself
    const char *county; // what addresses may put before the name: a county, or the island's own name
};

// Codes: Ministry of Internal Affairs and Communications, local government codes.
static const struct entry tokyo[] = {
    {{131016, "千代田区"}, NULL, NULL},       {{131024, "中央区"}, NULL, NULL},
    {{131032, "港区"}, NULL, NULL},           {{131041, "新宿区"}, NULL, NULL},
    {{131059, "文京区"}, NULL, NULL},         {{131067, "台東区"}, NULL, NULL},
    {{131075, "墨田区"}, NULL, NULL},         {{131083, "江東区"}, NULL, NULL},
    {{131091, "品川区"}, NULL, NULL},         {{131105, "目黒区"}, NULL, NULL},
    {{131113, "大田区"}, NULL, NULL},         {{131121, "世田谷区"}, NULL, NULL},
    {{131130, "渋谷区"}, NULL, NULL},         {{131148, "中野区"}, NULL, NULL},
    {{131156, "杉並区"}, NULL, NULL},         {{131164, "豊島区"}, NULL, NULL},
    {{131172, "北区"}, NULL, NULL},           {{131181, "荒川区"}, NULL, NULL},
    {{131199, "板橋区"}, NULL, NULL},         {{131202, "練馬区"}, NULL, NULL},
    {{131211, "足立区"}, NULL, NULL},         {{131229, "葛飾区"}, NULL, NULL},
    {{131237, "江戸川区"}, NULL, NULL},       {{132012, "八王子市"}, NULL, NULL},
    {{132021, "立川市"}, NULL, NULL},         {{132039, "武蔵野市"}, NULL, NULL},
    {{132047, "三鷹市"}, NULL, NULL},         {{132055, "青梅市"}, NULL, NULL},
    {{132063, "府中市"}, NULL, NULL},         {{132071, "昭島市"}, NULL, NULL},
    {{132080, "調布市"}, NULL, NULL},         {{132098, "町田市"}, NULL, NULL},
    {{132101, "小金井市"}, NULL, NULL},       {{132110, "小平市"}, NULL, NULL},
    {{132128, "日野市"}, NULL, NULL},         {{132136, "東村山市"}, NULL, NULL},
    {{132144, "国分寺市"}, NULL, NULL},       {{132152, "国立市"}, NULL, NULL},
    {{132187, "福生市"}, NULL, NULL},         {{132195, "狛江市"}, NULL, NULL},
    {{132209, "東大和市"}, NULL, NULL},       {{132217, "清瀬市"}, NULL, NULL},
    {{132225, "東久留米市"}, NULL, NULL},     {{132233, "武蔵村山市"}, NULL, NULL},
    {{132241, "多摩市"}, NULL, NULL},         {{132250, "稲城市"}, NULL, NULL},
    {{132276, "羽村市"}, NULL, NULL},         {{132284, "あきる野市"}, NULL, NULL},
    {{132292, "西東京市"}, NULL, NULL},       {{133035, "瑞穂町"}, NULL, "西多摩郡"},
    {{133051, "日の出町"}, NULL, "西多摩郡"}, {{133078, "檜原村"}, NULL, "西多摩郡"},
    {{133086, "奥多摩町"}, NULL, "西多摩郡"}, {{133612, "大島町"}, NULL, "伊豆大島"},
    {{133621, "利島村"}, NULL, NULL},         {{133639, "新島村"}, NULL, NULL},
    {{133647, "神津島村"}, NULL, NULL},       {{133817, "三宅村"}, NULL, "三宅島"},
    {{133825, "御蔵島村"}, NULL, NULL},       {{134015, "八丈町"}, NULL, "八丈島"},
    {{134023, "青ヶ島村"}, "青ケ島村", NULL}, {{134210, "小笠原村"}, NULL, NULL},
};

#define TOKYO_COUNT (sizeof tokyo / sizeof tokyo[0])

static const struct {
    const char *prefecture;
    const struct entry *entries;
    size_t count;
} tables[] = {{"東京都", tokyo, TOKYO_COUNT}};

static const char *const prefectures[] = {
    "北海道", "青森県", "岩手県", "宮城県",   "秋田県", "山形県",   "福島県", "茨城県", "栃木県", "群馬県",
    "埼玉県", "千葉県", "東京都", "神奈川県", "新潟県", "富山県",   "石川県", "福井県", "山梨県", "長野県",
    "岐阜県", "静岡県", "愛知県", "三重県",   "滋賀県", "京都府",   "大阪府", "兵庫県", "奈良県", "和歌山県",
    "鳥取県", "島根県", "岡山県", "広島県",   "山口県", "徳島県",   "香川県", "愛媛県", "高知県", "福岡県",
    "佐賀県", "長崎県", "熊本県", "大分県",   "宮崎県", "鹿児島県", "沖縄県",
};

// Characters that registers write in more than one way, and the one to which they are brought. NFKC leaves
// them apart because they are characters of their own.
static const struct {
    ucs4_t from, to;
} spellings[] = {
    {0x30f6, 0x30b1}, // ヶ ケ
    {0x6867, 0x6a9c}, // 桧 檜
    {0x5340, 0x533a}, // 區 区
    {0x570b, 0x56fd}, // 國 国
    {0x5d8b, 0x5cf6}, // 嶋 島
    {0x5d8c, 0x5cf6}, // 嶌 島
    {0x5967, 0x5965}, // 奧 奥
    {0x6236, 0x6238}, // 戶 戸
    {0x6f81, 0x6e0b}, // 澁 渋
    {0x6f80, 0x6e0b}, // 澀 渋
    {0x7028, 0x702c}, // 瀨 瀬
    {0x7a17, 0x7a42}, // 穗 穂
    {0x7a3b, 0x7a32}, // 稻 稲
    {0x81fa, 0x53f0}, // 臺 台
    {0x85cf, 0x8535}, // 藏 蔵
    {0x8c50, 0x8c4a}, // 豐 豊
    {0x9751, 0x9752}, // 靑 青
    {0x9ed1, 0x9ed2}, // 黑 黒
    {0x5ee3, 0x5e83}, // 廣 広
    {0x7e23, 0x770c}, // 縣 県
};

#define FOLDED_BYTES_MAX (4 * MUNICIPALITY_ADDRESS_BYTES_MAX)

// Spaces, zero-width characters and variation selectors say nothing about where a place is. (葛 of 葛飾区
// often comes with a selector.)
static bool is_silent(ucs4_t c) {
    return c == ' ' || c == '\t' || c == 0x200b || c == 0x200c || c == 0x200d || c == 0x2060 || c == 0xfeff ||
           (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef);
}

static ucs4_t spell(ucs4_t c) {
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++)
        if (spellings[i].from == c)
            return spellings[i].to;
    return c;
}

// Brings an address to the one form in which names are compared; false when it is not UTF-8 or too long.
static bool fold(const char *address, char target[FOLDED_BYTES_MAX]) {
    size_t length = strlen(address);
    if (length > MUNICIPALITY_ADDRESS_BYTES_MAX || u8_check((const uint8_t *)address, length) != NULL)
        return false;
    uint8_t normal[FOLDED_BYTES_MAX];
    size_t normal_length = sizeof normal;
    uint8_t *result = u8_normalize(UNINORM_NFKC, (const uint8_t *)address, length, normal, &normal_length);
    if (result != normal) { // it did not fit, or memory is exhausted
        free(result);
        return false;
    }
    size_t written = 0;
    for (size_t i = 0; i < normal_length;) {
        ucs4_t c = 0;
        i += (size_t)u8_mbtouc(&c, normal + i, normal_length - i);
        if (is_silent(c))
            continue;
        int bytes = u8_uctomb((uint8_t *)target + written, spell(c), (int)(FOLDED_BYTES_MAX - 1 - written));
        if (bytes <= 0)
            return false;
        written += (size_t)bytes;
    }
    target[written] = '\0';
    return true;
}

// A postal code before the address is no part of it.
static const char *after_postal_code(const char *address) {
    if (text_starts_with(address, "〒"))
        address += strlen("〒");
    return address + strspn(address, "0123456789-");
}

static const char *prefecture_of(const char *address) {
    for (size_t i = 0; i < sizeof prefectures / sizeof prefectures[0]; i++)
        if (text_starts_with(address, prefectures[i]))
            return prefectures[i];
    return NULL;
}

// How many bytes at the beginning of `address` name the entry; 0: it is another.
static size_t match_length(const struct entry *entry, const char *address) {
    size_t county = 0;
    if (entry->county != NULL && text_starts_with(address, entry->county))
        county = strlen(entry->county);
    const char *key = entry->key != NULL ? entry->key : entry->municipality.name;
    return text_starts_with(address + county, key) ? county + strlen(key) : 0;
}

static bool table_of(const char *prefecture, const struct entry **ret_entries, size_t *ret_count) {
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        if (strcmp(tables[i].prefecture, prefecture) != 0)
            continue;
        *ret_entries = tables[i].entries;
        *ret_count = tables[i].count;
        return true;
    }
    return false;
}

enum municipality_result municipality_find(const char *prefecture, const char *address, int *ret_code) {
    *ret_code = 0;
    char folded[FOLDED_BYTES_MAX];
    if (!fold(address, folded))
        return MUNICIPALITY_REVIEW;
    const char *rest = after_postal_code(folded);
    const char *named = prefecture_of(rest);
    if (named == NULL)
        return MUNICIPALITY_REVIEW;
    if (strcmp(named, prefecture) != 0)
        return MUNICIPALITY_OUTSIDE;
    const struct entry *entries = NULL;
    size_t count = 0;
    if (!table_of(prefecture, &entries, &count))
        return MUNICIPALITY_REVIEW;
    size_t longest = 0;
    for (size_t i = 0; i < count; i++) {
        size_t length = match_length(&entries[i], rest + strlen(named));
        if (length <= longest)
            continue;
        longest = length;
        *ret_code = entries[i].municipality.code;
    }
    return longest > 0 ? MUNICIPALITY_FOUND : MUNICIPALITY_REVIEW;
}

size_t municipality_count(const char *prefecture) {
    const struct entry *entries = NULL;
    size_t count = 0;
    return table_of(prefecture, &entries, &count) ? count : 0;
}

struct municipality municipality_at(const char *prefecture, size_t index) {
    const struct entry *entries = NULL;
    size_t count = 0;
    bool known = table_of(prefecture, &entries, &count);
    ASSERT(known && index < count);
    return entries[index].municipality;
}

const char *municipality_name(int code) {
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        for (size_t k = 0; k < tables[i].count; k++)
            if (tables[i].entries[k].municipality.code == code)
                return tables[i].entries[k].municipality.name;
    return NULL;
}
