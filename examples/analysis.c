/* What the report says beyond single cells: reading what is asked for, and writing it as JSON.
 *
 * SPDX-License-Identifier: MIT
 *
 * Idea: each option is read once, against the library's own catalogue, and then looked at for each view: an analysis
 * applies where the view's grain has its metrics. What it takes is asked of the library when it is written; kept are
 * only the keys of a view's cells, by which cells are named. */
#include "analysis.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "table.h"

/* ---- What is asked for ----------------------------------------------------------------------------------- */

/* What the metrics of each kind must be, as a sentence says it; NULL: anything. */
static const char *const must_be[ANALYSIS_KINDS] = {
    [ANALYSIS_SPREAD] = "shares and means compare, not",
    [ANALYSIS_PARITY] = "shares and means compare, not",
    [ANALYSIS_CONTROL] = "there are no limits for quantiles, such as",
};

static bool does_go(analysis_kind kind, const cxj_metric_info *info) {
    switch (kind) {
    case ANALYSIS_SPREAD:
    case ANALYSIS_PARITY:
        return info->compares != 0;
    case ANALYSIS_CONTROL:
        return info->kind != CXJ_KIND_QUANTILE;
    case ANALYSIS_WITHIN:
        return info->kind == CXJ_KIND_QUANTILE;
    default:
        return true;
    }
}

/* Finds a metric by its name and what stands behind it, in a grain, or in any if it is 0.
 * returns  0: there is none of this name, 1: it does not go, 2: it is there */
static int find(analysis_kind kind, uint32_t grain, cxj_text name, cxj_metric_info *info) {
    const char *behind = kind == ANALYSIS_WITHIN ? "_p50" : "";
    int found = 0;
    cxj_metric_info each;
    for (size_t i = 0; found < 2 && cxj_metric_describe(i, &each, sizeof each) == CXJ_OK; i++) {
        if ((grain == 0 || each.grain == grain) && strlen(each.name) == name.length + strlen(behind) &&
            memcmp(each.name, name.text, name.length) == 0 && strcmp(each.name + name.length, behind) == 0) {
            found = does_go(kind, &each) ? 2 : 1;
            *info = each;
        }
    }
    return found;
}

bool analysis_metrics(const analysis *asked, uint32_t grain, cxj_metric_info *first, cxj_metric_info *second) {
    return find(asked->kind, grain, asked->first, first) == 2 &&
           (asked->kind != ANALYSIS_RELATION || find(asked->kind, grain, asked->second, second) == 2);
}

/* Whether a view measures its durations in working hours, as its text says outside of names. */
static bool is_in_working_hours(const cxj_view_info *info) {
    static const char words[] = " in working hours";
    bool quoted = false;
    for (const char *at = info->text; *at != '\0'; at++) {
        quoted = quoted != (*at == '"');
        if (!quoted && strncmp(at, words, sizeof words - 1) == 0) {
            return true;
        }
    }
    return false;
}

bool analysis_applies(const analysis *asked, const cxj_view_info *info) {
    cxj_metric_info first;
    cxj_metric_info second;
    return analysis_metrics(asked, info->grain, &first, &second) &&
           (asked->kind != ANALYSIS_CONTROL || info->has_period) &&
           (asked->kind != ANALYSIS_PARITY || info->cells > 1) && (!asked->is_in_days || !is_in_working_hours(info));
}

/* Reads a span: digits and a unit. */
static bool read_span(const char *text, analysis *made) {
    static const struct {
        char name;
        int64_t minutes;
    } units[] = {{'m', 1}, {'h', 60}, {'d', 24 * 60}, {'w', 7 * 24 * 60}};
    const int64_t most = 5000000, minute = 60000;
    int64_t count = 0;
    size_t digits = 0;
    for (; text[digits] >= '0' && text[digits] <= '9' && count <= most; digits++) {
        count = count * 10 + (text[digits] - '0');
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0] && digits > 0; i++) {
        if (text[digits] == units[i].name && text[digits + 1] == '\0') {
            made->span = count * units[i].minutes * minute;
            made->is_in_days = units[i].minutes > 60;
            return made->span >= minute && made->span <= most * minute;
        }
    }
    return false;
}

/* Looks for a metric in any grain, and says what is wrong if there is none that goes. */
static bool is_metric(const analysis *made, cxj_text name, analysis_fault *fault) {
    cxj_metric_info info;
    const int found = find(made->kind, 0, name, &info);
    if (found == 2) {
        return true;
    }
    *fault = (analysis_fault){
        found == 1                        ? must_be[made->kind]
        : made->kind == ANALYSIS_WITHIN   ? "FAMILY=SPAN is wanted, such as wait=4h; there is no family of durations"
        : made->kind == ANALYSIS_RELATION ? "two metrics are wanted, with a comma between them; there is none named"
                                          : "there is no metric",
        name, NULL};
    if (found == 0) {
        fault->nearest = table_nearest_metric(name.text, name.length);
    }
    return false;
}

bool analyses_add(analyses *asked, analysis_kind kind, const char *text, analysis_fault *fault) {
    const char *cut = kind == ANALYSIS_WITHIN ? "=" : kind == ANALYSIS_RELATION ? "," : "";
    analysis made = {.kind = kind, .text = text};
    const size_t length = strcspn(text, cut);
    const char *rest = text[length] == '\0' ? "" : text + length + 1;
    made.first = (cxj_text){text, length};
    made.second = (cxj_text){rest, strlen(rest)};
    if (!is_metric(&made, made.first, fault) || (kind == ANALYSIS_RELATION && !is_metric(&made, made.second, fault))) {
        return false;
    }
    if (kind == ANALYSIS_WITHIN && !read_span(rest, &made)) {
        *fault = (analysis_fault){"a span of 1m to 5000000m is wanted, such as 4h or 2w, not", made.second, NULL};
        return false;
    }
    for (size_t i = 0; i < asked->count; i++) {
        if (asked->items[i].kind == kind && strcmp(asked->items[i].text, text) == 0) {
            return true;
        }
    }
    analysis *items = realloc(asked->items, (asked->count + 1) * sizeof *items);
    if (items == NULL) {
        *fault = (analysis_fault){NULL, {"", 0}, NULL};
        return false;
    }
    asked->items = items;
    items[asked->count++] = made;
    return true;
}

void analyses_free(analyses *asked) {
    free(asked->items);
    *asked = (analyses){0};
}

/* ---- Keys ------------------------------------------------------------------------------------------------ */

cxj_text keys_part(const keys *read, size_t cell, size_t part) {
    const size_t place = cell * read->parts + part;
    const size_t begin = place == 0 ? 0 : read->ends[place - 1];
    return (cxj_text){read->bytes + begin, read->ends[place] - begin};
}

/* Copies the key on which a cursor stands behind the others. */
static cxj_status read_key(keys *read, size_t cell, cxj_cursor *cursor, size_t *capacity) {
    for (size_t part = 0; part < read->parts; part++) {
        const char *text;
        size_t length;
        const size_t place = cell * read->parts + part;
        const size_t begin = place == 0 ? 0 : read->ends[place - 1];
        const cxj_status status = cxj_cursor_part(cursor, (uint32_t)part, &text, &length);
        if (status != CXJ_OK) {
            return status;
        }
        if (begin + length > *capacity || read->bytes == NULL) {
            const size_t larger = 2 * (begin + length) + 64;
            char *bytes = realloc(read->bytes, larger);
            if (bytes == NULL) {
                return CXJ_NO_MEMORY;
            }
            read->bytes = bytes;
            *capacity = larger;
        }
        memcpy(read->bytes + begin, text, length);
        read->ends[place] = begin + length;
    }
    return CXJ_OK;
}

cxj_status keys_read(keys *read, const cxj_view *view) {
    cxj_view_info info;
    cxj_cursor *cursor = NULL;
    size_t capacity = 0;
    *read = (keys){0};
    cxj_status status = cxj_view_describe(view, &info, sizeof info);
    if (status == CXJ_OK && info.parts > KEYS_PARTS) {
        status = CXJ_BAD_ARGUMENT; /* of a library that is newer than this file */
    }
    if (status != CXJ_OK) {
        return status;
    }
    read->parts = info.parts;
    read->ends = calloc((size_t)info.cells * info.parts + 1, sizeof *read->ends);
    status = read->ends == NULL ? CXJ_NO_MEMORY : cxj_cursor_open(view, NULL, 0, &cursor);
    while (status >= 0 && (status = cxj_cursor_next(cursor)) == CXJ_OK) {
        status = read_key(read, read->cells, cursor, &capacity);
        read->cells += status == CXJ_OK;
    }
    cxj_cursor_close(cursor);
    return status == CXJ_DONE ? CXJ_OK : status;
}

void keys_free(keys *read) {
    free(read->bytes);
    free(read->ends);
    *read = (keys){0};
}

/* A cell to be put in order. */
typedef struct placed {
    const keys *of;
    size_t cell;
} placed;

static int compare_rests(const void *a, const void *b) {
    const placed *x = a;
    const placed *y = b;
    for (size_t part = 1; part < x->of->parts; part++) {
        const cxj_text p = keys_part(x->of, x->cell, part);
        const cxj_text q = keys_part(y->of, y->cell, part);
        const size_t shorter = p.length < q.length ? p.length : q.length;
        const int order = memcmp(p.text, q.text, shorter);
        if (order != 0 || p.length != q.length) {
            return order != 0 ? order : p.length < q.length ? -1 : 1;
        }
    }
    return 0;
}

static int compare_placed(const void *a, const void *b) {
    const placed *x = a;
    const placed *y = b;
    const int order = compare_rests(a, b);
    return order != 0 ? order : x->cell < y->cell ? -1 : x->cell > y->cell;
}

bool keys_by_rest(const keys *read, size_t *order) {
    placed *cells = calloc(read->cells + 1, sizeof *cells);
    if (cells == NULL) {
        return false;
    }
    for (size_t i = 0; i < read->cells; i++) {
        cells[i] = (placed){read, i};
    }
    qsort(cells, read->cells, sizeof *cells, compare_placed);
    for (size_t i = 0; i < read->cells; i++) {
        order[i] = cells[i].cell;
    }
    free(cells);
    return true;
}

bool keys_have_same_rest(const keys *read, size_t a, size_t b) {
    return compare_rests(&(placed){read, a}, &(placed){read, b}) == 0;
}

/* ---- What the library says ------------------------------------------------------------------------------- */

/* Of what lacks something the report says so by itself, at its end. */
static cxj_status done(cxj_status status) {
    return status == CXJ_INCOMPLETE ? CXJ_OK : status;
}

cxj_status chart_read(chart *read, const cxj_view *view, const keys *of, size_t cell, uint32_t metric) {
    cxj_text parts[KEYS_PARTS];
    const size_t count = of->parts - 1;
    *read = (chart){.points = NULL};
    for (size_t i = 0; i < count; i++) {
        parts[i] = keys_part(of, cell, i + 1);
    }
    cxj_status status = cxj_view_control(view, parts, sizeof parts[0], count, metric, 0, NULL, 0, NULL,
                                         sizeof *read->points, &read->control, sizeof read->control);
    if (status == CXJ_TOO_SMALL) {
        const size_t points = (size_t)read->control.points;
        read->points = calloc(points, sizeof *read->points);
        if (read->points == NULL) {
            return CXJ_NO_MEMORY;
        }
        status = cxj_view_control(view, parts, sizeof parts[0], count, metric, points, NULL, 0, read->points,
                                  sizeof *read->points, &read->control, sizeof read->control);
    }
    return done(status);
}

cxj_status parity_read(const cxj_view *view, const keys *of, const size_t cells[2], uint32_t metric,
                       cxj_parity *parity) {
    cxj_text parts[2][KEYS_PARTS];
    for (size_t side = 0; side < 2; side++) {
        for (size_t i = 0; i < of->parts; i++) {
            parts[side][i] = keys_part(of, cells[side], i);
        }
    }
    return done(cxj_view_parity(view, parts[0], parts[1], sizeof parts[0][0], of->parts, metric, NULL, 0, parity,
                                sizeof *parity));
}

size_t keys_rest_end(const keys *read, const size_t *order, size_t begin) {
    size_t end = begin + 1;
    while (end < read->cells && keys_have_same_rest(read, order[begin], order[end])) {
        end++;
    }
    return end;
}

bool parity_cells(const cxj_view *view, const keys *of, const size_t *order, size_t begin, size_t end, uint32_t metric,
                  size_t cells[2], cxj_status *status) {
    chart read;
    size_t found = 0;
    *status = chart_read(&read, view, of, order[begin], metric);
    for (size_t side = 0; side < 2 && *status == CXJ_OK && read.control.points > 1; side++) {
        const char *period = read.points[side == 0 ? read.control.points - 1 : 0].period;
        for (size_t i = begin; i < end; i++) {
            const cxj_text text = keys_part(of, order[i], 0);
            if (text.length == strlen(period) && memcmp(text.text, period, text.length) == 0) {
                cells[side] = order[i];
                found++;
            }
        }
    }
    free(read.points);
    return found == 2;
}

cxj_status drilled_read(drilled *read, const cxj_view *view, const cxj_text *parts, size_t part_count) {
    cxj_status status = cxj_view_journeys(view, parts, sizeof *parts, part_count, read->capacity, NULL, 0,
                                          read->journeys, &read->count, &read->sealed);
    if (status == CXJ_TOO_SMALL) {
        uint64_t *larger = realloc(read->journeys, read->count * sizeof *larger);
        if (larger == NULL) {
            return CXJ_NO_MEMORY;
        }
        read->journeys = larger;
        read->capacity = read->count;
        status = cxj_view_journeys(view, parts, sizeof *parts, part_count, read->capacity, NULL, 0, read->journeys,
                                   &read->count, &read->sealed);
    }
    return done(status);
}

cxj_text journey_text(const log_reader *log, uint64_t journey, char room[JOURNEY_DIGITS]) {
    cxj_text text;
    if (log != NULL && log_text(log, journey, &text)) {
        return text;
    }
    const int length = snprintf(room, JOURNEY_DIGITS, "%" PRIu64, journey);
    return (cxj_text){room, (size_t)length};
}

/* ---- JSON ------------------------------------------------------------------------------------------------ */

/* Writes a name and a colon, with a comma before all but the first of an object. */
static void write_name(FILE *out, const char *name, const char **comma) {
    fputs(*comma, out);
    json_text(out, name, strlen(name));
    fputs(": ", out);
    *comma = ", ";
}

static void write_number(FILE *out, const char *name, double number, const char **comma) {
    write_name(out, name, comma);
    json_number(out, number);
}

static void write_bool(FILE *out, const char *name, int is_so, const char **comma) {
    write_name(out, name, comma);
    fputs(is_so ? "true" : "false", out);
}

static void write_interval(FILE *out, double low, double high, const char **comma) {
    write_name(out, "interval", comma);
    if (isnan(low) || isnan(high)) {
        fputs("null", out);
        return;
    }
    fputc('[', out);
    json_number(out, low);
    fputs(", ", out);
    json_number(out, high);
    fputc(']', out);
}

/* Writes the key of a cell, from one of its parts on. */
static void write_key(FILE *out, const cxj_view *view, const keys *of, size_t cell, size_t first) {
    const char *comma = "";
    fputc('{', out);
    for (size_t part = first; part < of->parts; part++) {
        const char *name = "";
        const cxj_text text = keys_part(of, cell, part);
        (void)cxj_view_part(view, (uint32_t)part, &name, NULL);
        write_name(out, name, &comma);
        json_text(out, text.text, text.length);
    }
    fputc('}', out);
}

static void write_extreme(FILE *out, const char *name, const cxj_view *view, const keys *of, uint64_t cell,
                          const cxj_value *value, const char **comma) {
    const char *inner = ", ";
    write_name(out, name, comma);
    if (cell == CXJ_NO_INDEX) {
        fputs("null", out);
        return;
    }
    fputs("{\"key\": ", out);
    write_key(out, view, of, (size_t)cell, 0);
    write_number(out, "value", value->value, &inner);
    write_number(out, "n", (double)value->n, &inner);
    fputc('}', out);
}

static cxj_status write_spread(FILE *out, const cxj_view *view, const keys *of, uint32_t metric) {
    cxj_spread spread;
    const char *comma = "";
    const cxj_status status = done(cxj_view_spread(view, metric, NULL, 0, &spread, sizeof spread));
    if (status == CXJ_OK) {
        fputc('{', out);
        write_number(out, "n", (double)spread.n, &comma);
        write_number(out, "cells", (double)spread.cells, &comma);
        write_number(out, "eta2", spread.eta_squared, &comma);
        write_number(out, "epsilon2", spread.epsilon_squared, &comma);
        write_extreme(out, "lowest", view, of, spread.lowest_cell, &spread.lowest, &comma);
        write_extreme(out, "highest", view, of, spread.highest_cell, &spread.highest, &comma);
        write_number(out, "difference", spread.difference.value, &comma);
        write_interval(out, spread.difference.low, spread.difference.high, &comma);
        fputc('}', out);
    }
    return status;
}

/* Writes the control chart of the rest of a cell's key. */
static cxj_status write_chart(FILE *out, const cxj_view *view, const keys *of, size_t cell, uint32_t metric) {
    chart read;
    const cxj_status status = chart_read(&read, view, of, cell, metric);
    if (status == CXJ_OK) {
        const char *comma = ", ";
        fputs("{\"key\": ", out);
        write_key(out, view, of, cell, 1);
        fputs(", \"points\": [", out);
        for (size_t i = 0; i < read.control.points; i++) {
            const cxj_control_point *point = &read.points[i];
            const char *inner = "";
            fputs(i == 0 ? "{" : ", {", out);
            write_name(out, "period", &inner);
            json_text(out, point->period, strlen(point->period));
            write_number(out, "value", point->value.value, &inner);
            write_bool(out, "outside", point->outside, &inner);
            write_bool(out, "run", point->in_run, &inner);
            fputc('}', out);
        }
        fputc(']', out);
        write_number(out, "centre", read.control.centre, &comma);
        write_number(out, "low", read.control.low, &comma);
        write_number(out, "high", read.control.high, &comma);
        fputc('}', out);
    }
    free(read.points);
    return status;
}

/* Writes the comparison of two cells. */
static cxj_status write_pair(FILE *out, const cxj_view *view, const keys *of, const size_t cells[2], uint32_t metric) {
    cxj_parity parity;
    const cxj_status status = parity_read(view, of, cells, metric, &parity);
    if (status == CXJ_OK) {
        const char *comma = ", ";
        fputs("{\"a\": ", out);
        write_key(out, view, of, cells[0], 0);
        write_number(out, "a_n", (double)parity.a.n, &comma);
        fputs(", \"b\": ", out);
        write_key(out, view, of, cells[1], 0);
        write_number(out, "b_n", (double)parity.b.n, &comma);
        write_number(out, "difference", parity.difference.value, &comma);
        write_interval(out, parity.difference.low, parity.difference.high, &comma);
        fputc('}', out);
    }
    return status;
}

/* A view that is written: its keys, and the order of their rests where its keys have a period. */
typedef struct written {
    FILE *out;
    const cxj_view *view;
    cxj_view_info info;
    keys keys;
    size_t *order;
} written;

static cxj_status write_charts(const written *at, uint32_t metric) {
    cxj_status status = CXJ_OK;
    for (size_t begin = 0, end; begin < at->keys.cells && status == CXJ_OK; begin = end) {
        end = keys_rest_end(&at->keys, at->order, begin);
        fputs(begin == 0 ? "[" : ", ", at->out);
        status = write_chart(at->out, at->view, &at->keys, at->order[begin], metric);
    }
    fputs(at->keys.cells == 0 ? "[]" : "]", at->out);
    return status;
}

static cxj_status write_pairs(const written *at, uint32_t metric) {
    size_t cells[2] = {at->keys.cells - 1, 0};
    const char *comma = "";
    cxj_status status = CXJ_OK;
    fputc('[', at->out);
    if (!at->info.has_period) {
        status = write_pair(at->out, at->view, &at->keys, cells, metric);
    }
    for (size_t begin = 0, end; at->info.has_period && begin < at->keys.cells && status == CXJ_OK; begin = end) {
        end = keys_rest_end(&at->keys, at->order, begin);
        if (parity_cells(at->view, &at->keys, at->order, begin, end, metric, cells, &status)) {
            fputs(comma, at->out);
            status = write_pair(at->out, at->view, &at->keys, cells, metric);
            comma = ", ";
        }
    }
    fputc(']', at->out);
    return status;
}

static cxj_status write_relation(const written *at, uint32_t first, uint32_t second) {
    cxj_relation relation;
    const char *comma = "";
    const cxj_status status = done(cxj_view_relation(at->view, first, second, NULL, 0, &relation, sizeof relation));
    if (status != CXJ_OK || isnan(relation.slope)) {
        fputs("null", at->out);
        return status;
    }
    fputc('{', at->out);
    write_number(at->out, "n", (double)relation.n, &comma);
    write_number(at->out, "r", relation.r, &comma);
    write_number(at->out, "slope", relation.slope, &comma);
    write_number(at->out, "intercept", relation.intercept, &comma);
    write_interval(at->out, relation.low, relation.high, &comma);
    fputc('}', at->out);
    return status;
}

/* Writes one analysis. */
static cxj_status write_analysis(const written *at, const analysis *asked) {
    cxj_metric_info first = {.metric = 0};
    cxj_metric_info second = {.metric = 0};
    (void)analysis_metrics(asked, at->info.grain, &first, &second);
    switch (asked->kind) {
    case ANALYSIS_SPREAD:
        return write_spread(at->out, at->view, &at->keys, first.metric);
    case ANALYSIS_CONTROL:
        return write_charts(at, first.metric);
    case ANALYSIS_PARITY:
        return write_pairs(at, first.metric);
    default:
        return write_relation(at, first.metric, second.metric);
    }
}

/* Writes all analyses of one kind that apply to a view. */
static cxj_status write_kind(const written *at, const analyses *asked, analysis_kind kind) {
    static const char *const names[ANALYSIS_KINDS] = {"spread", "control", "parity", "relation", "within"};
    const char *comma = "";
    cxj_status status = CXJ_OK;
    for (size_t i = 0; i < asked->count && status == CXJ_OK; i++) {
        const analysis *each = &asked->items[i];
        if (each->kind == kind && analysis_applies(each, &at->info)) {
            if (comma[0] == '\0') {
                fprintf(at->out, ",\n  \"%s\": {", names[kind]);
            }
            write_name(at->out, each->text, &comma);
            status = write_analysis(at, each);
        }
    }
    fputs(comma[0] == '\0' ? "" : "}", at->out);
    return status;
}

cxj_status analysis_json_view(FILE *out, const analyses *asked, const cxj_view *view) {
    written at = {.out = out, .view = view};
    if (asked->count == 0) {
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
    for (analysis_kind kind = 0; kind < ANALYSIS_WITHIN && status == CXJ_OK; kind++) {
        status = write_kind(&at, asked, kind);
    }
    free(at.order);
    keys_free(&at.keys);
    return status;
}

/* Writes what was within each span that applies to a cell. */
static cxj_status write_within(FILE *out, const analyses *asked, const cxj_view *view, const cxj_view_info *info,
                               const cxj_text *parts) {
    const char *comma = "";
    cxj_status status = CXJ_OK;
    for (size_t i = 0; i < asked->count && status == CXJ_OK; i++) {
        const analysis *each = &asked->items[i];
        cxj_metric_info metric;
        cxj_value value;
        if (each->kind != ANALYSIS_WITHIN || !analysis_applies(each, info) ||
            !analysis_metrics(each, info->grain, &metric, &metric)) {
            continue;
        }
        fputs(comma[0] == '\0' ? ",\n   \"within\": {" : "", out);
        write_name(out, each->text, &comma);
        status = done(cxj_view_within(view, parts, sizeof *parts, info->parts, metric.metric, each->span, NULL, 0,
                                      &value, sizeof value));
        if (status != CXJ_OK || isnan(value.value)) {
            fputs("null", out);
            continue;
        }
        const char *inner = "";
        fputc('{', out);
        write_number(out, "value", value.value, &inner);
        write_number(out, "n", (double)value.n, &inner);
        write_interval(out, value.low, value.high, &inner);
        fputc('}', out);
    }
    fputs(comma[0] == '\0' ? "" : "}", out);
    return status;
}

cxj_status analysis_json_cell(FILE *out, const analyses *asked, const log_reader *log, const cxj_view *view,
                              const cxj_view_info *info, const cxj_text *parts, drilled *room) {
    cxj_status status = write_within(out, asked, view, info, parts);
    if (status != CXJ_OK || !asked->drill) {
        return status;
    }
    status = drilled_read(room, view, parts, info->parts);
    fputs(",\n   \"drill\": [", out);
    for (size_t i = 0; i < room->count && status == CXJ_OK; i++) {
        char digits[JOURNEY_DIGITS];
        const cxj_text text = journey_text(log, room->journeys[i], digits);
        fputs(i == 0 ? "" : ", ", out);
        json_text(out, text.text, text.length);
    }
    fputc(']', out);
    return status;
}
