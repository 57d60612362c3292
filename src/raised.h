/* raised: what rules know of each journey: when it is to be looked at, and what they have raised last of it. */
#ifndef CXJ__RAISED_H
#define CXJ__RAISED_H

#include "base.h"

/* A rule, by its place in the order of adding, and a commitment, of CXJ__RAISED_EACH. */
enum { CXJ__RAISED_EACH = 8, CXJ__RAISED_NEAR = 4, CXJ__RAISED_MOST = 32768 };
static inline uint16_t cxj__raised_key(size_t rule, uint32_t commitment) {
    return (uint16_t)(rule * CXJ__RAISED_EACH + commitment);
}

/* An occasion that was raised last of its key, or counts as raised. */
struct cxj__raised {
    int64_t since;
    uint16_t key;
};

/* What is known of a journey: one line of memory, unless much was raised of it. The first occasions stand in it, by key,
 * and the others behind them, aside. */
struct cxj__watch {
    int64_t at;       /* a deadline stands there; INT64_MAX: none does */
    uint32_t changed; /* the call's last change of the journey that may raise something, plus one; 0: none */
    uint16_t count;
    uint16_t capacity; /* of further */
    struct cxj__raised *further;
    int64_t since[CXJ__RAISED_NEAR];
    uint16_t keys[CXJ__RAISED_NEAR];
};

static inline uint16_t cxj__raised_key_at(const struct cxj__watch *watch, uint32_t place) {
    return place < CXJ__RAISED_NEAR ? watch->keys[place] : watch->further[place - CXJ__RAISED_NEAR].key;
}

static inline int64_t *cxj__raised_since(struct cxj__watch *watch, uint32_t place) {
    return place < CXJ__RAISED_NEAR ? &watch->since[place] : &watch->further[place - CXJ__RAISED_NEAR].since;
}

/* Goes on from a place to the first occasion that does not stand before a key. */
static inline uint32_t cxj__raised_find(const struct cxj__watch *watch, uint32_t place, uint16_t key) {
    while (place < watch->count && cxj__raised_key_at(watch, place) < key) place++;
    return place;
}

/* True if that is the one with the key. */
static inline bool cxj__raised_is_at(const struct cxj__watch *watch, uint32_t place, uint16_t key) {
    return place < watch->count && cxj__raised_key_at(watch, place) == key;
}

/* Makes room for further ones. False where there is no memory, and all is as it was. */
bool cxj__raised_reserve(struct cxj__watch *watch, struct cxj__memory *memory, size_t further);

/* Puts one in at the place that was found for it; there is room. */
void cxj__raised_insert(struct cxj__watch *watch, uint32_t place, uint16_t key, int64_t since);

/* Forgets what a rule has raised that goes: those behind it move up. Or all, with the room and the deadline. Neither
 * leaves a trace of it. */
void cxj__raised_drop_rule(struct cxj__watch *watch, size_t rule);
void cxj__raised_clear(struct cxj__watch *watch, struct cxj__memory *memory);

/* ---- of all journeys -------------------------------------------------------------------------------------------- */

/* What is known of journeys, by their places in the store: pages that never move. */
struct cxj__watches {
    char **pages;
    size_t count, capacity;
};
enum { CXJ__WATCHES = 1024, CXJ__WATCH_LINE = 64 }; /* on a page; and where each begins there */

/* What is known of the journey at a place; NULL: there is no room for anything yet. */
static inline struct cxj__watch *cxj__raised_watch(const struct cxj__watches *watches, size_t place) {
    if (place / CXJ__WATCHES >= watches->count) return NULL;
    char *page = watches->pages[place / CXJ__WATCHES];
    page += CXJ__WATCH_LINE - (uintptr_t)page % CXJ__WATCH_LINE;
    return (struct cxj__watch *)(void *)(page + place % CXJ__WATCHES * CXJ__WATCH_LINE);
}

/* Makes room for what is known of the journeys up to a place. */
bool cxj__raised_reserve_watches(struct cxj__watches *watches, struct cxj__memory *memory, size_t place);
void cxj__raised_finish(struct cxj__watches *watches, struct cxj__memory *memory);

#endif
