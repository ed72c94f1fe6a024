// testbed_gate.c - see testbed_gate.h.
#include "gate/testbed_gate.h"

static const unsigned char secret[TICKET_KEY_SIZE] = "a secret of the tests, 32 bytes";

struct gate *testbed_gate(uint32_t epoch, uint32_t node, int64_t opens_s) {
    struct gate_options options = {.campaign = "sample",
                                   .secret = secret,
                                   .epoch = epoch,
                                   .node = node,
                                   .opens_s = opens_s,
                                   .draws = opens_s != 0,
                                   .identity_per_s = 50,
                                   .writer_per_s = 1000,
                                   .share = 0.8,
                                   .journey_s = 80,
                                   .inside_max = 1000};
    struct gate *gate = NULL;
    struct error err;
    bool made = gate_new(&options, &gate, &err);
    ASSERT(made);
    // By hand, so that tests count people and not the controller's thoughts.
    gate_order(gate, &(struct gate_orders){.by_hand = true, .hand_per_min = 600});
    return gate;
}
