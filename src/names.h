/* names: a dictionary for each dimension: names to codes and back. */
#ifndef CXJ__NAMES_H
#define CXJ__NAMES_H

#include "base.h"

/* Dimensions that have a dictionary: CXJ_DIMENSION_OWNER … CXJ_DIMENSION_REASON. */
enum { CXJ__DICTIONARIES = CXJ_DIMENSION_REASON };

/* Codes that a dimension can have: those of owners have 24 bits, all others 16. */
static inline uint32_t cxj__names_most(uint32_t dimension) {
    return dimension == CXJ_DIMENSION_OWNER ? 16777215 : 65535;
}

/* One name. It is retired (text NULL) once an erasure has taken its last use; then its code waits to be given again. */
struct cxj__name {
    char *text; /* NUL-terminated */
    uint32_t length;
    uint32_t hash;
    uint32_t pins; /* conditions of views that name it */
    uint32_t next; /* of a retired one: the next code that waits; else: the code given before this one; 0: none */
};

/* Set in the uses of a name that had any, ever; and of one that a touchpoint carried which was let go when its journey
 * was sealed: such a name is not retired, for a cell may name it. */
#define CXJ__NAMES_WAS_USED (UINT64_C(1) << 63)
#define CXJ__NAMES_OF_SEALED (UINT64_C(1) << 62)

/* Codes run from 1; names[code - 1]. slots is an open-addressing table of codes, 0 = empty. */
struct cxj__names {
    struct cxj__name *names;
    size_t count;
    size_t capacity;
    uint64_t *uses; /* [code]: touchpoints held that carry the name */
    size_t use_capacity;
    uint32_t *slots;
    size_t slot_capacity; /* a power of two, or 0 */
    uint32_t limit;       /* codes at most */
    uint32_t waiting;     /* a code that is retired, the first of all that are; 0: none */
    uint32_t waiting_count;
    uint32_t latest; /* the code given last, the first of all given since cxj__names_mark(); 0: none */
};

void cxj__names_finish(struct cxj__names *dictionary, struct cxj__memory *memory);

/* The code of a name, or 0 if it has none. */
uint32_t cxj__names_find(const struct cxj__names *dictionary, const struct cxj__seed *seed, const char *text,
                         size_t length);

/* Gives a new name its code, one that is retired if there is any. CXJ_OK, CXJ_LIMIT or CXJ_NO_MEMORY; the name must not
 * be there yet, and not be empty. */
cxj_status cxj__names_add(struct cxj__names *dictionary, struct cxj__memory *memory, const struct cxj__seed *seed,
                          const char *text, size_t length, uint32_t *code);

/* The name of a code, or NULL for a code that was never given or is retired. Code 0 has the empty name. A code that is
 * retired may be given to another name. */
const char *cxj__names_text(const struct cxj__names *dictionary, uint32_t code, size_t *length);

/* Negative, zero or positive as the name of a stands before, with or after that of b, byte by byte. */
int cxj__names_compare(const struct cxj__names *dictionary, uint32_t a, uint32_t b);

/* Names there are: codes that were given and not retired. */
static inline size_t cxj__names_count(const struct cxj__names *dictionary) {
    return dictionary->count - dictionary->waiting_count;
}

/* True for a code that was given and not retired, and for 0. */
static inline bool cxj__names_has(const struct cxj__names *dictionary, uint32_t code) {
    return code == 0 ||
           (code <= dictionary->count && (dictionary->waiting_count == 0 || dictionary->names[code - 1].text != NULL));
}

/* Counts uses of a code; 0 is none and not counted. */
static inline void cxj__names_use(struct cxj__names *dictionary, uint32_t code) {
    if (code != 0) dictionary->uses[code] = (dictionary->uses[code] + 1) | CXJ__NAMES_WAS_USED;
}
static inline void cxj__names_release(struct cxj__names *dictionary, uint32_t code) {
    if (code != 0) dictionary->uses[code]--;
}

/* Notes that a touchpoint came with a code, if it is one, though it may not be held: so that an erasure retires the
 * name if nothing else uses it. */
static inline void cxj__names_came(struct cxj__names *dictionary, uint32_t code) {
    if (code != 0 && cxj__names_has(dictionary, code)) dictionary->uses[code] |= CXJ__NAMES_WAS_USED;
}

/* Notes that a touchpoint which carried a name was let go. */
static inline void cxj__names_note_sealed(struct cxj__names *dictionary, uint32_t code) {
    if (code != 0) dictionary->uses[code] |= CXJ__NAMES_WAS_USED | CXJ__NAMES_OF_SEALED;
}

/* True if a touchpoint ever came with a name, or carried it. */
static inline bool cxj__names_was_used(const struct cxj__names *dictionary, uint32_t code) {
    return (dictionary->uses[code] & CXJ__NAMES_WAS_USED) != 0;
}

/* True if a touchpoint that carried a name was let go. */
static inline bool cxj__names_is_of_sealed(const struct cxj__names *dictionary, uint32_t code) {
    return (dictionary->uses[code] & CXJ__NAMES_OF_SEALED) != 0;
}

/* Touchpoints held that carry a name. */
static inline uint64_t cxj__names_uses(const struct cxj__names *dictionary, uint32_t code) {
    return dictionary->uses[code] & ~(CXJ__NAMES_WAS_USED | CXJ__NAMES_OF_SEALED);
}

/* A code is used as often again, and was, as another is in another dictionary. */
static inline void cxj__names_use_as(struct cxj__names *dictionary, uint32_t code, const struct cxj__names *other,
                                     uint32_t other_code) {
    uint64_t was = other->uses[other_code] & (CXJ__NAMES_WAS_USED | CXJ__NAMES_OF_SEALED);
    if (code != 0) dictionary->uses[code] = (dictionary->uses[code] + cxj__names_uses(other, other_code)) | was;
}

/* The key under which texts become numbers: the public one where the host gave none, which is all zero. */
void cxj__names_text_key(const uint64_t given[2], uint64_t key[2]);

/* The number that a text stands for under a key (SPEC 7): canonical digits are themselves, none is 0. */
uint64_t cxj__names_text_id(const uint64_t key[2], const char *text, size_t length);

/* Counts conditions of views that name a code, which is not retired as long as one does. */
void cxj__names_pin(struct cxj__names *dictionary, uint32_t code);
void cxj__names_unpin(struct cxj__names *dictionary, uint32_t code);

/* Retires every name that was used and is not any more. Time in proportion to the codes. */
void cxj__names_retire(struct cxj__names *dictionary, struct cxj__memory *memory);

/* Begins something that may fail, and all codes given since then, which nothing uses yet, be taken back. No name is
 * retired meanwhile. */
void cxj__names_mark(struct cxj__names *dictionary);
void cxj__names_take_back(struct cxj__names *dictionary, struct cxj__memory *memory);

#endif
