/* view: cells by key (SPEC.md section 5).
 *
 * A key holds the number of the period (hours, days, weeks, months, … since 1970, of local time) and a code for each
 * part. Cells are found by a table of places; texts are compared only to put them in order. Those of one period may
 * have places in a grid, too. Invariant: every cell stands once in cells, at its place, once in slots, which are at
 * most three quarters full, and in the grid if its key has a place there. */
#include "view.h"

#include <stdio.h>
#include <string.h>

/* A grid has so many places for each cell at most; and is made after so many cells that had none in the one before, and
 * twice as many as there are. */
#ifdef CXJ__ALWAYS_EDIT /* as a test builds the library, whose logs are short */
enum { GRID_PLACES = 8, GRID_MISSED = 4 };
#else
enum { GRID_PLACES = 8, GRID_MISSED = 1024 };
#endif

CXJ__COLD cxj_status cxj__view_read(struct cxj_view *view, struct cxj__names *dictionaries, struct cxj__memory *memory,
                                    const struct cxj__seed *seed, const char *text, size_t length,
                                    struct cxj__message *message) {
    memset(view, 0, sizeof *view);
    cxj_status status = cxj__query_read(&view->query, dictionaries, memory, seed, text, length, message);
    if (status == CXJ_OK) view->text_print = cxj__base_siphash(seed->key, view->text, view->text_length);
    return status;
}

CXJ__COLD void cxj__view_empty(struct cxj_view *view) {
    view->cells = NULL;
    view->marked_empty = NULL;
    view->slots = NULL;
    view->cell_count = view->cell_capacity = view->slot_capacity = 0;
    view->grid = (struct cxj__grid){.cells = NULL};
    view->incomplete = view->has_left_out = false;
}

CXJ__COLD void cxj__view_free_cells(struct cxj_view *view, struct cxj__memory *memory) {
    for (size_t i = 0; i < view->cell_count; i++) cxj__cell_destroy(view->cells[i], memory);
    cxj__base_release(memory, &view->cells, &view->cell_capacity, sizeof *view->cells);
    cxj__base_release(memory, &view->slots, &view->slot_capacity, sizeof *view->slots);
    cxj__base_release(memory, &view->grid.cells, &view->grid.capacity, sizeof *view->grid.cells);
}

CXJ__COLD void cxj__view_finish(struct cxj_view *view, struct cxj__names *dictionaries, struct cxj__memory *memory) {
    cxj__view_free_cells(view, memory);
    cxj__query_finish(&view->query, dictionaries, memory);
}

/* ---- periods ---------------------------------------------------------------------------------------------------- */

/* The period of a day, if it is a month or longer. */
CXJ__COLD static int64_t period_of_day(enum cxj__period period, int64_t days) {
    struct cxj__date date = cxj__base_date(days);
    if (period == CXJ__YEAR) return date.year;
    return period == CXJ__MONTH ? date.year * 12 + date.month - 1 : date.year * 4 + (date.month - 1) / 3;
}

/* Of local time. */
static int64_t period_of(enum cxj__period period, int64_t at) {
    if (period == CXJ__NO_PERIOD) return 0;
    if (period == CXJ__HOUR) return cxj__base_floor(at, CXJ__HOUR_MS);
    int64_t days = cxj__base_floor(at, CXJ__DAY_MS);
    if (period == CXJ__DAY) return days;
    if (period == CXJ__WEEK) return cxj__base_floor(days + 3, 7); /* 1970-01-01 was a Thursday */
    return period_of_day(period, days);
}

/* The local time at which a period begins. */
CXJ__COLD static int64_t period_start(enum cxj__period period, int64_t number) {
    switch (period) {
    case CXJ__NO_PERIOD:
        return 0;
    case CXJ__HOUR:
        return number * CXJ__HOUR_MS;
    case CXJ__DAY:
        return number * CXJ__DAY_MS;
    case CXJ__WEEK:
        return (number * 7 - 3) * CXJ__DAY_MS;
    case CXJ__MONTH:
        return cxj__base_days(
                   (struct cxj__date){cxj__base_floor(number, 12), number - cxj__base_floor(number, 12) * 12 + 1, 1}) *
               CXJ__DAY_MS;
    case CXJ__QUARTER:
        return cxj__base_days((struct cxj__date){cxj__base_floor(number, 4),
                                                 (number - cxj__base_floor(number, 4) * 4) * 3 + 1, 1}) *
               CXJ__DAY_MS;
    default:
        return cxj__base_days((struct cxj__date){number, 1, 1}) * CXJ__DAY_MS;
    }
}

CXJ__COLD static size_t write_period(enum cxj__period period, int64_t number, char buffer[CXJ__PERIOD_TEXT]) {
    int64_t start = period_start(period, number);
    int64_t days = cxj__base_floor(start, CXJ__DAY_MS);
    struct cxj__date date = cxj__base_date(days);
    int year = (int)date.year, month = (int)date.month, day = (int)date.day;
    int written = 0;
    switch (period) {
    case CXJ__HOUR:
        written = snprintf(buffer, CXJ__PERIOD_TEXT, "%04d-%02d-%02dT%02d", year, month, day,
                           (int)((start - days * CXJ__DAY_MS) / CXJ__HOUR_MS));
        break;
    case CXJ__DAY:
    case CXJ__WEEK:
        written = snprintf(buffer, CXJ__PERIOD_TEXT, "%04d-%02d-%02d", year, month, day);
        break;
    case CXJ__MONTH:
        written = snprintf(buffer, CXJ__PERIOD_TEXT, "%04d-%02d", year, month);
        break;
    case CXJ__QUARTER:
        written = snprintf(buffer, CXJ__PERIOD_TEXT, "%04d-Q%d", year, (month - 1) / 3 + 1);
        break;
    default:
        written = snprintf(buffer, CXJ__PERIOD_TEXT, "%04d", year);
        break;
    }
    return (size_t)written;
}

int64_t cxj__view_number_period(const struct cxj_view *view, int64_t at) {
    return period_of(view->period, cxj__calendar_local(view->calendar, at));
}

/* True if a period is one of the years 0001 to 9999, by whatever local time a calendar may have. */
CXJ__COLD static bool is_period(const struct cxj_view *view, int64_t number) {
    int64_t offset = view->calendar == NULL ? 0 : CXJ__CALENDAR_OFFSET * (CXJ__HOUR_MS / 60);
    return number >= period_of(view->period, CXJ__EARLIEST - offset) &&
           number <= period_of(view->period, CXJ__LATEST + offset);
}

/* Reads what write_period() writes; whatever does not come out the same is no period. */
CXJ__COLD static bool parse_period(const struct cxj_view *view, const char *text, size_t length, int64_t *number) {
    const enum cxj__period period = view->period;
    size_t at = 0, digits = length > 4 && text[4] == '0' ? 5 : 4; /* local time may reach the year 10000 */
    struct cxj__date date = {cxj__base_digits(text, length, &at, digits), 1, 1};
    int64_t hour = 0;
    if (date.year < 0) return false;
    if (period == CXJ__QUARTER) {
        at += 2;
        if (length != digits + 3) return false;
        date.month = (cxj__base_digits(text, length, &at, 1) - 1) * 3 + 1;
    } else if (period != CXJ__YEAR) {
        if (length < ++at) return false;
        date.month = cxj__base_digits(text, length, &at, 2);
        if (period != CXJ__MONTH) {
            if (length < ++at) return false;
            date.day = cxj__base_digits(text, length, &at, 2);
        }
        if (period == CXJ__HOUR) {
            if (length < ++at) return false;
            hour = cxj__base_digits(text, length, &at, 2);
        }
    }
    if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31 || hour < 0) return false;
    *number = period_of(period, cxj__base_days(date) * CXJ__DAY_MS + hour * CXJ__HOUR_MS);
    char again[CXJ__PERIOD_TEXT];
    return is_period(view, *number) && write_period(period, *number, again) == length &&
           memcmp(again, text, length) == 0;
}

/* ---- keys ------------------------------------------------------------------------------------------------------- */

uint32_t cxj__view_code_parts(const struct cxj_view *view) {
    return view->dimension_count + (uint32_t)(view->grain == CXJ_GRAIN_TRANSITIONS);
}

CXJ__COLD uint32_t cxj__view_parts(const struct cxj_view *view) {
    return cxj__view_code_parts(view) + (uint32_t)(view->period != CXJ__NO_PERIOD);
}

bool cxj__view_is_in_period(const struct cxj_view *view, const struct cxj__key *key, int64_t at) {
    return cxj__view_period(view, at) == key->period;
}

/* The dimension whose names serve for one of the parts after the period, which is not counted. */
uint32_t cxj__view_part_dimension(const struct cxj_view *view, uint32_t part) {
    if (view->grain == CXJ_GRAIN_TRANSITIONS && part > 0) part--;
    return cxj__query_names_of(view->dimensions[part]);
}

CXJ__COLD void cxj__view_part_name(const struct cxj_view *view, uint32_t part, const char **name, uint32_t *dimension) {
    uint32_t named = 0;
    if (view->period != CXJ__NO_PERIOD && part-- == 0) {
        *name = "period";
    } else {
        bool transitions = view->grain == CXJ_GRAIN_TRANSITIONS;
        named = cxj__view_part_dimension(view, part);
        if (transitions && part < 2) {
            *name = part == 0 ? "from" : "to";
        } else {
            *name = cxj__query_dimension_name(view->dimensions[transitions ? part - 1 : part]);
        }
    }
    if (dimension != NULL) *dimension = named;
}

CXJ__COLD bool cxj__view_is_key(const struct cxj_view *view, const struct cxj__key *key, const size_t *names) {
    uint32_t parts = cxj__view_code_parts(view);
    if (!is_period(view, key->period)) return false;
    for (uint32_t part = 0; part < parts; part++) {
        uint32_t dimension = cxj__view_part_dimension(view, part);
        size_t most = cxj__query_has_dictionary(dimension) ? names[dimension] : cxj__query_last_fixed(dimension);
        if (key->parts[part] > most) return false;
    }
    return true;
}

CXJ__COLD const char *cxj__view_part_text(const struct cxj_view *view, const struct cxj__names *dictionaries,
                                          const struct cxj__key *key, uint32_t part, char buffer[CXJ__PERIOD_TEXT],
                                          size_t *length) {
    if (view->period != CXJ__NO_PERIOD && part-- == 0) {
        *length = write_period(view->period, key->period, buffer);
        return buffer;
    }
    return cxj__query_code_text(dictionaries, cxj__view_part_dimension(view, part), key->parts[part], length);
}

CXJ__COLD int64_t cxj__view_part_number(const struct cxj_view *view, const struct cxj__key *key, uint32_t part) {
    if (view->period != CXJ__NO_PERIOD && part-- == 0) {
        return cxj__calendar_moment(view->calendar, period_start(view->period, key->period));
    }
    return key->parts[part];
}

CXJ__COLD int cxj__view_compare_keys(const struct cxj__key *a, const struct cxj__key *b) {
    if (a->period != b->period) return a->period < b->period ? -1 : 1;
    for (size_t part = 0; part < CXJ__KEY_PARTS; part++) {
        if (a->parts[part] != b->parts[part]) return a->parts[part] < b->parts[part] ? -1 : 1;
    }
    return 0;
}

CXJ__COLD void cxj__view_translate_key(const struct cxj_view *view, const struct cxj__key *key, uint32_t *const *codes,
                                       struct cxj__key *translated) {
    uint32_t parts = cxj__view_code_parts(view);
    *translated = *key;
    for (uint32_t part = 0; part < parts; part++) {
        uint32_t dimension = cxj__view_part_dimension(view, part);
        if (cxj__query_has_dictionary(dimension)) translated->parts[part] = codes[dimension][key->parts[part]];
    }
}

CXJ__COLD cxj_status cxj__view_parse_codes(const struct cxj_view *view, const struct cxj__names *dictionaries,
                                           const struct cxj__seed *seed, const cxj_text *parts, size_t part_size,
                                           struct cxj__key *key) {
    for (uint32_t part = 0; part < cxj__view_code_parts(view); part++) {
        cxj_text given;
        memcpy(&given, (const char *)parts + part * part_size, sizeof given);
        uint32_t code = cxj__query_code(dictionaries, seed, cxj__view_part_dimension(view, part), given.text,
                                        cxj__base_length(given.text, given.length));
        if (code == CXJ__NO_CODE) return CXJ_NOT_FOUND;
        key->parts[part] = code;
    }
    return CXJ_OK;
}

CXJ__COLD cxj_status cxj__view_parse_key(const struct cxj_view *view, const struct cxj__names *dictionaries,
                                         const struct cxj__seed *seed, const cxj_text *parts, size_t part_size,
                                         struct cxj__key *key) {
    *key = (struct cxj__key){0};
    if (view->period == CXJ__NO_PERIOD) return cxj__view_parse_codes(view, dictionaries, seed, parts, part_size, key);
    cxj_text given;
    memcpy(&given, parts, sizeof given);
    size_t length = cxj__base_length(given.text, given.length);
    if (!parse_period(view, given.text, length, &key->period)) return CXJ_BAD_TEXT;
    const void *codes = (const char *)parts + part_size;
    return cxj__view_parse_codes(view, dictionaries, seed, codes, part_size, key);
}

/* ---- cells ------------------------------------------------------------------------------------------------------ */

/* Words of 32 bits under secret multipliers, of which the upper half is taken: a universal family (Dietzfelbinger,
 * "Universal hashing and k-wise independent random variables via integer arithmetic without primes", 1996). */
static uint32_t hash_key(const struct cxj__seed *seed, const struct cxj__key *key) {
    const uint64_t *by = seed->key;
    const uint32_t *parts = key->parts;
    uint64_t sum = by[0] + (uint32_t)key->period * by[1] + (uint32_t)((uint64_t)key->period >> 32) * by[2] +
                   parts[0] * by[3] + parts[1] * by[4] + parts[2] * by[5] + parts[3] * by[6] + parts[4] * by[7];
    return (uint32_t)(((sum ^ sum >> 32) * by[0]) >> 32); /* so that neighbours do not stay neighbours */
}
_Static_assert(3 + CXJ__KEY_PARTS <= CXJ__SEED_KEYS, "there is a multiplier for each word of a key");

/* A slot: the hash of a cell's key above its place plus one. */
static uint64_t slot_of(const struct cxj__cell *cell) {
    return (uint64_t)cell->hash << 32 | (cell->place + 1);
}

struct cxj__cell *cxj__view_find(const struct cxj_view *view, const struct cxj__seed *seed, const struct cxj__key *key,
                                 uint64_t *probes) {
    struct cxj__cell **place = cxj__view_place(&view->grid, key);
    if (place != NULL) return *place;
    if (view->slot_capacity == 0) return NULL;
    uint32_t hash = hash_key(seed, key);
    size_t mask = view->slot_capacity - 1;
    for (size_t slot = hash & mask;; slot = (slot + 1) & mask) {
        uint64_t found = view->slots[slot];
        ++*probes;
        if (found == 0) return NULL;
        if (found >> 32 != hash) continue;
        struct cxj__cell *cell = view->cells[(uint32_t)found - 1];
        if (cxj__cell_has_key(cell, key)) return cell;
    }
}

struct cxj__cell *cxj__view_guess(const struct cxj_view *view, const struct cxj__seed *seed,
                                  const struct cxj__key *key) {
    if (view->slot_capacity == 0) return NULL;
    uint32_t hash = hash_key(seed, key);
    size_t mask = view->slot_capacity - 1, slot = hash & mask;
    while (view->slots[slot] != 0 && view->slots[slot] >> 32 != hash) slot = (slot + 1) & mask;
    return view->slots[slot] == 0 ? NULL : view->cells[(uint32_t)view->slots[slot] - 1];
}

/* Sets the place of a cell in the grid, if it has one. */
CXJ__COLD static void set_place(struct cxj_view *view, struct cxj__cell *cell, struct cxj__cell *there) {
    struct cxj__cell **place = cxj__view_place(&view->grid, &cell->key);
    if (place != NULL) *place = there;
}

/* The places of a grid for all cells of its period, and some more for codes that are to come. */
CXJ__COLD static size_t measure_grid(const struct cxj_view *view, struct cxj__grid *grid) {
    size_t places = 1, cells = 1;
    for (size_t i = 0; i < view->cell_count; i++) {
        const struct cxj__key *key = &view->cells[i]->key;
        if (key->period != grid->period) continue;
        cells++;
        for (uint32_t k = 0; k < grid->parts; k++) {
            if (key->parts[k] > grid->most[k]) grid->most[k] = key->parts[k];
        }
    }
    for (uint32_t k = 0; k < grid->parts; k++) {
        if (grid->most[k] / GRID_PLACES > cells / places) return 0;
        grid->most[k] += (grid->most[k] + 3) / 4;
        places *= grid->most[k] + 1;
    }
    return places;
}

CXJ__COLD static void make_grid(struct cxj_view *view, struct cxj__memory *memory, int64_t period) {
    struct cxj__grid grid = {.period = period, .parts = cxj__view_code_parts(view)};
    view->grid.missed = 0;
    grid.capacity = measure_grid(view, &grid);
    if (grid.capacity == 0) return;
    grid.cells = cxj__base_resize(memory, NULL, 0, grid.capacity * sizeof *grid.cells);
    if (grid.cells == NULL) return;
    memset(grid.cells, 0, grid.capacity * sizeof *grid.cells);
    cxj__base_release(memory, &view->grid.cells, &view->grid.capacity, sizeof *grid.cells);
    view->grid = grid;
    for (size_t i = 0; i < view->cell_count; i++) set_place(view, view->cells[i], view->cells[i]);
}

void cxj__view_miss(struct cxj_view *view, struct cxj__memory *memory, int64_t period) {
    if (++view->grid.missed > 2 * view->cell_count + GRID_MISSED) make_grid(view, memory, period);
}

static void insert_slot(struct cxj_view *view, const struct cxj__cell *cell) {
    size_t mask = view->slot_capacity - 1;
    size_t slot = cell->hash & mask;
    while (view->slots[slot] != 0) slot = (slot + 1) & mask;
    view->slots[slot] = slot_of(cell);
}

CXJ__COLD static bool reserve_slots(struct cxj_view *view, struct cxj__memory *memory, size_t count) {
    size_t wanted = view->slot_capacity == 0 ? 16 : view->slot_capacity;
    while (count > wanted / 4 * 3) wanted *= 2;
    if (wanted == view->slot_capacity) return true;
    uint64_t *slots = cxj__base_resize(memory, NULL, 0, wanted * sizeof *slots);
    if (slots == NULL) return false;
    memset(slots, 0, wanted * sizeof *slots);
    cxj__base_resize(memory, view->slots, view->slot_capacity * sizeof *slots, 0);
    view->slots = slots;
    view->slot_capacity = wanted;
    for (size_t i = 0; i < view->cell_count; i++) insert_slot(view, view->cells[i]);
    return true;
}

CXJ__COLD struct cxj__cell *cxj__view_make(struct cxj_view *view, struct cxj__memory *memory,
                                           const struct cxj__seed *seed, const struct cxj__key *key) {
    if (!reserve_slots(view, memory, view->cell_count + 1) ||
        !cxj__base_grow(memory, &view->cells, &view->cell_capacity, view->cell_count + 1, sizeof *view->cells)) {
        return NULL;
    }
    struct cxj__cell *cell = cxj__view_make_apart(view, memory);
    if (cell == NULL) return NULL;
    cell->key = *key;
    cell->hash = hash_key(seed, key);
    cell->place = (uint32_t)view->cell_count;
    cell->number = (uint64_t)view->id << CXJ__CELL_NUMBER_BITS | view->cells_made++;
    view->cells[view->cell_count++] = cell;
    insert_slot(view, cell);
    set_place(view, cell, cell);
    return cell;
}

/* Takes a slot out and moves those behind it up, so that no search ends too early. */
CXJ__COLD static void remove_slot(struct cxj_view *view, const struct cxj__cell *cell) {
    size_t mask = view->slot_capacity - 1;
    size_t hole = cell->hash & mask;
    while (view->slots[hole] != slot_of(cell)) hole = (hole + 1) & mask;
    for (size_t next = (hole + 1) & mask; view->slots[next] != 0; next = (next + 1) & mask) {
        size_t home = (size_t)(view->slots[next] >> 32) & mask;
        if (((next - home) & mask) < ((next - hole) & mask)) continue;
        view->slots[hole] = view->slots[next];
        hole = next;
    }
    view->slots[hole] = 0;
}

void cxj__view_mark_empty(struct cxj_view *view, struct cxj__cell *cell) {
    if (cell->marked_empty || cxj__cell_counts(cell)[0] != 0) return;
    cell->marked_empty = 1;
    cell->next_empty = view->marked_empty;
    view->marked_empty = cell;
}

/* The last cell takes the place of the one that goes. */
CXJ__COLD static void drop(struct cxj_view *view, struct cxj__cell *cell, struct cxj__memory *memory) {
    remove_slot(view, cell);
    set_place(view, cell, NULL);
    struct cxj__cell *last = view->cells[view->cell_count - 1];
    if (last != cell) {
        size_t mask = view->slot_capacity - 1;
        size_t slot = last->hash & mask;
        while (view->slots[slot] != slot_of(last)) slot = (slot + 1) & mask;
        view->cells[cell->place] = last;
        last->place = cell->place;
        view->slots[slot] = slot_of(last);
    }
    view->cell_count--;
    cxj__cell_destroy(cell, memory);
}

CXJ__COLD bool cxj__view_sweep(struct cxj_view *view, struct cxj__memory *memory) {
    struct cxj__cell *kept = NULL;
    while (view->marked_empty != NULL) {
        struct cxj__cell *cell = view->marked_empty;
        view->marked_empty = cell->next_empty;
        if (cell->is_needed) {
            cell->next_empty = kept;
            kept = cell;
            continue;
        }
        cell->marked_empty = 0;
        if (cxj__cell_counts(cell)[0] == 0) drop(view, cell, memory);
    }
    view->marked_empty = kept;
    return kept != NULL;
}

CXJ__COLD void cxj__view_lose(struct cxj_view *view, struct cxj__cell *cell, struct cxj__memory *memory) {
    struct cxj__cell **link = &view->marked_empty;
    while (cell->marked_empty && *link != cell) link = &(*link)->next_empty;
    if (cell->marked_empty) *link = cell->next_empty;
    view->incomplete = true;
    if (cxj__cell_has_sealed(cell)) view->sealed_lost = true;
    drop(view, cell, memory);
}

struct order {
    const struct cxj_view *view;
    const struct cxj__names *dictionaries;
};

/* By their texts. Those of the years up to 9999 have a fixed width, so they stand in the order of their numbers. */
CXJ__COLD static int compare_periods(enum cxj__period period, int64_t a, int64_t b) {
    char x[CXJ__PERIOD_TEXT], y[CXJ__PERIOD_TEXT];
    if (period_start(period, a < b ? b : a) <= CXJ__LATEST) return a < b ? -1 : 1;
    (void)write_period(period, a, x);
    (void)write_period(period, b, y);
    return strcmp(x, y);
}

CXJ__COLD static int compare_cells(const void *a, const void *b, const void *context) {
    const struct order *order = context;
    const struct cxj_view *view = order->view;
    struct cxj__cell *x, *y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    if (x->key.period != y->key.period) return compare_periods(view->period, x->key.period, y->key.period);
    uint32_t parts = cxj__view_code_parts(view);
    for (uint32_t part = 0; part < parts; part++) {
        uint32_t p = x->key.parts[part], q = y->key.parts[part], dimension = cxj__view_part_dimension(view, part);
        if (p == q) continue;
        if (cxj__query_has_dictionary(dimension)) return cxj__names_compare(&order->dictionaries[dimension], p, q);
        size_t length = 0;
        return strcmp(cxj__query_code_text(NULL, dimension, p, &length),
                      cxj__query_code_text(NULL, dimension, q, &length));
    }
    return 0;
}

CXJ__COLD void cxj__view_sort(const struct cxj_view *view, const struct cxj__names *dictionaries,
                              struct cxj__cell **sorted) {
    struct order order = {view, dictionaries};
    if (view->cell_count == 0) return;
    memcpy(sorted, view->cells, view->cell_count * sizeof *sorted);
    cxj__base_sort(sorted, sorted + view->cell_count, view->cell_count, sizeof *sorted, compare_cells, &order);
}
