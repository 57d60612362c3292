/* cxj: journey and customer experience metrics, kept exact touchpoint by touchpoint.
 *
 * SPDX-License-Identifier: MIT
 *
 * Conventions of every function:
 *
 * Status.     A function returns a status. Errors are negative; 0 is CXJ_OK; positive numbers are outcomes other than
 *             errors (a cursor is at its end, some touchpoints were refused, …). So `status < 0` tests for failure, and
 *             still does when later versions add statuses. Results go through the last pointers of the parameter list;
 *             they are written only with CXJ_OK, or where the description says so.
 * Sentences   cxj_message() has the sentence for the last call that changed an engine and failed. Functions that only
 *             read cannot write to the engine, and functions that make an engine have none yet: they write the sentence
 *             to a buffer of the caller (message and message_capacity, just before the results). That buffer is
 *             NUL-terminated, cut between characters to fit, and "" if the call did not fail; with message NULL or
 *             message_capacity 0 no sentence is written. 320 bytes hold every sentence. Functions without one (names,
 *             descriptions) fail only for the reason that their status gives.
 * Room.       If the room passed for a result is too small, the status is CXJ_TOO_SMALL: the size needed is written,
 *             and nothing else. So capacity 0 asks for the size.
 * After an    A call that fails has changed nothing, unless its description says otherwise. The cxj_record() functions
 * error       keep exactly the touchpoints before the one that failed; the receipt says how many.
 * NULL        is refused with CXJ_BAD_ARGUMENT unless the description gives it a meaning. Functions that destroy, close
 *             or drop something do nothing if given NULL.
 * Ownership.  What a create or open function returns belongs to the caller, who ends it with the matching destroy or
 *             close. Views belong to their engine. The library keeps no pointer to what a host passes in: texts and
 *             arrays are copied. Texts that it returns belong to the library; each description says how long they live.
 * Threads.    An engine may be used by one writer at a time, or by any number of readers while nobody writes. Functions
 *             that take a const engine or view, or a cursor, are readers: they write nothing in the engine (a cursor
 *             itself belongs to one thread). Different engines share nothing: there is no global state. A host's
 *             allocator is called from the threads that call the library.
 * Units.      Moments are milliseconds since 1970-01-01T00:00:00Z, without leap seconds; durations are milliseconds;
 *             money is in minor units; satisfaction runs from 0 to 1.
 * Texts       are UTF-8 without NUL, given as pointer and length in bytes, at most 2^31 - 2; the length
 *             CXJ_ZERO_TERMINATED stands for "up to the first NUL". A pointer may be NULL where the length is 0.
 * Structs.    An array of structs is passed with the size of its items; a struct to be filled is passed with its size
 *             and is written up to it; an options struct begins with its size. So a program keeps working with a
 *             library whose structs have grown. A size below that of version 0.2, with which no program can have been
 *             built, is refused (so `sizeof pointer` never passes); a size larger than the library knows is accepted if
 *             the unknown tail is zero. Reserved members must be zero. A member that is zero means the default that its
 *             comment states.
 * Callbacks   (allocators, functions for reading and writing) run during the call that they serve, in its thread. They
 *             must return: no exception and no longjmp() may leave them, and they must not call functions of this
 *             header with the same engine, saver or cursor.
 * Numbers     (statuses, dimensions, facets, scales, metrics, …) are never reused for another meaning.
 * Foreign     A foreign-function interface that parses C can read this header after removing the preprocessor lines,
 * languages   everything between #ifdef __cplusplus and #endif, and the word CXJ_API. Each directive is one line; what
 *             is left is typedefs, structs, enumerators and functions, without macros or bit fields. Every constant is
 *             an enumerator, except the versions and CXJ_NO_INDEX, which fits in none.
 *
 * src/SPEC.md in the sources defines what the numbers mean (the order of touchpoints, the fold, every metric); its
 * sections are cited here as "SPEC 4". cxj_metric_describe() gives one sentence for each metric.
 */
#ifndef CXJ_H
#define CXJ_H

#include <stddef.h>
#include <stdint.h>

/* The linkage of each function. A program that links the static library may define CXJ_STATIC: then the program, or a
 * shared library made from it, exports nothing of cxj. On Windows it must be defined for the static library, since
 * functions are otherwise imported from the DLL. A CXJ_API that is defined before this header is included is kept.
 * CXJ_BUILDING_SHARED is for the build of the shared library. */
#ifndef CXJ_API
#if defined(CXJ_STATIC) && defined(__GNUC__) && !defined(_WIN32)
#define CXJ_API __attribute__((visibility("hidden")))
#elif defined(CXJ_STATIC)
#define CXJ_API
#elif defined(_WIN32) && defined(CXJ_BUILDING_SHARED)
#define CXJ_API __declspec(dllexport)
#elif defined(_WIN32)
#define CXJ_API __declspec(dllimport)
#elif defined(__GNUC__)
#define CXJ_API __attribute__((visibility("default")))
#else
#define CXJ_API
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------------------------------
 * Version and status
 * ------------------------------------------------------------------------------------------------------------------ */

/** The version of this header. The library's own is cxj_version(). */
#define CXJ_VERSION_MAJOR 0
#define CXJ_VERSION_MINOR 3
#define CXJ_VERSION_PATCH 0
#define CXJ_VERSION 3000 /**< major * 1,000,000 + minor * 1,000 + patch */

/** The outcome of a call. An int32_t, so that every foreign-function interface knows its size. */
typedef int32_t cxj_status;

enum {
    CXJ_OK = 0, /**< done */

    /* outcomes other than errors */
    CXJ_DONE = 1,    /**< there is nothing left: a cursor has no further cell, or an incremental save is complete */
    CXJ_STALE = 2,   /**< the engine has changed since the cursor was opened; open another */
    CXJ_REFUSED = 3, /**< some touchpoints were refused or late; all others were recorded; see the receipt */
    CXJ_PARTIALLY_ERASED = 4, /**< a sealed journey was erased: its number is gone; its sums, which name nobody, stay */
    CXJ_INCOMPLETE = 5,       /**< done, but the view lacks something (cxj_view_info: incomplete, lacks_sealed) */

    /* errors */
    CXJ_BAD_ARGUMENT = -1, /**< a NULL, an unknown number, a wrong size, or a reserved member that is not zero */
    CXJ_BAD_FIELD = -2,    /**< a field of a touchpoint is out of its bounds */
    CXJ_BAD_TEXT = -3,     /**< a text is not UTF-8, has a NUL, is too long, or is no view, rule or period */
    CXJ_NOT_FOUND = -4,    /**< there is no such journey, touchpoint, name, code, metric or cell */
    CXJ_LIMIT = -5,      /**< a limit of the options is reached (touchpoints of a journey, codes of a dictionary, …) */
    CXJ_NO_MEMORY = -6,  /**< the allocator returned NULL, or the memory limit is reached */
    CXJ_CLOCK = -7,      /**< the clock cannot go back, nor jump more than ten years ahead */
    CXJ_LATE = -8,       /**< the journey is sealed; the touchpoint came too late */
    CXJ_SEALED = -9,     /**< the journey is sealed: its touchpoints were released */
    CXJ_SAVING = -10,    /**< an incremental save is under way; end it first */
    CXJ_IO = -11,        /**< the host's function for writing or reading failed */
    CXJ_BAD_BYTES = -12, /**< the bytes are not a saved engine, or not a complete one */
    CXJ_NEWER_FORMAT = -13,   /**< the bytes were written by a newer version, in a format that this one does not know */
    CXJ_OTHER_VIEWS = -14,    /**< the saved engine does not have the same views as this one */
    CXJ_TOO_SMALL = -15,      /**< the room passed for a result is too small; the size needed was written */
    CXJ_OTHER_KEY = -16,      /**< text ids of the two engines were made with different keys (cxj_options: text_key) */
    CXJ_NO_CALENDAR = -17,    /**< working hours need a calendar: there is none, or it cannot be removed */
    CXJ_OTHER_CALENDAR = -18, /**< the two engines have different calendars, or only one of them has one */
    CXJ_SAME_ID = -19         /**< two journeys that are to become one have a touchpoint with the same id */
};

/** A length that stands for "up to the first NUL". */
enum { CXJ_ZERO_TERMINATED = 2147483647 };

/** The library's version as major * 1,000,000 + minor * 1,000 + patch. Never fails. Constant time.
 * Example: tests/consumer/main.c. */
CXJ_API uint32_t cxj_version(void);

/** The library's version as text, such as "0.3.0"; static, NUL-terminated. Never fails. Constant time. */
CXJ_API const char *cxj_version_text(void);

/** A status in a few words, static and NUL-terminated; "unknown status" for any other number. Never fails. Constant
 * time.
 * @param status  any number */
CXJ_API const char *cxj_status_text(cxj_status status);

/** The size in bytes that the library has for one of the public structs, so that a binding can check its own layout.
 * @param name  the struct's name, such as "cxj_touchpoint"; NUL-terminated; NULL is no name
 * @return      the size, or 0 for a name that is no public struct. Constant time. */
CXJ_API size_t cxj_size_of(const char *name);

/* ------------------------------------------------------------------------------------------------------------------
 * Engine
 * ------------------------------------------------------------------------------------------------------------------ */

/** An engine: journeys, dictionaries, views and the clock. Opaque. */
typedef struct cxj_engine cxj_engine;

/** A host's allocator: one function for all. It returns a block of new_size bytes, aligned for any object, with the
 * first min(old_size, new_size) bytes of block in it, or NULL where it cannot (block is then as before). block is NULL
 * exactly when old_size is 0. With new_size 0 it frees block and returns NULL; that must not fail. */
typedef void *(*cxj_allocate)(void *context, void *block, size_t old_size, size_t new_size);

/** How an engine is made. Set it to zero, set size, and whatever else differs from the default. */
typedef struct cxj_options {
    size_t size;            /**< sizeof(cxj_options); must be set */
    cxj_allocate allocate;  /**< NULL: malloc, realloc and free */
    void *allocate_context; /**< passed to allocate as it is */
    uint64_t seed[2];       /**< key of the hash tables. Both 0: drawn from the system's random numbers (getrandom,
                                      arc4random, rand_s) or, if it has none, from clock and addresses; then a host
                                      that takes numbers from strangers should supply random bits. No result depends
                                      on it. */
    uint64_t text_key[2];  /**< key of the numbers that stand for text ids (cxj_id_from_text()). Both 0: the public key,
                                      the same everywhere. With the public key, anyone can find two texts with the same
                                      number within a minute; their journeys would silently become one. A host whose
                                      text ids come from strangers sets 128 secret bits, always the same ones. Engines
                                      with different keys do not merge. Saved bytes do not contain the key, but show
                                      whether it is the same */
    uint64_t memory_limit; /**< bytes the engine may hold; 0: no limit. A 64th of them, 16 MB at most, is reserved for
                                cxj_withdraw(), so that an engine at its limit can still free room */
    uint64_t cells_limit;  /**< cells of one view; 0: 1,000,000. Beyond it the view is incomplete (cxj_view_info) */
    uint32_t touchpoints_limit; /**< touchpoints of one journey, 1..29,000; 0: 10,000. Further ones are refused:
                                     CXJ_LIMIT */
    uint32_t codes_limit;       /**< codes of one dictionary, 1..16,777,215; 0: 16,777,215. Other than owner: 65,535 at
                                most */
    uint32_t unrecorded_facets; /**< facets (CXJ_FACET_CONTACT | …) that are unrecorded: the feed cannot carry them. See
                                     cxj_set_unrecorded() */
    uint32_t views_limit;       /**< views of the engine, added or read from saved bytes, 1..4,096; 0: 4,096 */
    uint32_t load_work_limit; /**< bounds the work of reading saved bytes: touchpoints times views, for each byte read,
                                 beyond the first million; 0: 16, which no file of fewer than 300 views comes near
                                 unless it was made to be slow. See cxj_load() */
    uint32_t rules_limit;     /**< rules of the engine (cxj_rule_add()), 1..4,096; 0: 256 */
    uint32_t alerts_limit;    /**< alerts queued until the host takes them (cxj_alerts()), 1..16,777,216; 0: 65,536.
                                 Beyond it the oldest are dropped, and counted */
    uint32_t reserved[1];     /**< zero */
    int64_t seal_ended_after; /**< ms after its end at which a journey is sealed (see cxj_advance()); 0: never */
    int64_t seal_idle_after;  /**< ms after its last touchpoint at which a journey is sealed, whether it has ended or
                                   not; 0: never. Both are at most 10^15; if both are set, the earlier time applies.
                                   Only touchpoints that contribute count: a withdrawn one decides nothing, whatever
                                   its date, and a journey that has no others is not sealed; it stays until it is
                                   erased. Both are saved with the engine; in cxj_load() 0 means: as saved */
} cxj_options;

/** Makes an engine.
 * @param options           how; NULL: all defaults
 * @param message           where to write why it failed, NUL-terminated and cut to fit; NULL: nowhere
 * @param message_capacity  bytes at message; 0: nothing is written
 * @param engine            receives the engine, or NULL if the call fails; end it with cxj_engine_destroy()
 * @return CXJ_OK; CXJ_BAD_ARGUMENT (an option out of bounds, engine is NULL); CXJ_NO_MEMORY. Constant time. */
CXJ_API cxj_status cxj_engine_create(const cxj_options *options, char *message, size_t message_capacity,
                                     cxj_engine **engine);

/** Ends an engine: frees it, its views and all texts it handed out. Cursors on it must have been closed.
 * @param engine  NULL does nothing. Time in proportion to what the engine holds. */
CXJ_API void cxj_engine_destroy(cxj_engine *engine);

/** Why the last call that tried to change this engine failed: a sentence naming the field, value, column or limit.
 * @param engine  NULL gives ""
 * @return a NUL-terminated text that lives until the next call that changes the engine; "" if that call succeeded. */
CXJ_API const char *cxj_message(const cxj_engine *engine);

/** What an engine holds and has done. */
typedef struct cxj_stats {
    uint64_t touchpoints; /**< touchpoints that contribute */
    uint64_t journeys;    /**< journeys with a touchpoint that contributes */
    uint64_t held;        /**< retained touchpoints, including withdrawn ones (of which only the id is retained) */
    uint64_t duplicates;  /**< among all that arrived; likewise the next four. They describe the feed, not the state */
    uint64_t conflicts;   /**< of the duplicates, how many differed in content */
    uint64_t superseded;  /**< of a lower revision than the one held, or held and replaced by a higher */
    uint64_t late;        /**< for a journey that is sealed */
    uint64_t refused;     /**< not taken, for a field out of bounds or a limit */
    int64_t latest_at;    /**< the greatest at of a touchpoint that contributes; 0 if there is none */
    int64_t now;          /**< the clock; 0 before the first cxj_advance() */
    uint64_t memory;      /**< bytes the engine holds now */
    uint64_t work_folded; /**< touchpoints folded since the engine was made: work measured by counting, not timing */
    uint64_t work_probed; /**< hash table slots probed since then */
    uint8_t has_now;      /**< 1 if the clock was ever advanced */
    uint8_t reserved[3];
    uint32_t unrecorded_facets; /**< facets that the feed cannot carry (cxj_set_unrecorded()) */
    uint64_t sealed;            /**< sealed journeys. Their touchpoints contribute, but are not retained */
    uint64_t rules;             /**< rules of the engine (cxj_rule_add()) */
    uint64_t alerts;            /**< queued alerts (cxj_alerts()) */
    uint64_t alerts_dropped;    /**< alerts dropped because the queue was full (cxj_options: alerts_limit) */
} cxj_stats;

/** Reads what an engine holds.
 * @param engine  the engine
 * @param stats   receives it, up to stats_size bytes
 * @param stats_size  sizeof(cxj_stats)
 * @return CXJ_OK; CXJ_BAD_ARGUMENT. Constant time. */
CXJ_API cxj_status cxj_engine_stats(const cxj_engine *engine, cxj_stats *stats, size_t stats_size);

/** Declares which facets are unrecorded because the feed cannot carry them, so that a zero does not look like good news
 * where nobody records the fact. A metric that needs one of them has no value from then on (cxj_metric_info: needs_all,
 * needs_any; SPEC 6, feeds), and a rule that needs one is refused. If a rule already there needs one, this call is
 * refused instead: no rule may report what nobody can know. A facet that a recorded facet implies is always recorded,
 * even if it is listed here. Replaces unrecorded_facets of the options. Saved with the engine; loading and merging add
 * the facets unrecorded there. Changes no cell; makes cursors stale if it changes anything.
 * @param engine        the engine
 * @param unrecorded_facets  CXJ_FACET_CONTACT | … ; 0: all are recorded
 * @return CXJ_OK; CXJ_BAD_ARGUMENT (an unknown bit, or a rule needs one of the facets; cxj_message() names both). Time
 *         in proportion to the rules. */
CXJ_API cxj_status cxj_set_unrecorded(cxj_engine *engine, uint32_t unrecorded_facets);

/* ------------------------------------------------------------------------------------------------------------------
 * Names
 * ------------------------------------------------------------------------------------------------------------------ */

/** Dimensions. The first nine have a dictionary each; the last four exist in views only. */
enum {
    CXJ_DIMENSION_OWNER = 1,
    CXJ_DIMENSION_TEAM = 2,
    CXJ_DIMENSION_CHANNEL = 3,
    CXJ_DIMENSION_STAGE = 4,
    CXJ_DIMENSION_ACTIVITY = 5,
    CXJ_DIMENSION_CAUSE = 6,
    CXJ_DIMENSION_TYPE = 7,
    CXJ_DIMENSION_SEGMENT = 8,
    CXJ_DIMENSION_REASON = 9,
    CXJ_DIMENSION_OUTCOME = 10,
    CXJ_DIMENSION_CHURNED = 11,
    CXJ_DIMENSION_ENTRY = 12,
    CXJ_DIMENSION_EXIT = 13
};

/** What a dimension is, and how full its dictionary is. */
typedef struct cxj_dimension_info {
    const char *name;       /**< such as "channel", as views and logs call it; static */
    uint64_t names;         /**< names that have a code; 0 for a dimension without a dictionary; likewise room */
    uint64_t room;          /**< further names for which there is room */
    uint32_t dimension;     /**< CXJ_DIMENSION_OWNER … */
    uint8_t has_dictionary; /**< 1 for CXJ_DIMENSION_OWNER … CXJ_DIMENSION_REASON */
    uint8_t reserved[3];
} cxj_dimension_info;

/** Describes a dimension.
 * @param engine     the engine
 * @param dimension  CXJ_DIMENSION_OWNER … CXJ_DIMENSION_EXIT
 * @param info       receives the description
 * @param info_size  sizeof(cxj_dimension_info)
 * @return CXJ_OK; CXJ_NOT_FOUND (no such dimension); CXJ_BAD_ARGUMENT. Constant time. */
CXJ_API cxj_status cxj_dimension_describe(const cxj_engine *engine, uint32_t dimension, cxj_dimension_info *info,
                                          size_t info_size);

/** The code of a name, made if the name is new. A host that records by names (cxj_record_named()) needs no codes.
 *
 * A code is valid until an erasure retires its name, or the engine ends; a loaded engine has different codes from the
 * one that was saved. An erasure retires names that came with touchpoints and that no retained touchpoint uses (names
 * in the conditions of views, and of sealed journeys, stay). A retired code is refused until it is given to another
 * name: so after an erasure that retired names, ask again for the codes you keep. Makes no cursor stale.
 * @param engine     the engine
 * @param dimension  CXJ_DIMENSION_OWNER … CXJ_DIMENSION_REASON
 * @param name       UTF-8; the empty name has code 0, none
 * @param length     bytes of name, or CXJ_ZERO_TERMINATED
 * @param code       receives the code, 1 or more (0 for the empty name)
 * @return CXJ_OK; CXJ_BAD_ARGUMENT; CXJ_BAD_TEXT (a NUL, not UTF-8, too long); CXJ_LIMIT (the dictionary is full);
 *         CXJ_NO_MEMORY. Constant time for each byte. */
CXJ_API cxj_status cxj_code(cxj_engine *engine, uint32_t dimension, const char *name, size_t length, uint32_t *code);

/** The code of a name, if it has one; makes none.
 * @param engine     the engine
 * @param dimension  CXJ_DIMENSION_OWNER … CXJ_DIMENSION_REASON
 * @param name       UTF-8
 * @param length     bytes of name, or CXJ_ZERO_TERMINATED
 * @param code       receives the code
 * @return CXJ_OK; CXJ_NOT_FOUND; CXJ_BAD_ARGUMENT. Constant time for each byte. */
CXJ_API cxj_status cxj_find_code(const cxj_engine *engine, uint32_t dimension, const char *name, size_t length,
                                 uint32_t *code);

/** The name of a code.
 * @param engine     the engine
 * @param dimension  CXJ_DIMENSION_OWNER … CXJ_DIMENSION_REASON
 * @param code       a code of that dimension; 0 gives the empty name
 * @param name       receives the name, NUL-terminated, living until an erasure retires it or the engine ends
 * @param length     receives its bytes; NULL: not wanted
 * @return CXJ_OK; CXJ_NOT_FOUND (never given, or retired); CXJ_BAD_ARGUMENT. Constant time. */
CXJ_API cxj_status cxj_name(const cxj_engine *engine, uint32_t dimension, uint32_t code, const char **name,
                            size_t *length);

/** All codes of a dimension that have a name, in ascending order.
 * @param engine     the engine
 * @param dimension  CXJ_DIMENSION_OWNER … CXJ_DIMENSION_REASON
 * @param capacity   codes for which the arrays have room
 * @param codes      receives the codes; NULL if capacity is 0
 * @param uses       receives for each code how many retained touchpoints carry it (those of sealed journeys are not
 *   retained); NULL: not wanted
 * @param count      receives how many there are, also with CXJ_TOO_SMALL
 * @return CXJ_OK; CXJ_TOO_SMALL; CXJ_BAD_ARGUMENT. Time in proportion to the codes ever given. */
CXJ_API cxj_status cxj_codes(const cxj_engine *engine, uint32_t dimension, size_t capacity, uint32_t *codes,
                             uint64_t *uses, size_t *count);

/** The number that a text stands for, as a journey, a touchpoint's id or a customer (SPEC 7): a number below 2^63 in
 * ASCII digits without leading zeros, other than 0, is taken as it is; any other text ("007" and "0", too) is
 * 2^63 + (h mod 2^63) with h its SipHash-2-4 (Aumasson and Bernstein, 2012); the empty text is 0, none.
 * The hash's key is the engine's (cxj_options: text_key), by default the public one 00 01 02 … 0f: with that, logs read
 * separately can be merged, but anybody can look for two texts with one number. By chance, two texts collide once in
 * 2^31.5 texts or so; a host that wants to catch even that keeps cxj_id_check() of each text, as examples/frame.c
 * does, or the text itself, as examples/texts.c does.
 * @param engine  whose key; NULL: the public key
 * @param text    any bytes
 * @param length  bytes of text, or CXJ_ZERO_TERMINATED
 * @param id      receives the number
 * @return CXJ_OK; CXJ_BAD_ARGUMENT. Constant time for each byte. */
CXJ_API cxj_status cxj_id_from_text(const cxj_engine *engine, const char *text, size_t length, uint64_t *id);

/** A second 64-bit hash of a text, to detect that two different texts have the same number: the SipHash-2-4 of the text
 * under the complement of the key of cxj_id_from_text(). If the numbers are equal and these bits are not, the texts
 * differ. Keep them with the number, and refuse a text that does not match.
 * @param engine  whose key; NULL: the public key
 * @param text    any bytes
 * @param length  bytes of text, or CXJ_ZERO_TERMINATED
 * @param check   receives the bits
 * @return CXJ_OK; CXJ_BAD_ARGUMENT. Constant time for each byte. */
CXJ_API cxj_status cxj_id_check(const cxj_engine *engine, const char *text, size_t length, uint64_t *check);

/* ------------------------------------------------------------------------------------------------------------------
 * Touchpoints
 * ------------------------------------------------------------------------------------------------------------------ */

/** Facets: yes/no facts about a touchpoint, as bits. Facets that one implies are added on arrival. */
enum {
    CXJ_FACET_CONTACT = 1,        /**< the customer took part */
    CXJ_FACET_INBOUND = 2,        /**< the customer came to us; implies contact */
    CXJ_FACET_CHASE = 4,          /**< the customer asked where things stand; implies inbound, contact */
    CXJ_FACET_UPDATE = 8,         /**< we told the customer where things stand */
    CXJ_FACET_NEXT_STEP = 16,     /**< we told the customer what comes next, and from whom; implies update */
    CXJ_FACET_EXPLAINS = 32,      /**< we gave the reason for a delay, past or coming; implies update */
    CXJ_FACET_DELIVERED = 64,     /**< the commitment was met at this moment */
    CXJ_FACET_REQUESTED = 128,    /**< the time promised is the one the customer asked for */
    CXJ_FACET_REPEATED = 256,     /**< the customer had to say again what had been said */
    CXJ_FACET_CONTRADICTED = 512, /**< what the customer was told did not agree with what had been said before */
    CXJ_FACET_FAULT = 1024,       /**< something went wrong */
    CXJ_FACET_RESOLVED = 2048,    /**< the need was met at this moment */
    CXJ_FACET_REOPENS = 4096,     /**< the journey is taken up again */
    CXJ_FACET_PENDING = 8192,     /**< from here on we wait for the customer: the journey is paused */
    CXJ_FACET_ASKED = 16384,      /**< we asked the customer for a rating */
    CXJ_FACET_CHURNED = 32768,    /**< the customer left */
    CXJ_FACET_WITHDRAWN = 65536,  /**< this touchpoint is taken back */
    CXJ_FACET_RESUMES = 131072,   /**< we go on, though the customer has not come (a state of waiting was left) */
    CXJ_FACETS_ALL = 262143       /**< every facet that this version knows */
};

/** What a facet is. */
typedef struct cxj_facet_info {
    const char *name;    /**< such as "next_step"; static */
    const char *summary; /**< the fact in a few words; static */
    uint32_t facet;      /**< its bit: CXJ_FACET_NEXT_STEP */
    uint32_t implies;    /**< the bits that are added on arrival, its own among them */
} cxj_facet_info;

/** Describes the facets one after the other, in the order of their bits.
 * @param index      0 and up
 * @param info       receives the description; its texts are static
 * @param info_size  sizeof(cxj_facet_info)
 * @return CXJ_OK; CXJ_NOT_FOUND (past the last); CXJ_BAD_ARGUMENT. Constant time. */
CXJ_API cxj_status cxj_facet_describe(size_t index, cxj_facet_info *info, size_t info_size);

/** How many contributing touchpoints have each facet, including those of sealed journeys; stays exact when touchpoints
 * are corrected, withdrawn or erased. A facet that never occurs may be unrecorded: see cxj_set_unrecorded().
 * @param engine  the engine
 * @param counts  receives 32 numbers, one for each bit of a touchpoint's facets, the lowest first; 0 for bits without a
 *   facet, and for CXJ_FACET_WITHDRAWN
 * @return CXJ_OK; CXJ_INCOMPLETE (written, but without some touchpoints of sealed journeys, which were saved by a
 *         version that did not count them); CXJ_BAD_ARGUMENT. Constant time. */
CXJ_API cxj_status cxj_facet_counts(const cxj_engine *engine, uint64_t *counts);

/** Scales of a rating. Scores run over the range given; satisfied, delighted and dissatisfied are the scores named. */
enum {
    CXJ_SCALE_CSAT5 = 1,   /**< satisfaction 1..5; satisfied 4, 5; delighted 5; dissatisfied 1, 2 */
    CXJ_SCALE_CSAT7 = 2,   /**< satisfaction 1..7; satisfied 6, 7; delighted 7; dissatisfied 1..3 */
    CXJ_SCALE_CSAT10 = 3,  /**< satisfaction 1..10; satisfied 8..10; delighted 10; dissatisfied 1..4 */
    CXJ_SCALE_PERCENT = 4, /**< satisfaction 0..100; satisfied 80..100; delighted 95..100; dissatisfied 0..49 */
    CXJ_SCALE_BINARY = 5,  /**< satisfaction 0, 1; satisfied and delighted 1; dissatisfied 0 */
    CXJ_SCALE_NPS = 6,     /**< loyalty 0..10; satisfied and delighted 9, 10; dissatisfied 0..6 */
    CXJ_SCALE_CES7 = 7     /**< effort 1..7, 7 = easiest; satisfied 5..7; delighted 7; dissatisfied 1..3 */
};

/** What a rating is about. */
enum {
    CXJ_SCOPE_TOUCHPOINT = 1, /**< this touchpoint, by the customer */
    CXJ_SCOPE_JOURNEY = 2,    /**< the whole journey, by the customer */
    CXJ_SCOPE_EMPLOYEE = 3    /**< given by an employee; never mixed with the customers' */
};

/** How a journey ends. */
enum { CXJ_OUTCOME_COMPLETED = 1, CXJ_OUTCOME_ABANDONED = 2 };

/** One dated moment of a journey. Zero in a field states nothing; set the struct to zero first. 96 bytes. */
typedef struct cxj_touchpoint {
    uint64_t journey;   /**< the host's number of the journey, not 0 (cxj_id_from_text() gives one for a text) */
    uint64_t id;        /**< the host's number of this touchpoint, unique within its journey; 0: none, and then the same
                              touchpoint sent twice counts twice */
    uint64_t revision;  /**< of this id; a correction carries a higher one (the time of last change will do) */
    int64_t at;         /**< when it happened; years 0001 to 9999; not 0, which is none (SPEC 2), except in a withdrawn
                              touchpoint, which needs no moment */
    int64_t due;        /**< the time promised at this moment, years 0001 to 9999; 0: none */
    int64_t value;      /**< money in minor units, within ±10^15 */
    uint64_t customer;  /**< whose journey it is; 0 states nothing. The last statement in order applies; likewise type,
                              segment, reason */
    uint32_t sequence;  /**< order among the touchpoints of one journey with the same at */
    uint32_t owner;     /**< code of who holds the work; 0: none; likewise the codes below */
    uint32_t facets;    /**< CXJ_FACET_CONTACT | … */
    uint16_t team;      /**< the owner's group */
    uint16_t activity;  /**< what kind of touchpoint it is */
    uint16_t channel;   /**< where it took place: phone, mail, chat, … */
    uint16_t stage;     /**< how far along the journey was */
    uint16_t cause;     /**< what lies behind a bad moment: policy, knowledge, tool, … */
    uint16_t type;      /**< of the journey: its kind */
    uint16_t segment;   /**< of the journey: the customer's segment */
    uint16_t reason;    /**< of the journey: the need behind it */
    uint8_t scale;      /**< CXJ_SCALE_CSAT5 …; 0: no rating, and then score and scope are 0 */
    uint8_t score;      /**< on that scale */
    uint8_t scope;      /**< CXJ_SCOPE_TOUCHPOINT …; not 0 with a scale */
    uint8_t commitment; /**< 0..7: the commitment of the journey to which due and delivered refer */
    uint8_t outcome;    /**< CXJ_OUTCOME_COMPLETED, CXJ_OUTCOME_ABANDONED: the journey ends here; 0: it does not */
    uint8_t reserved[7]; /**< zero */
} cxj_touchpoint;

/** No index: first_refusal of cxj_receipt when nothing was refused. A language that cannot see macros, or not their
 * type, checks first_status instead. */
#define CXJ_NO_INDEX 0xffffffffffffffff

/** What became of the touchpoints of one call. */
typedef struct cxj_receipt {
    uint64_t processed;      /**< touchpoints processed, from the first: all, unless the call stopped */
    uint64_t accepted;       /**< recorded: new ones, and corrections that replaced an earlier revision */
    uint64_t duplicates;     /**< of the revision already retained; the greater of the two is kept */
    uint64_t conflicts;      /**< of those, how many differed in content */
    uint64_t superseded;     /**< of a lower revision than the retained one, or retained and replaced by a higher one */
    uint64_t late;           /**< for a sealed journey; not recorded */
    uint64_t refused;        /**< not recorded: a bad field, or the journey is at its limit of touchpoints */
    uint64_t first_refusal;  /**< index of the first refused or late one, else CXJ_NO_INDEX; cxj_message() says why */
    cxj_status first_status; /**< its status: CXJ_BAD_FIELD, CXJ_LIMIT, CXJ_LATE; CXJ_OK if there is none */
    uint32_t reserved;
} cxj_receipt;

/** Flags of cxj_record(), cxj_record_columns() and cxj_record_named(). */
enum { CXJ_STOP_AT_REFUSAL = 1 /**< stop before the first touchpoint that is refused or late */ };

/** Records touchpoints, in any order, including duplicates and corrections. Afterwards every view is up to date.
 * A refused touchpoint does not stop the others, unless flags says so.
 * @param engine        the engine
 * @param touchpoints   the first of count structs; NULL only if count is 0
 * @param touchpoint_size  sizeof(cxj_touchpoint)
 * @param count         how many
 * @param flags         0 or CXJ_STOP_AT_REFUSAL
 * @param receipt       receives what became of them, whatever the status; NULL: not wanted
 * @param receipt_size  sizeof(cxj_receipt)
 * @return CXJ_OK: none was refused. CXJ_REFUSED: some were. CXJ_NO_MEMORY: receipt->processed were processed, the rest
 *         not at all. CXJ_BAD_ARGUMENT: nothing was done. Constant time for a touchpoint that comes last in its journey
 *         (and for each view); else in proportion to the touchpoints after it; many of one journey in one call are
 *         folded together, for which the call takes some 350 bytes for each touchpoint after them while it lasts. What
 *         is withdrawn, or was and comes again, takes time in proportion to the withdrawn ids of its journey, or many of
 *         one call together. A touchpoint that changes a value of the whole journey (type, segment, reason, outcome, churned) moves all of
 *         the journey's touchpoints in the views that use that value, and where its key in a view of journeys changes,
 *         by its exit say, or touchpoints are late, all of its delays and answered complaints move there. */
CXJ_API cxj_status cxj_record(cxj_engine *engine, const cxj_touchpoint *touchpoints, size_t touchpoint_size,
                              size_t count, uint32_t flags, cxj_receipt *receipt, size_t receipt_size);

/** Columns of touchpoints, as in a data frame: each member is an array with one value for each row, or NULL if no row
 * has any. The members mean what they mean in cxj_touchpoint. */
typedef struct cxj_columns {
    size_t size;               /**< sizeof(cxj_columns); must be set */
    const uint64_t *journey;   /**< must not be NULL */
    const uint64_t *id;        /**< as in cxj_touchpoint; NULL: 0 in each */
    const uint64_t *revision;  /**< as in cxj_touchpoint; NULL: 0 in each */
    const int64_t *at;         /**< must not be NULL */
    const int64_t *due;        /**< as in cxj_touchpoint; NULL: 0 in each */
    const int64_t *value;      /**< as in cxj_touchpoint; NULL: 0 in each */
    const uint64_t *customer;  /**< as in cxj_touchpoint; NULL: 0 in each */
    const uint32_t *sequence;  /**< as in cxj_touchpoint; NULL: 0 in each */
    const uint32_t *owner;     /**< as in cxj_touchpoint; NULL: 0 in each */
    const uint32_t *facets;    /**< as in cxj_touchpoint; NULL: 0 in each */
    const uint16_t *team;      /**< as in cxj_touchpoint; NULL: 0 in each */
    const uint16_t *activity;  /**< as in cxj_touchpoint; NULL: 0 in each */
    const uint16_t *channel;   /**< as in cxj_touchpoint; NULL: 0 in each */
    const uint16_t *stage;     /**< as in cxj_touchpoint; NULL: 0 in each */
    const uint16_t *cause;     /**< as in cxj_touchpoint; NULL: 0 in each */
    const uint16_t *type;      /**< as in cxj_touchpoint; NULL: 0 in each */
    const uint16_t *segment;   /**< as in cxj_touchpoint; NULL: 0 in each */
    const uint16_t *reason;    /**< as in cxj_touchpoint; NULL: 0 in each */
    const uint8_t *scale;      /**< as in cxj_touchpoint; NULL: 0 in each */
    const uint8_t *score;      /**< as in cxj_touchpoint; NULL: 0 in each */
    const uint8_t *scope;      /**< as in cxj_touchpoint; NULL: 0 in each */
    const uint8_t *commitment; /**< as in cxj_touchpoint; NULL: 0 in each */
    const uint8_t *outcome;    /**< as in cxj_touchpoint; NULL: 0 in each */
} cxj_columns;

/** Records touchpoints from separate arrays, without building structs first. Otherwise like cxj_record().
 * @param engine        the engine
 * @param columns       the arrays
 * @param count         rows: values in each array
 * @param flags         0 or CXJ_STOP_AT_REFUSAL
 * @param receipt       as in cxj_record(); indices are rows
 * @param receipt_size  sizeof(cxj_receipt)
 * @return as cxj_record() */
CXJ_API cxj_status cxj_record_columns(cxj_engine *engine, const cxj_columns *columns, size_t count, uint32_t flags,
                                      cxj_receipt *receipt, size_t receipt_size);

/** A text with its length. */
typedef struct cxj_text {
    const char *text; /**< NULL only if length is 0 */
    size_t length;    /**< bytes, or CXJ_ZERO_TERMINATED */
} cxj_text;

/** A touchpoint with names instead of codes and, if the host's ids are texts, with texts instead of numbers; otherwise
 * like cxj_touchpoint. Set it to zero first: fields left zero state nothing. */
typedef struct cxj_named_touchpoint {
    cxj_text journey;         /**< a text that stands for its number (cxj_id_from_text(), with the engine's key) */
    cxj_text id;              /**< likewise */
    cxj_text customer;        /**< likewise */
    cxj_text owner;           /**< a name; a new one gets a code; likewise the names below */
    cxj_text team;            /**< a name, as owner */
    cxj_text activity;        /**< a name, as owner */
    cxj_text channel;         /**< a name, as owner */
    cxj_text stage;           /**< a name, as owner */
    cxj_text cause;           /**< a name, as owner */
    cxj_text type;            /**< a name, as owner */
    cxj_text segment;         /**< a name, as owner */
    cxj_text reason;          /**< a name, as owner */
    uint64_t journey_number;  /**< the journey's number, if it has no text; else 0; likewise the next two */
    uint64_t id_number;       /**< that of the touchpoint, if it has no text; else 0 */
    uint64_t customer_number; /**< that of the customer, if there is no text; else 0 */
    uint64_t revision;        /**< as in cxj_touchpoint */
    int64_t at;               /**< as in cxj_touchpoint */
    int64_t due;              /**< as in cxj_touchpoint */
    int64_t value;            /**< as in cxj_touchpoint */
    uint32_t sequence;        /**< as in cxj_touchpoint */
    uint32_t facets;          /**< as in cxj_touchpoint */
    uint8_t scale;            /**< as in cxj_touchpoint */
    uint8_t score;            /**< as in cxj_touchpoint */
    uint8_t scope;            /**< as in cxj_touchpoint */
    uint8_t commitment;       /**< as in cxj_touchpoint */
    uint8_t outcome;          /**< as in cxj_touchpoint */
    uint8_t reserved[3];      /**< zero */
} cxj_named_touchpoint;

/** Records touchpoints by names, so that a host needs no table of codes and cannot use a stale one. Otherwise like
 * cxj_record().
 * @param engine           the engine
 * @param touchpoints      the first of count structs; NULL only if count is 0
 * @param touchpoint_size  sizeof(cxj_named_touchpoint)
 * @param count            how many
 * @param flags            0 or CXJ_STOP_AT_REFUSAL
 * @param receipt          as in cxj_record(). Also refused: an invalid name (first_status CXJ_BAD_TEXT), a new name if
 *   the dictionary is full (CXJ_LIMIT), and a field with both a text and a number (CXJ_BAD_FIELD)
 * @param receipt_size     sizeof(cxj_receipt)
 * @return as cxj_record(). Where the call ends before the last touchpoint, new names of up to 64 that were not processed
 *         may have got their codes, and of up to 65,536 once touchpoints come late in long journeys, of which the call
 *         then holds as many as cxj_touchpoint while it lasts. Time as cxj_record(), and in proportion to the bytes of
 *         the texts. */
CXJ_API cxj_status cxj_record_named(cxj_engine *engine, const cxj_named_touchpoint *touchpoints, size_t touchpoint_size,
                                    size_t count, uint32_t flags, cxj_receipt *receipt, size_t receipt_size);

/* ------------------------------------------------------------------------------------------------------------------
 * Views and cells
 * ------------------------------------------------------------------------------------------------------------------ */

/** A question whose answer is kept current. Opaque; belongs to its engine. */
typedef struct cxj_view cxj_view;

/** Grains: what a view counts. */
enum {
    CXJ_GRAIN_TOUCHPOINTS = 1, /**< one contribution for each touchpoint */
    CXJ_GRAIN_TRANSITIONS = 2, /**< for each two consecutive values of one dimension in a journey */
    CXJ_GRAIN_JOURNEYS = 3     /**< for each journey */
};

/** Adds a view, filled as if it had existed from the start. A view is one line of text:
 *
 *     touchpoints by channel, team per week where type = onboarding
 *     transitions by owner per month
 *     journeys by type, segment per month ended where segment in (premium, business) and had cause = policy
 *
 *     view   = grain [ "by" dim { "," dim } ] [ "per" period ] [ "in" "working" "hours" ]
 *              [ "where" cond { "and" cond } ] [ "with" "drivers" ]
 *     cond   = [ "had" ] dim ( "=" name | "in" "(" name { "," name } ")" )
 *     period = ( hour | day | week | month | quarter | year ) [ "ended" ]      (weeks begin on Monday)
 *     name   = bare word of ASCII letters, digits, "-", "_", "." or a "quoted string" ("" inside stands for one ")
 *
 * Dimensions by grain: touchpoints: owner, team, channel, stage, activity, cause, type, segment, reason, outcome,
 * churned; transitions: first one of owner, team, channel, stage, activity (the key holds from and to), then type,
 * segment, reason, outcome, churned; journeys: type, segment, reason, outcome, churned, entry, exit. At most four
 * dimensions and four conditions. `ended` (periods by a journey's end, open ones left out) and `had` (journeys with at
 * least one touchpoint of that owner, team, channel, stage, activity or cause) are for journeys views only; so is
 * `with drivers`, which makes each cell also keep what cxj_view_drivers() needs, 3 KB more. `""` matches none. The
 * names of the conditions enter the dictionaries. Periods follow local time, and `in working hours` excludes closed
 * time from durations, both by the engine's calendar (cxj_set_calendar()); without one, local time is UTC and there are
 * no working hours.
 *
 * A view's text is normalised: one blank between words and after commas, quotes only where a name needs them, the names
 * of a condition in the order of their bytes and each once, `=` for a single one, conditions in the order of dimensions
 * (of one dimension in that of their names, and each once), those with `had` last. Texts with the same meaning give the
 * same view.
 * @param engine  the engine
 * @param text    the view; if the engine has it already, the existing view is returned
 * @param length  bytes of text, or CXJ_ZERO_TERMINATED
 * @param view    receives the view, which lives until cxj_view_drop() or the end of the engine
 * @return CXJ_OK; CXJ_BAD_TEXT (cxj_message() names the column, counted in bytes from 1, and what was expected there);
 *         CXJ_LIMIT (a dictionary is full, or there are 4,096 views); CXJ_NO_CALENDAR (the view is in working hours,
 *         and the engine has no calendar); CXJ_SAVING (an incremental save is under way, and the view is new);
 *         CXJ_NO_MEMORY; CXJ_BAD_ARGUMENT.
 *         Time in proportion to the retained touchpoints. */
CXJ_API cxj_status cxj_view_add(cxj_engine *engine, const char *text, size_t length, cxj_view **view);

/** Drops a view and its cells. The pointer must not be used afterwards; cursors on it must have been closed.
 * @param engine  the engine
 * @param view    a view of that engine; NULL does nothing
 * @return CXJ_OK; CXJ_NOT_FOUND (no view of this engine); CXJ_SAVING (an incremental save is under way). Time in
 *         proportion to its cells and to the retained journeys. */
CXJ_API cxj_status cxj_view_drop(cxj_engine *engine, cxj_view *view);

/** The view with an index, in the order in which views were added.
 * @param engine  the engine
 * @param index   0 and up
 * @param view    receives the view
 * @return CXJ_OK; CXJ_NOT_FOUND (index is past the last); CXJ_BAD_ARGUMENT. Constant time. */
CXJ_API cxj_status cxj_view_at(const cxj_engine *engine, size_t index, cxj_view **view);

/** What a view is. */
typedef struct cxj_view_info {
    const char *text;     /**< normalised, NUL-terminated; lives as long as the view */
    size_t text_length;   /**< bytes */
    uint64_t cells;       /**< how many cells it has now */
    uint32_t grain;       /**< CXJ_GRAIN_TOUCHPOINTS … */
    uint32_t parts;       /**< parts of a key: the period if there is one, then the dimensions (from and to are two) */
    uint8_t incomplete;   /**< 1 if the limit of cells was reached, or cxj_withdraw() found no memory for a cell: the
                             existing cells are exact, others are missing. To repair: drop the view and add it again
                             (in an engine with a higher limit) */
    uint8_t has_period;   /**< 1 if the first part of a key is a period */
    uint8_t lacks_sealed; /**< 1 if contributions of some sealed journeys are missing and cannot be recovered: the view
                             was added after they were sealed, or they were left out at the limit of cells */
    uint8_t has_drivers;  /**< 1 if the view is `with drivers`: see cxj_view_drivers() */
    uint8_t reserved[4];
} cxj_view_info;

/** Describes a view.
 * @param view       the view
 * @param info       receives the description
 * @param info_size  sizeof(cxj_view_info)
 * @return CXJ_OK; CXJ_BAD_ARGUMENT. Constant time. */
CXJ_API cxj_status cxj_view_describe(const cxj_view *view, cxj_view_info *info, size_t info_size);

/** The name of one part of a view's keys: "period", "from", "to", or the dimension's name.
 * @param view       the view
 * @param part       0 to parts - 1
 * @param name       receives a static, NUL-terminated text
 * @param dimension  receives the dimension whose dictionary has the names of this part (CXJ_DIMENSION_CHANNEL for
 *   entry and exit; the first dimension for from and to), CXJ_DIMENSION_OUTCOME or CXJ_DIMENSION_CHURNED, or 0 for a
 *   period; NULL: not wanted
 * @return CXJ_OK; CXJ_NOT_FOUND (no such part); CXJ_BAD_ARGUMENT. Constant time. */
CXJ_API cxj_status cxj_view_part(const cxj_view *view, uint32_t part, const char **name, uint32_t *dimension);

/* ------------------------------------------------------------------------------------------------------------------
 * Metrics
 * ------------------------------------------------------------------------------------------------------------------ */

/** A metric's value in one cell. */
typedef struct cxj_value {
    double value; /**< NaN: it has none (nothing to divide by, or the facts are unrecorded) */
    double low;  /**< the 95 % interval; NaN: it has none. For a share: Wilson (1927); for a mean of n ≥ 2 values that
                       are not all equal: Student's, ± t·sqrt(s²/n), held within what the mean can be; for NPS: adjusted
                       Wald (Rocks 2016) */
    double high; /**< its upper end, where low is the lower; NaN: it has none */
    uint64_t n;  /**< how many observations the value is based on */
} cxj_value;

/** Units of a metric. */
enum {
    CXJ_UNIT_COUNT = 1,        /**< a number of things; whole unless it is a mean */
    CXJ_UNIT_SHARE = 2,        /**< a part of a whole, usually 0..1 */
    CXJ_UNIT_DURATION = 3,     /**< milliseconds */
    CXJ_UNIT_SATISFACTION = 4, /**< 0..1, or a difference of such */
    CXJ_UNIT_POINTS = 5,       /**< NPS: -100..100; CES: 1..7 */
    CXJ_UNIT_MONEY = 6         /**< minor units */
};

/** Kinds of a metric: how its value is calculated. */
enum {
    CXJ_KIND_COUNT = 1,    /**< counted or summed; exact */
    CXJ_KIND_SHARE = 2,    /**< k of n */
    CXJ_KIND_MEAN = 3,     /**< a sum over n */
    CXJ_KIND_QUANTILE = 4, /**< nearest rank, within 1/128 */
    CXJ_KIND_DERIVED = 5   /**< anything else; the summary says how */
};

/** What a metric is. */
typedef struct cxj_metric_info {
    const char *name;     /**< such as "on_time_rate"; static */
    const char *summary;  /**< its definition in one sentence; static */
    uint32_t metric;      /**< its number, for the reading functions; never reused */
    uint32_t grain;       /**< CXJ_GRAIN_TOUCHPOINTS … */
    uint32_t unit;        /**< CXJ_UNIT_COUNT … */
    uint32_t kind;        /**< CXJ_KIND_COUNT … */
    uint32_t needs_all;   /**< facets that must all be recorded, else it has no value */
    uint32_t needs_any;   /**< facets of which one must be recorded, else it has no value; 0: no such condition */
    uint8_t has_interval; /**< 1 if it comes with an interval where n allows */
    uint8_t needs_now;    /**< 1 if it depends on the clock; it has no value before the first cxj_advance() */
    uint8_t compares;     /**< 1 if it compares between cells: cxj_view_spread(), cxj_view_parity() */
    uint8_t reserved[5];
} cxj_metric_info;

/** Describes the metrics one after the other: by index, in the catalogue's order (grain by grain).
 * @param index      0 and up
 * @param info       receives the description; its texts are static
 * @param info_size  sizeof(cxj_metric_info)
 * @return CXJ_OK; CXJ_NOT_FOUND (past the last); CXJ_BAD_ARGUMENT. Constant time. */
CXJ_API cxj_status cxj_metric_describe(size_t index, cxj_metric_info *info, size_t info_size);

/** Metrics by their numbers: CXJ_METRIC_, the grain, the name. All numbers are also found by name:
 * cxj_metric_find(). */
enum {
    CXJ_METRIC_TOUCHPOINTS_TOUCHPOINTS = 1000,
    CXJ_METRIC_TOUCHPOINTS_CONTACTS = 1001,
    CXJ_METRIC_TOUCHPOINTS_INBOUND = 1002,
    CXJ_METRIC_TOUCHPOINTS_CHASES = 1003,
    CXJ_METRIC_TOUCHPOINTS_UPDATES = 1004,
    CXJ_METRIC_TOUCHPOINTS_PROACTIVE_UPDATES = 1005,
    CXJ_METRIC_TOUCHPOINTS_NEXT_STEPS = 1006,
    CXJ_METRIC_TOUCHPOINTS_EXPLANATIONS = 1007,
    CXJ_METRIC_TOUCHPOINTS_REPEATS = 1008,
    CXJ_METRIC_TOUCHPOINTS_CONTRADICTIONS = 1009,
    CXJ_METRIC_TOUCHPOINTS_FAULTS = 1010,
    CXJ_METRIC_TOUCHPOINTS_RESOLUTIONS = 1011,
    CXJ_METRIC_TOUCHPOINTS_ASKS = 1012,
    CXJ_METRIC_TOUCHPOINTS_JOURNEYS = 1013,
    CXJ_METRIC_TOUCHPOINTS_CLEAN_SHARE = 1014,
    CXJ_METRIC_TOUCHPOINTS_FAULT_RATE = 1015,
    CXJ_METRIC_TOUCHPOINTS_REPEAT_RATE = 1016,
    CXJ_METRIC_TOUCHPOINTS_CONTRADICTION_RATE = 1017,
    CXJ_METRIC_TOUCHPOINTS_PROACTIVE_SHARE = 1018,
    CXJ_METRIC_TOUCHPOINTS_NEXT_STEP_SHARE = 1019,
    CXJ_METRIC_TOUCHPOINTS_RATINGS = 1020,
    CXJ_METRIC_TOUCHPOINTS_SATISFACTION = 1021,
    CXJ_METRIC_TOUCHPOINTS_SATISFACTION_SD = 1022,
    CXJ_METRIC_TOUCHPOINTS_CSAT = 1023,
    CXJ_METRIC_TOUCHPOINTS_DISSATISFACTION = 1024,
    CXJ_METRIC_TOUCHPOINTS_NPS_RATINGS = 1025,
    CXJ_METRIC_TOUCHPOINTS_NPS = 1026,
    CXJ_METRIC_TOUCHPOINTS_CES_RATINGS = 1027,
    CXJ_METRIC_TOUCHPOINTS_CES = 1028,
    CXJ_METRIC_TOUCHPOINTS_EMPLOYEE_RATINGS = 1029,
    CXJ_METRIC_TOUCHPOINTS_EMPLOYEE_SATISFACTION = 1030,
    CXJ_METRIC_TOUCHPOINTS_WAIT_MEAN = 1031,
    CXJ_METRIC_TOUCHPOINTS_WAIT_P50 = 1032,
    CXJ_METRIC_TOUCHPOINTS_WAIT_P90 = 1033,
    CXJ_METRIC_TOUCHPOINTS_WAIT_P99 = 1034,
    CXJ_METRIC_TOUCHPOINTS_PROMISES = 1035,
    CXJ_METRIC_TOUCHPOINTS_SHIFTS = 1036,
    CXJ_METRIC_TOUCHPOINTS_RESCHEDULES = 1037,
    CXJ_METRIC_TOUCHPOINTS_DELIVERIES = 1038,
    CXJ_METRIC_TOUCHPOINTS_ON_TIME_RATE = 1039,
    CXJ_METRIC_TOUCHPOINTS_KEPT_RATE = 1040,
    CXJ_METRIC_TOUCHPOINTS_LATE = 1041,
    CXJ_METRIC_TOUCHPOINTS_LATE_PROACTIVE = 1042,
    CXJ_METRIC_TOUCHPOINTS_LATE_REACTIVE = 1043,
    CXJ_METRIC_TOUCHPOINTS_LATE_SILENT = 1044,
    CXJ_METRIC_TOUCHPOINTS_LATE_UNEXPLAINED = 1045,
    CXJ_METRIC_TOUCHPOINTS_LATENESS_MEAN = 1046,
    CXJ_METRIC_TOUCHPOINTS_LATENESS_P50 = 1047,
    CXJ_METRIC_TOUCHPOINTS_LATENESS_P90 = 1048,
    CXJ_METRIC_TOUCHPOINTS_LATENESS_P99 = 1049,
    CXJ_METRIC_TOUCHPOINTS_VALUE = 1050,
    CXJ_METRIC_TOUCHPOINTS_RESPONSES = 1051,
    CXJ_METRIC_TOUCHPOINTS_RESPONSE_MEAN = 1052,
    CXJ_METRIC_TOUCHPOINTS_RESPONSE_P50 = 1053,
    CXJ_METRIC_TOUCHPOINTS_RESPONSE_P90 = 1054,
    CXJ_METRIC_TOUCHPOINTS_RESPONSE_P99 = 1055,
    CXJ_METRIC_TRANSITIONS_TRANSITIONS = 2000,
    CXJ_METRIC_TRANSITIONS_CHANGES = 2001,
    CXJ_METRIC_TRANSITIONS_BOUNCES = 2002,
    CXJ_METRIC_TRANSITIONS_RETURNS = 2003,
    CXJ_METRIC_TRANSITIONS_WAIT_MEAN = 2004,
    CXJ_METRIC_TRANSITIONS_WAIT_P50 = 2005,
    CXJ_METRIC_TRANSITIONS_WAIT_P90 = 2006,
    CXJ_METRIC_TRANSITIONS_WAIT_P99 = 2007,
    CXJ_METRIC_TRANSITIONS_LOST_CONTEXT = 2008,
    CXJ_METRIC_TRANSITIONS_LOST_CONTEXT_RATE = 2009,
    CXJ_METRIC_TRANSITIONS_STEPS = 2010,
    CXJ_METRIC_TRANSITIONS_SATISFACTION_STEP = 2011,
    CXJ_METRIC_TRANSITIONS_IMPROVED = 2012,
    CXJ_METRIC_TRANSITIONS_DEGRADED = 2013,
    CXJ_METRIC_JOURNEYS_JOURNEYS = 3000,
    CXJ_METRIC_JOURNEYS_OPEN = 3001,
    CXJ_METRIC_JOURNEYS_COMPLETED = 3002,
    CXJ_METRIC_JOURNEYS_ABANDONED = 3003,
    CXJ_METRIC_JOURNEYS_CHURNED = 3004,
    CXJ_METRIC_JOURNEYS_CHURN_RATE = 3005,
    CXJ_METRIC_JOURNEYS_REOPENED = 3006,
    CXJ_METRIC_JOURNEYS_COMPLETION_RATE = 3007,
    CXJ_METRIC_JOURNEYS_DURATION_MEAN = 3008,
    CXJ_METRIC_JOURNEYS_DURATION_P50 = 3009,
    CXJ_METRIC_JOURNEYS_DURATION_P90 = 3010,
    CXJ_METRIC_JOURNEYS_DURATION_P99 = 3011,
    CXJ_METRIC_JOURNEYS_PENDING_SHARE = 3012,
    CXJ_METRIC_JOURNEYS_TOUCHPOINTS_PER_JOURNEY = 3013,
    CXJ_METRIC_JOURNEYS_CONTACTS_PER_JOURNEY = 3014,
    CXJ_METRIC_JOURNEYS_HANDOFFS_PER_JOURNEY = 3015,
    CXJ_METRIC_JOURNEYS_TEAM_CHANGES_PER_JOURNEY = 3016,
    CXJ_METRIC_JOURNEYS_BOUNCES_PER_JOURNEY = 3017,
    CXJ_METRIC_JOURNEYS_CHANNEL_SWITCHES_PER_JOURNEY = 3018,
    CXJ_METRIC_JOURNEYS_REPEATS_PER_JOURNEY = 3019,
    CXJ_METRIC_JOURNEYS_FAULTS_PER_JOURNEY = 3020,
    CXJ_METRIC_JOURNEYS_HANDOFFS = 3021,
    CXJ_METRIC_JOURNEYS_TEAM_CHANGES = 3022,
    CXJ_METRIC_JOURNEYS_BOUNCES = 3023,
    CXJ_METRIC_JOURNEYS_LOST_CONTEXT = 3024,
    CXJ_METRIC_JOURNEYS_CHANNEL_SWITCHES = 3025,
    CXJ_METRIC_JOURNEYS_REPEATS = 3026,
    CXJ_METRIC_JOURNEYS_CONTRADICTIONS = 3027,
    CXJ_METRIC_JOURNEYS_FAULTS = 3028,
    CXJ_METRIC_JOURNEYS_CHASES = 3029,
    CXJ_METRIC_JOURNEYS_UPDATES = 3030,
    CXJ_METRIC_JOURNEYS_HANDOFF_FREE_SHARE = 3031,
    CXJ_METRIC_JOURNEYS_FIRST_CONTACT_RESOLUTION = 3032,
    CXJ_METRIC_JOURNEYS_TOUCH_SATISFACTION = 3033,
    CXJ_METRIC_JOURNEYS_CONSISTENCY = 3034,
    CXJ_METRIC_JOURNEYS_TOUCH_DROP = 3035,
    CXJ_METRIC_JOURNEYS_JOURNEY_RATINGS = 3036,
    CXJ_METRIC_JOURNEYS_JOURNEY_SATISFACTION = 3037,
    CXJ_METRIC_JOURNEYS_JOURNEY_DROP = 3038,
    CXJ_METRIC_JOURNEYS_JOURNEY_FALL = 3039,
    CXJ_METRIC_JOURNEYS_JOURNEY_NPS = 3040,
    CXJ_METRIC_JOURNEYS_JOURNEY_CES = 3041,
    CXJ_METRIC_JOURNEYS_GAP = 3042,
    CXJ_METRIC_JOURNEYS_ASKS = 3043,
    CXJ_METRIC_JOURNEYS_RESPONSE_RATE = 3044,
    CXJ_METRIC_JOURNEYS_PROMISED_SHARE = 3045,
    CXJ_METRIC_JOURNEYS_PROMISES = 3046,
    CXJ_METRIC_JOURNEYS_SHIFTS = 3047,
    CXJ_METRIC_JOURNEYS_RESCHEDULES = 3048,
    CXJ_METRIC_JOURNEYS_DELIVERIES = 3049,
    CXJ_METRIC_JOURNEYS_BROKEN = 3050,
    CXJ_METRIC_JOURNEYS_ON_TIME_RATE = 3051,
    CXJ_METRIC_JOURNEYS_KEPT_RATE = 3052,
    CXJ_METRIC_JOURNEYS_LATE = 3053,
    CXJ_METRIC_JOURNEYS_LATE_PROACTIVE = 3054,
    CXJ_METRIC_JOURNEYS_LATE_REACTIVE = 3055,
    CXJ_METRIC_JOURNEYS_LATE_SILENT = 3056,
    CXJ_METRIC_JOURNEYS_LATE_UNEXPLAINED = 3057,
    CXJ_METRIC_JOURNEYS_SLIP_MEAN = 3058,
    CXJ_METRIC_JOURNEYS_LATENESS_MEAN = 3059,
    CXJ_METRIC_JOURNEYS_LATENESS_P50 = 3060,
    CXJ_METRIC_JOURNEYS_LATENESS_P90 = 3061,
    CXJ_METRIC_JOURNEYS_WARNING_P50 = 3062,
    CXJ_METRIC_JOURNEYS_DARK_MEAN = 3063,
    CXJ_METRIC_JOURNEYS_OVERDUE = 3064,
    CXJ_METRIC_JOURNEYS_SILENCE_MEAN = 3065,
    CXJ_METRIC_JOURNEYS_SILENCE_P50 = 3066,
    CXJ_METRIC_JOURNEYS_SILENCE_P90 = 3067,
    CXJ_METRIC_JOURNEYS_PROACTIVE_SHARE = 3068,
    CXJ_METRIC_JOURNEYS_FLAWLESS_SHARE = 3069,
    CXJ_METRIC_JOURNEYS_WOW_SHARE = 3070,
    CXJ_METRIC_JOURNEYS_CLEAN_JOURNEY_SHARE = 3071,
    CXJ_METRIC_JOURNEYS_EXPECTED_CLEAN_SHARE = 3072,
    CXJ_METRIC_JOURNEYS_LOOPS = 3073,
    CXJ_METRIC_JOURNEYS_CLOSED_LOOP_RATE = 3074,
    CXJ_METRIC_JOURNEYS_CLOSED_LOOP_P50 = 3075,
    CXJ_METRIC_JOURNEYS_VALUE = 3076,
    CXJ_METRIC_JOURNEYS_VALUE_LOST = 3077,
    CXJ_METRIC_JOURNEYS_FIRST_RESPONSES = 3078,
    CXJ_METRIC_JOURNEYS_FIRST_RESPONSE_MEAN = 3079,
    CXJ_METRIC_JOURNEYS_FIRST_RESPONSE_P50 = 3080,
    CXJ_METRIC_JOURNEYS_FIRST_RESPONSE_P90 = 3081,
    CXJ_METRIC_JOURNEYS_RESPONSES = 3082,
    CXJ_METRIC_JOURNEYS_RESPONSE_MEAN = 3083,
    CXJ_METRIC_JOURNEYS_WAITING = 3084
};

/** Finds a metric by name.
 * @param grain   CXJ_GRAIN_TOUCHPOINTS …: the same name may stand in several grains
 * @param name    its name
 * @param length  bytes of name, or CXJ_ZERO_TERMINATED
 * @param metric  receives its number
 * @return CXJ_OK; CXJ_NOT_FOUND; CXJ_BAD_ARGUMENT. Time in proportion to the catalogue. */
CXJ_API cxj_status cxj_metric_find(uint32_t grain, const char *name, size_t length, uint32_t *metric);

/** Suggests a metric for an unknown name: one for which it is a synonym, such as "frt" or "CSAT score", else the one
 * nearest in spelling. Capitals, blanks, "-" and "_" do not matter. Use it to suggest ("did you mean …?"); only the
 * reader knows whether it was meant.
 * @param grain   CXJ_GRAIN_TOUCHPOINTS …; 0: any
 * @param name    the name
 * @param length  bytes of name, or CXJ_ZERO_TERMINATED
 * @param metric  receives its number
 * @return CXJ_OK; CXJ_NOT_FOUND (none is near); CXJ_BAD_ARGUMENT. Time in proportion to the catalogue. */
CXJ_API cxj_status cxj_metric_nearest(uint32_t grain, const char *name, size_t length, uint32_t *metric);

/** Reads metrics of the cell under one key.
 * @param view         the view
 * @param parts        the key's parts in order, each as text as a cursor shows it (a period as "2026-11"); NULL if
 *   there are none
 * @param part_size    sizeof(cxj_text)
 * @param part_count   as many as cxj_view_info says
 * @param metrics      numbers of metrics of the view's grain
 * @param metric_count how many
 * @param message      where to write why it failed; NULL: nowhere
 * @param message_capacity  bytes at message
 * @param results      receives metric_count results, with CXJ_OK and CXJ_INCOMPLETE
 * @param result_size  sizeof(cxj_value)
 * @return CXJ_OK; CXJ_INCOMPLETE (read, but this cell may lack contributions of sealed journeys: lacks_sealed);
 *         CXJ_NOT_FOUND (nothing contributes to such a cell); CXJ_LIMIT (the view lacks cells, perhaps this one, so
 *         whether anything contributes is unknown: incomplete, lacks_sealed); CXJ_BAD_TEXT (an invalid period);
 *         CXJ_BAD_ARGUMENT (also a metric of another grain). Constant time for each part and metric; a quantile in
 *         proportion to the buckets in use. */
CXJ_API cxj_status cxj_view_get(const cxj_view *view, const cxj_text *parts, size_t part_size, size_t part_count,
                                const uint32_t *metrics, size_t metric_count, char *message, size_t message_capacity,
                                cxj_value *results, size_t result_size);

/** Walks over the cells of a view in the order of their keys: part by part, each as text, byte by byte. Opaque. */
typedef struct cxj_cursor cxj_cursor;

/** Opens a cursor, before the first cell. It becomes stale with the first call that changes anything in its engine
 * (a call that only finds duplicates, refuses everything, or moves the clock past no promised time, changes nothing).
 * @param view    the view
 * @param message where to write why it failed; NULL: nowhere
 * @param message_capacity  bytes at message
 * @param cursor  receives the cursor, or NULL if the call fails; end it with cxj_cursor_close(), before its view ends
 * @return CXJ_OK; CXJ_INCOMPLETE (open, but the view lacks cells or contributions of sealed journeys);
 *         CXJ_NO_MEMORY; CXJ_BAD_ARGUMENT. Time c·log(c) for c cells. */
CXJ_API cxj_status cxj_cursor_open(const cxj_view *view, char *message, size_t message_capacity, cxj_cursor **cursor);

/** Steps to the next cell.
 * @param cursor  the cursor
 * @return CXJ_OK: it is at a cell. CXJ_DONE: there is none left. CXJ_STALE: the engine has changed.
 *         CXJ_BAD_ARGUMENT. Constant time. */
CXJ_API cxj_status cxj_cursor_next(cxj_cursor *cursor);

/** One part of the key of the cell at which the cursor is.
 * @param cursor  the cursor
 * @param part    0 to parts - 1
 * @param text    receives the text, NUL-terminated, living until the cursor moves or closes; "" for none, and with
 *   CXJ_STALE
 * @param length  receives its bytes; NULL: not wanted
 * @return CXJ_OK; CXJ_STALE; CXJ_NOT_FOUND (no such part, or at no cell); CXJ_BAD_ARGUMENT. Constant time. */
CXJ_API cxj_status cxj_cursor_part(cxj_cursor *cursor, uint32_t part, const char **text, size_t *length);

/** Metrics of the cell at which the cursor is.
 * @param cursor       the cursor
 * @param metrics      numbers of metrics of the view's grain
 * @param metric_count how many
 * @param message      where to write why it failed; NULL: nowhere
 * @param message_capacity  bytes at message
 * @param results      receives metric_count results; with CXJ_STALE, results without a value
 * @param result_size  sizeof(cxj_value)
 * @return CXJ_OK; CXJ_STALE; CXJ_NOT_FOUND (at no cell); CXJ_BAD_ARGUMENT. Time as cxj_view_get(). */
CXJ_API cxj_status cxj_cursor_metrics(cxj_cursor *cursor, const uint32_t *metrics, size_t metric_count, char *message,
                                      size_t message_capacity, cxj_value *results, size_t result_size);

/** Ends a cursor.
 * @param cursor  NULL does nothing */
CXJ_API void cxj_cursor_close(cxj_cursor *cursor);

/** Reads chosen metrics of all cells, in the order of a cursor, into arrays of double: column by column, result i of
 * metric m at [m * capacity + i].
 * @param view          the view
 * @param metrics       numbers of metrics of the view's grain; NULL if metric_count is 0
 * @param metric_count  how many
 * @param capacity      cells for which the arrays have room
 * @param message       where to write why it failed; NULL: nowhere
 * @param message_capacity  bytes at message
 * @param values        receives the values, NaN where there is none; NULL: not wanted; likewise the next three
 * @param lows          receives the lower ends of the intervals
 * @param highs         receives the upper ends
 * @param counts        receives how many observations are behind each value (n of cxj_value)
 * @param cells         receives the number of cells, also with CXJ_TOO_SMALL; so capacity 0 asks for the number
 * @return CXJ_OK; CXJ_INCOMPLETE (read, but the view lacks cells or contributions of sealed journeys);
 *         CXJ_TOO_SMALL (there are more cells than capacity); CXJ_NO_MEMORY; CXJ_BAD_ARGUMENT. Time c·log(c) for c
 *         cells, and as cxj_view_get() for each. */
CXJ_API cxj_status cxj_view_read(const cxj_view *view, const uint32_t *metrics, size_t metric_count, size_t capacity,
                                 char *message, size_t message_capacity, double *values, double *lows, double *highs,
                                 uint64_t *counts, size_t *cells);

/** Reads one part of the keys of all cells, in the order of a cursor.
 * @param view      the view
 * @param part      0 to parts - 1
 * @param capacity  cells for which codes has room
 * @param message   where to write why it failed; NULL: nowhere
 * @param message_capacity  bytes at message
 * @param codes     receives codes of the part's dimension (cxj_view_part(); outcome as CXJ_OUTCOME_COMPLETED …,
 *   churned as 1, none as 0); for a period the moment in ms of its first local time
 * @param cells     receives the number of cells, also with CXJ_TOO_SMALL
 * @return as cxj_view_read(); CXJ_NOT_FOUND (no such part) */
CXJ_API cxj_status cxj_view_read_part(const cxj_view *view, uint32_t part, size_t capacity, char *message,
                                      size_t message_capacity, int64_t *codes, size_t *cells);

/* ------------------------------------------------------------------------------------------------------------------
 * Beyond one cell
 *
 * These are computed from the cells of a view when read, and never stored (SPEC 8). Each states how much data is behind
 * it, and has no value (NaN) where one would mislead. Spread and parity take metrics that compare between cells
 * (cxj_metric_info): those with an interval, but for gap, and on_time_rate and kept_rate of journeys. Statuses are
 * those of cxj_view_read() and, where a cell is named, of cxj_view_get(); an unsuitable metric gives CXJ_BAD_ARGUMENT,
 * and the sentence names those that fit.
 * ------------------------------------------------------------------------------------------------------------------ */

/** How far a metric varies between cells: does it depend on the person, or the channel, that a customer meets? */
typedef struct cxj_spread {
    uint64_t n;             /**< observations in all cells */
    uint64_t cells;         /**< cells that have a value */
    double eta_squared;     /**< the share of all variance that lies between cells, 0..1; NaN: nothing varies, or there
                               are fewer than two cells */
    double epsilon_squared; /**< the same, less the variance between cells expected by chance; below 0 if there is less
                               than that; NaN also if each cell has one observation */
    uint64_t lowest_cell;   /**< among cells with 30 observations or more, the one with the lowest value: its index in
                               the order of a cursor, from 0; CXJ_NO_INDEX: no two of them have different values */
    uint64_t highest_cell;  /**< the same for the highest; of cells with equal values, the first */
    cxj_value lowest;       /**< its value; NaN where there is none; likewise below */
    cxj_value highest;      /**< the value of the highest cell */
    cxj_value difference;   /**< highest minus lowest, with an interval as in cxj_parity; n is that of both */
} cxj_spread;

/** Calculates how far a metric varies between the cells of a view.
 * @param view        the view
 * @param metric      a metric of its grain that compares between cells
 * @param message     where to write why it failed; NULL: nowhere
 * @param message_capacity  bytes at message
 * @param spread      receives the spread
 * @param spread_size sizeof(cxj_spread)
 * @return as cxj_view_read(). Time c·log(c) for c cells. η² and adjusted ε²: Kelley, "An unbiased correlation ratio
 *         measure", 1935. */
CXJ_API cxj_status cxj_view_spread(const cxj_view *view, uint32_t metric, char *message, size_t message_capacity,
                                   cxj_spread *spread, size_t spread_size);

/** One period of a control chart. */
typedef struct cxj_control_point {
    int64_t start;   /**< the moment at which the period begins */
    char period[24]; /**< the period as a cursor shows it, such as "2026-11"; NUL-terminated */
    cxj_value value; /**< the metric's value in that period */
    uint8_t outside; /**< 1: beyond a limit */
    uint8_t in_run;  /**< 1: one of eight or more neighbours that are all on one side of the centre */
    uint8_t reserved[6];
} cxj_control_point;

/** What a control chart says of all its periods. */
typedef struct cxj_control {
    uint64_t points; /**< periods that have a value */
    double centre;   /**< their mean; NaN: there are fewer than eight periods, and no limits; likewise below */
    double low;      /**< limits: a value beyond them is more than ordinary variation */
    double high;     /**< the upper limit, where low is the lower */
} cxj_control;

/** Tests whether a metric has changed over time, or just varies: an XmR chart (Shewhart 1931, Wheeler 1993) of one key
 * of a view with a period. Skips periods to which nothing contributes or that have no value and, once the clock has
 * been advanced, the current period and later ones, which are not over.
 * @param view        the view
 * @param parts       the key's parts after the period, each as text; NULL if there are none
 * @param part_size   sizeof(cxj_text)
 * @param part_count  one less than cxj_view_info says
 * @param metric      a metric of its grain other than a quantile
 * @param capacity    points for which there is room
 * @param message     where to write why it failed; NULL: nowhere
 * @param message_capacity  bytes at message
 * @param points      receives the points, in order of time; NULL if capacity is 0
 * @param point_size  sizeof(cxj_control_point)
 * @param control     receives the limits, and with CXJ_TOO_SMALL how many points there are
 * @param control_size  sizeof(cxj_control)
 * @return as cxj_view_read(); CXJ_TOO_SMALL; CXJ_NOT_FOUND (nothing contributes to such a key); CXJ_LIMIT (as
 *         cxj_view_get()). Time in proportion to the cells, and p·log(p) for p periods. */
CXJ_API cxj_status cxj_view_control(const cxj_view *view, const cxj_text *parts, size_t part_size, size_t part_count,
                                    uint32_t metric, size_t capacity, char *message, size_t message_capacity,
                                    cxj_control_point *points, size_t point_size, cxj_control *control,
                                    size_t control_size);

/** A metric in two cells, and the difference. */
typedef struct cxj_parity {
    cxj_value a;          /**< NaN, with n 0: it has no value there; likewise b */
    cxj_value b;          /**< the value in the other cell */
    cxj_value difference; /**< a minus b, with its 95 % interval; n is that of both. For shares: Newcombe (1998, method
                               10); for means and NPS: Welch (1947), limited to possible differences; none if one has
                               n 1, or if all values are equal on both sides */
} cxj_parity;

/** Compares a metric in two cells of a view: are two groups treated alike?
 * @param view        the view
 * @param a_parts     the parts of the first key, each as text as a cursor shows it; NULL if there are none
 * @param b_parts     the same of the second key
 * @param part_size   sizeof(cxj_text)
 * @param part_count  as many as cxj_view_info says
 * @param metric      a metric of its grain that compares between cells
 * @param message     where to write why it failed; NULL: nowhere
 * @param message_capacity  bytes at message
 * @param parity      receives values and difference
 * @param parity_size sizeof(cxj_parity)
 * @return as cxj_view_get(). Constant time. */
CXJ_API cxj_status cxj_view_parity(const cxj_view *view, const cxj_text *a_parts, const cxj_text *b_parts,
                                   size_t part_size, size_t part_count, uint32_t metric, char *message,
                                   size_t message_capacity, cxj_parity *parity, size_t parity_size);

/** How one metric goes with another. */
typedef struct cxj_relation {
    uint64_t n;       /**< cells that have both */
    double r;         /**< Pearson's correlation, -1..1; NaN: the second does not vary, or there is no slope */
    double slope;     /**< by how much the second grows where the first is one higher, by least squares; NaN: fewer than
                      three cells, or the first does not vary */
    double intercept; /**< the second where the first is 0, on that line */
    double low;       /**< the slope's 95 % interval (Student's); NaN: none, for the line passes through all cells */
    double high;      /**< its upper end; NaN: none */
} cxj_relation;

/** Calculates how one metric goes with another over the cells of a view: association, not cause. In a view with a
 * period, cells of the periods that cxj_view_control() skips are left out.
 * @param view        the view
 * @param first       a metric of its grain, of any kind
 * @param second      likewise
 * @param message     where to write why it failed; NULL: nowhere
 * @param message_capacity  bytes at message
 * @param relation    receives the relation
 * @param relation_size  sizeof(cxj_relation)
 * @return as cxj_view_read(). Time c·log(c) for c cells. */
CXJ_API cxj_status cxj_view_relation(const cxj_view *view, uint32_t first, uint32_t second, char *message,
                                     size_t message_capacity, cxj_relation *relation, size_t relation_size);

/** The share of a cell's durations that are no longer than a span. The metric, a quantile, says which durations.
 * @param view        the view
 * @param parts       the key's parts in order, each as text as a cursor shows it; NULL if there are none
 * @param part_size   sizeof(cxj_text)
 * @param part_count  as many as cxj_view_info says
 * @param metric      any quantile of these durations, such as CXJ_METRIC_TOUCHPOINTS_WAIT_P50
 * @param span_ms     the span, 0 and up
 * @param message     where to write why it failed; NULL: nowhere
 * @param message_capacity  bytes at message
 * @param result      receives the share, Wilson's interval, and how many durations there are; the share is off by at
 *   most the durations in the one bucket around the span (within 1/128 of it); NaN, with n 0: none, or unrecorded
 * @param result_size sizeof(cxj_value)
 * @return as cxj_view_get(). Time in proportion to the buckets in use. */
CXJ_API cxj_status cxj_view_within(const cxj_view *view, const cxj_text *parts, size_t part_size, size_t part_count,
                                   uint32_t metric, int64_t span_ms, char *message, size_t message_capacity,
                                   cxj_value *result, size_t result_size);

/** The journeys behind a cell: those that contribute to it with a touchpoint, with a transition, or as a whole. Sealed
 * journeys contribute, but can no longer be identified; they are only counted.
 * @param view        the view
 * @param parts       the key's parts in order, each as text as a cursor shows it; NULL if there are none
 * @param part_size   sizeof(cxj_text)
 * @param part_count  as many as cxj_view_info says
 * @param capacity    journeys for which there is room
 * @param message     where to write why it failed; NULL: nowhere
 * @param message_capacity  bytes at message
 * @param journeys    receives their numbers, ascending; NULL if capacity is 0
 * @param count       receives how many there are, also with CXJ_TOO_SMALL
 * @param sealed      receives how many are sealed, including those whose numbers have since been erased, also with
 *   CXJ_TOO_SMALL; in a view of transitions, whose cells count no journeys, how many transitions they have there;
 *   NULL: not wanted
 * @return as cxj_view_get(); CXJ_TOO_SMALL; CXJ_NO_MEMORY. Time in proportion to the retained journeys, and to the
 *         touchpoints of those that might contribute. */
CXJ_API cxj_status cxj_view_journeys(const cxj_view *view, const cxj_text *parts, size_t part_size, size_t part_count,
                                     size_t capacity, char *message, size_t message_capacity, uint64_t *journeys,
                                     size_t *count, uint64_t *sealed);

/* ------------------------------------------------------------------------------------------------------------------
 * Drivers
 * ------------------------------------------------------------------------------------------------------------------
 *
 * What goes with satisfied customers, and with customers who leave, in a host's own data: for a cell of a journeys view
 * `with drivers`, least squares on what its journeys were like (SPEC 8.1). This is association, not cause: a driver may
 * itself be caused by something that nobody records. Sums are integers, so drivers are as exact as everything else,
 * under any order, correction, erasure and merge; they are computed when read.
 */

/** Models: what is explained. */
enum {
    CXJ_MODEL_SATISFACTION = 1, /**< the journey's rating of kind satisfaction, 0..1; over journeys that have one */
    CXJ_MODEL_CHURN = 2         /**< 1 if the customer left, else 0; over all journeys. It needs CXJ_FACET_CHURNED */
};

/** What a predictor is. */
typedef struct cxj_predictor_info {
    const char *name;     /**< such as "late_unexplained"; static, NUL-terminated; likewise the next two */
    const char *summary;  /**< in a few words */
    const char *group;    /**< "errors", "delays", "handoffs" or "visibility" */
    uint32_t predictor;   /**< its place among the predictors of cxj_drivers, which is its index here */
    uint32_t group_place; /**< the place of its group among the groups of cxj_drivers */
    uint32_t needs_all;   /**< facets (CXJ_FACET_…) without any of which it is left out; 0: none */
    uint32_t needs_any;   /**< facets without all of which it is left out; 0: none */
} cxj_predictor_info;

/** Describes a predictor. Predictors enter a model in this order.
 * @param index      0 and up
 * @param info       receives the description
 * @param info_size  sizeof(cxj_predictor_info)
 * @return CXJ_OK; CXJ_NOT_FOUND (index is past the last); CXJ_BAD_ARGUMENT. Time in proportion to the metrics. */
CXJ_API cxj_status cxj_predictor_describe(size_t index, cxj_predictor_info *info, size_t info_size);

/** The weight of one predictor in a model. NaN: it has no such value. */
typedef struct cxj_predictor {
    double mean;        /**< over the journeys of the model: a count for each journey, or days */
    double coefficient; /**< by how much the outcome rises with one more, all other predictors being equal */
    double error;       /**< standard error of the coefficient, 0 and up */
    double t;           /**< coefficient / error; NaN where the error is 0 */
    double share;       /**< of R²: what it adds, averaged over all orders in which predictors can be taken (LMG:
                             Lindeman, Merenda, Gold 1980; Shapley's value). Shares add up to R² */
} cxj_predictor;

/** Drivers of one cell. */
typedef struct cxj_drivers {
    uint64_t n;                   /**< journeys of the model */
    double r2;                    /**< R², 0..1; NaN: the model has no value. Then all below is NaN, and taken says
                                       which predictors were possible: a model needs at least one, 2 · (how many + 1)
                                       journeys, and an outcome that is not the same for all of them */
    double r2_adjusted;           /**< 1 - (1 - R²)(n - 1)/(n - k - 1), k predictors being taken */
    double groups[8];             /**< by place: the sum of its predictors' shares; 0: none of them is taken */
    cxj_predictor predictors[16]; /**< by place; NaN if it is not taken */
    uint32_t taken;               /**< a bit for each predictor, by place */
    uint32_t left_out;            /**< the same for those not taken: unrecorded, without variance, or explained by
                                       those before them to within a millionth */
} cxj_drivers;

/** Calculates the drivers of the cell under one key.
 * @param view          a view `with drivers` (cxj_view_info: has_drivers)
 * @param parts         the key's parts in order, as in cxj_view_get()
 * @param part_size     sizeof(cxj_text)
 * @param part_count    as many as cxj_view_info says
 * @param model         CXJ_MODEL_SATISFACTION or CXJ_MODEL_CHURN
 * @param message       where to write why it failed; NULL: nowhere
 * @param message_capacity  bytes at message
 * @param drivers       receives the drivers, with CXJ_OK and CXJ_INCOMPLETE
 * @param drivers_size  sizeof(cxj_drivers)
 * @return CXJ_OK, also where the model has no value (r2 is NaN); CXJ_INCOMPLETE, CXJ_NOT_FOUND, CXJ_LIMIT and
 *         CXJ_BAD_TEXT as cxj_view_get(); CXJ_BAD_ARGUMENT (also a view without drivers). Takes no memory, but 12 KB
 *         of the stack. Time 2^k · 0.1 µs for k predictors taken, 12 at most. */
CXJ_API cxj_status cxj_view_drivers(const cxj_view *view, const cxj_text *parts, size_t part_size, size_t part_count,
                                    uint32_t model, char *message, size_t message_capacity, cxj_drivers *drivers,
                                    size_t drivers_size);

/* ------------------------------------------------------------------------------------------------------------------
 * One journey
 * ------------------------------------------------------------------------------------------------------------------ */

/** A commitment of a journey that is open: promised, not yet delivered. */
typedef struct cxj_commitment {
    int64_t first_due;    /**< the time promised first (or asked for by the customer last) */
    int64_t due;          /**< the time promised last */
    int64_t announced_at; /**< when the customer was told that it moves; only if announced */
    uint8_t open;         /**< 1: this commitment is open; else all else is zero */
    uint8_t announced;    /**< 1: a delay was announced */
    uint8_t explained;    /**< 1: a delay was explained */
    uint8_t reserved[5];
} cxj_commitment;

/** The state of one journey, as a CRM screen shows it. */
typedef struct cxj_journey {
    uint64_t journey;          /**< its number */
    uint64_t customer;         /**< 0: none; as last stated, likewise type, segment, reason */
    int64_t first_at;          /**< its first touchpoint */
    int64_t last_at;           /**< its last touchpoint */
    int64_t end_at;            /**< its end; 0 while it is open */
    int64_t quiet;             /**< quiet time so far, up to the last touchpoint, while the journey runs, ms */
    int64_t silence;           /**< longest gap so far, ms */
    int64_t pending;           /**< time spent waiting for the customer, ms */
    int64_t value;             /**< sum of the touchpoints' value, limited to the range of the type */
    uint32_t type;             /**< code; likewise segment, reason */
    uint32_t segment;          /**< code, as last stated; 0: none */
    uint32_t reason;           /**< code, as last stated; 0: none */
    uint32_t owner;            /**< who held the work last; 0: nobody so far; likewise team, stage, channel, activity */
    uint32_t team;             /**< that of the last with one */
    uint32_t stage;            /**< the last with one */
    uint32_t channel;          /**< the last with one */
    uint32_t activity;         /**< the last with one */
    uint32_t touchpoints;      /**< touchpoints that contribute; likewise the counts below */
    uint32_t contacts;         /**< in which the customer took part */
    uint32_t handoffs;         /**< the work went to another owner */
    uint32_t bounces;          /**< of owner */
    uint32_t repeats;          /**< the customer had to say something again */
    uint32_t faults;           /**< something went wrong */
    uint32_t chases;           /**< the customer asked where things stand */
    uint32_t touch_ratings;    /**< touchpoint ratings of kind satisfaction */
    double touch_satisfaction; /**< their mean, 0..1; NaN: none */
    double journey_satisfaction;   /**< the journey's own rating of kind satisfaction, 0..1; NaN: none */
    double journey_nps;            /**< its last NPS score, 0..10; NaN: none */
    double journey_ces;            /**< its last CES score, 1..7; NaN: none */
    cxj_commitment commitments[8]; /**< by number */
    uint8_t outcome;               /**< CXJ_OUTCOME_COMPLETED, CXJ_OUTCOME_ABANDONED; 0: open */
    uint8_t churned;               /**< 1: the customer left */
    uint8_t reopened;              /**< 1: it was reopened at least once */
    uint8_t asking;                /**< 1: the customer asked where things stand and has no answer yet */
    uint8_t pending_now;           /**< 1: it is paused: we wait for the customer */
    uint8_t loop_open;             /**< 1: a dissatisfied rating has had no answer yet */
    uint8_t reserved[2];
    uint32_t lost_context;   /**< handoffs that lost context */
    uint32_t contradictions; /**< touchpoints, like the counts above */
    int64_t waiting_since;   /**< since when the customer waits for an answer; 0: they do not */
} cxj_journey;

/** The state of a journey after its last touchpoint.
 * @param engine      the engine
 * @param journey     its number
 * @param message     where to write why it failed; NULL: nowhere
 * @param message_capacity  bytes at message
 * @param state       receives the state
 * @param state_size  sizeof(cxj_journey)
 * @return CXJ_OK; CXJ_NOT_FOUND (unknown, or none of its touchpoints contributes); CXJ_SEALED; CXJ_BAD_ARGUMENT.
 *         Constant time, unless the customer was stated long ago: then in proportion to the touchpoints since. */
CXJ_API cxj_status cxj_journey_state(const cxj_engine *engine, uint64_t journey, char *message, size_t message_capacity,
                                     cxj_journey *state, size_t state_size);

/** The touchpoints of a journey in order, then the withdrawn ones, by id: of these only journey, id, revision and the
 * facet CXJ_FACET_WITHDRAWN are retained; all else is 0.
 * @param engine           the engine
 * @param journey          its number
 * @param capacity         structs for which there is room
 * @param message          where to write why it failed; NULL: nowhere
 * @param message_capacity bytes at message
 * @param touchpoints      receives the touchpoints; NULL if capacity is 0
 * @param touchpoint_size  sizeof(cxj_touchpoint)
 * @param count            receives how many there are, also with CXJ_TOO_SMALL
 * @return CXJ_OK; CXJ_TOO_SMALL (there are more than capacity); CXJ_NOT_FOUND; CXJ_SEALED; CXJ_BAD_ARGUMENT. Time in
 *         proportion to the touchpoints. */
CXJ_API cxj_status cxj_journey_touchpoints(const cxj_engine *engine, uint64_t journey, size_t capacity, char *message,
                                           size_t message_capacity, cxj_touchpoint *touchpoints, size_t touchpoint_size,
                                           size_t *count);

/* ------------------------------------------------------------------------------------------------------------------
 * Clock
 * ------------------------------------------------------------------------------------------------------------------ */

/** Advances the clock. Only metrics marked now (overdue), worklists and alerts depend on it, and the sealing of
 * journeys. It never moves by itself, and never back. Rules raise everything that began to hold on the way, even if it
 * no longer holds at the new time; the first call raises nothing, since what holds then may have held for long.
 *
 * If the options ask for it, journeys whose time has come are sealed: their touchpoints are released, their
 * contributions to existing views stay, and of the journey itself only its number is retained. So a stream can run for
 * ever. A touchpoint that arrives for a sealed journey is not recorded, but counted as late. A view that is added
 * afterwards lacks the sealed journeys.
 * @param engine  the engine
 * @param now     the moment; years 0001 to 9999
 * @return CXJ_OK; CXJ_CLOCK (now is before the clock; or it is more than ten years, 3,653 days, after both the clock
 *         and the latest touchpoint: then a wrong unit is more likely, and the clock could not be set back. The clock
 *         does not move. The first advance may go anywhere); CXJ_BAD_ARGUMENT (out of bounds); CXJ_NO_MEMORY (the clock
 *         has moved, but some journeys are not sealed yet, or rules have not raised everything that began to hold; any
 *         later advance, even to the same moment, continues. If it is the first advance of an engine with rules, the
 *         clock has not moved). Time log(p) for each promised time passed, p being all promised times to come; the same
 *         for each journey that is sealed, and in proportion to its touchpoints. */
CXJ_API cxj_status cxj_advance(cxj_engine *engine, int64_t now);

/* ------------------------------------------------------------------------------------------------------------------
 * Rules, worklists and alerts
 * ------------------------------------------------------------------------------------------------------------------ */

/** Adds a rule, which raises an alert when it begins to hold for a journey (SPEC 9). A rule is one line of text:
 *
 *     overdue for 1d where team = billing
 *     silent for 8h in working hours where type in (onboarding, move)
 *     handoffs over 3
 *
 *     rule = what [ "in" "working" "hours" ] [ "where" cond { "and" cond } ]
 *     what = "due" "within" span | "overdue" [ "for" span ] | "silent" "for" span | "waiting" "for" span
 *          | "unanswered" "for" span | "open" "for" span | "same" ( "owner" | "team" | "stage" ) "for" span
 *          | ( "handoffs" | "team_changes" | "bounces" | "channel_switches" | "repeats" | "contradictions" | "faults"
 *            | "chases" | "shifts" ) "over" count
 *          | "dissatisfied" | "reopened" | "churned"
 *     span = digits ( "m" | "h" | "d" | "w" )    minutes, hours, days, weeks; 1 to 5,000,000 minutes
 *     count = 0 to 65535
 *
 * Conditions are those of views (cxj_view_add()), without `had`, over type, segment, reason, entry, exit and churned,
 * and over owner, team, stage, channel and activity: the value that the journey held last. At most four. Their names
 * enter the dictionaries. `in working hours` is for rules with a span, which the engine's calendar then measures; the
 * span is in minutes or hours only.
 *
 * Each case in which a rule holds for a journey is an occasion. It has a commitment (0 if the rule concerns none), a
 * since that distinguishes it from others, and the moment from which it holds. Rules with a span, and overdue, depend
 * on the clock: they hold for nothing before the first cxj_advance(). An occasion is raised once, after the call that
 * caused it (recording, correcting, withdrawing, merging, advancing the clock), by the state of the journey when the
 * call ends. Whatever already holds when a rule is added, when the clock is first set, or when a calendar is set raises
 * no alert, then or later: cxj_worklist() lists it. Alerts are queued until cxj_alerts() takes them.
 *
 * Rules and alerts are not saved: a host adds its rules again after loading. Only the blanks of a rule's text are
 * normalised: one between words and after commas. While there are rules, recording reserves memory for the alerts that
 * each call may raise; if there is none, the call fails as for any other lack of memory. Rules look at journeys before
 * the clock seals them.
 * @param engine  the engine
 * @param text    the rule; if the engine has it already, its number is returned
 * @param length  bytes of text, or CXJ_ZERO_TERMINATED
 * @param rule    receives the rule's number: 1 and up in the order of adding, never given twice in an engine
 * @return CXJ_OK; CXJ_BAD_TEXT (cxj_message() names the column, counted in bytes from 1, and what was expected there);
 *         CXJ_NO_CALENDAR (the rule is in working hours, and the engine has no calendar); CXJ_LIMIT (there are as many
 *         rules as the options allow, or a dictionary is full); CXJ_SAVING (an incremental save is under way, and the
 *         rule is new); CXJ_NO_MEMORY; CXJ_BAD_ARGUMENT (a NULL; or the rule needs an unrecorded facet, see
 *         cxj_set_unrecorded(); cxj_message() names it). Time in proportion to the retained journeys. */
CXJ_API cxj_status cxj_rule_add(cxj_engine *engine, const char *text, size_t length, uint32_t *rule);

/** Drops a rule. What it raised is forgotten, and its queued alerts are removed.
 * @param engine  the engine
 * @param rule    its number
 * @return CXJ_OK; CXJ_NOT_FOUND (no rule has this number, or it was dropped); CXJ_BAD_ARGUMENT. Time in proportion to
 *         what the rules have raised, and to the retained journeys. */
CXJ_API cxj_status cxj_rule_drop(cxj_engine *engine, uint32_t rule);

/** What a rule is. */
typedef struct cxj_rule_info {
    const char *text;   /**< with one blank between words, NUL-terminated; lives as long as the rule */
    size_t text_length; /**< bytes */
    uint64_t raised;    /**< alerts since it was added */
    uint32_t rule;      /**< its number */
    uint32_t needs_all; /**< facets that must all be recorded, else it is refused (CXJ_FACET_…) */
    uint32_t needs_any; /**< facets of which one must be recorded; 0: no such condition */
    uint32_t reserved;
} cxj_rule_info;

/** The rule with an index, in the order in which rules were added.
 * @param engine     the engine
 * @param index      0 and up
 * @param info       receives what it is
 * @param info_size  sizeof(cxj_rule_info)
 * @return CXJ_OK; CXJ_NOT_FOUND (index is past the last); CXJ_BAD_ARGUMENT. Constant time. */
CXJ_API cxj_status cxj_rule_at(const cxj_engine *engine, size_t index, cxj_rule_info *info, size_t info_size);

/** One line of a worklist: a case in which a rule holds for a journey. */
typedef struct cxj_occasion {
    uint64_t journey;    /**< its number */
    uint64_t customer;   /**< as last stated; 0: none */
    int64_t since;       /**< what distinguishes the occasion from others (SPEC 9): the time promised, or the moment
                            from which the customer waits, …; 0 if a journey has one occasion at most */
    int64_t from;        /**< the moment from which it holds */
    uint32_t commitment; /**< 0 if the rule concerns none */
    uint32_t owner;      /**< code of what the journey held last, 0: none; likewise team, stage, channel */
    uint16_t team;       /**< as owner */
    uint16_t stage;      /**< as owner */
    uint16_t channel;    /**< as owner */
    uint16_t type;       /**< code, as last stated; likewise segment, reason */
    uint16_t segment;    /**< as type */
    uint16_t reason;     /**< as type */
    uint32_t reserved;
} cxj_occasion;

/** All occasions of a rule that hold now, in the order of from, then of journey, then of commitment: who waits, for
 * what, since when. The rule need not have been added; whether an occasion was raised does not matter.
 * @param engine           the engine
 * @param rule             the text of a rule, as of cxj_rule_add(); a name in it that does not occur matches nothing
 * @param length           bytes of it, or CXJ_ZERO_TERMINATED
 * @param capacity         structs for which there is room
 * @param message          where to write why it failed; NULL: nowhere
 * @param message_capacity bytes at message
 * @param occasions        receives the occasions; NULL if capacity is 0
 * @param occasion_size    sizeof(cxj_occasion)
 * @param count            receives how many there are, also with CXJ_TOO_SMALL
 * @return CXJ_OK; CXJ_TOO_SMALL (there are more than capacity); CXJ_BAD_TEXT; CXJ_NO_CALENDAR; CXJ_NO_MEMORY;
 *         CXJ_BAD_ARGUMENT (also: the rule needs an unrecorded facet; the sentence names it). Time in proportion to the
 *         retained journeys, and for some rules to the touchpoints of those for which the rule holds. */
CXJ_API cxj_status cxj_worklist(const cxj_engine *engine, const char *rule, size_t length, size_t capacity,
                                char *message, size_t message_capacity, cxj_occasion *occasions, size_t occasion_size,
                                size_t *count);

/** An occasion that a rule has raised. All members but rule are as they were then. */
typedef struct cxj_alert {
    uint64_t journey;    /**< as in cxj_occasion */
    uint64_t customer;   /**< as in cxj_occasion */
    int64_t since;       /**< as in cxj_occasion */
    int64_t from;        /**< as in cxj_occasion */
    int64_t raised_at;   /**< the clock when it was raised; 0 before the first cxj_advance() */
    uint32_t rule;       /**< number of the rule */
    uint32_t commitment; /**< as in cxj_occasion */
    uint32_t owner; /**< code of what the journey held last, as in cxj_occasion; 0 also if the name was retired since */
    uint16_t team;  /**< as in cxj_occasion */
    uint16_t stage; /**< as in cxj_occasion */
    uint16_t channel; /**< as in cxj_occasion */
    uint16_t type;    /**< as in cxj_occasion */
    uint16_t segment; /**< as in cxj_occasion */
    uint16_t reason;  /**< as in cxj_occasion */
    uint32_t reserved[2];
} cxj_alert;

/** Takes alerts out of the queue, the oldest first. Those raised by one call are in the order of from, then of their
 * rules' numbers, then of journey, then of commitment. Makes no cursor stale.
 * @param engine      the engine
 * @param alerts      receives the alerts; NULL if capacity is 0
 * @param alert_size  sizeof(cxj_alert)
 * @param capacity    structs for which there is room; further alerts stay queued for the next call
 * @param count       receives how many were taken; 0: none is queued, or capacity is 0
 * @return CXJ_OK; CXJ_BAD_ARGUMENT. Time in proportion to what is taken. */
CXJ_API cxj_status cxj_alerts(cxj_engine *engine, cxj_alert *alerts, size_t alert_size, size_t capacity, size_t *count);

/* ------------------------------------------------------------------------------------------------------------------
 * Calendar
 * ------------------------------------------------------------------------------------------------------------------ */

/** Gives the engine a calendar: the host's local time, and when it is open. A calendar is text, one line after another,
 * so that it can stand in a file (SPEC 10):
 *
 *     offset +01:00                              local time is UTC plus this, before the first dated offset
 *     offset 2026-03-29T01:00:00Z +02:00         … and from this moment on plus this; in order of time
 *     hours mon-fri 09:00-12:30 13:30-17:00      days, as ranges or lists with commas, and their hours, up to 24:00
 *     hours sat 10:00-14:00
 *     on 2026-12-25 closed                       a date, in place of the weekday's hours; in order
 *     on 2026-12-24 09:00-12:00
 *     # a remark; empty lines are skipped
 *
 * Words are separated by blanks; lines end with LF or CR LF. Offsets are within 18:00. Without a line of hours all days
 * are open from 00:00 to 24:00; otherwise days without one are closed. examples/calendar.c writes a time zone's
 * offsets.
 *
 * Periods of all views follow local time, and views in working hours count only open time in durations. Everything
 * retained is measured again, as if the calendar had been there from the start; so set the calendar of a large engine
 * first. Whatever the existing rules hold for then raises no alert. A new calendar replaces the previous one; it is
 * saved with the engine. Makes cursors stale. Setting the same calendar again changes nothing. All or nothing: if it
 * fails, the engine is as before.
 * @param engine  the engine
 * @param text    the calendar; NULL if length is 0
 * @param length  bytes of text, or CXJ_ZERO_TERMINATED; 0, or an empty text, removes the calendar
 * @return CXJ_OK; CXJ_BAD_TEXT (cxj_message() names the line, the column, counted in bytes from 1, and what was
 *         expected there); CXJ_SEALED (journeys are sealed, and the new calendar changes weekly hours, or dates or
 *         offsets up to the clock: released touchpoints cannot be measured again); CXJ_NO_CALENDAR (a view or a rule in
 *         working hours still needs the calendar that was to be removed); CXJ_SAVING (an incremental save is under
 *         way); CXJ_NO_MEMORY; CXJ_BAD_ARGUMENT. Time in proportion to the retained touchpoints, for each view with a
 *         period. */
CXJ_API cxj_status cxj_set_calendar(cxj_engine *engine, const char *text, size_t length);

/** The calendar of an engine in its canonical form: the words as they were given, separated by one blank, lines ended
 * by LF, no remarks; lines of hours last, in the order of their first days; "#\n" if it says nothing. Engines merge
 * only if these texts are equal, or neither has one.
 * @param engine  the engine
 * @param text    receives it, NUL-terminated, living until cxj_set_calendar() or until the engine ends; NULL if there
 *   is none
 * @param length  receives its bytes, 0 if there is none; NULL: not wanted
 * @return CXJ_OK; CXJ_BAD_ARGUMENT. Constant time. */
CXJ_API cxj_status cxj_calendar(const cxj_engine *engine, const char **text, size_t *length);

/* ------------------------------------------------------------------------------------------------------------------
 * Corrections and erasure
 * ------------------------------------------------------------------------------------------------------------------ */

/** Withdraws a touchpoint: it no longer contributes, as if it had been recorded again with CXJ_FACET_WITHDRAWN and a
 * higher revision (which cxj_record() can do as well, even before the touchpoint itself arrives). Only its id and this
 * revision are retained, to reject the touchpoint if it arrives again: none of its numbers, and none of its names,
 * which the next erasure retires if nothing else uses them. So the state is the same whichever arrived first. Of equal
 * revisions, a withdrawal takes precedence. A withdrawal without an id withdraws nothing; cxj_record() accepts it and
 * retains nothing.
 * @param engine    the engine
 * @param journey   the journey's number
 * @param id        the touchpoint's id, not 0
 * @param revision  the revision of this withdrawal, higher than that of the touchpoint; 0: one more than the retained
 *   one
 * @return CXJ_OK; CXJ_NOT_FOUND (revision is 0 and there is no such touchpoint); CXJ_REFUSED (revision is not higher
 *         than the retained one, and nothing changed); CXJ_LATE (the journey is sealed); CXJ_LIMIT and CXJ_NO_MEMORY
 *         (only if the touchpoint has not arrived yet: rejecting it later needs room); CXJ_BAD_ARGUMENT. Time as
 *         cxj_record(). A retained touchpoint can always be withdrawn, whatever memory there is. If there is none for a
 *         cell to which the journey then contributes, that cell is lost and its view is incomplete (cxj_view_info); all
 *         existing cells stay exact. That takes time in proportion to the journey. */
CXJ_API cxj_status cxj_withdraw(cxj_engine *engine, uint64_t journey, uint64_t id, uint64_t revision);

/** Erases a journey: nothing of it is left in the engine, and the cells are as if it had never been recorded. Names
 * that no touchpoint uses any more are retired (cxj_code()), and its queued alerts are removed.
 * @param engine   the engine
 * @param journey  its number
 * @return CXJ_OK; CXJ_PARTIALLY_ERASED (the journey was sealed: its number is erased, so a touchpoint for it would
 *         begin a new journey; its contributions can no longer be told apart, and stay); CXJ_NOT_FOUND; CXJ_SAVING (an
 *         incremental save is under way); CXJ_BAD_ARGUMENT. It needs no memory. Time in proportion to its touchpoints,
 *         to the codes, to the open promises, and where journeys are sealed or rules are added, to the retained
 *         journeys. */
CXJ_API cxj_status cxj_erase_journey(cxj_engine *engine, uint64_t journey);

/** Erases every journey in which any retained touchpoint states a customer, even if a later touchpoint states another.
 * Sealed journeys retain no touchpoints and name no customer: to erase their numbers, too, erase them one by one.
 * @param engine    the engine
 * @param customer  the customer's number, not 0
 * @param erased    receives how many journeys were erased, 0 if it fails; NULL: not wanted
 * @return CXJ_OK; CXJ_NOT_FOUND (no journey states it); CXJ_SAVING (an incremental save is under way);
 *         CXJ_BAD_ARGUMENT. It needs no memory. Time in proportion to the retained touchpoints. */
CXJ_API cxj_status cxj_erase_customer(cxj_engine *engine, uint64_t customer, uint64_t *erased);

/** Moves all touchpoints of one journey into another, such as when two tickets are merged. From then on everything is
 * exactly as if they, including withdrawn ones, had always belonged to the other: cells, worklists and saved bytes are
 * those of an engine that recorded them so; a handoff between two tickets becomes a transition of one journey. Among
 * touchpoints without ids and with equal (at, sequence), to's come before from's, as if they had arrived first. The
 * journey from is gone: a touchpoint with its number would begin a new journey, so record later touchpoints under to.
 * The counts of the feed (duplicates, …) stay. All or nothing.
 *
 * Queued alerts of from become alerts of to. What rules have raised for to stays raised, what they have raised for from
 * is forgotten, and rules look at to as at any journey that a call has changed. If there was no journey to, what was
 * raised for from stays raised.
 * @param engine  the engine
 * @param from    the number of the journey that is moved
 * @param to      the number of the other journey, not from; if there is no such journey, from gets this number
 * @return CXJ_OK; CXJ_NOT_FOUND (there is no journey from); CXJ_SEALED (from or to is sealed; cxj_message() names it);
 *         CXJ_SAME_ID (both have a touchpoint with the same id, withdrawn or not; cxj_message() names it); CXJ_LIMIT
 *         (the two have more touchpoints than one journey may); CXJ_SAVING (an incremental save is under way);
 *         CXJ_NO_MEMORY; CXJ_BAD_ARGUMENT (a number is 0, or both are the same). Time in proportion to the touchpoints
 *         of from, to those after them in to, and to the queued alerts. */
CXJ_API cxj_status cxj_journey_move(cxj_engine *engine, uint64_t from, uint64_t to);

/* ------------------------------------------------------------------------------------------------------------------
 * Merge
 * ------------------------------------------------------------------------------------------------------------------ */

/** Merges another engine into this one: afterwards it is as if one engine had recorded all touchpoints of both, even if
 * a journey's touchpoints are split between them. Names are matched by their text. The views are those of the receiving
 * engine, brought up to date; the clock is the later of the two. The counts of the feed (duplicates, …) are not merged.
 *
 * Facets unrecorded in either engine (cxj_set_unrecorded()) are unrecorded in the result. The receiving engine keeps
 * its own sealing options, rules, raised occasions and mark; its rules look at the journeys that the merge has changed.
 *
 * Contributions of the source's sealed journeys are added to views with the same text. If the source lacks that view,
 * or lost part of it (at the limit of cells, or because journeys were sealed before the view was added), the merge is
 * refused. The numbers of sealed journeys prevent merging the same ones twice; numbers that were erased no longer do.
 *
 * All or nothing: if it fails, the engine is as before.
 * @param engine  the engine that receives
 * @param source  the other, which stays as it is; not the same engine
 * @return CXJ_OK; CXJ_SEALED (a journey that is sealed in one is known to the other, or the source has sealed journeys
 *         and a view that does not know all of them; cxj_message() names it); CXJ_LIMIT (a dictionary would overflow, a
 *         journey would exceed its limit of touchpoints, or sealed journeys would have had more than 2^40);
 *         CXJ_OTHER_KEY (text ids of the two were made with different keys); CXJ_OTHER_CALENDAR (their calendars
 *         differ, or only one has one); CXJ_SAVING (an incremental save of the engine is under way); CXJ_NO_MEMORY;
 *         CXJ_BAD_ARGUMENT (also: a rule needs a facet that is unrecorded in the source). Time in proportion to the
 *         touchpoints of source, and to all touchpoints of the journeys that both have; if the source has sealed
 *         journeys, also to its cells and their numbers. */
CXJ_API cxj_status cxj_merge(cxj_engine *engine, const cxj_engine *source);

/* ------------------------------------------------------------------------------------------------------------------
 * Save and load
 * ------------------------------------------------------------------------------------------------------------------
 *
 * A save contains all that an engine knows: its touchpoints (only id and revision of withdrawn ones), the contributions
 * and numbers of sealed journeys, its views, the names in use, its clock, its calendar, the unrecorded facets, the
 * options that say when journeys are sealed, and the host's mark. The other options and the counts of the feed are not
 * saved. Two engines that know the same, and have their views in the same order, are saved as the same bytes, however
 * they got there. A loaded engine equals the saved one, and is saved as the same bytes again; only its codes differ.
 *
 * Later versions will always read what earlier ones saved. If a metric needs a sum that did not exist yet when a
 * journey was sealed, it has no value (NaN) in the cells to which that journey contributed. A view that was added after
 * journeys had been sealed lacks their contributions, also after saving and loading (cxj_view_info: incomplete).
 *
 * Bytes may come from anybody: they are either a saved engine, down to the last number, or are refused with the offset
 * of the first wrong byte, and the reason. A false length costs nothing: memory is taken for what has arrived, never
 * for what is announced. Checking takes time in proportion to n·log(n) for n bytes.
 *
 * Loading records what was saved, which may be more work than the number of bytes suggests: each touchpoint is added to
 * each view. A few bytes can be a journey of one touchpoint, which takes about 1,100 bytes in an engine. In each view
 * that groups by something unique to it, it also takes a cell of 400 to 1,200 bytes (in a view with drivers 3,300 more)
 * and up to 2 µs (0.1 µs if others share the cell). So loading (and merging bytes) takes time and memory in proportion
 * to touchpoints times views. The option load_work_limit bounds that by what was read: for n bytes, touchpoints times
 * views are at most 1,000,000 + load_work_limit · n, and all else takes n·log(n). That is beyond what hosts save, and
 * still much: in the worst case, 2 µs and 1 KB for each touchpoint in each view, with drivers 4 KB. cxj_validate()
 * tells beforehand how much it would be. A host that takes bytes from strangers calls it first, or sets views_limit to
 * the number of its own views, and memory_limit, which holds whatever the bytes are.
 */

/** A host's function for writing: takes length bytes, or fewer; it is called again for the rest.
 * @return how many bytes it took, 1 to length; anything else: it failed, and is not called again */
typedef int64_t (*cxj_write)(void *context, const void *bytes, size_t length);

/** A host's function for reading: writes up to capacity bytes to bytes.
 * @return how many bytes it wrote, 1 to capacity; 0: there are no more; anything else: it failed, and is not called
 *         again */
typedef int64_t (*cxj_read)(void *context, void *bytes, size_t capacity);

/** Saves an engine at once. A reader: it writes nothing in the engine. The bytes are written in blocks of about 64 KB.
 * If it fails, what was written is incomplete, and loading it will be refused.
 * @param engine            the engine
 * @param write             takes the bytes, in order
 * @param context           passed to write as it is
 * @param message           where to write why it failed, NUL-terminated and cut to fit; NULL: nowhere
 * @param message_capacity  bytes at message; 0: nothing is written
 * @return CXJ_OK; CXJ_IO (write failed); CXJ_NO_MEMORY; CXJ_BAD_ARGUMENT. Time in proportion to what the engine holds
 *         (names: n·log(n)). Memory during the call: 32 bytes for each journey, 12 for each code. */
CXJ_API cxj_status cxj_save(const cxj_engine *engine, cxj_write write, void *context, char *message,
                            size_t message_capacity);

/** Saves an engine to memory, otherwise like cxj_save().
 * @param engine    the engine
 * @param capacity  bytes for which there is room
 * @param message   where to write why it failed; NULL: nowhere
 * @param message_capacity  bytes at message
 * @param bytes     receives the bytes; NULL if capacity is 0
 * @param length    receives how many bytes there are, also with CXJ_TOO_SMALL; so capacity 0 asks for the number, which
 *   takes as long as saving
 * @return CXJ_OK; CXJ_TOO_SMALL (there are more than capacity; bytes already written were set to 0 again);
 *         CXJ_NO_MEMORY; CXJ_BAD_ARGUMENT */
CXJ_API cxj_status cxj_save_bytes(const cxj_engine *engine, size_t capacity, char *message, size_t message_capacity,
                                  void *bytes, size_t *length);

/** An incremental save, so that a host with many touchpoints need not stop for it. Opaque. */
typedef struct cxj_saver cxj_saver;

/** Begins to save incrementally. Writes a snapshot as of this call; later recording does not affect it. Until the save
 * ends, touchpoints may be recorded and withdrawn, codes asked for and the clock advanced (no journeys are sealed; the
 * first cxj_advance() after the save does that). Erasing, moving, merging, adding or dropping a view, and setting a
 * calendar are refused with CXJ_SAVING, since nothing that was erased may be written afterwards. Only one incremental
 * save at a time.
 * @param engine   the engine
 * @param write    takes the bytes, in order, during the calls of cxj_saver_step()
 * @param context  passed to write as it is
 * @param saver    receives the saver; end it with cxj_saver_close(), before the engine ends
 * @return CXJ_OK; CXJ_SAVING (one is under way); CXJ_NO_MEMORY; CXJ_BAD_ARGUMENT. Time n·log(n) for n names in use,
 *         and in proportion to the cells; memory as cxj_save(), and during the save one copy of each journey that
 *         changes before it is written. */
CXJ_API cxj_status cxj_saver_open(cxj_engine *engine, cxj_write write, void *context, cxj_saver **saver);

/** Continues a save. Once it is complete or has failed, it no longer restricts the engine.
 * @param saver        the saver
 * @param touchpoints  how much to do: about the work of this many touchpoints (100 ns each or so); 0: 1,000. A step
 *   always finishes a journey that it begins and sorts the cells of sealed journeys of a whole view, and the last step
 *   frees the memory of the save (3 ns or so for each journey)
 * @return CXJ_OK: there is more to do. CXJ_DONE: all is written. CXJ_IO (write failed), CXJ_NO_MEMORY: the save has
 *         failed, and each further step returns the same. CXJ_BAD_ARGUMENT */
CXJ_API cxj_status cxj_saver_step(cxj_saver *saver, size_t touchpoints);

/** Ends a saver; an unfinished save is abandoned.
 * @param saver  NULL does nothing */
CXJ_API void cxj_saver_close(cxj_saver *saver);

/** Sets the engine's mark: bytes of the host's own that are saved with the engine and available after loading, such as
 * the position in the host's log up to which the engine has recorded everything. Replaces the previous mark. The
 * library does not interpret it. An incremental save that is under way writes the mark that was set when it was opened.
 * A merge leaves the mark of the receiving engine as it is. Makes no cursor stale.
 * @param engine  the engine
 * @param bytes   the mark, which is copied; NULL if length is 0
 * @param length  how many bytes, at most 65,536; 0 removes the mark
 * @return CXJ_OK; CXJ_BAD_ARGUMENT (too long, or bytes is NULL), CXJ_NO_MEMORY: the mark is as before. Time in
 *         proportion to length. */
CXJ_API cxj_status cxj_set_mark(cxj_engine *engine, const void *bytes, size_t length);

/** The mark of an engine, as it was set, or as it was saved if the engine was loaded.
 * @param engine  the engine
 * @param bytes   receives its address, valid until cxj_set_mark() or until the engine ends; NULL if there is none
 * @param length  receives how many bytes it has; 0 if there is none
 * @return CXJ_OK; CXJ_BAD_ARGUMENT. Constant time. */
CXJ_API cxj_status cxj_mark(const cxj_engine *engine, const void **bytes, size_t *length);

/** Loads an engine from saved bytes: it equals the saved one, except for options, codes, and counts of the feed. A
 * facet is unrecorded if the options here say so or the saved engine did; seal_ended_after and seal_idle_after apply as
 * given here if they are not 0, else as saved; all other options are those given here.
 * @param options           as for cxj_engine_create()
 * @param read              supplies the bytes, in order; it is called until it returns that there are no more
 * @param context           passed to read as it is
 * @param message           where to write why it failed, with the offset; NUL-terminated and cut to fit; NULL: nowhere
 * @param message_capacity  bytes at message; 0: nothing is written
 * @param engine            receives the engine, or NULL if the call fails; end it with cxj_engine_destroy()
 * @return CXJ_OK; CXJ_BAD_BYTES (not a saved engine, or not a complete one); CXJ_NEWER_FORMAT; CXJ_OTHER_KEY (text_key
 *         of the options is not the one that the engine was saved with); CXJ_IO (read failed); CXJ_LIMIT (a limit of
 *         the options is below what was saved, or load_work_limit below the work needed; the sentence names the limit
 *         that would do); CXJ_NO_MEMORY; CXJ_BAD_ARGUMENT. Time as for recording the same touchpoints. */
CXJ_API cxj_status cxj_load(const cxj_options *options, cxj_read read, void *context, char *message,
                            size_t message_capacity, cxj_engine **engine);

/** Loads an engine from saved bytes in memory, otherwise like cxj_load().
 * @param options           as for cxj_engine_create()
 * @param bytes             the bytes; NULL if length is 0
 * @param length            how many
 * @param message           where to write why it failed; NULL: nowhere
 * @param message_capacity  bytes at message
 * @param engine            receives the engine, or NULL if the call fails
 * @return as cxj_load(), but not CXJ_IO */
CXJ_API cxj_status cxj_load_bytes(const cxj_options *options, const void *bytes, size_t length, char *message,
                                  size_t message_capacity, cxj_engine **engine);

/** Merges saved bytes into an engine, as cxj_merge() merges another engine: facets unrecorded in the saved engine
 * become unrecorded in this one; its mark and its sealing options stay. The saved engine must have the same views,
 * though perhaps in another order. The receiving engine's load_work_limit applies. All or nothing: if it fails, the
 * engine is as before. Example: examples/frame.c merges bytes, examples/file.c has a function that
 * reads.
 * @param engine   the engine that receives; its message says why it failed
 * @param read     supplies the bytes, as for cxj_load()
 * @param context  passed to read as it is
 * @return CXJ_OK; CXJ_OTHER_VIEWS (cxj_message() names one that only one of them has); what cxj_load() and cxj_merge()
 *         return. Time as both. */
CXJ_API cxj_status cxj_merge_saved(cxj_engine *engine, cxj_read read, void *context);

/** Merges saved bytes in memory into an engine, otherwise like cxj_merge_saved().
 * @param engine  the engine that receives
 * @param bytes   the bytes; NULL if length is 0
 * @param length  how many
 * @return as cxj_merge_saved(), but not CXJ_IO */
CXJ_API cxj_status cxj_merge_bytes(cxj_engine *engine, const void *bytes, size_t length);

/** What saved bytes contain. */
typedef struct cxj_validation {
    uint64_t offset;      /**< of the first wrong byte, from 0; if none is wrong, how many bytes there are */
    uint64_t touchpoints; /**< retained touchpoints; this and all below is 0 if anything is wrong */
    uint64_t journeys;    /**< retained journeys */
    uint64_t sealed;      /**< sealed journeys whose numbers are retained */
    uint64_t views;       /**< that were held */
    uint64_t names;       /**< in use, of all dimensions */
    uint32_t format;      /**< the number of the format; known also if something else is wrong */
    uint32_t reserved;
    uint64_t work;   /**< touchpoints times views: the work of loading, in units of 0.1 to 2 µs. See load_work_limit */
    uint64_t memory; /**< bytes that a loaded engine takes at least. Beyond that it is mostly the cells of its views:
                        as many as work says at most, of 400 to 1,200 bytes each, with drivers 3,300 more */
} cxj_validation;

/** Checks whether bytes are a saved engine: it accepts exactly what cxj_load() without limits accepts. Builds no
 * engine.
 * @param options           only allocate, allocate_context, memory_limit and seed are used, and no other limit; NULL:
 *                          all defaults
 * @param read              supplies the bytes, as for cxj_load()
 * @param context           passed to read as it is
 * @param message           where to write what is wrong, with the offset; NULL: nowhere
 * @param message_capacity  bytes at message
 * @param validation        receives what was found, whatever the status but CXJ_BAD_ARGUMENT
 * @param validation_size   sizeof(cxj_validation)
 * @return CXJ_OK; CXJ_BAD_BYTES; CXJ_NEWER_FORMAT; CXJ_IO; CXJ_NO_MEMORY; CXJ_BAD_ARGUMENT (also an option out of
 *         bounds). Time in proportion to the bytes, n·log(n) where a journey's ids are in no order. */
CXJ_API cxj_status cxj_validate(const cxj_options *options, cxj_read read, void *context, char *message,
                                size_t message_capacity, cxj_validation *validation, size_t validation_size);

/** Checks bytes in memory, otherwise like cxj_validate().
 * @param options           as for cxj_validate()
 * @param bytes             the bytes; NULL if length is 0
 * @param length            how many
 * @param message           where to write what is wrong; NULL: nowhere
 * @param message_capacity  bytes at message
 * @param validation        receives what was found
 * @param validation_size   sizeof(cxj_validation)
 * @return as cxj_validate(), but not CXJ_IO */
CXJ_API cxj_status cxj_validate_bytes(const cxj_options *options, const void *bytes, size_t length, char *message,
                                      size_t message_capacity, cxj_validation *validation, size_t validation_size);

#ifdef __cplusplus
}
#endif

#endif
