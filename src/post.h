/* post: facts to cells: which views and keys what a journey says goes to, and where the journey itself stands. */
#ifndef CXJ__POST_H
#define CXJ__POST_H

#include "lot.h"

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
    const uint32_t *samples;       /* as many as the fold says */
    const cxj_touchpoint *without; /* a touchpoint that the index of a long journey knows and that did not come yet */
    uint32_t without_held;
};

/* Lets a journey stand as it does after a touchpoint came last, in all views of journeys; stays: it stands under the
 * same keys. said: the touchpoint's own fact. False where there is no memory, and nothing has moved then. The samples of
 * both are in the journey. */
bool cxj__post_move(struct cxj__core *core, struct cxj__journey *journey, const struct cxj__standing *before,
                    const struct cxj__standing *after, const struct cxj__fact *said, bool stays);

/* The same after any other change, where no view has a condition on what a journey had. Back to where it stood there is
 * always room. */
bool cxj__post_turn(struct cxj__core *core, struct cxj__journey *journey, const struct cxj__standing *before,
                    const struct cxj__standing *after);

/* The key under which a journey stands in a view of journeys, by its own fold; false: it does not. */
bool cxj__post_stands(const struct cxj__core *core, const struct cxj__journey *journey, const struct cxj_view *view,
                      struct cxj__key *key);

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

/* Folds all records of a journey, and keeps what comes of it as far as there is room: what there is none for is found
 * out again when it is needed. */
void cxj__post_fold_anew(struct cxj__core *core, struct cxj__journey *journey);

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
