/* core: what an engine's state is, and what is counted of all of it. */
#ifndef CXJ__CORE_H
#define CXJ__CORE_H

#include "agenda.h"
#include "base.h"
#include "names.h"
#include "store.h"
#include "view.h"

/* Bits of facets, known or not; bytes of a host's mark at most. */
enum { CXJ__FACETS = 32, CXJ__MOST_MARK = 65536 };

/* Views of an engine. Every touchpoint looks at every view, and every view added at those before it: more would be
 * slow, not useful. */
enum { CXJ__MOST_VIEWS = 4096 };

/* Rules of an engine, and alerts that wait, at most. */
enum { CXJ__MOST_RULES = 4096, CXJ__MOST_ALERTS = 1 << 24 };

/* Touchpoints of sealed journeys that an engine may count, so that no sum of them overflows. */
#define CXJ__MOST_SEALED (UINT64_C(1) << 40)

struct cxj__alerts;

/* The state that changes work on. */
struct cxj__core {
    struct cxj__memory memory; /* its limit is that of the options, less the reserve */
    uint64_t reserve;          /* of the limit of memory: what is there for taking back alone */
    struct cxj__seed seed;
    struct cxj__names dictionaries[CXJ__DICTIONARIES + 1]; /* [CXJ_DIMENSION_…] */
    struct cxj__calendar *calendar;                        /* by which all views go; NULL: none */
    struct cxj__store store;
    struct cxj__agenda agenda;   /* when commitments come due */
    struct cxj__agenda sealings; /* when journeys are to be sealed, or looked at for it again */
    int64_t seal_ended_after;    /* ms after its end at which a journey is sealed; 0: never */
    int64_t seal_idle_after;     /* the same after its last touchpoint */
    int64_t sealed_latest;       /* the latest at of a sealed journey's touchpoints; INT64_MIN if there is none */
    uint64_t sealed_touchpoints; /* of sealed journeys, that contribute; their numbers may have been erased since */
    uint64_t sealed_journeys;    /* with one that contributes */
    struct cxj_view **views;     /* in the order in which they were added */
    size_t view_count, view_capacity;
    /* What all views together look at; see cxj__core_note_views(). */
    uint32_t wanted;       /* a bit for each dimension, less one, through which a view sees transitions */
    uint32_t depends;      /* a bit for each dimension of the journey by which touchpoints or transitions are kept */
    uint32_t stands_by;    /* the same for journeys */
    size_t had_conditions; /* conditions with had */
    uint64_t cells_limit;
    uint32_t touchpoints_limit;
    const struct cxj__calendar *hours; /* the calendar where a view asks for working hours, and then every journey has
                                          durations in them; else NULL */
    int64_t now;          /* INT64_MIN before the clock is set */
    uint64_t touchpoints; /* that contribute */
    uint64_t journeys;    /* with one that contributes */
    uint64_t held;        /* touchpoints kept */
    uint64_t folded;      /* touchpoints folded, ever */
    /* Grows with each call that changes something, and only then: so a cursor sees that it is stale. */
    uint64_t version;
    int64_t latest;      /* the latest at of a touchpoint held that contributes; INT64_MIN if there is none */
    bool latest_is_gone; /* while a call lasts: it was taken away, and the one before it is not found yet */
    bool has_left_out;   /* while a change lasts: a view had no room for a cell; see cxj__core_note_left_out() */
    bool is_tentative;   /* a merge is under way: what it left out and emptied is looked at when it ends */
    bool has_emptied;    /* while a change lasts: a view has cells that may be empty; see cxj__core_sweep() */
    uint64_t facet_counts[CXJ__FACETS]; /* by bit: touchpoints that contribute and have it, of sealed journeys, too */
    /* What is saved beside all that. */
    uint64_t sealed_facets[CXJ__FACETS]; /* by bit: sealed touchpoints that have it */
    bool sealed_facets_lost;             /* of some sealed touchpoints that is not known */
    bool is_bare;                        /* views have only what sealed journeys have contributed */
    bool deadlines_lost;     /* the agenda lacks some, for which there was no memory; so all journeys are looked at */
    bool sealings_lost;      /* the same of sealings */
    uint64_t text_key_print; /* of the key under which texts became numbers; 0: the public one */
    unsigned char *mark;     /* the host's; NULL: none */
    size_t mark_length;
    struct cxj__alerts *alerts; /* rules, and what they raise; NULL: there are no rules */
    uint64_t alerts_dropped;    /* that nobody took in time, ever */
    uint32_t last_rule;         /* the number given last */
    uint32_t rules_limit, alerts_limit;
    /* What reading bytes may take. */
    uint32_t views_limit;
    uint32_t load_work_limit;
};

/* Growing arrays that last from one call to the next. */
#define CXJ__LIST(type)                                                                                                \
    struct {                                                                                                           \
        type *items;                                                                                                   \
        size_t count, capacity;                                                                                        \
    }

/* Appends room for one item to a list: true, or false where there is no memory. */
#define CXJ__APPEND(memory, list)                                                                                      \
    ((list).count < (list).capacity ||                                                                                 \
             cxj__base_grow(memory, &(list).items, &(list).capacity, (list).count + 1, sizeof *(list).items)           \
         ? ((list).count++, true)                                                                                      \
         : false)
#define CXJ__LAST(list) (&(list).items[(list).count - 1])
/* Where an item stands; a list that holds none may have no memory yet. */
#define CXJ__AT(array, i) ((array) == NULL ? NULL : (array) + (i))
/* Gives a list back. What is forgotten shall not lie about in freed memory. */
#define CXJ__FREE(memory, list)                                                                                        \
    ((list).items == NULL ? (void)0 : (void)memset((list).items, 0, (list).capacity * sizeof *(list).items),           \
     cxj__base_release(memory, &(list).items, &(list).capacity, sizeof *(list).items), (list).count = 0)

/* The latest at of all touchpoints that contribute, those of sealed journeys among them; INT64_MIN if there is none. */
static inline int64_t cxj__core_latest(const struct cxj__core *core) {
    return core->latest > core->sealed_latest ? core->latest : core->sealed_latest;
}

static inline bool cxj__core_is_withdrawn(const cxj_touchpoint *touchpoint) {
    return (touchpoint->facets & CXJ_FACET_WITHDRAWN) != 0;
}

/* ---- codes ------------------------------------------------------------------------------------------------------ */

/* Sets the codes of what holds for a whole journey, type to exit; and those of what a touchpoint states itself. */
void cxj__core_set_journey_codes(const struct cxj__fold *fold, struct cxj__codes *codes);
void cxj__core_set_own_codes(const cxj_touchpoint *touchpoint, struct cxj__codes *codes);

/* The dimensions of the whole journey, type to exit, in which two folds differ, a bit for each. */
uint32_t cxj__core_differences(const struct cxj__fold *a, const struct cxj__fold *b);

/* ---- counting --------------------------------------------------------------------------------------------------- */

/* Notes the names of a touchpoint that came, and may not be held: refused, late, or of no effect beside another. */
void cxj__core_note_names(struct cxj__core *core, const cxj_touchpoint *touchpoint);

/* Counts the names and facets of a touchpoint that is held from now on (1), or no longer (-1). */
void cxj__core_count(struct cxj__core *core, const cxj_touchpoint *touchpoint, int sign);

/* Counts the names and facets of a touchpoint that is let go because its journey is sealed. */
void cxj__core_count_sealed(struct cxj__core *core, const cxj_touchpoint *touchpoint);

/* The at of the last touchpoint of a journey that contributes; INT64_MIN if none does. */
static inline int64_t cxj__core_last_at(const struct cxj__fold *fold) {
    return fold->counts[CXJ__F_TOUCHPOINTS] > 0 ? fold->last_at : INT64_MIN;
}

/* Counts a journey as it stands now; before: the touchpoints that it held, those that contributed, and the at of the
 * last of these. */
struct cxj__counted {
    size_t kept;
    uint64_t contributed;
    int64_t last_at;
};
struct cxj__counted cxj__core_counted(const struct cxj__journey *journey);
void cxj__core_count_journey(struct cxj__core *core, const struct cxj__journey *journey, struct cxj__counted before);

/* The same of a journey that goes. */
void cxj__core_count_gone(struct cxj__core *core, const struct cxj__journey *journey);

/* Finds the latest touchpoint again if it was taken away: to be called before a call ends that has let touchpoints go.
 * For each journey of which the last touchpoint ever went, perhaps once as much time as looking at a 128th of all
 * journeys takes. */
void cxj__core_find_latest(struct cxj__core *core);

/* ---- views ------------------------------------------------------------------------------------------------------ */

/* Finds out what all views look at: to be called when one was added or dropped. */
void cxj__core_note_views(struct cxj__core *core);

/* A view that measures in working hours, if there is one: it needs a calendar. */
const struct cxj_view *cxj__core_view_in_hours(const struct cxj__core *core);

/* A change was made, and views that had no room for a cell of it are incomplete from now on; or it was not made, and it
 * is as if they had not been asked. */
void cxj__core_note_left_out(struct cxj__core *core, bool is_made);

/* Drops the cells that changes have left empty. */
void cxj__core_sweep(struct cxj__core *core);

#endif
