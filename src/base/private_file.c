// private_file.c - one look at the mode.
#include "base/private_file.h"

#include <sys/stat.h>

#define OTHERS_MAY          (S_IRWXG | S_IRWXO)
#define OTHERS_MAY_OF_ROOTS (S_IWGRP | S_IXGRP | S_IRWXO)

bool private_file_check(int fd) {
    struct stat status;
    return fstat(fd, &status) == 0 &&
           (status.st_mode & (status.st_uid == 0 ? OTHERS_MAY_OF_ROOTS : OTHERS_MAY)) == 0;
}
