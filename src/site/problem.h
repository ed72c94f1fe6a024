// problem.h - errors as RFC 9457 problem documents; the one table from error kinds to HTTP statuses.
//
// Somebody who opened an address outside /api/ in a browser gets the page of web/public that says the same.
#pragma once

#include "base/error.h"
#include "http/server.h"

#define PROBLEM_RETRY_AFTER_S 2
#define PROBLEM_NO_REPORT     "no-report" // the code of a report that nobody has published

// Responds with the status of the error's kind. `code` names the problem ("urn:juncho:problem:<code>");
// NULL takes the kind's own. 503 carries Retry-After. The cause of ERROR_UNAVAILABLE goes to the log only.
void problem_respond(struct http_request *request, const struct error *err, const char *code);
// The same with a status of its own.
void problem_respond_status(struct http_request *request, int status, const char *code, const char *field,
                            const char *detail);
// 503: this request may use no more memory.
void problem_respond_memory(struct http_request *request);
// 405 with the methods that the path allows ("GET, HEAD").
void problem_respond_method(struct http_request *request, const char *allow);
