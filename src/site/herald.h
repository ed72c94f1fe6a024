// herald.h - the thread that tells open pages of announcements within a second.
//
// Four times a second it looks at the store, so that it hears of what was written at another node, and at the
// clock, for what was scheduled. What is written at this node is heard of at once. The gate's document and
// everybody in site/listeners.h learn it here.
#pragma once

#include "site/context.h"

struct herald;

MUST_CHECK bool herald_start(struct site *site, struct herald **ret_herald, struct error *err);
// Ends the thread; a look that is under way may still come back, so the rest stays until herald_free.
void herald_stop(struct herald *herald); // NULL is fine
void herald_free(struct herald *herald); // NULL is fine
// From any thread: something was written here. Returns at once.
void herald_look(struct herald *herald);
