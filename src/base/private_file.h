// private_file.h - whether a file that holds a secret is kept from others.
#pragma once

#include <stdbool.h>

// True when nobody but its owner may read or change the open file, or when it is root's and no more than its
// group may read it: so systemd hands credentials to a service (an access list that shows as a group's
// right).
bool private_file_check(int fd);
