/* engine: what a handle owns. */
#ifndef CXJ__ENGINE_H
#define CXJ__ENGINE_H

#include "settle.h"

/* Milliseconds after which journeys are sealed, at most. */
#define CXJ__LONGEST_TIME INT64_C(1000000000000000)

struct cxj_engine {
    struct cxj__core core;
    struct cxj__append append;     /* room for touchpoints that come last */
    struct cxj__settling settling; /* room for changes */
    struct cxj__message message;   /* of the last changing call; empty if it succeeded */
    struct cxj__feed feed;         /* of all that arrived */
    uint64_t late, refused;
    uint32_t unrecorded;  /* facets that the feed cannot carry */
    uint32_t next_view;   /* the id of the next view */
    bool is_saving;       /* incrementally, and meanwhile some calls are refused */
    uint64_t text_key[2]; /* of the numbers that stand for text ids */
};

/* Begins a call that changes the engine: an empty message. */
void cxj__engine_begin(cxj_engine *engine);

/* Says why a changing call fails, and gives the status back. */
cxj_status cxj__engine_fail(cxj_engine *engine, cxj_status status, const char *sentence);

/* True, and said why, if an incremental save is under way. */
bool cxj__engine_is_saving(cxj_engine *engine);

/* The sizes of the structs of the header in version 0.2, the first that they are promised for: up to their last member
 * then. No program was built with smaller ones, so a smaller size is a mistake (sizeof of a pointer, say). */
#define CXJ__UP_TO(type, member) (offsetof(type, member) + sizeof(((type *)0)->member))
enum {
    CXJ__LEAST_OPTIONS = CXJ__UP_TO(cxj_options, seal_idle_after),
    CXJ__LEAST_STATS = CXJ__UP_TO(cxj_stats, sealed),
    CXJ__LEAST_DIMENSION_INFO = CXJ__UP_TO(cxj_dimension_info, reserved),
    CXJ__LEAST_FACET_INFO = CXJ__UP_TO(cxj_facet_info, implies),
    CXJ__LEAST_TOUCHPOINT = CXJ__UP_TO(cxj_touchpoint, reserved),
    CXJ__LEAST_NAMED_TOUCHPOINT = CXJ__UP_TO(cxj_named_touchpoint, reserved),
    CXJ__LEAST_RECEIPT = CXJ__UP_TO(cxj_receipt, reserved),
    CXJ__LEAST_COLUMNS = CXJ__UP_TO(cxj_columns, outcome),
    CXJ__LEAST_VIEW_INFO = CXJ__UP_TO(cxj_view_info, reserved),
    CXJ__LEAST_METRIC_INFO = CXJ__UP_TO(cxj_metric_info, reserved),
    CXJ__LEAST_VALUE = CXJ__UP_TO(cxj_value, n),
    CXJ__LEAST_TEXT = CXJ__UP_TO(cxj_text, length),
    CXJ__LEAST_JOURNEY = CXJ__UP_TO(cxj_journey, contradictions),
    CXJ__LEAST_VALIDATION = CXJ__UP_TO(cxj_validation, memory),
    /* since 0.3 */
    CXJ__LEAST_SPREAD = CXJ__UP_TO(cxj_spread, difference),
    CXJ__LEAST_CONTROL_POINT = CXJ__UP_TO(cxj_control_point, reserved),
    CXJ__LEAST_CONTROL = CXJ__UP_TO(cxj_control, high),
    CXJ__LEAST_PARITY = CXJ__UP_TO(cxj_parity, difference),
    CXJ__LEAST_RELATION = CXJ__UP_TO(cxj_relation, high),
    CXJ__LEAST_PREDICTOR_INFO = CXJ__UP_TO(cxj_predictor_info, needs_any),
    CXJ__LEAST_DRIVERS = CXJ__UP_TO(cxj_drivers, left_out),
    /* since 0.4 */
    CXJ__LEAST_RULE_INFO = CXJ__UP_TO(cxj_rule_info, reserved),
    CXJ__LEAST_OCCASION = CXJ__UP_TO(cxj_occasion, reserved),
    CXJ__LEAST_ALERT = CXJ__UP_TO(cxj_alert, reserved)
};

/* Writes a result of which the host knows given bytes: what it knows, and zero behind what the library knows. */
void cxj__engine_give(void *result, size_t given, const void *known, size_t size);

/* Reads a struct of which the host gave given bytes. False if it knows more than the library and uses it. */
bool cxj__engine_take(void *known, size_t size, const void *passed, size_t given);

/* The view with exactly this text, or NULL. */
struct cxj_view *cxj__engine_find_view(const struct cxj__core *core, const char *text, size_t length);

/* Tells the host why a call failed, and gives the status back; and of one for whose result the host has too little
 * room. */
cxj_status cxj__engine_refuse(char *message, size_t capacity, cxj_status status, const char *sentence);
cxj_status cxj__engine_refuse_room(char *message, size_t message_capacity, const char *what, size_t needed,
                                   size_t capacity);

/* Keeps a host's mark in place of the one before; false, and then that one stays, if there is no memory. */
bool cxj__engine_take_mark(cxj_engine *engine, const void *bytes, size_t length);

/* Gives back the room that appending and changes have taken, and leaves no trace of what was in it; and the same if a
 * large call has taken much. */
void cxj__engine_free_room(cxj_engine *engine);
void cxj__engine_trim(cxj_engine *engine);

#endif
