/* answer: what all readers of views share: who is asked, what for, and where it stands. */
#ifndef CXJ__ANSWER_H
#define CXJ__ANSWER_H

#include "engine.h"
#include "metric.h"

/* What metrics depend on beside the cells of a view. */
struct cxj__circumstances cxj__answer_circumstances(const struct cxj_view *view);

/* CXJ_OK, or CXJ_INCOMPLETE where the view lacks something. */
cxj_status cxj__answer_completeness(const struct cxj_view *view);

/* Parts of a key as a host passes them, and what the header calls them. */
struct cxj__parts {
    const char *name;
    const cxj_text *texts;
    size_t size, count;
};

/* What is wrong with parts, of which there are to be so many, as a sentence in why; or NULL. */
const char *cxj__answer_check_parts(struct cxj__parts parts, size_t wanted, struct cxj__message *why);

/* The cell under parts that were checked; or why there is none, and then said. */
cxj_status cxj__answer_find(const struct cxj_view *view, struct cxj__parts parts, char *message,
                            size_t message_capacity, const struct cxj__cell **cell);

/* The engine's allocator for what readers take. The limit and account are the writer's, whom readers must not
 * disturb. */
struct cxj__memory cxj__answer_memory(const struct cxj_view *view);

/* The cells of a view in order, in a block of so many bytes; NULL if there are none, or no memory (then *ok is
 * false). */
size_t cxj__answer_cell_bytes(size_t count);
struct cxj__cell **cxj__answer_sort(const struct cxj_view *view, struct cxj__memory *memory, bool *ok);

#endif
