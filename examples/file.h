/* file: an engine in a file, so that what is there is always whole: a template to copy.
 *
 * SPDX-License-Identifier: MIT
 *
 * Idea: the new bytes are written to a file aside, in the same folder and with a name of its own, such as
 * .cxj-1a2b-69205c3e0f2a1b3c00.new; when they are all there and on the disk, that file takes the name. Whoever looks,
 * at any moment, also after a crash or a loss of power, finds the old file or the new one; of several savers to one
 * path the last one's holds. A file aside is locked by its maker, so the next save in that folder tells those whose
 * maker is gone, and removes them.
 *
 * A failure is a false, and a sentence in the struct. */
#ifndef FILE_H
#define FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "cxj.h"

enum { FILE_SENTENCE = 400 };

/* A file being written, or read. */
typedef struct file {
    char *path;     /* of the file, links followed; NULL if it is read, likewise what follows */
    int folder;     /* in which it lies, opened; else -1 */
    char aside[64]; /* the name in that folder that it has until it is whole */
    bool replaces;  /* a file is there already, with this mode and group */
    unsigned mode;  /* permissions that it will have */
    unsigned group;
    int descriptor;               /* -1: closed */
    char sentence[FILE_SENTENCE]; /* why it failed, "" if it did not */
} file;

/* Begins to write a file aside, readable by nobody else. Ended by file_commit() or file_abandon(), and only if true
 * came back. A link is followed, and the file to which it leads is replaced; a link that leads nowhere, a folder, a
 * fifo or a device is refused. Reads the folder once, to remove what savers that were killed have left there. */
bool file_create(file *at, const char *path);

/* Writes bytes: a cxj_write, context being the file. */
int64_t file_write(void *context, const void *bytes, size_t length);

/* Sees to it that all bytes are on the disk, and gives the file its name, and the permissions (read, write, execute) of
 * the one that it replaces; where there was none, only the owner may read and write it. A file that was there is never
 * written to: other names that it has, by hard links, keep what it held. If it fails, the old file is there, whole; if
 * only the last step fails, which is to see to it that the name lasts too, perhaps the new one, whole. A sync that
 * failed is not tried again: what it could not write may be lost by then, and a second one would not say so. */
bool file_commit(file *at);

/* Gives the new file up; the old one stays. */
void file_abandon(file *at);

/* Begins to read a file; ended by file_close(), and only if true came back. */
bool file_open(file *at, const char *path);

/* Reads bytes: a cxj_read, context being the file. */
int64_t file_read(void *context, void *bytes, size_t capacity);

void file_close(file *at);

/* All of it: an engine into a file, and back. sentence receives why it failed, FILE_SENTENCE bytes. */
bool file_save(const cxj_engine *engine, const char *path, char *sentence);
bool file_load(const cxj_options *options, const char *path, char *sentence, cxj_engine **engine);
bool file_validate(const char *path, char *sentence, cxj_validation *validation);

#endif
