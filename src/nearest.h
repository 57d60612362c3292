/* nearest: which metric a name that is none may mean. */
#ifndef CXJ__NEAREST_H
#define CXJ__NEAREST_H

#include "metric.h"

/* The place of the metric of a grain (0: of any) for which a name is another word, else of the one that is spelt most
 * alike; SIZE_MAX if none is near. */
size_t cxj__nearest_find(uint32_t grain, const char *name, size_t length);

#endif
