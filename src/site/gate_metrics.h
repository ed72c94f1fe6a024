// gate_metrics.h - the gate as Prometheus reads it.
#pragma once

#include "site/context.h"

void gate_metrics(struct buffer *buffer, struct site *site);
