/* What the report program says on stderr about the logs that it reads.
 *
 * SPDX-License-Identifier: MIT */
#include "told.h"

#include <inttypes.h>
#include <string.h>

#include "table.h"

enum {
    EXCERPT = 40, /* columns of what is shown of a field or a column's name */
    PATH = 4096,  /* a path is shown whole: cut, two of them would look alike */
    LISTED = 60   /* columns that are named at most */
};

#define YEAR_MS INT64_C(31536000000)
#define FAR INT64_C(7289654400000) /* 2201-01-01, the first moment beyond the year 2200 */

static const char delimiters[TOLD_DELIMITERS] = {',', ';', '\t', '|'};
static const char *const delimiter_names[TOLD_DELIMITERS] = {"commas", "semicolons", "tabs", "bars"};

/* ---- Words ----------------------------------------------------------------------------------------------- */

static void put(const char *text) {
    fputs(text, stderr);
}

/* A text from a log or the command line, in quotes. */
static void put_quoted(const char *text, size_t length) {
    put("\"");
    (void)table_text(stderr, text, length, EXCERPT);
    put("\"");
}

static void put_path(const char *path) {
    const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
    (void)table_text(stderr, name, strlen(name), PATH);
}

/* Begins a sentence. line  0: about the file as a whole */
static void begin(const char *path, uint64_t line) {
    put("cxj-report: ");
    put_path(path);
    if (line != 0) {
        fprintf(stderr, ", line %" PRIu64, line);
    }
}

/* Where the first of several rows stands, in parentheses. */
static void put_place(const told *at, const told_place *place) {
    put(" (the first in ");
    if (at->files > 1) {
        put_path(place->path);
        put(", ");
    }
    if (place->last_line != 0) {
        fprintf(stderr, "lines %" PRIu64 " to %" PRIu64 ")", place->line, place->last_line);
    } else {
        fprintf(stderr, "line %" PRIu64 ")", place->line);
    }
}

/* Begins a sentence about all files. */
static void begin_all(const told *at) {
    if (at->files > 1) {
        fprintf(stderr, "cxj-report: %zu files: ", at->files);
    } else {
        begin(at->path, 0);
        put(": ");
    }
}

/* Begins a sentence about several rows: how many, what they are, and where the first stands. */
static void put_count(const told *at, const told_count *of, const char *one, const char *many) {
    begin_all(at);
    table_count(stderr, of->count);
    put(of->count == 1 ? one : many);
    if (of->first.path != NULL) {
        put_place(at, &of->first);
    }
}

/* An option with a value, as a shell wants it. */
static void put_map(size_t field, const cxj_text *column) {
    bool plain = true;
    for (size_t i = 0; i < column->length; i++) {
        plain &= strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-", column->text[i]) != NULL &&
                 column->text[i] != '\0';
    }
    fprintf(stderr, "--map %s%s=", plain ? "" : "\"", fields[field].name);
    (void)table_text(stderr, column->text, column->length, EXCERPT);
    put(plain ? "" : "\"");
}

static void put_delimiter(char delimiter) {
    if (delimiter == '\t') {
        put("--delimiter tab");
    } else {
        fprintf(stderr, "--delimiter \"%c\"", delimiter);
    }
}

/* The options by which dates can be read. */
static void put_orders(unsigned orders) {
    const char *before = "--dates ";
    for (unsigned i = 0; i < VALUES_ORDERS; i++) {
        if ((orders >> i & 1) != 0) {
            fprintf(stderr, "%s%s", before, values_dates_name(i));
            before = " (or ";
        }
    }
    if ((orders & (orders - 1)) != 0) {
        put(orders == (1U << VALUES_DMY | 1U << VALUES_MDY) ? ", if the month comes first)" : ")");
    }
}

/* ---- Columns --------------------------------------------------------------------------------------------- */

/* A column that is no field: its name, and the field to which it is near. */
static void put_column(const fields_layout *layout, size_t column) {
    const cxj_text *name = &layout->names[column];
    const size_t field = fields_nearest(name->text, name->length);
    put_quoted(name->text, name->length);
    if (field == FIELD_COUNT) {
        return;
    }
    fprintf(stderr, " (near %s", fields[field].name);
    if (layout->way[field] == FIELDS_LEFT_OUT) {
        put(", which is left out");
    } else if (layout->place[field] != 0) {
        const cxj_text *other = &layout->names[layout->place[field] - 1];
        put(", which is ");
        put_quoted(other->text, other->length);
    } else {
        put(": ");
        put_map(field, name);
    }
    put(")");
}

/* Lists the columns that no field is read from. */
static void put_left_out(const fields_layout *layout, const char *before) {
    size_t count = 0;
    for (size_t i = 0; i < layout->columns; i++) {
        if (layout->slot_of[i] != CSV_SLOTS) {
            continue;
        }
        if (count++ < LISTED) {
            put(count == 1 ? before : ", ");
            put_column(layout, i);
        }
    }
    if (count > LISTED) {
        fprintf(stderr, " and %zu more", count - LISTED);
    }
}

/* Whether a name has a carriage return in it that is part of no line end. */
static bool has_return(const fields_layout *layout) {
    for (size_t i = 0; i < layout->columns; i++) {
        const cxj_text *name = &layout->names[i];
        const char *found = name->length == 0 ? NULL : memchr(name->text, '\r', name->length);
        if (found != NULL && found + 1 < name->text + name->length && found[1] != '\n') {
            return true;
        }
    }
    return false;
}

/* Says which columns no field is read from, and what is odd about the header. */
static void tell_left_out(const told *at, const fields_layout *layout) {
    bool has_left = false;
    for (size_t i = 0; i < layout->columns; i++) {
        has_left |= layout->slot_of[i] == CSV_SLOTS;
    }
    if (has_left) {
        begin(at->path, 0);
        put_left_out(layout, ": columns left out: ");
        put("\n");
    }
    if (has_return(layout)) {
        begin(at->path, 0);
        put(": the header has carriage returns (CR) in it, which alone end no line; if they are to: "
            "tr '\\r' '\\n' <FILE | cxj-report -\n");
    }
}

void told_header(told *at, const log_reader *log) {
    const fields_layout *layout = log_layout(log);
    at->is_numbered = log_is_numbered(log);
    at->numbered |= at->is_numbered;
    if (at->last.columns > 0 && fields_are_same(&at->last, layout)) {
        return;
    }
    begin(at->path, 0);
    put(": fields: ");
    for (size_t i = 0; i < layout->present_count; i++) {
        const size_t field = layout->present[i];
        const cxj_text *column = &layout->names[layout->place[field] - 1];
        fprintf(stderr, "%s%s", i == 0 ? "" : ", ", fields[field].name);
        if (!values_is(column->text, column->length, fields[field].name)) {
            put(" ← ");
            put_quoted(column->text, column->length);
        }
    }
    put("\n");
    tell_left_out(at, layout);
    if (!fields_copy_names(&at->last, layout)) {
        fields_free(&at->last); /* then the same is said once more */
    }
}

/* ---- Headers that were refused --------------------------------------------------------------------------- */

/* What to do with a file that is no CSV. */
static const char *const file_texts[] = {
    [ADVICE_XES] = "it is XES, an event log in XML; write its events as CSV, one in a row (pm4py's convert_to_dataframe() "
                   "and to_csv() do, and their columns are understood)",
    [ADVICE_XML] = "it is XML; write what it holds as CSV, one touchpoint in a row, such as journey,at,owner",
    [ADVICE_JSON] = "it is JSON; write it as CSV, one touchpoint in a row (with jq, for one object a line: jq -r "
                    "'[.journey, .at, .owner] | @csv', and a first line journey,at,owner)",
    [ADVICE_GZIP] = "it is compressed by gzip; unpack it: gzip -dc FILE | cxj-report -",
    [ADVICE_ZIP] = "it is a ZIP archive, such as a spreadsheet (.xlsx) is; save the sheet as CSV, or unpack it",
    [ADVICE_PARQUET] = "it is Parquet; write it as CSV (with DuckDB: COPY 'FILE' TO 'log.csv')",
    [ADVICE_UTF16] = "every other byte is NUL, as in UTF-16 without a byte-order mark; save it as UTF-8",
    [ADVICE_SEP] = "its first line is for spreadsheets, and names what stands between fields; take that line out, and name "
                   "it by --delimiter",
    [ADVICE_TITLE] = NULL,
};

/* Names the options by which the file could be read. */
static void put_advice(const advice *found, const log_options *options) {
    const char *before = "; with ";
    const fields_layout *layout = &found->layout;
    if (found->delimiter != 0) {
        put(before);
        put_delimiter(found->delimiter);
        before = " ";
    }
    if (found->journey != 0 && found->at != 0) {
        if (layout->place[FIELD_journey] == 0) {
            put(before);
            put_map(FIELD_journey, &layout->names[found->journey - 1]);
            before = " ";
        }
        if (layout->place[FIELD_at] == 0) {
            put(before);
            put_map(FIELD_at, &layout->names[found->at - 1]);
            before = " ";
        }
        if (found->orders != 0 && (found->orders >> options->dates & 1) == 0) {
            put(before);
            put_orders(found->orders);
            before = " ";
        }
        if (found->unit != options->unit && found->unit != VALUES_MS && options->unit == VALUES_MS) {
            fprintf(stderr, "%s--unit %s", before, values_unit_name(found->unit));
            before = " ";
        }
    }
    if (before[0] == ';') {
        return;
    }
    if (found->has_times) {
        put(" it can be read");
    } else if (found->at != 0 && found->time_length > 0) {
        put(" its columns can be read, but not times such as ");
        put_quoted(found->time, found->time_length);
        put(": write them as 2026-11-21 22:43");
    } else {
        put(" its columns can be read");
    }
}

/* Says what kind of file it is, or how it could be read. */
static void put_cause(const advice *found, const log_options *options) {
    if (found->file == ADVICE_TITLE) {
        fprintf(stderr, "; line %" PRIu64 " looks like the header: take out what stands above it", found->line);
    } else if (found->file != ADVICE_UNKNOWN) {
        fprintf(stderr, "; %s", file_texts[found->file]);
    }
    put_advice(found, options);
    put("\n");
}

/* Lists the columns of a header that lacks one. */
static void put_columns(const told *at, const fields_layout *layout) {
    begin(at->path, 0);
    put(": columns: ");
    const char *before = "";
    for (size_t i = 0; i < layout->columns && i < LISTED; i++) {
        put(before);
        before = ", ";
        if (layout->slot_of[i] == CSV_SLOTS) {
            put_column(layout, i);
            continue;
        }
        put_quoted(layout->names[i].text, layout->names[i].length);
        for (size_t j = 0; j < layout->present_count; j++) {
            if (layout->place[layout->present[j]] == i + 1) {
                fprintf(stderr, " (read as %s)", fields[layout->present[j]].name);
                break;
            }
        }
    }
    if (layout->columns > LISTED) {
        fprintf(stderr, " and %zu more", layout->columns - LISTED);
    }
    put("\n");
}

/* Which column is meant is for the user to say. */
static void put_missing(const told *at, const fields_layout *layout) {
    begin(at->path, 0);
    put(": say which column is which, by its exact name: ");
    const char *before = "";
    const size_t needed[] = {FIELD_journey, FIELD_at};
    for (size_t i = 0; i < 2; i++) {
        if (layout->place[needed[i]] == 0) {
            fprintf(stderr, "%s--map %s=COLUMN", before, fields[needed[i]].name);
            before = " and ";
        }
    }
    put("\n");
}

/* Names the column that is nearest to a name, where one is near. */
static void put_nearest_column(const fields_layout *layout, cxj_text name) {
    size_t nearest = 0;
    size_t least = 3;
    for (size_t i = 0; i < layout->columns; i++) {
        const size_t far = fields_distance(layout->names[i], name);
        if (far < least && far < name.length) {
            least = far;
            nearest = i + 1;
        }
    }
    if (nearest != 0) {
        put("; the nearest is ");
        put_quoted(layout->names[nearest - 1].text, layout->names[nearest - 1].length);
    }
}

void told_stopped(told *at, const log_reader *log) {
    const log_refusal *why = log_refused(log);
    const fields_layout *layout = log_layout(log);
    begin(at->path, why->reason == LOG_NO_HEADER || why->reason == LOG_NO_MEMORY ? 0 : why->line);
    if (why->reason == LOG_NO_COLUMN) {
        fprintf(stderr, ", --map %s: %s: ", why->name, log_reason_text(why->reason));
        put_quoted(why->text, why->length);
        put_nearest_column(layout, (cxj_text){why->text, why->length});
        put("\n");
        put_columns(at, layout);
        return;
    }
    fprintf(stderr, ": %s", log_reason_text(why->reason));
    if (why->reason == LOG_CANNOT_READ || why->reason == LOG_NO_MEMORY) {
        fprintf(stderr, "%s%s\n", why->error != 0 ? ": " : "", why->error != 0 ? strerror(why->error) : "");
        return;
    }
    advice found;
    advice_find(&found, log_sample(log), at->options);
    for (size_t i = 1; i < TOLD_DELIMITERS && found.delimiter != 0; i++) {
        if (delimiters[i] == found.delimiter) {
            fprintf(stderr, "; its fields seem to be separated by %s (\"%s\")", delimiter_names[i],
                    found.delimiter == '\t' ? "\\t" : (char[]){found.delimiter, '\0'});
        }
    }
    put_cause(&found, at->options);
    if (found.file == ADVICE_UNKNOWN || found.file == ADVICE_TITLE) {
        const fields_layout *shown = layout->columns > 0 && found.delimiter == 0 ? layout : &found.layout;
        if (shown->columns > 0) {
            put_columns(at, shown);
        }
        if (shown->columns > 1 && (found.journey == 0 || found.at == 0)) {
            put_missing(at, shown);
        }
    }
    advice_free(&found);
}

/* ---- Rows that were refused ------------------------------------------------------------------------------ */

/* How a moment is written, and which option would read what stands there. */
static void put_wanted_time(const told *at, const log_refusal *why) {
    advice_times times = {0};
    advice_look(&times, why->text, why->length);
    const unsigned orders = advice_orders(&times) & ~(1U << at->options->dates);
    const values_unit unit = advice_unit(&times);
    if (orders != 0) {
        put("; it can be read with ");
        put_orders(orders);
    } else if (unit != VALUES_UNITS && unit != at->options->unit) {
        fprintf(stderr, "; it can be read with --unit %s", values_unit_name(unit));
    } else {
        fprintf(stderr, "; a time is such as 2026-11-21 22:43 or 2026-11-21T22:43:47Z, or a number of %s since 1970",
                values_unit_name(at->options->unit));
    }
}

/* The words of which one was wanted. */
static void put_words(unsigned list) {
    for (unsigned i = 1; values_word(list, i) != NULL; i++) {
        fprintf(stderr, "%s%s", i == 1 ? "; one of " : ", ", values_word(list, i));
    }
}

/* What was wanted of a field, by an example. */
static void put_wanted(const told *at, const log_refusal *why) {
    const field_info *field = &fields[why->field];
    unsigned least;
    unsigned most;
    uint32_t facets;
    cxj_text unknown = {why->text, why->length};
    switch (field->kind) {
    case KIND_KEY:
        put("; a number or any text, such as 4711 or INC-4711");
        break;
    case KIND_TIME:
        put_wanted_time(at, why);
        break;
    case KIND_COUNT:
        fprintf(stderr, "; a whole number from 0 to %" PRIu64 ", such as 3", field->detail);
        break;
    case KIND_AMOUNT:
        put("; money in minor units, a whole number such as 1250 or -1250 (--map value= leaves it out)");
        break;
    case KIND_RATING:
        values_scores((unsigned)field->detail, &least, &most);
        fprintf(stderr, "; a score from %u to %u, such as %u", least, most, most);
        break;
    case KIND_WORD:
        put_words((unsigned)field->detail);
        break;
    case KIND_FACETS:
        if (!values_facets(why->text, why->length, '|', &facets, &unknown) && unknown.length < why->length) {
            put(", for ");
            put_quoted(unknown.text, unknown.length);
        }
        put("; facets with | between them, such as inbound|fault");
        break;
    case KIND_CODE:
        break;
    }
}

/* What was wanted of a row, by an example. */
static void put_wanted_row(const told *at, const log_refusal *why) {
    const unsigned char delimiter = at->options->delimiter == 0 ? ',' : (unsigned char)at->options->delimiter;
    switch (why->reason) {
    case LOG_TOO_FEW_FIELDS:
    case LOG_TOO_MANY_FIELDS:
        fprintf(stderr, ": %zu where the header has %zu", why->fields_seen, at->last.columns);
        if (why->reason == LOG_TOO_MANY_FIELDS && delimiter > ' ') {
            fprintf(stderr, "; a field with %c in it stands in quotes, \"such%c as this\"", delimiter, delimiter);
        }
        break;
    case LOG_STRAY_QUOTE:
    case LOG_STRAY_TEXT:
        put("; a field with a quote in it stands in quotes, and its quote twice: \"the \"\"new\"\" one\"");
        break;
    case LOG_UNCLOSED:
        put("; it takes all that follows, so there is one quote too many, or one is missing");
        break;
    case LOG_BAD_UTF8:
        put("; save the file as UTF-8");
        break;
    case LOG_TWO_RATINGS:
        put(": give each a row");
        break;
    case LOG_NO_SCALE:
        put("; name the scale in the column scale, such as csat5, or put the score into a column csat5");
        break;
    case LOG_NO_SCOPE:
        put("; say in the column scope what was rated: touchpoint, journey or employee");
        break;
    default:
        break;
    }
}

/* The scale off which a score is. */
static void put_scale(const told *at, const log_reader *log, const log_refusal *why) {
    unsigned least;
    unsigned most;
    const cxj_text text = log_field(log, FIELD_scale);
    const unsigned scale = fields[why->field].kind == KIND_RATING ? (unsigned)fields[why->field].detail
                                                                  : values_find(VALUES_SCALE, text.text, text.length);
    (void)at;
    values_scores(scale, &least, &most);
    fprintf(stderr, "; %s goes from %u to %u", values_word(VALUES_SCALE, scale), least, most);
}

void told_refused(const told *at, const log_reader *log) {
    const log_refusal *why = log_refused(log);
    const fields_layout *layout = log_layout(log);
    begin(at->path, why->line);
    if (why->name != NULL) {
        fprintf(stderr, ", %s", why->name);
        if (why->field < FIELD_COUNT && layout->way[why->field] >= FIELDS_NAMED && layout->place[why->field] != 0) {
            const cxj_text *column = &layout->names[layout->place[why->field] - 1];
            put(" (column ");
            put_quoted(column->text, column->length);
            put(")");
        }
    } else if (why->column != 0) {
        fprintf(stderr, ", column %" PRIu64, why->column);
    }
    fprintf(stderr, ": %s", log_reason_text(why->reason));
    if (why->text != NULL && why->length > 0) {
        put(": ");
        put_quoted(why->text, why->length);
    }
    if (why->other != NULL) {
        put(", the other is ");
        put_quoted(why->other, why->other_length);
    }
    if (why->error != 0) {
        fprintf(stderr, ": %s", strerror(why->error));
    }
    if (why->reason == LOG_OFF_SCALE) {
        put_scale(at, log, why);
    } else if (why->field < FIELD_COUNT && (why->reason == LOG_EMPTY || why->reason == LOG_BAD_NUMBER ||
                                            why->reason == LOG_BAD_TIME || why->reason == LOG_NO_TIME ||
                                            why->reason == LOG_BAD_WORD || why->reason == LOG_TOO_MUCH)) {
        put_wanted(at, why);
    } else {
        put_wanted_row(at, why);
    }
    put("\n");
}

/* ---- What is noticed while reading ----------------------------------------------------------------------- */

void told_file(told *at, const char *path) {
    at->path = path;
    at->files++;
}

static void count_row(told *at, told_count *of, uint64_t line) {
    if (of->count++ == 0) {
        of->first = (told_place){at->path, line, 0};
    }
}

/* Notes a moment that looks odd. */
static void note_odd(told *at, const log_reader *log, told_count *of, size_t field, int64_t moment) {
    const cxj_text text = log_field(log, field);
    const bool is_number = text.length <= 4 || (text.text[4] != '-' && strspn(text.text, "-0123456789") >= 5);
    const bool is_second = is_number && moment >= INT64_C(631152000) && moment < INT64_C(7258118400);
    at->are_seconds = is_second && (at->are_seconds || at->early.count == 0);
    at->odd_numbers |= is_number;
    at->odd_dates |= !is_number;
    count_row(at, of, log_line(log));
}

void told_row(told *at, const log_reader *log, const cxj_touchpoint *touchpoint) {
    const int64_t moments[] = {touchpoint->at, touchpoint->due};
    for (size_t i = 0; i < 2; i++) {
        if (moments[i] != 0 && moments[i] < YEAR_MS) {
            note_odd(at, log, &at->early, i == 0 ? FIELD_at : FIELD_due, moments[i]);
        } else if (moments[i] >= FAR) {
            note_odd(at, log, &at->far, i == 0 ? FIELD_at : FIELD_due, moments[i]);
        }
    }
    if (touchpoint->at == 0) {
        return;
    }
    if (!at->has_latest || touchpoint->at > at->latest) {
        at->next = at->latest;
        at->has_next = at->has_latest;
        at->latest = touchpoint->at;
        at->has_latest = true;
        at->latest_place = (told_place){at->path, log_line(log), 0};
    } else if (!at->has_next || touchpoint->at > at->next) {
        at->next = touchpoint->at;
        at->has_next = true;
    }
}

void told_batch(told *at, const cxj_touchpoint *touchpoints, size_t count, bool *apart) {
    const bool all_known = at->duplicates.count > 0 && at->conflicts.count > 0 && at->superseded.count > 0;
    at->no_memory |= !alike_note(&at->alike, touchpoints, count, (alike_wish){!all_known, !at->is_numbered}, apart);
}

/* Notes where the first of something stands. */
static void note_receipt(told *at, told_count *of, uint64_t more, uint64_t first, uint64_t last) {
    if (of->count == 0 && more > 0) {
        of->first = (told_place){at->path, first, last > first ? last : 0};
    }
    of->count += more;
}

void told_receipt(told *at, const cxj_receipt *receipt, uint64_t first, uint64_t last) {
    note_receipt(at, &at->duplicates, receipt->duplicates, first, last);
    note_receipt(at, &at->conflicts, receipt->conflicts, first, last);
    note_receipt(at, &at->superseded, receipt->superseded, first, last);
}

/* With which delimiter a row would have as many fields as the header, and more than one. */
static void note_delimiters(told *at, const log_reader *log) {
    const cxj_text row = log_row_text(log);
    for (size_t i = 0; i < TOLD_DELIMITERS; i++) {
        size_t fields_there = 1;
        for (size_t j = 0; j < row.length; j++) {
            fields_there += row.text[j] == delimiters[i];
        }
        at->by_delimiter[i] += fields_there > 1 && fields_there == log_layout(log)->columns;
    }
}

void told_refusal(told *at, const log_reader *log) {
    const log_refusal *why = log_refused(log);
    at->refused++;
    at->by_reason[why->reason]++;
    if (why->field < FIELD_COUNT) {
        at->by_field[why->field]++;
    }
    if (why->reason == LOG_BAD_TIME) {
        advice_look(&at->times, why->text, why->length);
    } else if (why->reason == LOG_TOO_FEW_FIELDS || why->reason == LOG_TOO_MANY_FIELDS) {
        note_delimiters(at, log);
    }
}

/* ---- What is told in the end ----------------------------------------------------------------------------- */

/* Why most rows were refused, where that can be seen. returns  whether it can */
static bool put_times_cause(const told *at) {
    const unsigned orders = advice_orders(&at->times) & ~(1U << at->options->dates);
    const values_unit unit = advice_unit(&at->times);
    if (orders != 0) {
        put(at->options->dates == VALUES_ISO ? "their dates are written another way; they can be read with "
                                             : "their dates are written the other way round; they can be read with ");
        put_orders(orders);
    } else if (unit != VALUES_UNITS && unit != at->options->unit) {
        fprintf(stderr, "their times are numbers of another unit; they can be read with --unit %s",
                values_unit_name(unit));
    } else {
        put("their times cannot be read; they are such as 2026-11-21 22:43, or --dates and --unit say otherwise");
    }
    return true;
}

static bool put_form_cause(const told *at) {
    for (size_t i = 0; i < TOLD_DELIMITERS; i++) {
        if (2 * at->by_delimiter[i] > at->refused) {
            fprintf(stderr, "their fields seem to be separated by %s, as those of the header are not; write both alike, "
                            "and name it: ",
                    delimiter_names[i]);
            put_delimiter(delimiters[i]);
            return true;
        }
    }
    put("they have more or fewer fields than the header; a field with the delimiter in it stands in quotes");
    return true;
}

static bool put_field_cause(const told *at) {
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (2 * at->by_field[i] > at->refused && i != FIELD_journey && i != FIELD_at) {
            fprintf(stderr, "%s cannot be read; if its column means something else, --map %s= leaves it out",
                    fields[i].name, fields[i].name);
            return true;
        }
    }
    return false;
}

/* Names the likely cause where more than half of the rows were refused. */
static void tell_cause(const told *at, uint64_t rows, uint64_t rejected) {
    const uint64_t *by = at->by_reason;
    const uint64_t half = rejected / 2;
    if (rejected <= rows / 2) {
        return;
    }
    begin_all(at);
    put("more than half of the rows are refused: ");
    if (by[LOG_BAD_UTF8] > half) {
        put("their bytes are not UTF-8; most likely the file is in Windows-1252 or Latin-1: "
            "iconv -f WINDOWS-1252 -t UTF-8 FILE | cxj-report -");
    } else if (by[LOG_BAD_TIME] > half) {
        (void)put_times_cause(at);
    } else if (by[LOG_TOO_FEW_FIELDS] + by[LOG_TOO_MANY_FIELDS] > half) {
        (void)put_form_cause(at);
    } else if (by[LOG_STRAY_QUOTE] + by[LOG_STRAY_TEXT] + by[LOG_UNCLOSED] > half) {
        put("their quotes are not those of CSV; a field with a quote in it stands in quotes, and its quote twice");
    } else if (!put_field_cause(at)) {
        put("see the reasons above");
    }
    put("\n");
}

static void put_moment(int64_t moment) {
    char text[VALUES_MOMENT_TEXT];
    values_write_moment(moment, text);
    put(text);
}

/* Asks for the unit, where numbers are what looks odd. */
static void put_unit(const told *at) {
    if (!at->odd_numbers) {
        put("; are they right?");
    } else if (at->are_seconds && at->options->unit == VALUES_MS && at->far.count == 0) {
        put("; as seconds they are of our time: --unit s");
    } else {
        fprintf(stderr, "; numbers were read as %s: are they in another unit (--unit ms, s, us or ns), days of a "
                        "spreadsheet, or dates without separators?",
                values_unit_name(at->options->unit));
    }
    put("\n");
}

static void tell_moments(const told *at) {
    if (at->early.count > 0) {
        put_count(at, &at->early, " moment lies in 1970 or before", " moments lie in 1970 or before");
        put_unit(at);
    }
    if (at->far.count > 0) {
        put_count(at, &at->far, " moment lies beyond the year 2200", " moments lie beyond the year 2200");
        put_unit(at);
    }
    if (at->has_next && at->latest - at->next > YEAR_MS) {
        begin(at->latest_place.path, at->latest_place.line);
        put(": the latest moment, ");
        put_moment(at->latest);
        put(", lies more than a year beyond the next, ");
        put_moment(at->next);
        put("; is it right?\n");
    }
}

/* Duplicates, conflicts and superseded ones, with their first lines. */
static void tell_repeats(const told *at) {
    if (at->duplicates.count > 0) {
        put_count(at, &at->duplicates, " row is a duplicate: its journey, id and revision came before",
                  " rows are duplicates: their journey, id and revision came before");
        put("\n");
    }
    if (at->conflicts.count > 0) {
        put_count(at, &at->conflicts, " of the duplicates differs from what it repeats",
                  " of the duplicates differ from what they repeat");
        put("; of each two the greater holds; a correction carries a higher revision\n");
    }
    if (at->superseded.count > 0) {
        put_count(at, &at->superseded, " row is superseded by a higher revision of its id",
                  " rows are superseded by higher revisions of their ids");
        put("\n");
    }
}

static void tell_alike(const told *at, const cxj_engine *engine) {
    alike_counts found;
    if (at->no_memory || !alike_count(&at->alike, engine, at->numbered, &found)) {
        return;
    }
    if (found.equal > 0) {
        begin_all(at);
        table_count(stderr, found.equal);
        put(found.equal == 1 ? " touchpoint without an id is equal to another in all fields, and counts"
                             : " touchpoints without an id are equal to others in all fields, and each counts");
        put("; an id column would tell repetitions from rows that came twice\n");
    }
    if (found.tied > 0) {
        begin_all(at);
        table_count(stderr, found.tied);
        put(found.tied == 1 ? " tie of equal moments was decided by hashed text ids"
                            : " ties of equal moments were decided by hashed text ids");
        put(", an order without a meaning; --ties file takes the order of rows, a column sequence your own\n");
    }
}

void told_end(told *at, const cxj_engine *engine, uint64_t rows, uint64_t rejected) {
    tell_cause(at, rows, rejected);
    tell_repeats(at);
    tell_alike(at, engine);
    tell_moments(at);
}

void told_free(told *at) {
    fields_free(&at->last);
    alike_free(&at->alike);
}
