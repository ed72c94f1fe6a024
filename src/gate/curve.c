// curve.c - see curve.h.
#include "gate/curve.h"

#include <math.h>

#include "base/error.h"

void curve_init(struct curve *curve, size_t limit) {
    ASSERT(limit >= 2 && limit <= CURVE_POINTS_MAX);
    *curve = (struct curve){.limit = limit, .high = INFINITY};
}

static void set_knot(struct curve *curve, double x, double y) {
    if (curve->length == curve->limit) {
        curve->overflowed = true;
        return;
    }
    curve->points[curve->length++] = (struct curve_point){x, y};
    curve->low = 0;
    curve->high = INFINITY;
    curve->open = false;
}

// A knot at the newest point, in the middle of what the cone allows there and as near to it as that allows.
static void close_cone(struct curve *curve) {
    struct curve_point knot = curve->points[curve->length - 1];
    double run = curve->last.x - knot.x, exact = (curve->last.y - knot.y) / run;
    double slope = fmin(fmax(exact, curve->low), curve->high);
    set_knot(curve, curve->last.x, knot.y + slope * run);
}

void curve_add(struct curve *curve, double x, double y, double tolerance) {
    if (curve->overflowed)
        return;
    if (curve->length == 0) {
        set_knot(curve, x, y);
        curve->last = (struct curve_point){x, y};
        return;
    }
    struct curve_point knot = curve->points[curve->length - 1];
    double low = fmax(curve->low, (y - tolerance - knot.y) / (x - knot.x));
    double high = fmin(curve->high, (y + tolerance - knot.y) / (x - knot.x));
    if (low > high && curve->open) {
        close_cone(curve);
        if (curve->overflowed)
            return;
        knot = curve->points[curve->length - 1];
        low = fmax(0, (y - tolerance - knot.y) / (x - knot.x));
        high = (y + tolerance - knot.y) / (x - knot.x);
    }
    curve->low = low;
    curve->high = high;
    curve->open = true;
    curve->last = (struct curve_point){x, y};
}

bool curve_finish(struct curve *curve) {
    if (!curve->overflowed && curve->open)
        close_cone(curve);
    return !curve->overflowed;
}

double curve_at(const struct curve *curve, double x) {
    if (curve->length == 0)
        return 0;
    size_t next = 0;
    while (next < curve->length && curve->points[next].x <= x)
        next++;
    if (next == 0 || next == curve->length)
        return curve->points[next == 0 ? 0 : curve->length - 1].y;
    struct curve_point from = curve->points[next - 1], to = curve->points[next];
    return from.y + (to.y - from.y) * (x - from.x) / (to.x - from.x);
}
