/* What the report says beyond single cells, as tables for people to read.
 *
 * SPDX-License-Identifier: MIT
 *
 * Each analysis is a heading and some lines below it, in words where a number alone would not say whether it is much.
 * Invariant: nothing from outside is printed but through table_text(). */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis.h"
#include "table.h"

enum {
    NAME = 24,    /* columns for one part of a key, or a journey */
    LINES = 20,   /* cells, comparisons */
    CHARTS = 8,   /* control charts */
    PERIODS = 24, /* of a chart, the latest; earlier ones where something is marked */
    JOURNEYS = 12 /* behind a cell */
};

static const char ellipsis[] = "\xE2\x80\xA6";

/* A view that is written, and the metrics of the analysis. */
typedef struct written {
    FILE *out;
    const cxj_view *view;
    cxj_view_info info;
    keys keys;
    size_t *order; /* by the rest of the key */
    const analysis *asked;
    cxj_metric_info first;
    cxj_metric_info second;
} written;

/* ---- Parts of lines -------------------------------------------------------------------------------------- */

/* Writes a key from one of its parts on; a key without parts is all there is. */
static void put_key(const written *at, size_t cell, size_t first) {
    for (size_t part = first; part < at->keys.parts; part++) {
        const cxj_text text = keys_part(&at->keys, cell, part);
        const bool is_to = at->info.grain == CXJ_GRAIN_TRANSITIONS && part == 1U + at->info.has_period;
        fputs(part == first ? "" : is_to ? " \xE2\x86\x92 " : ", ", at->out);
        if (text.length == 0) {
            fputs("(none)", at->out);
        } else {
            (void)table_text(at->out, text.text, text.length, NAME);
        }
    }
    fputs(first < at->keys.parts ? "" : "all", at->out);
}

/* Writes a value, its interval and how much stands behind it. */
static void put_value(const written *at, const cxj_metric_info *info, const cxj_value *value) {
    table_value(at->out, info, value);
    fputs(isnan(value->value) ? "-  n " : "  n ", at->out);
    table_count(at->out, value->n);
}

/* Writes a difference of two values with its interval, in words that say whether it may be chance. */
static void put_difference(const written *at, const cxj_value *value) {
    const bool share = at->first.unit == CXJ_UNIT_SHARE;
    const double factor = share ? 100 : 1;
    const int digits = share || at->first.unit == CXJ_UNIT_POINTS ? 1 : 2;
    if (isnan(value->value)) {
        fputs("nothing to compare", at->out);
        return;
    }
    fprintf(at->out, "%+.*f%s", digits, value->value * factor, share ? " points" : "");
    if (!isnan(value->low)) {
        fprintf(at->out, " (%+.*f to %+.*f)%s", digits, value->low * factor, digits, value->high * factor,
                value->low <= 0 && value->high >= 0 ? ", which may be chance" : "");
    }
}

/* Writes how many there are that are not shown. */
static void put_rest(const written *at, size_t all, size_t shown, const char *what) {
    if (all > shown) {
        fprintf(at->out, "  %s and ", ellipsis);
        table_count(at->out, all - shown);
        fprintf(at->out, " more %s\n", what);
    }
}

/* ---- Analyses -------------------------------------------------------------------------------------------- */

/* How much of what varies a part is (the steps are Cohen's, "Statistical power analysis", 1988). */
static const char *size_of_part(double part) {
    return part < 0.01   ? "next to nothing"
           : part < 0.06 ? "a small part"
           : part < 0.14 ? "a good part"
                         : "a large part";
}

static cxj_status put_spread(const written *at) {
    cxj_spread spread;
    const cxj_status status = cxj_view_spread(at->view, at->first.metric, NULL, 0, &spread, sizeof spread);
    if (status < 0) {
        return status;
    }
    fputs("over ", at->out);
    table_count(at->out, spread.cells);
    fprintf(at->out, " cells, n ");
    table_count(at->out, spread.n);
    if (isnan(spread.eta_squared)) {
        fprintf(at->out, ": %s\n", spread.cells < 2 ? "there are no two to compare" : "nothing varies");
        return CXJ_OK;
    }
    const bool adjusted = !isnan(spread.epsilon_squared);
    fprintf(at->out, ": %s of what varies lies between them\n  \xCE\xB7\xC2\xB2 %.3f",
            size_of_part(adjusted ? spread.epsilon_squared : spread.eta_squared), spread.eta_squared);
    if (adjusted) {
        fprintf(at->out, ", adjusted \xCE\xB5\xC2\xB2 %.3f", spread.epsilon_squared);
    }
    fputc('\n', at->out);
    if (spread.lowest_cell != CXJ_NO_INDEX) {
        fputs("  lowest   ", at->out);
        put_key(at, (size_t)spread.lowest_cell, 0);
        fputs("  ", at->out);
        put_value(at, &at->first, &spread.lowest);
        fputs("\n  highest  ", at->out);
        put_key(at, (size_t)spread.highest_cell, 0);
        fputs("  ", at->out);
        put_value(at, &at->first, &spread.highest);
        fputs("\n  highest less lowest: ", at->out);
        put_difference(at, &spread.difference);
        fputc('\n', at->out);
    }
    return CXJ_OK;
}

/* Writes a bare value: that of a limit, or one without its interval. */
static void put_number(const written *at, double number) {
    table_value(at->out, &at->first, &(cxj_value){number, NAN, NAN, 0});
}

static void put_points(const written *at, const chart *read) {
    const size_t count = (size_t)read->control.points;
    size_t passed = 0;
    for (size_t i = 0; i < count; i++) {
        const cxj_control_point *point = &read->points[i];
        if (count - i > PERIODS && !point->outside && !point->in_run) {
            passed++;
            continue;
        }
        fprintf(at->out, "  %c %s  ", point->outside ? '!' : point->in_run ? '~' : ' ', point->period);
        put_number(at, point->value.value);
        fputs(point->outside ? "  outside the limits" : "", at->out);
        fputs(point->in_run ? "  in a run on one side of the centre" : "", at->out);
        fputc('\n', at->out);
    }
    put_rest(at, passed, 0, "before, which just vary");
}

static cxj_status put_chart(const written *at, size_t cell) {
    chart read;
    const cxj_status status = chart_read(&read, at->view, &at->keys, cell, at->first.metric);
    if (status == CXJ_OK) {
        fputs("  ", at->out);
        put_key(at, cell, 1);
        if (isnan(read.control.centre)) {
            fprintf(at->out, ": %" PRIu64 " periods that are over; limits need eight\n", read.control.points);
        } else {
            fputs(": centre ", at->out);
            put_number(at, read.control.centre);
            fputs(", limits ", at->out);
            put_number(at, read.control.low);
            fputs(" to ", at->out);
            put_number(at, read.control.high);
            fputc('\n', at->out);
        }
        put_points(at, &read);
    }
    free(read.points);
    return status;
}

static cxj_status put_charts(const written *at) {
    cxj_status status = CXJ_OK;
    size_t charts = 0;
    fputs("over time\n", at->out);
    for (size_t begin = 0, end; begin < at->keys.cells && status == CXJ_OK; begin = end) {
        end = keys_rest_end(&at->keys, at->order, begin);
        if (charts++ < CHARTS) {
            status = put_chart(at, at->order[begin]);
        }
    }
    put_rest(at, charts, CHARTS, "keys");
    return status;
}

static cxj_status put_pair(const written *at, const size_t cells[2]) {
    cxj_parity parity;
    const cxj_status status = parity_read(at->view, &at->keys, cells, at->first.metric, &parity);
    if (status == CXJ_OK) {
        fputs("  ", at->out);
        put_key(at, cells[0], 0);
        fputs("  ", at->out);
        put_value(at, &at->first, &parity.a);
        fputs("\n  against ", at->out);
        put_key(at, cells[1], 0);
        fputs("  ", at->out);
        put_value(at, &at->first, &parity.b);
        fputs(":\n    ", at->out);
        put_difference(at, &parity.difference);
        fputc('\n', at->out);
    }
    return status;
}

static cxj_status put_pairs(const written *at) {
    size_t cells[2] = {at->keys.cells - 1, 0};
    size_t pairs = 0;
    cxj_status status = CXJ_OK;
    fputs(at->info.has_period ? "the last period against the first\n" : "the last cell against the first\n", at->out);
    if (!at->info.has_period) {
        return put_pair(at, cells);
    }
    for (size_t begin = 0, end; begin < at->keys.cells && status == CXJ_OK; begin = end) {
        end = keys_rest_end(&at->keys, at->order, begin);
        if (parity_cells(at->view, &at->keys, at->order, begin, end, at->first.metric, cells, &status) &&
            pairs++ < LINES) {
            status = put_pair(at, cells);
        }
    }
    put_rest(at, pairs, LINES, "keys");
    fputs(pairs == 0 ? "  there are no two periods that are over\n" : "", at->out);
    return status;
}

static cxj_status put_relation(const written *at) {
    cxj_relation relation;
    const cxj_status status =
        cxj_view_relation(at->view, at->first.metric, at->second.metric, NULL, 0, &relation, sizeof relation);
    if (status < 0) {
        return status;
    }
    fprintf(at->out, "with %s over ", at->second.name);
    table_count(at->out, relation.n);
    if (isnan(relation.slope)) {
        fputs(" cells: three that differ are needed\n", at->out);
        return CXJ_OK;
    }
    fputs(" cells (association, not cause)\n", at->out);
    if (isnan(relation.r)) {
        fprintf(at->out, "  %s is the same in all of them\n", at->second.name);
        return CXJ_OK;
    }
    fprintf(at->out, "  r %.2f; where %s is 1 higher, %s is %.4g %s", relation.r, at->first.name, at->second.name,
            fabs(relation.slope), relation.slope < 0 ? "lower" : "higher");
    if (!isnan(relation.low)) {
        fprintf(at->out, " (%.4g to %.4g)%s", relation.low, relation.high,
                relation.low <= 0 && relation.high >= 0 ? ", which may be chance" : "");
    }
    fputc('\n', at->out);
    return CXJ_OK;
}

/* The cells that have a line: all or, of a view with a period the latest, else the first. */
static size_t first_line(const written *at) {
    return at->info.has_period && at->keys.cells > LINES ? at->keys.cells - LINES : 0;
}

/* The parts of the key of a cell. */
static void list_parts(const written *at, size_t cell, cxj_text parts[KEYS_PARTS]) {
    for (size_t i = 0; i < at->keys.parts; i++) {
        parts[i] = keys_part(&at->keys, cell, i);
    }
}

static cxj_status put_within(const written *at) {
    static const cxj_metric_info share = {.unit = CXJ_UNIT_SHARE, .kind = CXJ_KIND_SHARE};
    cxj_status status = CXJ_OK;
    fputs("how many were in time\n", at->out);
    for (size_t line = 0; line < LINES && line < at->keys.cells && status >= 0; line++) {
        const size_t cell = first_line(at) + line;
        cxj_text parts[KEYS_PARTS];
        cxj_value value;
        list_parts(at, cell, parts);
        status = cxj_view_within(at->view, parts, sizeof parts[0], at->keys.parts, at->first.metric, at->asked->span,
                                 NULL, 0, &value, sizeof value);
        if (status >= 0) {
            fputs("  ", at->out);
            put_key(at, cell, 0);
            fputs("  ", at->out);
            put_value(at, &share, &value);
            fputc('\n', at->out);
        }
    }
    put_rest(at, at->keys.cells, LINES, at->info.has_period ? "cells before these" : "cells");
    return status < 0 ? status : CXJ_OK;
}

/* ---- Drill-down ------------------------------------------------------------------------------------------ */

static void put_journeys(const written *at, const log_reader *log, size_t cell, const drilled *room) {
    fputs("  ", at->out);
    put_key(at, cell, 0);
    fputs(": ", at->out);
    table_count(at->out, room->count);
    for (size_t i = 0; i < room->count && i < JOURNEYS; i++) {
        char digits[JOURNEY_DIGITS];
        const cxj_text text = journey_text(log, room->journeys[i], digits);
        fputs(i == 0 ? ": " : ", ", at->out);
        (void)table_text(at->out, text.text, text.length, NAME);
    }
    fprintf(at->out, "%s%s", room->count > JOURNEYS ? ", " : "", room->count > JOURNEYS ? ellipsis : "");
    if (room->sealed > 0) {
        fputs("; and of sealed ones ", at->out);
        table_count(at->out, room->sealed);
        fputs(at->info.grain == CXJ_GRAIN_TRANSITIONS ? " transitions" : "", at->out);
    }
    fputc('\n', at->out);
}

static cxj_status put_drill(const written *at, const log_reader *log) {
    drilled room = {.journeys = NULL};
    cxj_status status = CXJ_OK;
    fputs("\njourneys behind each cell\n", at->out);
    for (size_t line = 0; line < LINES && line < at->keys.cells && status == CXJ_OK; line++) {
        cxj_text parts[KEYS_PARTS];
        list_parts(at, first_line(at) + line, parts);
        status = drilled_read(&room, at->view, parts, at->keys.parts);
        if (status == CXJ_OK) {
            put_journeys(at, log, first_line(at) + line, &room);
        }
    }
    put_rest(at, at->keys.cells, LINES, at->info.has_period ? "cells before these" : "cells");
    free(room.journeys);
    return status;
}

/* ---- A view ---------------------------------------------------------------------------------------------- */

static cxj_status put_analysis(written *at, const analysis *asked) {
    static cxj_status (*const puts_kind[ANALYSIS_KINDS])(const written *at) = {put_spread, put_charts, put_pairs,
                                                                               put_relation, put_within};
    static const char *const names[ANALYSIS_KINDS] = {"spread", "control", "parity", "relation", "within"};
    at->asked = asked;
    (void)analysis_metrics(asked, at->info.grain, &at->first, &at->second);
    fprintf(at->out, "\n%s ", names[asked->kind]);
    if (asked->kind == ANALYSIS_WITHIN) {
        (void)table_text(at->out, asked->text, strlen(asked->text), 2 * NAME);
    } else {
        fputs(at->first.name, at->out);
    }
    fputs(": ", at->out);
    return puts_kind[asked->kind](at);
}

cxj_status analysis_tables(FILE *out, const analyses *asked, const log_reader *log, const cxj_view *view) {
    written at = {.out = out, .view = view};
    if (asked->count == 0 && !asked->drill) {
        return CXJ_OK;
    }
    cxj_status status = cxj_view_describe(view, &at.info, sizeof at.info);
    if (status == CXJ_OK) {
        status = keys_read(&at.keys, view);
    }
    if (status == CXJ_OK) {
        at.order = calloc(at.keys.cells + 1, sizeof *at.order);
        status = at.order == NULL || !keys_by_rest(&at.keys, at.order) ? CXJ_NO_MEMORY : CXJ_OK;
    }
    for (size_t i = 0; i < asked->count && status == CXJ_OK; i++) {
        if (analysis_applies(&asked->items[i], &at.info)) {
            status = put_analysis(&at, &asked->items[i]);
        }
    }
    if (status == CXJ_OK && asked->drill) {
        status = put_drill(&at, log);
    }
    free(at.order);
    keys_free(&at.keys);
    return status;
}
