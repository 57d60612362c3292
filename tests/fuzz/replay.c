/* replay: feeds a fuzz target with inputs from files, so that those that are kept need no libFuzzer.
 *
 *     replay [FILE|FOLDER]...     each file, and each file of a folder; before them the empty input
 *
 * It names each input before it is fed, so where the process ends the last one named is at fault. An input that takes
 * too long ends it, too.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECONDS = 60 }; /* room for valgrind and a busy machine */

#if defined(_WIN32)
/* There it has no clock of its own; the test's limit of time must do. */
static unsigned alarm(unsigned seconds) {
    (void)seconds;
    return 0;
}
#endif

static size_t inputs;

/* Feeds one input. It stands in a block of its own size, so that reading behind it is seen. */
static void feed_file(const char *path) {
    FILE *file = fopen(path, "rb");
    MUST(file, "%s: cannot be opened", path);
    MUST(fseek(file, 0, SEEK_END) == 0, "%s: cannot be read", path);
    long length = ftell(file);
    MUST(length >= 0 && fseek(file, 0, SEEK_SET) == 0, "%s: cannot be read", path);
    size_t size = (size_t)length;
    uint8_t *data = malloc(size ? size : 1);
    MUST(data && fread(data, 1, size, file) == size, "%s: cannot be read", path);
    fclose(file);
    fprintf(stderr, "%s\n", path);
    (void)alarm(SECONDS);
    (void)LLVMFuzzerTestOneInput(data, size);
    (void)alarm(0);
    free(data);
    inputs++;
}

static void feed(const char *path) {
    struct stat what;
    MUST(stat(path, &what) == 0, "%s: there is no such file", path);
    if (!S_ISDIR(what.st_mode)) {
        feed_file(path);
        return;
    }
    DIR *folder = opendir(path);
    MUST(folder, "%s: cannot be opened", path);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        size_t size = strlen(path) + strlen(entry->d_name) + 2;
        char *inside = malloc(size);
        MUST(inside, "no memory for the test itself");
        snprintf(inside, size, "%s/%s", path, entry->d_name);
        feed(inside);
        free(inside);
    }
    closedir(folder);
}

int main(int argc, char **argv) {
    (void)LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++) {
        feed(argv[i]);
    }
    MUST(inputs > 0 || argc == 1, "there is no input in what was named");
    printf("%zu inputs\n", inputs);
    return 0;
}
