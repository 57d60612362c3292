/* Writes what an engine answers as tables, for people to read in 80 columns.
 *
 * SPDX-License-Identifier: MIT
 *
 * Idea: a table is collected first, the rows that are to be shown with all values, and then measured and printed. A
 * value has a head (aligned to the right) and a tail, its interval (aligned to the left), so that the values stand
 * below each other. Headings are the metrics' names, wrapped at their underscores: what is read here can be asked for
 * with the same word. Columns that do not fit go into further tables below, up to a number.
 *
 * Invariant: nothing from outside is printed but through table_text(). */
#include "table.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

enum {
    LINE = 80,      /* columns of a line */
    GAP = 2,        /* between columns */
    KEY_ALONE = 30, /* columns for a key of one part, and of several */
    KEY_TOGETHER = 36,
    KEY_PARTS = 8, /* more than a view can have */
    ROWS = 20,     /* of a table */
    ROWS_TRANSITIONS = 15,
    ROWS_PERIODS = 24,
    SECOND_ROWS = 12,   /* of a table that may have a second panel where nobody chose the columns */
    SECOND_COLUMNS = 3, /* which that panel must have */
    VALUE = 80          /* bytes of a value as text */
};

static const char ellipsis[] = "\xE2\x80\xA6";
static const char none[] = "(none)"; /* stands for an empty name */

/* What is shown where nobody chose, by grain, the most telling first. The first one says how big a cell is. */
#define CHOICE_MOST 34
static const char *const chosen_for[CXJ_GRAIN_JOURNEYS + 1][CHOICE_MOST] = {
    [CXJ_GRAIN_TOUCHPOINTS] = {"touchpoints",
                               "journeys",
                               "wait_p50",
                               "fault_rate",
                               "repeat_rate",
                               "satisfaction",
                               "proactive_share",
                               "on_time_rate",
                               "clean_share",
                               "wait_p90",
                               "csat",
                               "nps",
                               "ces",
                               "response_p50",
                               "next_step_share",
                               "contradiction_rate",
                               "late",
                               "late_silent",
                               "lateness_p50",
                               "employee_satisfaction",
                               "value"},
    [CXJ_GRAIN_TRANSITIONS] = {"transitions", "bounces", "wait_p50", "lost_context_rate", "satisfaction_step",
                               "returns", "wait_p90"},
    [CXJ_GRAIN_JOURNEYS] = {"journeys",
                            "completed",
                            "duration_p50",
                            "handoffs_per_journey",
                            "touch_satisfaction",
                            "journey_satisfaction",
                            "on_time_rate",
                            "flawless_share",
                            "touch_drop",
                            "journey_fall",
                            "duration_p90",
                            "bounces_per_journey",
                            "kept_rate",
                            "churn_rate",
                            "completion_rate",
                            "reopened",
                            "first_contact_resolution",
                            "pending_share",
                            "silence_p90",
                            "first_response_p50",
                            "waiting",
                            "proactive_share",
                            "gap",
                            "journey_nps",
                            "journey_ces",
                            "response_rate",
                            "closed_loop_rate",
                            "late",
                            "late_silent",
                            "lateness_p50",
                            "broken",
                            "overdue",
                            "value",
                            "value_lost"},
};

/* ---- Text ------------------------------------------------------------------------------------------------ */

/* Ranges of characters that are not one column wide, and of those that steer a terminal, turn the direction of what
 * stands around them, or cannot be seen at all. (The joiners U+200C and U+200D are spelling in several scripts.) Widths
 * are coarse, but right for the scripts in use. bindings/python/cxj/_text.py hides the same; tests/texts.py
 * compares. */
enum { HIDDEN = -1 };
static const struct range {
    uint32_t first;
    uint32_t last;
    int width;
} ranges[] = {
    {0x0000, 0x001F, HIDDEN},   {0x007F, 0x009F, HIDDEN},   {0x00AD, 0x00AD, HIDDEN}, {0x0300, 0x034E, 0},
    {0x034F, 0x034F, HIDDEN},   {0x0350, 0x036F, 0},        {0x061C, 0x061C, HIDDEN}, {0x1100, 0x115E, 2},
    {0x115F, 0x1160, HIDDEN},   {0x17B4, 0x17B5, HIDDEN},   {0x180E, 0x180E, HIDDEN}, {0x200B, 0x200B, HIDDEN},
    {0x200C, 0x200D, 0},        {0x200E, 0x200F, HIDDEN},   {0x2028, 0x202E, HIDDEN}, {0x2060, 0x206F, HIDDEN},
    {0x20D0, 0x20FF, 0},        {0x2E80, 0x303E, 2},        {0x3041, 0x3163, 2},      {0x3164, 0x3164, HIDDEN},
    {0x3165, 0x4DBF, 2},        {0x4E00, 0xA4CF, 2},        {0xAC00, 0xD7A3, 2},      {0xF900, 0xFAFF, 2},
    {0xFE00, 0xFE0F, 0},        {0xFE30, 0xFE6F, 2},        {0xFEFF, 0xFEFF, HIDDEN}, {0xFF00, 0xFF60, 2},
    {0xFFA0, 0xFFA0, HIDDEN},   {0xFFE0, 0xFFE6, 2},        {0xFFF0, 0xFFFB, HIDDEN}, {0x1BCA0, 0x1BCA3, HIDDEN},
    {0x1D173, 0x1D17A, HIDDEN}, {0x1F300, 0x1F64F, 2},      {0x1F680, 0x1F6FF, 2},    {0x1F900, 0x1FAFF, 2},
    {0x20000, 0x3FFFD, 2},      {0xE0000, 0xE0FFF, HIDDEN},
};

static int width_of(uint32_t code) {
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (code >= ranges[i].first && code <= ranges[i].last) {
            return ranges[i].width;
        }
    }
    return 1;
}

enum { ESCAPE = 12 }; /* bytes of the longest, \U000e0fff, with room to spare */

/* Measures the character at the start of a text.
 * size     receives its bytes, at least 1
 * escape   receives what is shown in its place, ESCAPE bytes; "" if it is shown as it is
 * returns  the columns that it takes */
static size_t measure(const char *text, size_t length, size_t *size, char *escape) {
    uint32_t code;
    escape[0] = '\0';
    *size = text_decode(text, length, &code);
    if (*size == 0) {
        *size = 1;
        return (size_t)snprintf(escape, ESCAPE, "\\x%02x", (unsigned)(unsigned char)*text);
    }
    const int width = width_of(code);
    if (width >= 0) {
        return (size_t)width;
    }
    const char *letter = code == '\n' ? "n" : code == '\r' ? "r" : code == '\t' ? "t" : NULL;
    if (letter != NULL) {
        return (size_t)snprintf(escape, ESCAPE, "\\%s", letter);
    }
    return (size_t)snprintf(escape, ESCAPE,
                            code < 0x80      ? "\\x%02" PRIx32
                            : code < 0x10000 ? "\\u%04" PRIx32
                                             : "\\U%08" PRIx32,
                            code);
}

/* The columns of the characters from the start of a text that fit into width columns.
 * fitting  receives their bytes */
static size_t fit(const char *text, size_t length, size_t width, size_t *fitting) {
    char escape[ESCAPE];
    size_t columns = 0;
    size_t at = 0;
    while (at < length) {
        size_t size;
        const size_t takes = measure(text + at, length - at, &size, escape);
        if (columns + takes > width) {
            break;
        }
        columns += takes;
        at += size;
    }
    *fitting = at;
    return columns;
}

size_t table_text(FILE *out, const char *text, size_t length, size_t width) {
    char escape[ESCAPE];
    size_t shown;
    size_t columns = fit(text, length, width, &shown);
    const bool cut = shown < length;
    if (cut && width > 0) {
        columns = fit(text, length, width - 1, &shown);
    }
    for (size_t at = 0, size; at < shown; at += size) {
        (void)measure(text + at, shown - at, &size, escape);
        if (escape[0] != '\0') {
            fputs(escape, out);
        } else {
            fwrite(text + at, 1, size, out);
        }
    }
    if (cut && width > 0) {
        fputs(ellipsis, out);
        columns++;
    }
    return columns;
}

/* A line being written. Blanks are held back until something follows them, so that none stand at its end. */
typedef struct line {
    FILE *out;
    size_t blanks;
} line;

static void put_blanks(line *at, size_t columns) {
    at->blanks += columns;
}

/* Puts a text, cut to width columns; returns the columns it took. */
static size_t put_text(line *at, const char *text, size_t length, size_t width) {
    if (length > 0) {
        fprintf(at->out, "%*s", (int)at->blanks, "");
        at->blanks = 0;
    }
    return table_text(at->out, text, length, width);
}

/* Puts a text into a field of so many columns, to its left or its right. */
static void put_left(line *at, const char *text, size_t length, size_t width) {
    put_blanks(at, width - put_text(at, text, length, width));
}

static void put_right(line *at, const char *text, size_t length, size_t width) {
    size_t shown;
    put_blanks(at, width - fit(text, length, width, &shown));
    (void)put_text(at, text, length, width);
}

static void end_line(line *at) {
    fputc('\n', at->out);
    at->blanks = 0;
}

/* ---- Values ---------------------------------------------------------------------------------------------- */

/* A whole number with commas between the thousands. Beyond 10^15 it is written as it is. */
static void format_whole(char *text, double number) {
    char digits[VALUE];
    snprintf(digits, sizeof digits, fabs(number) < 1e15 ? "%.0f" : "%.6g", number);
    const size_t length = strlen(digits);
    const size_t sign = digits[0] == '-';
    size_t at = 0;
    for (size_t i = 0; i < length; i++) {
        if (i > sign && (length - i) % 3 == 0 && fabs(number) < 1e15) {
            text[at++] = ',';
        }
        text[at++] = digits[i];
    }
    text[at] = '\0';
}

void table_count(FILE *out, uint64_t count) {
    char text[VALUE];
    format_whole(text, (double)count);
    fputs(text, out);
}

/* A duration in its two largest units: 3d 4h, 2h 5m, 45s. It is rounded first, so that 59m 59.8s becomes 1h. */
static void format_duration(char *text, double ms) {
    static const struct {
        double ms;
        double step; /* to what a duration from here on is rounded */
        const char *name;
    } units[] = {{86400e3 * 100, 86400e3, "d"},
                 {86400e3, 3600e3, "d"},
                 {3600e3, 60e3, "h"},
                 {60e3, 1000, "m"},
                 {1000, 1000, "s"},
                 {1, 1, "ms"}};
    enum { LAST = sizeof units / sizeof units[0] - 1, DAYS = 1 };
    const char *sign = ms < 0 ? "-" : "";
    double left = fabs(ms);
    size_t unit = 0;
    while (unit < LAST && left < units[unit].ms) {
        unit++;
    }
    left = floor(left / units[unit].step + 0.5) * units[unit].step;
    for (unit = DAYS; unit < LAST && left < units[unit].ms; unit++) {
    }
    const double many = floor(left / units[unit].ms);
    const double rest = left - many * units[unit].ms;
    if (left == 0) {
        snprintf(text, VALUE, "0s");
    } else if (unit + 1 >= LAST || rest == 0) {
        snprintf(text, VALUE, "%s%.0f%s", sign, many, units[unit].name);
    } else {
        snprintf(text, VALUE, "%s%.0f%s %.0f%s", sign, many, units[unit].name, floor(rest / units[unit + 1].ms + 0.5),
                 units[unit + 1].name);
    }
}

void table_duration(FILE *out, int64_t ms, size_t width) {
    char text[VALUE];
    format_duration(text, (double)ms);
    fprintf(out, "%*s", (int)width, text);
}

/* How the numbers of a unit are written: times a factor, with so many digits behind the point. */
typedef struct style {
    double factor;
    int digits;
    const char *suffix;
} style;

static style style_of(const cxj_metric_info *info, double value) {
    const double percent = fabs(value) * 100;
    switch (info->unit) {
    case CXJ_UNIT_SHARE:
        /* One digit where a whole percent would say nothing, or too much. */
        return (style){100, (percent > 0 && percent < 9.95) || (percent > 99 && percent < 100), " %"};
    case CXJ_UNIT_POINTS:
        return (style){1, 1, ""};
    default:
        return (style){1, 2, ""};
    }
}

/* Writes a value into a head, and its interval into a tail; empty where there is none. */
static void format_value(char *head, char *tail, const cxj_metric_info *info, const cxj_value *metric) {
    head[0] = '\0';
    tail[0] = '\0';
    if (isnan(metric->value)) {
        return;
    }
    if (info->unit == CXJ_UNIT_DURATION) {
        format_duration(head, metric->value);
        return;
    }
    if (info->unit == CXJ_UNIT_MONEY || (info->unit == CXJ_UNIT_COUNT && info->kind == CXJ_KIND_COUNT)) {
        format_whole(head, metric->value);
        return;
    }
    const style as = style_of(info, metric->value);
    const double value = metric->value * as.factor;
    const bool rounds_to_zero = fabs(value) < (as.digits == 0 ? 0.5 : as.digits == 1 ? 0.05 : 0.005);
    snprintf(head, VALUE, "%.*f%s", as.digits, rounds_to_zero ? 0.0 : value, as.suffix); /* never -0.00 */
    if (!isnan(metric->low) && !isnan(metric->high)) {
        snprintf(tail, VALUE, metric->low < 0 ? " (%.*f to %.*f)" : " (%.*f-%.*f)", as.digits, metric->low * as.factor,
                 as.digits, metric->high * as.factor);
    }
}

void table_value(FILE *out, const cxj_metric_info *info, const cxj_value *value) {
    char head[VALUE];
    char tail[VALUE];
    format_value(head, tail, info, value);
    fprintf(out, "%s%s", head, tail);
}

/* ---- Which metrics --------------------------------------------------------------------------------------- */

bool table_metric(uint32_t grain, const char *name, size_t length, cxj_metric_info *info) {
    for (size_t i = 0; cxj_metric_describe(i, info, sizeof *info) == CXJ_OK; i++) {
        if ((grain == 0 || info->grain == grain) && strlen(info->name) == length &&
            memcmp(info->name, name, length) == 0) {
            return true;
        }
    }
    return false;
}

const char *table_nearest_metric(const char *name, size_t length) {
    uint32_t number = 0;
    cxj_metric_info info;
    if (cxj_metric_nearest(0, name, length, &number) == CXJ_OK) {
        for (size_t i = 0; cxj_metric_describe(i, &info, sizeof info) == CXJ_OK; i++) {
            if (info.metric == number) {
                return info.name;
            }
        }
    }
    return NULL;
}

/* ---- Collecting ------------------------------------------------------------------------------------------ */

enum { HEADING = 6 }; /* lines that a heading may have */

typedef struct column {
    cxj_metric_info info;
    size_t head; /* columns of the widest value */
    size_t tail; /* and of the widest interval */
    size_t width;
    cxj_text heading[HEADING]; /* the metric's name, in lines */
    size_t lines;
    bool left_out; /* it has no value in any row */
} column;

/* A part of a key, in one row. */
typedef struct name {
    char *text; /* owned */
    size_t length;
} name;

/* What is to be shown of a view. */
typedef struct table {
    const cxj_view *view;
    cxj_view_info info;
    column *columns;
    size_t column_count;
    size_t row_count;
    name *names;         /* row by row, as many as the key has parts */
    cxj_value *values;   /* row by row, as many as there are columns */
    uint64_t more_cells; /* not shown */
    double more;         /* and what they amount to */
    double staying;      /* of transitions: those that change nothing */
} table;

static void table_finish(table *shown) {
    if (shown->names != NULL) {
        for (size_t i = 0; i < shown->row_count * shown->info.parts; i++) {
            free(shown->names[i].text);
        }
    }
    free(shown->names);
    free(shown->values);
    free(shown->columns);
}

/* Finds the columns: those chosen, else those for the grain. */
static cxj_status choose_columns(table *shown, const table_choice *choice) {
    const size_t most = choice->names != NULL ? choice->count : CHOICE_MOST;
    shown->columns = calloc(most + 1, sizeof *shown->columns);
    if (shown->columns == NULL) {
        return CXJ_NO_MEMORY;
    }
    for (size_t i = 0; i < most; i++) {
        cxj_text wanted = {NULL, 0};
        if (choice->names != NULL) {
            wanted = choice->names[i];
        } else if (chosen_for[shown->info.grain][i] != NULL) {
            wanted = (cxj_text){chosen_for[shown->info.grain][i], strlen(chosen_for[shown->info.grain][i])};
        }
        if (wanted.text != NULL &&
            table_metric(shown->info.grain, wanted.text, wanted.length, &shown->columns[shown->column_count].info)) {
            shown->column_count++;
        }
    }
    return CXJ_OK;
}

/* A cell that might be shown. */
typedef struct candidate {
    double size;
    size_t cell; /* its place in the order of keys */
} candidate;

static int compare_cells(const void *a, const void *b) {
    const candidate *x = a;
    const candidate *y = b;
    return x->cell < y->cell ? -1 : x->cell > y->cell;
}

static int compare_sizes(const void *a, const void *b) {
    const candidate *x = a;
    const candidate *y = b;
    if (x->size != y->size) {
        return x->size > y->size ? -1 : 1;
    }
    return compare_cells(a, b);
}

/* Reads the sizes of all cells, and of transitions whether they change anything.
 * candidates    receives the cells that may be shown, in the order of keys; has room for all
 * sizes, codes  have room for one double and two int64_t for each cell */
static cxj_status read_candidates(table *shown, candidate *candidates, size_t *count, double *sizes, int64_t *codes) {
    cxj_metric_info size;
    const size_t cells = (size_t)shown->info.cells;
    const char *by = chosen_for[shown->info.grain][0];
    size_t read = 0;
    *count = 0;
    if (!table_metric(shown->info.grain, by, strlen(by), &size)) {
        return CXJ_NOT_FOUND;
    }
    cxj_status status = cxj_view_read(shown->view, &size.metric, 1, cells, NULL, 0, sizes, NULL, NULL, NULL, &read);
    const bool transitions = shown->info.grain == CXJ_GRAIN_TRANSITIONS;
    if (status == CXJ_OK && transitions) {
        const uint32_t from = shown->info.has_period;
        status = cxj_view_read_part(shown->view, from, cells, NULL, 0, codes, &read);
        if (status == CXJ_OK) {
            status = cxj_view_read_part(shown->view, from + 1, cells, NULL, 0, codes + cells, &read);
        }
    }
    for (size_t i = 0; i < cells && status == CXJ_OK; i++) {
        if (transitions && codes[i] == codes[cells + i]) {
            shown->staying += sizes[i];
        } else {
            candidates[(*count)++] = (candidate){sizes[i], i};
        }
    }
    return status;
}

/* Decides which cells are shown, and in which row.
 * rows  receives for each cell its row, counted from 1, or 0; it is all zero before */
static cxj_status choose_rows(table *shown, uint32_t *rows) {
    const size_t cells = (size_t)shown->info.cells;
    candidate *candidates = calloc(cells + 1, sizeof *candidates);
    double *sizes = calloc(cells + 1, sizeof *sizes);
    int64_t *codes = calloc(cells + 1, 2 * sizeof *codes);
    size_t count = 0;
    cxj_status status = CXJ_NO_MEMORY;
    if (candidates != NULL && sizes != NULL && codes != NULL) {
        status = read_candidates(shown, candidates, &count, sizes, codes);
    }
    if (status == CXJ_OK) {
        const bool transitions = shown->info.grain == CXJ_GRAIN_TRANSITIONS;
        const bool latest = shown->info.has_period && !transitions;
        const size_t most = transitions ? ROWS_TRANSITIONS : latest ? ROWS_PERIODS : ROWS;
        const size_t kept = count < most ? count : most;
        const size_t first = latest ? count - kept : 0;
        if (!latest) {
            qsort(candidates, count, sizeof *candidates, compare_sizes);
        }
        if (shown->info.has_period) {
            qsort(candidates + first, kept, sizeof *candidates, compare_cells); /* a story is told in order of time */
        }
        for (size_t i = 0; i < count; i++) {
            if (i >= first && i < first + kept) {
                rows[candidates[i].cell] = (uint32_t)(i - first + 1);
            } else {
                shown->more_cells++;
                shown->more += candidates[i].size;
            }
        }
        shown->row_count = kept;
    }
    free(candidates);
    free(sizes);
    free(codes);
    return status;
}

/* Copies the key and the metrics of the cell on which a cursor stands into a row.
 * metrics  the numbers of the columns' metrics */
static cxj_status read_row(table *shown, cxj_cursor *cursor, size_t row, const uint32_t *metrics) {
    for (uint32_t part = 0; part < shown->info.parts; part++) {
        const char *text;
        size_t length;
        const cxj_status status = cxj_cursor_part(cursor, part, &text, &length);
        if (status != CXJ_OK) {
            return status;
        }
        name *copy = &shown->names[row * shown->info.parts + part];
        copy->text = malloc(length + 1);
        if (copy->text == NULL) {
            return CXJ_NO_MEMORY;
        }
        memcpy(copy->text, text, length);
        copy->length = length;
    }
    return cxj_cursor_metrics(cursor, metrics, shown->column_count, NULL, 0, shown->values + row * shown->column_count,
                              sizeof *shown->values);
}

/* Walks over the cells and reads those that have a row. */
static cxj_status read_rows(table *shown, const uint32_t *rows) {
    cxj_cursor *cursor;
    uint32_t *metrics = calloc(shown->column_count + 1, sizeof *metrics);
    shown->names = calloc(shown->row_count * shown->info.parts + 1, sizeof *shown->names);
    shown->values = calloc(shown->row_count * shown->column_count + 1, sizeof *shown->values);
    cxj_status status = CXJ_NO_MEMORY;
    if (metrics != NULL && shown->names != NULL && shown->values != NULL) {
        status = cxj_cursor_open(shown->view, NULL, 0, &cursor);
    }
    if (status == CXJ_OK) {
        for (size_t i = 0; i < shown->column_count; i++) {
            metrics[i] = shown->columns[i].info.metric;
        }
        for (size_t cell = 0; cell < shown->info.cells && status == CXJ_OK; cell++) {
            status = cxj_cursor_next(cursor);
            if (status == CXJ_OK && rows[cell] != 0) {
                status = read_row(shown, cursor, rows[cell] - 1, metrics);
            }
        }
        cxj_cursor_close(cursor);
    }
    free(metrics);
    return status;
}

/* Collects what is to be shown of a view. End it with table_finish(), whatever the status. */
static cxj_status collect(table *shown, const cxj_view *view, const table_choice *choice) {
    *shown = (table){.view = view};
    cxj_status status = cxj_view_describe(view, &shown->info, sizeof shown->info);
    if (status == CXJ_OK && (shown->info.grain > CXJ_GRAIN_JOURNEYS || shown->info.parts > KEY_PARTS)) {
        status = CXJ_BAD_ARGUMENT; /* of a library that is newer than this file */
    }
    if (status == CXJ_OK) {
        status = choose_columns(shown, choice);
    }
    uint32_t *rows = NULL;
    if (status == CXJ_OK) {
        rows = calloc((size_t)shown->info.cells + 1, sizeof *rows);
        status = rows == NULL ? CXJ_NO_MEMORY : choose_rows(shown, rows);
    }
    if (status == CXJ_OK) {
        status = read_rows(shown, rows);
    }
    free(rows);
    return status;
}

/* ---- Measuring and printing ------------------------------------------------------------------------------ */

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

/* Wraps the name of a column's metric at its underscores, to the width of the values or of the longest word. */
static void wrap_heading(column *at) {
    const char *word = at->info.name;
    for (const char *p = word; *p != '\0'; p += *p == '_') {
        const size_t length = strcspn(p, "_");
        at->width = larger(at->width, length);
        p += length;
    }
    while (*word != '\0' && at->lines < HEADING) {
        size_t length = strcspn(word, "_");
        while (word[length] == '_') {
            const size_t longer = length + 1 + strcspn(word + length + 1, "_");
            if (longer > at->width) {
                break;
            }
            length = longer;
        }
        at->heading[at->lines++] = (cxj_text){word, length};
        word += length + (word[length] == '_');
    }
}

/* Measures the columns. Those without a value in any row are left out.
 * keep  somebody chose them: they are shown also if they are empty */
static void measure_columns(table *shown, bool keep) {
    for (size_t i = 0; i < shown->column_count; i++) {
        column *at = &shown->columns[i];
        at->left_out = !keep;
        for (size_t row = 0; row < shown->row_count; row++) {
            char head[VALUE];
            char tail[VALUE];
            format_value(head, tail, &at->info, &shown->values[row * shown->column_count + i]);
            at->head = larger(at->head, strlen(head));
            at->tail = larger(at->tail, strlen(tail));
            /* Money that is 0 everywhere was never stated. */
            const bool silent = head[0] == '\0' || (at->info.unit == CXJ_UNIT_MONEY && strcmp(head, "0") == 0);
            at->left_out = at->left_out && silent;
        }
        at->width = at->head + at->tail;
        wrap_heading(at);
    }
}

/* Finds the widths of the parts of the key: as wide as the names, but together within bounds; the widest gives way.
 * returns  the width of the whole key */
static size_t measure_key(const table *shown, size_t *widths) {
    const size_t parts = shown->info.parts;
    size_t sum = 0;
    for (uint32_t part = 0; part < parts; part++) {
        const char *title = "";
        (void)cxj_view_part(shown->view, part, &title, NULL);
        widths[part] = strlen(title);
        for (size_t row = 0; row < shown->row_count; row++) {
            const name *at = &shown->names[row * parts + part];
            size_t bytes;
            widths[part] =
                larger(widths[part], at->length == 0 ? strlen(none) : fit(at->text, at->length, LINE, &bytes));
        }
        sum += widths[part];
    }
    const size_t most = parts > 1 ? KEY_TOGETHER : KEY_ALONE;
    while (sum > most) {
        size_t widest = 0;
        for (size_t part = 1; part < parts; part++) {
            widest = widths[part] > widths[widest] ? part : widest;
        }
        widths[widest]--;
        sum--;
    }
    return sum + (parts - 1) * GAP;
}

/* Writes the headings of the columns from first up to end; short ones stand at the bottom. */
static void print_headings(FILE *out, const table *shown, const size_t *widths, size_t first, size_t end) {
    size_t lines = 1;
    for (size_t i = first; i < end; i++) {
        lines = larger(lines, shown->columns[i].left_out ? 0 : shown->columns[i].lines);
    }
    for (size_t number = 0; number < lines; number++) {
        line at = {out, 0};
        for (uint32_t part = 0; part < shown->info.parts; part++) {
            const char *title = "";
            (void)cxj_view_part(shown->view, part, &title, NULL);
            put_left(&at, title, number + 1 == lines ? strlen(title) : 0, widths[part]);
            put_blanks(&at, GAP);
        }
        for (size_t i = first; i < end; i++) {
            const column *in = &shown->columns[i];
            if (!in->left_out) {
                const bool has = number + in->lines >= lines;
                const cxj_text text = has ? in->heading[number + in->lines - lines] : (cxj_text){"", 0};
                put_right(&at, text.text, text.length, in->width);
                put_blanks(&at, GAP);
            }
        }
        end_line(&at);
    }
}

/* Puts one value and its interval into a field of so many columns. */
static void put_value(line *at, const column *in, const cxj_value *metric, size_t width) {
    char head[VALUE];
    char tail[VALUE];
    format_value(head, tail, &in->info, metric);
    const char *text = head[0] == '\0' ? "-" : head;
    put_right(at, text, strlen(text), width - in->tail);
    put_left(at, tail, strlen(tail), in->tail);
}

/* Writes a table of the columns from first up to end. */
static void print_panel(FILE *out, const table *shown, const size_t *widths, size_t first, size_t end) {
    const size_t parts = shown->info.parts;
    print_headings(out, shown, widths, first, end);
    for (size_t row = 0; row < shown->row_count; row++) {
        line at = {out, 0};
        for (size_t part = 0; part < parts; part++) {
            const name *key = &shown->names[row * parts + part];
            put_left(&at, key->length == 0 ? none : key->text, key->length == 0 ? strlen(none) : key->length,
                     widths[part]);
            put_blanks(&at, GAP);
        }
        for (size_t i = first; i < end; i++) {
            const column *in = &shown->columns[i];
            if (!in->left_out) {
                put_value(&at, in, &shown->values[row * shown->column_count + i], in->width);
                put_blanks(&at, GAP);
            }
        }
        end_line(&at);
    }
}

/* Finds the columns from first on that fit beside the key; at least one.
 * columns  receives how many of them are not left out
 * returns  the one behind the last */
static size_t fill_panel(const table *shown, size_t key, size_t first, size_t *columns) {
    size_t width = key;
    size_t end = first;
    *columns = 0;
    for (; end < shown->column_count; end++) {
        const column *at = &shown->columns[end];
        if (!at->left_out) {
            if (*columns > 0 && width + GAP + at->width > LINE) {
                break;
            }
            width += GAP + at->width;
            ++*columns;
        }
    }
    return end;
}

/* Writes the table, in panels one below the other.
 * chosen  somebody chose the columns: all are written. Else what fits beside the key, and a second panel only where the
 *         table is short and there is something to put into it */
static void print_panels(FILE *out, const table *shown, bool chosen) {
    size_t widths[KEY_PARTS] = {0};
    const size_t key = measure_key(shown, widths);
    size_t columns;
    size_t first = 0;
    for (size_t panel = 0; first < shown->column_count; panel++) {
        const size_t end = fill_panel(shown, key, first, &columns);
        const bool worth = panel == 0 || (panel == 1 && columns >= SECOND_COLUMNS && shown->row_count <= SECOND_ROWS);
        if (columns == 0 || (!chosen && !worth)) {
            break;
        }
        fputs(panel == 0 ? "" : "\n", out);
        print_panel(out, shown, widths, first, end);
        first = end;
    }
}

/* Writes the one cell of a view without a key: a metric to a line. */
static void print_list(FILE *out, const table *shown) {
    size_t names = 0;
    size_t heads = 1;
    for (size_t i = 0; i < shown->column_count; i++) {
        if (!shown->columns[i].left_out) {
            names = larger(names, strlen(shown->columns[i].info.name));
            heads = larger(heads, shown->columns[i].head);
        }
    }
    for (size_t i = 0; i < shown->column_count; i++) {
        const column *in = &shown->columns[i];
        if (!in->left_out) {
            line at = {out, 0};
            put_left(&at, in->info.name, strlen(in->info.name), names + GAP);
            put_value(&at, in, &shown->values[i], heads + in->tail);
            end_line(&at);
        }
    }
}

/* Writes what the table does not show. */
static void print_rest(FILE *out, const table *shown) {
    const bool transitions = shown->info.grain == CXJ_GRAIN_TRANSITIONS;
    char text[VALUE];
    if (shown->more_cells > 0) {
        fprintf(out, "%s and ", ellipsis);
        table_count(out, shown->more_cells);
        format_whole(text, shown->more);
        const char *what = transitions ? " changes" : shown->info.has_period ? " before these" : "";
        fprintf(out, " more%s, with %s %s\n", what, text, chosen_for[shown->info.grain][0]);
    }
    if (shown->staying > 0) {
        format_whole(text, shown->staying);
        fprintf(out, "%s besides %s transitions from one to itself\n", ellipsis, text);
    }
    if (shown->info.incomplete) {
        fputs("incomplete: there are more cells than the engine's limit allows\n", out);
    }
}

cxj_status table_view(FILE *out, const cxj_view *view, const table_choice *choice) {
    table shown;
    const cxj_status status = collect(&shown, view, choice);
    if (status == CXJ_OK) {
        const size_t width = table_text(out, shown.info.text, shown.info.text_length, LINE);
        fputc('\n', out);
        for (size_t i = 0; i < width; i++) {
            fputc('-', out);
        }
        fputc('\n', out);
        measure_columns(&shown, choice->names != NULL);
        if (shown.info.cells == 0) {
            fputs("nothing\n", out);
        } else if (shown.column_count == 0) {
            fputs("none of the metrics asked for is one of this grain\n", out);
        } else if (shown.info.parts == 0) {
            print_list(out, &shown);
        } else if (shown.row_count > 0) {
            print_panels(out, &shown, choice->names != NULL);
        }
        print_rest(out, &shown);
    }
    table_finish(&shown);
    return status;
}

bool table_is_keyless(const cxj_view *view) {
    cxj_view_info info;
    cxj_cursor *cursor;
    if (cxj_view_describe(view, &info, sizeof info) != CXJ_OK || info.cells > 1 ||
        cxj_cursor_open(view, NULL, 0, &cursor) != CXJ_OK) {
        return false;
    }
    bool keyless = true;
    if (cxj_cursor_next(cursor) == CXJ_OK) {
        for (uint32_t part = 0; part < info.parts; part++) {
            const char *text;
            size_t length = 1;
            keyless = keyless && cxj_cursor_part(cursor, part, &text, &length) == CXJ_OK && length == 0;
        }
    }
    cxj_cursor_close(cursor);
    return keyless;
}

/* ---- The catalogue --------------------------------------------------------------------------------------- */

void table_wrapped(FILE *out, const char *text, size_t start, size_t indent) {
    size_t at = start;
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        size_t bytes;
        const size_t width = fit(text, length, LINE, &bytes);
        if (at + 1 + width > LINE) {
            fputc('\n', out);
            fprintf(out, "%*s", (int)indent, "");
            at = indent;
        } else if (at > indent) {
            fputc(' ', out);
            at++;
        }
        (void)table_text(out, text, length, LINE);
        at += width;
        text += length + strspn(text + length, " ");
    }
    fputc('\n', out);
}

void table_catalogue(FILE *out) {
    static const char *const grains[] = {[CXJ_GRAIN_TOUCHPOINTS] = "touchpoints",
                                         [CXJ_GRAIN_TRANSITIONS] = "transitions",
                                         [CXJ_GRAIN_JOURNEYS] = "journeys"};
    static const char *const units[] = {[CXJ_UNIT_COUNT] = "count",       [CXJ_UNIT_SHARE] = "share",
                                        [CXJ_UNIT_DURATION] = "duration", [CXJ_UNIT_SATISFACTION] = "satisfaction",
                                        [CXJ_UNIT_POINTS] = "points",     [CXJ_UNIT_MONEY] = "money"};
    cxj_metric_info info;
    uint32_t grain = 0;
    for (size_t i = 0; cxj_metric_describe(i, &info, sizeof info) == CXJ_OK; i++) {
        const bool known = info.grain < sizeof grains / sizeof grains[0] && info.unit < sizeof units / sizeof units[0];
        if (info.grain != grain) {
            fprintf(out, "%s%s\n", grain == 0 ? "" : "\n", known ? grains[info.grain] : "another grain");
            grain = info.grain;
        }
        fprintf(out, "  %s (%s%s)", info.name, known ? units[info.unit] : "another unit",
                info.has_interval ? ", with interval" : "");
        table_wrapped(out, info.summary, LINE, 6);
    }
}
