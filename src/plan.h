/* plan: what a change adds to cells and takes from them: first found out and reserved, then done without fail. */
#ifndef CXJ__PLAN_H
#define CXJ__PLAN_H

#include "agenda.h"
#include "base.h"
#include "names.h"
#include "store.h"
#include "view.h"

/* Bits of facets, known or not; bytes of a host's mark at most. */
enum { CXJ__FACETS = 32, CXJ__MOST_MARK = 65536 };

/* The state that changes work on. */
struct cxj__core {
    struct cxj__memory memory; /* its limit is that of the options, less the reserve */
    uint64_t reserve;          /* of the limit of memory: what is there for taking back alone */
    struct cxj__seed seed;
    struct cxj__names dictionaries[CXJ__DICTIONARIES + 1]; /* [CXJ_DIMENSION_…] */
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
    uint32_t wanted; /* a bit for each dimension through which a view sees transitions */
    uint64_t cells_limit;
    uint32_t touchpoints_limit;
    int64_t now;          /* INT64_MIN before the clock is set */
    uint64_t touchpoints; /* that contribute */
    uint64_t journeys;    /* with one that contributes */
    uint64_t held;        /* touchpoints kept */
    uint64_t folded;      /* touchpoints folded, ever */
    uint64_t
        version;    /* grows with each call that changes something, and only then: so a cursor sees that it is stale */
    int64_t latest; /* the latest at of a touchpoint held that contributes; INT64_MIN if there is none */
    bool latest_is_gone; /* while a call lasts: it was taken away, and the one before it is not found yet */
    uint64_t facet_counts[CXJ__FACETS]; /* by bit: touchpoints that contribute and have it, of sealed journeys, too */
    /* What is saved beside all that. */
    uint64_t sealed_facets[CXJ__FACETS]; /* by bit: sealed touchpoints that have it */
    bool sealed_facets_lost;             /* of some sealed touchpoints that is not known */
    uint64_t walks;                      /* through facts of journeys, ever; see struct cxj__cell */
    bool deadlines_lost;     /* the agenda lacks some, for which there was no memory; so all journeys are looked at */
    bool sealings_lost;      /* the same of sealings */
    uint64_t text_key_print; /* of the key under which texts became numbers; 0: the public one */
    unsigned char *mark;     /* the host's; NULL: none */
    size_t mark_length;
    /* What reading bytes may take. */
    uint32_t views_limit;
    uint32_t load_work_limit;
};

/* The latest at of all touchpoints that contribute, those of sealed journeys among them; INT64_MIN if there is none. */
static inline int64_t cxj__plan_latest(const struct cxj__core *core) {
    return core->latest > core->sealed_latest ? core->latest : core->sealed_latest;
}

/* Touchpoints of sealed journeys that an engine may count, so that no sum of them overflows. */
#define CXJ__MOST_SEALED (UINT64_C(1) << 40)

/* Bits of an index's key of kind CXJ__INDEX_HAD that say which condition of the view it is. */
enum { CXJ__PLAN_HAD_BITS = 8 };

/* Views of an engine. Every touchpoint looks at every view, and every view added at those before it: more would be
 * slow, not useful. */
enum { CXJ__MOST_VIEWS = 4096 };

/* Growing arrays that last from one call to the next. */
#define CXJ__LIST(type)                                                                                                \
    struct {                                                                                                           \
        type *items;                                                                                                   \
        size_t count, capacity;                                                                                        \
    }

/* A fact addressed: it goes to this cell, or is taken from it. cell is NULL where the view has no room for it. */
struct cxj__posting {
    struct cxj_view *view;
    struct cxj__cell *cell;
    size_t fact;
    int sign;
};

/* By how much a cell's touchpoints of this journey change. */
struct cxj__tally {
    struct cxj_view *view;
    struct cxj__cell *cell;
    int64_t change;
    int64_t journeys; /* -1, 0 or 1: by how much its distinct journeys change */
};

/* Where a journey's contribution moves from and to; NULL: nowhere. */
struct cxj__placing {
    struct cxj_view *view;
    struct cxj__cell *from, *to;
    bool stands; /* after the change; to is NULL nevertheless where the view has no room */
};

struct cxj__range {
    size_t from, to;
};

/* What happens to one journey: its records from position on make way for the entries of arriving. */
struct cxj__change {
    struct cxj__journey *journey;
    size_t first_arrival, last_arrival; /* in entries, plus one */
    bool is_void;                       /* nothing changes after all */
    bool marked;                        /* the index knows which values arriving holds */
    bool streams;                       /* its facts are addressed twice, and not posted */
    size_t position;
    size_t kept_samples;
    size_t moving;                                                 /* entries of arriving that have just arrived */
    struct cxj__range leaving, arriving, prefix;                   /* of entries */
    struct cxj__range leaving_facts, arriving_facts, prefix_facts; /* of facts */
    struct cxj__range postings, tallies, placings, samples, checkpoints, retractions;
    struct cxj__codes before, after; /* what holds for the whole journey */
    struct cxj__fold fold;           /* after the change */
};

/* How the feed met what was there. */
struct cxj__feed {
    uint64_t accepted, duplicates, conflicts, superseded;
};

enum { CXJ__COMING = 32 };

struct cxj__plan {
    CXJ__LIST(struct cxj__change) changes;
    CXJ__LIST(struct cxj__entry) entries; /* first all arrivals, those of one journey chained, then what changes need */
    CXJ__LIST(struct cxj__entry) scratch;
    CXJ__LIST(size_t) refused; /* places of arrivals for which their journey has no room, in no order */
    CXJ__LIST(size_t) leavers; /* positions of records that make way for another revision */
    CXJ__LIST(struct cxj__retraction) retractions;
    CXJ__LIST(struct cxj__fact) facts;
    CXJ__LIST(struct cxj__posting) postings;
    CXJ__LIST(struct cxj__tally) tallies;
    CXJ__LIST(struct cxj__tally) tally_scratch;
    CXJ__LIST(struct cxj__placing) placings;
    CXJ__LIST(uint32_t) samples;
    CXJ__LIST(struct cxj__fold) checkpoints;
    /* Journeys of touchpoints to come, to be brought nearer one by one while others are worked on. */
    const struct cxj__journey *coming[CXJ__COMING];
    size_t coming_count;
    size_t deadlines; /* that may be pushed by all plans since the last that was committed or abandoned for good */
    size_t watched;   /* the same for sealings */
    uint64_t folded;  /* touchpoints folded for this plan */
    bool took_back;   /* since the plan was finished last, a touchpoint that is withdrawn met its fields */
    struct cxj__feed feed;
};

void cxj__plan_finish(struct cxj__plan *plan, struct cxj__memory *memory);

/* Begins an empty plan. */
void cxj__plan_begin(struct cxj__plan *plan);

/* Notes the names of a touchpoint that came, and may not be held: refused, late, or of no effect beside another. */
void cxj__plan_note_names(struct cxj__core *core, const cxj_touchpoint *touchpoint);

/* Plans the arrival of a touchpoint that is valid; place is its place in the call. Of one that is withdrawn nothing
 * counts but journey, id and revision. CXJ_OK, CXJ_NO_MEMORY, or CXJ_LATE if its journey is sealed, and then it is not
 * in the plan. */
cxj_status cxj__plan_arrival(struct cxj__plan *plan, struct cxj__core *core, const cxj_touchpoint *touchpoint,
                             size_t place);

/* Works out what the arrivals change and reserves what that needs. Those for which their journey has no room are listed
 * in refused. CXJ_OK: commit cannot fail. CXJ_NO_MEMORY: the plan must be abandoned. */
cxj_status cxj__plan_prepare(struct cxj__plan *plan, struct cxj__core *core);

/* Erases a journey. Needs no memory, and cannot fail; no plan is under way. The call must find the latest touchpoint
 * again before it ends. */
void cxj__plan_erase(struct cxj__core *core, struct cxj__journey *journey);

/* Takes the touchpoint at a position of a journey back where there was no memory to plan it. It cannot fail: what can
 * be added without memory, or with what there still is, is added; a cell in which there is no room for what the journey
 * amounts to now is lost, and its view incomplete. No plan is under way. */
void cxj__plan_withdraw(struct cxj__core *core, struct cxj__journey *journey, size_t position, uint64_t revision);

/* Plans that a journey enters a new view, as it stands. CXJ_OK or CXJ_NO_MEMORY, and then it must be abandoned. */
cxj_status cxj__plan_entrance(struct cxj__plan *plan, struct cxj__core *core, struct cxj_view *view,
                              struct cxj__journey *journey);

/* Does what was planned, and drops the cells that are empty after it; with keep, empty cells stay for plans to come. */
void cxj__plan_commit(struct cxj__plan *plan, struct cxj__core *core, bool keep);

/* Finds the latest touchpoint again if it was taken away: to be called before a call ends that has let journeys go, or
 * committed plans with keep. For each journey of which the last touchpoint ever went, perhaps once as much time as
 * looking at a 128th of all journeys takes. */
void cxj__plan_find_latest(struct cxj__core *core);

/* Leaves everything as it was. With keep, what was reserved stays, so that the same plan made again cannot fail. */
void cxj__plan_abandon(struct cxj__plan *plan, struct cxj__core *core, bool keep);

/* Forgets that plans which were abandoned, but kept what they reserved, may push deadlines. */
void cxj__plan_forget_deadlines(struct cxj__plan *plan);

/* Moves the clock, which must not go back, and counts the commitments whose deadlines pass as overdue. */
void cxj__plan_advance(struct cxj__core *core, int64_t now);

/* True if the journey at the deadline's place still has to keep it. */
bool cxj__plan_holds(const void *core, const struct cxj__deadline *deadline);

/* Seals all journeys whose time has come by the clock. CXJ_OK, or CXJ_NO_MEMORY: some are left for the next time. */
cxj_status cxj__plan_seal(struct cxj__core *core);

/* True if a journey is still to be looked at when a deadline of core->sealings comes. */
bool cxj__plan_watches(const void *core, const struct cxj__deadline *deadline);

#endif
