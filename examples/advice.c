/* What to do about a log that cannot be read.
 *
 * SPDX-License-Identifier: MIT */
#include "advice.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS = 200, TITLES = 12 }; /* rows that are looked at, and lines in which the header is looked for */

/* ---- Moments --------------------------------------------------------------------------------------------- */

void advice_look(advice_times *at, const char *text, size_t length) {
    int64_t moment;
    at->texts++;
    for (unsigned i = 0; i < VALUES_UNITS; i++) {
        const values_moments how = {.unit = (values_unit)i};
        const bool is_number = length <= 4 || text[4] != '-';
        at->units[i] += is_number && values_moment(&how, text, length, false, &moment) &&
                        moment >= INT64_C(631152000000) && moment < INT64_C(7258118400000); /* 1990 to 2199 */
    }
    for (unsigned i = 0; i < VALUES_ORDERS; i++) {
        const values_moments how = {.dates = (values_dates)i};
        at->orders[i] += values_moment(&how, text, length, false, &moment);
    }
}

unsigned advice_orders(const advice_times *at) {
    unsigned orders = 0;
    for (unsigned i = VALUES_ISO + 1; i < VALUES_ORDERS; i++) {
        orders |= at->orders[i] == at->texts ? 1U << i : 0;
    }
    return at->texts > 0 && at->orders[VALUES_ISO] < at->texts ? orders : 0;
}

values_unit advice_unit(const advice_times *at) {
    for (unsigned i = 0; i < VALUES_UNITS; i++) {
        if (at->texts > 0 && at->units[i] == at->texts) {
            return (values_unit)i;
        }
    }
    return VALUES_UNITS;
}

/* ---- Files ----------------------------------------------------------------------------------------------- */

static bool begins(cxj_text sample, const char *bytes, size_t length) {
    return sample.length >= length && memcmp(sample.text, bytes, length) == 0;
}

/* Whether a text stands somewhere in the first bytes. */
static bool holds(cxj_text sample, const char *word) {
    const size_t length = strlen(word);
    for (size_t i = 0; i + length <= sample.length && i < 4096; i++) {
        if (memcmp(sample.text + i, word, length) == 0) {
            return true;
        }
    }
    return false;
}

/* What a file is by its first bytes. */
static advice_file file_of(cxj_text sample) {
    static const char mark[] = "\xEF\xBB\xBF";
    if (begins(sample, "\x1F\x8B", 2)) {
        return ADVICE_GZIP;
    }
    if (begins(sample, "PK\x03\x04", 4)) {
        return ADVICE_ZIP;
    }
    if (begins(sample, "PAR1", 4)) {
        return ADVICE_PARQUET;
    }
    if (sample.length >= 4 && (sample.text[0] == 0) != (sample.text[1] == 0) &&
        (sample.text[0] == 0) == (sample.text[2] == 0) && (sample.text[1] == 0) == (sample.text[3] == 0)) {
        return ADVICE_UTF16;
    }
    if (begins(sample, mark, 3)) {
        sample = (cxj_text){sample.text + 3, sample.length - 3};
    }
    while (sample.length > 0 && strchr(" \t\r\n", sample.text[0]) != NULL && sample.text[0] != '\0') {
        sample = (cxj_text){sample.text + 1, sample.length - 1};
    }
    if (begins(sample, "{", 1) || begins(sample, "[", 1)) {
        return ADVICE_JSON;
    }
    if (begins(sample, "<", 1)) {
        return holds(sample, "<log") && (holds(sample, "xes") || holds(sample, "<trace")) ? ADVICE_XES : ADVICE_XML;
    }
    return begins(sample, "sep=", 4) || begins(sample, "\"sep=", 5) ? ADVICE_SEP : ADVICE_UNKNOWN;
}

/* ---- Headers --------------------------------------------------------------------------------------------- */

/* The column that is a field, or else one that is near to it; counted from 1, 0: none. */
static size_t column_for(const fields_layout *layout, size_t field) {
    if (layout->place[field] != 0) {
        return layout->place[field];
    }
    for (size_t i = 0; i < layout->columns; i++) {
        if (layout->slot_of[i] == CSV_SLOTS &&
            fields_nearest(layout->names[i].text, layout->names[i].length) == field) {
            return i + 1;
        }
    }
    return 0;
}

/* Reads the bytes with a delimiter, up to a row that may be a header. returns  false: there is none */
static bool read_header(csv *rows, cxj_text sample, char delimiter, size_t line, fields_layout *layout,
                        const log_options *options) {
    if (!csv_init(rows, delimiter, sample.length)) {
        return false;
    }
    memcpy(rows->buffer, sample.text, sample.length);
    rows->buffer[sample.length] = '\n';
    rows->end = sample.length;
    rows->ended = true;
    if (begins(sample, "\xEF\xBB\xBF", 3)) {
        rows->next = 3;
    }
    csv_row row;
    do {
        row = csv_scan(rows);
        if (csv_is_end(rows, &row)) {
            return false;
        }
    } while (csv_is_empty(rows, &row) || (rows->row_line < line && row.ending == CSV_LINE));
    if (row.ending != CSV_LINE || csv_good_length(rows, &row) < row.length ||
        !fields_columns(layout, rows->buffer + rows->begin, row.length, row.columns, delimiter)) {
        return false;
    }
    const size_t missing = fields_lay_out(layout, options->choices, options->choice_count);
    return missing == options->choice_count;
}

/* Looks at the moments in the rows behind the header. */
static void look_at_rows(advice *at, csv *rows) {
    advice_times times = {0};
    uint8_t *slot_of = malloc(at->layout.columns);
    if (slot_of == NULL) {
        return;
    }
    memset(slot_of, CSV_SLOTS, at->layout.columns);
    slot_of[at->at - 1] = 0;
    rows->slot_of = slot_of;
    rows->columns = at->layout.columns;
    for (size_t i = 0; i < ROWS; i++) {
        const csv_row row = csv_scan(rows);
        if (row.ending != CSV_LINE || csv_is_end(rows, &row)) {
            break;
        }
        const csv_slice *at_text = &rows->slices[0];
        if (row.columns == at->layout.columns && at_text->length > 0 && (rows->next < rows->end || i < 2)) {
            const char *text = rows->buffer + rows->begin + at_text->offset;
            advice_look(&times, text, at_text->length);
            at->time_length = at_text->length < sizeof at->time ? at_text->length : sizeof at->time;
            memcpy(at->time, text, at->time_length);
        }
    }
    free(slot_of);
    at->orders = advice_orders(&times);
    at->unit =
        advice_unit(&times) == VALUES_UNITS || times.units[VALUES_MS] == times.texts ? VALUES_MS : advice_unit(&times);
    at->has_times = at->orders != 0 || at->unit != VALUES_MS || times.orders[VALUES_ISO] == times.texts;
}

/* Tries a delimiter, and a line from which on the header is looked for.
 * returns  whether it brings a journey and a moment */
static bool try_header(advice *at, cxj_text sample, char delimiter, size_t line, const log_options *options) {
    csv rows = {0};
    fields_free(&at->layout);
    bool fits = read_header(&rows, sample, delimiter, line, &at->layout, options);
    if (fits) {
        at->journey = column_for(&at->layout, FIELD_journey);
        at->at = column_for(&at->layout, FIELD_at);
        at->line = rows.row_line;
        fits = at->journey != 0 && at->at != 0 && at->layout.columns > 1;
    }
    if (fits) {
        look_at_rows(at, &rows);
    }
    csv_finish(&rows);
    return fits;
}

/* The delimiter of which the first line has most, outside quotes; 0: none. */
static char delimiter_of(cxj_text sample) {
    static const char marks[] = ";\t|,";
    size_t counts[sizeof marks - 1] = {0};
    size_t most = 0;
    size_t from = 0;
    bool quoted = false;
    while (from < sample.length && (sample.text[from] == '\n' || sample.text[from] == '\r')) {
        from++;
    }
    for (size_t i = from; i < sample.length && (quoted || sample.text[i] != '\n'); i++) {
        const char *mark = sample.text[i] == '\0' ? NULL : strchr(marks, sample.text[i]);
        quoted ^= sample.text[i] == '"';
        counts[mark == NULL || quoted ? 0 : mark - marks] += mark != NULL && !quoted;
    }
    for (size_t i = 1; i < sizeof marks - 1; i++) {
        most = counts[i] > counts[most] ? i : most;
    }
    return counts[most] > 0 ? marks[most] : '\0';
}

void advice_find(advice *at, cxj_text sample, const log_options *options) {
    const char taken = options->delimiter == 0 ? ',' : options->delimiter;
    *at = (advice){.file = file_of(sample)};
    if (at->file != ADVICE_UNKNOWN) {
        return;
    }
    const char other = delimiter_of(sample);
    at->delimiter = other == taken ? '\0' : other;
    if (try_header(at, sample, at->delimiter != 0 ? at->delimiter : taken, 1, options)) {
        return;
    }
    const bool may_be_title = at->delimiter == 0 && at->layout.columns == 1;
    for (size_t line = 2; line < TITLES && may_be_title; line++) {
        advice further = {.file = ADVICE_TITLE};
        if (try_header(&further, sample, taken, line, options) &&
            further.journey == further.layout.place[FIELD_journey] && further.at == further.layout.place[FIELD_at]) {
            fields_free(&at->layout);
            *at = further;
            return;
        }
        fields_free(&further.layout);
    }
    at->journey = at->at = 0;
}

void advice_free(advice *at) {
    fields_free(&at->layout);
}
