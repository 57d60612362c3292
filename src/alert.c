/* alert: what comes due.
 *
 * Deadlines are pushed when a commitment is made or moves, and never searched for when it is met: a stale one is
 * recognized when its time comes, or when the heap is full. A full heap is compacted, and grows only if what is left
 * fills more than half of it. So it stays within a small multiple of the deadlines that hold, and each push costs
 * log(n) over time. */
#include "alert.h"

enum { COMPACT_FROM = 64 };

static int compare(const struct cxj__deadline *a, const struct cxj__deadline *b) {
    if (a->due != b->due) return a->due < b->due ? -1 : 1;
    if (a->place != b->place) return a->place < b->place ? -1 : 1;
    return (a->commitment > b->commitment) - (a->commitment < b->commitment);
}

static void swap(struct cxj__deadline *a, struct cxj__deadline *b) {
    struct cxj__deadline other = *a;
    *a = *b;
    *b = other;
}

static void sink(struct cxj__agenda *agenda, size_t at) {
    struct cxj__deadline *heap = agenda->deadlines;
    for (size_t child; (child = 2 * at + 1) < agenda->count; at = child) {
        if (child + 1 < agenda->count && compare(&heap[child + 1], &heap[child]) < 0) child++;
        if (compare(&heap[at], &heap[child]) <= 0) return;
        swap(&heap[at], &heap[child]);
    }
}

/* An array in order is a heap. */
void cxj__alert_compact(struct cxj__agenda *agenda, cxj__alert_holds holds, const void *context) {
    struct cxj__deadline *heap = agenda->deadlines;
    size_t before = agenda->count, held = 0, kept = 0;
    for (size_t i = 0; i < agenda->count; i++) {
        if (holds(context, &heap[i])) heap[held++] = heap[i];
    }
    agenda->count = held;
    for (size_t i = held / 2; i-- > 0;) sink(agenda, i);
    while (agenda->count > 1) { /* the earliest goes behind the rest: what comes out is in descending order */
        swap(&heap[0], &heap[--agenda->count]);
        sink(agenda, 0);
    }
    for (size_t i = 0; i < held / 2; i++) swap(&heap[i], &heap[held - 1 - i]);
    for (size_t i = 0; i < held; i++) {
        if (kept == 0 || compare(&heap[i], &heap[kept - 1]) != 0) heap[kept++] = heap[i];
    }
    for (size_t i = kept; i < before; i++) heap[i] = (struct cxj__deadline){0}; /* forgotten, not only left out */
    agenda->count = kept;
}

bool cxj__alert_reserve(struct cxj__agenda *agenda, struct cxj__memory *memory, size_t further, cxj__alert_holds holds,
                        const void *context) {
    if (agenda->count + further <= agenda->capacity) return true;
    if (agenda->count >= COMPACT_FROM) cxj__alert_compact(agenda, holds, context);
    if (agenda->count + further <= agenda->capacity / 2) return true;
    size_t wanted = agenda->count + further;
    if (wanted < 2 * agenda->capacity) wanted = 2 * agenda->capacity;
    return cxj__base_grow(memory, &agenda->deadlines, &agenda->capacity, wanted, sizeof *agenda->deadlines);
}

void cxj__alert_push(struct cxj__agenda *agenda, struct cxj__deadline deadline) {
    size_t at = agenda->count++;
    agenda->deadlines[at] = deadline;
    for (; at > 0 && compare(&agenda->deadlines[at], &agenda->deadlines[(at - 1) / 2]) < 0; at = (at - 1) / 2) {
        swap(&agenda->deadlines[at], &agenda->deadlines[(at - 1) / 2]);
    }
}

static struct cxj__deadline take_first(struct cxj__agenda *agenda) {
    struct cxj__deadline first = agenda->deadlines[0];
    agenda->deadlines[0] = agenda->deadlines[--agenda->count];
    sink(agenda, 0);
    return first;
}

bool cxj__alert_pop(struct cxj__agenda *agenda, int64_t before, struct cxj__deadline *deadline) {
    if (agenda->count == 0 || agenda->deadlines[0].due >= before) return false;
    *deadline = take_first(agenda);
    while (agenda->count > 0 && compare(&agenda->deadlines[0], deadline) == 0) (void)take_first(agenda);
    return true;
}

void cxj__alert_finish(struct cxj__agenda *agenda, struct cxj__memory *memory) {
    cxj__base_release(memory, &agenda->deadlines, &agenda->capacity, sizeof *agenda->deadlines);
    agenda->count = 0;
}
