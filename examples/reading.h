/* What the command line says of how logs are read.
 *
 * SPDX-License-Identifier: MIT */
#ifndef READING_H
#define READING_H

#include <stdbool.h>
#include <stddef.h>

#include "log.h"

/* The options that say so: constant, name, what stands for the value in the help, and the help. */
#define READING_OPTIONS(X)                                                                                             \
    X(OPTION_MAP, "--map", "FIELD=COLUMN",                                                                             \
      "the column that is this field, by its exact name; --map FIELD= leaves\n"                                        \
      "the field out; may be given several times, likewise --none")                                                    \
    X(OPTION_DELIMITER, "--delimiter", "C", "what stands between fields: one ASCII character, or tab")                 \
    X(OPTION_DATES, "--dates", "ORDER",                                                                                \
      "dmy, mdy or ymd: dates may be written in this order, with / . or -,\n"                                          \
      "such as 21.11.2026 9:43 PM")                                                                                    \
    X(OPTION_UNIT, "--unit", "UNIT", "of times that are numbers: ms (without it), s, us or ns, since 1970")            \
    X(OPTION_NONE_TEXT, "--none", "TEXT", "a field that is exactly this is empty")                                     \
    X(OPTION_TIES, "--ties", "id|file",                                                                                \
      "what orders equal moments of a journey: their ids (without it), or\n"                                           \
      "the order of the rows; a column sequence holds either way")

typedef enum reading_option {
    READING_MAP,
    READING_DELIMITER,
    READING_DATES,
    READING_UNIT,
    READING_NONE,
    READING_TIES
} reading_option;

/* What it says. All zero at first; reading_free() in the end. */
typedef struct reading {
    log_options how;
    cxj_text *none; /* owned, the texts are not; likewise the choices */
    fields_choice *choices;
} reading;

/* Why a value was refused. */
typedef struct reading_fault {
    const char *before; /* the sentence up to the text, and behind it; before is NULL: no memory */
    cxj_text text;
    const char *after;
    const char *nearest; /* a field that is near, or NULL */
} reading_fault;

/* Takes one option. returns  false: it is refused */
bool reading_take(reading *at, reading_option option, const char *value, reading_fault *fault);

void reading_free(reading *at);

#endif
