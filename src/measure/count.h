// count.h - counters of journey steps, written in the transaction of the step itself.
//
// A screen is reached and, perhaps, gone on from; who reached it and did not go on has left. Because the
// counts ride with the journey's own change, they cannot disagree with it. Commands of a batch add to the
// same few rows, so the counts are tallies (store/writer.h).
#pragma once

#include <stdint.h>

#include "store/writer.h"

// The screens of the journey in their order, then what follows them. The numbers are stored: do not change.
enum count_step {
    COUNT_CONSENT = 1,      // 本人確認の同意
    COUNT_PROCEDURE = 2,    // 本人確認の手順説明
    COUNT_INTENT = 3,       // 本人確認の意思表示
    COUNT_AUTHENTICATE = 4, // 本人確認(アプリ)
    COUNT_VERIFIED = 5,     // 本人確認完了
    COUNT_REGISTER = 6,     // the account was made
    COUNT_HOP = 7,          // every jump to the identity app; its outcomes are identity outcomes + 100
    COUNT_GRANT = 8,        // points were granted
    COUNT_OPENING = 9,      // a device opened the app for the first time
};
#define COUNT_SCREENS 5
#define COUNT_STEPS   10 // for arrays by step

enum count_outcome {
    COUNT_REACHED = 1,
    COUNT_WENT_ON = 2,
    COUNT_OUTCOME_IDENTITY = 100, // + enum identity_outcome
};

// "consent", "procedure", ...; NULL for a number that is no step.
const char *count_step_name(enum count_step step);

// Adds one to (hour of now_ms, campaign, step, outcome), in the batch's transaction.
void count_step(struct tallies *tallies, int64_t now_ms, int64_t campaign_id, enum count_step step,
                int outcome);

// Adds so many first openings by devices to the hour of now_ms.
void count_openings(struct tallies *tallies, int64_t now_ms, int64_t campaign_id, int64_t amount);

// Adds one opening of the app to the hour of now_ms.
void count_access(struct tallies *tallies, int64_t now_ms);
// As many openings at once.
void count_accesses(struct tallies *tallies, int64_t now_ms, int64_t amount);

// Everything that was counted, over all hours of a campaign.
struct count_sums {
    int64_t residents, accesses;
    int64_t reached[COUNT_STEPS], went_on[COUNT_STEPS]; // by enum count_step
};
MUST_CHECK bool count_read(struct session *session, int64_t campaign_id, struct count_sums *ret_sums,
                           struct error *err);
