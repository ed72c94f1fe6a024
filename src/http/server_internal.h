// server_internal.h - what the loops ask of the server that they belong to.
#pragma once

#include "http/limits.h"
#include "http/server.h"

// The deadline is monotonic, 0 while nobody stops it; the start id tells one run's requests from another's.
bool server_is_stopping(const struct http_server *server);
int64_t server_stop_deadline_us(const struct http_server *server);
const struct http_options *server_options(const struct http_server *server);
struct limits *server_limits(struct http_server *server);
uint32_t server_start_id(const struct http_server *server);
unsigned server_loops_count(const struct http_server *server);
void server_handle(const struct http_server *server, struct http_request *request);
void server_observe(const struct http_server *server, struct http_request *request, int status,
                    int64_t duration_us);
