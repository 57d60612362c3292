/* What the report program says on stderr about the logs that it reads: of what is well formed, and perhaps not meant.
 *
 * SPDX-License-Identifier: MIT
 *
 * Idea: exports write days as midnights, nobody as NULL, and what is of a case into each of its rows. All of it can be
 * read, and makes figures of which nobody sees that they are wrong. So it is asked, where chance is unlikely.
 *
 * What is looked at is bounded: some journeys, some names. */
#include "told.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "words.h"

enum {
    NAMES = 10000, /* of a dimension, that are looked at */
    EXAMPLES = 3
};

/* ---- While reading --------------------------------------------------------------------------------------- */

void told_doubt_header(told *at, const log_reader *log) {
    const fields_layout *layout = log_layout(log);
    const bool has[TOLD_SAYINGS] = {layout->place[FIELD_value] != 0, layout->place[FIELD_due] != 0,
                                    layout->place[FIELD_scale] != 0 || layout->has_ratings};
    for (unsigned i = 0; i < TOLD_SAYINGS; i++) {
        at->doubts.looked_at |= (unsigned)has[i] << i;
    }
}

/* The place of a journey, or an empty one. */
static told_journey *place_of(told_doubts *at, uint64_t journey) {
    size_t place = (size_t)(journey * UINT64_C(0x9E3779B97F4A7C15) >> 53);
    while (at->places[place].journey != 0 && at->places[place].journey != journey) {
        place = (place + 1) & (TOLD_PLACES - 1);
    }
    return &at->places[place];
}

/* Compares what a row says with the first of its journey. */
static void note_sayings(told_doubts *at, const cxj_touchpoint *touchpoint) {
    const int64_t rating = (int64_t)touchpoint->scale << 16 | touchpoint->scope << 8 | touchpoint->score;
    const int64_t said[TOLD_SAYINGS] = {touchpoint->value, touchpoint->due, rating};
    told_journey *journey = place_of(at, touchpoint->journey);
    if (journey->journey == 0) {
        if (at->journeys < TOLD_JOURNEYS) {
            at->journeys++;
            *journey = (told_journey){touchpoint->journey, 1, {said[0], said[1], said[2]}};
        }
        return;
    }
    journey->rows++;
    for (unsigned i = 0; i < TOLD_SAYINGS; i++) {
        at->varied |= (unsigned)(said[i] != journey->said[i]) << i;
    }
}

/* Whether a text is a number with an exponent, such as 1.23457E+11. */
static bool is_rounded(cxj_text text) {
    return text.length > 6 && (text.text[1] == '.' || text.text[1] == ',') && text.text[text.length - 4] == 'E' &&
           text.text[text.length - 3] == '+';
}

void told_doubt_row(told *at, const log_reader *log, const cxj_touchpoint *touchpoint) {
    told_doubts *doubts = &at->doubts;
    const values_moments *moments = log_moments(log);
    if (touchpoint->due != 0 && !doubts->has_clock && !values_is_midnight(moments, touchpoint->due + 1)) {
        told_note(at, log, &doubts->dues);
        doubts->has_clock = !values_is_midnight(moments, touchpoint->due);
    }
    if ((doubts->looked_at & ~doubts->varied) != 0) {
        note_sayings(doubts, touchpoint);
    }
    if (touchpoint->journey >> 63 != 0 && is_rounded(log_field(log, FIELD_journey))) {
        told_note(at, log, &doubts->rounded);
    }
}

/* ---- In the end ------------------------------------------------------------------------------------------ */

static void tell_rows(const told *at) {
    const told_doubts *doubts = &at->doubts;
    if (doubts->dues.count > 1 && !doubts->has_clock) {
        told_begin(at);
        words_put("all ");
        table_count(stderr, doubts->dues.count);
        words_put(
            " times in due are midnight; if they are days, write them without a time: what is due on a day is kept "
            "until its end\n");
    }
    if (doubts->rounded.count > 0) {
        told_count_rows(at, &doubts->rounded, " row has a journey such as 1.23457E+11",
                        " rows have journeys such as 1.23457E+11");
        words_put(", which a spreadsheet rounded, so that several look like one; export them as text\n");
    }
}

/* Whether all rows of each journey say the same, of so many journeys that this is no chance. *example is one. */
static bool is_of_case(const told_doubts *at, unsigned saying, const told_journey **example) {
    size_t same = 0;
    size_t longer = 0;
    bool differ = false;
    for (size_t i = 0; i < TOLD_PLACES && (at->looked_at & ~at->varied & 1U << saying) != 0; i++) {
        const told_journey *journey = &at->places[i];
        if (journey->rows < 2 || journey->said[saying] == 0) {
            continue;
        }
        differ |= same++ > 0 && journey->said[saying] != (*example)->said[saying];
        longer += journey->rows > 2;
        *example = journey;
    }
    return longer > 1 || (same > 1 && differ);
}

static void tell_case(const told *at) {
    static const char *const why[TOLD_SAYINGS] = {
        [TOLD_VALUE] = "it counts once a row",
        [TOLD_DUE] = "after the end, or once it is delivered, each row promises it anew",
        [TOLD_RATING] = "it counts once a row"};
    for (unsigned i = 0; i < TOLD_SAYINGS; i++) {
        const told_journey *example = NULL;
        if (is_of_case(&at->doubts, i, &example)) {
            const char *const names[TOLD_SAYINGS] = {"value", "due",
                                                     values_word(VALUES_SCALE, (unsigned)(example->said[i] >> 16))};
            told_begin(at);
            fprintf(
                stderr,
                "%s says the same in all rows of each journey; if it is of the case, write it in one row of each: %s\n",
                names[i], why[i]);
        }
    }
}

/* ---- Names ----------------------------------------------------------------------------------------------- */

static unsigned char lower(char character) {
    const unsigned char byte = (unsigned char)character;
    return byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte - 'A' + 'a') : byte;
}

static bool is_blank(char character) {
    return character == ' ' || character == '\t';
}

/* A name without blanks at its ends. */
static cxj_text trimmed(cxj_text name) {
    while (name.length > 0 && is_blank(name.text[name.length - 1])) {
        name.length--;
    }
    while (name.length > 0 && is_blank(name.text[0])) {
        name.text++;
        name.length--;
    }
    return name;
}

/* Compares names, whatever their case and the blanks at their ends. */
static int compare(const void *a, const void *b) {
    const cxj_text x = trimmed(*(const cxj_text *)a);
    const cxj_text y = trimmed(*(const cxj_text *)b);
    for (size_t i = 0; i < x.length && i < y.length; i++) {
        if (lower(x.text[i]) != lower(y.text[i])) {
            return lower(x.text[i]) < lower(y.text[i]) ? -1 : 1;
        }
    }
    return (x.length > y.length) - (x.length < y.length);
}

/* The same, and then by their bytes. */
static int compare_wholly(const void *a, const void *b) {
    const cxj_text *x = a, *y = b;
    const int order = compare(a, b);
    const int bytes = memcmp(x->text, y->text, x->length < y->length ? x->length : y->length);
    return order != 0 ? order : bytes != 0 ? bytes : (x->length > y->length) - (x->length < y->length);
}

/* Whether programs write this where there is nothing. */
static bool is_nobody(const cxj_text *name) {
    static const char *const words[] = {"null", "(null)", "none", "nan", "<na>", "n/a", "#n/a", "\\n", "-"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const cxj_text word = {words[i], strlen(words[i])};
        if (compare(name, &word) == 0) {
            return true;
        }
    }
    return false;
}

static void tell_nobody(const told *at, const char *dimension, const cxj_text *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (is_nobody(&names[i])) {
            told_begin(at);
            fprintf(stderr, "%s has the name ", dimension);
            words_quoted(names[i].text, names[i].length);
            words_put(": if that stands for none, ");
            words_none(names[i]);
            words_put("\n");
        }
    }
}

/* Says which names, in order, differ by case or blanks alone. */
static void tell_variants(const told *at, const char *dimension, const cxj_text *names, size_t count) {
    size_t found = 0;
    for (size_t i = 1; i < count; i++) {
        if (compare(&names[i - 1], &names[i]) != 0 || found++ >= EXAMPLES) {
            continue;
        }
        if (found == 1) {
            told_begin(at);
        }
        fprintf(stderr, found == 1 ? "%s has " : ", ", dimension);
        words_quoted(names[i - 1].text, names[i - 1].length);
        words_put(" and ");
        words_quoted(names[i].text, names[i].length);
    }
    if (found > EXAMPLES) {
        fprintf(stderr, " and %zu more such pairs", found - EXAMPLES);
    }
    words_put(found == 0 ? "" : found == 1 ? ": they count as two\n" : ": each counts by itself\n");
}

static void tell_names(const told *at, const cxj_engine *engine) {
    cxj_text *names = malloc(NAMES * sizeof *names);
    cxj_dimension_info info;
    for (uint32_t i = CXJ_DIMENSION_OWNER; i <= CXJ_DIMENSION_REASON && names != NULL; i++) {
        size_t count = 0;
        (void)cxj_dimension_describe(engine, i, &info, sizeof info);
        for (uint32_t code = 1; code <= info.names && code <= NAMES; code++) {
            cxj_text *name = &names[count];
            count += !told_is_awaited(at, i, code) && cxj_name(engine, i, code, &name->text, &name->length) == CXJ_OK;
        }
        qsort(names, count, sizeof *names, compare_wholly);
        tell_nobody(at, info.name, names, count);
        tell_variants(at, info.name, names, count);
    }
    free(names);
}

void told_doubts_end(const told *at, const cxj_engine *engine) {
    tell_rows(at);
    tell_case(at);
    tell_names(at, engine);
}
