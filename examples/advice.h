/* What to do about a log that cannot be read: its likely cause, found in what it holds.
 *
 * SPDX-License-Identifier: MIT
 *
 * Idea: nothing is guessed from a failure alone. A cause is named only where the other way of reading was tried on the
 * same bytes, and went well. */
#ifndef ADVICE_H
#define ADVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fields.h"
#include "log.h"
#include "values.h"

/* What a file is that is no CSV as it is wanted. */
typedef enum advice_file {
    ADVICE_UNKNOWN,
    ADVICE_XES,
    ADVICE_XML,
    ADVICE_JSON,
    ADVICE_GZIP,
    ADVICE_ZIP,
    ADVICE_PARQUET,
    ADVICE_UTF16,
    ADVICE_SEP,   /* its first line is sep=; */
    ADVICE_TITLE, /* the header stands further down */
} advice_file;

/* Which kinds of moments some texts are: of how many texts so many can be read. */
typedef struct advice_times {
    uint64_t texts;
    uint64_t orders[VALUES_ORDERS]; /* as dates, by the orders of --dates; without it in [VALUES_ISO] */
    uint64_t units[VALUES_UNITS];   /* as numbers that are moments of 1990 to 2199 in that unit */
} advice_times;

/* Looks at one more text that should be a moment. */
void advice_look(advice_times *at, const char *text, size_t length);

/* The options of --dates by which all those texts can be read, as bits by values_dates; 0: by none, or without any. */
unsigned advice_orders(const advice_times *at);

/* The unit in which all those texts are moments of our time; VALUES_UNITS: none. */
values_unit advice_unit(const advice_times *at);

/* What is found in the beginning of a file whose header was refused. */
typedef struct advice {
    advice_file file;
    uint64_t line;        /* with ADVICE_TITLE: where the header stands */
    char delimiter;       /* which the lines seem to have in place of the one that was taken; 0: none */
    fields_layout layout; /* of the header, read so; advice_free() */
    size_t journey, at;   /* the columns that seem to be these fields, counted from 1; 0: none */
    unsigned orders;      /* of the dates in that column, see advice_orders() */
    values_unit unit;     /* of its numbers; VALUES_MS where nothing is to be said */
    bool has_times;       /* what stands in that column can be read, so or as it is */
    char time[40];        /* a text of it that cannot, as far as there is room */
    size_t time_length;
} advice;

/* Looks at the beginning of a file.
 * sample   its bytes, as UTF-8
 * options  how it was read */
void advice_find(advice *at, cxj_text sample, const log_options *options);

void advice_free(advice *at);

#endif
