/* Reads a log of touchpoints written as CSV, row by row.
 *
 * SPDX-License-Identifier: MIT
 *
 * RFC 4180, UTF-8, with or without a byte-order mark; a header line names the columns, which may stand in any order.
 * Needed are journey and at; the names that event logs use (case_id, timestamp, concept:name, org:resource, …) are
 * understood. A row that cannot be read is refused with its line, column and reason, and reading goes on behind it.
 *
 * Memory does not grow with the file: it is one buffer that has room for the longest row, up to LOG_ROW_LIMIT.
 *
 *     log_reader *log = log_open(file, engine);
 *     cxj_touchpoint touchpoint;
 *     log_status status;
 *     while ((status = log_next(log, &touchpoint)) == LOG_ROW || status == LOG_REFUSED) {
 *         if (status == LOG_ROW) … hand it to cxj_record() …
 *     }
 *     if (status == LOG_STOPPED) … log_refused(log) says why …
 *     log_close(log);
 */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "cxj.h"

/* The longest row that is kept, in bytes. A longer one is refused like any other that cannot be read, so that a quote
 * that somebody forgot to close does not bring a file of any size into memory. */
#define LOG_ROW_LIMIT ((size_t)64 << 20)

/* What log_next() found. */
typedef enum log_status {
    LOG_ROW,     /* a touchpoint */
    LOG_REFUSED, /* a row that cannot be read; log_refused() says why, and reading may go on */
    LOG_END,     /* no further row */
    LOG_STOPPED  /* reading cannot go on; log_refused() says why */
} log_status;

/* Why something was refused: constant, and sentence. */
#define LOG_REASONS(X)                                                                                                 \
    X(LOG_EMPTY, "must not be empty")                                                                                  \
    X(LOG_BAD_NUMBER, "not a number, or out of range")                                                                 \
    X(LOG_BAD_TIME, "not a time of the years 0001 to 9999")                                                            \
    X(LOG_BAD_WORD, "not one of the names for this field")                                                             \
    X(LOG_BAD_NAME, "has a NUL in it")                                                                                 \
    X(LOG_TOO_MANY_NAMES, "one name more than the dictionary can hold")                                                \
    X(LOG_TOO_FEW_FIELDS, "too few fields")                                                                            \
    X(LOG_TOO_MANY_FIELDS, "too many fields")                                                                          \
    X(LOG_STRAY_QUOTE, "a quote inside a bare field")                                                                  \
    X(LOG_STRAY_TEXT, "text after a closing quote")                                                                    \
    X(LOG_UNCLOSED, "a quoted field that is never closed")                                                             \
    X(LOG_BAD_UTF8, "bytes that are not UTF-8")                                                                        \
    X(LOG_SAME_NUMBER, "stands for the same number as another text; change one of them")                               \
    X(LOG_TOO_LONG, "a row too long to be kept")                                                                       \
    X(LOG_TOO_MANY_ROWS, "its row number is beyond what sequence can hold")                                            \
    X(LOG_NO_HEADER, "there is no header line")                                                                        \
    X(LOG_NO_JOURNEY, "the header has no column journey (or case:concept:name, case_id)")                              \
    X(LOG_NO_AT, "the header has no column at (or time:timestamp, timestamp)")                                         \
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
    const char *name;  /* the field's name, if the column has a meaning, else NULL; static */
    const char *text;  /* what stood there, any bytes, living until the next call; NULL: not known */
    size_t length;     /* bytes of text */
    const char *other; /* with LOG_SAME_NUMBER: the other text; living until the next call */
    size_t other_length;
    log_reason reason;
    int error; /* with LOG_CANNOT_READ: errno, or 0 */
} log_refusal;

/* A log being read. Opaque. */
typedef struct log_reader log_reader;

/* Begins to read a log.
 * file     open for reading; stays the caller's, who closes it after log_close()
 * engine   gives the codes of names; it must outlive the reader, and nothing may be erased from it meanwhile (the
 * reader remembers codes, and an erasure may retire them) returns  the reader, to be ended with log_close(); NULL: no
 * memory */
log_reader *log_open(FILE *file, cxj_engine *engine);

/* Reads the next row; the first call reads the header before it.
 * touchpoint  receives the touchpoint, with LOG_ROW only. Its fields were read well; whether its values are within
 * their bounds, cxj_record() says */
log_status log_next(log_reader *log, cxj_touchpoint *touchpoint);

/* What the last call of log_next() refused, or why it stopped. Lives until the next call. */
const log_refusal *log_refused(const log_reader *log);

/* The sentence for a reason; static. */
const char *log_reason_text(log_reason reason);

/* The line in which the row last read begins. */
uint64_t log_line(const log_reader *log);

/* Rows so far, refused ones among them; without header and empty lines. */
uint64_t log_rows(const log_reader *log);

/* Bytes read from the file so far. */
uint64_t log_bytes(const log_reader *log);

/* The text of a journey, an id or a customer that is no number itself; false: none of the rows so far had one that
 * stands for this number. It lives until the next row. */
bool log_text(const log_reader *log, uint64_t number, cxj_text *text);

/* Ends a reader; NULL does nothing. */
void log_close(log_reader *log);

/* A moment: a number is ms since 1970-01-01T00:00:00Z; else 2026-11-21, or that with T or a blank and 22:43, 22:43:47
 * or 22:43:47.123, and perhaps Z, +01, +0100 or +01:00. Without a zone it is UTC. returns  false, and nothing is
 * written, where the text is none of these or the moment not within the years 0001 to 9999 */
bool log_time(const char *text, size_t length, int64_t *at);

/* Facets by name (cxj_facet_describe()), with one of a set of separators between them; empty parts are skipped.
 * facets   receives the bits, without those that they imply
 * unknown  receives the first part that is no facet; NULL: not wanted
 * returns  false if there is one */
bool log_facets(const char *text, size_t length, char separator, uint32_t *facets, cxj_text *unknown);

#endif
