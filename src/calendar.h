/* calendar: the host's local time and working hours, from a text (section 10 of the specification).
 *
 * Where a calendar may be NULL there is none: local time is UTC, and all of it is open. Moments and local times are
 * milliseconds since 1970-01-01, of UTC and of local time; what lies a day beyond the years 0001 to 9999 is answered,
 * too. A calendar never changes, so any number of threads may ask it. */
#ifndef CXJ__CALENDAR_H
#define CXJ__CALENDAR_H

#include "base.h"

struct cxj__calendar;

/* Lines of a text, and minutes that local time is ahead of UTC or behind it, at most. */
enum { CXJ__CALENDAR_LINES = 65536, CXJ__CALENDAR_OFFSET = 18 * 60 };

/* Makes a calendar of a text. CXJ_OK; CXJ_BAD_TEXT or CXJ_NO_MEMORY, and a sentence that says, of a text, in which line
 * and column what was expected, and what stands there. */
cxj_status cxj__calendar_read(struct cxj__calendar **calendar, struct cxj__memory *memory, const char *text,
                              size_t length, struct cxj__message *message);

/* Frees a calendar; NULL does nothing. */
void cxj__calendar_destroy(struct cxj__calendar *calendar, struct cxj__memory *memory);

/* What it says, in the one way in which it is written, NUL-terminated and never empty: words as they were given and
 * apart by one blank, lines ended by LF, no remarks; lines of hours last, in the order of their first days. Calendars
 * are equal where these texts are, or where there is none. */
const char *cxj__calendar_text(const struct cxj__calendar *calendar, size_t *length);
bool cxj__calendar_is_equal(const struct cxj__calendar *a, const struct cxj__calendar *b);

/* True if two calendars, either of which may be NULL, say the same of all moments up to one, and have the same weekly
 * hours: nothing that was measured up to then is another by the other. */
bool cxj__calendar_agrees(const struct cxj__calendar *a, const struct cxj__calendar *b, int64_t until);

/* ---- local time ------------------------------------------------------------------------------------------------- */

/* The local time of a moment. calendar may be NULL. */
int64_t cxj__calendar_local(const struct cxj__calendar *calendar, int64_t moment);

/* The moment of a local time: the earliest whose local time is not before it. calendar may be NULL. */
int64_t cxj__calendar_moment(const struct cxj__calendar *calendar, int64_t local);

/* ---- working hours ---------------------------------------------------------------------------------------------- */

/* How long it was open before a moment, up to a constant: B(t) of the specification. calendar may be NULL. */
int64_t cxj__calendar_open(const struct cxj__calendar *calendar, int64_t moment);

/* How long it was open from one moment to another; negative if that is the earlier one. calendar may be NULL. */
static inline int64_t cxj__calendar_between(const struct cxj__calendar *calendar, int64_t from, int64_t to) {
    return cxj__calendar_open(calendar, to) - cxj__calendar_open(calendar, from);
}

/* The earliest moment from one on by which it was open for a span since then; false if that lies beyond the year 9999.
 * And the latest moment up to one since which it was open for a span; the first of the year 0001 if that would lie
 * before it. calendar may be NULL. */
bool cxj__calendar_after(const struct cxj__calendar *calendar, int64_t from, int64_t span, int64_t *moment);
int64_t cxj__calendar_before(const struct cxj__calendar *calendar, int64_t to, int64_t span);

#endif
