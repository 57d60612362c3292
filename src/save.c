/* save: an engine as bytes, at once or incrementally.
 *
 * What is written, format.c says; here is in which order it is found. Names and cells are put in order by their texts,
 * journeys by their numbers: a radix sort, which can be left and taken up anywhere. An incremental save opens a snapshot of
 * the store, so that the host goes on recording between the steps, and what is saved is the engine as it was when the
 * save was opened: names keep their codes and views their cells' sealed parts, for what could change those is refused
 * or waits meanwhile. A save at once writes nothing in the engine, and asks its allocator for memory on an account of
 * its own. */
#include <string.h>

#include "engine.h"
#include "format.h"
#include "touchpoint.h"
#include "wire.h"

/* A journey, or the number of one that is sealed. */
struct item {
    uint64_t number;
    size_t place; /* in the store; SEALED */
};
#define SEALED SIZE_MAX

/* Puts items in the order of their numbers, a digit of 8 bits at a time, the lowest first. */
enum { DIGITS = 8, DIGIT_VALUES = 256 };
struct sorting {
    size_t counts[DIGITS][DIGIT_VALUES]; /* of items by digit; of the digit under way: where the next one goes */
    uint32_t digit;                      /* under way */
    size_t at;                           /* items moved */
};

/* A cell with a sealed part, under the key with which it is written. */
struct sealed_cell {
    struct cxj__key key;
    const struct cxj__cell *cell;
};

/* What is under way, in this order. */
enum stage { SETTINGS, MARK, CALENDAR, NAMES, VIEWS, COLUMNS, CELLS, COLLECT, COLLECT_SEALED, SORT, JOURNEYS, END };

struct cxj_saver {
    cxj_engine *engine;           /* of an incremental save */
    const struct cxj__core *core; /* what is saved */
    struct cxj__memory own;       /* the account of a save at once */
    struct cxj__memory *memory;
    struct cxj__wire_out out;
    cxj_status status; /* CXJ_DONE once all is written */
    bool is_finished;  /* all that it held is given back */
    enum stage stage;
    uint64_t settings[CXJ__FORMAT_SETTINGS_KNOWN]; /* by number */
    unsigned char *mark;                           /* the host may set another meanwhile */
    size_t mark_length;
    size_t next;    /* what comes next in the stage */
    uint32_t major; /* and of which dimension or view */
    size_t places;  /* of the store, from the first */
    /* The names in use: names[d][i] is the code of the one that is written i-th; ranks[d][code] is i + 1, 0 if the name
     * is not in use. */
    uint32_t *names_block, *ranks_block;
    size_t name_room;
    uint32_t *names[CXJ__DICTIONARIES + 1], *ranks[CXJ__DICTIONARIES + 1];
    size_t counts[CXJ__DICTIONARIES + 1];
    struct cxj__format_columns columns[CXJ_GRAIN_JOURNEYS + 1];
    struct sealed_cell *cells; /* of the view under way, and room to sort them */
    size_t cell_count, cell_room;
    struct cxj__histogram_count *buckets; /* room to sort those of a histogram */
    struct item *items, *scratch;
    size_t item_count, item_room;
    struct sorting sorting;
};

/* ---- memory ----------------------------------------------------------------------------------------------------- */

/* Makes room for so many items, and two more, since fewer would be no block of exactly that size. */
enum { FURTHER = 2 };
static bool take_snapshot(struct cxj_saver *saver, void *array_of_items, size_t count, size_t item_size) {
    size_t capacity = 0;
    return cxj__base_grow(saver->memory, array_of_items, &capacity, count + FURTHER, item_size);
}

/* Gives it back. What stood there shall not lie about in freed memory. */
static void give_back(struct cxj_saver *saver, void *array_of_items, size_t count, size_t item_size) {
    void *block;
    memcpy(&block, array_of_items, sizeof block);
    size_t capacity = count + FURTHER;
    if (block == NULL) return;
    memset(block, 0, capacity * item_size);
    cxj__base_release(saver->memory, array_of_items, &capacity, item_size);
}

/* ---- names ------------------------------------------------------------------------------------------------------ */

/* Marks the names in the keys of cells with a sealed part. */
static void mark_names(struct cxj_saver *saver, const struct cxj_view *view) {
    for (uint32_t part = 0; part < cxj__view_code_parts(view); part++) {
        uint32_t dimension = cxj__view_part_dimension(view, part);
        for (size_t i = 0; dimension <= CXJ__DICTIONARIES && i < view->cell_count; i++) {
            const struct cxj__cell *cell = view->cells[i];
            if (cxj__cell_has_sealed(cell)) saver->ranks[dimension][cell->key.parts[part]] = 1;
        }
    }
}

static int compare_names(const void *a, const void *b, const void *context) {
    uint32_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return cxj__names_compare(context, x, y);
}

/* Lists the names in use of a dimension in order; scratch has room for all. */
static void list_names(struct cxj_saver *saver, uint32_t d, uint32_t *scratch) {
    const struct cxj__names *dictionary = &saver->core->dictionaries[d];
    uint32_t *names = saver->names[d], *ranks = saver->ranks[d];
    size_t count = 0;
    for (uint32_t code = 1; code <= dictionary->count; code++) {
        if (cxj__names_uses(dictionary, code) > 0 || ranks[code] != 0) names[count++] = code;
    }
    cxj__base_sort(names, scratch, count, sizeof *names, compare_names, dictionary);
    ranks[0] = 0; /* none is no name, though keys may have it */
    for (size_t i = 0; i < count; i++) ranks[names[i]] = (uint32_t)i + 1;
    saver->counts[d] = count;
}

/* Finds the names in use, and what each is called in what is written. */
static bool find_names(struct cxj_saver *saver) {
    const struct cxj__core *core = saver->core;
    uint32_t *scratch = NULL;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) saver->name_room += core->dictionaries[d].count + 1;
    if (!take_snapshot(saver, &saver->names_block, saver->name_room, sizeof *saver->names_block) ||
        !take_snapshot(saver, &saver->ranks_block, saver->name_room, sizeof *saver->ranks_block) ||
        !take_snapshot(saver, &scratch, saver->name_room, sizeof *scratch)) {
        return false;
    }
    memset(saver->ranks_block, 0, saver->name_room * sizeof *saver->ranks_block);
    size_t at = 0;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        saver->names[d] = saver->names_block + at;
        saver->ranks[d] = saver->ranks_block + at;
        at += core->dictionaries[d].count + 1;
    }
    for (size_t v = 0; v < core->view_count; v++) mark_names(saver, core->views[v]);
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) list_names(saver, d, scratch);
    give_back(saver, &scratch, saver->name_room, sizeof *scratch);
    return true;
}

static cxj_status put_name(struct cxj_saver *saver) {
    while (saver->next == saver->counts[saver->major]) {
        saver->next = 0;
        if (++saver->major <= CXJ__DICTIONARIES) continue;
        saver->major = 0;
        saver->stage = VIEWS;
        return CXJ_OK;
    }
    size_t length = 0;
    uint32_t code = saver->names[saver->major][saver->next++];
    const char *name = cxj__names_text(&saver->core->dictionaries[saver->major], code, &length);
    cxj_status status = cxj__wire_out_item(&saver->out, CXJ__FORMAT_NAMES, CXJ__WIRE_NUMBER + length);
    if (status != CXJ_OK) return status;
    cxj__wire_put(&saver->out, length);
    cxj__wire_put_bytes(&saver->out, name, length);
    return CXJ_OK;
}

/* ---- what the host has set ------------------------------------------------------------------------------------- */

/* Notes what the host may set anew while an incremental save goes on. */
static bool note_settings(struct cxj_saver *saver, const cxj_engine *engine) {
    const struct cxj__core *core = &engine->core;
    saver->settings[CXJ__FORMAT_UNRECORDED] = engine->unrecorded;
    saver->settings[CXJ__FORMAT_SEAL_ENDED_AFTER] = (uint64_t)core->seal_ended_after;
    saver->settings[CXJ__FORMAT_SEAL_IDLE_AFTER] = (uint64_t)core->seal_idle_after;
    saver->settings[CXJ__FORMAT_TEXT_KEY] = core->text_key_print;
    saver->mark_length = core->mark_length;
    if (core->mark_length == 0) return true;
    if (!take_snapshot(saver, &saver->mark, core->mark_length, 1)) return false;
    memcpy(saver->mark, core->mark, core->mark_length);
    return true;
}

static cxj_status put_settings(struct cxj_saver *saver) {
    size_t count = 0, before = 0;
    saver->stage = MARK;
    for (size_t number = 1; number < CXJ__FORMAT_SETTINGS_KNOWN; number++) count += saver->settings[number] != 0;
    if (count == 0) return CXJ_OK;
    cxj_status status = cxj__wire_out_item(&saver->out, CXJ__FORMAT_SETTINGS, (1 + 2 * count) * CXJ__WIRE_NUMBER);
    if (status != CXJ_OK) return status;
    cxj__wire_put(&saver->out, count);
    for (size_t number = 1; number < CXJ__FORMAT_SETTINGS_KNOWN; number++) {
        if (saver->settings[number] == 0) continue;
        cxj__wire_put(&saver->out, number - before);
        cxj__wire_put(&saver->out, saver->settings[number]);
        before = number;
    }
    return CXJ_OK;
}

static cxj_status put_mark(struct cxj_saver *saver) {
    saver->stage = CALENDAR;
    if (saver->mark_length == 0) return CXJ_OK;
    cxj_status status = cxj__wire_out_item(&saver->out, CXJ__FORMAT_MARK, CXJ__WIRE_NUMBER + saver->mark_length);
    if (status != CXJ_OK) return status;
    cxj__wire_put(&saver->out, saver->mark_length);
    cxj__wire_put_bytes(&saver->out, saver->mark, saver->mark_length);
    return CXJ_OK;
}

/* None is set while an incremental save goes on. */
static cxj_status put_calendar(struct cxj_saver *saver) {
    size_t length = 0;
    saver->stage = NAMES;
    if (saver->core->calendar == NULL) return CXJ_OK;
    const char *text = cxj__calendar_text(saver->core->calendar, &length);
    cxj_status status = cxj__wire_out_item(&saver->out, CXJ__FORMAT_CALENDAR, CXJ__WIRE_NUMBER + length);
    if (status != CXJ_OK) return status;
    cxj__wire_put(&saver->out, length);
    cxj__wire_put_bytes(&saver->out, text, length);
    return CXJ_OK;
}

/* ---- views and cells -------------------------------------------------------------------------------------------- */

static cxj_status put_view(struct cxj_saver *saver) {
    if (saver->next == saver->core->view_count) {
        saver->next = 0;
        bool has_cells = saver->core->sealed_touchpoints > 0 && saver->core->view_count > 0;
        saver->stage = has_cells ? COLUMNS : COLLECT;
        return CXJ_OK;
    }
    const struct cxj_view *view = saver->core->views[saver->next++];
    cxj_status status = cxj__wire_out_item(&saver->out, CXJ__FORMAT_VIEWS, 2 * CXJ__WIRE_NUMBER + view->text_length);
    if (status != CXJ_OK) return status;
    cxj__wire_put(&saver->out, view->sealed_lost);
    cxj__wire_put(&saver->out, view->text_length);
    cxj__wire_put_bytes(&saver->out, view->text, view->text_length);
    return CXJ_OK;
}

/* Finds out which columns are known of at least one cell of each grain. */
static void find_columns(struct cxj_saver *saver) {
    struct cxj__columns known[CXJ_GRAIN_JOURNEYS + 1] = {{{0}}};
    for (size_t v = 0; v < saver->core->view_count; v++) {
        const struct cxj_view *view = saver->core->views[v];
        for (size_t i = 0; i < view->cell_count; i++) {
            if (!cxj__cell_has_sealed(view->cells[i])) continue;
            const struct cxj__cell *cell = view->cells[i]->sealed;
            for (size_t column = 0; column < cxj__cell_own_columns(cell); column++) {
                if (cxj__cell_knows(cell, column)) cxj__cell_add_column(&known[view->grain], column);
            }
        }
    }
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_JOURNEYS; grain++) {
        cxj__format_list_columns(&saver->columns[grain], grain, &known[grain]);
    }
}

static cxj_status put_columns(struct cxj_saver *saver) {
    saver->stage = CELLS;
    cxj_status status = cxj__wire_out_item(&saver->out, CXJ__FORMAT_CELLS, CXJ_GRAIN_JOURNEYS * CXJ__FORMAT_COLUMNS);
    if (status != CXJ_OK) return status;
    find_columns(saver);
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_JOURNEYS; grain++) {
        cxj__format_put_columns(&saver->out, &saver->columns[grain]);
    }
    return CXJ_OK;
}

static int compare_sealed_cells(const void *a, const void *b, const void *context) {
    (void)context;
    const struct sealed_cell *x = a, *y = b;
    return cxj__view_compare_keys(&x->key, &y->key);
}

/* Lists the cells of a view that have a sealed part, in the order of their keys, and says how many there are. */
static cxj_status list_cells(struct cxj_saver *saver, const struct cxj_view *view) {
    give_back(saver, &saver->cells, saver->cell_room, sizeof *saver->cells);
    saver->cell_count = 0;
    for (size_t i = 0; i < view->cell_count; i++) saver->cell_count += cxj__cell_has_sealed(view->cells[i]);
    saver->cell_room = 2 * saver->cell_count;
    if (!take_snapshot(saver, &saver->cells, saver->cell_room, sizeof *saver->cells)) return CXJ_NO_MEMORY;
    struct sealed_cell *next = saver->cells;
    for (size_t i = 0; i < view->cell_count; i++) {
        if (!cxj__cell_has_sealed(view->cells[i])) continue;
        cxj__view_translate_key(view, &view->cells[i]->key, saver->ranks, &next->key);
        next++->cell = view->cells[i]->sealed;
    }
    cxj__base_sort(saver->cells, next, saver->cell_count, sizeof *next, compare_sealed_cells, NULL);
    cxj_status status = cxj__wire_out_item(&saver->out, CXJ__FORMAT_CELLS, CXJ__WIRE_NUMBER);
    if (status == CXJ_OK) cxj__wire_put(&saver->out, saver->cell_count);
    return status;
}

static void put_key(struct cxj_saver *saver, const struct cxj_view *view, const struct cxj__key *key) {
    if (view->period != CXJ__NO_PERIOD) cxj__wire_put_signed(&saver->out, key->period);
    for (uint32_t part = 0; part < cxj__view_code_parts(view); part++) cxj__wire_put(&saver->out, key->parts[part]);
}

static cxj_status put_cell(struct cxj_saver *saver) {
    if (saver->major == saver->core->view_count) {
        saver->stage = COLLECT;
        return CXJ_OK;
    }
    const struct cxj_view *view = saver->core->views[saver->major];
    if (saver->next == 0) {
        cxj_status status = list_cells(saver, view);
        if (status != CXJ_OK) return status;
    }
    if (saver->next == saver->cell_count) {
        saver->next = 0;
        saver->major++;
        return CXJ_OK;
    }
    const struct sealed_cell *cell = &saver->cells[saver->next++];
    size_t most = (1 + CXJ__KEY_PARTS) * CXJ__WIRE_NUMBER + cxj__format_cell_bytes(cell->cell);
    cxj_status status = cxj__wire_out_item(&saver->out, CXJ__FORMAT_CELLS, most);
    if (status != CXJ_OK) return status;
    put_key(saver, view, &cell->key);
    cxj__format_put_cell(&saver->out, cell->cell, &saver->columns[view->grain], saver->buckets);
    return CXJ_OK;
}

/* ---- journeys in order ------------------------------------------------------------------------------------------ */

static void collect_one(struct cxj_saver *saver, uint64_t number, size_t place) {
    saver->items[saver->item_count++] = (struct item){number, place};
    for (size_t d = 0; d < DIGITS; d++) saver->sorting.counts[d][number >> (8 * d) & 0xff]++;
}

/* Lists some of the journeys. */
static cxj_status collect(struct cxj_saver *saver) {
    enum { AT_ONCE = 16 };
    for (size_t i = 0; i < AT_ONCE && saver->next < saver->places; i++) {
        size_t place = saver->next++;
        uint64_t number = cxj__store_at(&saver->core->store, place)->number;
        if (number != 0) collect_one(saver, number, place);
    }
    if (saver->next < saver->places) return CXJ_OK;
    saver->next = 0;
    saver->stage = COLLECT_SEALED;
    return CXJ_OK;
}

static bool collect_number(void *context, uint64_t number) {
    collect_one(context, number, SEALED);
    return true;
}

static cxj_status collect_sealed(struct cxj_saver *saver) {
    const struct cxj__table *sealed = &saver->core->store.sealed;
    if (saver->next < cxj__table_places(sealed)) {
        (void)cxj__table_some(sealed, &saver->next, collect_number, saver);
        return CXJ_OK;
    }
    saver->next = 0;
    saver->stage = SORT;
    return CXJ_OK;
}

/* Turns the counts of a digit into the places where its values begin. False if all items have the same, so that nothing
 * moves. */
static bool begin_digit(size_t *counts, size_t items) {
    size_t place = 0;
    for (size_t value = 0; value < DIGIT_VALUES; value++) {
        size_t count = counts[value];
        if (count == items) return false;
        counts[value] = place;
        place += count;
    }
    return true;
}

static cxj_status sort(struct cxj_saver *saver) {
    enum { AT_ONCE = 128 };
    struct sorting *sorting = &saver->sorting;
    if (sorting->digit == DIGITS) {
        saver->stage = JOURNEYS;
        return CXJ_OK;
    }
    size_t *places = sorting->counts[sorting->digit];
    if (sorting->at == 0 && !begin_digit(places, saver->item_count)) {
        sorting->digit++;
        return CXJ_OK;
    }
    for (size_t i = 0; i < AT_ONCE && sorting->at < saver->item_count; i++) {
        const struct item *item = &saver->items[sorting->at++];
        saver->scratch[places[item->number >> (8 * sorting->digit) & 0xff]++] = *item;
    }
    if (sorting->at < saver->item_count) return CXJ_OK;
    struct item *sorted = saver->scratch;
    saver->scratch = saver->items;
    saver->items = sorted;
    sorting->at = 0;
    sorting->digit++;
    return CXJ_OK;
}

/* A journey as it is to be saved. */
static const struct cxj__journey *journey_at(const struct cxj_saver *saver, size_t place) {
    const struct cxj__store *store = &saver->core->store;
    return saver->engine != NULL ? cxj__store_in_snapshot(store, place) : cxj__store_at(store, place);
}

/* Those that are withdrawn stand behind the others, by their ids. */
static void put_withdrawn(struct cxj_saver *saver, const struct cxj__journey *journey) {
    uint64_t before = 0;
    for (size_t k = journey->count; k < cxj__journey_kept(journey); k++) {
        struct cxj__entry entry;
        cxj__journey_unpack(journey, k, &entry);
        cxj__wire_put(&saver->out, entry.touchpoint.id - before);
        cxj__wire_put(&saver->out, entry.touchpoint.revision);
        before = entry.touchpoint.id;
    }
}

static void put_touchpoints(struct cxj_saver *saver, const struct cxj__journey *journey) {
    struct cxj__format_before before = {0};
    for (size_t k = 0; k < journey->count; k++) {
        struct cxj__entry entry;
        cxj__journey_unpack(journey, k, &entry);
        cxj__touchpoint_translate(&entry.touchpoint, saver->ranks);
        cxj__format_put_touchpoint(&saver->out, &entry.touchpoint, &before);
    }
}

static cxj_status put_journey(struct cxj_saver *saver, size_t *work) {
    if (saver->next == saver->item_count) {
        saver->stage = END;
        return CXJ_OK;
    }
    size_t i = saver->next++;
    const struct item *item = &saver->items[i];
    const struct cxj__journey *journey = item->place == SEALED ? NULL : journey_at(saver, item->place);
    size_t contributing = journey == NULL ? 0 : journey->count;
    size_t withdrawn = journey == NULL ? 0 : journey->withdrawn;
    size_t count = contributing + withdrawn;
    cxj_status status =
        cxj__wire_out_item(&saver->out, CXJ__FORMAT_JOURNEYS, 3 * CXJ__WIRE_NUMBER + count * CXJ__FORMAT_TOUCHPOINT);
    if (status != CXJ_OK) return status;
    cxj__wire_put(&saver->out, item->number - (i > 0 ? saver->items[i - 1].number : 0));
    cxj__wire_put(&saver->out, 2 * contributing + (withdrawn > 0));
    if (withdrawn > 0) cxj__wire_put(&saver->out, withdrawn);
    if (contributing > 0) put_touchpoints(saver, journey);
    if (withdrawn > 0) put_withdrawn(saver, journey);
    if (saver->engine != NULL) saver->engine->core.store.snapshot.done = item->number;
    *work += count;
    return CXJ_OK;
}

/* ---- all of it -------------------------------------------------------------------------------------------------- */

/* Which facets sealed touchpoints have, as far as that is known. */
static void put_facets(struct cxj__wire_out *out, const struct cxj__core *core) {
    uint32_t before = 0, occur = 0;
    if (core->sealed_facets_lost) {
        cxj__wire_put(out, 0);
        return;
    }
    for (uint32_t bit = 0; bit < CXJ__FACETS; bit++) occur += core->sealed_facets[bit] != 0;
    cxj__wire_put(out, 1 + occur);
    for (uint32_t bit = 0; bit < CXJ__FACETS; bit++) {
        if (core->sealed_facets[bit] == 0) continue;
        cxj__wire_put(out, bit - before);
        cxj__wire_put(out, core->sealed_facets[bit]);
        before = bit;
    }
}

static cxj_status put_totals(struct cxj_saver *saver) {
    enum { MOST = 10 + CXJ__DICTIONARIES + 2 * CXJ__FACETS };
    const struct cxj__core *core = saver->core;
    struct cxj__wire_out *out = &saver->out;
    cxj_status status = cxj__wire_out_item(out, CXJ__FORMAT_TOTALS, MOST * CXJ__WIRE_NUMBER);
    if (status != CXJ_OK) return status;
    bool has_now = core->now != INT64_MIN;
    cxj__wire_put(out, has_now);
    if (has_now) cxj__wire_put_signed(out, core->now);
    cxj__wire_put(out, core->sealed_touchpoints);
    if (core->sealed_touchpoints > 0) {
        cxj__wire_put(out, core->sealed_journeys);
        cxj__wire_put_signed(out, core->sealed_latest);
        put_facets(out, core);
    }
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) cxj__wire_put(out, saver->counts[d]);
    cxj__wire_put(out, core->view_count);
    cxj__wire_put(out, core->store.table.count + core->store.sealed.count);
    cxj__wire_put(out, core->touchpoints - core->sealed_touchpoints);
    return CXJ_OK;
}

/* What can be done only while the engine does not change: finding the names, making room, the totals. */
static cxj_status begin(struct cxj_saver *saver, const cxj_engine *engine, cxj_write write, void *context) {
    const struct cxj__store *store = &saver->core->store;
    cxj_status status = cxj__wire_out_begin(&saver->out, saver->memory, write, context, CXJ__FORMAT_FORMAT);
    saver->places = store->places;
    saver->major = 1;
    saver->item_room = store->table.count + store->sealed.count;
    if (status != CXJ_OK || !note_settings(saver, engine) || !find_names(saver) ||
        !take_snapshot(saver, &saver->buckets, CXJ__HISTOGRAM_BUCKETS, sizeof *saver->buckets) ||
        !take_snapshot(saver, &saver->items, saver->item_room, sizeof *saver->items) ||
        !take_snapshot(saver, &saver->scratch, saver->item_room, sizeof *saver->scratch)) {
        return CXJ_NO_MEMORY;
    }
    return put_totals(saver);
}

static cxj_status end_save(struct cxj_saver *saver) {
    cxj_status status = cxj__wire_out_end(&saver->out);
    return status == CXJ_OK ? CXJ_DONE : status;
}

/* Does the next piece of work, and says about how many touchpoints it is worth. */
static cxj_status do_some(struct cxj_saver *saver, size_t *work) {
    *work = 1;
    switch (saver->stage) {
    case SETTINGS:
        return put_settings(saver);
    case MARK:
        return put_mark(saver);
    case CALENDAR:
        return put_calendar(saver);
    case NAMES:
        return put_name(saver);
    case VIEWS:
        return put_view(saver);
    case COLUMNS:
        *work = 64;
        return put_columns(saver);
    case CELLS:
        *work = 8;
        return put_cell(saver);
    case COLLECT:
        return collect(saver);
    case COLLECT_SEALED:
        *work = 64;
        return collect_sealed(saver);
    case SORT:
        *work = 4;
        return sort(saver);
    case JOURNEYS:
        return put_journey(saver, work);
    default:
        return end_save(saver);
    }
}

/* Gives back all that the saver holds but itself. */
static void finish_save(struct cxj_saver *saver) {
    if (saver->is_finished) return;
    saver->is_finished = true;
    give_back(saver, &saver->names_block, saver->name_room, sizeof *saver->names_block);
    give_back(saver, &saver->ranks_block, saver->name_room, sizeof *saver->ranks_block);
    give_back(saver, &saver->mark, saver->mark_length, 1);
    give_back(saver, &saver->cells, saver->cell_room, sizeof *saver->cells);
    give_back(saver, &saver->buckets, CXJ__HISTOGRAM_BUCKETS, sizeof *saver->buckets);
    give_back(saver, &saver->items, saver->item_room, sizeof *saver->items);
    give_back(saver, &saver->scratch, saver->item_room, sizeof *saver->scratch);
    cxj__wire_out_finish(&saver->out);
    if (saver->engine == NULL) return;
    cxj__store_close_snapshot(&saver->engine->core.store, saver->memory);
    saver->engine->is_saving = false;
}

/* Goes on for about so many touchpoints' work. CXJ_DONE once all is written. */
static cxj_status go_on_saving(struct cxj_saver *saver, size_t budget) {
    size_t work = 0;
    for (size_t done = 0; saver->status == CXJ_OK && done < budget; done += work) {
        bool is_lost = saver->engine != NULL && saver->core->store.snapshot.is_lost;
        saver->status = is_lost ? CXJ_NO_MEMORY : do_some(saver, &work);
    }
    return saver->status;
}

static const char *why(cxj_status status) {
    return status == CXJ_NO_MEMORY ? "no memory to save" : "the write function failed";
}

/* ---- the host's mark -------------------------------------------------------------------------------------------- */

cxj_status cxj_set_mark(cxj_engine *engine, const void *bytes, size_t length) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    if (bytes == NULL && length > 0) return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT, "bytes is NULL");
    if (length > CXJ__MOST_MARK) {
        return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT, "a mark has at most 65,536 bytes");
    }
    if (cxj__engine_take_mark(engine, bytes, length)) return CXJ_OK;
    return cxj__engine_fail(engine, CXJ_NO_MEMORY, "no memory for a mark");
}

cxj_status cxj_mark(const cxj_engine *engine, const void **bytes, size_t *length) {
    if (engine == NULL || bytes == NULL || length == NULL) return CXJ_BAD_ARGUMENT;
    *bytes = engine->core.mark;
    *length = engine->core.mark_length;
    return CXJ_OK;
}

/* ---- at once ---------------------------------------------------------------------------------------------------- */

cxj_status cxj_save(const cxj_engine *engine, cxj_write write, void *context, char *message, size_t message_capacity) {
    cxj__base_tell(message, message_capacity, "");
    if (engine == NULL || write == NULL) {
        cxj__base_tell(message, message_capacity, engine == NULL ? "engine is NULL" : "write is NULL");
        return CXJ_BAD_ARGUMENT;
    }
    struct cxj_saver saver = {.core = &engine->core, .own = engine->core.memory};
    saver.memory = &saver.own;
    saver.own.limit = saver.own.used = 0;
    saver.status = begin(&saver, engine, write, context);
    cxj_status status = go_on_saving(&saver, SIZE_MAX);
    finish_save(&saver);
    if (status == CXJ_DONE) return CXJ_OK;
    cxj__base_tell(message, message_capacity, why(status));
    return status;
}

/* Where bytes go in memory. All are counted; those that fit are kept. */
struct room {
    unsigned char *bytes;
    size_t capacity, length;
};

static int64_t write_to_room(void *context, const void *bytes, size_t length) {
    struct room *room = context;
    if (room->length < room->capacity) {
        size_t left = room->capacity - room->length;
        memcpy(room->bytes + room->length, bytes, length < left ? length : left);
    }
    room->length += length;
    return (int64_t)length;
}

cxj_status cxj_save_bytes(const cxj_engine *engine, size_t capacity, char *message, size_t message_capacity,
                          void *bytes, size_t *length) {
    cxj__base_tell(message, message_capacity, "");
    const char *wrong = engine == NULL                  ? "engine is NULL"
                        : length == NULL                ? "length is NULL"
                        : bytes == NULL && capacity > 0 ? "bytes is NULL"
                                                        : NULL;
    if (wrong != NULL) return cxj__engine_refuse(message, message_capacity, CXJ_BAD_ARGUMENT, wrong);
    struct room room = {bytes, capacity, 0};
    cxj_status status = cxj_save(engine, write_to_room, &room, message, message_capacity);
    if (status != CXJ_OK) return status;
    *length = room.length;
    if (room.length <= capacity) return CXJ_OK;
    if (capacity > 0) memset(bytes, 0, capacity); /* nothing partial */
    return cxj__engine_refuse_room(message, message_capacity, "bytes", room.length, capacity);
}

/* ---- incrementally ---------------------------------------------------------------------------------------------- */

cxj_status cxj_saver_open(cxj_engine *engine, cxj_write write, void *context, cxj_saver **saver) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    if (write == NULL || saver == NULL) {
        return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT, write == NULL ? "write is NULL" : "saver is NULL");
    }
    if (cxj__engine_is_saving(engine)) return CXJ_SAVING;
    struct cxj__memory *memory = &engine->core.memory;
    struct cxj_saver *made = cxj__base_resize(memory, NULL, 0, sizeof *made);
    if (made == NULL) return cxj__engine_fail(engine, CXJ_NO_MEMORY, why(CXJ_NO_MEMORY));
    *made = (struct cxj_saver){.engine = engine, .core = &engine->core, .memory = memory};
    cxj__store_open_snapshot(&engine->core.store);
    engine->is_saving = true;
    made->status = begin(made, engine, write, context);
    if (made->status != CXJ_OK) {
        cxj_status status = made->status;
        cxj_saver_close(made);
        return cxj__engine_fail(engine, status, why(status));
    }
    *saver = made;
    return CXJ_OK;
}

cxj_status cxj_saver_step(cxj_saver *saver, size_t touchpoints) {
    enum { USUAL = 1000 };
    if (saver == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(saver->engine);
    cxj_status status = go_on_saving(saver, touchpoints == 0 ? USUAL : touchpoints);
    if (status == CXJ_OK) return CXJ_OK;
    finish_save(saver);
    return status == CXJ_DONE ? CXJ_DONE : cxj__engine_fail(saver->engine, status, why(status));
}

void cxj_saver_close(cxj_saver *saver) {
    if (saver == NULL) return;
    finish_save(saver);
    cxj__base_resize(saver->memory, saver, sizeof *saver, 0);
}
