// curve.h - a rising row of points, drawn with few straight lines and a bounded error.
//
// Swing filter: from the last knot a cone of slopes passes within the tolerance of every point since; when
// it closes, a knot is set where it was last open. Between points the row counts as straight, so the error
// nowhere exceeds the tolerance that was given with the points.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define CURVE_POINTS_MAX 64

struct curve_point {
    double x, y;
};

struct curve {
    struct curve_point points[CURVE_POINTS_MAX];
    size_t length;
    size_t limit;
    struct curve_point last; // the newest point given
    double low, high;        // slopes of the cone
    bool open;               // a point was given since the last knot
    bool overflowed;         // more than `limit` knots are needed
};

// At most `limit` knots, 2 to CURVE_POINTS_MAX.
void curve_init(struct curve *curve, size_t limit);
// The next point, `x` above the last one's, `y` not below it; the curve will pass within `tolerance` of it.
void curve_add(struct curve *curve, double x, double y, double tolerance);
// Sets the last knot. False when the limit was too low; the curve is then of no use.
bool curve_finish(struct curve *curve);
// The value at `x`; constant before the first and after the last knot.
double curve_at(const struct curve *curve, double x);
