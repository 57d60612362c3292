/* contribution: what a journey adds to a cell of journeys as it stands. */
#ifndef CXJ__CONTRIBUTION_H
#define CXJ__CONTRIBUTION_H

#include "fold.h"

/* True if the two contributions of a journey that runs differ in the counts of the fold, in whether any of them are
 * handoffs or promises, in promises, ratings of touchpoints and durations alone, as they do nearly always when a
 * touchpoint comes last. False where that is not plain to see. */
bool cxj__contribution_is_alike(const struct cxj__fold *before, const struct cxj__fold *after);

/* Turns the one into the other in the cell, where there is room for a first response. counted: the counts of the fold
 * that may differ, a bit for each. Durations are those by the clock of the cell's view; now is INT64_MIN before the clock
 * is set. */
struct cxj__turn {
    const struct cxj__fold *before, *after;
    uint64_t counted;
    int64_t now;
};
void cxj__contribution_change(struct cxj__cell *cell, const struct cxj__turn *turn, const struct cxj__durations *lasted,
                              const struct cxj__durations *lasts);

/* In what a journeys cell sums for drivers, if it does, a journey that was as one fold says is as another says from now
 * on; NULL: it was, or is, not there. */
void cxj__contribution_move_products(const struct cxj__cell *cell, const struct cxj__fold *before,
                                     const struct cxj__fold *after);
static inline void cxj__contribution_observe(const struct cxj__cell *cell, const struct cxj__fold *before,
                                             const struct cxj__fold *after) {
    if (cell->has_products) cxj__contribution_move_products(cell, before, after);
}

/* What the journey adds to a journeys cell as it stands, with its durations by a clock: lasted are the fold's own and
 * calendar is NULL, or they are those in the working hours of the calendar. now is INT64_MIN before the clock is set. */
void cxj__contribution_make(const struct cxj__fold *fold, const struct cxj__calendar *calendar,
                            const struct cxj__durations *lasted, int64_t now, struct cxj__contribution *contribution);

#endif
