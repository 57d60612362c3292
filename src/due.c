/* due: what the clock brings.
 *
 * Overdue is the one number that depends on the clock. A commitment that a running journey has to keep stands on the
 * agenda; when its time comes, it is counted wherever the journey stands. What was met or moved meanwhile is seen then.
 * Invariant: every commitment that is open in a running journey and comes due at or after the clock is on the agenda,
 * unless deadlines were lost for lack of memory; then all journeys are looked at. */
#include "due.h"

#include <string.h>

/* True if commitment c is open in a journey that runs, and still ahead. */
static bool is_due(const struct cxj__fold *fold, uint32_t c, int64_t now) {
    return fold->outcome == 0 && (fold->promises_open >> c & 1) != 0 && fold->promises[c].due >= now;
}

bool cxj__due_holds(const void *context, const struct cxj__deadline *deadline) {
    const struct cxj__core *core = context;
    struct cxj__fold room;
    const struct cxj__fold *fold = cxj__journey_fold(cxj__store_at(&core->store, deadline->place), &room);
    return is_due(fold, deadline->commitment, deadline->due) &&
           fold->promises[deadline->commitment].due == deadline->due;
}

void cxj__due_of(const struct cxj__core *core, const struct cxj__fold *fold, struct cxj__dues *dues) {
    dues->open = 0;
    for (uint32_t c = 0; fold->promises_open >> c != 0; c++) {
        if (!is_due(fold, c, core->now)) continue;
        dues->open |= 1U << c;
        dues->at[c] = fold->promises[c].due;
    }
}

bool cxj__due_reserve(struct cxj__core *core, size_t count) {
    return count == 0 || cxj__agenda_reserve(&core->agenda, &core->memory, count, cxj__due_holds, core);
}

void cxj__due_push(struct cxj__core *core, const struct cxj__journey *journey, const struct cxj__dues *before) {
    struct cxj__fold room;
    size_t begun = 0, ended = 0;
    for (uint32_t open = before->open; open != 0; open &= open - 1) ended++;
    if (journey->fold.promises_open != 0 && journey->fold.outcome == 0) {
        const struct cxj__fold *fold = cxj__journey_fold(journey, &room);
        for (uint32_t c = 0; fold->promises_open >> c != 0; c++) {
            if (!is_due(fold, c, core->now)) continue;
            begun++;
            if ((before->open >> c & 1) != 0 && before->at[c] == fold->promises[c].due) continue;
            cxj__agenda_push(&core->agenda, (struct cxj__deadline){fold->promises[c].due, journey->place, c});
        }
    }
    cxj__agenda_note(&core->agenda, begun, ended);
}

void cxj__due_leave(struct cxj__core *core, const struct cxj__journey *journey) {
    struct cxj__dues dues;
    struct cxj__fold room;
    cxj__due_of(core, cxj__journey_fold(journey, &room), &dues);
    for (; dues.open != 0; dues.open &= dues.open - 1) cxj__agenda_note(&core->agenda, 0, 1);
}

/* Puts a deadline on the agenda if there is room. */
static void try_to_push(struct cxj__core *core, struct cxj__deadline deadline) {
    if (cxj__due_reserve(core, 1)) {
        cxj__agenda_push(&core->agenda, deadline);
        cxj__agenda_note(&core->agenda, 1, 0);
    } else {
        core->deadlines_lost = true;
    }
}

void cxj__due_try_to_push(struct cxj__core *core, const struct cxj__journey *journey) {
    struct cxj__fold room;
    const struct cxj__fold *fold = cxj__journey_fold(journey, &room);
    for (uint32_t c = 0; fold->promises_open >> c != 0; c++) {
        if (!is_due(fold, c, core->now)) continue;
        try_to_push(core, (struct cxj__deadline){fold->promises[c].due, journey->place, c});
    }
}

void cxj__due_compact(struct cxj__core *core) {
    cxj__agenda_compact(&core->agenda, cxj__due_holds, core);
}

/* ---- the clock -------------------------------------------------------------------------------------------------- */

/* Counts one commitment of a journey as overdue, wherever the journey stands. */
static void pass_one(struct cxj__core *core, struct cxj__journey *journey) {
    core->version++;
    for (size_t v = 0; v < core->view_count; v++) {
        const struct cxj_view *view = core->views[v];
        struct cxj__key key;
        if (view->grain != CXJ_GRAIN_JOURNEYS || !cxj__post_stands(core, journey, view, &key)) continue;
        struct cxj__cell *cell = cxj__view_find(view, &core->seed, &key, &core->store.probes);
        if (cell != NULL) cxj__cell_counts(cell)[CXJ__J_OVERDUE]++;
    }
}

void cxj__due_pass(struct cxj__core *core, struct cxj__journey *journey, int64_t from, int64_t to) {
    struct cxj__fold room;
    const struct cxj__fold *fold = cxj__journey_fold(journey, &room);
    for (uint32_t c = 0; fold->promises_open >> c != 0; c++) {
        if (is_due(fold, c, from) && fold->promises[c].due < to) pass_one(core, journey);
    }
}

/* Looks at all journeys for deadlines that pass, and puts all that are to come on the agenda again if it can. */
static void pass_all(struct cxj__core *core, int64_t now) {
    struct cxj__deadline deadline;
    core->deadlines_lost = false;
    while (cxj__agenda_pop(&core->agenda, now, &deadline)) continue;
    core->agenda.known = 0; /* all that are to come are said again */
    for (size_t place = 0; place < core->store.places; place++) {
        struct cxj__journey *journey = cxj__store_at(&core->store, place);
        if (journey->number == 0 || journey->is_coming) continue;
        cxj__due_pass(core, journey, core->now, now);
    }
    core->now = now;
    for (size_t place = 0; place < core->store.places; place++) {
        const struct cxj__journey *journey = cxj__store_at(&core->store, place);
        if (journey->number != 0) cxj__due_try_to_push(core, journey);
    }
}

/* Takes some commitments that come due before a moment; their journeys come nearer together. */
static size_t take_passing(struct cxj__core *core, int64_t now, struct cxj__deadline *deadlines, size_t most) {
    size_t count = 0;
    while (count < most && cxj__agenda_pop(&core->agenda, now, &deadlines[count])) {
        cxj__store_prefetch_journey(cxj__store_at(&core->store, deadlines[count++].place));
    }
    return count;
}

void cxj__due_advance(struct cxj__core *core, int64_t now) {
    enum { LOT = 16 };
    struct cxj__deadline deadlines[LOT];
    bool is_first = core->now == INT64_MIN;
    if (core->deadlines_lost) pass_all(core, now);
    for (size_t count = LOT; count > 0;) {
        count = take_passing(core, now, deadlines, LOT);
        for (size_t i = 0; i < count; i++) {
            struct cxj__journey *journey = cxj__store_at(&core->store, deadlines[i].place);
            if (journey->is_coming || !cxj__due_holds(core, &deadlines[i])) continue;
            cxj__agenda_note(&core->agenda, 0, 1);
            pass_one(core, journey);
        }
    }
    core->version += is_first;
    core->now = now;
}
