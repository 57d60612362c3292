/* Writes the drivers of a view: what goes with content customers, and with those who leave.
 *
 * SPDX-License-Identifier: MIT
 *
 * Idea: a cursor walks over the cells, and its texts are the key by which the drivers of each are asked for. Names of
 * predictors and groups come from the library's catalogue. For people the largest cells are shown, each with a sentence
 * and a bar for each predictor: its part of what can be explained.
 *
 * Invariant: names from outside are printed through table_text() and json_text() alone. */
#include "drivers.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "table.h"

enum {
    KEY_PARTS = 8, /* more than a view can have */
    PREDICTORS = 16,
    GROUPS = 8, /* for which cxj_drivers has room */
    SHOWN = 5,  /* cells */
    BAR = 32,   /* columns of the longest bar */
    LINE = 80,
    SENTENCE = 600
};

static const char *const model_names[] = {
    [CXJ_MODEL_SATISFACTION] = "satisfaction",
    [CXJ_MODEL_CHURN] = "churn",
};

/* The catalogue. */
typedef struct catalogue {
    size_t count;
    cxj_predictor_info predictors[PREDICTORS];
    const char *groups[GROUPS]; /* NULL: none */
} catalogue;

static void read_catalogue(catalogue *list) {
    cxj_predictor_info info;
    *list = (catalogue){0};
    while (list->count < PREDICTORS && cxj_predictor_describe(list->count, &info, sizeof info) == CXJ_OK) {
        list->predictors[list->count++] = info;
        if (info.group_place < GROUPS) {
            list->groups[info.group_place] = info.group;
        }
    }
}

/* Reads a model of the cell on which a cursor stands. */
static cxj_status read_drivers(const cxj_view *view, cxj_cursor *cursor, uint32_t parts, uint32_t model,
                               cxj_drivers *drivers) {
    cxj_text key[KEY_PARTS];
    for (uint32_t part = 0; part < parts && part < KEY_PARTS; part++) {
        const cxj_status status = cxj_cursor_part(cursor, part, &key[part].text, &key[part].length);
        if (status != CXJ_OK) {
            return status;
        }
    }
    return cxj_view_drivers(view, key, sizeof key[0], parts, model, NULL, 0, drivers, sizeof *drivers);
}

/* ---- JSON ------------------------------------------------------------------------------------------------ */

static void put_member(FILE *out, const char *before, const char *name, double number) {
    fprintf(out, "%s\"%s\": ", before, name);
    json_number(out, number);
}

static void put_model(FILE *out, const catalogue *list, const cxj_drivers *drivers) {
    const char *comma = "";
    if (isnan(drivers->r2)) {
        fputs("null", out);
        return;
    }
    fprintf(out, "{\"n\": %" PRIu64, drivers->n);
    put_member(out, ", ", "r2", drivers->r2);
    put_member(out, ", ", "r2_adjusted", drivers->r2_adjusted);
    fputs(", \"predictors\": {", out);
    for (size_t p = 0; p < list->count; p++) {
        const cxj_predictor *at = &drivers->predictors[p];
        if ((drivers->taken >> p & 1) != 0) {
            fprintf(out, "%s\"%s\": {", comma, list->predictors[p].name);
            put_member(out, "", "mean", at->mean);
            put_member(out, ", ", "coefficient", at->coefficient);
            put_member(out, ", ", "error", at->error);
            put_member(out, ", ", "t", at->t);
            put_member(out, ", ", "share", at->share);
            fputc('}', out);
            comma = ", ";
        }
    }
    fputs("}, \"groups\": {", out);
    for (size_t group = 0; group < GROUPS && list->groups[group] != NULL; group++) {
        put_member(out, group == 0 ? "" : ", ", list->groups[group], drivers->groups[group]);
    }
    fputs("}, \"left_out\": [", out);
    comma = "";
    for (size_t p = 0; p < list->count; p++) {
        if ((drivers->left_out >> p & 1) != 0) {
            fprintf(out, "%s\"%s\"", comma, list->predictors[p].name);
            comma = ", ";
        }
    }
    fputs("]}", out);
}

cxj_status drivers_json(FILE *out, const cxj_view *view, cxj_cursor *cursor, uint32_t parts) {
    catalogue list;
    cxj_status status = CXJ_OK;
    read_catalogue(&list);
    for (uint32_t model = CXJ_MODEL_SATISFACTION; model <= CXJ_MODEL_CHURN && status >= 0; model++) {
        cxj_drivers drivers;
        status = read_drivers(view, cursor, parts, model, &drivers);
        if (status >= 0) {
            fprintf(out, "%s\"%s\": ", model == CXJ_MODEL_SATISFACTION ? "{" : ", ", model_names[model]);
            put_model(out, &list, &drivers);
        }
    }
    fputc('}', out);
    return status < 0 ? status : CXJ_OK;
}

/* ---- For people ------------------------------------------------------------------------------------------ */

static double percent(double part) {
    const double rounded = floor(part * 100 + 0.5);
    return rounded > 0 ? rounded : 0; /* never -0 */
}

/* Puts numbers of what there are in the order of what they have, the most first. */
static size_t rank(const double *shares, uint32_t which, size_t count, size_t *order) {
    size_t ranked = 0;
    for (size_t i = 0; i < count; i++) {
        if ((which >> i & 1) != 0) {
            size_t place = ranked++;
            for (; place > 0 && shares[order[place - 1]] < shares[i]; place--) {
                order[place] = order[place - 1];
            }
            order[place] = i;
        }
    }
    return ranked;
}

/* "Of what can be explained, 41 % is delays, 12 % errors." */
static void tell_groups(FILE *out, const catalogue *list, const char *model, const cxj_drivers *drivers) {
    char sentence[SENTENCE];
    size_t order[GROUPS];
    const size_t count = rank(drivers->groups, (1U << GROUPS) - 1, GROUPS, order);
    const char *is = " Of what can be explained, %.0f\xC2\xA0%% is %s"; /* a blank at which no line ends */
    size_t length = (size_t)snprintf(sentence, sizeof sentence,
                                     "%s: %.0f\xC2\xA0%% of the differences between %" PRIu64
                                     " journeys can be explained (adjusted: %.0f\xC2\xA0%%).",
                                     model, percent(drivers->r2), drivers->n, percent(drivers->r2_adjusted));
    for (size_t i = 0; i < count && length < SENTENCE; i++) {
        if (drivers->groups[order[i]] > 0 && list->groups[order[i]] != NULL) {
            length += (size_t)snprintf(sentence + length, SENTENCE - length, is,
                                       percent(drivers->groups[order[i]] / drivers->r2), list->groups[order[i]]);
            is = ", %.0f\xC2\xA0%% %s";
        }
    }
    if (length < SENTENCE - 1 && is[0] == ',') {
        memcpy(sentence + length, ".", sizeof ".");
    }
    fputs("  ", out);
    table_wrapped(out, sentence, 2, 2);
}

static void tell_predictors(FILE *out, const catalogue *list, const cxj_drivers *drivers) {
    double shares[PREDICTORS];
    size_t order[PREDICTORS];
    for (size_t p = 0; p < PREDICTORS; p++) {
        shares[p] = drivers->predictors[p].share;
    }
    const size_t count = rank(shares, drivers->taken, list->count, order);
    for (size_t i = 0; i < count; i++) {
        const cxj_predictor_info *info = &list->predictors[order[i]];
        const double part = drivers->r2 > 0 ? shares[order[i]] / drivers->r2 : 0;
        fprintf(out, "    %-16s  %-10s  %+8.3f  ", info->name, info->group, drivers->predictors[order[i]].coefficient);
        for (int column = 0; column < (int)(part * BAR + 0.5); column++) {
            fputc('#', out);
        }
        fprintf(out, "%s%.0f %%\n", part * BAR + 0.5 < 1 ? "" : " ", percent(part));
    }
}

static void tell_left_out(FILE *out, const catalogue *list, const cxj_drivers *drivers) {
    char sentence[SENTENCE] = "left out:";
    size_t length = strlen(sentence);
    for (size_t p = 0; p < list->count && length < SENTENCE; p++) {
        if ((drivers->left_out >> p & 1) != 0) {
            length += (size_t)snprintf(sentence + length, SENTENCE - length, "%s %s",
                                       sentence[length - 1] == ':' ? "" : ",", list->predictors[p].name);
        }
    }
    if (drivers->left_out != 0) {
        fputs("    ", out);
        table_wrapped(out, sentence, 4, 6);
    }
}

/* Writes one model of a cell. */
static void tell_model(FILE *out, const catalogue *list, uint32_t model, const cxj_drivers *drivers) {
    if (isnan(drivers->r2)) {
        fprintf(out, "  %s: no value from %" PRIu64 " journeys\n", model_names[model], drivers->n);
        return;
    }
    tell_groups(out, list, model_names[model], drivers);
    fputs("    predictor         group       one more  of what can be explained\n", out);
    tell_predictors(out, list, drivers);
    tell_left_out(out, list, drivers);
}

/* Writes what the key of a cell says. */
static void tell_key(FILE *out, const cxj_view *view, cxj_cursor *cursor, uint32_t parts) {
    for (uint32_t part = 0; part < parts; part++) {
        const char *name = "";
        const char *text = "";
        size_t length = 0;
        (void)cxj_view_part(view, part, &name, NULL);
        (void)cxj_cursor_part(cursor, part, &text, &length);
        fprintf(out, "%s%s ", part == 0 ? "" : ", ", name);
        (void)table_text(out, length == 0 ? "(none)" : text, length == 0 ? strlen("(none)") : length, LINE / 2);
    }
    fputs(parts == 0 ? "all journeys\n" : "\n", out);
}

/* The least number of journeys of the cells that are shown. */
static uint64_t least_shown(const uint64_t *sizes, size_t cells) {
    uint64_t largest[SHOWN] = {0};
    for (size_t cell = 0; cell < cells; cell++) {
        size_t place = SHOWN;
        for (; place > 0 && largest[place - 1] < sizes[cell]; place--) {
            if (place < SHOWN) {
                largest[place] = largest[place - 1];
            }
        }
        if (place < SHOWN) {
            largest[place] = sizes[cell];
        }
    }
    return largest[SHOWN - 1] > 0 ? largest[SHOWN - 1] : 1;
}

/* Walks over the cells: finds on how many journeys the models of each rest that have a value, or writes those with
 * least or more; *told says how many. */
static cxj_status walk(FILE *out, const cxj_view *view, uint32_t parts, uint64_t *sizes, uint64_t least, size_t *told) {
    catalogue list;
    cxj_cursor *cursor;
    read_catalogue(&list);
    cxj_status status = cxj_cursor_open(view, NULL, 0, &cursor);
    if (status < 0) {
        return status;
    }
    for (size_t cell = 0; (status = cxj_cursor_next(cursor)) == CXJ_OK; cell++) {
        const bool is_told = least > 0 && sizes[cell] >= least && *told < SHOWN;
        if (is_told) {
            fputs("\n", out);
            tell_key(out, view, cursor, parts);
            ++*told;
        }
        for (uint32_t model = CXJ_MODEL_SATISFACTION; model <= CXJ_MODEL_CHURN && (is_told || least == 0); model++) {
            cxj_drivers drivers;
            if (read_drivers(view, cursor, parts, model, &drivers) < 0) {
                continue;
            }
            if (is_told) {
                tell_model(out, &list, model, &drivers);
            } else if (!isnan(drivers.r2) && drivers.n > sizes[cell]) {
                sizes[cell] = drivers.n;
            }
        }
    }
    cxj_cursor_close(cursor);
    return status == CXJ_DONE ? CXJ_OK : status;
}

cxj_status drivers_view(FILE *out, const cxj_view *view) {
    cxj_view_info info;
    size_t told = 0;
    size_t known = 0;
    cxj_status status = cxj_view_describe(view, &info, sizeof info);
    const size_t cells = status == CXJ_OK ? (size_t)info.cells : 0;
    uint64_t *sizes = calloc(cells + 1, sizeof *sizes);
    if (sizes == NULL) {
        return CXJ_NO_MEMORY;
    }
    if (status == CXJ_OK) {
        status = walk(out, view, info.parts, sizes, 0, &told);
    }
    if (status == CXJ_OK) {
        status = walk(out, view, info.parts, sizes, least_shown(sizes, cells), &told);
    }
    for (size_t cell = 0; cell < cells; cell++) {
        known += sizes[cell] > 0;
    }
    free(sizes);
    fputc('\n', out);
    if (known > told) {
        fprintf(out, "\xE2\x80\xA6 and %zu more cells with drivers, of fewer journeys\n", known - told);
    }
    table_wrapped(
        out,
        told == 0
            ? "no drivers: it takes twice as many journeys as predictors, and two more, that differ"
            : "This is association: that something goes with content customers does not prove that it makes them so.",
        0, 0);
    return status;
}
