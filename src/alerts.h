/* alerts: rules that were added, what they have raised, and the queue of alerts (section 9 of the specification).
 *
 * While there are no rules core->alerts is NULL, and nobody calls any of these but the first two. */
#ifndef CXJ__ALERTS_H
#define CXJ__ALERTS_H

#include "core.h"
#include "raised.h"
#include "rule.h"

/* Makes room for one more rule, and the alerts themselves if they are not there; false if there is no memory. Takes all
 * away again where there are no rules. */
bool cxj__alerts_open(struct cxj__core *core);
void cxj__alerts_close(struct cxj__core *core);

/* ---- rules ------------------------------------------------------------------------------------------------------ */

size_t cxj__alerts_rules(const struct cxj__core *core);

/* The rule at a place, in the order of adding; NULL behind the last. And that with exactly this text, or NULL. */
const struct cxj__rule *cxj__alerts_rule_at(const struct cxj__core *core, size_t place);
const struct cxj__rule *cxj__alerts_find_rule(const struct cxj__core *core, const char *text, size_t length);

/* A rule in working hours, if there is one: it needs a calendar. And one that needs a facet that is not recorded. */
const struct cxj__rule *cxj__alerts_rule_in_hours(const struct cxj__core *core);
const struct cxj__rule *cxj__alerts_rule_lacking(const struct cxj__core *core, uint32_t unrecorded,
                                                 struct cxj__rule_facets *facets);

/* Takes a rule in, for which there is room; it gets its number, and *rule is empty then. Forgets the rule at a place, and
 * all that it has raised. */
void cxj__alerts_add_rule(struct cxj__core *core, struct cxj__rule *rule);
void cxj__alerts_drop_rule(struct cxj__core *core, size_t place);

/* ---- what counts as raised -------------------------------------------------------------------------------------- */

/* What holds at a moment counts as raised: by all rules, or by the one added last. First room is made, which may fail,
 * then it is noted. Nothing changes in between but views. */
struct cxj__alerts_noting {
    const struct cxj__calendar *calendar;
    int64_t now;
    bool last_only;
};
bool cxj__alerts_reserve_noting(struct cxj__core *core, const struct cxj__alerts_noting *noting);
void cxj__alerts_note(struct cxj__core *core, const struct cxj__alerts_noting *noting);

/* ---- a call ----------------------------------------------------------------------------------------------------- */

/* Begins a call that may change journeys. False if what an earlier one could not raise for lack of memory cannot be
 * raised now either. */
bool cxj__alerts_begin_call(struct cxj__core *core);

/* Brings nearer what is known of a journey. */
void cxj__alerts_approach(const struct cxj__core *core, const struct cxj__journey *journey);

/* A journey stands otherwise now; makes room for all that this may raise. False if there is no memory. Then follows
 * whether the first so many of those since the last time stand; the others are as they were. */
bool cxj__alerts_expect(struct cxj__core *core, const struct cxj__journey *journey);
void cxj__alerts_settle(struct cxj__core *core, size_t count);

/* The same for one that stands otherwise whether there is memory or not. */
void cxj__alerts_expect_anyway(struct cxj__core *core, const struct cxj__journey *journey);

/* Ends a call: raises what is new in the journeys that it has changed. Cannot fail. Or nothing was changed after all. */
void cxj__alerts_end_call(struct cxj__core *core);
void cxj__alerts_cancel_call(struct cxj__core *core);

/* The clock has moved from a moment: raises what began to hold since then. False if there is no memory for all of it;
 * the rest is raised by a later call. */
bool cxj__alerts_advance(struct cxj__core *core, int64_t from);

/* The clock was set, or moved, by a merge: all journeys are looked at when it moves the next time, which needs no memory
 * where room for so many deadlines was reserved. */
bool cxj__alerts_reserve_all(struct cxj__core *core);
void cxj__alerts_watch_all(struct cxj__core *core);

/* ---- journeys that go ------------------------------------------------------------------------------------------- */

/* Forgets what was raised of a journey that goes; or passes it on to the one that takes its place, which was expected,
 * and for which room has to be made, too. */
void cxj__alerts_forget(struct cxj__core *core, const struct cxj__journey *journey);
bool cxj__alerts_reserve_passing(struct cxj__core *core, const struct cxj__journey *from,
                                 const struct cxj__journey *to);
void cxj__alerts_pass_on(struct cxj__core *core, const struct cxj__journey *from, const struct cxj__journey *to);

/* Alerts that wait for a journey whose touchpoints are another's now, or that has another number, are that one's. */
void cxj__alerts_renumber(struct cxj__core *core, uint64_t from, uint64_t to);

/* After journeys were erased and names retired: alerts of theirs go, and what they name that is no more. customer is
 * forgotten everywhere; 0: nobody. */
void cxj__alerts_erase(struct cxj__core *core, uint64_t customer);

/* ---- the queue -------------------------------------------------------------------------------------------------- */

size_t cxj__alerts_waiting(const struct cxj__core *core);

/* Takes the oldest alert; false if there is none. */
bool cxj__alerts_take(struct cxj__core *core, cxj_alert *alert);

#endif
