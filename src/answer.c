/* answer: reading views: cursors, single cells, whole columns.
 *
 * Nothing here writes in the engine. A cursor holds the cells in the order of their keys, as they were when it was
 * opened, and the engine's version then: if that has moved on, the cells may be gone, so it says so and touches
 * none. */
#include "answer.h"

#include <math.h>
#include <string.h>

struct cxj_cursor {
    const struct cxj_view *view;
    uint64_t version;
    struct cxj__cell **cells; /* sorted; the second half is room for sorting */
    size_t count;
    size_t next;
    struct cxj__memory memory; /* the engine's allocator; its account is not touched by readers */
    char period[CXJ__PERIOD_TEXT];
};

struct cxj__circumstances cxj__answer_circumstances(const struct cxj_view *view) {
    const cxj_engine *engine = view->engine;
    uint8_t first = view->dimension_count > 0 ? view->dimensions[0] : 0;
    return (struct cxj__circumstances){
        .unrecorded = engine->unrecorded,
        .has_now = engine->core.now != INT64_MIN,
        .has_context = first == CXJ_DIMENSION_OWNER || first == CXJ_DIMENSION_TEAM,
    };
}

/* What is wrong with the numbers of metrics, as a sentence in why; NULL if they are those of the view's grain. */
static const char *check_metrics(const struct cxj_view *view, const uint32_t *metrics, size_t count,
                                 struct cxj__message *why) {
    if (metrics == NULL && count > 0) return "metrics is NULL";
    for (size_t i = 0; i < count; i++) {
        size_t place = cxj__metric_place(metrics[i]);
        if (place != SIZE_MAX && cxj__metric_grain(place) == view->grain) continue;
        const char *what = place == SIZE_MAX ? "there is no metric" : "the view's grain does not have metric";
        cxj__base_say(why, "metrics[%zu]: %s %u", i, what, (unsigned)metrics[i]);
        return why->text;
    }
    return NULL;
}

cxj_status cxj__answer_completeness(const struct cxj_view *view) {
    return view->incomplete || view->sealed_lost ? CXJ_INCOMPLETE : CXJ_OK;
}

static void read_cell(const struct cxj_view *view, const struct cxj__cell *cell, const uint32_t *metrics, size_t count,
                      cxj_value *results, size_t result_size) {
    struct cxj__circumstances circumstances = cxj__answer_circumstances(view);
    for (size_t i = 0; i < count; i++) {
        cxj_value result;
        cxj__metric_read(cxj__metric_place(metrics[i]), cell, &circumstances, &result);
        cxj__engine_give((char *)results + i * result_size, result_size, &result, sizeof result);
    }
}

/* ---- what a view and a metric are ------------------------------------------------------------------------------- */

cxj_status cxj_view_describe(const cxj_view *view, cxj_view_info *info, size_t info_size) {
    if (view == NULL || info == NULL || info_size < CXJ__LEAST_VIEW_INFO) return CXJ_BAD_ARGUMENT;
    cxj_view_info known = {
        .text = view->text,
        .text_length = view->text_length,
        .cells = view->cell_count,
        .grain = view->grain,
        .parts = cxj__view_parts(view),
        .incomplete = view->incomplete,
        .has_period = view->period != CXJ__NO_PERIOD,
        .lacks_sealed = view->sealed_lost,
    };
    cxj__engine_give(info, info_size, &known, sizeof known);
    return CXJ_OK;
}

cxj_status cxj_view_part(const cxj_view *view, uint32_t part, const char **name, uint32_t *dimension) {
    if (view == NULL || name == NULL) return CXJ_BAD_ARGUMENT;
    if (part >= cxj__view_parts(view)) return CXJ_NOT_FOUND;
    cxj__view_part_name(view, part, name, dimension);
    return CXJ_OK;
}

cxj_status cxj_metric_describe(size_t index, cxj_metric_info *info, size_t info_size) {
    if (info == NULL || info_size < CXJ__LEAST_METRIC_INFO) return CXJ_BAD_ARGUMENT;
    if (index >= cxj__metric_count()) return CXJ_NOT_FOUND;
    cxj_metric_info known;
    cxj__metric_describe(index, &known);
    cxj__engine_give(info, info_size, &known, sizeof known);
    return CXJ_OK;
}

cxj_status cxj_metric_find(uint32_t grain, const char *name, size_t length, uint32_t *metric) {
    if (name == NULL || metric == NULL || grain < CXJ_GRAIN_TOUCHPOINTS || grain > CXJ_GRAIN_JOURNEYS) {
        return CXJ_BAD_ARGUMENT;
    }
    size_t place = cxj__metric_find(grain, name, cxj__base_length(name, length));
    if (place == SIZE_MAX) return CXJ_NOT_FOUND;
    cxj_metric_info info;
    cxj__metric_describe(place, &info);
    *metric = info.metric;
    return CXJ_OK;
}

/* ---- one cell --------------------------------------------------------------------------------------------------- */

const char *cxj__answer_check_parts(struct cxj__parts parts, size_t wanted, struct cxj__message *why) {
    if (parts.count != wanted) {
        cxj__base_say(why, "part_count: it is %zu, but there must be %zu parts", parts.count, wanted);
        return why->text;
    }
    if (parts.count == 0) return NULL;
    if (parts.texts == NULL) {
        cxj__base_say(why, "%s is NULL", parts.name);
        return why->text;
    }
    if (parts.size < CXJ__LEAST_TEXT) return "part_size is below sizeof(cxj_text)";
    for (size_t i = 0; i < parts.count; i++) {
        cxj_text part;
        if (!cxj__engine_take(&part, sizeof part, (const char *)parts.texts + i * parts.size, parts.size)) {
            cxj__base_say(why, "%s[%zu]: members that this version does not know are not zero", parts.name, i);
            return why->text;
        }
        if (part.text != NULL || part.length == 0) continue;
        cxj__base_say(why, "%s[%zu]: its text is NULL, and its length is not 0", parts.name, i);
        return why->text;
    }
    return NULL;
}

static const char *check_results(const cxj_value *results, size_t result_size, size_t metric_count) {
    if (metric_count == 0) return NULL;
    if (results == NULL) return "results is NULL";
    return result_size < CXJ__LEAST_VALUE ? "result_size is below sizeof(cxj_value)" : NULL;
}

cxj_status cxj__answer_find(const struct cxj_view *view, struct cxj__parts parts, char *message,
                            size_t message_capacity, const struct cxj__cell **cell) {
    const struct cxj__core *core = &view->engine->core;
    struct cxj__message why;
    struct cxj__key key;
    uint64_t probes = 0;
    cxj_status status = cxj__view_parse_key(view, core->dictionaries, &core->seed, parts.texts, parts.size, &key);
    *cell = status == CXJ_OK ? cxj__view_find(view, &core->seed, &key, &probes) : NULL;
    if (*cell != NULL) return CXJ_OK;
    if (status == CXJ_BAD_TEXT) {
        cxj__base_say(&why, "%s[0]: it is no period of this view, such as a cursor shows it", parts.name);
    } else if (cxj__answer_completeness(view) == CXJ_OK) {
        status = CXJ_NOT_FOUND;
        cxj__base_say(&why, "%s: nothing contributes to such a cell", parts.name);
    } else {
        status = CXJ_LIMIT;
        cxj__base_say(&why,
                      "%s: there is no such cell, but the view lacks cells, so it is not known whether anything "
                      "contributes to it",
                      parts.name);
    }
    return cxj__engine_refuse(message, message_capacity, status, why.text);
}

cxj_status cxj_view_get(const cxj_view *view, const cxj_text *parts, size_t part_size, size_t part_count,
                        const uint32_t *metrics, size_t metric_count, char *message, size_t message_capacity,
                        cxj_value *results, size_t result_size) {
    const struct cxj__parts given = {"parts", parts, part_size, part_count};
    cxj__base_tell(message, message_capacity, "");
    struct cxj__message why;
    const char *wrong = view == NULL ? "view is NULL" : cxj__answer_check_parts(given, cxj__view_parts(view), &why);
    if (wrong == NULL) wrong = check_metrics(view, metrics, metric_count, &why);
    if (wrong == NULL) wrong = check_results(results, result_size, metric_count);
    if (wrong != NULL) return cxj__engine_refuse(message, message_capacity, CXJ_BAD_ARGUMENT, wrong);
    const struct cxj__cell *cell = NULL;
    cxj_status status = cxj__answer_find(view, given, message, message_capacity, &cell);
    if (status != CXJ_OK) return status;
    read_cell(view, cell, metrics, metric_count, results, result_size);
    return view->sealed_lost ? CXJ_INCOMPLETE : CXJ_OK;
}

/* ---- cursors ---------------------------------------------------------------------------------------------------- */

struct cxj__memory cxj__answer_memory(const struct cxj_view *view) {
    struct cxj__memory memory = view->engine->core.memory;
    memory.limit = 0;
    memory.used = 0;
    return memory;
}

size_t cxj__answer_cell_bytes(size_t count) {
    return 2 * count * sizeof(struct cxj__cell *);
}

struct cxj__cell **cxj__answer_sort(const struct cxj_view *view, struct cxj__memory *memory, bool *ok) {
    struct cxj__cell **cells =
        view->cell_count == 0 ? NULL : cxj__base_resize(memory, NULL, 0, cxj__answer_cell_bytes(view->cell_count));
    *ok = cells != NULL || view->cell_count == 0;
    if (cells != NULL) cxj__view_sort(view, view->engine->core.dictionaries, cells);
    return cells;
}

cxj_status cxj_cursor_open(const cxj_view *view, char *message, size_t message_capacity, cxj_cursor **cursor) {
    cxj__base_tell(message, message_capacity, "");
    if (cursor != NULL) *cursor = NULL;
    if (view == NULL || cursor == NULL) {
        return cxj__engine_refuse(message, message_capacity, CXJ_BAD_ARGUMENT,
                                  view == NULL ? "view is NULL" : "cursor is NULL");
    }
    struct cxj__memory memory = cxj__answer_memory(view);
    cxj_cursor *made = cxj__base_resize(&memory, NULL, 0, sizeof *made);
    if (made == NULL) return cxj__engine_refuse(message, message_capacity, CXJ_NO_MEMORY, "no memory for a cursor");
    memset(made, 0, sizeof *made);
    bool ok = false;
    made->cells = cxj__answer_sort(view, &memory, &ok);
    made->view = view;
    made->version = view->engine->core.version;
    made->count = view->cell_count;
    made->memory = memory;
    if (!ok) {
        made->count = 0;
        cxj_cursor_close(made);
        return cxj__engine_refuse(message, message_capacity, CXJ_NO_MEMORY, "no memory to put the cells in order");
    }
    *cursor = made;
    return cxj__answer_completeness(view);
}

void cxj_cursor_close(cxj_cursor *cursor) {
    if (cursor == NULL) return;
    struct cxj__memory memory = cursor->memory;
    cxj__base_resize(&memory, cursor->cells, cxj__answer_cell_bytes(cursor->count), 0);
    cxj__base_resize(&memory, cursor, sizeof *cursor, 0);
}

static bool is_stale(const cxj_cursor *cursor) {
    return cursor->version != cursor->view->engine->core.version;
}

cxj_status cxj_cursor_next(cxj_cursor *cursor) {
    if (cursor == NULL) return CXJ_BAD_ARGUMENT;
    if (is_stale(cursor)) return CXJ_STALE;
    if (cursor->next > cursor->count) return CXJ_DONE;
    return cursor->next++ < cursor->count ? CXJ_OK : CXJ_DONE;
}

/* The cell on which the cursor stands, or why there is none. */
static cxj_status cell_of_cursor(const cxj_cursor *cursor, const struct cxj__cell **cell) {
    if (is_stale(cursor)) return CXJ_STALE;
    if (cursor->next == 0 || cursor->next > cursor->count) return CXJ_NOT_FOUND;
    *cell = cursor->cells[cursor->next - 1];
    return CXJ_OK;
}

cxj_status cxj_cursor_part(cxj_cursor *cursor, uint32_t part, const char **text, size_t *length) {
    if (cursor == NULL || text == NULL) return CXJ_BAD_ARGUMENT;
    const struct cxj__cell *cell = NULL;
    cxj_status status = cell_of_cursor(cursor, &cell);
    if (status == CXJ_STALE) {
        *text = "";
        if (length != NULL) *length = 0;
    }
    if (status != CXJ_OK) return status;
    if (part >= cxj__view_parts(cursor->view)) return CXJ_NOT_FOUND;
    size_t bytes = 0;
    *text = cxj__view_part_text(cursor->view, cursor->view->engine->core.dictionaries, &cell->key, part, cursor->period,
                                &bytes);
    if (length != NULL) *length = bytes;
    return CXJ_OK;
}

/* Results without a value, so that who overlooks CXJ_STALE works with nothing. */
static void give_nothing(size_t metric_count, cxj_value *results, size_t result_size) {
    const cxj_value nothing = {NAN, NAN, NAN, 0};
    for (size_t i = 0; i < metric_count; i++) {
        cxj__engine_give((char *)results + i * result_size, result_size, &nothing, sizeof nothing);
    }
}

cxj_status cxj_cursor_metrics(cxj_cursor *cursor, const uint32_t *metrics, size_t metric_count, char *message,
                              size_t message_capacity, cxj_value *results, size_t result_size) {
    cxj__base_tell(message, message_capacity, "");
    struct cxj__message why;
    const char *wrong = cursor == NULL ? "cursor is NULL" : check_results(results, result_size, metric_count);
    if (wrong != NULL) return cxj__engine_refuse(message, message_capacity, CXJ_BAD_ARGUMENT, wrong);
    const struct cxj__cell *cell = NULL;
    cxj_status status = cell_of_cursor(cursor, &cell);
    if (status == CXJ_STALE) {
        give_nothing(metric_count, results, result_size);
        return status;
    }
    if (status != CXJ_OK) return cxj__engine_refuse(message, message_capacity, status, "the cursor is at no cell");
    wrong = check_metrics(cursor->view, metrics, metric_count, &why);
    if (wrong != NULL) return cxj__engine_refuse(message, message_capacity, CXJ_BAD_ARGUMENT, wrong);
    read_cell(cursor->view, cell, metrics, metric_count, results, result_size);
    return CXJ_OK;
}

/* ---- columns ---------------------------------------------------------------------------------------------------- */

/* The arrays that a host wants filled, each perhaps NULL. */
struct arrays {
    double *values, *lows, *highs;
    uint64_t *counts;
};

static void read_all_cells(const struct cxj_view *view, struct cxj__cell *const *cells, const uint32_t *metrics,
                           size_t metric_count, size_t capacity, const struct arrays *arrays) {
    struct cxj__circumstances circumstances = cxj__answer_circumstances(view);
    for (size_t m = 0; m < metric_count; m++) {
        size_t place = cxj__metric_place(metrics[m]);
        for (size_t i = 0; i < view->cell_count; i++) {
            cxj_value result;
            cxj__metric_read(place, cells[i], &circumstances, &result);
            if (arrays->values != NULL) arrays->values[m * capacity + i] = result.value;
            if (arrays->lows != NULL) arrays->lows[m * capacity + i] = result.low;
            if (arrays->highs != NULL) arrays->highs[m * capacity + i] = result.high;
            if (arrays->counts != NULL) arrays->counts[m * capacity + i] = result.n;
        }
    }
}

/* The cells of a view in order, if the host has room for so many; *cells says how many there are. */
static cxj_status sort_for_reading(const cxj_view *view, size_t capacity, char *message, size_t message_capacity,
                                   struct cxj__memory *memory, struct cxj__cell ***sorted, size_t *cells) {
    *cells = view->cell_count;
    if (view->cell_count > capacity) {
        return cxj__engine_refuse_room(message, message_capacity, "cells", view->cell_count, capacity);
    }
    bool ok = false;
    *memory = cxj__answer_memory(view);
    *sorted = cxj__answer_sort(view, memory, &ok);
    if (ok) return CXJ_OK;
    return cxj__engine_refuse(message, message_capacity, CXJ_NO_MEMORY, "no memory to put the cells in order");
}

cxj_status cxj_view_read(const cxj_view *view, const uint32_t *metrics, size_t metric_count, size_t capacity,
                         char *message, size_t message_capacity, double *values, double *lows, double *highs,
                         uint64_t *counts, size_t *cells) {
    cxj__base_tell(message, message_capacity, "");
    struct cxj__message why;
    const char *wrong = view == NULL    ? "view is NULL"
                        : cells == NULL ? "cells is NULL"
                                        : check_metrics(view, metrics, metric_count, &why);
    if (wrong != NULL) return cxj__engine_refuse(message, message_capacity, CXJ_BAD_ARGUMENT, wrong);
    struct cxj__memory memory;
    struct cxj__cell **sorted = NULL;
    cxj_status status = sort_for_reading(view, capacity, message, message_capacity, &memory, &sorted, cells);
    if (status != CXJ_OK) return status;
    const struct arrays arrays = {values, lows, highs, counts};
    read_all_cells(view, sorted, metrics, metric_count, capacity, &arrays);
    cxj__base_resize(&memory, sorted, cxj__answer_cell_bytes(view->cell_count), 0);
    return cxj__answer_completeness(view);
}

cxj_status cxj_view_read_part(const cxj_view *view, uint32_t part, size_t capacity, char *message,
                              size_t message_capacity, int64_t *codes, size_t *cells) {
    cxj__base_tell(message, message_capacity, "");
    const char *wrong = view == NULL                    ? "view is NULL"
                        : cells == NULL                 ? "cells is NULL"
                        : codes == NULL && capacity > 0 ? "codes is NULL"
                                                        : NULL;
    if (wrong != NULL) return cxj__engine_refuse(message, message_capacity, CXJ_BAD_ARGUMENT, wrong);
    if (part >= cxj__view_parts(view)) {
        return cxj__engine_refuse(message, message_capacity, CXJ_NOT_FOUND, "a key of this view has no such part");
    }
    struct cxj__memory memory;
    struct cxj__cell **sorted = NULL;
    cxj_status status = sort_for_reading(view, capacity, message, message_capacity, &memory, &sorted, cells);
    if (status != CXJ_OK) return status;
    for (size_t i = 0; i < view->cell_count; i++) codes[i] = cxj__view_part_number(view, &sorted[i]->key, part);
    cxj__base_resize(&memory, sorted, cxj__answer_cell_bytes(view->cell_count), 0);
    return cxj__answer_completeness(view);
}
