/* beyond: reading views, beyond one cell: spread, control, parity, relation, what was within a time, and the journeys
 * behind a cell.
 *
 * Nothing here writes in the engine, and nothing is kept: each is worked out from the cells as they stand; the journeys
 * behind a cell are found by going through all that are held. */
#include <math.h>
#include <string.h>

#include "analysis.h"
#include "answer.h"
#include "nearest.h"

/* ---- what is asked for ------------------------------------------------------------------------------------------ */

/* The kinds of metrics that go with a question, as its sentence says them. */
enum kinds { NO_METRIC, ANY_KIND, COMPARED, NO_QUANTILE, QUANTILES };
static const char *say_kinds(enum kinds which) {
    return which == COMPARED ? "metrics with an interval do, but for gap, and on_time_rate and kept_rate of journeys"
           : which == NO_QUANTILE ? "all do but quantiles (_p50, _p90, _p99)"
                                  : "quantiles of durations do, such as wait_p50";
}

/* What a host passes to most functions below, and where the result goes. */
struct question {
    const struct cxj_view *view;
    enum kinds kinds;
    uint32_t metric;
    struct cxj__parts parts; /* without a name: there are none */
    const char *name;        /* what the header calls the result */
    void *result;
    size_t size, least; /* of the result */
    char *message;
    size_t message_capacity;
};

/* That of the function in which it stands: what all of them have, and what this one has beside that. */
#define QUESTION(...) {.view = view, .message = message, .message_capacity = message_capacity, __VA_ARGS__}
#define RESULT(name_, struct_) .name = #name_, .result = name_, .size = name_##_size, .least = CXJ__LEAST_##struct_
#define KEY(parts_) .parts = {#parts_, parts_, part_size, part_count}

static cxj_status refuse_question(const struct question *question, cxj_status status, const char *sentence) {
    return cxj__engine_refuse(question->message, question->message_capacity, status, sentence);
}

static bool does_go(const cxj_metric_info *info, enum kinds which) {
    if (which == COMPARED) return info->compares != 0;
    return which == ANY_KIND || (info->kind == CXJ_KIND_QUANTILE) == (which == QUANTILES);
}

/* What is wrong with a metric, NULL if it is one of the view's grain that goes. */
static const char *check_metric(const struct question *question, struct cxj__message *why) {
    cxj_metric_info info;
    size_t place = cxj__metric_place(question->metric);
    if (place == SIZE_MAX) {
        cxj__base_say(why, "there is no metric %u", (unsigned)question->metric);
        return why->text;
    }
    cxj__metric_describe(place, &info);
    if (info.grain != question->view->grain) {
        cxj__base_say(why, "%s (%u) is a metric of another grain than the view's", info.name,
                      (unsigned)question->metric);
    } else if (!does_go(&info, question->kinds)) {
        cxj__base_say(why, "the metric %s does not go here; %s", info.name, say_kinds(question->kinds));
    } else {
        return NULL;
    }
    return why->text;
}

/* Begins with an empty sentence; or says what is wrong with the question. */
static cxj_status check_question(const struct question *question) {
    const struct cxj_view *view = question->view;
    struct cxj__message why;
    cxj__base_tell(question->message, question->message_capacity, "");
    const char *wrong = view == NULL ? "view is NULL" : NULL;
    if (wrong == NULL && question->kinds != NO_METRIC) wrong = check_metric(question, &why);
    if (wrong == NULL && question->parts.name != NULL) {
        size_t parts = question->kinds == NO_QUANTILE ? cxj__view_code_parts(view) : cxj__view_parts(view);
        wrong = cxj__answer_check_parts(question->parts, parts, &why);
    }
    if (wrong == NULL && (question->result == NULL || question->size < question->least)) {
        bool is_there = question->result != NULL;
        cxj__base_say(&why, is_there ? "%s_size is below that of the struct" : "%s is NULL", question->name);
        wrong = why.text;
    }
    return wrong == NULL ? CXJ_OK : refuse_question(question, CXJ_BAD_ARGUMENT, wrong);
}

cxj_status cxj_metric_nearest(uint32_t grain, const char *name, size_t length, uint32_t *metric) {
    if (name == NULL || metric == NULL || grain > CXJ_GRAIN_JOURNEYS) return CXJ_BAD_ARGUMENT;
    size_t place = cxj__nearest_find(grain, name, cxj__base_length(name, length));
    if (place == SIZE_MAX) return CXJ_NOT_FOUND;
    cxj_metric_info info;
    cxj__metric_describe(place, &info);
    *metric = info.metric;
    return CXJ_OK;
}

/* ---- all cells -------------------------------------------------------------------------------------------------- */

/* The cells of a view in order, and two numbers for each; end them with release(), whatever came of it. */
struct sorted {
    struct cxj__memory memory;
    struct cxj__cell **cells;
    double *numbers;
    size_t count;
};

static void release(struct sorted *sorted) {
    if (sorted->cells != NULL) {
        cxj__base_resize(&sorted->memory, sorted->cells, cxj__answer_cell_bytes(sorted->count), 0);
    }
    if (sorted->numbers != NULL) {
        cxj__base_resize(&sorted->memory, sorted->numbers, 2 * sorted->count * sizeof(double), 0);
    }
}

/* Sorts the cells; with numbers, makes room for these. */
static cxj_status put_in_order(const struct question *question, bool numbers, struct sorted *sorted) {
    bool ok = false;
    *sorted = (struct sorted){cxj__answer_memory(question->view), NULL, NULL, question->view->cell_count};
    sorted->cells = cxj__answer_sort(question->view, &sorted->memory, &ok);
    if (ok && numbers && sorted->count > 0) {
        sorted->numbers = cxj__base_resize(&sorted->memory, NULL, 0, 2 * sorted->count * sizeof(double));
        ok = sorted->numbers != NULL;
    }
    return ok ? CXJ_OK : refuse_question(question, CXJ_NO_MEMORY, "no memory to put the cells in order");
}

/* Gives a result, and says whether the view lacks something: all of it counts, or single cells that are there. */
static cxj_status give(const struct question *question, const void *known, size_t size, bool is_of_all) {
    const struct cxj_view *view = question->view;
    cxj__engine_give(question->result, question->size, known, size);
    return view->sealed_lost || (is_of_all && view->incomplete) ? CXJ_INCOMPLETE : CXJ_OK;
}

cxj_status cxj_view_spread(const cxj_view *view, uint32_t metric, char *message, size_t message_capacity,
                           cxj_spread *spread, size_t spread_size) {
    const struct question question = QUESTION(.kinds = COMPARED, .metric = metric, RESULT(spread, SPREAD));
    struct sorted sorted;
    cxj_spread found;
    cxj_status status = check_question(&question);
    if (status != CXJ_OK) return status;
    status = put_in_order(&question, false, &sorted);
    if (status == CXJ_OK) {
        struct cxj__circumstances circumstances = cxj__answer_circumstances(view);
        cxj__analysis_spread(cxj__metric_place(metric), sorted.cells, sorted.count, &circumstances, &found);
        status = give(&question, &found, sizeof found, true);
    }
    release(&sorted);
    return status;
}

/* Reads what cells have of two metrics, less what the clock leaves out and those that lack one; how many there are. */
static size_t read_pairs(const struct cxj_view *view, const struct sorted *sorted, uint32_t first, uint32_t second) {
    const size_t places[2] = {cxj__metric_place(first), cxj__metric_place(second)};
    struct cxj__circumstances circumstances = cxj__answer_circumstances(view);
    size_t count = 0;
    for (size_t i = 0; i < sorted->count; i++) {
        cxj_value values[2];
        if (cxj__analysis_is_left_out(view, sorted->cells[i], view->engine->core.now)) continue;
        for (size_t k = 0; k < 2; k++) {
            cxj__metric_read(places[k], sorted->cells[i], &circumstances, &values[k]);
            sorted->numbers[count + k * sorted->count] = values[k].value;
        }
        count += !isnan(values[0].value) && !isnan(values[1].value);
    }
    return count;
}

cxj_status cxj_view_relation(const cxj_view *view, uint32_t first, uint32_t second, char *message,
                             size_t message_capacity, cxj_relation *relation, size_t relation_size) {
    struct question question = QUESTION(.kinds = ANY_KIND, .metric = first, RESULT(relation, RELATION));
    struct sorted sorted;
    cxj_relation found;
    cxj_status status = check_question(&question);
    question.metric = second;
    if (status == CXJ_OK) status = check_question(&question);
    if (status != CXJ_OK) return status;
    status = put_in_order(&question, true, &sorted);
    if (status == CXJ_OK) {
        size_t count = read_pairs(view, &sorted, first, second);
        cxj__analysis_relation(sorted.numbers, CXJ__AT(sorted.numbers, sorted.count), count, &found);
        status = give(&question, &found, sizeof found, true);
    }
    release(&sorted);
    return status;
}

/* ---- one key over time ------------------------------------------------------------------------------------------ */

/* The points of the cells under a key, whatever its period. */
struct series {
    const struct cxj_view *view;
    struct cxj__key key;
    struct cxj__memory memory;
    cxj_control_point *points; /* as many as there are cells, and as many again, for sorting; owned */
    size_t cells, count;
};

static bool is_in_series(const struct series *series, const struct cxj__cell *cell) {
    return memcmp(cell->key.parts, series->key.parts, sizeof cell->key.parts) == 0;
}

/* Where a clock is put forward and back again, two periods may begin at one moment; then local time decides, whose text
 * is longer behind the year 9999. */
static int compare_starts(const void *a, const void *b, const void *context) {
    const cxj_control_point *x = a, *y = b;
    (void)context;
    if (x->start != y->start) return x->start < y->start ? -1 : 1;
    size_t of_x = strlen(x->period), of_y = strlen(y->period);
    if (of_x != of_y) return of_x < of_y ? -1 : 1;
    return strcmp(x->period, y->period);
}

/* What a metric is in a cell, as a point; false if there is none. */
static bool read_point(const struct cxj_view *view, const struct cxj__cell *cell, uint32_t metric,
                       cxj_control_point *point) {
    struct cxj__circumstances circumstances = cxj__answer_circumstances(view);
    char room[CXJ__PERIOD_TEXT];
    size_t length = 0;
    const char *period = cxj__view_part_text(view, NULL, &cell->key, 0, room, &length);
    memset(point, 0, sizeof *point);
    memcpy(point->period, period, length);
    cxj__metric_read(cxj__metric_place(metric), cell, &circumstances, &point->value);
    point->start = cxj__view_part_number(view, &cell->key, 0);
    return !isnan(point->value.value) && !cxj__analysis_is_left_out(view, cell, view->engine->core.now);
}
_Static_assert(sizeof((cxj_control_point *)NULL)->period >= CXJ__PERIOD_TEXT, "a point has room for any period");

/* Reads the points, in order of time. False if there is no memory. */
static bool read_series(struct series *series, uint32_t metric) {
    const struct cxj_view *view = series->view;
    for (size_t i = 0; i < view->cell_count; i++) series->cells += is_in_series(series, view->cells[i]);
    if (series->cells == 0) return true;
    series->points = cxj__base_resize(&series->memory, NULL, 0, 2 * series->cells * sizeof *series->points);
    if (series->points == NULL) return false;
    for (size_t i = 0; i < view->cell_count; i++) {
        if (!is_in_series(series, view->cells[i])) continue;
        series->count += read_point(view, view->cells[i], metric, &series->points[series->count]);
    }
    cxj__base_sort(series->points, series->points + series->cells, series->count, sizeof *series->points,
                   compare_starts, NULL);
    return true;
}

cxj_status cxj_view_control(const cxj_view *view, const cxj_text *parts, size_t part_size, size_t part_count,
                            uint32_t metric, size_t capacity, char *message, size_t message_capacity,
                            cxj_control_point *points, size_t point_size, cxj_control *control, size_t control_size) {
    const struct question question =
        QUESTION(.kinds = NO_QUANTILE, .metric = metric, KEY(parts), RESULT(control, CONTROL));
    cxj_status status = check_question(&question);
    if (status != CXJ_OK) return status;
    if (view->period == CXJ__NO_PERIOD) {
        return refuse_question(&question, CXJ_BAD_ARGUMENT,
                               "the keys of this view have no period, and so there is nothing to look at over time");
    }
    if (capacity > 0 && (points == NULL || point_size < CXJ__LEAST_CONTROL_POINT)) {
        return refuse_question(&question, CXJ_BAD_ARGUMENT,
                               "points is NULL, or point_size below sizeof(cxj_control_point)");
    }
    struct series series = {.view = view, .memory = cxj__answer_memory(view)};
    const struct cxj__core *core = &view->engine->core;
    status = cxj__view_parse_codes(view, core->dictionaries, &core->seed, parts, part_size, &series.key);
    if (status == CXJ_OK && !read_series(&series, metric)) {
        return refuse_question(&question, CXJ_NO_MEMORY, "no memory for the points");
    }
    if (series.cells == 0) {
        return view->incomplete || view->sealed_lost
                   ? refuse_question(&question, CXJ_LIMIT,
                                     "parts: there is no cell under such a key, but the view lacks cells")
                   : refuse_question(&question, CXJ_NOT_FOUND, "parts: nothing contributes to such a key");
    }
    cxj_control found = {series.count, NAN, NAN, NAN};
    if (series.count <= capacity) cxj__analysis_control(series.points, series.count, &found);
    status = give(&question, &found, sizeof found, true);
    if (series.count > capacity) {
        status = cxj__engine_refuse_room(message, message_capacity, "points", series.count, capacity);
    }
    for (size_t i = 0; i < series.count && status >= 0; i++) {
        cxj__engine_give((char *)points + i * point_size, point_size, &series.points[i], sizeof *series.points);
    }
    cxj__base_resize(&series.memory, series.points, 2 * series.cells * sizeof *series.points, 0);
    return status;
}

/* ---- single cells ----------------------------------------------------------------------------------------------- */

/* The cell under the parts of a question. */
static cxj_status find(const struct question *question, const struct cxj__cell **cell) {
    return cxj__answer_find(question->view, question->parts, question->message, question->message_capacity, cell);
}

cxj_status cxj_view_parity(const cxj_view *view, const cxj_text *a_parts, const cxj_text *b_parts, size_t part_size,
                           size_t part_count, uint32_t metric, char *message, size_t message_capacity,
                           cxj_parity *parity, size_t parity_size) {
    struct question first = QUESTION(.kinds = COMPARED, .metric = metric, KEY(a_parts), RESULT(parity, PARITY));
    struct question second = first;
    const struct cxj__cell *a = NULL, *b = NULL;
    second.parts.name = "b_parts";
    second.parts.texts = b_parts;
    cxj_status status = check_question(&first);
    if (status == CXJ_OK) status = check_question(&second);
    if (status == CXJ_OK) status = find(&first, &a);
    if (status == CXJ_OK) status = find(&second, &b);
    if (status != CXJ_OK) return status;
    struct cxj__circumstances circumstances = cxj__answer_circumstances(view);
    cxj_parity found;
    cxj__analysis_parity(cxj__metric_place(metric), a, b, &circumstances, &found);
    return give(&first, &found, sizeof found, false);
}

cxj_status cxj_view_within(const cxj_view *view, const cxj_text *parts, size_t part_size, size_t part_count,
                           uint32_t metric, int64_t span_ms, char *message, size_t message_capacity, cxj_value *result,
                           size_t result_size) {
    const struct question question = QUESTION(.kinds = QUANTILES, .metric = metric, KEY(parts), RESULT(result, VALUE));
    const struct cxj__cell *cell = NULL;
    cxj_status status = check_question(&question);
    if (status == CXJ_OK && span_ms < 0) status = refuse_question(&question, CXJ_BAD_ARGUMENT, "span_ms is below 0");
    if (status == CXJ_OK) status = find(&question, &cell);
    if (status != CXJ_OK) return status;
    struct cxj__circumstances circumstances = cxj__answer_circumstances(view);
    cxj_value found;
    cxj__metric_within(cxj__metric_place(metric), cell, &circumstances, span_ms, &found);
    return give(&question, &found, sizeof found, false);
}

/* ---- the journeys behind a cell --------------------------------------------------------------------------------- */

/* Numbers of journeys: up to a limit they are kept, all are counted. */
struct numbers {
    struct cxj__memory memory;
    uint64_t *items;
    size_t kept, capacity, limit;
    size_t count;
};

/* Whether what holds for a whole journey leads under a key; of what holds for its touchpoints nothing is said. */
static bool leads_to(const struct cxj_view *view, const struct cxj__codes *codes, const struct cxj__key *key) {
    size_t shift = view->grain == CXJ_GRAIN_TRANSITIONS; /* from and to are two parts of one dimension */
    for (size_t i = 0; i < view->dimension_count; i++) {
        uint32_t dimension = view->dimensions[i];
        if (dimension > CXJ__HOLDERS && codes->codes[dimension] != key->parts[i + shift]) return false;
    }
    for (size_t i = 0; i < view->condition_count; i++) {
        const struct cxj__condition *condition = &view->conditions[i];
        uint32_t dimension = condition->dimension;
        if (dimension > CXJ__HOLDERS && !cxj__query_has_code(condition, codes->codes[dimension])) return false;
    }
    return true;
}

static bool has_touchpoint(const struct cxj__journey *journey, const struct cxj_view *view,
                           const struct cxj__key *key) {
    for (size_t i = 0; i < journey->count; i++) {
        if (cxj__lot_falls_under(journey, view, key, i)) return true;
    }
    return false;
}

static bool has_transition(const struct cxj__journey *journey, const struct cxj_view *view,
                           const struct cxj__key *key) {
    uint32_t before = 0, track = view->dimensions[0] - 1U;
    for (size_t i = 0; i < journey->count; i++) {
        uint32_t code = cxj__journey_code_at(journey, i, track);
        if (code == 0) continue;
        if (before == key->parts[0] && code == key->parts[1] &&
            cxj__view_is_in_period(view, key, cxj__journey_moment(journey, i))) {
            return true;
        }
        before = code;
    }
    return false;
}

static bool contributes(const struct cxj__core *core, const struct cxj__journey *journey, const struct cxj_view *view,
                        const struct cxj__key *key) {
    struct cxj__codes codes = {{0}};
    struct cxj__key own;
    if (view->grain == CXJ_GRAIN_JOURNEYS) {
        return cxj__post_stands(core, journey, view, &own) && cxj__view_compare_keys(&own, key) == 0;
    }
    cxj__core_set_journey_codes(&journey->fold, &codes);
    if (!leads_to(view, &codes, key)) return false;
    return view->grain == CXJ_GRAIN_TOUCHPOINTS ? has_touchpoint(journey, view, key)
                                                : has_transition(journey, view, key);
}

/* Finds the journeys behind a cell; false if there is no memory. */
static bool list_journeys(const struct cxj_view *view, const struct cxj__key *key, struct numbers *numbers) {
    const struct cxj__core *core = &view->engine->core;
    for (size_t place = 0; place < core->store.places; place++) {
        const struct cxj__journey *journey = cxj__store_at(&core->store, place);
        if (journey->number == 0 || !contributes(core, journey, view, key)) continue;
        if (numbers->count++ >= numbers->limit) continue;
        if (!cxj__base_grow(&numbers->memory, &numbers->items, &numbers->capacity, numbers->count,
                            sizeof *numbers->items)) {
            return false;
        }
        numbers->items[numbers->kept++] = journey->number;
    }
    return true;
}

static int compare_numbers(const void *a, const void *b, const void *context) {
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    (void)context;
    return (x > y) - (x < y);
}

/* How many sealed journeys contribute to a cell; of transitions, how many of theirs. */
static uint64_t count_sealed(const struct cxj__cell *cell) {
    if (cell->sealed == NULL) return 0;
    return (uint64_t)cxj__cell_counts(cell->sealed)[cell->grain == CXJ_GRAIN_TOUCHPOINTS ? CXJ__T_JOURNEYS : 0];
}

cxj_status cxj_view_journeys(const cxj_view *view, const cxj_text *parts, size_t part_size, size_t part_count,
                             size_t capacity, char *message, size_t message_capacity, uint64_t *journeys, size_t *count,
                             uint64_t *sealed) {
    const struct question question =
        QUESTION(KEY(parts), .name = "count", .result = count, .size = sizeof *count, .least = sizeof *count);
    const struct cxj__cell *cell = NULL;
    cxj_status status = check_question(&question);
    if (status == CXJ_OK && journeys == NULL && capacity > 0) {
        status = refuse_question(&question, CXJ_BAD_ARGUMENT, "journeys is NULL");
    }
    if (status == CXJ_OK) status = find(&question, &cell);
    if (status != CXJ_OK) return status;
    struct numbers numbers = {.memory = cxj__answer_memory(view), .limit = capacity};
    if (list_journeys(view, &cell->key, &numbers)) {
        if (sealed != NULL) *sealed = count_sealed(cell);
        status = give(&question, &numbers.count, sizeof numbers.count, false);
        if (numbers.count > capacity) {
            status = cxj__engine_refuse_room(message, message_capacity, "journeys", numbers.count, capacity);
        }
    } else {
        status = refuse_question(&question, CXJ_NO_MEMORY, "no memory to list the journeys");
    }
    if (status >= 0 && numbers.count > 0) {
        memcpy(journeys, numbers.items, numbers.count * sizeof *journeys);
        cxj__base_sort(journeys, numbers.items, numbers.count, sizeof *journeys, compare_numbers, NULL);
    }
    cxj__base_release(&numbers.memory, &numbers.items, &numbers.capacity, sizeof *numbers.items);
    return status;
}
