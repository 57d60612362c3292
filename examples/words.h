/* Words on stderr that several sentences share.
 *
 * SPDX-License-Identifier: MIT
 *
 * Names and paths come from strangers: they go through table_text(). */
#ifndef WORDS_H
#define WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "fields.h"
#include "values.h"

enum { WORDS_DELIMITERS = 4 };

/* What may stand between fields, and how it is called. */
extern const char words_delimiters[WORDS_DELIMITERS];
extern const char *const words_delimiter_names[WORDS_DELIMITERS];

void words_put(const char *text);

/* A text from a log or the command line, in quotes. */
void words_quoted(const char *text, size_t length);

/* The path of a file; - is standard input. */
void words_path(const char *path);

/* Begins a sentence. line  0: about the file as a whole */
void words_begin(const char *path, uint64_t line);

/* Options, with values as a shell wants them: --map FIELD=COLUMN, --none TEXT, --delimiter C, and --dates by orders as
 * bits. */
void words_map(size_t field, const cxj_text *column);
void words_none(cxj_text text);
void words_delimiter(char delimiter);
void words_orders(unsigned orders);

#endif
