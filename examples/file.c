/* file: an engine in a file.
 *
 * SPDX-License-Identifier: MIT
 *
 * What goes beyond ISO C is POSIX: open, read, write, fsync, rename, unlink, stat, realpath. */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700
#endif

#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Notes the first thing that failed. */
static bool fail(file *at, const char *doing) {
    const int error = errno;
    if (at->sentence[0] == '\0') {
        snprintf(at->sentence, sizeof at->sentence, "%s: %s", doing, strerror(error));
    }
    return false;
}

/* A text of two parts, to be freed. NULL: no memory. */
static char *join(const char *first, size_t length, const char *second) {
    char *joined = malloc(length + strlen(second) + 1);
    if (joined != NULL) {
        memcpy(joined, first, length);
        strcpy(joined + length, second);
    }
    return joined;
}

static void forget_names(file *at) {
    free(at->path);
    free(at->aside);
    at->path = at->aside = NULL;
}

/* ---- Writing --------------------------------------------------------------------------------------------- */

/* Finds the name of the file itself, its permissions if it is there, and the name aside. */
static bool find_names(file *at, const char *path) {
    struct stat there;
    at->mode = S_IRUSR | S_IWUSR; /* it is about customers */
    at->path = realpath(path, NULL);
    if (at->path == NULL && errno == ENOENT) {
        at->path = join(path, strlen(path), "");
    } else if (at->path == NULL) {
        return fail(at, "cannot be written");
    } else if (stat(at->path, &there) != 0) {
        return fail(at, "cannot be written");
    } else if (!S_ISREG(there.st_mode)) {
        snprintf(at->sentence, sizeof at->sentence, "cannot be written: it is %s",
                 S_ISDIR(there.st_mode) ? "a folder" : "no regular file");
        return false;
    } else {
        at->mode = there.st_mode & (S_IRWXU | S_IRWXG | S_IRWXO);
    }
    at->aside = at->path == NULL ? NULL : join(at->path, strlen(at->path), ".new");
    return at->aside != NULL || fail(at, "cannot be written");
}

bool file_create(file *at, const char *path) {
    *at = (file){.descriptor = -1};
    if (!find_names(at, path)) {
        forget_names(at);
        return false;
    }
    at->descriptor = open(at->aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (at->descriptor < 0 || fchmod(at->descriptor, (mode_t)at->mode) != 0) {
        (void)fail(at, "cannot be written beside");
        file_abandon(at);
        return false;
    }
    return true;
}

int64_t file_write(void *context, const void *bytes, size_t length) {
    file *at = context;
    ssize_t written;
    do {
        written = write(at->descriptor, bytes, length);
    } while (written < 0 && errno == EINTR);
    if (written <= 0) {
        (void)fail(at, "cannot be written");
    }
    return written;
}

/* Sees to it that the name of a file lasts: it stands in its folder. */
static bool sync_folder(file *at) {
    const char *slash = strrchr(at->path, '/');
    char *folder = slash == NULL ? join(".", 1, "") : join(at->path, (size_t)(slash - at->path) + 1, "");
    const int descriptor = folder == NULL ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = descriptor >= 0 && fsync(descriptor) == 0;
    if (!synced) {
        (void)fail(at, "is written, but its folder cannot be synced");
    }
    if (descriptor >= 0) {
        (void)close(descriptor); /* nothing was written through it */
    }
    free(folder);
    return synced;
}

bool file_commit(file *at) {
    if (fsync(at->descriptor) != 0) {
        (void)fail(at, "cannot be synced");
        file_abandon(at);
        return false;
    }
    const int closed = close(at->descriptor);
    at->descriptor = -1;
    if (closed != 0 || rename(at->aside, at->path) != 0) {
        (void)fail(at, closed != 0 ? "cannot be closed" : "cannot be renamed");
        file_abandon(at);
        return false;
    }
    const bool lasts = sync_folder(at);
    forget_names(at);
    return lasts;
}

void file_abandon(file *at) {
    if (at->descriptor >= 0) {
        (void)close(at->descriptor);
        at->descriptor = -1;
    }
    if (at->aside != NULL) {
        (void)unlink(at->aside); /* if it stays, the next one is written over it */
    }
    forget_names(at);
}

/* ---- Reading --------------------------------------------------------------------------------------------- */

bool file_open(file *at, const char *path) {
    *at = (file){.descriptor = open(path, O_RDONLY | O_CLOEXEC)};
    return at->descriptor >= 0 || fail(at, "cannot be opened");
}

int64_t file_read(void *context, void *bytes, size_t capacity) {
    file *at = context;
    ssize_t got;
    do {
        got = read(at->descriptor, bytes, capacity);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        (void)fail(at, "cannot be read");
    }
    return got;
}

void file_close(file *at) {
    (void)close(at->descriptor); /* it was only read */
    at->descriptor = -1;
}

/* ---- All of it ------------------------------------------------------------------------------------------- */

/* What the file says of a failure, else what the library does. */
static bool tell(const file *at, const char *message, char *sentence) {
    snprintf(sentence, FILE_SENTENCE, "%s", at->sentence[0] != '\0' ? at->sentence : message);
    return false;
}

bool file_save(const cxj_engine *engine, const char *path, char *sentence) {
    char message[FILE_SENTENCE] = "";
    file at;
    if (!file_create(&at, path)) {
        return tell(&at, message, sentence);
    }
    if (cxj_save(engine, file_write, &at, message, sizeof message) != CXJ_OK) {
        file_abandon(&at);
        return tell(&at, message, sentence);
    }
    return file_commit(&at) || tell(&at, message, sentence);
}

bool file_load(const cxj_options *options, const char *path, char *sentence, cxj_engine **engine) {
    char message[FILE_SENTENCE] = "";
    file at;
    if (!file_open(&at, path)) {
        return tell(&at, message, sentence);
    }
    const cxj_status status = cxj_load(options, file_read, &at, message, sizeof message, engine);
    file_close(&at);
    return status == CXJ_OK || tell(&at, message, sentence);
}

bool file_validate(const char *path, char *sentence, cxj_validation *validation) {
    char message[FILE_SENTENCE] = "";
    file at;
    if (!file_open(&at, path)) {
        return tell(&at, message, sentence);
    }
    const cxj_status status = cxj_validate(file_read, &at, validation, sizeof *validation, message, sizeof message);
    file_close(&at);
    return status == CXJ_OK || tell(&at, message, sentence);
}
