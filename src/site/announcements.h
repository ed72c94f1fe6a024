// announcements.h - the listeners of a site, as its settings bound them.
#pragma once

#include "site/context.h"
#include "site/listeners.h"

// At most half of the connections are listeners, and a quarter of these come from one address. NULL when
// memory is exhausted.
struct listeners *announcements_listeners(const struct config *config);
