/* record: the way in. What other ways of recording share with it. */
#ifndef CXJ__RECORD_H
#define CXJ__RECORD_H

#include "engine.h"

/* What is wrong with the arguments that all ways of recording share, or NULL; and refusing such a call: nothing was
 * done, and a receipt says so. */
const char *cxj__record_check(uint32_t flags, const cxj_receipt *receipt, size_t receipt_size);
cxj_status cxj__record_refuse(cxj_engine *engine, const char *wrong, cxj_receipt *receipt, size_t receipt_size);

/* Records structs as a further part of a call: the receipt says what became of the parts before, and of this one, too.
 * *change: touchpoints that a change may take, at first 1, then as the part before has left it. */
cxj_status cxj__record_part(cxj_engine *engine, const cxj_touchpoint *touchpoints, size_t count, uint32_t flags,
                            size_t *change, cxj_receipt *receipt);

#endif
