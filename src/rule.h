/* rule: what a rule's text asks, and the occasions that it has in a journey as it stands (section 9). */
#ifndef CXJ__RULE_H
#define CXJ__RULE_H

#include "calendar.h"
#include "journey.h"
#include "query.h"

/* A rule as it was read. */
struct cxj__rule {
    struct cxj__query query; /* its text, conditions and whether it is in working hours */
    const struct cxj__rule_kind *kind;
    uint8_t what, detail; /* of its kind */
    int64_t span;         /* ms, of rules that go by the clock */
    uint32_t count;       /* N, of those that are over one */
    uint32_t needs_all;   /* facets without which it says nothing */
    uint32_t needs_any;   /* facets of which it needs one; 0: none */
    uint32_t number;      /* the host's name for it; 0: it was not added */
    uint64_t raised;      /* alerts so far */
    bool by_clock;        /* its occasions hold from some moment on */
    bool later_only;      /* an earlier since is never new */
};

/* Facets in a sentence: "contact or update". */
struct cxj__rule_facets {
    char text[120];
};

/* Reads a rule's text. With growing the names of its conditions enter the dictionaries, which it is; without (NULL)
 * nothing is written but the rule. CXJ_OK; CXJ_BAD_TEXT, CXJ_LIMIT or CXJ_NO_MEMORY, and a sentence in message. */
cxj_status cxj__rule_read(struct cxj__rule *rule, const struct cxj__names *dictionaries, struct cxj__names *growing,
                          struct cxj__memory *memory, const struct cxj__seed *seed, const char *text, size_t length,
                          struct cxj__message *message);

/* Frees what a rule holds. growing as when it was read. */
void cxj__rule_finish(struct cxj__rule *rule, struct cxj__names *growing, struct cxj__memory *memory);

/* True if the rule needs a facet that is not recorded; then *facets are those, in words. */
bool cxj__rule_lacks(const struct cxj__rule *rule, uint32_t unrecorded, struct cxj__rule_facets *facets);

/* ---- occasions -------------------------------------------------------------------------------------------------- */

/* One occasion: it holds from a moment on, up to another. */
struct cxj__rule_occasion {
    int64_t since, from, until;
    uint32_t commitment;
    bool is_rough; /* from may be later: see cxj__rule_refine() */
};

/* A journey that is looked at, from after a moment up to another; to is INT64_MIN before the clock is set. Set the first
 * members, and next to INT64_MAX; all else is found out when it is asked for. */
struct cxj__rule_look {
    const struct cxj__journey *journey;
    const struct cxj__calendar *calendar;
    int64_t after, to;
    int64_t next; /* no occasion that does not hold yet does so before that, if the journey stays as it is */
    const struct cxj__fold *fold; /* NULL: not found yet */
    bool has_moments;
    struct cxj__moments moments;
    struct cxj__fold room;
};

/* A look at a journey: those members are set. */
void cxj__rule_begin(struct cxj__rule_look *look, const struct cxj__journey *journey,
                     const struct cxj__calendar *calendar, int64_t after, int64_t to);

/* The place of the next rule, from first on, that may have an occasion; end if there is none. Of a journey that holds
 * nothing there is none, which is for the caller to see. */
size_t cxj__rule_next(const struct cxj__rule *rules, size_t first, size_t end, const struct cxj__rule_look *look);

/* True if a journey with such a fold meets the conditions of a rule. */
bool cxj__rule_meets(const struct cxj__rule *rule, const struct cxj__fold *fold);

/* Where many journeys are looked at by one rule: brings nearer what its conditions read of a journey; what cxj__rule_next()
 * reads of it; and what is read where it may hold, and a host is told. */
void cxj__rule_approach_conditions(const struct cxj__rule *rule, const struct cxj__journey *journey);
void cxj__rule_approach(const struct cxj__rule *rule, const struct cxj__journey *journey);
void cxj__rule_approach_told(const struct cxj__journey *journey);

/* Finds the occasions of such a rule that hold at some moment after look->after, up to look->to, or may, where they are
 * rough; by commitment. Returns how many there are; for those to come, look->next is what it says. */
size_t cxj__rule_occasions(const struct cxj__rule *rule, struct cxj__rule_look *look,
                           struct cxj__rule_occasion occasions[CXJ__COMMITMENTS]);

/* Finds out from when on an occasion holds that is rough. False if that is later than look->to, or never. */
bool cxj__rule_refine(const struct cxj__rule *rule, struct cxj__rule_look *look, struct cxj__rule_occasion *occasion);

/* Sets what a host is told of an occasion of a journey, but for the customer, who stands apart. */
void cxj__rule_describe(const struct cxj__journey *journey, const struct cxj__rule_occasion *occasion,
                        cxj_occasion *told);

/* The same as an alert of a rule. */
void cxj__rule_write(const struct cxj__journey *journey, const struct cxj__rule_occasion *occasion, uint32_t rule,
                     cxj_alert *alert);

#endif
