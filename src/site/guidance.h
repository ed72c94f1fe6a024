// guidance.h - what handlers need of the help that the running server holds.
#pragma once

#include "site/context.h"

struct asked {
    size_t language; // whose answers were searched
    const char *query;
    const char *found; // the name of the answer that came first; NULL: there was none
};
// Counts a search and keeps what found nothing, then responds with `response`, which lies in the request's
// arena. A search that cannot be counted is answered all the same.
void guidance_count_search(struct visit *visit, const struct asked *asked, struct http_response *response);
