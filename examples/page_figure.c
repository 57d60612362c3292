/* One figure of a page: the cells of a view, as JSON and as a plain table.
 *
 * SPDX-License-Identifier: MIT
 *
 * Idea: all cells of a view are read, of which a page shows the largest; what is left out is counted. What a page shows
 * fits on a screen, so the rows that are chosen, with all their columns, are kept as one table, and both the JSON and
 * the plain table are written from it.
 *
 * Invariant: names from outside are written through figure_text() and json_text() alone. */
#include "page_figure.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drivers.h"
#include "json.h"

/* The cells of a view, and what was chosen of them. */
typedef struct cells {
    const figure *of;
    const cxj_view *view;
    const char *text;
    cxj_view_info info;
    keys keys;
    cxj_metric_info metrics[FIGURE_COLUMNS]; /* of the columns */
    analyses within;                         /* families within a span, in the order of their columns */
    double *values; /* of all cells, column by column; owned, likewise what follows. None of columns within a span */
    size_t *rows;   /* the cells that are chosen */
    size_t row_count;
    cxj_value *table;           /* row by row */
    bool has[FIGURE_COLUMNS];   /* a column has a value in some row */
    bool tells[FIGURE_COLUMNS]; /* one that is not 0 */
    size_t eligible;            /* cells from which was chosen */
    double total;               /* of these, in the column by which was chosen */
    double unstated;            /* the same of cells left out because nobody stated their names */
    const figure_column *main;  /* NULL: none tells anything */
    bool is_stated;             /* some cell has names */
} cells;

void figure_text(FILE *out, const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        switch (text[i]) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\0':
            fputs("\xEF\xBF\xBD", out); /* HTML has no such character */
            break;
        default:
            fputc(text[i], out);
        }
    }
}

static void put_text(FILE *out, const char *text) {
    figure_text(out, text, strlen(text));
}

static bool is_within(const figure_column *column) {
    return strchr(column->name, '=') != NULL;
}

/* ---- Reading --------------------------------------------------------------------------------------------- */

/* Finds what the columns are. A name that is none is a mistake of the template. */
static cxj_status find_columns(cells *at) {
    for (size_t c = 0; c < at->of->column_count; c++) {
        const figure_column *column = &at->of->columns[c];
        analysis_fault fault;
        if (is_within(column)) {
            if (!analyses_add(&at->within, ANALYSIS_WITHIN, column->name, &fault)) {
                return fault.sentence == NULL ? CXJ_NO_MEMORY : CXJ_NOT_FOUND;
            }
            if (!analysis_metrics(&at->within.items[at->within.count - 1], at->info.grain, &at->metrics[c],
                                  &at->metrics[c])) {
                return CXJ_NOT_FOUND;
            }
            continue;
        }
        bool found = false;
        for (size_t i = 0; !found && cxj_metric_describe(i, &at->metrics[c], sizeof at->metrics[c]) == CXJ_OK; i++) {
            found = at->metrics[c].grain == at->info.grain && strcmp(at->metrics[c].name, column->name) == 0;
        }
        if (!found) {
            return CXJ_NOT_FOUND;
        }
    }
    return CXJ_OK;
}

/* Reads the values of all cells: those of a column begin at its number times the cells. */
static cxj_status read_values(cells *at) {
    uint32_t metrics[FIGURE_COLUMNS];
    size_t count = 0;
    for (size_t c = 0; c < at->of->column_count; c++) {
        metrics[c] = at->metrics[c].metric; /* the quantile where it is a family within a span: not looked at */
    }
    at->values = calloc(at->keys.cells * at->of->column_count + 1, sizeof *at->values);
    at->rows = calloc(at->keys.cells + 1, sizeof *at->rows);
    if (at->values == NULL || at->rows == NULL) {
        return CXJ_NO_MEMORY;
    }
    const cxj_status status = cxj_view_read(at->view, metrics, at->of->column_count, at->keys.cells, NULL, 0,
                                            at->values, NULL, NULL, NULL, &count);
    return status < 0 ? status : CXJ_OK;
}

/* The number of a column; there is one. */
static size_t column_of(const cells *at, const char *name) {
    size_t c = 0;
    while (c + 1 < at->of->column_count && strcmp(at->of->columns[c].name, name) != 0) {
        c++;
    }
    return c;
}

static bool has_names(const cells *at, size_t cell) {
    for (size_t part = at->info.has_period; part < at->keys.parts; part++) {
        if (keys_part(&at->keys, cell, part).length == 0) {
            return false;
        }
    }
    return true;
}

/* Whether the figure applies: some cell has names, if cells are to have any, and what it needs. */
static bool applies(cells *at) {
    const figure *of = at->of;
    at->is_stated = at->keys.parts == at->info.has_period;
    for (size_t cell = 0; cell < at->keys.cells && !at->is_stated; cell++) {
        at->is_stated = has_names(at, cell);
    }
    if (!at->is_stated || of->needs == NULL) {
        return at->is_stated;
    }
    const double *values = at->values + column_of(at, of->needs) * at->keys.cells;
    for (size_t cell = 0; cell < at->keys.cells; cell++) {
        if (!isnan(values[cell]) && values[cell] != 0) {
            return true;
        }
    }
    return false;
}

/* ---- Choosing -------------------------------------------------------------------------------------------- */

/* A cell with what it is chosen by. */
typedef struct weighed {
    double weight;
    size_t cell;
} weighed;

/* The largest first; of equal ones the first in the order of keys. */
static int compare_weights(const void *a, const void *b) {
    const weighed *x = a, *y = b;
    if (x->weight != y->weight) {
        return x->weight > y->weight ? -1 : 1;
    }
    return (x->cell > y->cell) - (x->cell < y->cell);
}

/* Chooses the largest, or, of periods, the last. */
static void choose_largest(cells *at, weighed *each) {
    if (!at->info.has_period && at->of->sort != NULL) {
        qsort(each, at->eligible, sizeof *each, compare_weights);
    }
    const bool skips = at->info.has_period && at->eligible > at->of->rows;
    const size_t first = skips ? at->eligible - at->of->rows : 0;
    for (size_t i = first; i < at->eligible && at->row_count < at->of->rows; i++) {
        at->rows[at->row_count++] = each[i].cell;
    }
}

/* A name of a matrix, and how much passes through it. */
typedef struct node {
    cxj_text name;
    weighed weight; /* the cell: that in which it stands first */
} node;

static int compare_names(const void *a, const void *b) {
    const node *x = a, *y = b;
    const size_t shorter = x->name.length < y->name.length ? x->name.length : y->name.length;
    const int order = memcmp(x->name.text, y->name.text, shorter);
    return order != 0 ? order : (x->name.length > y->name.length) - (x->name.length < y->name.length);
}

static int compare_nodes(const void *a, const void *b) {
    const node *x = a, *y = b;
    const int order = compare_weights(&x->weight, &y->weight);
    return order != 0 ? order : compare_names(a, b);
}

/* Chooses the cells between the busiest names. */
static bool choose_matrix(cells *at, const weighed *each) {
    node *nodes = calloc(at->eligible * 2 + 1, sizeof *nodes);
    size_t count = 0;
    if (nodes == NULL) {
        return false;
    }
    for (size_t i = 0; i < at->eligible * 2; i++) {
        nodes[i] = (node){keys_part(&at->keys, each[i / 2].cell, i % 2), {each[i / 2].weight, 0}};
    }
    qsort(nodes, at->eligible * 2, sizeof *nodes, compare_names);
    for (size_t i = 0; i < at->eligible * 2; i++) {
        if (count > 0 && compare_names(&nodes[count - 1], &nodes[i]) == 0) {
            nodes[count - 1].weight.weight += nodes[i].weight.weight;
        } else {
            nodes[count++] = nodes[i];
        }
    }
    qsort(nodes, count, sizeof *nodes, compare_nodes);
    count = count < at->of->rows ? count : at->of->rows;
    for (size_t i = 0; i < at->eligible; i++) {
        size_t ends = 0;
        for (size_t part = 0; part < 2; part++) {
            const node end = {keys_part(&at->keys, each[i].cell, part), {0, 0}};
            for (size_t k = 0; k < count; k++) {
                ends += compare_names(&nodes[k], &end) == 0;
            }
        }
        if (ends == 2) {
            at->rows[at->row_count++] = each[i].cell;
        }
    }
    free(nodes);
    return true;
}

static bool choose(cells *at) {
    weighed *each = calloc(at->keys.cells + 1, sizeof *each);
    if (each == NULL) {
        return false;
    }
    const char *sort = at->of->sort;
    const double *weights = sort == NULL ? NULL : at->values + column_of(at, sort) * at->keys.cells;
    for (size_t cell = 0; cell < at->keys.cells; cell++) {
        const double weight = weights == NULL ? 1 : weights[cell];
        if (!(weight > 0)) {
            continue;
        }
        if (at->of->stated && !has_names(at, cell)) {
            at->unstated += weight;
            continue;
        }
        at->total += weight;
        each[at->eligible++] = (weighed){weight, cell};
    }
    bool chosen = true;
    if (strcmp(at->of->draw, "heat") == 0) {
        chosen = choose_matrix(at, each);
    } else {
        choose_largest(at, each);
    }
    free(each);
    return chosen;
}

/* Reads one cell of the table that is shown. */
static cxj_status read_value(cells *at, size_t row, size_t c, size_t within, cxj_value *value) {
    cxj_text parts[KEYS_PARTS];
    for (size_t part = 0; part < at->keys.parts; part++) {
        parts[part] = keys_part(&at->keys, at->rows[row], part);
    }
    const cxj_status status =
        is_within(&at->of->columns[c])
            ? cxj_view_within(at->view, parts, sizeof *parts, at->keys.parts, at->metrics[c].metric,
                              at->within.items[within].span, NULL, 0, value, sizeof *value)
            : cxj_view_get(at->view, parts, sizeof *parts, at->keys.parts, &at->metrics[c].metric, 1, NULL, 0, value,
                           sizeof *value);
    return status < 0 ? status : CXJ_OK;
}

/* Reads the rows that were chosen, finds which columns have a value, and what the figure is about. */
static cxj_status read_table(cells *at) {
    const figure *of = at->of;
    at->table = calloc(at->row_count * of->column_count + 1, sizeof *at->table);
    cxj_status status = at->table == NULL ? CXJ_NO_MEMORY : CXJ_OK;
    for (size_t row = 0; row < at->row_count; row++) {
        size_t within = 0;
        for (size_t c = 0; c < of->column_count && status == CXJ_OK; c++) {
            cxj_value *value = &at->table[row * of->column_count + c];
            status = read_value(at, row, c, within, value);
            within += is_within(&of->columns[c]);
            at->has[c] = at->has[c] || !isnan(value->value);
            at->tells[c] = at->tells[c] || (!isnan(value->value) && value->value != 0);
        }
    }
    for (size_t i = 0; i < of->main_count && at->main == NULL; i++) {
        const size_t c = column_of(at, of->main[i]);
        at->main = at->tells[c] ? &of->columns[c] : NULL;
    }
    return status;
}

/* ---- JSON ------------------------------------------------------------------------------------------------ */

static void put_string(FILE *out, const char *before, const char *name, const char *text) {
    fprintf(out, "%s\"%s\": ", before, name);
    json_text(out, text, strlen(text));
}

static void put_number(FILE *out, const char *before, const char *name, double number) {
    fprintf(out, "%s\"%s\": ", before, name);
    json_number(out, number);
}

/* The unit in which a column is. */
static uint32_t unit_of(const cells *at, size_t c) {
    return is_within(&at->of->columns[c]) ? CXJ_UNIT_SHARE : at->metrics[c].unit;
}

static void put_columns(FILE *out, const cells *at) {
    static const char *const units[] = {[CXJ_UNIT_COUNT] = "count",       [CXJ_UNIT_SHARE] = "share",
                                        [CXJ_UNIT_DURATION] = "duration", [CXJ_UNIT_SATISFACTION] = "satisfaction",
                                        [CXJ_UNIT_POINTS] = "points",     [CXJ_UNIT_MONEY] = "money"};
    const char *comma = "\n  {";
    fputs(", \"columns\": [", out);
    for (size_t c = 0; c < at->of->column_count; c++) {
        const figure_column *column = &at->of->columns[c];
        if (at->has[c]) {
            put_string(out, comma, "name", column->name);
            put_string(out, ", ", "label", column->label);
            put_string(out, ", ", "unit", units[unit_of(at, c)]);
            put_string(out, ", ", "means",
                       is_within(column) ? "the share of these times that are at most so long"
                                         : at->metrics[c].summary);
            fprintf(out, ", \"better\": %d}", column->better);
            comma = ",\n  {";
        }
    }
    fputc(']', out);
}

static void put_keys(FILE *out, const cells *at) {
    fputs(", \"keys\": [", out);
    for (size_t part = 0; part < at->keys.parts; part++) {
        const char *name = "";
        (void)cxj_view_part(at->view, (uint32_t)part, &name, NULL);
        fputs(part == 0 ? "" : ", ", out);
        json_text(out, name, strlen(name));
    }
    fputc(']', out);
}

/* Writes what each column has in a row: which = 0: its value, 1: its interval, 2: on how much it rests. */
static void put_values(FILE *out, const cells *at, size_t row, int which) {
    const char *comma = "";
    for (size_t c = 0; c < at->of->column_count; c++) {
        const cxj_value *value = &at->table[row * at->of->column_count + c];
        const bool counts = at->metrics[c].kind == CXJ_KIND_COUNT && !is_within(&at->of->columns[c]);
        if (!at->has[c] || (which == 1 && (isnan(value->low) || isnan(value->high))) ||
            (which == 2 && (counts || isnan(value->value)))) {
            continue;
        }
        fprintf(out, "%s\"%s\": ", comma, at->of->columns[c].name);
        comma = ", ";
        if (which == 0) {
            json_number(out, value->value);
        } else if (which == 1) {
            fputc('[', out);
            json_number(out, value->low);
            fputs(", ", out);
            json_number(out, value->high);
            fputc(']', out);
        } else {
            fprintf(out, "%" PRIu64, value->n);
        }
    }
}

static void put_row(FILE *out, const cells *at, size_t row) {
    fputs("\n  {\"key\": {", out);
    for (size_t part = 0; part < at->keys.parts; part++) {
        const cxj_text text = keys_part(&at->keys, at->rows[row], part);
        const char *name = "";
        (void)cxj_view_part(at->view, (uint32_t)part, &name, NULL);
        fprintf(out, "%s\"%s\": ", part == 0 ? "" : ", ", name);
        json_text(out, text.text, text.length);
    }
    fputs("}, \"metrics\": {", out);
    put_values(out, at, row, 0);
    fputs("}, \"intervals\": {", out);
    put_values(out, at, row, 1);
    fputs("}, \"n\": {", out);
    put_values(out, at, row, 2);
    fputs("}}", out);
}

/* Writes the drivers of the one cell that a view without keys has. */
static cxj_status put_drivers(FILE *out, const cells *at) {
    cxj_cursor *cursor = NULL;
    cxj_status status = cxj_cursor_open(at->view, NULL, 0, &cursor);
    if (status >= 0 && (status = cxj_cursor_next(cursor)) == CXJ_OK) {
        fputs(",\n \"drivers\": ", out);
        status = drivers_json(out, at->view, cursor, at->info.parts);
    }
    cxj_cursor_close(cursor);
    return status < 0 ? status : CXJ_OK;
}

/* Writes what stands beyond single cells: spread, and charts over time. */
static cxj_status put_analyses(FILE *out, const cells *at) {
    analyses asked = {0};
    analysis_fault fault;
    bool added = true;
    if (at->of->spread && at->main != NULL) {
        added = analyses_add(&asked, ANALYSIS_SPREAD, at->main->name, &fault);
    }
    for (size_t i = 0; i < at->of->control_count && added; i++) {
        added = !at->has[column_of(at, at->of->control[i])] ||
                analyses_add(&asked, ANALYSIS_CONTROL, at->of->control[i], &fault);
    }
    const cxj_status status = added ? analysis_json_view(out, &asked, at->view) : CXJ_NO_MEMORY;
    analyses_free(&asked);
    return status;
}

static cxj_status put_json(FILE *out, const cells *at) {
    static const char *const grains[] = {"", "touchpoints", "transitions", "journeys"};
    put_string(out, "{", "figure", at->of->id);
    put_string(out, ", ", "title", at->of->title);
    put_string(out, ", ", "draw", at->of->draw);
    put_string(out, ",\n ", "view", at->text);
    put_string(out, ", ", "grain", grains[at->info.grain]);
    put_keys(out, at);
    put_columns(out, at);
    put_string(out, ",\n ", "main", at->main == NULL ? "" : at->main->name);
    put_string(out, ", ", "sort", at->of->sort == NULL ? "" : at->of->sort);
    put_number(out, ", ", "of", (double)at->eligible);
    put_number(out, ", ", "total", at->total);
    put_number(out, ", ", "unstated", at->unstated);
    fprintf(out, ", \"whole\": %s,\n \"cells\": [",
            at->info.incomplete != 0 || at->info.lacks_sealed != 0 ? "false" : "true");
    for (size_t row = 0; row < at->row_count; row++) {
        fputs(row == 0 ? "" : ",", out);
        put_row(out, at, row);
    }
    fputc(']', out);
    cxj_status status = put_analyses(out, at);
    if (status == CXJ_OK && at->of->drivers && at->info.parts == 0 && at->info.has_drivers != 0) {
        status = put_drivers(out, at);
    }
    fputc('}', out);
    return status;
}

/* ---- The plain table ------------------------------------------------------------------------------------- */

/* Writes a whole number with commas between the thousands. */
static void put_whole(FILE *out, double number) {
    char digits[32];
    const int length = snprintf(digits, sizeof digits, "%.0f", fabs(number));
    fputs(number < 0 ? "-" : "", out);
    for (int i = 0; i < length; i++) {
        fputs(i > 0 && (length - i) % 3 == 0 ? "," : "", out);
        fputc(digits[i], out);
    }
}

/* Writes a duration in its two largest units, or in one where that says enough. */
static void put_duration(FILE *out, double ms) {
    static const struct {
        double ms;
        const char *name;
    } units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "min"}, {1000, "s"}};
    double left = fabs(ms);
    size_t first = 0;
    while (first < 3 && left < units[first].ms) {
        first++;
    }
    const size_t last = first == 3 || left >= 100 * units[first].ms ? first : first + 1;
    left = floor(left / units[last].ms + 0.5);
    const double ratio = units[first].ms / units[last].ms, high = floor(left / ratio);
    fputs(ms < 0 ? "-" : "", out);
    put_whole(out, high);
    fprintf(out, " %s", units[first].name);
    if (left > high * ratio) {
        fprintf(out, " %.0f %s", left - high * ratio, units[last].name);
    }
}

static void put_plain(FILE *out, uint32_t unit, double value) {
    switch (unit) {
    case CXJ_UNIT_DURATION:
        put_duration(out, value);
        break;
    case CXJ_UNIT_SHARE:
        fprintf(out, "%.1f %%", value * 100);
        break;
    case CXJ_UNIT_MONEY:
        put_whole(out, value);
        break;
    case CXJ_UNIT_COUNT:
        if (value == floor(value)) {
            put_whole(out, value);
        } else {
            fprintf(out, "%.2f", value);
        }
        break;
    default:
        fprintf(out, unit == CXJ_UNIT_POINTS ? "%.1f" : "%.2f", value);
    }
}

/* Writes what a column has in a row. */
static void plain_value(FILE *out, const cells *at, size_t row, size_t c) {
    const cxj_value *value = &at->table[row * at->of->column_count + c];
    const uint32_t unit = unit_of(at, c);
    fputs("<td>", out);
    if (!isnan(value->value)) {
        put_plain(out, unit, value->value);
    }
    if (!isnan(value->low) && !isnan(value->high)) {
        fputs(" (", out);
        put_plain(out, unit, value->low);
        fputs(" to ", out);
        put_plain(out, unit, value->high);
        fputc(')', out);
    }
    fputs("</td>", out);
}

static void plain_row(FILE *out, const cells *at, size_t row) {
    fputs("<tr>", out);
    for (size_t part = 0; part < at->keys.parts; part++) {
        const cxj_text text = keys_part(&at->keys, at->rows[row], part);
        fputs("<th scope=\"row\"><bdi>", out);
        figure_text(out, text.length == 0 ? "(not stated)" : text.text,
                    text.length == 0 ? strlen("(not stated)") : text.length);
        fputs("</bdi></th>", out);
    }
    for (size_t c = 0; c < at->of->column_count; c++) {
        if (at->has[c]) {
            plain_value(out, at, row, c);
        }
    }
    fputs("</tr>\n", out);
}

/* Writes the one cell of a view without keys: a row for each column. */
static void plain_single(FILE *out, const cells *at) {
    for (size_t c = 0; c < at->of->column_count && at->row_count > 0; c++) {
        if (at->has[c]) {
            fputs("<tr><th scope=\"row\">", out);
            put_text(out, at->of->columns[c].label);
            fputs("</th>", out);
            plain_value(out, at, 0, c);
            fputs("</tr>\n", out);
        }
    }
}

static void plain_head(FILE *out, const cells *at) {
    fputs("<thead><tr>", out);
    for (size_t part = 0; part < at->keys.parts; part++) {
        const char *name = "";
        (void)cxj_view_part(at->view, (uint32_t)part, &name, NULL);
        fprintf(out, "<th scope=\"col\">%s</th>", name);
    }
    for (size_t c = 0; c < at->of->column_count; c++) {
        if (at->has[c]) {
            fputs("<th scope=\"col\">", out);
            put_text(out, at->of->columns[c].label);
            fputs("</th>", out);
        }
    }
    fputs("</tr></thead>\n", out);
}

static void plain_table(FILE *out, const cells *at) {
    fputs("<h2>", out);
    put_text(out, at->of->title);
    fputs("</h2>\n<p><code>", out);
    put_text(out, at->text);
    fputs("</code></p>\n<div><table>\n", out);
    if (at->keys.parts > 0) {
        plain_head(out, at);
    }
    fputs("<tbody>\n", out);
    if (at->keys.parts == 0) {
        plain_single(out, at);
    }
    for (size_t row = 0; row < at->row_count && at->keys.parts > 0; row++) {
        plain_row(out, at, row);
    }
    fputs("</tbody></table></div>\n", out);
    if (at->row_count < at->eligible) {
        fputs("<p>", out);
        put_whole(out, (double)(at->eligible - at->row_count));
        fputs(" more are not shown.</p>\n", out);
    }
}

/* Writes what weighs in the one cell that a view without keys has. */
static cxj_status plain_drivers(FILE *out, const cells *at) {
    cxj_drivers drivers;
    cxj_predictor_info info;
    const cxj_status status = cxj_view_drivers(at->view, NULL, sizeof(cxj_text), 0, CXJ_MODEL_SATISFACTION, NULL, 0,
                                               &drivers, sizeof drivers);
    if (status < 0 || isnan(drivers.r2)) {
        return status < 0 && status != CXJ_NOT_FOUND ? status : CXJ_OK;
    }
    fprintf(out,
            "<p>R\xC2\xB2 %.1f %%, adjusted %.1f %%, of %" PRIu64
            " journeys. Association, not cause.</p>\n<div><table>\n"
            "<thead><tr><th scope=\"col\">predictor</th><th scope=\"col\">a journey</th><th scope=\"col\">one more</th>"
            "<th scope=\"col\">error</th><th scope=\"col\">share</th></tr></thead>\n<tbody>\n",
            drivers.r2 * 100, drivers.r2_adjusted * 100, drivers.n);
    for (size_t p = 0; cxj_predictor_describe(p, &info, sizeof info) == CXJ_OK; p++) {
        const cxj_predictor *each = &drivers.predictors[p];
        if ((drivers.taken >> p & 1) != 0) {
            fprintf(out, "<tr><th scope=\"row\">");
            put_text(out, info.summary);
            fprintf(out, "</th><td>%.2f</td><td>%.3f</td><td>%.3f</td><td>%.1f %%</td></tr>\n", each->mean,
                    each->coefficient, each->error, each->share * 100);
        }
    }
    fputs("</tbody></table></div>\n", out);
    return CXJ_OK;
}

/* ---- A figure -------------------------------------------------------------------------------------------- */

static void cells_finish(cells *at) {
    keys_free(&at->keys);
    analyses_free(&at->within);
    free(at->values);
    free(at->rows);
    free(at->table);
}

/* Chooses what is shown, and writes it; *written becomes false where there is too little of it. */
static cxj_status write_both(figure_output *out, cells *at, bool *written) {
    if (!choose(at)) {
        return CXJ_NO_MEMORY;
    }
    cxj_status status = read_table(at);
    *written = at->row_count >= at->of->least && (at->of->main_count == 0 || at->main != NULL);
    if (status == CXJ_OK && *written) {
        fputs(out->comma ? ",\n" : "\n", out->json);
        out->comma = true;
        status = put_json(out->json, at);
        plain_table(out->plain, at);
    }
    if (status == CXJ_OK && *written && at->of->drivers && at->info.parts == 0) {
        status = plain_drivers(out->plain, at);
    }
    return status;
}

cxj_status figure_write(figure_output *out, const figure *made, const cxj_view *view, const char *text, bool *written,
                        bool *stated) {
    cells at = {.of = made, .view = view, .text = text};
    cxj_status status = cxj_view_describe(view, &at.info, sizeof at.info);
    if (status == CXJ_OK) {
        status = keys_read(&at.keys, view);
    }
    if (status == CXJ_OK) {
        status = find_columns(&at);
    }
    if (status == CXJ_OK) {
        status = read_values(&at);
    }
    *written = status == CXJ_OK && applies(&at);
    *stated = at.is_stated;
    if (*written) {
        status = write_both(out, &at, written);
    }
    cells_finish(&at);
    return status;
}
