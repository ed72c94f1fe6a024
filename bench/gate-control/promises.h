// promises.h - how often the gate's promised waits hold, over crowds that come and go.
#pragma once

// A table, one row a crowd, each over so many seeds and three wrong beliefs about the capacity at the start.
void promises_print(int seeds);
