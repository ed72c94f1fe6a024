// population.h - how many people live in a municipality, for rates.
#pragma once

#include <stdint.h>

// The day for which the numbers hold, as a reader of a table wants it.
#define POPULATION_DATE "2022年1月1日"

// Residents by the six-digit code; 0 when it is not known.
int64_t population_of(int municipality);
