/* queue: alerts that wait to be taken, in a ring. */
#include "queue.h"

#include <string.h>

enum { LEAST = 64 };

cxj_alert *cxj__queue_at(const struct cxj__queue *queue, size_t place) {
    return &queue->items[(queue->first + place) % queue->capacity];
}

CXJ__COLD void cxj__queue_finish(struct cxj__queue *queue, struct cxj__memory *memory) {
    size_t bytes = queue->capacity * sizeof *queue->items;
    if (bytes > 0) memset(queue->items, 0, bytes);
    cxj__base_resize(memory, queue->items, bytes, 0);
    *queue = (struct cxj__queue){.items = NULL};
}

CXJ__COLD bool cxj__queue_reserve(struct cxj__queue *queue, struct cxj__memory *memory, size_t count, size_t limit) {
    struct cxj__queue larger = {NULL, 0, queue->count, queue->capacity < LEAST ? LEAST : queue->capacity};
    if (count > limit) count = limit;
    if (count <= queue->capacity) return true;
    while (larger.capacity < count) larger.capacity *= 2;
    if (larger.capacity > limit) larger.capacity = limit;
    larger.items = cxj__base_resize(memory, NULL, 0, larger.capacity * sizeof *larger.items);
    if (larger.items == NULL) return false;
    memset(larger.items, 0, larger.capacity * sizeof *larger.items);
    for (size_t i = 0; i < queue->count; i++) larger.items[i] = *cxj__queue_at(queue, i);
    cxj__queue_finish(queue, memory);
    *queue = larger;
    return true;
}

cxj_alert *cxj__queue_add(struct cxj__queue *queue) {
    return cxj__queue_at(queue, queue->count++);
}

void cxj__queue_drop_first(struct cxj__queue *queue) {
    memset(cxj__queue_at(queue, 0), 0, sizeof *queue->items);
    queue->first = (queue->first + 1) % queue->capacity;
    queue->count--;
}

CXJ__COLD void cxj__queue_filter(struct cxj__queue *queue, cxj__queue_test may_stay, void *context, uint64_t of) {
    size_t count = queue->count, kept = 0;
    for (size_t i = 0; i < count; i++) {
        cxj_alert alert = *cxj__queue_at(queue, i);
        if (may_stay(context, &alert, of)) *cxj__queue_at(queue, kept++) = alert;
    }
    for (size_t i = kept; i < count; i++) memset(cxj__queue_at(queue, i), 0, sizeof *queue->items);
    queue->count = kept;
}
