/* show: an engine as text. See show.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "show.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static int show_stats(const cxj_engine *engine, FILE *to) {
    cxj_stats stats;
    if (cxj_engine_stats(engine, &stats, sizeof stats) != CXJ_OK) return 1;
    fprintf(to,
            "touchpoints %" PRIu64 "\njourneys %" PRIu64 "\nheld %" PRIu64 "\nsealed %" PRIu64 "\nlatest_at %" PRId64
            "\n",
            stats.touchpoints, stats.journeys, stats.held, stats.sealed, stats.latest_at);
    if (stats.has_now) fprintf(to, "now %" PRId64 "\n", stats.now);
    return 0;
}

static int show_mark(const cxj_engine *engine, FILE *to) {
    const void *mark = NULL;
    size_t length = 0;
    if (cxj_mark(engine, &mark, &length) != CXJ_OK) return 1;
    if (length > 0) fprintf(to, "mark");
    for (size_t i = 0; i < length; i++) fprintf(to, " %02x", ((const unsigned char *)mark)[i]);
    if (length > 0) fprintf(to, "\n");
    return 0;
}

static int show_metrics(cxj_cursor *cursor, uint32_t grain, FILE *to) {
    cxj_metric_info info;
    for (size_t i = 0; cxj_metric_describe(i, &info, sizeof info) == CXJ_OK; i++) {
        cxj_value result;
        if (info.grain != grain) continue;
        if (cxj_cursor_metrics(cursor, &info.metric, 1, NULL, 0, &result, sizeof result) != CXJ_OK) return 1;
        if (isnan(result.value) || strcmp(info.name, "expected_clean_share") == 0) continue; /* pow() may differ */
        if (strncmp(info.name, "dumm", 4) == 0) continue; /* of a test's library alone */
        fprintf(to, " %s=", info.name);
        if (result.value < 0 || result.value > 0) fprintf(to, "%a", result.value);
        if (!isnan(result.low)) fprintf(to, "[%a,%a]", result.low, result.high);
        if (result.n != 0) fprintf(to, "/%" PRIu64, result.n);
    }
    fprintf(to, "\n");
    return 0;
}

static int show_cells(const cxj_view *view, const cxj_view_info *info, FILE *to) {
    cxj_cursor *cursor = NULL;
    int failed = cxj_cursor_open(view, NULL, 0, &cursor) < 0;
    while (!failed && cxj_cursor_next(cursor) == CXJ_OK) {
        fprintf(to, " cell");
        for (uint32_t part = 0; part < info->parts; part++) {
            const char *text = "";
            failed |= cxj_cursor_part(cursor, part, &text, NULL) != CXJ_OK;
            fprintf(to, " \"%s\"", text);
        }
        fprintf(to, ":");
        failed |= show_metrics(cursor, info->grain, to);
    }
    cxj_cursor_close(cursor);
    return failed;
}

static int show_views(const cxj_engine *engine, FILE *to) {
    cxj_view *view = NULL;
    for (size_t i = 0; cxj_view_at(engine, i, &view) == CXJ_OK; i++) {
        cxj_view_info info;
        if (cxj_view_describe(view, &info, sizeof info) != CXJ_OK) return 1;
        fprintf(to, "view %s%s\n", info.text, info.incomplete || info.lacks_sealed ? " (incomplete)" : "");
        if (show_cells(view, &info, to)) return 1;
    }
    return 0;
}

static int show_touchpoint(const cxj_engine *engine, const cxj_touchpoint *t, FILE *to) {
    const struct {
        uint32_t dimension, code;
    } codes[] = {
        {CXJ_DIMENSION_OWNER, t->owner}, {CXJ_DIMENSION_TEAM, t->team},         {CXJ_DIMENSION_CHANNEL, t->channel},
        {CXJ_DIMENSION_STAGE, t->stage}, {CXJ_DIMENSION_ACTIVITY, t->activity}, {CXJ_DIMENSION_CAUSE, t->cause},
        {CXJ_DIMENSION_TYPE, t->type},   {CXJ_DIMENSION_SEGMENT, t->segment},   {CXJ_DIMENSION_REASON, t->reason}};
    fprintf(to,
            " %" PRId64 " %" PRIu32 " %" PRIu64 " %" PRIu64 " due %" PRId64 " value %" PRId64 " customer %" PRIu64
            " facets %" PRIx32 " rating %d %d %d commitment %d outcome %d",
            t->at, t->sequence, t->id, t->revision, t->due, t->value, t->customer, t->facets, t->scale, t->score,
            t->scope, t->commitment, t->outcome);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        const char *name = "";
        if (cxj_name(engine, codes[i].dimension, codes[i].code, &name, NULL) != CXJ_OK) return 1;
        fprintf(to, " \"%s\"", name);
    }
    fprintf(to, "\n");
    return 0;
}

static int show_journey(const cxj_engine *engine, uint64_t number, FILE *to) {
    enum { MOST = 40 };
    cxj_touchpoint touchpoints[MOST];
    size_t count = 0;
    cxj_status status =
        cxj_journey_touchpoints(engine, number, MOST, NULL, 0, touchpoints, sizeof *touchpoints, &count);
    if (status == CXJ_NOT_FOUND) return 0;
    fprintf(to, "journey %" PRIu64 "%s\n", number, status == CXJ_SEALED ? " is sealed" : "");
    if (status == CXJ_SEALED) return 0;
    if (status != CXJ_OK || count > MOST) return 1;
    for (size_t i = 0; i < count; i++) {
        if ((touchpoints[i].facets & CXJ_FACET_WITHDRAWN) == 0 && show_touchpoint(engine, &touchpoints[i], to))
            return 1;
    }
    /* Those that are withdrawn have no place among the others. */
    for (size_t i = 0; i < count; i++) {
        if ((touchpoints[i].facets & CXJ_FACET_WITHDRAWN) == 0) continue;
        fprintf(to, " withdrawn %" PRIu64 " %" PRIu64 "\n", touchpoints[i].id, touchpoints[i].revision);
    }
    return 0;
}

static int show_calendar(const cxj_engine *engine, FILE *to) {
    const char *text = NULL;
    if (cxj_calendar(engine, &text, NULL) != CXJ_OK) return 1;
    if (text != NULL) fprintf(to, "calendar\n%s", text);
    return 0;
}

int show(const cxj_engine *engine, uint64_t last, FILE *to) {
    if (show_stats(engine, to) || show_mark(engine, to) || show_calendar(engine, to) || show_views(engine, to))
        return 1;
    for (uint64_t number = 1; number <= last; number++) {
        if (show_journey(engine, number, to)) return 1;
    }
    return ferror(to) != 0;
}
