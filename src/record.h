/* record: the way in. What other ways of recording share with it. */
#ifndef CXJ__RECORD_H
#define CXJ__RECORD_H

#include "engine.h"

/* What is wrong with the arguments that all ways of recording share, or NULL; and refusing such a call: nothing was
 * done, and a receipt says so. */
const char *cxj__record_check(uint32_t flags, const cxj_receipt *receipt, size_t receipt_size);
cxj_status cxj__record_refuse(cxj_engine *engine, const char *wrong, cxj_receipt *receipt, size_t receipt_size);

/* Records structs of which the first is the base-th of a call; the receipt's indices and the sentence count from that
 * call's first. *change: touchpoints that a change may take, at first 1, then as the part before has left it. */
cxj_status cxj__record_from(cxj_engine *engine, const cxj_touchpoint *touchpoints, size_t count, size_t base,
                            uint32_t flags, size_t *change, cxj_receipt *receipt);

#endif
