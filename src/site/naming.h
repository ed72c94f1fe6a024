// naming.h - what the campaign is called in each language, and the pages that say so.
//
// Pages are built before anybody knows the campaign. Where its name belongs they have marks, which are filled
// in here: <!--juncho:campaign--> for the name as content, <!--juncho:campaign-text--> for a title or an
// attribute, <!--juncho:campaign-lang--> for the language that the name is in, <!--juncho:language--> for the
// one that the page was asked for. Where the city gave no name in a language the Japanese one stands.
#pragma once

#include "http/static.h"
#include "site/context.h"

struct naming {
    const char *name;     // of the campaign; as long as the settings that hold now, which is to the end
    const char *tag;      // of the language that it is in: "ja", "zh-Hans"
    const char *language; // the code of the one that was asked for: "ja-easy"
};

// By a language's index in guidance_languages(). The settings go before the language's file.
struct naming naming_of(const struct site *site, size_t language);
// The name without readings, in the arena; "" when it is full.
const char *naming_text(struct arena *arena, const struct naming *naming);
// When the telephone is answered, in a language; NULL: said in Japanese only.
const char *naming_hours(const struct site *site, size_t language);

// The same document with its marks filled in, in its plain form only, all in the arena; NULL: no memory. A
// manifest (application/manifest+json) gets name, short_name, unless the name is too long for one, and lang.
struct static_asset *naming_filled(struct arena *arena, const struct static_asset *asset,
                                   const struct naming *naming);
