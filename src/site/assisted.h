// assisted.h - places that operators take for others, and the codes that residents name for them.
#pragma once

#include "site/context.h"

// Makes the place of a code the resident's, and responds with it.
void assisted_take(struct visit *visit, const char *code);
