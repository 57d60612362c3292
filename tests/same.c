/* same: whether two engines show the same. See same.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "same.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { METRICS = 128, PARTS = 8 };

__attribute__((format(printf, 2, 3))) static bool differ(difference *what, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what->words, sizeof what->words, format, arguments);
    va_end(arguments);
    return false;
}

/* True if a view lacks cells, or what sealed journeys have contributed. */
static bool lacks(const cxj_view_info *info) {
    return info->incomplete || info->lacks_sealed;
}

size_t metrics_of(uint32_t grain, uint32_t *metrics, size_t capacity) {
    size_t count = 0;
    cxj_metric_info info;
    for (size_t i = 0; cxj_metric_describe(i, &info, sizeof info) == CXJ_OK; i++) {
        if (info.grain == grain && count < capacity) {
            metrics[count++] = info.metric;
        }
    }
    return count;
}

static const char *metric_name(uint32_t metric) {
    cxj_metric_info info;
    for (size_t i = 0; cxj_metric_describe(i, &info, sizeof info) == CXJ_OK; i++) {
        if (info.metric == metric) {
            return info.name;
        }
    }
    return "?";
}

/* Equal as values, not as bits: two NaNs are one "none". Otherwise without any tolerance. */
static bool same_double(double a, double b) {
    return (isnan(a) && isnan(b)) || (!(a < b) && !(a > b) && !isnan(a) && !isnan(b));
}

static bool same_results(const cxj_value *a, const cxj_value *b, const uint32_t *metrics, size_t count,
                         const char *text, const char *key, difference *what) {
    for (size_t i = 0; i < count; i++) {
        if (!same_double(a[i].value, b[i].value) || !same_double(a[i].low, b[i].low) ||
            !same_double(a[i].high, b[i].high) || a[i].n != b[i].n) {
            return differ(what, "[%s] %s %s: %.17g (%.17g..%.17g, n %llu) and %.17g (%.17g..%.17g, n %llu)", text, key,
                          metric_name(metrics[i]), a[i].value, a[i].low, a[i].high, (unsigned long long)a[i].n,
                          b[i].value, b[i].low, b[i].high, (unsigned long long)b[i].n);
        }
    }
    return true;
}

/* Drivers of the cell under a key, as bytes: what is no number is the same one everywhere in the library. */
static bool same_drivers(const cxj_view *a, const cxj_view *b, const cxj_text *key, const cxj_view_info *info,
                         const char *name, difference *what) {
    for (uint32_t model = CXJ_MODEL_SATISFACTION; info->has_drivers && model <= CXJ_MODEL_CHURN; model++) {
        cxj_drivers mine;
        cxj_drivers others;
        cxj_status status = cxj_view_drivers(a, key, sizeof *key, info->parts, model, NULL, 0, &mine, sizeof mine);
        cxj_status other_status =
            cxj_view_drivers(b, key, sizeof *key, info->parts, model, NULL, 0, &others, sizeof others);
        if (status < 0 || other_status < 0) {
            return differ(what, "[%s] %s drivers: %s, %s", info->text, name, cxj_status_text(status),
                          cxj_status_text(other_status));
        }
        if (memcmp(&mine, &others, sizeof mine) != 0) {
            return differ(what, "[%s] %s model %u: R² %.17g of %llu (%x) and %.17g of %llu (%x)", info->text, name,
                          (unsigned)model, mine.r2, (unsigned long long)mine.n, (unsigned)mine.taken, others.r2,
                          (unsigned long long)others.n, (unsigned)others.taken);
        }
    }
    return true;
}

/* The key of the cell under a cursor, its parts joined by " | ", for messages and for comparison. */
static cxj_status key_of(cxj_cursor *cursor, uint32_t parts, cxj_text *texts, char *key, size_t capacity) {
    key[0] = 0;
    for (uint32_t part = 0; part < parts; part++) {
        cxj_status status = cxj_cursor_part(cursor, part, &texts[part].text, &texts[part].length);
        if (status != CXJ_OK) {
            return status;
        }
        size_t used = strlen(key);
        snprintf(key + used, capacity - used, "%s%s", part ? " | " : "", texts[part].text);
    }
    return CXJ_OK;
}

/* Walks over the cells of a and looks each up in b. */
static bool same_cells(const cxj_view *a, const cxj_view *b, const cxj_view_info *info, bool only_common,
                       uint64_t *common, difference *what) {
    uint32_t metrics[METRICS];
    size_t count = metrics_of(info->grain, metrics, METRICS);
    cxj_cursor *cursor;
    cxj_status status = cxj_cursor_open(a, NULL, 0, &cursor);
    if (status != (lacks(info) ? CXJ_INCOMPLETE : CXJ_OK)) {
        cxj_cursor_close(cursor);
        return differ(what, "[%s] opening a cursor says: %s", info->text, cxj_status_text(status));
    }
    bool same = true;
    *common = 0;
    while (same && (status = cxj_cursor_next(cursor)) == CXJ_OK) {
        cxj_text texts[PARTS];
        char key[256];
        cxj_value mine[METRICS];
        cxj_value others[METRICS];
        status = key_of(cursor, info->parts, texts, key, sizeof key);
        if (status != CXJ_OK || cxj_cursor_metrics(cursor, metrics, count, NULL, 0, mine, sizeof mine[0]) != CXJ_OK) {
            same = differ(what, "[%s] a cell cannot be read: %s", info->text, cxj_status_text(status));
            break;
        }
        status =
            cxj_view_get(b, texts, sizeof texts[0], info->parts, metrics, count, NULL, 0, others, sizeof others[0]);
        if ((status == CXJ_NOT_FOUND || status == CXJ_LIMIT) && only_common) {
            continue;
        }
        if (status < 0) {
            same = differ(what, "[%s] cell %s is in one only: %s", info->text, key, cxj_status_text(status));
            break;
        }
        ++*common;
        same = same_results(mine, others, metrics, count, info->text, key, what) &&
               same_drivers(a, b, texts, info, key, what);
    }
    if (same && status != CXJ_DONE) {
        same = differ(what, "[%s] the cursor ended with: %s", info->text, cxj_status_text(status));
    }
    cxj_cursor_close(cursor);
    return same;
}

bool same_view(const cxj_view *a, const cxj_view *b, bool only_common, difference *what) {
    cxj_view_info mine;
    cxj_view_info others;
    what->words[0] = 0;
    if (cxj_view_describe(a, &mine, sizeof mine) != CXJ_OK || cxj_view_describe(b, &others, sizeof others) != CXJ_OK) {
        return differ(what, "a view cannot be described");
    }
    if (strcmp(mine.text, others.text) != 0 || mine.parts != others.parts || mine.grain != others.grain) {
        return differ(what, "[%s] and [%s] are different views", mine.text, others.text);
    }
    if (!only_common && (mine.cells != others.cells || lacks(&mine) != lacks(&others))) {
        return differ(what, "[%s] %llu cells (incomplete %d) and %llu (%d)", mine.text, (unsigned long long)mine.cells,
                      lacks(&mine), (unsigned long long)others.cells, lacks(&others));
    }
    /* Each cell of a is in b, and b has as many: so they have the same. */
    uint64_t common;
    if (!same_cells(a, b, &mine, only_common, &common, what)) {
        return false;
    }
    if (!only_common && common != mine.cells) {
        return differ(what, "[%s] says %llu cells, its cursor walks %llu", mine.text, (unsigned long long)mine.cells,
                      (unsigned long long)common);
    }
    return true;
}

static bool same_stats(const cxj_engine *a, const cxj_engine *b, difference *what) {
    cxj_stats mine;
    cxj_stats others;
    if (cxj_engine_stats(a, &mine, sizeof mine) != CXJ_OK || cxj_engine_stats(b, &others, sizeof others) != CXJ_OK) {
        return differ(what, "no stats");
    }
    const struct {
        const char *name;
        int64_t mine;
        int64_t others;
    } pairs[] = {
        {"touchpoints", (int64_t)mine.touchpoints, (int64_t)others.touchpoints},
        {"journeys", (int64_t)mine.journeys, (int64_t)others.journeys},
        {"held", (int64_t)mine.held, (int64_t)others.held},
        {"latest_at", mine.latest_at, others.latest_at},
        {"now", mine.now, others.now},
        {"has_now", mine.has_now, others.has_now},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (pairs[i].mine != pairs[i].others) {
            return differ(what, "stats: %s is %lld and %lld", pairs[i].name, (long long)pairs[i].mine,
                          (long long)pairs[i].others);
        }
    }
    return true;
}

/* Compares two arrays of touchpoints as bytes: the struct has no padding. */
static bool same_touchpoints(const cxj_engine *a, const cxj_engine *b, uint64_t journey, size_t count,
                             difference *what) {
    bool same = true;
    cxj_touchpoint *mine = calloc(count + 1, sizeof *mine);
    cxj_touchpoint *others = calloc(count + 1, sizeof *others);
    if (!mine || !others) {
        same = differ(what, "no memory for the test itself");
    } else if (cxj_journey_touchpoints(a, journey, count, NULL, 0, mine, sizeof *mine, &count) != CXJ_OK ||
               cxj_journey_touchpoints(b, journey, count, NULL, 0, others, sizeof *others, &count) != CXJ_OK ||
               memcmp(mine, others, count * sizeof *mine) != 0) {
        same = differ(what, "journey %llu has other touchpoints", (unsigned long long)journey);
    }
    free(mine);
    free(others);
    return same;
}

static bool same_journey(const cxj_engine *a, const cxj_engine *b, uint64_t journey, difference *what) {
    cxj_journey mine;
    cxj_journey others;
    memset(&mine, 0, sizeof mine);
    memset(&others, 0, sizeof others);
    cxj_status status = cxj_journey_state(a, journey, NULL, 0, &mine, sizeof mine);
    cxj_status other_status = cxj_journey_state(b, journey, NULL, 0, &others, sizeof others);
    if (status != other_status) {
        return differ(what, "state of journey %llu: %s and %s", (unsigned long long)journey, cxj_status_text(status),
                      cxj_status_text(other_status));
    }
    if (status == CXJ_OK && memcmp(&mine, &others, sizeof mine) != 0) {
        return differ(what, "journey %llu stands elsewhere", (unsigned long long)journey);
    }
    size_t count = 0;
    size_t other_count = 0;
    status = cxj_journey_touchpoints(a, journey, 0, NULL, 0, NULL, sizeof(cxj_touchpoint), &count);
    other_status = cxj_journey_touchpoints(b, journey, 0, NULL, 0, NULL, sizeof(cxj_touchpoint), &other_count);
    if (status != other_status || (status == CXJ_TOO_SMALL && count != other_count)) {
        return differ(what, "journey %llu: %zu touchpoints (%s) and %zu (%s)", (unsigned long long)journey, count,
                      cxj_status_text(status), other_count, cxj_status_text(other_status));
    }
    return status != CXJ_TOO_SMALL || same_touchpoints(a, b, journey, count, what);
}

bool same_engine(const cxj_engine *a, const cxj_engine *b, uint64_t first, uint64_t last, difference *what) {
    what->words[0] = 0;
    for (size_t i = 0;; i++) {
        cxj_view *mine;
        cxj_view *others;
        cxj_status status = cxj_view_at(a, i, &mine);
        cxj_status other_status = cxj_view_at(b, i, &others);
        if (status != other_status) {
            return differ(what, "one has more than %zu views, the other not", i);
        }
        if (status != CXJ_OK) {
            break;
        }
        if (!same_view(mine, others, false, what)) {
            return false;
        }
    }
    if (!same_stats(a, b, what)) {
        return false;
    }
    for (uint64_t journey = first; journey <= last; journey++) {
        if (!same_journey(a, b, journey, what)) {
            return false;
        }
    }
    return true;
}
