// gate_metrics.c - the gate as Prometheus reads it.
#include "site/gate_metrics.h"

#include "site/held.h"

static void add_head(struct buffer *buffer, const char *name, const char *type, const char *help) {
    buffer_print(buffer, "# HELP juncho_gate_%s %s\n# TYPE juncho_gate_%s %s\n", name, help, name, type);
}

static void add_figure(struct buffer *buffer, const char *name, const char *type, const char *help,
                       double value) {
    add_head(buffer, name, type, help);
    buffer_print(buffer, "juncho_gate_%s %.17g\n", name, value);
}

static void add_line(struct buffer *buffer, const struct gate_view *view) {
    add_figure(buffer, "joined_total", "counter", "People who came to the gate.", (double)view->joined);
    add_head(buffer, "admitted_total", "counter", "People let in, by their turn or beside it.");
    buffer_print(
        buffer,
        "juncho_gate_admitted_total{by=\"turn\"} %llu\njuncho_gate_admitted_total{by=\"return\"} %llu\n",
        (unsigned long long)view->passed, (unsigned long long)view->returned);
    add_figure(buffer, "waiting", "gauge", "People who wait now.", (double)view->waiting);
    add_head(buffer, "inside", "gauge", "People inside now, by where they are.");
    buffer_print(buffer, "juncho_gate_inside{at=\"site\"} %llu\njuncho_gate_inside{at=\"provider\"} %llu\n",
                 (unsigned long long)(view->inside - view->at_provider),
                 (unsigned long long)view->at_provider);
    add_figure(buffer, "frozen", "gauge", "1 while the line stands still because the store is away.",
               view->frozen);
    add_figure(buffer, "wait_p50_seconds", "gauge", "Half of those who come now wait no longer.",
               view->tail.p50_s);
    add_figure(buffer, "wait_p90_seconds", "gauge", "Nine in ten of those who come now wait no longer.",
               view->tail.p90_s);
    add_figure(buffer, "memory_bytes", "gauge", "Memory of the line.", (double)view->memory_bytes);
}

static void add_pace(struct buffer *buffer, const struct gate_view *view) {
    add_figure(buffer, "pace_per_second", "gauge", "People let in a second, now.", view->per_s);
    add_figure(buffer, "pace_steady_per_second", "gauge", "What the stages do in the long run.",
               view->steady_per_s);
    add_head(buffer, "pace_reason", "gauge", "1 for the reason of the pace.");
    for (enum pace_reason reason = PACE_CAPACITY; reason <= PACE_BY_HAND; reason++)
        buffer_print(buffer, "juncho_gate_pace_reason{reason=\"%s\"} %d\n", pace_reason_name(reason),
                     view->reason == reason);
}

static void add_stages(struct buffer *buffer, const struct gate_view *view, const char *name,
                       const char *help, double (*value)(const struct controller_view *stage)) {
    add_head(buffer, name, "gauge", help);
    for (size_t i = 0; i < GATE_STAGES; i++)
        buffer_print(buffer, "juncho_gate_%s{stage=\"%s\"} %.17g\n", name, view->stages[i].name,
                     value(&view->stages[i]));
}

static double capacity(const struct controller_view *stage) {
    return stage->capacity_per_s;
}

static double backlog(const struct controller_view *stage) {
    return stage->backlog;
}

static double on_the_way(const struct controller_view *stage) {
    return stage->on_the_way;
}

static double share(const struct controller_view *stage) {
    return stage->share;
}

static double journey(const struct controller_view *stage) {
    return stage->journey_s;
}

static double busy(const struct controller_view *stage) {
    return stage->busy;
}

static double silent(const struct controller_view *stage) {
    return stage->silent;
}

static void add_promises(struct buffer *buffer, const struct gate_view *view) {
    static const char *const spans[PROMISE_SPANS] = {"under_5_min", "under_30_min", "longer"};
    add_head(buffer, "promises_total", "counter", "Promised waits whose outcome is known, by their length.");
    for (int span = 0; span < PROMISE_SPANS; span++)
        buffer_print(buffer, "juncho_gate_promises_total{span=\"%s\"} %llu\n", spans[span],
                     (unsigned long long)view->promises[span].promised);
    add_head(buffer, "promises_held_total", "counter", "Of these, how many took no longer than was said.");
    for (int span = 0; span < PROMISE_SPANS; span++)
        buffer_print(buffer,
                     "juncho_gate_promises_held_total{span=\"%s\",promise=\"p50\"} %llu\n"
                     "juncho_gate_promises_held_total{span=\"%s\",promise=\"p90\"} %llu\n",
                     spans[span], (unsigned long long)view->promises[span].held_p50, spans[span],
                     (unsigned long long)view->promises[span].held_p90);
}

void gate_metrics(struct buffer *buffer, struct site *site) {
    struct gate_view view;
    gate_view(site->gate, &view);
    add_line(buffer, &view);
    add_pace(buffer, &view);
    add_stages(buffer, &view, "stage_capacity_per_second", "What a stage completes.", capacity);
    add_stages(buffer, &view, "stage_backlog", "People at a stage.", backlog);
    add_stages(buffer, &view, "stage_on_the_way", "People expected at a stage.", on_the_way);
    add_stages(buffer, &view, "stage_share_ratio", "Of those let in who reach a stage.", share);
    add_stages(buffer, &view, "stage_journey_seconds", "From being let in to a stage.", journey);
    add_stages(buffer, &view, "stage_busy", "1 while over two seconds of work wait at a stage.", busy);
    add_stages(buffer, &view, "stage_silent", "1 while nothing is heard of a stage.", silent);
    add_figure(buffer, "held", "gauge", "People who wait for room at the identity provider.",
               (double)held_count(site->held));
    add_promises(buffer, &view);
}
