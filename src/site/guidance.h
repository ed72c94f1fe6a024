// guidance.h - what handlers need of the help that the running server holds.
#pragma once

#include "site/context.h"

// Looks for news on a reader's thread; returns at once. Called each second.
void guidance_watch(struct site *site);
