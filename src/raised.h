/* raised: what rules have raised last of one journey. */
#ifndef CXJ__RAISED_H
#define CXJ__RAISED_H

#include "base.h"

/* An occasion that was raised last of its rule, journey and commitment, or counts as raised. */
struct cxj__raised {
    int64_t since;
    uint32_t rule, commitment;
};

/* Those of a journey, by rule and commitment. Where a pointer to it is NULL, there is none and no room. */
struct cxj__raised_list {
    uint32_t count, capacity;
    struct cxj__raised items[];
};

/* Goes along a list to the first that does not stand before a rule and commitment. */
static inline uint32_t cxj__raised_find(const struct cxj__raised_list *list, uint32_t place, uint32_t rule,
                                        uint32_t commitment) {
    uint32_t count = list == NULL ? 0 : list->count;
    while (place < count && (list->items[place].rule < rule ||
                             (list->items[place].rule == rule && list->items[place].commitment < commitment))) {
        place++;
    }
    return place;
}

/* What was raised last of that rule and commitment, if it stands there; else NULL. */
static inline struct cxj__raised *cxj__raised_at(struct cxj__raised_list *list, uint32_t place, uint32_t rule,
                                                 uint32_t commitment) {
    if (list == NULL || place >= list->count) return NULL;
    struct cxj__raised *raised = &list->items[place];
    return raised->rule == rule && raised->commitment == commitment ? raised : NULL;
}

/* Makes room for further ones. False where there is no memory, and all is as it was. */
bool cxj__raised_reserve(struct cxj__raised_list **list, struct cxj__memory *memory, size_t further);

/* Puts one in at the place that was found for it; there is room. */
struct cxj__raised *cxj__raised_insert(struct cxj__raised_list *list, uint32_t place, uint32_t rule,
                                       uint32_t commitment);

/* Forgets what one rule has raised; or all, with the room. Neither leaves a trace of it. */
void cxj__raised_forget_rule(struct cxj__raised_list *list, uint32_t rule);
void cxj__raised_free(struct cxj__raised_list **list, struct cxj__memory *memory);

#endif
