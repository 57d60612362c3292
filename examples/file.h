/* file: an engine in a file, so that what is there is always whole: a template to copy.
 *
 * SPDX-License-Identifier: MIT
 *
 * Idea: the new bytes are written to a file aside, FILE.new; when they are all there and on the disk, that file takes the
 * name. Whoever looks, at any moment, also after a crash or a loss of power, finds the old file or the new one.
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
    char *path;                   /* the name it will have, or has */
    char *aside;                  /* the name it has until then; NULL if it is read */
    int descriptor;               /* -1: closed */
    unsigned mode;                /* permissions it will have */
    char sentence[FILE_SENTENCE]; /* why it failed, "" if it did not */
} file;

/* Begins to write a file aside. Ended by file_commit() or file_abandon(), and only if true came back. A link is followed:
 * the file to which it leads is replaced. */
bool file_create(file *at, const char *path);

/* Writes bytes: a cxj_write, context being the file. */
int64_t file_write(void *context, const void *bytes, size_t length);

/* Sees to it that all bytes are on the disk, and gives the file its name. If it fails, the old file is there, whole; if
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
