/* world: what the tests of the rooms around a change share. See world.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "world.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t next_to_fail(uint64_t fail_at) {
    return fail_at + stride + fail_at / 8;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Memory
 * ------------------------------------------------------------------------------------------------------------------ */

void *allocate(void *context, void *block, size_t old_size, size_t new_size) {
    heap *memory = context;
    unsigned char *made = NULL;
    ck_assert_int_eq(block == NULL, old_size == 0);
    if (new_size != 0) {
        bool is_over = memory->for_good && memory->fail_at != 0 && memory->asked >= memory->fail_at;
        if (++memory->asked == memory->fail_at || is_over || memory->refuses) return NULL;
        made = malloc(new_size);
        ck_assert_ptr_nonnull(made);
        size_t kept = old_size < new_size ? old_size : new_size;
        if (kept > 0) memcpy(made, block, kept);
        memset(made + kept, 0xa5, new_size - kept);
    }
    memory->bytes = memory->bytes - old_size + new_size; /* one by one: a size_t may be narrower than the sum */
    memory->blocks += (uint64_t)(block == NULL) - (uint64_t)(new_size == 0);
    if (memory->bytes > memory->peak) memory->peak = memory->bytes;
    if (block != NULL) memset(block, 0x5a, old_size);
    free(block);
    return made;
}

void let_fail(heap *memory, uint64_t n) {
    memory->asked = 0;
    memory->fail_at = n;
}

void end_memory(cxj_engine *engine, heap *memory, bool by_limit) {
    memory->refuses = !by_limit;
    engine->core.memory.limit = by_limit ? engine->core.memory.used : 0;
}

void return_memory(cxj_engine *engine, heap *memory) {
    memory->refuses = false;
    engine->core.memory.limit = 0;
}

void scribble(void) {
    volatile unsigned char junk[1 << 14];
    for (size_t i = 0; i < sizeof junk; i++) junk[i] = 0xa5;
}

void give_back_room(cxj_engine *engine) {
    cxj__engine_free_room(engine);
    ck_assert_ptr_null(engine->settling.entries.items);
    ck_assert_ptr_null(engine->append.items);
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Engines
 * ------------------------------------------------------------------------------------------------------------------ */

cxj_engine *make_with(cxj_options options) {
    cxj_engine *engine = NULL;
    options.size = sizeof options;
    ck_assert_int_eq(cxj_engine_create(&options, NULL, 0, &engine), CXJ_OK);
    return engine;
}

cxj_engine *make_named(cxj_options options, heap *memory) {
    options.seed[0] = 1;
    options.seed[1] = 2;
    if (memory != NULL) {
        options.allocate = allocate;
        options.allocate_context = memory;
    }
    cxj_engine *engine = make_with(options);
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        for (uint32_t i = 1; i <= CODES; i++) {
            char name[2] = {(char)('a' + i - 1), 0};
            uint32_t code = 0;
            ck_assert_int_eq(cxj_code(engine, d, name, 1, &code), CXJ_OK);
            ck_assert_uint_eq(code, i);
        }
    }
    return engine;
}

cxj_engine *make_engine(heap *memory, uint32_t touchpoints_limit) {
    return make_named((cxj_options){.touchpoints_limit = touchpoints_limit}, memory);
}

static unsigned char *save_of(const cxj_engine *engine, size_t *length) {
    *length = 0;
    cxj_status status = cxj_save_bytes(engine, 0, NULL, 0, NULL, length);
    ck_assert(status == CXJ_OK || status == CXJ_TOO_SMALL);
    unsigned char *bytes = malloc(*length + 1);
    ck_assert_ptr_nonnull(bytes);
    ck_assert_int_eq(cxj_save_bytes(engine, *length, NULL, 0, bytes, length), CXJ_OK);
    return bytes;
}

const char *const view_texts[] = {
    "touchpoints",
    "touchpoints by channel, type per day",
    "touchpoints by cause where outcome = completed",
    "transitions by owner, outcome",
    "transitions by team per month where churned = yes",
    "journeys by type, exit with drivers",
    "journeys by outcome per day ended where had cause in (a, b)",
    "journeys where had owner = c",
};
_Static_assert(VIEWS == sizeof view_texts / sizeof *view_texts, "VIEWS says how many there are");

cxj_view *add(cxj_engine *engine, const char *text) {
    cxj_view *view = NULL;
    cxj_status status = cxj_view_add(engine, text, CXJ_ZERO_TERMINATED, &view);
    ck_assert_msg(status == CXJ_OK, "%s: %s", text, cxj_message(engine));
    return view;
}

void add_views(cxj_engine *engine) {
    for (size_t i = 0; i < VIEWS; i++) add(engine, view_texts[i]);
}

cxj_view *view_at(const cxj_engine *engine, size_t place) {
    cxj_view *view = NULL;
    ck_assert_int_eq(cxj_view_at(engine, place, &view), CXJ_OK);
    return view;
}

size_t cells_of(const cxj_view *view) {
    cxj_view_info info;
    ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
    return (size_t)info.cells;
}

void record(cxj_engine *engine, cxj_touchpoint touchpoint) {
    record_all(engine, &touchpoint, 1);
}

void record_all(cxj_engine *engine, const cxj_touchpoint *touchpoints, size_t count) {
    cxj_status status = cxj_record(engine, touchpoints, sizeof *touchpoints, count, 0, NULL, 0);
    ck_assert_msg(status == CXJ_OK, "%s", cxj_message(engine));
}

void advance(cxj_engine *engine, int64_t now) {
    ck_assert_int_eq(cxj_advance(engine, now), CXJ_OK);
}

struct cxj__journey *find_journey(cxj_engine *engine, uint64_t number) {
    uint64_t probes = 0;
    return cxj__store_find(&engine->core.store, &engine->core.seed, number, &probes);
}

/* ---------------------------------------------------------------------------------------------------------------------
 * All that shows
 * ------------------------------------------------------------------------------------------------------------------ */

void show(shown *to, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(to->text + to->length, sizeof to->text - to->length, format, arguments);
    va_end(arguments);
    to->length += (size_t)written;
    ck_assert_uint_lt(to->length, sizeof to->text);
}

static size_t metrics_of(uint32_t grain, uint32_t metrics[128]) {
    size_t count = 0;
    cxj_metric_info info;
    for (size_t i = 0; cxj_metric_describe(i, &info, sizeof info) == CXJ_OK; i++) {
        if (info.grain == grain) metrics[count++] = info.metric;
    }
    return count;
}

/* What a cell sums for drivers, which no answer shows as it is. */
static void show_products(shown *to, const struct cxj__cell *cell) {
    const struct cxj__products *products = cxj__cell_products(cell);
    if (products == NULL) return;
    show(to, "%" PRId64 " %u:", cell->key.period, (unsigned)cell->key.parts[0] << 8 | cell->key.parts[1]);
    for (size_t model = 0; model < CXJ__MODELS; model++) {
        for (size_t i = 0; i < CXJ__PRODUCTS_ROW(CXJ__PREDICTORS); i++) {
            struct cxj__int128 sum = products->sums[model][i];
            ck_assert_msg(sum.high == 0, "a sum for drivers is below 0, or far too great");
            if (sum.low != 0) show(to, " %zu:%" PRIu64, i, sum.low);
        }
    }
    show(to, "\n");
}

void show_view(shown *to, const cxj_view *view) {
    uint32_t metrics[128];
    cxj_value results[128];
    cxj_view_info info;
    ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
    size_t count = metrics_of(info.grain, metrics);
    show(to, "%s: %" PRIu64 " cells, incomplete %d\n", info.text, info.cells, info.incomplete);
    cxj_cursor *cursor = NULL;
    ck_assert_int_ge(cxj_cursor_open(view, NULL, 0, &cursor), CXJ_OK);
    while (cxj_cursor_next(cursor) == CXJ_OK) {
        for (uint32_t part = 0; part < info.parts; part++) {
            const char *text = NULL;
            ck_assert_int_eq(cxj_cursor_part(cursor, part, &text, NULL), CXJ_OK);
            show(to, "%s | ", text);
        }
        ck_assert_int_eq(cxj_cursor_metrics(cursor, metrics, count, NULL, 0, results, sizeof *results), CXJ_OK);
        for (size_t i = 0; i < count; i++) {
            show(to, "%" PRIu64 " ", results[i].n);
            if (!isnan(results[i].value)) show(to, "%a ", results[i].value);
            if (!isnan(results[i].low)) show(to, "(%a %a) ", results[i].low, results[i].high);
        }
        show(to, "\n");
    }
    cxj_cursor_close(cursor);
    static struct cxj__cell *cells[2 << 12];
    ck_assert_uint_le(2 * view->cell_count, sizeof cells / sizeof *cells);
    cxj__view_sort(view, view->engine->core.dictionaries, cells);
    for (size_t i = 0; view->with_drivers && i < view->cell_count; i++) show_products(to, cells[i]);
}

void show_journey(shown *to, const cxj_engine *engine, uint64_t number) {
    static const uint64_t key[2] = {1, 2};
    static cxj_touchpoint t[3000];
    size_t count = 0;
    cxj_journey state;
    if (cxj_journey_touchpoints(engine, number, 3000, NULL, 0, t, sizeof *t, &count) != CXJ_OK) return;
    ck_assert_uint_le(count, 3000);
    show(to, "journey %" PRIu64 "\n", number);
    for (size_t i = 0; i < count; i++) {
        show(to, "%" PRId64 " %" PRIu64 " %" PRIx64 "\n", t[i].at, t[i].id, cxj__base_siphash(key, &t[i], sizeof *t));
    }
    if (cxj_journey_state(engine, number, NULL, 0, &state, sizeof state) != CXJ_OK) return;
    show(to, "%u %u %u %u %" PRId64 " %d\n", state.owner, state.handoffs, state.bounces, state.type, state.silence,
         state.outcome);
}

void show_engine(shown *to, const cxj_engine *engine) {
    cxj_stats stats;
    cxj_view *view = NULL;
    to->length = 0;
    ck_assert_int_eq(cxj_engine_stats(engine, &stats, sizeof stats), CXJ_OK);
    show(to, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRId64 " %" PRIu64 "\n", stats.touchpoints, stats.journeys,
         stats.held, stats.latest_at, stats.sealed);
    for (size_t bit = 0; bit < CXJ__FACETS; bit++) show(to, "%" PRIu64 " ", engine->core.facet_counts[bit]);
    show(to, "\n");
    for (size_t i = 0; cxj_view_at(engine, i, &view) == CXJ_OK; i++) show_view(to, view);
    for (uint64_t number = 1; number <= 40; number++) show_journey(to, engine, number);
}

static void show_fold(shown *to, const struct cxj__fold *fold) {
    static const uint64_t key[2] = {1, 2};
    struct cxj__fold copy;
    memset(&copy, 0, sizeof copy);
    cxj__fold_copy(&copy, fold);
    for (size_t c = 0; c < CXJ__COMMITMENTS; c++) {
        if ((fold->promises_open >> c & 1) == 0) memset(&copy.promises[c], 0, sizeof *copy.promises);
    }
    show(to, "fold of %u, %" PRIx64 "\n", copy.counts[CXJ__F_TOUCHPOINTS], cxj__base_siphash(key, &copy, sizeof copy));
}

/* The cell with a number, whatever that is: its view and key. */
static void show_cell_of(shown *to, const cxj_engine *engine, uint64_t number) {
    for (size_t v = 0; v < engine->core.view_count; v++) {
        const struct cxj_view *view = engine->core.views[v];
        if (number >> CXJ__CELL_NUMBER_BITS != view->id) continue;
        for (size_t i = 0; i < view->cell_count; i++) {
            const struct cxj__key *key = &view->cells[i]->key;
            if (view->cells[i]->number != number) continue;
            show(to, "cell %zu %" PRId64, v, key->period);
            for (size_t k = 0; k < CXJ__KEY_PARTS; k++) show(to, " %" PRIu32, key->parts[k]);
            return;
        }
    }
    show(to, "a cell that is gone");
}

static void show_entry(shown *to, const cxj_engine *engine, const struct cxj__index_entry *entry) {
    if (entry->kind == CXJ__INDEX_CELL) {
        show_cell_of(to, engine, entry->key);
    } else if (entry->kind == CXJ__INDEX_HAD) { /* numbers of views are never given again */
        size_t place = 0;
        while (view_at(engine, place)->id != entry->key >> CXJ__POST_HAD_BITS) place++;
        show(to, "had %zu %" PRIx64, place, entry->key & ((1U << CXJ__POST_HAD_BITS) - 1));
    } else {
        show(to, "%" PRIu32 " %" PRIx64, entry->kind, entry->key);
    }
    show(to, " %" PRId64 " %" PRIu32 "\n", entry->value, entry->kind == CXJ__INDEX_ID ? entry->sequence : 0);
}

static int compare_lines(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts the lines of a text from a place on: an index has no order, and cells have other numbers when they are made
 * anew. */
static void sort_lines(shown *of, size_t from) {
    static char copy[sizeof of->text], *lines[1 << 16];
    size_t count = 0;
    memcpy(copy, of->text + from, of->length - from + 1);
    for (char *line = strtok(copy, "\n"); line != NULL; line = strtok(NULL, "\n")) lines[count++] = line;
    qsort(lines, count, sizeof *lines, compare_lines);
    of->length = from;
    for (size_t i = 0; i < count; i++) show(of, "%s\n", lines[i]);
}

static void show_durations(shown *to, const struct cxj__durations *lasted) {
    for (int i = 0; i < CXJ__DURATIONS; i++) show(to, "%" PRId64 " ", lasted->of[i]);
    show(to, "\n");
}

static void show_index(shown *to, const cxj_engine *engine, const struct cxj__index *index) {
    const size_t from = to->length;
    for (size_t i = 0; i < index->capacity; i++) {
        if (index->entries[i].kind != CXJ__INDEX_NONE) show_entry(to, engine, &index->entries[i]);
    }
    sort_lines(to, from);
    for (size_t i = 0; i < index->checkpoint_count; i++) {
        show_fold(to, &index->checkpoints[i]);
        if (engine->core.hours != NULL) show_durations(to, &index->checkpoints[i].in_hours);
    }
}

/* A short journey does not know whether a cause, or that there is none, stood earlier. */
static unsigned held_of(const struct cxj__journey *journey, size_t position) {
    uint32_t held = cxj__journey_held(journey, position);
    for (uint32_t h = 0; journey->index == NULL && h < CXJ__HOLDERS; h++) {
        if (h >= CXJ__TRACKS || cxj__journey_code_at(journey, position, h) == 0) held &= ~(UINT32_C(1) << h);
    }
    return held;
}

void show_inside(shown *to, const cxj_engine *engine, uint64_t number) {
    uint64_t probes = 0;
    struct cxj__fold room;
    const struct cxj__journey *journey = cxj__store_find(&engine->core.store, &engine->core.seed, number, &probes);
    if (journey == NULL) return;
    show(to, "inside %" PRIu64 ": %u and %u\n", number, journey->count, journey->withdrawn);
    for (size_t i = 0; i < journey->count; i++) show(to, "%x ", held_of(journey, i));
    show(to, "\n");
    show_fold(to, cxj__journey_fold(journey, &room));
    if (journey->in_hours != NULL) show_durations(to, journey->in_hours);
    for (size_t i = 0; i < journey->fold.samples && journey->sample_capacity >= journey->fold.samples; i++) {
        show(to, "%x ", journey->samples[i]);
    }
    show(to, "\n");
    if (journey->index != NULL) show_index(to, engine, journey->index);
}

void check_texts(const shown *a, const shown *b) {
    if (strcmp(a->text, b->text) == 0) return;
    size_t at = 0, from;
    while (a->text[at] == b->text[at]) at++;
    for (from = at; from > 0 && a->text[from - 1] != '\n';) from--;
    ck_abort_msg("differ from %zu on:\n%.300s\n---\n%.300s", at, a->text + from, b->text + from);
}

void check_same(const cxj_engine *a, const cxj_engine *b) {
    static shown x, y;
    show_engine(&x, a);
    show_engine(&y, b);
    check_texts(&x, &y);
}

void check_equal(const cxj_engine *a, const cxj_engine *b) {
    size_t length = 0, its = 0;
    check_cells(a);
    check_cells(b);
    check_same(a, b);
    unsigned char *bytes = save_of(a, &length), *others = save_of(b, &its);
    ck_assert_uint_eq(length, its);
    ck_assert_int_eq(memcmp(bytes, others, length), 0);
    free(bytes);
    free(others);
}

void check_alike(const cxj_engine *a, const cxj_engine *b) {
    static shown x, y;
    check_equal(a, b);
    x.length = y.length = 0;
    for (uint64_t journey = 1; journey <= 10; journey++) {
        show_inside(&x, a, journey);
        show_inside(&y, b, journey);
    }
    check_texts(&x, &y);
}

static void check_cell(const struct cxj__cell *cell) {
    for (size_t h = 0; h < cxj__cell_shape(cell->grain)->histograms; h++) {
        const struct cxj__histogram *histogram = &cxj__cell_histograms(cell)[h];
        size_t used = 0;
        for (uint32_t i = 0; i < histogram->capacity; i++) {
            uint64_t slot = histogram->slots[i];
            used += slot != 0;
            ck_assert_msg(slot == 0 || slot >> 48 != 0, "a histogram counts what is in no bucket");
            ck_assert_msg((slot >> 47 & 1) == 0, "a histogram counts less than nothing");
        }
        ck_assert_uint_eq(used, histogram->used);
    }
    if (cell->sealed != NULL) check_cell(cell->sealed);
}

void check_cells(const cxj_engine *engine) {
    for (size_t v = 0; v < engine->core.view_count; v++) {
        const struct cxj_view *view = engine->core.views[v];
        for (size_t i = 0; i < view->cell_count; i++) {
            check_cell(view->cells[i]);
            ck_assert(!view->cells[i]->is_needed);
            ck_assert_msg(cxj__cell_counts(view->cells[i])[0] > 0, "a cell to which nothing contributes exists");
        }
    }
}

void take_picture(picture *of, const cxj_engine *engine) {
    show_engine(&of->shown, engine);
    of->bytes = save_of(engine, &of->length);
}

void check_picture(const picture *before, const cxj_engine *engine) {
    static picture now;
    check_cells(engine);
    take_picture(&now, engine);
    check_texts(&before->shown, &now.shown);
    ck_assert_uint_eq(before->length, now.length);
    ck_assert_int_eq(memcmp(before->bytes, now.bytes, now.length), 0);
    free_picture(&now);
}

void free_picture(picture *of) {
    free(of->bytes);
    of->bytes = NULL;
}

double metric_of(const cxj_view *view, uint32_t grain, const char *name) {
    uint32_t metric = 0;
    cxj_value result;
    ck_assert_int_eq(cxj_metric_find(grain, name, CXJ_ZERO_TERMINATED, &metric), CXJ_OK);
    ck_assert_int_eq(cxj_view_get(view, NULL, sizeof(cxj_text), 0, &metric, 1, NULL, 0, &result, sizeof result),
                     CXJ_OK);
    return result.value;
}

double value_of(const cxj_view *view, const char *key, uint32_t grain, const char *name) {
    uint32_t metric = 0;
    cxj_value result = {0};
    cxj_text part = {key, CXJ_ZERO_TERMINATED};
    ck_assert_int_eq(cxj_metric_find(grain, name, CXJ_ZERO_TERMINATED, &metric), CXJ_OK);
    cxj_status status =
        cxj_view_get(view, key ? &part : NULL, sizeof part, key ? 1 : 0, &metric, 1, NULL, 0, &result, sizeof result);
    return status == CXJ_OK ? result.value : -1;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Touchpoints
 * ------------------------------------------------------------------------------------------------------------------ */

cxj_touchpoint random_touchpoint(void) {
    cxj_touchpoint t = {.journey = chance(2) ? 1 : 1 + chance(10), .sequence = chance(2), .revision = chance(3)};
    t.at = START + HOUR * chance(1500);
    t.id = chance(6) ? 1 + chance(300) : 0;
    t.owner = chance(CODES + 1);
    t.team = (uint16_t)chance(4);
    t.channel = (uint16_t)chance(4);
    t.stage = (uint16_t)chance(CODES + 1);
    t.activity = (uint16_t)chance(CODES + 1);
    t.cause = chance(4) ? 0 : (uint16_t)chance(4);
    t.type = chance(12) ? 0 : (uint16_t)chance(4);
    t.due = chance(3) ? 0 : t.at + HOUR * ((int64_t)chance(200) - 40);
    t.commitment = (uint8_t)chance(3);
    t.facets = chance(3) ? 0 : UINT32_C(1) << chance(18);
    if (chance(3) == 0) t.facets |= CXJ_FACET_DELIVERED;
    t.outcome = chance(12) ? 0 : (uint8_t)(1 + chance(2));
    if (chance(3) == 0) {
        t.scale = CXJ_SCALE_CSAT5;
        t.score = (uint8_t)(1 + chance(5));
        t.scope = (uint8_t)(1 + chance(3));
    }
    return t;
}

void draw(cxj_touchpoint *touchpoints, size_t count) {
    for (size_t i = 0; i < count; i++) touchpoints[i] = random_touchpoint();
}

cxj_touchpoint tardy(size_t i) {
    const int64_t at = 1 + 2 * HOUR * (int64_t)i;
    cxj_touchpoint t = {.journey = 1, .id = i + 1, .at = at};
    t.owner = (uint32_t)(1 + i % CODES);
    t.team = (uint16_t)(1 + i % 2);
    t.channel = (uint16_t)(1 + i % 3);
    t.cause = (uint16_t)(i % 4);
    if (i % 2 == 0) {
        t.due = at + HOUR;
    } else {
        t.facets = CXJ_FACET_DELIVERED;
    }
    return t;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Changes
 * ------------------------------------------------------------------------------------------------------------------ */

cxj_status change(cxj_engine *engine, const cxj_touchpoint *touchpoints, size_t count) {
    cxj__settle_begin(&engine->settling);
    for (size_t i = 0; i < count; i++) {
        cxj_status status = cxj__settle_arrival(&engine->settling, &engine->core, &touchpoints[i], i);
        if (status == CXJ_OK) continue;
        cxj__settle_undo(&engine->settling, &engine->core);
        return status;
    }
    return cxj__settle_change(&engine->settling, &engine->core) ? CXJ_OK : CXJ_NO_MEMORY;
}

void settle_change(cxj_engine *engine) {
    cxj__settle_end(&engine->settling, &engine->core);
}

void undo(cxj_engine *engine) {
    cxj__settle_undo(&engine->settling, &engine->core);
}

size_t count_dues(const struct cxj__core *core) {
    size_t count = 0;
    for (size_t place = 0; place < core->store.places; place++) {
        const struct cxj__journey *journey = cxj__store_at(&core->store, place);
        struct cxj__dues dues;
        struct cxj__fold room;
        if (journey->number == 0) continue;
        cxj__due_of(core, cxj__journey_fold(journey, &room), &dues);
        for (; dues.open != 0; dues.open &= dues.open - 1) count++;
    }
    return count;
}
