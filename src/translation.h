/* translation: the codes that the names of one engine have in another. */
#ifndef CXJ__TRANSLATION_H
#define CXJ__TRANSLATION_H

#include "query.h"

/* codes[dimension][code of theirs]: the code here; 0 for a name that nothing carries there. Zero before it is made. */
struct cxj__translation {
    uint32_t *block; /* one for all */
    size_t length;
    uint32_t *codes[CXJ__DICTIONARIES + 1];
    bool is_same; /* what a touchpoint carries has the same code here, as where both were told their names alike */
};

/* Gives every name that is used in their dictionaries a code in one's own. CXJ_OK; CXJ_NO_MEMORY or CXJ_LIMIT, which is
 * said: then some names may have come, and what was made is to be freed all the same. */
cxj_status cxj__translation_make(struct cxj__translation *translation, const struct cxj__names *theirs,
                                 struct cxj__names *own, struct cxj__memory *memory, const struct cxj__seed *seed,
                                 struct cxj__message *message);

void cxj__translation_free(struct cxj__translation *translation, struct cxj__memory *memory);

#endif
