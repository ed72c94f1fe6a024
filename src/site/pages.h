// pages.h - the pages that browsers load: built into the program, or from a folder.
//
// Those that say the campaign's name are filled and compressed once a language and name, and then sent as the
// files are that never change.
#pragma once

#include "http/static.h"
#include "site/context.h"

// `directory` empty: the built-in ones. ERROR_INVALID: the folder holds no index.html.
MUST_CHECK bool pages_new(const char *directory, struct pages **ret_pages, struct error *err);
void pages_free(struct pages *pages); // NULL is fine
// Responds when the path is a page or an asset; false when it is not.
bool pages_respond(struct visit *visit);
// A page of web/public in the visitor's language, by its Japanese file ("/faq.html"), with the campaign's
// name (site/naming.h), in the request's arena and its plain form only; NULL when there is none, or no
// memory.
const struct static_asset *pages_find(struct visit *visit, const char *file);
// The same with what the city says now (guidance/news.h).
const struct static_asset *pages_find_with_news(struct visit *visit, const char *file);
// Responds with a file of the pages by its path; false when there is none or `path` is NULL.
bool pages_respond_file(struct visit *visit, const char *path);
