// gate_nodes.c - see gate_nodes.h.
#include "site/gate_nodes.h"

#include <pthread.h>
#include <time.h>

#include "base/log.h"

#define EVERY_MS  500
#define OLD_US    INT64_C(3000000) // news beyond this age is none
#define SECOND_NS 1000000000L

struct gate_nodes {
    struct site *site;
    struct gate_share *share;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop;
    struct gate_news news;
    int64_t news_us;
    bool failing, led;
    uint32_t lane;
};

bool gate_nodes_new(struct site *site, struct gate_nodes **ret_nodes, struct error *err) {
    struct gate_nodes *nodes = calloc(1, sizeof *nodes);
    pthread_condattr_t attributes;
    if (nodes == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    nodes->site = site;
    (void)pthread_mutex_init(&nodes->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&nodes->wake, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    if (!gate_share_open(site->store, site->campaign->id, &nodes->share, err)) {
        gate_nodes_free(nodes);
        return false;
    }
    nodes->lane = gate_share_node(nodes->share);
    *ret_nodes = nodes;
    return true;
}

void gate_nodes_free(struct gate_nodes *nodes) {
    if (nodes == NULL)
        return;
    if (nodes->started) {
        (void)pthread_mutex_lock(&nodes->lock);
        nodes->stop = true;
        (void)pthread_cond_signal(&nodes->wake);
        (void)pthread_mutex_unlock(&nodes->lock);
        (void)pthread_join(nodes->thread, NULL);
    }
    gate_share_close(nodes->share);
    (void)pthread_cond_destroy(&nodes->wake);
    (void)pthread_mutex_destroy(&nodes->lock);
    free(nodes);
}

uint32_t gate_nodes_node(const struct gate_nodes *nodes) {
    return gate_share_node(nodes->share);
}

static bool look(struct gate_nodes *nodes, struct error *err) {
    struct gate_news news;
    if (!gate_share_look(nodes->share, nodes->site->gate, &news, err))
        return false;
    (void)pthread_mutex_lock(&nodes->lock);
    nodes->news = news;
    nodes->news_us = clock_monotonic_us();
    (void)pthread_mutex_unlock(&nodes->lock);
    return true;
}

static void say(struct gate_nodes *nodes, bool heard, const struct error *err) {
    if (!heard && !nodes->failing)
        LOG(LOG_WARNING, "the gate hears nothing of the other nodes", log_text("cause", err->message));
    if (heard && nodes->failing)
        LOG(LOG_INFO, "the gate hears the other nodes again", log_number("nodes", nodes->news.nodes));
    nodes->failing = !heard;
    if (heard && nodes->news.leads != nodes->led)
        LOG(LOG_INFO, nodes->news.leads ? "this node leads the gate" : "another node leads the gate",
            log_number("node", gate_share_node(nodes->share)));
    nodes->led = nodes->news.leads;
    if (heard && nodes->lane != gate_share_node(nodes->share))
        LOG(LOG_WARNING, "this node's lane went to another node, it goes on in a free one",
            log_number("lane", gate_share_node(nodes->share)));
    nodes->lane = gate_share_node(nodes->share);
}

static bool wait_for_the_next(struct gate_nodes *nodes) {
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += EVERY_MS * 1000000L;
    until.tv_sec += until.tv_nsec / SECOND_NS;
    until.tv_nsec %= SECOND_NS;
    (void)pthread_mutex_lock(&nodes->lock);
    int result = 0;
    while (!nodes->stop && result == 0)
        result = pthread_cond_timedwait(&nodes->wake, &nodes->lock, &until);
    bool go_on = !nodes->stop;
    (void)pthread_mutex_unlock(&nodes->lock);
    return go_on;
}

static void *run(void *context) {
    struct gate_nodes *nodes = context;
    struct error err;
    while (wait_for_the_next(nodes)) {
        bool heard = look(nodes, &err);
        say(nodes, heard, &err);
    }
    return NULL;
}

bool gate_nodes_start(struct gate_nodes *nodes, struct gate_news *ret_news, struct error *err) {
    if (!look(nodes, err))
        return false;
    say(nodes, true, err);
    *ret_news = nodes->news;
    if (pthread_create(&nodes->thread, NULL, run, nodes) != 0)
        return error_set(err, ERROR_UNAVAILABLE, "no thread for the nodes of the gate");
    nodes->started = true;
    return true;
}

bool gate_nodes_news(struct gate_nodes *nodes, struct gate_news *ret_news) {
    (void)pthread_mutex_lock(&nodes->lock);
    bool fresh = clock_monotonic_us() - nodes->news_us < OLD_US;
    if (fresh)
        *ret_news = nodes->news;
    (void)pthread_mutex_unlock(&nodes->lock);
    return fresh;
}

void gate_nodes_tell(struct gate_nodes *nodes, struct command *command, int64_t tick,
                     const struct gate_figures *figures) {
    gate_share_tell(nodes->share, command, tick, figures);
}
