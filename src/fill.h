/* fill: views filled with what is held: a new one, and all anew where a calendar is set. */
#ifndef CXJ__FILL_H
#define CXJ__FILL_H

#include "core.h"

/* Fills a view that was just added, and has no cells, from the journeys there are. False if there is no memory: then it
 * is to be forgotten. */
bool cxj__fill_view(struct cxj__core *core, struct cxj_view *view);

/* Forgets what the indexes of long journeys say of a view. */
void cxj__fill_forget(struct cxj__core *core, const struct cxj_view *view);

/* Lets all that is held be measured by another calendar, as if it had been there from the start; NULL: by none. What
 * sealed journeys have contributed stays. The calendar before is not freed. False if there is no memory: then all is as
 * it was. */
bool cxj__fill_again(struct cxj__core *core, const struct cxj__calendar *calendar);

/* From now on views ask for durations in the working hours of a calendar, perhaps another than before: all journeys get
 * them. False where there is no memory, and all is as it was; where they had some before, there is. And from now on no
 * view asks for them. */
bool cxj__fill_set_hours(struct cxj__core *core, const struct cxj__calendar *calendar);
void cxj__fill_drop_hours(struct cxj__core *core);

#endif
