/* Records of CSV.
 *
 * SPDX-License-Identifier: MIT */
#include "csv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

enum { BLOCK = 1 << 18 }; /* bytes of the buffer at first */

/* ---- Bytes ----------------------------------------------------------------------------------------------- */

/* Reads bytes of the file, and notes its end and its errors. */
static size_t read_bytes(csv *at, void *into, size_t room) {
    errno = 0;
    const size_t got = at->file == NULL ? 0 : fread(into, 1, room, at->file);
    at->bytes += got;
    if (got < room && at->file != NULL && ferror(at->file)) {
        at->failure = CSV_CANNOT_READ;
        at->error = errno;
    }
    return got;
}

/* The next 16 bits of the file; false at its end. A byte that is left over stands for no character, so that what it
 * stands in is refused. */
static bool next_unit(csv *at, uint32_t *unit) {
    if (at->raw_end - at->raw_at < 2) {
        const size_t left = at->raw_end - at->raw_at;
        if (left > 0) {
            at->raw[0] = at->raw[at->raw_at];
        }
        at->raw_at = 0;
        at->raw_end = left + read_bytes(at, at->raw + left, CSV_RAW - left);
    }
    if (at->raw_end - at->raw_at < 2) {
        const bool odd = at->raw_end > at->raw_at;
        at->raw_at = at->raw_end;
        *unit = 0xDFFF; /* half of a pair: no character */
        return odd;
    }
    const unsigned char *byte = at->raw + at->raw_at;
    at->raw_at += 2;
    *unit = at->encoding == CSV_UTF16_BIG ? (uint32_t)byte[0] << 8 | byte[1] : (uint32_t)byte[1] << 8 | byte[0];
    return true;
}

/* Writes a character as UTF-8; half of a pair too, which csv_good_length() then finds. */
static size_t encode(uint32_t code, char *into) {
    if (code < 0x80) {
        into[0] = (char)code;
        return 1;
    }
    const size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--) {
        into[i] = (char)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    into[0] = (char)((0xF00U >> size & 0xFFU) | code);
    return size;
}

/* Reads UTF-16 as UTF-8. returns  bytes written; fewer than room - 7 only at the end of the file */
static size_t read_utf16(csv *at, char *into, size_t room) {
    size_t made = 0;
    uint32_t unit;
    while (room - made >= 7 && next_unit(at, &unit)) { /* a half that waited, and a pair */
        const bool is_low = unit >= 0xDC00 && unit < 0xE000;
        if (at->unit != 0 && is_low) {
            made += encode(0x10000 + ((at->unit - 0xD800) << 10) + (unit - 0xDC00), into + made);
            at->unit = 0;
            continue;
        }
        if (at->unit != 0) {
            made += encode(at->unit, into + made);
        }
        at->unit = unit >= 0xD800 && unit < 0xDC00 ? unit : 0;
        if (at->unit == 0) {
            made += encode(unit, into + made);
        }
    }
    if (room - made >= 7 && at->unit != 0) {
        made += encode(at->unit, into + made);
        at->unit = 0;
    }
    return made;
}

/* Makes the buffer larger. returns  false: no memory */
static bool grow(csv *at) {
    char *larger = realloc(at->buffer, at->capacity * 2 + 1);
    if (larger == NULL) {
        at->ended = true;
        at->failure = CSV_NO_MEMORY;
        return false;
    }
    at->buffer = larger;
    at->capacity *= 2;
    return true;
}

/* Reads on. What the row has so far moves to the front of the buffer, which grows where the row takes more than half of
 * it.
 * returns  false where nothing came: at the end of the file, and also (at->failure says so) where reading failed */
static bool refill(csv *at) {
    if (at->ended) {
        return false;
    }
    if (at->next - at->begin > CSV_ROW_LIMIT) {
        at->dropping = true;
    }
    if (at->dropping) {
        at->begin = at->next;
    }
    const size_t kept = at->end - at->begin;
    memmove(at->buffer, at->buffer + at->begin, kept);
    at->next -= at->begin;
    at->begin = 0;
    at->end = kept;
    at->buffer[kept] = '\n';
    while (kept > at->capacity / 2 || at->capacity - kept < (at->encoding == CSV_UTF8 ? 1 : 7)) {
        if (!grow(at)) {
            return false;
        }
    }
    const size_t room = at->capacity - kept;
    const size_t got =
        at->encoding == CSV_UTF8 ? read_bytes(at, at->buffer + kept, room) : read_utf16(at, at->buffer + kept, room);
    at->end += got;
    at->buffer[at->end] = '\n';
    at->ended = at->encoding == CSV_UTF8 ? got < room : room - got >= 7 || at->failure != CSV_FINE;
    return got > 0;
}

/* ---- Life ------------------------------------------------------------------------------------------------ */

bool csv_init(csv *at, char delimiter, size_t block) {
    *at = (csv){.delimiter = delimiter, .capacity = block == 0 ? BLOCK : block, .line = 1};
    if (at->capacity < CSV_LEAST_BLOCK) {
        at->capacity = CSV_LEAST_BLOCK;
    }
    /* NUL and bytes that are not ASCII are among those at which a scan looks twice, so that rows of ASCII, which are
     * most, need no check of UTF-8. */
    for (size_t i = 0; i < 256; i++) {
        at->looks_twice[i] = i == 0 || i >= 0x80 || i == '"' || i == '\n' || i == (unsigned char)delimiter;
    }
    at->buffer = malloc(at->capacity + 1);
    if (at->buffer == NULL) {
        at->failure = CSV_NO_MEMORY;
        return false;
    }
    at->buffer[0] = '\n';
    return true;
}

void csv_begin(csv *at, FILE *file) {
    at->file = file;
    at->begin = at->next = at->end = 0;
    at->buffer[0] = '\n';
    at->ended = at->dropping = at->not_ascii = false;
    at->line = 1;
    at->encoding = CSV_UTF8;
    at->raw_at = at->raw_end = 0;
    at->unit = 0;
    at->slot_of = NULL;
    at->columns = 0;
}

/* Goes over to UTF-16: what is in the buffer already, behind the mark, is looked at anew. */
static bool start_utf16(csv *at, csv_encoding encoding) {
    const size_t left = at->end - 2;
    unsigned char *raw = realloc(at->raw, CSV_RAW + at->capacity);
    if (raw == NULL) {
        at->failure = CSV_NO_MEMORY;
        return false;
    }
    at->raw = raw;
    memcpy(at->raw, at->buffer + 2, left);
    at->raw_end = left;
    at->encoding = encoding;
    at->begin = at->next = at->end = 0;
    at->buffer[0] = '\n';
    at->ended = false; /* of an end in the buffer reading tells again */
    refill(at);
    return at->failure == CSV_FINE;
}

bool csv_start(csv *at) {
    refill(at);
    const unsigned char *byte = (const unsigned char *)at->buffer;
    if (at->end >= 3 && byte[0] == 0xEF && byte[1] == 0xBB && byte[2] == 0xBF) {
        at->next = 3;
    } else if (at->end >= 2 && ((byte[0] == 0xFF && byte[1] == 0xFE) || (byte[0] == 0xFE && byte[1] == 0xFF))) {
        return start_utf16(at, byte[0] == 0xFF ? CSV_UTF16_LITTLE : CSV_UTF16_BIG);
    }
    return at->failure == CSV_FINE;
}

void csv_finish(csv *at) {
    free(at->buffer);
    free(at->raw);
    *at = (csv){0};
}

/* ---- Scanning -------------------------------------------------------------------------------------------- */

/* Scans a field without quotes, from at->next on, and the delimiter or line end behind it. */
static csv_ending scan_bare(csv *at, csv_slice *field) {
    const size_t offset = at->next - at->begin;
    const char delimiter = at->delimiter;
    const char *p = at->buffer + at->next;
    for (;;) {
        while (!at->looks_twice[(unsigned char)*p]) {
            p++;
        }
        if (*p == delimiter || *p == '"' || (*p == '\n' && p < at->buffer + at->end)) {
            break;
        }
        if (*p != '\n') {
            at->not_ascii = true;
            p++;
            continue;
        }
        at->next = at->end;
        if (!refill(at)) {
            *field = (csv_slice){offset, at->next - at->begin - offset, false};
            return CSV_LINE;
        }
        p = at->buffer + at->next;
    }
    at->next = (size_t)(p - at->buffer);
    *field = (csv_slice){offset, at->next - at->begin - offset, false};
    if (*p == '"') {
        return CSV_STRAY_QUOTE;
    }
    at->next++;
    if (*p == delimiter) {
        return CSV_DELIMITER;
    }
    at->line++;
    if (field->length > 0 && at->next - 1 > at->begin && p[-1] == '\r') {
        field->length--; /* the second condition speaks of rows whose bytes were let go: their length means nothing */
    }
    return CSV_LINE;
}

/* Scans what stands behind a closing quote. */
static csv_ending scan_after_quote(csv *at) {
    if (at->next == at->end && !refill(at)) {
        return CSV_LINE;
    }
    size_t place = at->next;
    if (at->buffer[place] == at->delimiter) {
        at->next++;
        return CSV_DELIMITER;
    }
    if (at->buffer[place] == '\r') {
        if (place + 1 == at->end && !refill(at)) {
            return CSV_STRAY_TEXT; /* a carriage return without a line feed is data, at the end of the file too */
        }
        place = at->next + 1;
    }
    if (at->buffer[place] != '\n') {
        return CSV_STRAY_TEXT;
    }
    at->next = place + 1;
    at->line++;
    return CSV_LINE;
}

/* Scans a field that begins with the quote at at->next, and the delimiter or line end behind it. */
static csv_ending scan_quoted(csv *at, csv_slice *field) {
    at->next++;
    const size_t offset = at->next - at->begin;
    bool escaped = false;
    for (;;) {
        const char *p = at->buffer + at->next;
        while (*p != '"' && *p != '\n') {
            at->not_ascii |= (unsigned char)*p >= 0x80 || *p == 0;
            p++;
        }
        at->next = (size_t)(p - at->buffer);
        if (*p == '\n') {
            if (at->next < at->end) {
                at->next++;
                at->line++;
            } else if (!refill(at)) {
                return CSV_UNCLOSED;
            }
            continue;
        }
        *field = (csv_slice){offset, at->next - at->begin - offset, escaped};
        at->next++;
        if ((at->next == at->end && !refill(at)) || at->buffer[at->next] != '"') {
            return scan_after_quote(at);
        }
        at->next++;
        escaped = true;
    }
}

csv_row csv_scan(csv *at) {
    csv_row row = {0, 0, CSV_DELIMITER};
    at->begin = at->next;
    at->row_line = at->line;
    at->dropping = false;
    at->not_ascii = false;
    while (row.ending == CSV_DELIMITER) {
        if (at->next == at->end) {
            refill(at);
        }
        const size_t slot = row.columns < at->columns ? at->slot_of[row.columns] : CSV_SLOTS;
        csv_slice *into = &at->slices[slot];
        row.columns++;
        if (at->next < at->end && at->buffer[at->next] == '"') {
            row.ending = scan_quoted(at, into);
            row.length = into->offset + into->length + 1;
        } else {
            row.ending = scan_bare(at, into);
            row.length = into->offset + into->length;
        }
    }
    return row;
}

bool csv_is_empty(const csv *at, const csv_row *row) {
    return row->columns == 1 && row->length == 0 && row->ending == CSV_LINE && !at->dropping;
}

bool csv_is_end(const csv *at, const csv_row *row) {
    return csv_is_empty(at, row) && at->ended && at->next == at->begin;
}

void csv_skip_line(csv *at) {
    for (;;) {
        const char *from = at->buffer + at->next;
        const char *feed = memchr(from, '\n', at->end - at->next);
        if (feed != NULL) {
            at->next += (size_t)(feed - from) + 1;
            at->line++;
            return;
        }
        at->next = at->begin = at->end;
        if (!refill(at)) {
            return;
        }
    }
}

/* ---- Rows that were scanned ------------------------------------------------------------------------------ */

csv_slice csv_take(char delimiter, const char **text, size_t *length) {
    const char *p = *text;
    const char *end = p + *length;
    csv_slice field = {0, 0, false};
    if (p < end && *p == '"') {
        for (p++; *p != '"' || (p + 1 < end && p[1] == '"'); p++) {
            if (*p == '"') {
                field.escaped = true;
                p++;
            }
        }
        field.offset = 1;
        field.length = (size_t)(p - *text) - 1;
        p++;
    } else {
        while (p < end && *p != delimiter) {
            p++;
        }
        field.length = (size_t)(p - *text);
    }
    p += p < end;
    *text = p;
    *length = (size_t)(end - p);
    return field;
}

size_t csv_unescape(char *text, size_t length) {
    size_t kept = 0;
    for (size_t i = 0; i < length; i++) {
        i += text[i] == '"';
        text[kept++] = text[i];
    }
    return kept;
}

size_t csv_good_length(const csv *at, const csv_row *row) {
    const char *text = at->buffer + at->begin;
    size_t good = 0;
    while (good < row->length) {
        uint32_t code;
        const size_t size = text_decode(text + good, row->length - good, &code);
        if (size == 0 || code == 0) {
            break;
        }
        good += size;
    }
    return good;
}

size_t csv_column_of(const csv *at, const csv_row *row, size_t byte) {
    const char *text = at->buffer + at->begin;
    const char *rest = text;
    size_t length = row->length;
    size_t column = 0;
    do {
        column++;
        (void)csv_take(at->delimiter, &rest, &length);
    } while (rest <= text + byte);
    return column;
}
