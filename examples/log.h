/* Reads logs of touchpoints written as CSV, row by row.
 *
 * SPDX-License-Identifier: MIT
 *
 * A header line names the columns, which may stand in any order. Needed are journey and at; the names that event logs use
 * (case_id, timestamp, concept:name, org:resource, …) are understood. A row that cannot be read is refused with its line,
 * column and reason, and reading goes on behind it. Several files are read one after the other as if one.
 *
 *     log_reader *log = log_open(NULL, engine);
 *     cxj_touchpoint touchpoint;
 *     log_status status = log_begin(log, file);
 *     while (status == LOG_ROW || status == LOG_REFUSED) {
 *         status = log_next(log, &touchpoint);
 *         if (status == LOG_ROW) … hand it to cxj_record() …
 *     }
 *     if (status == LOG_STOPPED) … log_refused(log) says why …
 *     log_close(log);
 *
 * csv.c finds rows and fields, fields.c which column is what, values.c what a text says. */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "csv.h"
#include "cxj.h"
#include "fields.h"
#include "values.h"

/* What log_next() found. */
typedef enum log_status {
    LOG_ROW,     /* a touchpoint; of log_begin(): a header */
    LOG_REFUSED, /* a row that cannot be read; log_refused() says why, and reading may go on */
    LOG_END,     /* no further row */
    LOG_STOPPED  /* reading cannot go on; log_refused() says why */
} log_status;

/* Why something was refused: constant, and sentence. */
#define LOG_REASONS(X)                                                                                                 \
    X(LOG_EMPTY, "must not be empty")                                                                                  \
    X(LOG_BAD_NUMBER, "not a number, or out of range")                                                                 \
    X(LOG_BAD_TIME, "not a time of the years 0001 to 9999")                                                            \
    X(LOG_NO_TIME, "0, which is no moment but none")                                                                   \
    X(LOG_BAD_WORD, "not one of the names for this field")                                                             \
    X(LOG_BAD_NAME, "has a NUL in it")                                                                                 \
    X(LOG_TOO_MUCH, "more money than 10^15")                                                                           \
    X(LOG_TWO_RATINGS, "two ratings in one row; they are two touchpoints")                                             \
    X(LOG_OFF_SCALE, "a score that is not on its scale")                                                               \
    X(LOG_NO_SCALE, "a score or a scope without a scale")                                                              \
    X(LOG_NO_SCOPE, "a scale without a scope")                                                                         \
    X(LOG_TOO_MANY_NAMES, "one name more than the dictionary can hold")                                                \
    X(LOG_TOO_FEW_FIELDS, "too few fields")                                                                            \
    X(LOG_TOO_MANY_FIELDS, "too many fields")                                                                          \
    X(LOG_STRAY_QUOTE, "a quote inside a bare field")                                                                  \
    X(LOG_STRAY_TEXT, "text after a closing quote")                                                                    \
    X(LOG_UNCLOSED, "a quoted field that is never closed")                                                             \
    X(LOG_BAD_UTF8, "bytes that are not UTF-8, or a NUL")                                                              \
    X(LOG_SAME_NUMBER, "stands for the same number as another text; change one of them")                               \
    X(LOG_TOO_LONG, "a row too long to be kept")                                                                       \
    X(LOG_TOO_MANY_ROWS, "its row number is beyond what sequence can hold")                                            \
    X(LOG_NO_HEADER, "there is no header line")                                                                        \
    X(LOG_OTHER_DELIMITER, "the header line has no comma")                                                             \
    X(LOG_NO_JOURNEY, "the header has no column journey (or case:concept:name, case_id)")                              \
    X(LOG_NO_AT, "the header has no column at (or time:timestamp, timestamp)")                                         \
    X(LOG_NO_COLUMN, "the header has no such column")                                                                  \
    X(LOG_CANNOT_READ, "the file cannot be read")                                                                      \
    X(LOG_NO_MEMORY, "there is not enough memory")

typedef enum log_reason {
#define X(constant, sentence) constant,
    LOG_REASONS(X) LOG_REASON_COUNT
#undef X
} log_reason;

/* What was refused, where and why. */
typedef struct log_refusal {
    uint64_t line;     /* the line in which the row begins; the first of the file is 1 */
    uint64_t column;   /* the field's place in the row, the first is 1; 0: the row as a whole */
    size_t field;      /* which field it is, or FIELD_COUNT */
    const char *name;  /* the field's name, if it is one, else NULL; static */
    const char *text;  /* what stood there, any bytes, living until the next call; NULL: not known */
    size_t length;     /* bytes of text */
    const char *other; /* with LOG_SAME_NUMBER: the other text; living until the next call */
    size_t other_length;
    size_t fields_seen; /* of a row that is well formed: its fields */
    log_reason reason;
    int error; /* with LOG_CANNOT_READ: errno, or 0 */
} log_refusal;

/* How a log is read. All zero is the usual. The texts are the caller's, and outlive the reader. */
typedef struct log_options {
    char delimiter; /* 0: a comma; and a header that has none, but a semicolon or a tab, is refused */
    values_unit unit;
    values_dates dates;
    bool ties_by_file;    /* the number of the row orders equal moments also where there are ids */
    const cxj_text *none; /* texts that stand for an empty field */
    size_t none_count;
    const fields_choice *choices; /* what columns are, by hand */
    size_t choice_count;
    size_t block; /* bytes of the buffer at first; 0: the usual */
} log_options;

/* A log being read. Opaque. */
typedef struct log_reader log_reader;

/* Begins to read a log. Local time is that of the engine's calendar as it is now.
 * options  NULL: the usual
 * engine   gives the codes of names; it must outlive the reader, and nothing may be erased from it meanwhile (the
 *          reader remembers codes, and an erasure may retire them)
 * returns  the reader, to be ended with log_close(); NULL: no memory */
log_reader *log_open(const log_options *options, cxj_engine *engine);

/* Begins to read a file, and reads its header. The numbers of rows go on.
 * file  open for reading; stays the caller's, who closes it after log_close() or when the next one has begun */
log_status log_begin(log_reader *log, FILE *file);

/* Reads the next row.
 * touchpoint  receives the touchpoint, with LOG_ROW only */
log_status log_next(log_reader *log, cxj_touchpoint *touchpoint);

/* What the last call of log_next() or log_begin() refused, or why it stopped. Lives until the next call. */
const log_refusal *log_refused(const log_reader *log);

/* The sentence for a reason; static. */
const char *log_reason_text(log_reason reason);

/* The columns of the file. Those of a header that was refused are there too, where its line could be read. Lives until
 * the next log_begin(). */
const fields_layout *log_layout(const log_reader *log);

/* How moments are written. */
const values_moments *log_moments(const log_reader *log);

/* The bytes of the file that are in memory, as UTF-8: after log_begin() failed, its beginning. */
cxj_text log_sample(const log_reader *log);

/* The row as it stands in the file, after it was refused; empty where it is not known. */
cxj_text log_row_text(const log_reader *log);

/* The text of a field in the row last read; empty where it has none. Lives until the next call. */
cxj_text log_field(const log_reader *log, size_t field);

/* Whether a row's number is its touchpoint's sequence. */
bool log_is_numbered(const log_reader *log);

/* The line in which the row last read begins. */
uint64_t log_line(const log_reader *log);

/* Rows so far, refused ones among them, of all files; without headers and empty lines. */
uint64_t log_rows(const log_reader *log);

/* Bytes read from the files so far. */
uint64_t log_bytes(const log_reader *log);

/* The text of a journey, an id or a customer that is no number itself; false: none of the rows so far had one that
 * stands for this number. It lives until the next row. */
bool log_text(const log_reader *log, uint64_t number, cxj_text *text);

/* Ends a reader; NULL does nothing. */
void log_close(log_reader *log);

#endif
