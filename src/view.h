/* view: cells by key; which cell a fact goes to. */
#ifndef CXJ__VIEW_H
#define CXJ__VIEW_H

#include "base.h"
#include "calendar.h"
#include "cell.h"
#include "names.h"
#include "query.h"

/* A cell's number is its view's id, then this many bits that count the cells the view has made. */
#define CXJ__CELL_NUMBER_BITS 40

/* The cells of one period by their codes, so that they are found without a hash and without a look at them: each that
 * is there stands at its place, if its codes are no greater than these. It is made where it pays, and there may be
 * none. */
struct cxj__grid {
    struct cxj__cell **cells;
    size_t capacity;
    int64_t period;
    uint32_t parts; /* codes of a key that may not be 0 */
    uint32_t most[CXJ__KEY_PARTS];
    uint32_t missed; /* cells asked for that have no place in it */
};

struct cxj_view {
    const struct cxj_engine *engine; /* whose dictionaries name its codes */
    union {
        struct cxj__query query; /* what its text asks, as a whole; below, field by field */
        struct {
            CXJ__QUERY_FIELDS
        };
    };
    const struct cxj__calendar *calendar; /* by whose local time periods go; NULL: UTC */
    uint64_t text_print;                  /* of its text, keyed: two that differ are told apart at once */
    uint32_t id;                          /* never used again within an engine */
    struct cxj__cell **cells;             /* in no order */
    size_t cell_count;
    size_t cell_capacity;
    uint64_t *slots; /* an open-addressing table of hashes and places in cells, plus one */
    size_t slot_capacity;
    uint64_t cells_made; /* ever */
    struct cxj__grid grid;
    bool incomplete;   /* at the limit of cells, facts were left out */
    bool has_left_out; /* while a change lasts: there was no room for a cell of it */
    bool sealed_lost;  /* of what journeys contributed that are sealed now, some is not in it and cannot be had again:
                                 it was left out, or the view was added later */
    struct cxj__cell *marked_empty; /* cells that are to be dropped */
};

/* Makes a view without cells of what a text asks, as cxj__query_read() reads it. */
cxj_status cxj__view_read(struct cxj_view *view, struct cxj__names *dictionaries, struct cxj__memory *memory,
                          const struct cxj__seed *seed, const char *text, size_t length, struct cxj__message *message);

/* Frees what a view holds, cells too, and gives the names of its conditions back. */
void cxj__view_finish(struct cxj_view *view, struct cxj__names *dictionaries, struct cxj__memory *memory);

/* Leaves a view without cells, as if it were new; those that it had are for who has copied it. Frees its cells. */
void cxj__view_empty(struct cxj_view *view);
void cxj__view_free_cells(struct cxj_view *view, struct cxj__memory *memory);

/* ---- keys ------------------------------------------------------------------------------------------------------- */

/* Parts of a key: the period if there is one, then the dimensions; a transitions view has from and to for the first. */
uint32_t cxj__view_parts(const struct cxj_view *view);

/* The number of the period in which a moment is, of a view that has some. */
int64_t cxj__view_number_period(const struct cxj_view *view, int64_t at);
static inline int64_t cxj__view_period(const struct cxj_view *view, int64_t at) {
    return view->period == CXJ__NO_PERIOD ? 0 : cxj__view_number_period(view, at);
}

/* The key under which a touchpoint or journey with these codes falls, at being the moment of its period. */
static inline void cxj__view_key(const struct cxj_view *view, const struct cxj__codes *codes, int64_t at,
                                 struct cxj__key *key) {
    *key = (struct cxj__key){.period = cxj__view_period(view, at)};
    for (size_t i = 0; i < view->dimension_count; i++) key->parts[i] = codes->codes[view->dimensions[i]];
}

/* True if a moment is in the period of a key. */
bool cxj__view_is_in_period(const struct cxj_view *view, const struct cxj__key *key, int64_t at);

/* The key of a transition from one code to another. */
static inline void cxj__view_transition_key(const struct cxj_view *view, const struct cxj__codes *codes, uint32_t from,
                                            uint32_t to, int64_t at, struct cxj__key *key) {
    *key = (struct cxj__key){.period = cxj__view_period(view, at), .parts = {from, to}};
    for (size_t i = 1; i < view->dimension_count; i++) key->parts[i + 1] = codes->codes[view->dimensions[i]];
}

/* The name of one part of a key, and the dimension whose names it has (0: a period); dimension may be NULL. */
void cxj__view_part_name(const struct cxj_view *view, uint32_t part, const char **name, uint32_t *dimension);

/* One part of a key as text: for a period written to buffer, for a dimension the name itself. */
enum { CXJ__PERIOD_TEXT = 24 };
const char *cxj__view_part_text(const struct cxj_view *view, const struct cxj__names *dictionaries,
                                const struct cxj__key *key, uint32_t part, char buffer[CXJ__PERIOD_TEXT],
                                size_t *length);

/* One part of a key as number: a code, or the moment of the first local time of the period. */
int64_t cxj__view_part_number(const struct cxj_view *view, const struct cxj__key *key, uint32_t part);

/* Parts of a key that are codes, which are all but the period; and the dimension whose codes one of them has, which may
 * be one without a dictionary. */
uint32_t cxj__view_code_parts(const struct cxj_view *view);
uint32_t cxj__view_part_dimension(const struct cxj_view *view, uint32_t part);

/* True if a key, whose codes of a dimension run up to names[dimension], can be one of the view's. */
bool cxj__view_is_key(const struct cxj_view *view, const struct cxj__key *key, const size_t *names);

/* Negative, zero or positive as the numbers of a key stand before, with or after those of b. */
int cxj__view_compare_keys(const struct cxj__key *a, const struct cxj__key *b);

/* The key with other codes: codes[dimension][code] is the one for a code. */
void cxj__view_translate_key(const struct cxj_view *view, const struct cxj__key *key, uint32_t *const *codes,
                             struct cxj__key *translated);

/* The key whose parts have these texts. CXJ_OK; CXJ_NOT_FOUND (a name that does not occur); CXJ_BAD_TEXT (no such
 * period). */
cxj_status cxj__view_parse_key(const struct cxj_view *view, const struct cxj__names *dictionaries,
                               const struct cxj__seed *seed, const cxj_text *parts, size_t part_size,
                               struct cxj__key *key);

/* Sets the codes of a key to those of the names in these parts, which are those after the period. CXJ_OK;
 * CXJ_NOT_FOUND. */
cxj_status cxj__view_parse_codes(const struct cxj_view *view, const struct cxj__names *dictionaries,
                                 const struct cxj__seed *seed, const cxj_text *parts, size_t part_size,
                                 struct cxj__key *key);

/* ---- cells ------------------------------------------------------------------------------------------------------ */

/* Makes a cell such as the view's, which is not in it; NULL if there is no memory. */
static inline struct cxj__cell *cxj__view_make_apart(const struct cxj_view *view, struct cxj__memory *memory) {
    return cxj__cell_make(memory, view->grain, view->with_drivers);
}

/* The cell under a key, or NULL. probes counts the slots looked at. */
struct cxj__cell *cxj__view_find(const struct cxj_view *view, const struct cxj__seed *seed, const struct cxj__key *key,
                                 uint64_t *probes);

/* The place of a key in a grid; NULL: it has none. */
static inline struct cxj__cell **cxj__view_place(const struct cxj__grid *grid, const struct cxj__key *key) {
    size_t place = 0;
    if (grid->cells == NULL || key->period != grid->period) return NULL;
    for (uint32_t k = 0; k < grid->parts; k++) {
        if (key->parts[k] > grid->most[k]) return NULL;
        place = place * (grid->most[k] + (size_t)1) + key->parts[k];
    }
    return &grid->cells[place];
}

/* Counts a cell without a place in the grid; after many a grid is made in which such have one, if there is memory. */
void cxj__view_miss(struct cxj_view *view, struct cxj__memory *memory, int64_t period);

/* The cell that is nearly always the one under a key, which has its hash; NULL: there is none. */
struct cxj__cell *cxj__view_guess(const struct cxj_view *view, const struct cxj__seed *seed,
                                  const struct cxj__key *key);

/* Makes the cell under a key, which is not there yet; NULL if there is no memory. */
struct cxj__cell *cxj__view_make(struct cxj_view *view, struct cxj__memory *memory, const struct cxj__seed *seed,
                                 const struct cxj__key *key);

/* Notes a cell for cxj__view_sweep() if nothing contributes to it any more. */
void cxj__view_mark_empty(struct cxj_view *view, struct cxj__cell *cell);

/* Drops the cells noted that are still empty. Those that are needed stay noted; true if there are any. */
bool cxj__view_sweep(struct cxj_view *view, struct cxj__memory *memory);

/* Drops a cell, though something contributes to it: the view is incomplete from then on. */
void cxj__view_lose(struct cxj_view *view, struct cxj__cell *cell, struct cxj__memory *memory);

/* Writes the cells in the order of their keys' texts to sorted, which has room for twice as many as there are. */
void cxj__view_sort(const struct cxj_view *view, const struct cxj__names *dictionaries, struct cxj__cell **sorted);

#endif
