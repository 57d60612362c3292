/* post: facts to cells: which cell a fact goes to, room for it, and adding it or taking it away. */
#ifndef CXJ__POST_H
#define CXJ__POST_H

#include "core.h"

/* What is done with each posting: one fact in one view, or where the journey itself stands in one view. */
enum cxj__posting {
    CXJ__POST_ADD,           /* adds it, making its cell and room as it goes */
    CXJ__POST_SEEK,          /* only guesses its cell, and lists it as a target */
    CXJ__POST_TAKE,          /* takes it away, which needs no memory */
    CXJ__POST_NEED,          /* notes that its cell is needed, so that it is not dropped though it is empty now */
    CXJ__POST_FORCE,         /* adds it; if there is no room, its cell is lost */
    CXJ__POST_RESERVE_APART, /* makes room for it in what the cell keeps apart of sealed journeys */
    CXJ__POST_ADD_APART,     /* adds it there */
};

/* One posting of a touchpoint, and the cell to which it goes, at first a guess; NULL: it is not there yet. */
struct cxj__target {
    struct cxj_view *view;
    struct cxj__cell *cell;
    const struct cxj__fact *fact;
    struct cxj__key key;
};

/* Finds the cell of a target, and brings nearer what adding to it will touch. */
void cxj__post_approach(struct cxj__core *core, struct cxj__target *target);

/* Goes through what a journey's records say, or one that comes next. Postings are made in an order that depends on
 * nothing but records and views. So what was posted can be taken back without having been written down: by going
 * through the same once more, with as many postings as were made. */
struct cxj__post {
    struct cxj__core *core;
    struct cxj__journey *journey;
    const struct cxj_view *only; /* the one view that is posted to; NULL: all */
    enum cxj__posting posting;
    struct cxj__codes codes;     /* what holds for the whole journey */
    size_t budget, made;         /* postings to be made, no more are; postings made */
    struct cxj__target *targets; /* seeking: room for the first postings */
    size_t target_count;
};

/* One that goes through a journey under the codes of a fold. */
struct cxj__post cxj__post_of(struct cxj__core *core, struct cxj__journey *journey, const struct cxj__fold *fold,
                              enum cxj__posting posting);

/* Which views of touchpoints and transitions: those that depend on one of these dimensions of the journey, or the
 * others. */
struct cxj__views {
    uint32_t dimensions;
    bool dependent;
};

/* Posts the facts of the touchpoint at a position, the first of which is its own; its record and all before it are
 * there. held: which of its values an earlier one has. False where the budget ends or, adding, memory does; the
 * postings made so far stand. */
bool cxj__post_facts(struct cxj__post *post, struct cxj__views views, const cxj_touchpoint *touchpoint, uint32_t held,
                     const struct cxj__fact *facts, size_t count, size_t position);

/* Adds postings whose cells are all there. Returns how many were added: all, or where memory ends, the first ones. */
size_t cxj__post_targets(struct cxj__core *core, struct cxj__journey *journey, const struct cxj__target *targets,
                         size_t count, uint32_t held, size_t position);

/* Posts the facts of all records from a position on; fold is the one before it, and goes along. With keep, the journey
 * keeps its samples on the way, and checkpoints, for which there is room. */
bool cxj__post_records(struct cxj__post *post, struct cxj__views views, size_t position, struct cxj__fold *fold,
                       bool keep);

/* Posts where the journey stands, by its own fold. */
bool cxj__post_standing(struct cxj__post *post);

/* Posts the whole journey: where it stands, and the facts of all its records; and the same under its own fold. */
bool cxj__post_whole(struct cxj__post *post);
bool cxj__post_journey(struct cxj__core *core, struct cxj__journey *journey, enum cxj__posting posting);

/* A journey as it was or is, so far as it stands in views of journeys by that. */
struct cxj__standing {
    const struct cxj__fold *fold;
    const struct cxj__codes *codes;
    size_t count;                  /* its records up to this one */
    const cxj_touchpoint *without; /* a touchpoint that the index of a long journey knows and that did not come yet */
    uint32_t without_held;
};

/* Lets a journey stand as it does after a touchpoint came last, in all views of journeys; stays: it stands under the
 * same keys. False where there is no memory, and nothing has moved then. The samples of both are in the journey. */
bool cxj__post_move(struct cxj__core *core, struct cxj__journey *journey, const struct cxj__standing *before,
                    const struct cxj__standing *after, bool stays);

/* The key under which a journey stands in a view of journeys, by its own fold; false: it does not. */
bool cxj__post_stands(const struct cxj__core *core, const struct cxj__journey *journey, const struct cxj_view *view,
                      struct cxj__key *key);

/* True if the record at a position falls under the key of a touchpoints view, whose conditions on the journey it
 * meets. */
bool cxj__post_falls_under(const struct cxj__journey *journey, const struct cxj_view *view, const struct cxj__key *key,
                           size_t position);

/* ---- samples ---------------------------------------------------------------------------------------------------- */

/* Sees to it that a journey keeps its samples, which it may not where there was no memory. */
bool cxj__post_regain_samples(struct cxj__core *core, struct cxj__journey *journey);

/* Keeps the samples of a step behind those that came before, which are as many as from says. There is room. */
void cxj__post_keep_samples(struct cxj__journey *journey, size_t from, const struct cxj__fact *facts, size_t count);

/* Finds out the samples of a journey anew; without memory it keeps none. */
void cxj__post_renew_samples(struct cxj__core *core, struct cxj__journey *journey);

/* ---- what a long journey's index knows of views ------------------------------------------------------------------ */

/* Bits of an index's key of kind CXJ__INDEX_HAD that say which condition of the view it is. */
enum { CXJ__POST_HAD_BITS = 8 };

/* A value is held from now on (1), or no longer (-1): it is counted with the conditions that it meets. There is room
 * for core->had_conditions more. */
void cxj__post_count_had(const struct cxj__core *core, struct cxj__index *index, uint32_t holder, uint32_t code,
                         int sign);

/* The index learns what a view wants to know of the records: how many touchpoints fall into each cell, how many values
 * meet each condition with had. */
bool cxj__post_index_view(struct cxj__core *core, struct cxj__journey *journey, const struct cxj_view *view);

#endif
