/* preload: lets calls of the system fail, in a program that is started with this library in LD_PRELOAD.
 *
 * SPDX-License-Identifier: MIT
 *
 * Counted are calls that open, lock, read, write, sync, close or rename a file whose name has FAIL_NAME in it, or its
 * folder once the file was opened; the FAIL_AT-th of them fails with the error FAIL_ERROR (its number), and with
 * FAIL_ON=1 so do all after it. With FAIL_SHORT=1 reads and writes are cut to one byte from that call on, instead of
 * failing; with FAIL_STOP=1 the program stops before that call, as by SIGSTOP. Files aside (examples/file.c) are
 * watched, too. The number of calls is written to the file FAIL_COUNT when the program ends. */
/* Here open() and open64() are two functions; and a time of 64 bits would want files of 64 bits. */
#undef _FILE_OFFSET_BITS
#undef _TIME_BITS
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES = 1024 };
static bool watched[FILES];
static bool is_seen; /* a file was opened whose name is watched: from then on folders are, too */
static long calls;

static long number_of(const char *variable) {
    const char *text = getenv(variable);
    return text == NULL ? 0 : strtol(text, NULL, 10);
}

static bool is_turn(void) {
    const long at = number_of("FAIL_AT");
    calls++;
    return at > 0 && (calls == at || (calls > at && number_of("FAIL_ON") != 0));
}

static bool fails(void) {
    if (!is_turn() || number_of("FAIL_SHORT") != 0) return false;
    if (number_of("FAIL_STOP") != 0) {
        (void)raise(SIGSTOP);
        return false;
    }
    errno = (int)number_of("FAIL_ERROR");
    return true;
}

static bool is_watched_name(const char *path) {
    return strstr(path, getenv("FAIL_NAME")) != NULL || strstr(path, ".cxj-") != NULL;
}

static bool is_watched(int descriptor) {
    return descriptor >= 0 && descriptor < FILES && watched[descriptor];
}

/* The function of this name that would have been called. */
#define REAL(name)                                                                                                     \
    static __typeof__(name) *real;                                                                                     \
    if (real == NULL) {                                                                                                \
        void *found = dlsym(RTLD_NEXT, #name);                                                                         \
        memcpy(&real, &found, sizeof found);                                                                           \
    }

static int opened(int descriptor, bool counts) {
    if (counts) is_seen = true;
    if (descriptor >= 0 && descriptor < FILES) watched[descriptor] = counts;
    return descriptor;
}

/* The same function has two names, by how large files may be. */
#define OPEN(name)                                                                                                     \
    int name(const char *path, int flags, ...) {                                                                       \
        REAL(name)                                                                                                     \
        va_list arguments;                                                                                             \
        va_start(arguments, flags);                                                                                    \
        const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;                                    \
        va_end(arguments);                                                                                             \
        const bool counts = is_watched_name(path) || (is_seen && (flags & O_DIRECTORY) != 0);                          \
        if (counts && fails()) return -1;                                                                              \
        return opened(real(path, flags, mode), counts);                                                                \
    }
OPEN(open)
#ifndef open64 /* a macro where files are always large */
OPEN(open64)
#endif

#define OPEN_AT(name)                                                                                                  \
    int name(int folder, const char *path, int flags, ...) {                                                           \
        REAL(name)                                                                                                     \
        va_list arguments;                                                                                             \
        va_start(arguments, flags);                                                                                    \
        const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;                                    \
        va_end(arguments);                                                                                             \
        const bool counts = is_watched_name(path) || (is_seen && (flags & O_DIRECTORY) != 0);                          \
        if (counts && fails()) return -1;                                                                              \
        return opened(real(folder, path, flags, mode), counts);                                                        \
    }
OPEN_AT(openat)
#ifndef openat64
OPEN_AT(openat64)
#endif

int flock(int descriptor, int operation) {
    REAL(flock)
    return is_watched(descriptor) && fails() ? -1 : real(descriptor, operation);
}

ssize_t write(int descriptor, const void *bytes, size_t length) {
    REAL(write)
    if (!is_watched(descriptor)) return real(descriptor, bytes, length);
    if (fails()) return -1;
    return real(descriptor, bytes, number_of("FAIL_SHORT") != 0 && calls >= number_of("FAIL_AT") ? 1 : length);
}

ssize_t read(int descriptor, void *bytes, size_t length) {
    REAL(read)
    if (!is_watched(descriptor)) return real(descriptor, bytes, length);
    if (fails()) return -1;
    return real(descriptor, bytes, number_of("FAIL_SHORT") != 0 && calls >= number_of("FAIL_AT") ? 1 : length);
}

int fsync(int descriptor) {
    REAL(fsync)
    return is_watched(descriptor) && fails() ? -1 : real(descriptor);
}

int fchmod(int descriptor, mode_t mode) {
    REAL(fchmod)
    return is_watched(descriptor) && fails() ? -1 : real(descriptor, mode);
}

int close(int descriptor) {
    REAL(close)
    const bool counts = is_watched(descriptor);
    if (counts) watched[descriptor] = false;
    const bool failed = counts && fails();
    const int error = errno, status = real(descriptor); /* closed it is, as with a real one that fails */
    if (failed) errno = error;
    return failed ? -1 : status;
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    REAL(renameat)
    return is_watched_name(from) && fails() ? -1 : real(from_folder, from, to_folder, to);
}

__attribute__((destructor)) static void say(void) {
    const char *path = getenv("FAIL_COUNT");
    FILE *file = path == NULL ? NULL : fopen(path, "w");
    if (file == NULL) return;
    fprintf(file, "%ld\n", calls);
    (void)fclose(file);
}
