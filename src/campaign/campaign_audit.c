// campaign_audit.c - what must hold between the tables.
#include "campaign/campaign_audit.h"

// The counts of one screen and outcome against the journeys for which `column` is set.
#define COUNT_CHECK(title, step, outcome, column)                                                          \
    {                                                                                                      \
        title, "SELECT 'campaign ' || j.campaign_id || ': counted ' || COALESCE(c.n, 0) || ', journeys ' " \
               "|| j.n FROM "                                                                              \
               "(SELECT campaign_id, COUNT(" column ") n FROM journey GROUP BY campaign_id) j LEFT JOIN "  \
               "(SELECT campaign_id, CAST(SUM(count) AS BIGINT) n FROM step_count WHERE step = " step      \
               " AND outcome = " outcome " GROUP BY campaign_id) c ON c.campaign_id = j.campaign_id "      \
               "WHERE COALESCE(c.n, 0) <> j.n"                                                             \
    }

static const struct audit_check checks[] = {
    {"every resident has a journey and every journey a resident",
     "SELECT 'resident ' || id FROM (SELECT id, 1 AS n FROM resident UNION ALL SELECT DISTINCT resident_id, "
     "-1 "
     "FROM journey) both_sides GROUP BY id HAVING SUM(n) <> 0" AUDIT_LIMIT},
    {"granted journeys, applications and posted grants are the same residents",
     "SELECT 'resident ' || j.resident_id || ': state ' || j.state || ', application ' || COALESCE(a.points, "
     "0) || "
     "' points, grant ' || COALESCE(t.points, 0) FROM journey j "
     "LEFT JOIN application a ON a.resident_id = j.resident_id AND a.campaign_id = j.campaign_id "
     "LEFT JOIN transfer t ON t.resident_id = j.resident_id AND t.campaign_id = j.campaign_id AND t.kind = 2 "
     "AND t.phase = 3 WHERE (j.state = 8) <> (a.points IS NOT NULL) OR (j.state = 8) <> (t.points IS NOT "
     "NULL) "
     "OR COALESCE(a.points, 0) <> COALESCE(t.points, 0)" AUDIT_LIMIT},
    {"every application belongs to a journey",
     "SELECT 'resident ' || a.resident_id FROM application a LEFT JOIN journey j ON j.resident_id = "
     "a.resident_id "
     "AND j.campaign_id = a.campaign_id WHERE j.resident_id IS NULL" AUDIT_LIMIT},
    {"every grant belongs to a journey",
     "SELECT 'resident ' || t.resident_id FROM transfer t LEFT JOIN journey j ON j.resident_id = "
     "t.resident_id "
     "AND j.campaign_id = t.campaign_id WHERE t.kind = 2 AND j.resident_id IS NULL" AUDIT_LIMIT},
    {"open reservations are those that the journeys name",
     "SELECT 'resident ' || MAX(resident_id) FROM (SELECT reservation AS id, resident_id, 1 AS n FROM "
     "journey "
     "WHERE reservation IS NOT NULL UNION ALL SELECT id, resident_id, -1 FROM transfer WHERE phase = 2 UNION "
     "ALL "
     "SELECT pending_id, resident_id, 1 FROM transfer WHERE phase >= 3) both_sides "
     "GROUP BY id, resident_id HAVING SUM(n) <> 0" AUDIT_LIMIT},
    {"verified journeys are those of known persons",
     "SELECT 'resident ' || resident_id FROM (SELECT resident_id, campaign_id, 1 AS n FROM journey "
     "WHERE state IN (6, 7, 8) UNION ALL SELECT resident_id, campaign_id, -1 FROM person) both_sides "
     "GROUP BY resident_id, campaign_id HAVING SUM(n) <> 0" AUDIT_LIMIT},
    {"one person a resident and campaign",
     "SELECT 'resident ' || resident_id || ': ' || COUNT(*) || ' persons' FROM person "
     "GROUP BY resident_id, campaign_id HAVING COUNT(*) > 1" AUDIT_LIMIT},
    {"states and times agree",
     "SELECT 'resident ' || resident_id || ': state ' || state FROM journey WHERE "
     "(state >= 2 AND consented_ms IS NULL) OR (state >= 3 AND informed_ms IS NULL) OR "
     "(state >= 4 AND intended_ms IS NULL) OR (state >= 5 AND authenticating_ms IS NULL) OR "
     "(state IN (6, 7, 8) AND verified_ms IS NULL) OR (state = 8 AND granted_ms IS NULL) OR "
     "(state NOT IN (6, 7, 8) AND verified_ms IS NOT NULL)" AUDIT_LIMIT},
    COUNT_CHECK("counts agree with the journeys: consent reached", "1", "1", "began_ms"),
    COUNT_CHECK("counts agree with the journeys: consent", "1", "2", "consented_ms"),
    COUNT_CHECK("counts agree with the journeys: procedure", "2", "2", "informed_ms"),
    COUNT_CHECK("counts agree with the journeys: intent", "3", "2", "intended_ms"),
    COUNT_CHECK("counts agree with the journeys: verified", "5", "1", "verified_ms"),
    COUNT_CHECK("counts agree with the journeys: granted", "8", "1", "granted_ms"),
};

bool campaign_audit(struct audit *audit, struct session *session, int64_t *ret_residents, struct error *err) {
    static const struct statement COUNT_RESIDENTS = {"SELECT COUNT(*) FROM resident", ""};
    struct rows rows;
    if (!session_query(session, &COUNT_RESIDENTS, NULL, 0, audit->arena, &rows, err) ||
        !audit_run(audit, session, checks, sizeof checks / sizeof *checks, err))
        return false;
    *ret_residents = rows_int(&rows, 0, 0);
    return true;
}
