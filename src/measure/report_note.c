// report_note.c - one row a campaign.
#include "measure/report_note.h"

static const struct statement READ = {
    "SELECT text, set_by, set_ms FROM report_note WHERE campaign_id = $1 AND text <> ''", "i"};
static const struct statement SET = {
    "INSERT INTO report_note (campaign_id, text, set_by, set_ms) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (campaign_id) DO UPDATE SET text = excluded.text, set_by = excluded.set_by, "
    "set_ms = excluded.set_ms",
    "itti"};

bool report_note_read(struct session *session, int64_t campaign_id, struct arena *arena,
                      struct report_note *ret_note, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(session, &READ, arena, &rows, err, value_int(campaign_id)))
        return false;
    *ret_note = rows.count == 0 ? (struct report_note){0}
                                : (struct report_note){rows_text(&rows, 0, 0), rows_text(&rows, 0, 1),
                                                       rows_int(&rows, 0, 2)};
    return true;
}

void report_note_set(struct command *command, int64_t campaign_id, const struct report_note *note) {
    COMMAND_ADD(command, &SET, value_int(campaign_id), value_text(note->text == NULL ? "" : note->text),
                value_text(note->set_by), value_int(note->set_ms));
}
