/* erase: a journey that goes, and a touchpoint that has to. */
#ifndef CXJ__ERASE_H
#define CXJ__ERASE_H

#include "alerts.h"
#include "due.h"
#include "seal.h"

/* Counts a journey out that goes, with all that is counted of its touchpoints, names and deadlines; cells do not have it
 * any more. */
void cxj__erase_count_out(struct cxj__core *core, const struct cxj__journey *journey);

/* Erases a journey. Needs no memory, and cannot fail. The call must find the latest touchpoint again before it ends. */
void cxj__erase_journey(struct cxj__core *core, struct cxj__journey *journey);

/* Takes the touchpoint at a position of a journey back where there was no memory to do it as a change. It cannot fail:
 * what can be added without memory, or with what there still is, is added; a cell in which there is no room for what
 * the journey amounts to now is lost, and its view incomplete. */
void cxj__erase_touchpoint(struct cxj__core *core, struct cxj__journey *journey, size_t position, uint64_t revision);

#endif
