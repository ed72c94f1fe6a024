// gate_metrics.h - the gate as Prometheus reads it.
#pragma once

#include "site/context.h"

// Appends the gate's metrics in Prometheus' text format.
void gate_metrics(struct buffer *buffer, struct site *site);
