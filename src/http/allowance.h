// allowance.h - how often one address may do a thing: a token bucket for each, in a table of fixed size.
//
// As with limits.h, addresses that share a slot share its bucket, IPv6 counts by /64, and the hash is keyed,
// so that nobody can choose to share. For what costs others something; reading never needs it.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define ALLOWANCE_SLOTS    16384u // a power of two
#define ALLOWANCE_KEY_SIZE 16

struct allowance;

// `per_min` in the long run, as many at once; NULL when memory is exhausted.
struct allowance *allowance_new(unsigned per_min);
void allowance_free(struct allowance *allowance); // NULL is fine
// Whether the client at this address (text, as http_request_peer gives it) may do it now; then it is counted.
bool allowance_take(struct allowance *allowance, const char *peer, int64_t now_us);

// The slot of a client's address, below ALLOWANCE_SLOTS, for whoever else counts by address.
uint32_t allowance_slot(const char *peer, const unsigned char key[ALLOWANCE_KEY_SIZE]);
