// replay.c - runs a fuzz target over files instead of libFuzzer, so that every corpus is also an ordinary
// test.
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_SIZE_MAX (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return 1;
    }
    uint8_t *room = malloc(INPUT_SIZE_MAX);
    size_t size = room == NULL ? 0 : fread(room, 1, INPUT_SIZE_MAX, file);
    fclose(file);
    // An exact copy, so that a sanitizer sees the first byte read past the end.
    uint8_t *input = malloc(size == 0 ? 1 : size);
    if (room == NULL || input == NULL)
        abort();
    memcpy(input, room, size);
    LLVMFuzzerTestOneInput(input, size);
    free(input);
    free(room);
    return 0;
}

// Every file of the corpus directories named on the command line; an empty corpus is a fault.
int main(int argc, char **argv) {
    int files = 0, faults = 0;
    for (int i = 1; i < argc; i++) {
        DIR *directory = opendir(argv[i]);
        if (directory == NULL) {
            perror(argv[i]);
            return 1;
        }
        for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
            char path[4096];
            if (entry->d_name[0] == '.')
                continue;
            snprintf(path, sizeof path, "%s/%s", argv[i], entry->d_name);
            faults += replay_file(path);
            files++;
        }
        closedir(directory);
    }
    printf("%d inputs\n", files);
    return files == 0 || faults > 0;
}
