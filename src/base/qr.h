// qr.h - a text as a QR code, drawn as SVG.
#pragma once

#include "base/arena.h"
#include "base/error.h"

#define QR_TEXT_BYTES_MAX 1024

// A whole SVG document in the arena: black on white in any theme, with the quiet zone of four modules that
// readers need. ERROR_INVALID: longer than QR_TEXT_BYTES_MAX, or empty.
MUST_CHECK bool qr_svg(struct arena *arena, const char *text, const char **ret_svg, struct error *err);
