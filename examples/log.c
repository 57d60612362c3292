/* Reads a log of touchpoints written as CSV, row by row (src/SPEC.md section 7).
 *
 * SPDX-License-Identifier: MIT
 *
 * Idea: three steps, each in its own part below. Scanning finds where a row and its fields end, whatever they mean, in
 * one pass over a block of the file; it notes where the known fields stand and copies nothing. The header says which
 * column is which known field. Reading turns the text of each known field into a member of the touchpoint; codes of
 * names seen a moment ago come from a small cache, so that the engine's dictionaries are asked for new ones only.
 *
 * Invariant: buffer[begin..next) is the row being scanned so far, buffer[next..end) is read but not yet looked at, and
 * buffer[end] is a line feed that is not part of the file: loops run into it and so need no check for the end. */
#include "log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "texts.h"

#define MS_PER_MINUTE INT64_C(60000)
#define MS_PER_DAY INT64_C(86400000)
#define AT_LEAST INT64_C(-62135596800000) /* 0001-01-01T00:00:00.000Z */
#define AT_MOST INT64_C(253402300799999)  /* 9999-12-31T23:59:59.999Z */

/* ---- What the columns are -------------------------------------------------------------------------------- */

/* How the text of a field is read. */
typedef enum kind {
    KIND_KEY,    /* a journey, id or customer: a number, or a text that stands for one */
    KIND_COUNT,  /* a number from 0 to the detail */
    KIND_AMOUNT, /* a number that may be negative */
    KIND_TIME,
    KIND_WORD, /* one of the words of the list that detail names */
    KIND_FACETS,
    KIND_NAME /* a name of the dimension that detail names */
} kind;

enum { WORDS_SCALE, WORDS_SCOPE, WORDS_OUTCOME, WORDS_LISTS, WORDS_MOST = 8 };

/* The words in the log for the numbers in a touchpoint; the place is the number, and 0 has no word. */
static const char *const words[WORDS_LISTS][WORDS_MOST] = {
    [WORDS_SCALE] = {[CXJ_SCALE_CSAT5] = "csat5",
                     [CXJ_SCALE_CSAT7] = "csat7",
                     [CXJ_SCALE_CSAT10] = "csat10",
                     [CXJ_SCALE_PERCENT] = "percent",
                     [CXJ_SCALE_BINARY] = "binary",
                     [CXJ_SCALE_NPS] = "nps",
                     [CXJ_SCALE_CES7] = "ces7"},
    [WORDS_SCOPE] = {[CXJ_SCOPE_TOUCHPOINT] = "touchpoint",
                     [CXJ_SCOPE_JOURNEY] = "journey",
                     [CXJ_SCOPE_EMPLOYEE] = "employee"},
    [WORDS_OUTCOME] = {[CXJ_OUTCOME_COMPLETED] = "completed", [CXJ_OUTCOME_ABANDONED] = "abandoned"},
};

/* The known fields: member of the touchpoint, which is also the column's name; how it is read; and a detail of that.
 * They are read in this order, names last, so that a row refused for another field gives no name a code. */
#define FIELDS(X)                                                                                                      \
    X(journey, KIND_KEY, 0)                                                                                            \
    X(at, KIND_TIME, 0)                                                                                                \
    X(id, KIND_KEY, 0)                                                                                                 \
    X(revision, KIND_COUNT, UINT64_MAX)                                                                                \
    X(sequence, KIND_COUNT, UINT32_MAX)                                                                                \
    X(customer, KIND_KEY, 0)                                                                                           \
    X(due, KIND_TIME, 0)                                                                                               \
    X(value, KIND_AMOUNT, 0)                                                                                           \
    X(commitment, KIND_COUNT, 7)                                                                                       \
    X(scale, KIND_WORD, WORDS_SCALE)                                                                                   \
    X(score, KIND_COUNT, 100)                                                                                          \
    X(scope, KIND_WORD, WORDS_SCOPE)                                                                                   \
    X(outcome, KIND_WORD, WORDS_OUTCOME)                                                                               \
    X(facets, KIND_FACETS, 0)                                                                                          \
    X(owner, KIND_NAME, CXJ_DIMENSION_OWNER)                                                                           \
    X(team, KIND_NAME, CXJ_DIMENSION_TEAM)                                                                             \
    X(activity, KIND_NAME, CXJ_DIMENSION_ACTIVITY)                                                                     \
    X(channel, KIND_NAME, CXJ_DIMENSION_CHANNEL)                                                                       \
    X(stage, KIND_NAME, CXJ_DIMENSION_STAGE)                                                                           \
    X(cause, KIND_NAME, CXJ_DIMENSION_CAUSE)                                                                           \
    X(type, KIND_NAME, CXJ_DIMENSION_TYPE)                                                                             \
    X(segment, KIND_NAME, CXJ_DIMENSION_SEGMENT)                                                                       \
    X(reason, KIND_NAME, CXJ_DIMENSION_REASON)

enum {
#define X(member, kind, detail) FIELD_##member,
    FIELDS(X) FIELD_COUNT,
#undef X
    FIELD_UNKNOWN = FIELD_COUNT, /* a column without a meaning; its slot of its own spares storing a check */
};

static const struct field {
    const char *name;
    kind kind;
    uint64_t detail;
    size_t offset; /* of the member in cxj_touchpoint, and its size */
    size_t size;
} fields[FIELD_COUNT] = {
#define X(member, kind, detail)                                                                                        \
    {#member, kind, detail, offsetof(cxj_touchpoint, member), sizeof(((cxj_touchpoint *)NULL)->member)},
    FIELDS(X)
#undef X
};

/* Names that event logs use, those to be preferred first. */
static const struct alias {
    const char *name;
    unsigned field;
} aliases[] = {
    {"case:concept:name", FIELD_journey},
    {"case_id", FIELD_journey},
    {"time:timestamp", FIELD_at},
    {"timestamp", FIELD_at},
    {"concept:name", FIELD_activity},
    {"org:resource", FIELD_owner},
    {"resource", FIELD_owner},
    {"org:group", FIELD_team},
};

/* ---- The reader ------------------------------------------------------------------------------------------ */

enum {
    BLOCK = 1 << 18,                  /* bytes of the buffer at first */
    CACHE_SLOTS = 1024,               /* for each dimension; a power of two */
    CACHE_TEXT = 40,                  /* longer names are not remembered */
    CACHES = CXJ_DIMENSION_REASON + 1 /* by dimension; 0 is that of facets */
};

/* Where a field stands, from the beginning of its row. */
typedef struct slice {
    size_t offset;
    size_t length;
    bool escaped; /* it has doubled quotes that stand for one */
} slice;

/* A text seen before and what it came to. */
typedef struct cached {
    uint32_t code;
    uint8_t length; /* 0: the slot is free */
    char text[CACHE_TEXT];
} cached;

struct log_reader {
    FILE *file;
    cxj_engine *engine;

    char *buffer; /* has room for capacity bytes and the line feed behind them */
    size_t capacity;
    size_t begin;
    size_t next;
    size_t end;
    bool ended;     /* the file has nothing more */
    bool stopped;   /* and log->refusal says why */
    bool dropping;  /* the row is beyond LOG_ROW_LIMIT, and its bytes are let go */
    bool not_ascii; /* the row has bytes that are not ASCII */
    uint64_t line;  /* of the next byte to be scanned */
    uint64_t row_line;
    uint64_t rows;
    uint64_t bytes;

    uint8_t *meaning;             /* of each column: a field, or FIELD_UNKNOWN */
    size_t columns;               /* 0 until the header has been read */
    uint8_t present[FIELD_COUNT]; /* the fields that have a column, in the order in which they are read */
    size_t present_count;
    bool numbered; /* there is neither id nor sequence, and a row's number is its sequence */

    slice slices[FIELD_COUNT + 1]; /* of the row, by field */
    size_t place[FIELD_COUNT];     /* the column of each field, counted from 1; 0: it has none */
    log_refusal refusal;
    texts texts; /* of journeys, ids and customers that are no numbers themselves */
    cached caches[CACHES][CACHE_SLOTS];
};

/* Notes why the row, or the whole log, is refused; what stopped the log stays.
 * status  LOG_REFUSED or LOG_STOPPED
 * column  counted from 1; 0: the row as a whole
 * returns what log_next() is to answer */
static log_status refuse(log_reader *log, log_status status, log_reason reason, size_t column) {
    if (log->stopped) {
        return LOG_STOPPED;
    }
    log->stopped = status == LOG_STOPPED;
    log->refusal = (log_refusal){.line = log->row_line, .column = column, .reason = reason};
    if (column > 0 && column <= log->columns && log->meaning[column - 1] != FIELD_UNKNOWN) {
        log->refusal.name = fields[log->meaning[column - 1]].name;
    }
    return status;
}

/* ---- Scanning -------------------------------------------------------------------------------------------- */

/* How a field ended. */
typedef enum ending {
    ENDING_COMMA,
    ENDING_LINE, /* a line feed, perhaps with a carriage return before it, or the end of the file */
    ENDING_STRAY_QUOTE,
    ENDING_STRAY_TEXT,
    ENDING_UNCLOSED
} ending;

/* Reads on. What the row has so far moves to the front of the buffer, which grows where the row takes more than half of
 * it.
 * returns  false where nothing came: at the end of the file, and also (log->stopped says so) where reading failed */
static bool refill(log_reader *log) {
    if (log->ended) {
        return false;
    }
    if (log->next - log->begin > LOG_ROW_LIMIT) {
        log->dropping = true;
    }
    if (log->dropping) {
        log->begin = log->next;
    }
    const size_t kept = log->end - log->begin;
    memmove(log->buffer, log->buffer + log->begin, kept);
    log->next -= log->begin;
    log->begin = 0;
    log->end = kept;
    log->buffer[kept] = '\n';
    if (kept > log->capacity / 2) {
        char *larger = realloc(log->buffer, log->capacity * 2 + 1);
        if (larger == NULL) {
            log->ended = true;
            refuse(log, LOG_STOPPED, LOG_NO_MEMORY, 0);
            return false;
        }
        log->buffer = larger;
        log->capacity *= 2;
    }
    errno = 0;
    const size_t got = fread(log->buffer + kept, 1, log->capacity - kept, log->file);
    log->end += got;
    log->bytes += got;
    log->buffer[log->end] = '\n';
    if (got < log->capacity - kept) {
        log->ended = true;
        if (ferror(log->file)) {
            const int error = errno;
            refuse(log, LOG_STOPPED, LOG_CANNOT_READ, 0);
            log->refusal.error = error;
        }
    }
    return got > 0;
}

/* The bytes at which a scan of a bare field has to look twice. Those that are not ASCII are among them, so that rows of
 * ASCII, which are most, need no check of UTF-8. */
static const bool looks_twice[256] = {
    [','] = true, ['"'] = true, ['\n'] = true,
#define R4(n) [n] = true, [(n) + 1] = true, [(n) + 2] = true, [(n) + 3] = true
#define R16(n) R4(n), R4((n) + 4), R4((n) + 8), R4((n) + 12)
    R16(0x80),    R16(0x90),    R16(0xA0),     R16(0xB0), R16(0xC0), R16(0xD0), R16(0xE0), R16(0xF0),
#undef R16
#undef R4
};

/* Scans a field without quotes, from log->next on, and the comma or line end behind it. */
static ending scan_bare(log_reader *log, slice *field) {
    const size_t offset = log->next - log->begin;
    const char *p = log->buffer + log->next;
    for (;;) {
        while (!looks_twice[(unsigned char)*p]) {
            p++;
        }
        if (*p == ',' || *p == '"' || (*p == '\n' && p < log->buffer + log->end)) {
            break;
        }
        if (*p != '\n') {
            log->not_ascii = true;
            p++;
            continue;
        }
        log->next = log->end;
        if (!refill(log)) {
            *field = (slice){offset, log->next - log->begin - offset, false};
            return ENDING_LINE;
        }
        p = log->buffer + log->next;
    }
    log->next = (size_t)(p - log->buffer);
    *field = (slice){offset, log->next - log->begin - offset, false};
    if (*p == '"') {
        return ENDING_STRAY_QUOTE;
    }
    log->next++;
    if (*p == ',') {
        return ENDING_COMMA;
    }
    log->line++;
    if (field->length > 0 && log->next - 1 > log->begin && p[-1] == '\r') {
        field->length--; /* the second condition speaks of rows whose bytes were let go: their length means nothing */
    }
    return ENDING_LINE;
}

/* Scans what stands behind a closing quote. */
static ending scan_after_quote(log_reader *log) {
    if (log->next == log->end && !refill(log)) {
        return ENDING_LINE;
    }
    size_t at = log->next;
    if (log->buffer[at] == ',') {
        log->next++;
        return ENDING_COMMA;
    }
    if (log->buffer[at] == '\r') {
        if (at + 1 == log->end && !refill(log)) {
            return ENDING_STRAY_TEXT; /* a carriage return without a line feed is data, at the end of the file too */
        }
        at = log->next + 1;
    }
    if (log->buffer[at] != '\n') {
        return ENDING_STRAY_TEXT;
    }
    log->next = at + 1;
    log->line++;
    return ENDING_LINE;
}

/* Scans a field that begins with the quote at log->next, and the comma or line end behind it. */
static ending scan_quoted(log_reader *log, slice *field) {
    log->next++;
    const size_t offset = log->next - log->begin;
    bool escaped = false;
    for (;;) {
        const char *p = log->buffer + log->next;
        while (*p != '"' && *p != '\n') {
            log->not_ascii |= (unsigned char)*p >= 0x80;
            p++;
        }
        log->next = (size_t)(p - log->buffer);
        if (*p == '\n') {
            if (log->next < log->end) {
                log->next++;
                log->line++;
            } else if (!refill(log)) {
                return ENDING_UNCLOSED;
            }
            continue;
        }
        *field = (slice){offset, log->next - log->begin - offset, escaped};
        log->next++;
        if ((log->next == log->end && !refill(log)) || log->buffer[log->next] != '"') {
            return scan_after_quote(log);
        }
        log->next++;
        escaped = true;
    }
}

/* What scanning made of a row. */
typedef struct scanned {
    size_t columns;
    size_t length; /* of the row without its line end */
    ending ending; /* of its last field */
} scanned;

/* Scans the next row. The known fields go into log->slices. */
static scanned scan_row(log_reader *log) {
    scanned row = {0, 0, ENDING_COMMA};
    log->begin = log->next;
    log->row_line = log->line;
    log->dropping = false;
    log->not_ascii = false;
    while (row.ending == ENDING_COMMA) {
        if (log->next == log->end) {
            refill(log);
        }
        const size_t field = row.columns < log->columns ? log->meaning[row.columns] : FIELD_UNKNOWN;
        slice *into = &log->slices[field];
        row.columns++;
        if (log->next < log->end && log->buffer[log->next] == '"') {
            row.ending = scan_quoted(log, into);
            row.length = into->offset + into->length + 1;
        } else {
            row.ending = scan_bare(log, into);
            row.length = into->offset + into->length;
        }
    }
    return row;
}

/* Goes behind the next line feed of the file; so reading goes on after a misplaced quote. */
static void skip_line(log_reader *log) {
    for (;;) {
        const char *from = log->buffer + log->next;
        const char *feed = memchr(from, '\n', log->end - log->next);
        if (feed != NULL) {
            log->next += (size_t)(feed - from) + 1;
            log->line++;
            return;
        }
        log->next = log->begin = log->end;
        if (!refill(log)) {
            return;
        }
    }
}

/* Steps over one field of a row that was scanned and is well formed.
 * text, length  the rest of the row; the field and the comma behind it are taken off
 * field         receives what stands between the commas, or between the quotes */
static void take_field(const char **text, size_t *length, slice *field) {
    const char *p = *text;
    const char *end = p + *length;
    *field = (slice){0, 0, false};
    if (p < end && *p == '"') {
        for (p++; *p != '"' || (p + 1 < end && p[1] == '"'); p++) {
            if (*p == '"') {
                field->escaped = true;
                p++;
            }
        }
        *field = (slice){1, (size_t)(p - *text) - 1, field->escaped};
        p++;
    } else {
        while (p < end && *p != ',') {
            p++;
        }
        field->length = (size_t)(p - *text);
    }
    p += p < end;
    *text = p;
    *length = (size_t)(end - p);
}

/* Makes one quote of two, in place; returns the length. */
static size_t unescape(char *text, size_t length) {
    size_t kept = 0;
    for (size_t i = 0; i < length; i++) {
        i += text[i] == '"';
        text[kept++] = text[i];
    }
    return kept;
}

/* The bytes from the start of a text that are UTF-8. */
static size_t utf8_length(const char *text, size_t length) {
    size_t at = 0;
    while (at < length) {
        uint32_t code;
        const size_t size = text_decode(text + at, length - at, &code);
        if (size == 0) {
            break;
        }
        at += size;
    }
    return at;
}

/* The column, counted from 1, in which a byte of a well-formed row stands.
 * text, length  the row
 * byte          its place, below length */
static size_t column_of(const char *text, size_t length, size_t byte) {
    const char *rest = text;
    slice field;
    size_t column = 0;
    do {
        column++;
        take_field(&rest, &length, &field);
    } while (rest <= text + byte);
    return column;
}

/* Refuses a row for how it is written, whatever it means. Returns LOG_ROW if it is well formed.
 * status  what to answer if it is not */
static log_status check_form(log_reader *log, const scanned *row, log_status status) {
    static const log_reason reasons[] = {
        [ENDING_STRAY_QUOTE] = LOG_STRAY_QUOTE, [ENDING_STRAY_TEXT] = LOG_STRAY_TEXT, [ENDING_UNCLOSED] = LOG_UNCLOSED};
    if (row->ending != ENDING_LINE) {
        if (row->ending != ENDING_UNCLOSED) {
            skip_line(log);
        }
        return refuse(log, status, reasons[row->ending], row->columns);
    }
    if (log->dropping) {
        return refuse(log, status, LOG_TOO_LONG, 0);
    }
    if (log->columns != 0 && row->columns != log->columns) {
        return refuse(log, status, row->columns < log->columns ? LOG_TOO_FEW_FIELDS : LOG_TOO_MANY_FIELDS, 0);
    }
    if (log->not_ascii) {
        const char *text = log->buffer + log->begin;
        const size_t good = utf8_length(text, row->length);
        if (good < row->length) {
            return refuse(log, status, LOG_BAD_UTF8, column_of(text, row->length, good));
        }
    }
    return LOG_ROW;
}

/* ---- The header ------------------------------------------------------------------------------------------ */

/* Whether a text is a word. */
static bool is_word(const char *text, size_t length, const char *word) {
    return strlen(word) == length && memcmp(text, word, length) == 0;
}

/* The field that a column's name stands for, or FIELD_UNKNOWN.
 * rank  receives 0 for the field's own name, else more for a name less to be preferred */
static size_t field_of(const char *name, size_t length, size_t *rank) {
    *rank = 0;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (is_word(name, length, fields[i].name)) {
            return i;
        }
    }
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
        if (is_word(name, length, aliases[i].name)) {
            *rank = i + 1;
            return aliases[i].field;
        }
    }
    return FIELD_UNKNOWN;
}

/* Gives each column of the header its meaning: for each field the column whose name is to be preferred, and of two with
 * the same name the first. */
static void map_columns(log_reader *log, char *text, size_t length) {
    size_t ranks[FIELD_COUNT];
    for (size_t column = 0; column < log->columns; column++) {
        const char *rest = text;
        slice at;
        take_field(&rest, &length, &at);
        char *name = text + at.offset;
        const size_t name_length = at.escaped ? unescape(name, at.length) : at.length;
        size_t rank;
        const size_t field = field_of(name, name_length, &rank);
        log->meaning[column] = FIELD_UNKNOWN;
        if (field != FIELD_UNKNOWN && (log->place[field] == 0 || rank < ranks[field])) {
            if (log->place[field] != 0) {
                log->meaning[log->place[field] - 1] = FIELD_UNKNOWN;
            }
            log->meaning[column] = (uint8_t)field;
            log->place[field] = column + 1;
            ranks[field] = rank;
        }
        text += rest - text;
    }
    for (size_t field = 0; field < FIELD_COUNT; field++) {
        if (log->place[field] != 0) {
            log->present[log->present_count++] = (uint8_t)field;
        }
    }
    log->numbered = log->place[FIELD_id] == 0 && log->place[FIELD_sequence] == 0;
}

/* Whether what was scanned is an empty line. */
static bool is_empty(const log_reader *log, const scanned *row) {
    return row->columns == 1 && row->length == 0 && row->ending == ENDING_LINE && !log->dropping;
}

/* Whether what was scanned is the end of the file. */
static bool is_end(const log_reader *log, const scanned *row) {
    return is_empty(log, row) && log->ended && log->next == log->begin;
}

/* Reads the header line. Returns LOG_ROW, or LOG_STOPPED. */
static log_status read_header(log_reader *log) {
    static const char mark[] = "\xEF\xBB\xBF";
    refill(log);
    if (log->end >= sizeof mark - 1 && memcmp(log->buffer, mark, sizeof mark - 1) == 0) {
        log->next = sizeof mark - 1;
    }
    scanned row;
    do {
        row = scan_row(log);
        if (log->stopped) {
            return LOG_STOPPED;
        }
        if (is_end(log, &row)) {
            return refuse(log, LOG_STOPPED, LOG_NO_HEADER, 0);
        }
    } while (is_empty(log, &row));
    if (check_form(log, &row, LOG_STOPPED) != LOG_ROW) {
        return LOG_STOPPED;
    }
    log->meaning = malloc(row.columns);
    if (log->meaning == NULL) {
        return refuse(log, LOG_STOPPED, LOG_NO_MEMORY, 0);
    }
    log->columns = row.columns;
    map_columns(log, log->buffer + log->begin, row.length);
    if (log->place[FIELD_journey] == 0) {
        return refuse(log, LOG_STOPPED, LOG_NO_JOURNEY, 0);
    }
    if (log->place[FIELD_at] == 0) {
        return refuse(log, LOG_STOPPED, LOG_NO_AT, 0);
    }
    return LOG_ROW;
}

/* ---- Numbers, times, facets ------------------------------------------------------------------------------ */

/* A number of ASCII digits, nothing else, at most most. */
static bool read_count(const char *text, size_t length, uint64_t most, uint64_t *number) {
    uint64_t value = 0;
    for (size_t i = 0; i < length; i++) {
        const unsigned digit = (unsigned char)text[i] - (unsigned)'0';
        if (digit > 9 || value > UINT64_MAX / 10 || value * 10 > UINT64_MAX - digit) {
            return false;
        }
        value = value * 10 + digit;
    }
    *number = value;
    return length > 0 && value <= most;
}

/* A number that may have a minus before it. */
static bool read_amount(const char *text, size_t length, int64_t *number) {
    const bool negative = length > 0 && text[0] == '-';
    uint64_t size;
    if (!read_count(text + negative, length - negative, INT64_MAX, &size)) {
        return false;
    }
    *number = negative ? -(int64_t)size : (int64_t)size;
    return true;
}

/* A text being taken apart from the front. */
typedef struct rest {
    const char *at;
    const char *end;
} rest;

/* Takes one character, if it is there. */
static bool take(rest *text, char character) {
    if (text->at == text->end || *text->at != character) {
        return false;
    }
    text->at++;
    return true;
}

/* Takes a number of so many digits, if it is there and within bounds. */
static bool take_digits(rest *text, size_t digits, unsigned least, unsigned most, unsigned *number) {
    uint64_t value;
    if ((size_t)(text->end - text->at) < digits || !read_count(text->at, digits, most, &value) || value < least) {
        return false;
    }
    text->at += digits;
    *number = (unsigned)value;
    return true;
}

/* Days from 1970-01-01 to a day of a year from 1 on. Years are counted from March, so that a leap day comes last. */
static int64_t days_to(unsigned year, unsigned month, unsigned day) {
    const unsigned y = month > 2 ? year : year - 1;
    const unsigned m = month > 2 ? month - 3 : month + 9;
    const int64_t days = (int64_t)y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
    return days - 719468; /* the same sum for 1970-01-01 */
}

/* Takes a day, 2026-11-21. */
static bool take_day(rest *text, int64_t *days) {
    static const uint8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year;
    unsigned month;
    unsigned day;
    if (!take_digits(text, 4, 1, 9999, &year) || !take(text, '-') || !take_digits(text, 2, 1, 12, &month) ||
        !take(text, '-') || !take_digits(text, 2, 1, 31, &day)) {
        return false;
    }
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    *days = days_to(year, month, day);
    return day <= lengths[month - 1] || (month == 2 && leap && day == 29);
}

/* Takes a time of day, 22:43 or 22:43:47 or 22:43:47.123; what is finer than a ms is cut off. */
static bool take_clock(rest *text, int64_t *ms) {
    unsigned hour;
    unsigned minute;
    unsigned second = 0;
    int64_t fraction = 0;
    if (!take_digits(text, 2, 0, 23, &hour) || !take(text, ':') || !take_digits(text, 2, 0, 59, &minute)) {
        return false;
    }
    if (take(text, ':')) {
        if (!take_digits(text, 2, 0, 59, &second)) {
            return false;
        }
        if (take(text, '.') || take(text, ',')) {
            unsigned digit;
            int64_t unit = 100;
            if (!take_digits(text, 1, 0, 9, &digit)) {
                return false;
            }
            do {
                fraction += digit * unit;
                unit /= 10;
            } while (take_digits(text, 1, 0, 9, &digit));
        }
    }
    *ms = (((int64_t)hour * 60 + minute) * 60 + second) * 1000 + fraction;
    return true;
}

/* Takes a zone, if there is one: Z, +01, +0100 or +01:00. */
static bool take_zone(rest *text, int64_t *ms) {
    unsigned hour;
    unsigned minute = 0;
    *ms = 0;
    if (text->at == text->end || take(text, 'Z')) {
        return true;
    }
    const bool west = take(text, '-');
    if ((!west && !take(text, '+')) || !take_digits(text, 2, 0, 23, &hour)) {
        return false;
    }
    if (text->at < text->end) {
        take(text, ':');
        if (!take_digits(text, 2, 0, 59, &minute)) {
            return false;
        }
    }
    *ms = (int64_t)(hour * 60 + minute) * (west ? -MS_PER_MINUTE : MS_PER_MINUTE);
    return true;
}

bool log_time(const char *text, size_t length, int64_t *at) {
    int64_t moment;
    if (length > 4 && text[4] == '-') {
        rest left = {text, text + length};
        int64_t days;
        int64_t clock = 0;
        int64_t zone = 0;
        if (!take_day(&left, &days)) {
            return false;
        }
        if (left.at < left.end && ((!take(&left, 'T') && !take(&left, ' ')) || !take_clock(&left, &clock) ||
                                   !take_zone(&left, &zone) || left.at < left.end)) {
            return false;
        }
        moment = days * MS_PER_DAY + clock - zone;
    } else if (!read_amount(text, length, &moment)) {
        return false;
    }
    if (moment < AT_LEAST || moment > AT_MOST) {
        return false;
    }
    *at = moment;
    return true;
}

/* The bit of a facet's name, or 0. */
static uint32_t facet_of(const char *text, size_t length) {
    cxj_facet_info info;
    for (size_t i = 0; cxj_facet_describe(i, &info, sizeof info) == CXJ_OK; i++) {
        if (is_word(text, length, info.name)) {
            return info.facet;
        }
    }
    return 0;
}

bool log_facets(const char *text, size_t length, char separator, uint32_t *facets, cxj_text *unknown) {
    uint32_t bits = 0;
    for (const char *part = text, *end = text + length; part < end;) {
        const char *stop = memchr(part, separator, (size_t)(end - part));
        const size_t part_length = (size_t)((stop == NULL ? end : stop) - part);
        const uint32_t bit = facet_of(part, part_length);
        if (bit == 0 && part_length > 0) {
            if (unknown != NULL) {
                *unknown = (cxj_text){part, part_length};
            }
            return false;
        }
        bits |= bit;
        part += part_length + (stop != NULL);
    }
    *facets = bits;
    return true;
}

/* ---- Rows ------------------------------------------------------------------------------------------------ */

/* The slot of a cache where a text would be. Any function of its bytes will do: a slot taken by another text only means
 * that the dictionary is asked again. */
static cached *cache_slot(cached *cache, const char *text, size_t length) {
    uint64_t head = 0;
    uint64_t tail = length;
    if (length >= sizeof head) {
        memcpy(&head, text, sizeof head);
        memcpy(&tail, text + length - sizeof tail, sizeof tail);
    } else {
        for (size_t i = 0; i < length; i++) {
            head = head << 8 | (unsigned char)text[i];
        }
    }
    head = (head ^ tail * UINT64_C(0x9E3779B97F4A7C15)) * UINT64_C(0xD6E8FEB86659FD93);
    return &cache[head >> 32 & (CACHE_SLOTS - 1)];
}

/* The code of a name, or the bits of facets, from the cache or where the cache gets them from. */
static log_reason read_code(log_reader *log, const struct field *field, const char *text, size_t length,
                            uint32_t *code) {
    const uint32_t dimension = field->kind == KIND_NAME ? (uint32_t)field->detail : 0;
    cached *slot = cache_slot(log->caches[dimension], text, length);
    if (slot->length == length && memcmp(slot->text, text, length) == 0) {
        *code = slot->code;
        return LOG_REASON_COUNT;
    }
    if (field->kind == KIND_FACETS) {
        if (!log_facets(text, length, '|', code, NULL)) {
            return LOG_BAD_WORD;
        }
    } else {
        const cxj_status status = cxj_code(log->engine, dimension, text, length, code);
        if (status != CXJ_OK) {
            return status == CXJ_BAD_TEXT ? LOG_BAD_NAME : status == CXJ_LIMIT ? LOG_TOO_MANY_NAMES : LOG_NO_MEMORY;
        }
    }
    if (length <= CACHE_TEXT) {
        slot->code = *code;
        slot->length = (uint8_t)length;
        memcpy(slot->text, text, length);
    }
    return LOG_REASON_COUNT;
}

/* Reads the text of a field, which is not empty, into a number that holds its member's value, a negative one in two's
 * complement. Returns LOG_REASON_COUNT, or why it cannot be read. */
static log_reason read_field(log_reader *log, const struct field *field, const char *text, size_t length,
                             uint64_t *value) {
    int64_t number;
    uint32_t code;
    log_reason reason;
    switch (field->kind) {
    case KIND_KEY:
        (void)cxj_id_from_text(log->engine, text, length, value); /* takes any bytes */
        return LOG_REASON_COUNT;
    case KIND_COUNT:
        return read_count(text, length, field->detail, value) ? LOG_REASON_COUNT : LOG_BAD_NUMBER;
    case KIND_AMOUNT:
        if (!read_amount(text, length, &number)) {
            return LOG_BAD_NUMBER;
        }
        *value = (uint64_t)number;
        return LOG_REASON_COUNT;
    case KIND_TIME:
        if (!log_time(text, length, &number)) {
            return LOG_BAD_TIME;
        }
        *value = (uint64_t)number;
        return LOG_REASON_COUNT;
    case KIND_WORD:
        for (uint64_t i = 1; i < WORDS_MOST && words[field->detail][i] != NULL; i++) {
            if (is_word(text, length, words[field->detail][i])) {
                *value = i;
                return LOG_REASON_COUNT;
            }
        }
        return LOG_BAD_WORD;
    case KIND_FACETS:
    case KIND_NAME:
        reason = read_code(log, field, text, length, &code);
        *value = code;
        return reason;
    }
    return LOG_BAD_NUMBER;
}

/* Stores a value in a member of a touchpoint. */
static void store(cxj_touchpoint *touchpoint, const struct field *field, uint64_t value) {
    char *member = (char *)touchpoint + field->offset;
    switch (field->size) {
    case sizeof(uint8_t):
        memcpy(member, &(uint8_t){(uint8_t)value}, sizeof(uint8_t));
        break;
    case sizeof(uint16_t):
        memcpy(member, &(uint16_t){(uint16_t)value}, sizeof(uint16_t));
        break;
    case sizeof(uint32_t):
        memcpy(member, &(uint32_t){(uint32_t)value}, sizeof(uint32_t));
        break;
    default:
        memcpy(member, &value, sizeof value);
    }
}

/* Sees to it that the row's texts do not stand for the numbers of others; with keep they are remembered. */
static log_status meet_texts(log_reader *log, const cxj_touchpoint *touchpoint, bool keep) {
    const struct {
        size_t field;
        uint64_t number;
    } keys[] = {
        {FIELD_journey, touchpoint->journey}, {FIELD_id, touchpoint->id}, {FIELD_customer, touchpoint->customer}};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (keys[i].number >> 63 == 0) {
            continue; /* none, or a number that stands for itself */
        }
        const slice *at = &log->slices[keys[i].field];
        const char *text = log->buffer + log->begin + at->offset;
        cxj_text other = {NULL, 0};
        const texts_status met = texts_meet(&log->texts, log->engine, keys[i].number, text, at->length, keep, &other);
        if (met == TEXTS_SAME) {
            continue;
        }
        const log_status status = met == TEXTS_OTHER ? LOG_REFUSED : LOG_STOPPED;
        refuse(log, status, met == TEXTS_OTHER ? LOG_SAME_NUMBER : LOG_NO_MEMORY, log->place[keys[i].field]);
        log->refusal.text = text;
        log->refusal.length = at->length;
        log->refusal.other = other.text;
        log->refusal.other_length = other.length;
        return status;
    }
    return LOG_ROW;
}

/* Reads the known fields of a row that is well formed. */
static log_status read_row(log_reader *log, cxj_touchpoint *touchpoint) {
    *touchpoint = (cxj_touchpoint){.sequence = log->numbered ? (uint32_t)log->rows : 0};
    if (log->numbered && log->rows > UINT32_MAX) {
        return refuse(log, LOG_REFUSED, LOG_TOO_MANY_ROWS, 0);
    }
    for (size_t i = 0; i < log->present_count; i++) {
        const size_t number = log->present[i];
        const struct field *field = &fields[number];
        slice *at = &log->slices[number];
        char *text = log->buffer + log->begin + at->offset;
        const size_t length = at->escaped ? unescape(text, at->length) : at->length;
        at->length = length;
        at->escaped = false;
        log_reason reason = LOG_REASON_COUNT;
        if (length > 0) {
            uint64_t value = 0;
            reason = read_field(log, field, text, length, &value);
            store(touchpoint, field, value);
        } else if (number == FIELD_journey || number == FIELD_at || (number == FIELD_score && touchpoint->scale != 0)) {
            reason = LOG_EMPTY;
        }
        if (reason != LOG_REASON_COUNT) {
            const log_status status = reason == LOG_NO_MEMORY ? LOG_STOPPED : LOG_REFUSED;
            refuse(log, status, reason, log->place[number]);
            log->refusal.text = text;
            log->refusal.length = length;
            return status;
        }
    }
    if (touchpoint->scale != 0 && log->place[FIELD_score] == 0) {
        refuse(log, LOG_REFUSED, LOG_EMPTY, 0); /* there is no such column, and so a score is never given */
        log->refusal.name = fields[FIELD_score].name;
        return LOG_REFUSED;
    }
    const log_status met = meet_texts(log, touchpoint, false);
    return met == LOG_ROW ? meet_texts(log, touchpoint, true) : met;
}

log_status log_next(log_reader *log, cxj_touchpoint *touchpoint) {
    if (log->stopped || (log->columns == 0 && read_header(log) != LOG_ROW)) {
        return LOG_STOPPED;
    }
    scanned row;
    do {
        row = scan_row(log);
        if (log->stopped) {
            return LOG_STOPPED;
        }
        if (is_end(log, &row)) {
            return LOG_END;
        }
    } while (is_empty(log, &row));
    log->rows++;
    const log_status status = check_form(log, &row, LOG_REFUSED);
    return status == LOG_ROW ? read_row(log, touchpoint) : status;
}

/* ---- Life and questions ---------------------------------------------------------------------------------- */

log_reader *log_open(FILE *file, cxj_engine *engine) {
    log_reader *log = calloc(1, sizeof *log);
    if (log == NULL) {
        return NULL;
    }
    log->buffer = malloc(BLOCK + 1);
    if (log->buffer == NULL) {
        free(log);
        return NULL;
    }
    log->buffer[0] = '\n';
    log->capacity = BLOCK;
    log->file = file;
    log->engine = engine;
    log->line = 1;
    return log;
}

void log_close(log_reader *log) {
    if (log != NULL) {
        texts_free(&log->texts);
        free(log->meaning);
        free(log->buffer);
        free(log);
    }
}

bool log_text(const log_reader *log, uint64_t number, cxj_text *text) {
    return texts_find(&log->texts, number, text);
}

const log_refusal *log_refused(const log_reader *log) {
    return &log->refusal;
}

uint64_t log_line(const log_reader *log) {
    return log->row_line;
}

uint64_t log_rows(const log_reader *log) {
    return log->rows;
}

uint64_t log_bytes(const log_reader *log) {
    return log->bytes;
}

const char *log_reason_text(log_reason reason) {
    static const char *const sentences[LOG_REASON_COUNT] = {
#define X(constant, sentence) sentence,
        LOG_REASONS(X)
#undef X
    };
    return (unsigned)reason < LOG_REASON_COUNT ? sentences[reason] : "an unknown reason";
}
