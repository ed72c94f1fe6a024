// access_line.h - one line of a web server's access log, in the common or the combined format.
//
//   host ident user [02/Feb/2026:13:00:05 +0900] "GET / HTTP/1.1" 200 512
//   host ident user [02/Feb/2026:13:00:05 +0900] "GET / HTTP/1.1" 200 512 "referer" "agent"
// More fields may follow the agent. A quote inside a field is escaped by a backslash (Apache) or written as
// \x22 (nginx). What the request was does not matter here, and may be anything.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct access_line {
    const char *host, *agent; // not NUL-terminated; agent NULL in the common format
    size_t host_length, agent_length;
    int64_t time_s; // since 1970 in UTC
    int status;     // 100 to 599
    int64_t bytes;  // 0 for "-"
};

// The day and offset that were read last: lines come by the million, days do not. Zeroed at first.
struct access_days {
    char date[11], offset[5]; // "02/Feb/2026", "+0900"
    int64_t start_s;          // of that day in that offset
};

// NULL when the line was read, else why not, as a constant. `line` has no newline; it needs no NUL.
const char *access_line_parse(struct access_days *days, const char *line, size_t length,
                              struct access_line *ret_line);
