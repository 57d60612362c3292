/* Records of CSV: where a row and its fields end, whatever they mean.
 *
 * SPDX-License-Identifier: MIT
 *
 * RFC 4180, with any ASCII character between the fields; UTF-8, or UTF-16 by its byte-order mark. One pass over a block
 * of the file; the fields that are wanted are noted where they stand, and nothing is copied.
 *
 * Memory does not grow with the file: it is one buffer that has room for the longest row, up to CSV_ROW_LIMIT.
 *
 * Invariant: buffer[begin..next) is the row that was scanned, buffer[next..end) is read but not yet looked at, and
 * buffer[end] is a line feed that is not part of the file: loops run into it and so need no check for the end. */
#ifndef CSV_H
#define CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The longest row that is kept, in bytes. A longer one cannot be read, so that a quote that somebody forgot to close
 * does not bring a file of any size into memory. */
#define CSV_ROW_LIMIT ((size_t)64 << 20)

enum {
    CSV_SLOTS = 64,      /* wanted columns at most */
    CSV_LEAST_BLOCK = 4, /* the smallest buffer to begin with: a byte-order mark and the longest character fit in */
    CSV_RAW = 1 << 14    /* bytes of UTF-16 read at once */
};

/* Where a field stands, from the beginning of its row. */
typedef struct csv_slice {
    size_t offset;
    size_t length;
    bool escaped; /* it has doubled quotes that stand for one */
} csv_slice;

/* How a field ended. */
typedef enum csv_ending {
    CSV_DELIMITER,
    CSV_LINE, /* a line feed, perhaps with a carriage return before it, or the end of the file */
    CSV_STRAY_QUOTE,
    CSV_STRAY_TEXT,
    CSV_UNCLOSED
} csv_ending;

/* Why reading went no further. */
typedef enum csv_failure { CSV_FINE, CSV_CANNOT_READ, CSV_NO_MEMORY } csv_failure;

/* How the bytes of the file are characters. */
typedef enum csv_encoding { CSV_UTF8, CSV_UTF16_LITTLE, CSV_UTF16_BIG } csv_encoding;

/* A row that was scanned. */
typedef struct csv_row {
    size_t columns;
    size_t length;     /* without its line end */
    csv_ending ending; /* of its last field */
} csv_row;

/* A file being read. Begin with csv_init(). */
typedef struct csv {
    FILE *file; /* NULL: there are only the bytes of the buffer */
    char delimiter;
    bool looks_twice[256]; /* bytes at which a scan of a bare field stops, see csv.c */

    char *buffer; /* has room for capacity bytes and the line feed behind them */
    size_t capacity;
    size_t begin;
    size_t next;
    size_t end;
    bool ended;     /* the file has nothing more */
    bool dropping;  /* the row is beyond CSV_ROW_LIMIT, and its bytes are let go */
    bool not_ascii; /* the row has bytes that are not ASCII, or a NUL */
    uint64_t line;  /* of the next byte to be scanned */
    uint64_t row_line;
    uint64_t bytes; /* read from the file */
    csv_failure failure;
    int error; /* with CSV_CANNOT_READ: errno, or 0 */

    csv_encoding encoding;
    unsigned char *raw; /* UTF-16 on its way; NULL where there was none */
    size_t raw_at, raw_end;
    uint32_t unit; /* a high surrogate that waits for its low one, or 0 */

    const uint8_t *slot_of;          /* of each column: the slot into which it goes, or CSV_SLOTS */
    size_t columns;                  /* of slot_of */
    csv_slice slices[CSV_SLOTS + 1]; /* of the row; the last one, for unwanted columns, spares storing a check */
} csv;

/* Makes a reader without a file.
 * block    bytes of the buffer at first; 0: the usual
 * returns  false: no memory. csv_finish() in any case */
bool csv_init(csv *at, char delimiter, size_t block);

/* Begins to read a file from its start; nothing is left of one before. The first call of csv_scan() reads. */
void csv_begin(csv *at, FILE *file);

/* Reads the first block, and takes off a byte-order mark. returns  false: at->failure says why */
bool csv_start(csv *at);

/* Scans the next row. The wanted columns go into at->slices. Look at at->failure afterwards. */
csv_row csv_scan(csv *at);

/* Whether what was scanned is an empty line, and whether it is the end of the file. */
bool csv_is_empty(const csv *at, const csv_row *row);
bool csv_is_end(const csv *at, const csv_row *row);

/* Goes behind the next line feed of the file; so reading goes on after a misplaced quote. */
void csv_skip_line(csv *at);

/* The bytes of the row that are UTF-8 without NUL, from its beginning on. */
size_t csv_good_length(const csv *at, const csv_row *row);

/* The column, counted from 1, in which a byte of a well-formed row stands. */
size_t csv_column_of(const csv *at, const csv_row *row, size_t byte);

/* Takes the next field of a well-formed row.
 * text, length  the rest of the row; the field and the delimiter behind it are taken off
 * returns       where the field stands from *text as it was, without its quotes */
csv_slice csv_take(char delimiter, const char **text, size_t *length);

/* Makes one quote of two, in place; returns the length. */
size_t csv_unescape(char *text, size_t length);

void csv_finish(csv *at);

#endif
