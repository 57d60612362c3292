/* post: facts to cells: which cell a fact goes to, room for it, and adding it or taking it away. */
#ifndef CXJ__POST_H
#define CXJ__POST_H

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
    struct cxj__fact in_hours; /* in a view in working hours: the fact as it measures it */
    uint32_t held, position; /* of the record */
};

/* Postings that are listed together, so that their cells come nearer at the same time, and then made one by one. One
 * that is full is posted, unless it stays. */
struct cxj__lot {
    struct cxj__target *targets;
    size_t count, capacity;
    bool stays;
};
enum { CXJ__POST_LOT = 64 };

/* Brings nearer what the postings of a lot will touch, in two stages, after what was guessed has come: their cells, and
 * where durations are counted in those. */
void cxj__post_approach(struct cxj__core *core, const struct cxj__lot *lot);
void cxj__post_touch(const struct cxj__lot *lot);

/* Makes the postings of a lot; false where a budget ends or, adding, memory does: those before are made. And goes
 * through all stages, and empties it. */
bool cxj__post_listed(const struct cxj__lot *lot);
bool cxj__post_lot(struct cxj__core *core, struct cxj__lot *lot);

/* One that goes through a journey under the codes of a fold; and the same where it stands. */
struct cxj__post cxj__post_of(struct cxj__core *core, struct cxj__journey *journey, const struct cxj__fold *fold,
                              enum cxj__posting posting);
void cxj__post_begin(struct cxj__post *post, struct cxj__core *core, struct cxj__journey *journey,
                     const struct cxj__fold *fold, enum cxj__posting posting);

/* Which views of touchpoints and transitions: those that depend on one of these dimensions of the journey, or the
 * others. */
struct cxj__views {
    uint32_t dimensions;
    bool dependent;
};

/* Lets a fold take an entry, which is, or will be, the record at a position, and notes what it says. */
void cxj__post_step(struct cxj__post *post, struct cxj__fold *fold, const struct cxj__entry *entry, size_t position,
                    struct cxj__fact *facts);

/* Lists the postings of what the record at hand says, but for what the same record says in a twin, if there is one.
 * False where its lot is full and stays, or could not be posted. */
bool cxj__post_facts(struct cxj__post *post, struct cxj__views views, const struct cxj__post *twin);

/* Posts the facts of all records from a position on; fold is the one before it, and goes along. False where the budget
 * ends or, adding, memory does; the postings made so far stand. */
bool cxj__post_records(struct cxj__post *post, struct cxj__views views, size_t position, struct cxj__fold *fold);

/* Posts where the journey stands, by its own fold. */
bool cxj__post_standing(struct cxj__post *post);

/* Posts the whole journey: where it stands, and the facts of all its records; and the same under its own fold. */
bool cxj__post_whole(struct cxj__post *post);
bool cxj__post_journey(struct cxj__core *core, struct cxj__journey *journey, enum cxj__posting posting);

/* A journey as it was or is, so far as it stands in views of journeys by that. */
struct cxj__standing {
    const struct cxj__fold *fold;
    const struct cxj__durations *in_hours; /* of the fold, where a view asks for them */
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
void cxj__post_keep_samples(const struct cxj__core *core, struct cxj__journey *journey, size_t from,
                            const struct cxj__fact *facts, size_t count);

/* Samples, too, are measured by one clock alone from now on. */
void cxj__post_drop_hours(struct cxj__journey *journey);

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
