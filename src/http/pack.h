// pack.h - the web pages, as one block of bytes inside the program or as a directory during development.
//
// web/pack.mjs writes the block: "JPACK01\n", the number of entries, and for each the length of its path and
// of its three forms (plain, brotli, gzip; 0 = none), then these bytes. Numbers are 32 bits, little-endian.
#pragma once

#include "base/error.h"
#include "http/static.h"

struct pack;

// Opens a block; `bytes` must outlive the pack, nothing is copied. ERROR_INVALID when it is damaged.
MUST_CHECK bool pack_open(const void *bytes, size_t length, struct pack **ret_pack, struct error *err);
// Opens the block that was linked into the program. A program without one (a unit test, a build without Node)
// has a single page that says so.
MUST_CHECK bool pack_open_embedded(struct pack **ret_pack, struct error *err);
// Reads a directory as web/build.mjs leaves it; FILE.br and FILE.gz are forms of FILE.
MUST_CHECK bool pack_load(const char *directory, struct pack **ret_pack, struct error *err);
void pack_free(struct pack *pack); // NULL is fine

// By exact path ("/index.html"); NULL when there is none.
const struct static_asset *pack_find(const struct pack *pack, const char *path);
size_t pack_count(const struct pack *pack);
