/* What the report program says on stderr about the logs that it reads: of headers, and of rows that are refused.
 *
 * SPDX-License-Identifier: MIT */
#include "told.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "words.h"

enum { LISTED = 60 }; /* columns that are named at most */

/* ---- Columns --------------------------------------------------------------------------------------------- */

/* A column that is no field: its name, and the field to which it is near. */
static void put_column(const fields_layout *layout, size_t column) {
    const cxj_text *name = &layout->names[column];
    const size_t field = fields_nearest(name->text, name->length);
    words_quoted(name->text, name->length);
    if (field == FIELD_COUNT) {
        return;
    }
    fprintf(stderr, " (near %s", fields[field].name);
    if (layout->way[field] == FIELDS_LEFT_OUT) {
        words_put(", which is left out");
    } else if (layout->place[field] != 0) {
        const cxj_text *other = &layout->names[layout->place[field] - 1];
        words_put(", which is ");
        words_quoted(other->text, other->length);
    } else {
        words_put(": ");
        words_map(field, name);
    }
    words_put(")");
}

/* Lists the columns that no field is read from. */
static void put_left_out(const fields_layout *layout, const char *before) {
    size_t count = 0;
    for (size_t i = 0; i < layout->columns; i++) {
        if (layout->slot_of[i] != CSV_SLOTS) {
            continue;
        }
        if (count++ < LISTED) {
            words_put(count == 1 ? before : ", ");
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
        words_begin(at->path, 0);
        put_left_out(layout, ": columns left out: ");
        words_put("\n");
    }
    if (has_return(layout)) {
        words_begin(at->path, 0);
        words_put(": the header has carriage returns (CR) in it, which alone end no line; if they are to: "
                  "tr '\\r' '\\n' <FILE | cxj-report -\n");
    }
}

void told_header(told *at, const log_reader *log) {
    const fields_layout *layout = log_layout(log);
    at->is_numbered = log_is_numbered(log);
    at->numbered |= at->is_numbered;
    told_doubt_header(at, log);
    if (at->last.columns > 0 && fields_are_same(&at->last, layout)) {
        return;
    }
    words_begin(at->path, 0);
    words_put(": fields: ");
    for (size_t i = 0; i < layout->present_count; i++) {
        const size_t field = layout->present[i];
        const cxj_text *column = &layout->names[layout->place[field] - 1];
        fprintf(stderr, "%s%s", i == 0 ? "" : ", ", fields[field].name);
        if (!values_is(column->text, column->length, fields[field].name)) {
            words_put(" ← ");
            words_quoted(column->text, column->length);
        }
    }
    words_put("\n");
    tell_left_out(at, layout);
    if (!fields_copy_names(&at->last, layout)) {
        fields_free(&at->last); /* then the same is said once more */
    }
}

/* ---- Headers that were refused --------------------------------------------------------------------------- */

/* What to do with a file that is no CSV. */
static const char *const file_texts[] = {
    [ADVICE_XES] =
        "it is XES, an event log in XML; the Python package makes CSV of it: python -m cxj convert --from xes FILE -o "
        "LOG.csv (and so do pm4py's convert_to_dataframe() and to_csv(), whose columns are understood)",
    [ADVICE_XML] = "it is XML; write what it holds as CSV, one touchpoint in a row, such as journey,at,owner",
    [ADVICE_JSON] =
        "it is JSON; write it as CSV, one touchpoint in a row (with jq, for one object a line: jq -r "
        "'[.journey, .at, .owner] | @csv', and a first line journey,at,owner); of what a help desk exports, "
        "the Python package makes CSV: python -m cxj --help",
    [ADVICE_GZIP] = "it is compressed by gzip; unpack it: gzip -dc FILE | cxj-report -",
    [ADVICE_ZIP] = "it is a ZIP archive, such as a spreadsheet (.xlsx) is; save the sheet as CSV, or unpack it",
    [ADVICE_PARQUET] = "it is Parquet; write it as CSV (with DuckDB: COPY 'FILE' TO 'log.csv')",
    [ADVICE_UTF16] = "every other byte is NUL, as in UTF-16 without a byte-order mark; save it as UTF-8",
    [ADVICE_SEP] =
        "its first line is for spreadsheets, and names what stands between fields; take that line out, and name "
        "it by --delimiter",
    [ADVICE_TITLE] = NULL,
};

/* Names the options by which the file could be read. */
static void put_advice(const advice *found, const log_options *options) {
    const char *before = "; with ";
    const fields_layout *layout = &found->layout;
    if (found->delimiter != 0) {
        words_put(before);
        words_delimiter(found->delimiter);
        before = " ";
    }
    if (found->journey != 0 && found->at != 0) {
        if (layout->place[FIELD_journey] == 0) {
            words_put(before);
            words_map(FIELD_journey, &layout->names[found->journey - 1]);
            before = " ";
        }
        if (layout->place[FIELD_at] == 0) {
            words_put(before);
            words_map(FIELD_at, &layout->names[found->at - 1]);
            before = " ";
        }
        if (found->orders != 0 && (found->orders >> options->dates & 1) == 0) {
            words_put(before);
            words_orders(found->orders);
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
        words_put(" it can be read");
    } else if (found->at != 0 && found->time_length > 0) {
        words_put(" its columns can be read, but not times such as ");
        words_quoted(found->time, found->time_length);
        words_put(": write them as 2026-11-21 22:43");
    } else {
        words_put(" its columns can be read");
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
    words_put("\n");
}

/* Lists the columns of a header that lacks one. */
static void put_columns(const told *at, const fields_layout *layout) {
    words_begin(at->path, 0);
    words_put(": columns: ");
    const char *before = "";
    for (size_t i = 0; i < layout->columns && i < LISTED; i++) {
        words_put(before);
        before = ", ";
        if (layout->slot_of[i] == CSV_SLOTS) {
            put_column(layout, i);
            continue;
        }
        words_quoted(layout->names[i].text, layout->names[i].length);
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
    words_put("\n");
}

/* Which column is meant is for the user to say. */
static void put_missing(const told *at, const fields_layout *layout) {
    words_begin(at->path, 0);
    words_put(": say which column is which, by its exact name: ");
    const char *before = "";
    const size_t needed[] = {FIELD_journey, FIELD_at};
    for (size_t i = 0; i < 2; i++) {
        if (layout->place[needed[i]] == 0) {
            fprintf(stderr, "%s--map %s=COLUMN", before, fields[needed[i]].name);
            before = " and ";
        }
    }
    words_put("\n");
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
        words_put("; the nearest is ");
        words_quoted(layout->names[nearest - 1].text, layout->names[nearest - 1].length);
    }
}

void told_stopped(told *at, const log_reader *log) {
    const log_refusal *why = log_refused(log);
    const fields_layout *layout = log_layout(log);
    words_begin(at->path, why->reason == LOG_NO_HEADER || why->reason == LOG_NO_MEMORY ? 0 : why->line);
    if (why->reason == LOG_NO_COLUMN) {
        fprintf(stderr, ", --map %s: %s: ", why->name, log_reason_text(why->reason));
        words_quoted(why->text, why->length);
        put_nearest_column(layout, (cxj_text){why->text, why->length});
        words_put("\n");
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
    for (size_t i = 1; i < WORDS_DELIMITERS && found.delimiter != 0; i++) {
        if (words_delimiters[i] == found.delimiter) {
            fprintf(stderr, "; its fields seem to be separated by %s (\"%s\")", words_delimiter_names[i],
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
        words_put("; it can be read with ");
        words_orders(orders);
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
        words_put("; a number or any text, such as 4711 or INC-4711");
        break;
    case KIND_TIME:
        put_wanted_time(at, why);
        break;
    case KIND_COUNT:
        fprintf(stderr, "; a whole number from 0 to %" PRIu64 ", such as 3", field->detail);
        break;
    case KIND_AMOUNT:
        words_put("; money in minor units, a whole number such as 1250 or -1250 (--map value= leaves it out)");
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
            words_put(", for ");
            words_quoted(unknown.text, unknown.length);
        }
        words_put("; facets with | between them, such as inbound|fault");
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
        words_put("; a field with a quote in it stands in quotes, and its quote twice: \"the \"\"new\"\" one\"");
        break;
    case LOG_UNCLOSED:
        words_put("; it takes all that follows, so there is one quote too many, or one is missing");
        break;
    case LOG_BAD_UTF8:
        words_put("; save the file as UTF-8");
        break;
    case LOG_TWO_RATINGS:
        words_put(": give each a row");
        break;
    case LOG_NO_SCALE:
        words_put("; name the scale in the column scale, such as csat5, or put the score into a column csat5");
        break;
    case LOG_NO_SCOPE:
        words_put("; say in the column scope what was rated: touchpoint, journey or employee");
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
    words_begin(at->path, why->line);
    if (why->name != NULL) {
        fprintf(stderr, ", %s", why->name);
        if (why->field < FIELD_COUNT && layout->way[why->field] >= FIELDS_NAMED && layout->place[why->field] != 0) {
            const cxj_text *column = &layout->names[layout->place[why->field] - 1];
            words_put(" (column ");
            words_quoted(column->text, column->length);
            words_put(")");
        }
    } else if (why->column != 0) {
        fprintf(stderr, ", column %" PRIu64, why->column);
    }
    fprintf(stderr, ": %s", log_reason_text(why->reason));
    if (why->text != NULL && why->length > 0) {
        words_put(": ");
        words_quoted(why->text, why->length);
    }
    if (why->other != NULL) {
        words_put(", the other is ");
        words_quoted(why->other, why->other_length);
    }
    if (why->error != 0) {
        fprintf(stderr, ": %s", strerror(why->error));
    }
    if (why->reason == LOG_OFF_SCALE) {
        put_scale(at, log, why);
    } else if (why->field < FIELD_COUNT &&
               (why->reason == LOG_EMPTY || why->reason == LOG_BAD_NUMBER || why->reason == LOG_BAD_TIME ||
                why->reason == LOG_NO_TIME || why->reason == LOG_BAD_WORD || why->reason == LOG_TOO_MUCH)) {
        put_wanted(at, why);
    } else {
        put_wanted_row(at, why);
    }
    words_put("\n");
}
