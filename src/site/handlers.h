// handlers.h - one function a route; routes.c holds the table.
#pragma once

#include "base/json.h"
#include "gate/booking.h"
#include "site/context.h"

// The campaign as residents' programs see it; a new reference.
json_t *campaign_json(struct visit *visit);
// A booking as its resident sees it; null when there is none, or none that is still worth something.
json_t *booking_json(struct visit *visit, const struct booking *booking);

http_handler handle_campaign, handle_qr, handle_access, handle_counts, handle_metrics, handle_alive,
    handle_ready;
http_handler handle_register, handle_me, handle_points, handle_session_end;
http_handler handle_begin, handle_consent, handle_procedure, handle_intent;
http_handler handle_identity, handle_identity_confirm, handle_identity_move, handle_callback;
http_handler handle_application;
http_handler handle_faq, handle_faq_page, handle_faq_opinion, handle_announcements, handle_videos,
    handle_video_file;
http_handler handle_languages, handle_language;
http_handler handle_console_enter, handle_console_session, handle_console_leave;
http_handler handle_survey, handle_my_survey, handle_put_survey;
http_handler handle_console_survey, handle_console_survey_csv, handle_console_calls_put;
http_handler handle_console_operators, handle_console_operator_add, handle_console_operator_change;
http_handler handle_console_audit;
http_handler handle_console_report, handle_console_report_set;
http_handler handle_console_publication, handle_console_publish;
http_handler handle_report_page, handle_report_data;
http_handler handle_calendar, handle_calendar_page;
http_handler handle_console_calendar, handle_console_calendar_override, handle_console_calendar_publish;
http_handler handle_console_staff;
http_handler handle_bookings, handle_booking_make, handle_booking_cancel, handle_booking_file;
http_handler handle_console_password, handle_console_ways, handle_console_jump, handle_console_callback;
http_handler handle_console_settings, handle_console_setting_effect, handle_console_setting_change;
http_handler handle_console_now, handle_console_heat, handle_console_funnel;
http_handler handle_console_participants, handle_console_calls, handle_console_relief;
http_handler handle_console_faq, handle_console_faq_history, handle_console_faq_write;
http_handler handle_console_faq_preview, handle_console_announcements, handle_console_announce;
http_handler handle_console_announcement;
http_handler handle_gate, handle_gate_draw, handle_gate_tickets, handle_gate_passes, handle_gate_check;
http_handler handle_console_gate, handle_console_gate_order, handle_console_gate_assisted;
http_handler handle_console_gate_reset;
http_handler handle_gate_envoy, handle_waiting, handle_waiting_press;
