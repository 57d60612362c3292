/* fuzz: see fuzz.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "fuzz.h"

#include "../../examples/text.h"
#include "../same.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { METRICS = 128, HEADER = 32, MAGIC = 0x6a78, JUNK = 0xa5, GONE = 0x5a };

void fuzz_fail(const char *file, int line, const char *condition, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s:%d: not (%s): ", file, line, condition);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    abort();
}

/* ---- bytes ------------------------------------------------------------------------------------------------------ */

uint8_t fuzz_byte(fuzz_bytes *bytes) {
    if (bytes->left == 0) {
        return 0;
    }
    bytes->left--;
    return *bytes->at++;
}

uint64_t fuzz_number(fuzz_bytes *bytes, unsigned size) {
    uint64_t number = 0;
    for (unsigned i = 0; i < size; i++) {
        number |= (uint64_t)fuzz_byte(bytes) << (8 * i);
    }
    return number;
}

bool fuzz_is_text(const char *text, size_t length) {
    for (size_t at = 0; at < length;) {
        uint32_t code;
        size_t size = text_decode(text + at, length - at, &code);
        if (size == 0 || code == 0) {
            return false;
        }
        at += size;
    }
    return true;
}

/* ---- the allocator ---------------------------------------------------------------------------------------------- */

static bool fails(fuzz_heap *heap) {
    if (heap->calm || heap->fail_in == 0) {
        return false;
    }
    bool failing = heap->fail_in == 1;
    if (!failing || !heap->for_ever) {
        heap->fail_in--;
    }
    heap->failed += failing;
    return failing;
}

void *fuzz_allocate(void *context, void *block, size_t old_size, size_t new_size) {
    fuzz_heap *heap = context;
    unsigned char *old = block;
    unsigned char *new = NULL;
    MUST((block == NULL) == (old_size == 0), "block %s, old_size %zu", block ? "is not NULL" : "is NULL", old_size);
    if (old) {
        size_t head[2];
        memcpy(head, old - HEADER, sizeof head);
        MUST(head[1] == MAGIC, "a block of %zu bytes that does not live, or was written before", old_size);
        MUST(head[0] == old_size, "a block of %zu bytes is passed as one of %zu", head[0], old_size);
    }
    if (new_size) {
        if (fails(heap)) {
            return NULL;
        }
        unsigned char *whole = malloc(HEADER + new_size);
        MUST(whole, "no memory for the test itself");
        memset(whole, JUNK, HEADER + new_size);
        const size_t head[2] = {new_size, MAGIC};
        memcpy(whole, head, sizeof head);
        new = whole + HEADER;
        if (old) {
            memcpy(new, old, old_size < new_size ? old_size : new_size);
        }
        heap->blocks++;
        heap->bytes += new_size;
    }
    if (old) {
        memset(old - HEADER, GONE, HEADER + old_size);
        free(old - HEADER);
        heap->blocks--;
        heap->bytes -= old_size;
    }
    return new;
}

/* ---- views ------------------------------------------------------------------------------------------------------ */

/* Describes all metrics of a grain; returns how many. */
static size_t describe_metrics(uint32_t grain, cxj_metric_info *infos, uint32_t *metrics) {
    size_t count = 0;
    cxj_metric_info info;
    for (size_t i = 0; cxj_metric_describe(i, &info, sizeof info) == CXJ_OK; i++) {
        if (info.grain == grain && count < METRICS) {
            metrics[count] = info.metric;
            infos[count++] = info;
        }
    }
    return count;
}

/* The ends of an interval are roots of a sum, so they may lie beside the value by what rounding costs. */
static void check_value(const cxj_view_info *view, const cxj_metric_info *info, const cxj_value *result) {
    const double slack = 1e-9 * (1 + fabs(result->value));
    MUST(!isinf(result->value) && !isinf(result->low) && !isinf(result->high), "[%s] %s is infinite", view->text,
         info->name);
    MUST(isnan(result->low) == isnan(result->high), "[%s] %s has half an interval", view->text, info->name);
    MUST(isnan(result->low) || info->has_interval, "[%s] %s has an interval and should not", view->text, info->name);
    if (isnan(result->value)) {
        MUST(isnan(result->low), "[%s] %s has an interval and no value", view->text, info->name);
        return;
    }
    if (info->kind == CXJ_KIND_SHARE) {
        MUST(result->value >= 0 && result->value <= 1, "[%s] %s is %g", view->text, info->name, result->value);
    }
    if (info->kind == CXJ_KIND_QUANTILE) {
        MUST(result->value >= 0, "[%s] %s is %g", view->text, info->name, result->value);
    }
    if (!isnan(result->low)) {
        MUST(result->low <= result->value + slack && result->value <= result->high + slack, "[%s] %s is %g, not %g..%g",
             view->text, info->name, result->value, result->low, result->high);
    }
}

static bool same_double(double a, double b) {
    return (isnan(a) && isnan(b)) || (!(a < b) && !(a > b) && !isnan(a) && !isnan(b));
}

/* Reads all cells as columns, and by a cursor, and compares. */
static void check_columns(const cxj_view *view, const cxj_view_info *info) {
    size_t cells = 0;
    const size_t room = (size_t)info->cells + 1;
    cxj_metric_info infos[METRICS];
    uint32_t metrics[METRICS];
    const size_t count = describe_metrics(info->grain, infos, metrics);
    double *values = calloc(room * count, sizeof *values);
    double *lows = calloc(room * count, sizeof *lows);
    int64_t *codes = calloc(room, sizeof *codes);
    MUST(values && lows && codes, "no memory for the test itself");
    const cxj_status read = info->incomplete || info->lacks_sealed ? CXJ_INCOMPLETE : CXJ_OK;
    MUST(cxj_view_read(view, metrics, count, room, NULL, 0, values, lows, NULL, NULL, &cells) == read, "[%s]",
         info->text);
    MUST(cells == info->cells, "[%s] %zu cells in place of %llu", info->text, cells, (unsigned long long)info->cells);
    if (cells > 0) {
        MUST(cxj_view_read(view, metrics, count, cells - 1, NULL, 0, values, NULL, NULL, NULL, &cells) == CXJ_TOO_SMALL,
             "[%s]", info->text);
    }
    for (uint32_t part = 0; part < info->parts; part++) {
        MUST(cxj_view_read_part(view, part, room, NULL, 0, codes, &cells) == read, "[%s] part %u", info->text,
             (unsigned)part);
    }
    MUST(cxj_view_read_part(view, info->parts, room, NULL, 0, codes, &cells) == CXJ_NOT_FOUND, "[%s]", info->text);
    cxj_cursor *cursor;
    MUST(cxj_cursor_open(view, NULL, 0, &cursor) == read, "[%s]", info->text);
    for (size_t i = 0; i < cells; i++) {
        cxj_value results[METRICS];
        MUST(cxj_cursor_next(cursor) == CXJ_OK, "[%s] cell %zu", info->text, i);
        MUST(cxj_cursor_metrics(cursor, metrics, count, NULL, 0, results, sizeof *results) == CXJ_OK, "[%s]",
             info->text);
        for (size_t m = 0; m < count; m++) {
            check_value(info, &infos[m], &results[m]);
            MUST(same_double(results[m].value, values[m * room + i]) && same_double(results[m].low, lows[m * room + i]),
                 "[%s] %s of cell %zu differs in columns", info->text, infos[m].name, i);
        }
    }
    MUST(cxj_cursor_next(cursor) == CXJ_DONE && cxj_cursor_next(cursor) == CXJ_DONE, "[%s]", info->text);
    cxj_cursor_close(cursor);
    free(values);
    free(lows);
    free(codes);
}

void fuzz_check_view(const cxj_view *view) {
    cxj_view_info info;
    difference what;
    MUST(cxj_view_describe(view, &info, sizeof info) == CXJ_OK, "a view cannot be described");
    MUST(same_view(view, view, false, &what), "%s", what.words);
    check_columns(view, &info);
}
