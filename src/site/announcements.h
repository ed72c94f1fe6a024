// announcements.h - what the city says, for the pages that the server fills; the listeners of a site.
#pragma once

#include "site/context.h"
#include "site/listeners.h"

bool announcements_any(const struct visit *visit); // anything is said now
// What is said now, for a page in this language, as news_html and news_section give it; NULL: no memory.
const char *announcements_html(struct visit *visit, size_t language);
const char *announcements_section(struct visit *visit, size_t language);

// At most half of the connections are listeners, and a quarter of these come from one address. NULL when
// memory is exhausted.
struct listeners *announcements_listeners(const struct config *config);
