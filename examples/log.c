/* Reads logs of touchpoints written as CSV, row by row (src/SPEC.md section 7).
 *
 * SPDX-License-Identifier: MIT
 *
 * Idea: csv.c says where the wanted fields of a row stand; here the text of each becomes a member of the touchpoint, and
 * what the fields say together is checked. Codes of names seen a moment ago come from a small cache, so that the engine's
 * dictionaries are asked for new ones only. */
#include "log.h"

#include <stdlib.h>
#include <string.h>

#include "texts.h"

enum {
    CACHE_SLOTS = 1024,               /* for each dimension; a power of two */
    CACHE_TEXT = 40,                  /* longer names are not remembered */
    CACHES = CXJ_DIMENSION_REASON + 1 /* by dimension; 0 is that of facets */
};

#define VALUE_MOST INT64_C(1000000000000000)

/* A text seen before and what it came to. */
typedef struct cached {
    uint64_t head; /* of the text: ends_of() */
    uint64_t tail;
    uint32_t code;
    uint8_t length; /* 0: the slot is free */
    char text[CACHE_TEXT];
} cached;

struct log_reader {
    cxj_engine *engine;
    log_options how;
    values_moments moments;
    csv csv;
    fields_layout layout;
    bool stopped;  /* and refusal says why */
    bool numbered; /* a row's number is its sequence */
    uint64_t rows;
    log_refusal refusal;
    cxj_text row;               /* that was refused */
    cxj_text keys[FIELD_COUNT]; /* of the row: the texts of journey, id and customer */
    texts texts;                /* of those that are no numbers themselves */
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
    log->refusal = (log_refusal){.line = log->csv.row_line, .column = column, .reason = reason, .field = FIELD_COUNT};
    for (size_t i = 0; i < log->layout.present_count && column > 0; i++) {
        const size_t field = log->layout.present[i];
        if (log->layout.place[field] == column) {
            log->refusal.field = field;
            log->refusal.name = fields[field].name;
            break;
        }
    }
    return status;
}

/* Refuses a row for what stands in a field.
 * text  NULL: there is no such column */
static log_status refuse_field(log_reader *log, log_reason reason, size_t field, const char *text, size_t length) {
    const log_status status = reason == LOG_NO_MEMORY ? LOG_STOPPED : LOG_REFUSED;
    const log_status answer = refuse(log, status, reason, log->layout.place[field]);
    log->refusal.field = field;
    log->refusal.name = fields[field].name;
    log->refusal.text = text;
    log->refusal.length = length;
    return answer;
}

/* Stops where the file could not be read. returns  whether it could */
static bool has_read(log_reader *log) {
    if (log->csv.failure == CSV_FINE) {
        return true;
    }
    refuse(log, LOG_STOPPED, log->csv.failure == CSV_NO_MEMORY ? LOG_NO_MEMORY : LOG_CANNOT_READ, 0);
    log->refusal.error = log->csv.error;
    return false;
}

/* ---- The form of rows, and the header -------------------------------------------------------------------- */

/* Refuses a row for how it is written, whatever it means. Returns LOG_ROW if it is well formed.
 * status  what to answer if it is not */
static log_status check_form(log_reader *log, const csv_row *row, log_status status) {
    static const log_reason reasons[] = {
        [CSV_STRAY_QUOTE] = LOG_STRAY_QUOTE, [CSV_STRAY_TEXT] = LOG_STRAY_TEXT, [CSV_UNCLOSED] = LOG_UNCLOSED};
    const size_t columns = log->csv.columns;
    log->row = (cxj_text){log->csv.buffer + log->csv.begin, row->length};
    if (row->ending != CSV_LINE) {
        if (row->ending != CSV_UNCLOSED) {
            csv_skip_line(&log->csv);
        }
        log->row = (cxj_text){NULL, 0};
        return has_read(log) ? refuse(log, status, reasons[row->ending], row->columns) : LOG_STOPPED;
    }
    if (log->csv.dropping) {
        log->row = (cxj_text){NULL, 0};
        return refuse(log, status, LOG_TOO_LONG, 0);
    }
    if (columns != 0 && row->columns != columns) {
        refuse(log, status, row->columns < columns ? LOG_TOO_FEW_FIELDS : LOG_TOO_MANY_FIELDS, 0);
        log->refusal.fields_seen = row->columns;
        return status;
    }
    if (log->csv.not_ascii) {
        const size_t good = csv_good_length(&log->csv, row);
        if (good < row->length) {
            return refuse(log, status, LOG_BAD_UTF8, csv_column_of(&log->csv, row, good));
        }
    }
    return LOG_ROW;
}

/* Whether a line has no comma outside quotes, but a semicolon or a tab. */
static bool has_other_delimiter(const char *text, size_t length) {
    bool other = false;
    bool quoted = false;
    for (size_t i = 0; i < length && (quoted || text[i] != '\n'); i++) {
        quoted ^= text[i] == '"';
        if (!quoted && text[i] == ',') {
            return false;
        }
        other |= !quoted && (text[i] == ';' || text[i] == '\t');
    }
    return other;
}

/* Finds the header line. Returns LOG_ROW if it is well formed. */
static log_status scan_header(log_reader *log, csv_row *row) {
    if (!csv_start(&log->csv)) {
        has_read(log);
        return LOG_STOPPED;
    }
    do {
        *row = csv_scan(&log->csv);
        if (!has_read(log)) {
            return LOG_STOPPED;
        }
        if (csv_is_end(&log->csv, row)) {
            return refuse(log, LOG_STOPPED, LOG_NO_HEADER, 0);
        }
    } while (csv_is_empty(&log->csv, row));
    /* What was scanned, and the byte at which that may have ended. */
    const size_t scanned = log->csv.next - log->csv.begin + (log->csv.next < log->csv.end);
    if (log->how.delimiter == 0 && has_other_delimiter(log->csv.buffer + log->csv.begin, scanned)) {
        return refuse(log, LOG_STOPPED, LOG_OTHER_DELIMITER, 0);
    }
    return check_form(log, row, LOG_STOPPED);
}

log_status log_begin(log_reader *log, FILE *file) {
    csv_row row;
    if (log->stopped) {
        return LOG_STOPPED;
    }
    fields_free(&log->layout);
    csv_begin(&log->csv, file);
    if (scan_header(log, &row) != LOG_ROW) {
        return LOG_STOPPED;
    }
    fields_layout *layout = &log->layout;
    if (!fields_columns(layout, log->csv.buffer + log->csv.begin, row.length, row.columns, log->csv.delimiter)) {
        return refuse(log, LOG_STOPPED, LOG_NO_MEMORY, 0);
    }
    const size_t missing = fields_lay_out(layout, log->how.choices, log->how.choice_count);
    if (missing == SIZE_MAX) {
        return refuse(log, LOG_STOPPED, LOG_NO_MEMORY, 0);
    }
    if (missing < log->how.choice_count) {
        const fields_choice *choice = &log->how.choices[missing];
        refuse_field(log, LOG_NO_COLUMN, choice->field, choice->column.text, choice->column.length);
        log->stopped = true;
        return LOG_STOPPED;
    }
    if (layout->place[FIELD_journey] == 0 || layout->place[FIELD_at] == 0) {
        return refuse(log, LOG_STOPPED, layout->place[FIELD_journey] == 0 ? LOG_NO_JOURNEY : LOG_NO_AT, 0);
    }
    log->numbered = layout->place[FIELD_sequence] == 0 && (layout->place[FIELD_id] == 0 || log->how.ties_by_file);
    log->csv.slot_of = layout->slot_of;
    log->csv.columns = layout->columns;
    return LOG_ROW;
}

/* ---- Fields ---------------------------------------------------------------------------------------------- */

/* A text's first bytes and its last, which overlap where it is short: up to 16 bytes are wholly told by them and by the
 * length. */
static inline void ends_of(const char *text, size_t length, uint64_t *head, uint64_t *tail) {
    *head = 0;
    *tail = 0;
    if (length >= sizeof *head) {
        memcpy(head, text, sizeof *head);
        memcpy(tail, text + length - sizeof *tail, sizeof *tail);
    } else {
        for (size_t i = 0; i < length; i++) {
            *head = *head << 8 | (unsigned char)text[i];
        }
    }
}

static inline bool is_cached(const cached *slot, const char *text, size_t length, uint64_t head, uint64_t tail) {
    return slot->length == length && slot->head == head && slot->tail == tail &&
           (length <= 16 || memcmp(slot->text, text, length) == 0);
}

/* The slot of a cache where a text is, or else would be: one of two. Any function of its bytes will do: slots taken by
 * other texts only mean that the dictionary is asked again. */
static inline cached *cache_slot(cached *cache, const char *text, size_t length, uint64_t head, uint64_t tail) {
    const uint64_t hash = (head ^ (tail + length) * UINT64_C(0x9E3779B97F4A7C15)) * UINT64_C(0xD6E8FEB86659FD93) >> 32;
    cached *first = &cache[hash & (CACHE_SLOTS - 1)];
    cached *second = &cache[(hash & (CACHE_SLOTS - 1)) ^ 1];
    const bool is_second = !is_cached(first, text, length, head, tail) &&
                           (is_cached(second, text, length, head, tail) || (first->length != 0 && second->length == 0));
    return is_second ? second : first;
}

/* The code of a name, or the bits of facets, from the cache or where the cache gets them from. */
static log_reason read_code(log_reader *log, const field_info *field, const char *text, size_t length, uint32_t *code) {
    const uint32_t dimension = field->kind == KIND_CODE ? (uint32_t)field->detail : 0;
    uint64_t head;
    uint64_t tail;
    ends_of(text, length, &head, &tail);
    cached *slot = cache_slot(log->caches[dimension], text, length, head, tail);
    if (is_cached(slot, text, length, head, tail)) {
        *code = slot->code;
        return LOG_REASON_COUNT;
    }
    if (field->kind == KIND_FACETS) {
        if (!values_facets(text, length, '|', code, NULL)) {
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
        slot->head = head;
        slot->tail = tail;
        memcpy(slot->text, text, length);
    }
    return LOG_REASON_COUNT;
}

/* A number that stands for itself, as most ids do; of what is longer, or begins with 0, the library is asked. */
static inline bool read_digits(const char *text, size_t length, uint64_t *value) {
    uint64_t number = 0;
    if (length > 18 || text[0] == '0') {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        const unsigned digit = (unsigned char)text[i] - (unsigned)'0';
        if (digit > 9) {
            return false;
        }
        number = number * 10 + digit;
    }
    *value = number;
    return true;
}

/* Reads the text of a field, which is not empty, into a number that holds its member's value, a negative one in two's
 * complement. Returns LOG_REASON_COUNT, or why it cannot be read. */
static log_reason read_field(log_reader *log, size_t number, const char *text, size_t length, uint64_t *value) {
    const field_info *field = &fields[number];
    int64_t amount;
    uint32_t code;
    log_reason reason;
    switch (field->kind) {
    case KIND_KEY:
        if (!read_digits(text, length, value)) {
            log->keys[number] = (cxj_text){text, values_trimmed(text, length)};
            (void)cxj_id_from_text(log->engine, text, log->keys[number].length, value); /* takes any bytes */
        }
        return LOG_REASON_COUNT;
    case KIND_COUNT:
        return values_count(text, length, field->detail, value) ? LOG_REASON_COUNT : LOG_BAD_NUMBER;
    case KIND_RATING:
        return values_count(text, length, UINT8_MAX, value) ? LOG_REASON_COUNT : LOG_BAD_NUMBER;
    case KIND_AMOUNT:
        if (!values_amount(text, length, &amount)) {
            return LOG_BAD_NUMBER;
        }
        *value = (uint64_t)amount;
        return LOG_REASON_COUNT;
    case KIND_TIME:
        if (!values_moment(&log->moments, text, length, number == FIELD_due, &amount)) {
            return LOG_BAD_TIME;
        }
        *value = (uint64_t)amount;
        return LOG_REASON_COUNT;
    case KIND_WORD:
        *value = values_find((unsigned)field->detail, text, length);
        return *value != 0 ? LOG_REASON_COUNT : LOG_BAD_WORD;
    case KIND_FACETS:
    case KIND_CODE:
        reason = read_code(log, field, text, length, &code);
        *value = code;
        return reason;
    }
    return LOG_BAD_NUMBER;
}

/* Takes the doubled quotes off a field, and makes it empty where it stands for none. */
static void make_plain(const log_reader *log, csv_slice *at, char *text) {
    if (at->escaped) {
        at->length = csv_unescape(text, at->length);
        at->escaped = false;
    }
    for (size_t i = 0; i < log->how.none_count && at->length > 0; i++) {
        const cxj_text *none = &log->how.none[i];
        if (none->length == at->length && memcmp(none->text, text, at->length) == 0) {
            at->length = 0;
        }
    }
}

/* The text of a field. Several fields may ask for it. */
static inline const char *field_text(log_reader *log, size_t number, size_t *length) {
    csv_slice *at = &log->csv.slices[log->layout.slot[number]];
    char *text = log->csv.buffer + log->csv.begin + at->offset;
    if (at->escaped || log->how.none_count > 0) {
        make_plain(log, at, text);
    }
    *length = at->length;
    return text;
}

/* ---- Rows ------------------------------------------------------------------------------------------------ */

/* Refuses a row whose text of a number is that of another. */
static log_status refuse_text(log_reader *log, texts_status met, size_t field, const cxj_text *other) {
    const cxj_text *text = &log->keys[field];
    const log_status status =
        refuse_field(log, met == TEXTS_OTHER ? LOG_SAME_NUMBER : LOG_NO_MEMORY, field, text->text, text->length);
    log->refusal.other = other->text;
    log->refusal.other_length = other->length;
    return status;
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
        const cxj_text *text = &log->keys[keys[i].field];
        cxj_text other = {NULL, 0};
        const texts_status met = texts_meet(&log->texts, keys[i].number, text->text, text->length, keep, &other);
        if (met != TEXTS_SAME) {
            return refuse_text(log, met, keys[i].field, &other);
        }
    }
    return LOG_ROW;
}

/* Takes a score that stands under its scale. */
static log_reason take_rating(cxj_touchpoint *touchpoint, size_t number, uint64_t score) {
    if (touchpoint->scale != 0) {
        return LOG_TWO_RATINGS;
    }
    if (touchpoint->score != 0) {
        return LOG_NO_SCALE; /* for the score in the column score */
    }
    touchpoint->scale = (uint8_t)fields[number].detail;
    touchpoint->score = (uint8_t)score;
    return LOG_REASON_COUNT;
}

/* Sees to it that scale, score and scope go together.
 * field  receives the field that does not */
static log_reason check_rating(const log_reader *log, cxj_touchpoint *touchpoint, bool has_column, size_t *field) {
    unsigned least;
    unsigned most;
    *field = FIELD_scope;
    if (touchpoint->scale == 0) {
        if (log->layout.has_ratings && touchpoint->score == 0) {
            touchpoint->scope = 0; /* it says nothing where there is no rating */
        }
        *field = touchpoint->score != 0 ? FIELD_score : FIELD_scope;
        return touchpoint->scope != 0 || touchpoint->score != 0 ? LOG_NO_SCALE : LOG_REASON_COUNT;
    }
    if (touchpoint->scope == 0) {
        if (!has_column) {
            return LOG_NO_SCOPE;
        }
        touchpoint->scope = CXJ_SCOPE_TOUCHPOINT;
    }
    *field = FIELD_score;
    if (!has_column && log->layout.place[FIELD_score] == 0) {
        return LOG_EMPTY; /* there is no such column, and so a score is never given */
    }
    values_scores(touchpoint->scale, &least, &most);
    return touchpoint->score < least || touchpoint->score > most ? LOG_OFF_SCALE : LOG_REASON_COUNT;
}

/* Checks what the fields of a row say together, and within which bounds.
 * rated  the field of a score under its scale; FIELD_COUNT: there is none */
static log_status check_row(log_reader *log, cxj_touchpoint *touchpoint, size_t rated) {
    size_t field = FIELD_COUNT;
    log_reason reason = check_rating(log, touchpoint, rated != FIELD_COUNT, &field);
    if (reason != LOG_REASON_COUNT && field == FIELD_score && rated != FIELD_COUNT) {
        field = rated;
    }
    if (touchpoint->at == 0 && (touchpoint->facets & CXJ_FACET_WITHDRAWN) == 0) {
        reason = LOG_NO_TIME;
        field = FIELD_at;
    } else if (touchpoint->value < -VALUE_MOST || touchpoint->value > VALUE_MOST) {
        reason = LOG_TOO_MUCH;
        field = FIELD_value;
    }
    if (reason == LOG_REASON_COUNT) {
        return LOG_ROW;
    }
    size_t length = 0;
    const char *text = log->layout.place[field] == 0 ? NULL : field_text(log, field, &length);
    return refuse_field(log, reason, field, text, length);
}

/* Reads the known fields of a row that is well formed. */
static log_status read_row(log_reader *log, cxj_touchpoint *touchpoint) {
    size_t rated = FIELD_COUNT;
    *touchpoint = (cxj_touchpoint){.sequence = log->numbered ? (uint32_t)log->rows : 0};
    if (log->numbered && log->rows > UINT32_MAX) {
        return refuse(log, LOG_REFUSED, LOG_TOO_MANY_ROWS, 0);
    }
    for (size_t i = 0; i < log->layout.present_count; i++) {
        const size_t number = log->layout.present[i];
        size_t length;
        const char *text = field_text(log, number, &length);
        log_reason reason = LOG_REASON_COUNT;
        if (length > 0) {
            uint64_t value = 0;
            reason = read_field(log, number, text, length, &value);
            if (reason == LOG_REASON_COUNT && fields[number].kind == KIND_RATING) {
                reason = take_rating(touchpoint, number, value);
                rated = number;
            } else {
                fields_store(touchpoint, &fields[number], value);
            }
        } else if (number == FIELD_journey || number == FIELD_at || (number == FIELD_score && touchpoint->scale != 0)) {
            reason = LOG_EMPTY;
        }
        if (reason != LOG_REASON_COUNT) {
            return refuse_field(log, reason, number, text, length);
        }
    }
    if (check_row(log, touchpoint, rated) != LOG_ROW) {
        return LOG_REFUSED;
    }
    const log_status met = meet_texts(log, touchpoint, false);
    return met == LOG_ROW ? meet_texts(log, touchpoint, true) : met;
}

log_status log_next(log_reader *log, cxj_touchpoint *touchpoint) {
    csv_row row;
    if (log->stopped || log->csv.columns == 0) {
        return LOG_STOPPED;
    }
    do {
        row = csv_scan(&log->csv);
        if (!has_read(log)) {
            return LOG_STOPPED;
        }
        if (csv_is_end(&log->csv, &row)) {
            return LOG_END;
        }
    } while (csv_is_empty(&log->csv, &row));
    log->rows++;
    const log_status status = check_form(log, &row, LOG_REFUSED);
    return status == LOG_ROW ? read_row(log, touchpoint) : status;
}

/* ---- Life and questions ---------------------------------------------------------------------------------- */

log_reader *log_open(const log_options *options, cxj_engine *engine) {
    log_reader *log = calloc(1, sizeof *log);
    if (log == NULL) {
        return NULL;
    }
    if (options != NULL) {
        log->how = *options;
    }
    log->engine = engine;
    log->moments.unit = log->how.unit;
    log->moments.dates = log->how.dates;
    if (!csv_init(&log->csv, log->how.delimiter == 0 ? ',' : log->how.delimiter, log->how.block) ||
        !values_local(&log->moments, engine)) {
        log_close(log);
        return NULL;
    }
    return log;
}

void log_close(log_reader *log) {
    if (log != NULL) {
        texts_free(&log->texts);
        fields_free(&log->layout);
        csv_finish(&log->csv);
        values_moments_free(&log->moments);
        free(log);
    }
}

bool log_text(const log_reader *log, uint64_t number, cxj_text *text) {
    return texts_find(&log->texts, number, text);
}

const log_refusal *log_refused(const log_reader *log) {
    return &log->refusal;
}

const fields_layout *log_layout(const log_reader *log) {
    return &log->layout;
}

const values_moments *log_moments(const log_reader *log) {
    return &log->moments;
}

cxj_text log_sample(const log_reader *log) {
    return (cxj_text){log->csv.buffer, log->csv.end};
}

cxj_text log_row_text(const log_reader *log) {
    return log->row;
}

cxj_text log_field(const log_reader *log, size_t field) {
    if (log->layout.place[field] == 0) {
        return (cxj_text){"", 0};
    }
    const csv_slice *at = &log->csv.slices[log->layout.slot[field]];
    return (cxj_text){log->csv.buffer + log->csv.begin + at->offset, at->length};
}

bool log_is_numbered(const log_reader *log) {
    return log->numbered;
}

uint64_t log_line(const log_reader *log) {
    return log->csv.row_line;
}

uint64_t log_rows(const log_reader *log) {
    return log->rows;
}

uint64_t log_bytes(const log_reader *log) {
    return log->csv.bytes;
}

const char *log_reason_text(log_reason reason) {
    static const char *const sentences[LOG_REASON_COUNT] = {
#define X(constant, sentence) sentence,
        LOG_REASONS(X)
#undef X
    };
    return (unsigned)reason < LOG_REASON_COUNT ? sentences[reason] : "an unknown reason";
}
