// audit.c - one query a check.
#include "store/audit.h"

#include <string.h>

bool audit_fault_add(struct audit *audit, const char *check, const char *detail, struct error *err) {
    if (audit->faults_count == audit->faults_capacity) {
        size_t capacity = audit->faults_capacity * 2 + 16;
        struct audit_fault *faults = arena_alloc(audit->arena, capacity * sizeof *faults);
        if (faults == NULL)
            return error_set(err, ERROR_UNAVAILABLE, "out of memory");
        if (audit->faults_count > 0)
            memcpy(faults, audit->faults, audit->faults_count * sizeof *faults);
        audit->faults = faults;
        audit->faults_capacity = capacity;
    }
    audit->faults[audit->faults_count++] = (struct audit_fault){check, detail == NULL ? "" : detail};
    return true;
}

bool audit_run(struct audit *audit, struct session *session, const struct audit_check *checks,
               size_t checks_count, struct error *err) {
    for (size_t i = 0; i < checks_count; i++) {
        // A statement is known by its address: each check has one of its own as long as the session lives.
        struct statement *statement = arena_alloc(audit->arena, sizeof *statement);
        struct rows rows;
        if (statement == NULL)
            return error_set(err, ERROR_UNAVAILABLE, "out of memory");
        *statement = (struct statement){.sql = checks[i].sql, .types = ""};
        if (!session_query(session, statement, NULL, 0, audit->arena, &rows, err)) {
            error_prefix(err, "%s: ", checks[i].name);
            return false;
        }
        for (size_t row = 0; row < rows.count; row++)
            if (!audit_fault_add(audit, checks[i].name, rows_text(&rows, row, 0), err))
                return false;
    }
    return true;
}
