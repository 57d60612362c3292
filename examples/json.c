/* Writes what an engine answers as JSON, for programs to read.
 *
 * SPDX-License-Identifier: MIT
 *
 * Idea: a view is walked with a cursor, so cells come in the order of their keys, and one cell at a time is in memory.
 * The metrics and their names are taken from the library's own catalogue: a metric that it gains appears here by
 * itself. */
#include "json.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drivers.h"
#include "worklist.h"

void json_text(FILE *out, const char *text, size_t length) {
    fputc('"', out);
    for (size_t i = 0; i < length; i++) {
        const unsigned char byte = (unsigned char)text[i];
        if (byte == '"' || byte == '\\') {
            fputc('\\', out);
            fputc(byte, out);
        } else if (byte < 0x20) {
            fprintf(out, "\\u%04x", (unsigned)byte);
        } else {
            fputc(byte, out);
        }
    }
    fputc('"', out);
}

void json_number(FILE *out, double number) {
    if (!isfinite(number)) {
        fputs("null", out);
    } else if (fabs(number) < 9223372036854775808.0 && number == floor(number)) {
        /* Below 2^63 a whole double is exact as an integer. A negative zero keeps its sign only with a fraction. */
        if (number == 0 && signbit(number)) {
            fputs("-0.0", out);
        } else {
            fprintf(out, "%" PRId64, (int64_t)number);
        }
    } else {
        char text[32];
        for (int digits = 15; digits <= 17; digits++) {
            snprintf(text, sizeof text, "%.*g", digits, number);
            if (strtod(text, NULL) == number) {
                break;
            }
        }
        fputs(text, out);
    }
}

/* The metrics of one grain: their numbers for the reading functions, and their names. */
typedef struct catalogue {
    size_t count;
    uint32_t *metrics;
    const char **names;
    cxj_value *values; /* of one cell */
} catalogue;

static void catalogue_finish(catalogue *list) {
    free(list->metrics);
    free(list->names);
    free(list->values);
    *list = (catalogue){0};
}

static cxj_status catalogue_init(catalogue *list, uint32_t grain) {
    cxj_metric_info info;
    size_t all = 0;
    while (cxj_metric_describe(all, &info, sizeof info) == CXJ_OK) {
        all++;
    }
    *list = (catalogue){0};
    list->metrics = calloc(all + 1, sizeof *list->metrics);
    list->names = calloc(all + 1, sizeof *list->names);
    list->values = calloc(all + 1, sizeof *list->values);
    if (list->metrics == NULL || list->names == NULL || list->values == NULL) {
        catalogue_finish(list);
        return CXJ_NO_MEMORY;
    }
    for (size_t i = 0; i < all; i++) {
        if (cxj_metric_describe(i, &info, sizeof info) == CXJ_OK && info.grain == grain) {
            list->metrics[list->count] = info.metric;
            list->names[list->count] = info.name;
            list->count++;
        }
    }
    return CXJ_OK;
}

/* Writes the key of a cell. */
static void write_key(FILE *out, const cxj_view *view, const cxj_text *parts, uint32_t count) {
    for (uint32_t part = 0; part < count; part++) {
        const char *name = "";
        (void)cxj_view_part(view, part, &name, NULL);
        fputs(part == 0 ? "" : ", ", out);
        json_text(out, name, strlen(name));
        fputs(": ", out);
        json_text(out, parts[part].text, parts[part].length);
    }
}

/* Writes the metrics of one cell, and the intervals of those that have one. */
static void write_metrics(FILE *out, const catalogue *list) {
    for (size_t i = 0; i < list->count; i++) {
        fprintf(out, "%s\"%s\": ", i == 0 ? "" : ", ", list->names[i]);
        json_number(out, list->values[i].value);
    }
    fputs("}, \"intervals\": {", out);
    const char *comma = "";
    for (size_t i = 0; i < list->count; i++) {
        if (!isnan(list->values[i].low) && !isnan(list->values[i].high)) {
            fprintf(out, "%s\"%s\": [", comma, list->names[i]);
            json_number(out, list->values[i].low);
            fputs(", ", out);
            json_number(out, list->values[i].high);
            fputc(']', out);
            comma = ", ";
        }
    }
}

/* A view that is written. */
typedef struct written {
    FILE *out;
    const cxj_view *view;
    cxj_view_info info;
    catalogue list;
    const analyses *asked;
    const log_reader *log;
    drilled room;
} written;

/* Writes the cell on which a cursor stands. */
static cxj_status write_cell(written *at, cxj_cursor *cursor) {
    cxj_text parts[KEYS_PARTS] = {{NULL, 0}};
    cxj_status status =
        cxj_cursor_metrics(cursor, at->list.metrics, at->list.count, NULL, 0, at->list.values, sizeof *at->list.values);
    for (uint32_t part = 0; part < at->info.parts && status == CXJ_OK; part++) {
        status = cxj_cursor_part(cursor, part, &parts[part].text, &parts[part].length);
    }
    fputs("\n  {\"key\": {", at->out);
    write_key(at->out, at->view, parts, at->info.parts);
    fputs("},\n   \"metrics\": {", at->out);
    write_metrics(at->out, &at->list);
    fputc('}', at->out);
    if (at->info.has_drivers && status == CXJ_OK) {
        fputs(",\n   \"drivers\": ", at->out);
        status = drivers_json(at->out, at->view, cursor, at->info.parts);
    }
    if (status == CXJ_OK) {
        status = analysis_json_cell(at->out, at->asked, at->log, at->view, &at->info, parts, &at->room);
    }
    fputc('}', at->out);
    return status;
}

/* Writes one view. */
static cxj_status write_view(written *at, const char *text) {
    cxj_cursor *cursor = NULL;
    cxj_status status = cxj_view_describe(at->view, &at->info, sizeof at->info);
    if (status == CXJ_OK && at->info.parts > KEYS_PARTS) {
        status = CXJ_BAD_ARGUMENT; /* of a library that is newer than this file */
    }
    if (status == CXJ_OK) {
        status = catalogue_init(&at->list, at->info.grain);
    }
    if (status == CXJ_OK) {
        status = cxj_cursor_open(at->view, NULL, 0, &cursor);
    }
    if (status != CXJ_OK) {
        return status;
    }
    fputs("{\"view\": ", at->out);
    json_text(at->out, text, strlen(text));
    fputs(", \"cells\": [", at->out);
    const char *comma = "";
    while (status == CXJ_OK && (status = cxj_cursor_next(cursor)) == CXJ_OK) {
        fputs(comma, at->out);
        status = write_cell(at, cursor);
        comma = ",";
    }
    cxj_cursor_close(cursor);
    fputc(']', at->out);
    if (status == CXJ_DONE) {
        status = analysis_json_view(at->out, at->asked, at->view);
    }
    fputc('}', at->out);
    return status;
}

cxj_status json_report(FILE *out, const cxj_stats *stats, uint64_t rejected, cxj_view *const *views,
                       const char *const *texts, size_t count, const analyses *asked, const json_acting *acting,
                       const log_reader *log) {
    fprintf(out, "{\"touchpoints\": %" PRIu64 ", \"duplicates\": %" PRIu64 ", \"conflicts\": %" PRIu64,
            stats->touchpoints, stats->duplicates, stats->conflicts);
    fprintf(out, ", \"superseded\": %" PRIu64 ", \"rejected\": %" PRIu64 ", \"late\": %" PRIu64, stats->superseded,
            rejected, stats->late);
    fprintf(out, ", \"journeys\": %" PRIu64 ", \"now\": %" PRId64 ",\n \"views\": [", stats->journeys, stats->now);
    cxj_status status = CXJ_OK;
    for (size_t i = 0; i < count && status == CXJ_OK; i++) {
        fputs(i == 0 ? "" : ",\n ", out);
        written at = {.out = out, .view = views[i], .asked = asked, .log = log};
        status = write_view(&at, texts[i]);
        catalogue_finish(&at.list);
        free(at.room.journeys);
    }
    fputc(']', out);
    if (acting->rule_count > 0 && status == CXJ_OK) {
        fputs(",\n \"worklists\": ", out);
        status = worklist_json(out, acting->engine, log, acting->rules, acting->rule_count);
    }
    if (acting->replay != NULL && status == CXJ_OK) {
        fputs(",\n \"alerts\": ", out);
        replay_json(out, acting->replay, log);
    }
    fputs("}\n", out);
    return status;
}
