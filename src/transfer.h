/* transfer: a journey taken over from another engine, whose names have other codes. */
#ifndef CXJ__TRANSFER_H
#define CXJ__TRANSFER_H

#include "journey.h"

/* Copies the records of a journey, and all that it takes to unpack them, to an empty one. False, and then it may have
 * some room, if there is no memory. */
bool cxj__transfer_records(struct cxj__journey *copy, const struct cxj__journey *journey, struct cxj__memory *memory);

/* Makes an empty journey the copy of another, whose codes become codes[dimension][code]; NULL: they stay. The index of a long one knows
 * nothing of views. With a calendar it has durations in working hours, zero if the other has none. False, and then it
 * may hold something, if there is no memory. */
bool cxj__transfer_copy(struct cxj__journey *copy, struct cxj__memory *memory, const struct cxj__seed *seed,
                        const struct cxj__journey *journey, uint32_t *const *codes,
                        const struct cxj__calendar *calendar);

#endif
