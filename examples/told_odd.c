/* What the report program says on stderr about the logs that it reads: of what looks odd though it could be read.
 *
 * SPDX-License-Identifier: MIT */
#include "told.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "table.h"
#include "words.h"

#define YEAR_MS INT64_C(31536000000)
#define FAR INT64_C(7289654400000) /* 2201-01-01, the first moment beyond the year 2200 */

/* ---- What is noticed while reading ----------------------------------------------------------------------- */

void told_file(told *at, const char *path) {
    at->path = path;
    at->files++;
}

void told_note(told *at, const log_reader *log, told_count *of) {
    if (of->count++ == 0) {
        of->first = (told_place){at->path, log_line(log), 0};
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
    told_note(at, log, of);
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
    told_doubt_row(at, log, touchpoint);
    told_meet(at, touchpoint);
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
    for (size_t i = 0; i < WORDS_DELIMITERS; i++) {
        size_t fields_there = 1;
        for (size_t j = 0; j < row.length; j++) {
            fields_there += row.text[j] == words_delimiters[i];
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

/* Where the first of several rows stands, in parentheses. */
static void put_place(const told *at, const told_place *place) {
    words_put(" (the first in ");
    if (at->files > 1) {
        words_path(place->path);
        words_put(", ");
    }
    if (place->last_line != 0) {
        fprintf(stderr, "lines %" PRIu64 " to %" PRIu64 ")", place->line, place->last_line);
    } else {
        fprintf(stderr, "line %" PRIu64 ")", place->line);
    }
}

void told_begin(const told *at) {
    if (at->files > 1) {
        fprintf(stderr, "cxj-report: %zu files: ", at->files);
    } else {
        words_begin(at->path, 0);
        words_put(": ");
    }
}

void told_count_rows(const told *at, const told_count *of, const char *one, const char *many) {
    told_begin(at);
    table_count(stderr, of->count);
    words_put(of->count == 1 ? one : many);
    if (of->first.path != NULL) {
        put_place(at, &of->first);
    }
}

/* Why most rows were refused, where that can be seen. returns  whether it can */
static bool put_times_cause(const told *at) {
    const unsigned orders = advice_orders(&at->times) & ~(1U << at->options->dates);
    const values_unit unit = advice_unit(&at->times);
    if (orders != 0) {
        words_put(at->options->dates == VALUES_ISO
                      ? "their dates are written another way; they can be read with "
                      : "their dates are written the other way round; they can be read with ");
        words_orders(orders);
    } else if (unit != VALUES_UNITS && unit != at->options->unit) {
        fprintf(stderr, "their times are numbers of another unit; they can be read with --unit %s",
                values_unit_name(unit));
    } else {
        words_put("their times cannot be read; they are such as 2026-11-21 22:43, or --dates and --unit say otherwise");
    }
    return true;
}

static bool put_form_cause(const told *at) {
    for (size_t i = 0; i < WORDS_DELIMITERS; i++) {
        if (2 * at->by_delimiter[i] > at->refused) {
            fprintf(stderr,
                    "their fields seem to be separated by %s, as those of the header are not; write both alike, "
                    "and name it: ",
                    words_delimiter_names[i]);
            words_delimiter(words_delimiters[i]);
            return true;
        }
    }
    words_put("they have more or fewer fields than the header; a field with the delimiter in it stands in quotes");
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
    told_begin(at);
    words_put("more than half of the rows are refused: ");
    if (by[LOG_BAD_UTF8] > half) {
        words_put("their bytes are not UTF-8; most likely the file is in Windows-1252 or Latin-1: "
                  "iconv -f WINDOWS-1252 -t UTF-8 FILE | cxj-report -");
    } else if (by[LOG_BAD_TIME] > half) {
        (void)put_times_cause(at);
    } else if (by[LOG_TOO_FEW_FIELDS] + by[LOG_TOO_MANY_FIELDS] > half) {
        (void)put_form_cause(at);
    } else if (by[LOG_STRAY_QUOTE] + by[LOG_STRAY_TEXT] + by[LOG_UNCLOSED] > half) {
        words_put(
            "their quotes are not those of CSV; a field with a quote in it stands in quotes, and its quote twice");
    } else if (!put_field_cause(at)) {
        words_put("see the reasons above");
    }
    words_put("\n");
}

static void put_moment(int64_t moment) {
    char text[VALUES_MOMENT_TEXT];
    values_write_moment(moment, text);
    words_put(text);
}

/* Asks for the unit, where numbers are what looks odd. */
static void put_unit(const told *at) {
    if (!at->odd_numbers) {
        words_put("; are they right?");
    } else if (at->are_seconds && at->options->unit == VALUES_MS && at->far.count == 0) {
        words_put("; as seconds they are of our time: --unit s");
    } else {
        fprintf(stderr,
                "; numbers were read as %s: are they in another unit (--unit ms, s, us or ns), days of a "
                "spreadsheet, or dates without separators?",
                values_unit_name(at->options->unit));
    }
    words_put("\n");
}

static void tell_moments(const told *at) {
    if (at->early.count > 0) {
        told_count_rows(at, &at->early, " moment lies in 1970 or before", " moments lie in 1970 or before");
        put_unit(at);
    }
    if (at->far.count > 0) {
        told_count_rows(at, &at->far, " moment lies beyond the year 2200", " moments lie beyond the year 2200");
        put_unit(at);
    }
    if (at->has_next && at->latest - at->next > YEAR_MS) {
        words_begin(at->latest_place.path, at->latest_place.line);
        words_put(": the latest moment, ");
        put_moment(at->latest);
        words_put(", lies more than a year beyond the next, ");
        put_moment(at->next);
        words_put("; is it right?\n");
    }
}

/* Duplicates, conflicts and superseded ones, with their first lines. */
static void tell_repeats(const told *at) {
    if (at->duplicates.count > 0) {
        told_count_rows(at, &at->duplicates, " row is a duplicate: its journey, id and revision came before",
                        " rows are duplicates: their journey, id and revision came before");
        words_put("\n");
    }
    if (at->conflicts.count > 0) {
        told_count_rows(at, &at->conflicts, " of the duplicates differs from what it repeats",
                        " of the duplicates differ from what they repeat");
        words_put("; of each two the greater holds; a correction carries a higher revision\n");
    }
    if (at->superseded.count > 0) {
        told_count_rows(at, &at->superseded, " row is superseded by a higher revision of its id",
                        " rows are superseded by higher revisions of their ids");
        words_put("\n");
    }
}

static void tell_alike(const told *at, const cxj_engine *engine) {
    alike_counts found;
    if (at->no_memory || !alike_count(&at->alike, engine, at->numbered, &found)) {
        return;
    }
    if (found.equal > 0) {
        told_begin(at);
        table_count(stderr, found.equal);
        words_put(found.equal == 1 ? " touchpoint without an id is equal to another in all fields, and counts"
                                   : " touchpoints without an id are equal to others in all fields, and each counts");
        words_put("; an id column would tell repetitions from rows that came twice\n");
    }
    if (found.tied > 0) {
        told_begin(at);
        table_count(stderr, found.tied);
        words_put(found.tied == 1 ? " tie of equal moments was decided by hashed text ids"
                                  : " ties of equal moments were decided by hashed text ids");
        words_put(", an order without a meaning; --ties file takes the order of rows, a column sequence your own\n");
    }
}

void told_end(told *at, const cxj_engine *engine, uint64_t rows, uint64_t rejected) {
    tell_cause(at, rows, rejected);
    tell_repeats(at);
    tell_alike(at, engine);
    tell_moments(at);
    told_doubts_end(at, engine);
    told_awaited_end(at, engine);
}

void told_free(told *at) {
    fields_free(&at->last);
    alike_free(&at->alike);
}
