/* file: an engine in a file.
 *
 * SPDX-License-Identifier: MIT
 *
 * What goes beyond ISO C is POSIX, and flock(). */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700
#endif

#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Names aside begin and end so; nothing else that does so should lie in a folder of saved engines. */
#define ASIDE_BEGINS ".cxj-"
#define ASIDE_ENDS ".new"

enum { TRIES = 100 }; /* names aside that may be taken already */

/* Notes the first thing that failed. */
static bool fail(file *at, const char *doing) {
    const int error = errno;
    if (at->sentence[0] == '\0') {
        snprintf(at->sentence, sizeof at->sentence, "%s: %s", doing, strerror(error));
    }
    return false;
}

/* Notes why a name is not one to which an engine is saved. */
static bool refuse(file *at, const char *why) {
    snprintf(at->sentence, sizeof at->sentence, "cannot be written: %s", why);
    return false;
}

static void release(file *at) {
    if (at->descriptor >= 0) {
        (void)close(at->descriptor); /* what matters was synced before */
    }
    if (at->folder >= 0) {
        (void)close(at->folder);
    }
    free(at->path);
    at->descriptor = at->folder = -1;
    at->path = NULL;
    at->aside[0] = '\0';
}

/* ---- Writing --------------------------------------------------------------------------------------------- */

static const char *name_of(const file *at) {
    const char *slash = strrchr(at->path, '/');
    return slash == NULL ? at->path : slash + 1;
}

/* Whether a name is one of those that are aside. */
static bool is_aside(const char *name) {
    const size_t length = strlen(name), begins = strlen(ASIDE_BEGINS), ends = strlen(ASIDE_ENDS);
    return length > begins + ends && strncmp(name, ASIDE_BEGINS, begins) == 0 &&
           strcmp(name + length - ends, ASIDE_ENDS) == 0;
}

/* Finds what the path leads to, and opens its folder. */
static bool find_target(file *at, const char *path) {
    struct stat there;
    const bool is_there = lstat(path, &there) == 0;
    if (!is_there && errno != ENOENT) {
        return fail(at, "cannot be written");
    }
    at->path = is_there ? realpath(path, NULL) : strdup(path);
    if (at->path == NULL) {
        return errno == ENOENT ? refuse(at, "it is a link that leads nowhere") : fail(at, "cannot be written");
    }
    const char *name = name_of(at);
    if (is_there && lstat(at->path, &there) != 0) {
        return fail(at, "cannot be written");
    }
    if (*name == '\0' || (is_there && S_ISDIR(there.st_mode))) {
        return refuse(at, *path == '\0' ? "it has no name" : "it is a folder");
    }
    if (is_there && !S_ISREG(there.st_mode)) {
        return refuse(at, "it is no regular file");
    }
    if (is_aside(name)) {
        return refuse(at, "files with such a name are removed by the next save");
    }
    at->replaces = is_there;
    at->mode = S_IRUSR | S_IWUSR; /* it is about customers */
    if (is_there) {
        at->mode = there.st_mode & (S_IRWXU | S_IRWXG | S_IRWXO);
        at->group = there.st_gid;
    }
    const size_t length = (size_t)(name - at->path);
    char *folder = length == 0 ? strdup(".") : strndup(at->path, length);
    at->folder = folder == NULL ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (at->folder < 0) {
        (void)fail(at, "its folder cannot be opened");
    }
    free(folder);
    return at->folder >= 0;
}

/* Whether a descriptor is of the regular file that has this name in a folder. */
static bool is_named(int descriptor, int folder, const char *name) {
    struct stat open_one, named;
    return fstat(descriptor, &open_one) == 0 && fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(named.st_mode) && open_one.st_dev == named.st_dev && open_one.st_ino == named.st_ino;
}

/* Removes a file aside if nobody writes to it any more: its maker holds a lock until it has its name. */
static void sweep_one(int folder, const char *name) {
    struct stat there;
    if (fstatat(folder, name, &there, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(there.st_mode) ||
        there.st_uid != geteuid()) {
        return;
    }
    const int descriptor = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) {
        return;
    }
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0 && is_named(descriptor, folder, name)) {
        (void)unlinkat(folder, name, 0);
    }
    (void)close(descriptor);
}

/* Removes what savers that were killed have left in the folder. That this fails is no reason not to save. */
static void sweep(const file *at) {
    const int descriptor = openat(at->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = descriptor < 0 ? NULL : fdopendir(descriptor);
    if (folder == NULL) {
        if (descriptor >= 0) {
            (void)close(descriptor);
        }
        return;
    }
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (is_aside(entry->d_name)) {
            sweep_one(at->folder, entry->d_name);
        }
    }
    (void)closedir(folder);
}

/* A name aside. Nobody else's, most likely; that it is nobody's is seen when the file is created. */
static void choose_name(file *at, unsigned attempt) {
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    snprintf(at->aside, sizeof at->aside, ASIDE_BEGINS "%lx-%llx%08lx%02x" ASIDE_ENDS, (unsigned long)getpid(),
             (unsigned long long)now.tv_sec, (unsigned long)now.tv_nsec, attempt);
}

/* Creates the file aside and locks it. Between the two another saver may take it for left behind, and remove it; then
 * there is another name. Where a file system knows no locks nobody gets one, and nothing is ever swept. */
static bool create_aside(file *at) {
    for (unsigned attempt = 0; attempt < TRIES; attempt++) {
        choose_name(at, attempt);
        at->descriptor =
            openat(at->folder, at->aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
        if (at->descriptor < 0 && errno != EEXIST) {
            break;
        }
        if (at->descriptor >= 0) {
            const bool taken = flock(at->descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
            if (!taken && is_named(at->descriptor, at->folder, at->aside)) {
                return true;
            }
            (void)close(at->descriptor);
            at->descriptor = -1;
            errno = EEXIST;
        }
    }
    at->aside[0] = '\0';
    return fail(at, "cannot be written beside");
}

bool file_create(file *at, const char *path) {
    *at = (file){.descriptor = -1, .folder = -1};
    if (!find_target(at, path)) {
        release(at);
        return false;
    }
    sweep(at);
    if (!create_aside(at)) {
        release(at);
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

/* Gives the file the permissions of the one that it replaces. Those of a group are for that group only: where it cannot
 * be had, they are left out. */
static bool give_mode(file *at) {
    struct stat own;
    if (!at->replaces) {
        return true;
    }
    if (fstat(at->descriptor, &own) != 0 ||
        (own.st_gid != (gid_t)at->group && fchown(at->descriptor, (uid_t)-1, (gid_t)at->group) != 0)) {
        at->mode &= ~(unsigned)S_IRWXG;
    }
    return fchmod(at->descriptor, (mode_t)at->mode) == 0;
}

bool file_commit(file *at) {
    const bool given = give_mode(at);
    if (!given || fsync(at->descriptor) != 0) {
        (void)fail(at, given ? "cannot be synced" : "cannot be given the permissions of the one before");
        file_abandon(at);
        return false;
    }
    /* The lock is held until it has its name: else it could be swept right before. */
    if (renameat(at->folder, at->aside, at->folder, name_of(at)) != 0) {
        (void)fail(at, "cannot be renamed");
        file_abandon(at);
        return false;
    }
    const bool lasts = fsync(at->folder) == 0 || fail(at, "is written, but its folder cannot be synced");
    release(at);
    return lasts;
}

void file_abandon(file *at) {
    if (at->aside[0] != '\0') {
        (void)unlinkat(at->folder, at->aside, 0); /* if it stays, the next save sweeps it up */
    }
    release(at);
}

/* ---- Reading --------------------------------------------------------------------------------------------- */

bool file_open(file *at, const char *path) {
    *at = (file){.descriptor = open(path, O_RDONLY | O_CLOEXEC), .folder = -1};
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
    const cxj_status status =
        cxj_validate(NULL, file_read, &at, message, sizeof message, validation, sizeof *validation);
    file_close(&at);
    return status == CXJ_OK || tell(&at, message, sentence);
}
