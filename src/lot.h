/* lot: postings, each of one fact in one view: their cells, room for them, adding them or taking them away; and lots of
 * them, whose cells come nearer together. */
#ifndef CXJ__LOT_H
#define CXJ__LOT_H

#include "core.h"

/* What is done with each posting: one fact in one view, or where the journey itself stands in one view. */
enum cxj__posting {
    CXJ__POST_ADD,           /* adds it, making its cell and room as it goes */
    CXJ__POST_SEEK,          /* nothing: it is only listed, and counted */
    CXJ__POST_TAKE,          /* takes it away, which needs no memory */
    CXJ__POST_NEED,          /* notes that its cell is needed, so that it is not dropped though it is empty now */
    CXJ__POST_FORCE,         /* adds it; if there is no room, its cell is lost */
    CXJ__POST_RESERVE_APART, /* makes room for it in what the cell keeps apart of sealed journeys */
    CXJ__POST_ADD_APART,     /* adds it there */
};

/* What a record says: its facts, the first of which is its own. held: which of its values an earlier one has. */
struct cxj__said {
    const cxj_touchpoint *touchpoint;
    uint32_t held;
    size_t position;
    const struct cxj__fact *facts;
    size_t count;
};

/* Goes through what a journey's records say, or one that comes next. Postings are made in an order that depends on
 * nothing but records and views. So what was posted can be taken back without having been written down: by going
 * through the same once more, with as many postings as were made. */
struct cxj__post {
    struct cxj__core *core;
    struct cxj__journey *journey;
    const struct cxj_view *only; /* the one view that is posted to; NULL: all */
    enum cxj__posting posting;
    struct cxj__codes codes; /* what holds for the whole journey */
    size_t budget, made;     /* postings to be made, no more are; postings made */
    /* The records are the journey's, from base on these entries. */
    size_t base;
    const struct cxj__entry *entries;
    struct cxj__said said; /* by the record at hand */
    struct cxj__lot *lot;  /* where postings are listed before they are made */
};

/* One posting of a fact, and the cell to which it goes, at first a guess; NULL: it is not there yet. */
struct cxj__target {
    struct cxj__post *post;
    struct cxj_view *view;
    struct cxj__cell *cell;
    const struct cxj__fact *fact;
    struct cxj__key key;
    uint32_t held, position;   /* of the record */
    bool is_found;             /* it is no guess */
    struct cxj__fact in_hours; /* last, since it is seldom: in a view in working hours: the fact as it measures it */
};

/* Postings that are listed together, so that their cells come nearer at the same time, and then made one by one. One
 * that is full is posted, unless it stays. */
struct cxj__lot {
    struct cxj__target *targets;
    size_t count, capacity;
    bool stays;
};
enum { CXJ__LOT = 64, CXJ__LARGEST_LOT = 128 };

/* ---- cells ------------------------------------------------------------------------------------------------------ */

/* The cell under a key; NULL: it is not there. */
static inline struct cxj__cell *cxj__lot_find_cell(struct cxj__core *core, const struct cxj_view *view,
                                                   const struct cxj__key *key) {
    return cxj__view_find(view, &core->seed, key, &core->store.probes);
}

/* The same, while touchpoints go through: so that such cells are found faster, if there are many. */
static inline struct cxj__cell *cxj__lot_seek_cell(struct cxj__core *core, struct cxj_view *view,
                                                   const struct cxj__key *key) {
    struct cxj__cell **place = cxj__view_place(&view->grid, key);
    if (place != NULL) return *place;
    cxj__view_miss(view, &core->memory, key->period);
    return cxj__lot_find_cell(core, view, key);
}

/* The same as the first, or makes it; *cell is NULL where the view has no room for it. False: there is no memory. */
bool cxj__lot_reach(struct cxj__core *core, struct cxj_view *view, const struct cxj__key *key, struct cxj__cell **cell);

/* Notes a cell that may be empty now. */
void cxj__lot_note_empty(struct cxj__core *core, struct cxj_view *view, struct cxj__cell *cell);

/* A cell for which there is no room goes, though something contributes to it. */
void cxj__lot_lose(const struct cxj__post *post, struct cxj_view *view, struct cxj__cell *cell);

/* True if the record at a position falls under the key of a touchpoints view, whose conditions on the journey it
 * meets. */
bool cxj__lot_falls_under(const struct cxj__journey *journey, const struct cxj_view *view, const struct cxj__key *key,
                          size_t position);

/* In a short journey: whether no record before a position falls under the key of a touchpoints view. held: which of the
 * values at the position an earlier record has. */
bool cxj__lot_is_first(const struct cxj__post *post, const struct cxj_view *view, const struct cxj__key *key,
                       uint32_t held, size_t position);

/* ---- postings --------------------------------------------------------------------------------------------------- */

/* Lists a posting of a fact in a view, and guesses its cell, which comes nearer. False where the lot is full and stays,
 * or could not be posted. */
bool cxj__lot_list(struct cxj__post *post, struct cxj_view *view, const struct cxj__fact *fact);

/* Sees to it that the cells of a lot, of which some are guessed, are the ones, and brings them nearer, and where
 * durations are counted in them. */
void cxj__lot_approach(struct cxj__core *core, const struct cxj__lot *lot);

/* Makes the postings of a lot from one on, before another; false where a budget ends or, adding, memory does: those
 * before are made. And goes through all stages, and empties it. */
bool cxj__lot_make(const struct cxj__lot *lot, size_t from, size_t to);
bool cxj__lot_finish(struct cxj__core *core, struct cxj__lot *lot);

#endif
