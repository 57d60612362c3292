/* agenda: what comes due.
 *
 * Deadlines are pushed when a commitment is made or moves, and never searched for when it is met: a stale one is
 * recognized when its time comes, or by a sweep. No step is large, however many deadlines there are: the heap stands on
 * pages that never move, and a sweep goes a few deadlines further with each one for which room is reserved.
 *
 * A sweep drains one heap, the earliest deadline first, into another, which takes what is pushed meanwhile. Of equal
 * deadlines, which come one after the other, it keeps the last, and that only if it holds. Going through the array in
 * place would be cheaper, but equal ones lie anywhere in it; and a due that moves forth and back makes deadlines that
 * all hold again, without end.
 *
 * What bounds the heap. Let at most L different deadlines hold at any time, where one that begins to hold is pushed,
 * and let R be the most that is reserved at once. A sweep begins with N deadlines and ends after p pushes. All but R of
 * them come with STEPS of its N steps each, so p <= N / 8 + R. What it found to hold did so when it began, or began to
 * since: held <= L + p. It leaves at most held + p <= L + 2p. The next begins at four times held plus SWEEP_FROM, or at
 * once, R too late in either case: N' <= 4L + 4p + SWEEP_FROM + R <= N / 2 + 4L + SWEEP_FROM + 5R. So N stays below
 * 8L + 2 SWEEP_FROM + 10R, and the heap, at N + p, below nine times what holds, plus 3 SWEEP_FROM + 13R.
 *
 * Each step of a sweep looks at a journey that nobody else looks at then, so none begins in vain: where half of the
 * deadlines are known to hold, it is as if it had found these to. There are at most 2L then, and the next comes at
 * 4L + SWEEP_FROM + R at the latest, as above. While journeys come and all keep theirs, that spares recording a tenth
 * of its time. */
#include "agenda.h"

#include <assert.h>
#include <string.h>

enum {
    ARITY = 4,       /* children of a deadline, side by side: at 3 million, pops are 40 % faster than with two */
    PAGE = 4096,     /* deadlines on a page: 64 KB */
    FEWEST = 16,     /* on the smallest first page */
    SWEEP_FROM = 64, /* fewer are not worth a sweep */
    STEPS = 8,       /* of a sweep, for each deadline to be pushed */
};

/* The order of two is as good as random: it is worked out without a branch, which would be guessed wrong half the time. */
static inline bool comes_before(const struct cxj__deadline *a, const struct cxj__deadline *b) {
    uint64_t x = (uint64_t)a->place << 32 | a->commitment, y = (uint64_t)b->place << 32 | b->commitment;
    bool is_earlier = a->due < b->due, is_less = x < y;
    return a->due == b->due ? is_less : is_earlier;
}

/* ---- a heap ----------------------------------------------------------------------------------------------------- */

/* The deadline at an index; those from ARITY * index + 1 on are its children, and none comes before it. */
static inline struct cxj__deadline *at(const struct cxj__heap *heap, size_t index) {
    return &heap->pages[index / PAGE][index % PAGE];
}

/* Puts a deadline where it belongs on the way from a place that is free up to another. */
static void rise(struct cxj__heap *heap, size_t index, size_t top, struct cxj__deadline deadline) {
    for (size_t parent; index > top; index = parent) {
        parent = (index - 1) / ARITY;
        if (!comes_before(&deadline, at(heap, parent))) break;
        *at(heap, index) = *at(heap, parent);
    }
    *at(heap, index) = deadline;
}

/* The earliest of the children from first on, which mostly are four on one page. */
static inline size_t earliest(const struct cxj__heap *heap, size_t first) {
    size_t end = first + ARITY < heap->count ? first + ARITY : heap->count, best = first;
    if (end - first == ARITY && first % PAGE + ARITY <= PAGE) {
        const struct cxj__deadline *children = at(heap, first);
        size_t a = comes_before(&children[1], &children[0]), b = 2 + comes_before(&children[3], &children[2]);
        return first + a + (b - a) * comes_before(&children[b], &children[a]);
    }
    while (++first < end) best = comes_before(at(heap, first), at(heap, best)) ? first : best;
    return best;
}

/* Brings the children of ARITY deadlines nearer while it is found out which of these is the earliest. */
static inline void approach_children(const struct cxj__heap *heap, size_t first) {
    enum { LINE = 64 / sizeof(struct cxj__deadline), CHILDREN = ARITY * ARITY };
    size_t from = ARITY * first + 1;
    if (from + CHILDREN > heap->count || from % PAGE + CHILDREN > PAGE) return;
    const struct cxj__deadline *children = at(heap, from);
    for (size_t i = 0; i < CHILDREN; i += LINE) CXJ__PREFETCH(&children[i]);
}

/* Puts a deadline where it belongs on the way from a place that is free down along the earliest children: it mostly was
 * among the last ones, so the place goes down to the end, and the deadline rises from there. */
static void sink(struct cxj__heap *heap, size_t index, struct cxj__deadline deadline) {
    size_t top = index;
    for (size_t child; ARITY * index + 1 < heap->count; index = child) {
        size_t first = ARITY * index + 1;
        approach_children(heap, first);
        child = earliest(heap, first);
        *at(heap, index) = *at(heap, child);
    }
    rise(heap, index, top, deadline);
}

static void add_deadline(struct cxj__heap *heap, struct cxj__deadline deadline) {
    rise(heap, heap->count++, 0, deadline);
}

/* Takes the first, and leaves no copy of any where the last one was. */
static struct cxj__deadline take_first(struct cxj__heap *heap) {
    struct cxj__deadline first = *at(heap, 0), *end = at(heap, --heap->count), last = *end;
    memset(end, 0, sizeof *end);
    if (heap->count > 0) sink(heap, 0, last);
    return first;
}

static bool begins_with(const struct cxj__heap *heap, const struct cxj__deadline *deadline) {
    const struct cxj__deadline *first = heap->count > 0 ? at(heap, 0) : NULL;
    return first != NULL && first->due == deadline->due && first->place == deadline->place &&
           first->commitment == deadline->commitment;
}

/* Keeps what holds, in linear time. */
CXJ__COLD static void filter(struct cxj__heap *heap, cxj__agenda_holds holds, const void *context) {
    size_t before = heap->count, kept = 0;
    for (size_t i = 0; i < before; i++) {
        if (holds(context, at(heap, i))) *at(heap, kept++) = *at(heap, i);
    }
    for (size_t i = kept; i < before; i++) memset(at(heap, i), 0, sizeof(struct cxj__deadline));
    heap->count = kept;
    for (size_t i = (kept + ARITY - 2) / ARITY; i-- > 0;) sink(heap, i, *at(heap, i));
}

CXJ__COLD static void finish_list(struct cxj__heap *heap, struct cxj__memory *memory) {
    for (size_t i = 0; i < heap->owned; i++) {
        cxj__base_resize(memory, heap->pages[i], (i == 0 ? heap->first : PAGE) * sizeof **heap->pages, 0);
    }
    cxj__base_release(memory, &heap->pages, &heap->directory, sizeof *heap->pages);
    *heap = (struct cxj__heap){0};
}

/* ---- pages ------------------------------------------------------------------------------------------------------ */

/* Each heap keeps its own first page; the others are with the old heap while it fills them, else with the new one. Room
 * is what the new heap's first page and all others hold; there is always enough for all deadlines and those reserved.
 * So a sweep needs no memory on its way: of o deadlines in the old heap at most (o - 1) / PAGE pages of the others are
 * used, fewer deadlines than o; what is left holds the new heap, those reserved, and one more to be moved. */

static size_t others(const struct cxj__heap *heap) {
    return heap->owned > 0 ? heap->owned - 1 : 0;
}

static size_t capacity(const struct cxj__agenda *agenda) {
    return agenda->heap.first + (others(&agenda->heap) + others(&agenda->old)) * PAGE;
}

/* Makes the first page larger, up to a whole one. */
CXJ__COLD static bool extend_first(struct cxj__heap *heap, struct cxj__memory *memory, size_t wanted) {
    size_t first = heap->first > 0 ? heap->first : FEWEST;
    while (first < PAGE && first < wanted) first *= 2;
    if (!cxj__base_grow(memory, &heap->pages, &heap->directory, 1, sizeof *heap->pages)) return false;
    struct cxj__deadline *page = heap->owned > 0 ? heap->pages[0] : NULL;
    page = cxj__base_resize(memory, page, heap->first * sizeof *page, first * sizeof *page);
    if (page == NULL) return false;
    heap->pages[0] = page;
    heap->first = first;
    if (heap->owned == 0) heap->owned = 1;
    return true;
}

/* A further page. The directory has room for those that are with the old heap, too. */
CXJ__COLD static bool add_page(struct cxj__agenda *agenda, struct cxj__memory *memory) {
    struct cxj__heap *heap = &agenda->heap;
    size_t pages = heap->owned + others(&agenda->old) + 1;
    if (!cxj__base_grow(memory, &heap->pages, &heap->directory, pages, sizeof *heap->pages)) return false;
    struct cxj__deadline *page = cxj__base_resize(memory, NULL, 0, PAGE * sizeof *page);
    if (page != NULL) heap->pages[heap->owned++] = page;
    return page != NULL;
}

CXJ__COLD static bool make_room_for(struct cxj__agenda *agenda, struct cxj__memory *memory, size_t wanted) {
    if (agenda->heap.first < PAGE && agenda->heap.first < wanted) {
        if (!extend_first(&agenda->heap, memory, wanted)) return false;
    }
    while (capacity(agenda) < wanted) {
        if (!add_page(agenda, memory)) return false;
    }
    return true;
}

/* Gives a page back if that one and a further one are not needed: so none comes and goes all the time. */
CXJ__COLD static void return_page(struct cxj__agenda *agenda, struct cxj__memory *memory, size_t wanted) {
    struct cxj__heap *heap = &agenda->heap;
    if (capacity(agenda) < wanted + 2 * PAGE) return;
    assert(heap->owned > 1 && (heap->owned - 1) * PAGE >= heap->count); /* all that are empty are with the new heap */
    cxj__base_resize(memory, heap->pages[--heap->owned], PAGE * sizeof **heap->pages, 0);
}

/* Pages that the old heap does not fill any more go to the new one. */
static void hand_over_block(struct cxj__agenda *agenda) {
    struct cxj__heap *old = &agenda->old, *heap = &agenda->heap;
    while (old->owned > 1 && (old->owned - 1) * PAGE >= old->count) {
        heap->pages[heap->owned++] = old->pages[--old->owned];
    }
}

/* ---- sweeping --------------------------------------------------------------------------------------------------- */

size_t cxj__agenda_count(const struct cxj__agenda *agenda) {
    return agenda->heap.count + agenda->old.count;
}

/* Begins a sweep if it is time and worth it. All memory that it needs is taken now; where there is none, it can wait.
 * Its first step hands the empty pages over. */
CXJ__COLD static void begin_sweep(struct cxj__agenda *agenda, struct cxj__memory *memory) {
    struct cxj__heap *heap = &agenda->heap, *old = &agenda->old, other;
    if (heap->count < 4 * agenda->held + SWEEP_FROM) return;
    if (heap->count <= 2 * agenda->known) {
        agenda->held = agenda->known;
        return;
    }
    if (old->first < heap->first && !extend_first(old, memory, heap->first)) return;
    if (!cxj__base_grow(memory, &old->pages, &old->directory, heap->owned, sizeof *old->pages)) return;
    other = *heap;
    *heap = *old;
    *old = other;
    agenda->held = 0;
}

/* One step of a sweep. */
CXJ__COLD static void drain(struct cxj__agenda *agenda, cxj__agenda_holds holds, const void *context) {
    struct cxj__deadline deadline = take_first(&agenda->old);
    hand_over_block(agenda);
    if (begins_with(&agenda->old, &deadline) || !holds(context, &deadline)) return;
    add_deadline(&agenda->heap, deadline);
    agenda->held++;
}

CXJ__COLD static void sweep_agenda(struct cxj__agenda *agenda, struct cxj__memory *memory, size_t steps,
                                   cxj__agenda_holds holds, const void *context) {
    if (agenda->old.count == 0) begin_sweep(agenda, memory);
    for (; steps > 0 && agenda->old.count > 0; steps--) drain(agenda, holds, context);
}

CXJ__COLD void cxj__agenda_compact(struct cxj__agenda *agenda, cxj__agenda_holds holds, const void *context) {
    filter(&agenda->heap, holds, context);
    filter(&agenda->old, holds, context);
    hand_over_block(agenda);
    size_t count = cxj__agenda_count(agenda);
    if (agenda->held > count) agenda->held = count;
    if (agenda->known > count) agenda->known = count;
}

/* ---- the agenda ------------------------------------------------------------------------------------------------- */

CXJ__COLD bool cxj__agenda_reserve(struct cxj__agenda *agenda, struct cxj__memory *memory, size_t further,
                                   cxj__agenda_holds holds, const void *context) {
    if (further > agenda->reserved) sweep_agenda(agenda, memory, STEPS * (further - agenda->reserved), holds, context);
    size_t reserved = further > agenda->reserved ? further : agenda->reserved;
    size_t wanted = cxj__agenda_count(agenda) + reserved;
    if (!make_room_for(agenda, memory, wanted)) return false;
    agenda->reserved = reserved;
    return_page(agenda, memory, wanted);
    return true;
}

void cxj__agenda_push(struct cxj__agenda *agenda, struct cxj__deadline deadline) {
    assert(agenda->reserved > 0);
    agenda->reserved--;
    add_deadline(&agenda->heap, deadline);
}

void cxj__agenda_note(struct cxj__agenda *agenda, size_t begun, size_t ended) {
    agenda->known += begun;
    agenda->known -= ended < agenda->known ? ended : agenda->known;
}

bool cxj__agenda_pop(struct cxj__agenda *agenda, int64_t before, struct cxj__deadline *deadline) {
    struct cxj__heap *heap = &agenda->heap, *old = &agenda->old, *first = heap;
    if (heap->count == 0 || (old->count > 0 && comes_before(at(old, 0), at(heap, 0)))) first = old;
    if (first->count == 0 || at(first, 0)->due >= before) return false;
    *deadline = take_first(first);
    while (begins_with(heap, deadline)) (void)take_first(heap);
    while (begins_with(old, deadline)) (void)take_first(old);
    hand_over_block(agenda);
    return true;
}

CXJ__COLD void cxj__agenda_finish(struct cxj__agenda *agenda, struct cxj__memory *memory) {
    finish_list(&agenda->heap, memory);
    finish_list(&agenda->old, memory);
    *agenda = (struct cxj__agenda){0};
}
