/* translation: the codes that the names of one engine have in another. */
#include "translation.h"

#include <string.h>

/* True if a touchpoint carries a name, or one that was let go did. */
static bool is_used(const struct cxj__names *names, uint32_t code) {
    return cxj__names_uses(names, code) > 0 || cxj__names_is_of_sealed(names, code);
}

static bool reserve_codes(struct cxj__translation *translation, const struct cxj__names *theirs,
                          struct cxj__memory *memory) {
    translation->length = 0;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) translation->length += theirs[d].count + 1;
    size_t bytes = translation->length * sizeof *translation->block;
    translation->block = cxj__base_resize(memory, NULL, 0, bytes);
    if (translation->block == NULL) return false;
    memset(translation->block, 0, bytes);
    uint32_t *next = translation->block;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        translation->codes[d] = next;
        next += theirs[d].count + 1;
    }
    return true;
}

cxj_status cxj__translation_make(struct cxj__translation *translation, const struct cxj__names *theirs,
                                 struct cxj__names *own, struct cxj__memory *memory, const struct cxj__seed *seed,
                                 struct cxj__message *message) {
    if (!reserve_codes(translation, theirs, memory)) return CXJ_NO_MEMORY;
    translation->is_same = true;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        for (size_t i = 0; i < theirs[d].count; i++) {
            const struct cxj__name *name = &theirs[d].names[i];
            uint32_t *code = &translation->codes[d][i + 1];
            if (name->text == NULL || !is_used(&theirs[d], (uint32_t)i + 1)) continue;
            *code = cxj__names_find(&own[d], seed, name->text, name->length);
            cxj_status status = CXJ_OK;
            if (*code == 0) status = cxj__names_add(&own[d], memory, seed, name->text, name->length, code);
            translation->is_same &= *code == i + 1;
            if (status == CXJ_LIMIT) {
                cxj__base_say(message, "merge: the dictionary of %s would have more than %u codes",
                              cxj__query_dimension_name(d), (unsigned)own[d].limit);
            }
            if (status != CXJ_OK) return status;
        }
    }
    return CXJ_OK;
}

void cxj__translation_free(struct cxj__translation *translation, struct cxj__memory *memory) {
    if (translation->block == NULL) return;
    cxj__base_resize(memory, translation->block, translation->length * sizeof *translation->block, 0);
    translation->block = NULL;
}
