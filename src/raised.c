/* raised: what rules have raised last of one journey. */
#include "raised.h"

#include <string.h>

enum { LEAST_RAISED = 3 };

static size_t bytes_of_list(size_t capacity) {
    return offsetof(struct cxj__raised_list, items) + capacity * sizeof(struct cxj__raised);
}

bool cxj__raised_reserve(struct cxj__raised_list **list, struct cxj__memory *memory, size_t further) {
    size_t had = *list == NULL ? 0 : (*list)->capacity, wanted = (*list == NULL ? 0 : (*list)->count) + further;
    if (wanted <= had) return true;
    size_t capacity = had == 0 ? LEAST_RAISED : 2 * had + 1; /* with the head, whole lines */
    while (capacity < wanted) capacity = 2 * capacity + 1;
    struct cxj__raised_list *grown =
        cxj__base_resize(memory, *list, had == 0 ? 0 : bytes_of_list(had), bytes_of_list(capacity));
    if (grown == NULL) return false;
    if (had == 0) grown->count = 0;
    grown->capacity = (uint32_t)capacity;
    *list = grown;
    return true;
}

struct cxj__raised *cxj__raised_insert(struct cxj__raised_list *list, uint32_t place, uint32_t rule,
                                       uint32_t commitment) {
    struct cxj__raised *raised = &list->items[place];
    memmove(raised + 1, raised, (list->count++ - place) * sizeof *raised);
    *raised = (struct cxj__raised){0, rule, commitment};
    return raised;
}

void cxj__raised_forget_rule(struct cxj__raised_list *list, uint32_t rule) {
    uint32_t kept = 0;
    if (list == NULL) return;
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->items[i].rule != rule) list->items[kept++] = list->items[i];
    }
    memset(&list->items[kept], 0, (list->count - kept) * sizeof *list->items);
    list->count = kept;
}

void cxj__raised_free(struct cxj__raised_list **list, struct cxj__memory *memory) {
    if (*list == NULL) return;
    size_t bytes = bytes_of_list((*list)->capacity);
    memset(*list, 0, bytes);
    cxj__base_resize(memory, *list, bytes, 0);
    *list = NULL;
}
