/* query: what a line of text asks: which grain, by which dimensions and periods, under which conditions; the names of
 * dimensions and of their codes. */
#ifndef CXJ__QUERY_H
#define CXJ__QUERY_H

#include "base.h"
#include "names.h"

enum { CXJ__DIMENSIONS = CXJ_DIMENSION_EXIT };
enum { CXJ__QUERY_DIMENSIONS = 4, CXJ__QUERY_CONDITIONS = 4 };

enum cxj__period { CXJ__NO_PERIOD, CXJ__HOUR, CXJ__DAY, CXJ__WEEK, CXJ__MONTH, CXJ__QUARTER, CXJ__YEAR };

/* What a touchpoint or a journey is, dimension by dimension: codes[CXJ_DIMENSION_…]. */
struct cxj__codes {
    uint32_t codes[CXJ__DIMENSIONS + 1];
};

/* dim = name, or dim in (names). codes are sorted; a name that cannot occur is CXJ__NO_CODE. */
struct cxj__condition {
    uint8_t dimension;
    bool had;
    uint32_t *codes;
    size_t count;
    size_t capacity;
};
#define CXJ__NO_CODE UINT32_MAX

/* What a line asks. It is a list, since struct cxj_view has these fields as its own as well: whoever takes facts to
 * cells asks a view for them at every turn. */
#define CXJ__QUERY_FIELDS                                                                                              \
    char *text; /* in the one way in which what it says is written, NUL-terminated */                                  \
    size_t text_length;                                                                                                \
    uint32_t grain;                                                                                                    \
    enum cxj__period period;                                                                                           \
    bool ended;        /* periods by a journey's end */                                                                \
    bool in_hours;     /* durations are measured in working hours */                                                   \
    bool with_drivers; /* cells also sum what drivers need */                                                          \
    uint8_t dimension_count;                                                                                           \
    uint8_t dimensions[CXJ__QUERY_DIMENSIONS];                                                                         \
    uint8_t condition_count;                                                                                           \
    struct cxj__condition conditions[CXJ__QUERY_CONDITIONS];                                                           \
    uint32_t depends; /* a bit for each dimension that is asked for or stands in a condition, those after had aside */

struct cxj__query {
    CXJ__QUERY_FIELDS
};

/* Reads a view's text. On CXJ_OK query holds all that it says, and the names of its conditions have entered the
 * dictionaries (dictionaries[dimension]) and are pinned. Else nothing is left but a sentence in message. */
cxj_status cxj__query_read(struct cxj__query *query, struct cxj__names *dictionaries, struct cxj__memory *memory,
                           const struct cxj__seed *seed, const char *text, size_t length, struct cxj__message *message);

/* Frees what a query holds, and gives the names of its conditions back; dictionaries NULL: it was read without them
 * growing. */
void cxj__query_finish(struct cxj__query *query, struct cxj__names *dictionaries, struct cxj__memory *memory);

/* ---- a line, word by word --------------------------------------------------------------------------------------- */

/* A line while it is read. cxj__query_read() does so by the grammar of views. Another grammar with the same conditions
 * sets the fields down to message, leaves the others zero, and goes through cxj__query_begin(), the words that it
 * expects, cxj__query_read_conditions() and, however it went, cxj__query_end(). The line is at its end where at is
 * length. */
struct cxj__reader {
    const char *what; /* is read, such as "view": sentences begin with it */
    const char *text;
    size_t length;
    struct cxj__query *query; /* holds what was read so far */
    const struct cxj__names *dictionaries;
    struct cxj__names
        *growing; /* the same, for names that are new; NULL: they stay as they are, and a name that does not
                                   occur is CXJ__NO_CODE */
    struct cxj__memory *memory;
    const struct cxj__seed *seed;
    struct cxj__message *message;
    size_t at;   /* the byte before which the reader stands, which is no blank */
    size_t word; /* bytes of the bare word that begins there, or 0 */
    char *names; /* the names of all conditions so far, without their quotes; has room for the whole text */
    size_t name_bytes;
    struct cxj__stated *stated; /* which they are */
    size_t stated_count, stated_capacity;
};

/* Empties the query and stands before the first word; refuses what is no UTF-8. */
cxj_status cxj__query_begin(struct cxj__reader *reader);

/* Takes a word if it comes next. */
bool cxj__query_take_word(struct cxj__reader *reader, const char *word);

/* Refuses what comes next, with its column and what was expected there: CXJ_BAD_TEXT. */
cxj_status cxj__query_expected(const struct cxj__reader *reader, const char *what);

/* Takes what comes next, whatever it is, and says how it stands in the text: a word or sign, or a string with its quotes,
 * to its end or that of the text. False at the end. */
bool cxj__query_take_token(struct cxj__reader *reader, size_t *at, size_t *length);

/* Reads "in working hours" if it comes next. */
cxj_status cxj__query_read_hours(struct cxj__reader *reader);

/* Reads "where" and its conditions if it comes next: over allowed dimensions, a bit for each, and those allowed after
 * had; where that is none, had is refused. */
cxj_status cxj__query_read_conditions(struct cxj__reader *reader, uint32_t allowed, uint32_t had);

/* Ends reading with the status that it came to, which is returned. Unless that is CXJ_OK, nothing is left of what was
 * read, no name that it brought either. */
cxj_status cxj__query_end(struct cxj__reader *reader, cxj_status status);

/* ---- conditions ------------------------------------------------------------------------------------------------- */

/* True if a code is one of the condition's. */
bool cxj__query_has_code(const struct cxj__condition *condition, uint32_t code);

/* True if what has these codes passes the conditions, those with had left aside. Most have none. */
bool cxj__query_passes_all(const struct cxj__query *query, const struct cxj__codes *codes);
static inline bool cxj__query_passes(const struct cxj__query *query, const struct cxj__codes *codes) {
    return query->condition_count == 0 || cxj__query_passes_all(query, codes);
}

/* ---- names of dimensions and codes ------------------------------------------------------------------------------ */

/* The name of a dimension, such as "channel". */
const char *cxj__query_dimension_name(uint32_t dimension);

/* The dimension whose names serve for this one. */
static inline uint32_t cxj__query_names_of(uint32_t dimension) {
    return dimension == CXJ_DIMENSION_ENTRY || dimension == CXJ_DIMENSION_EXIT ? CXJ_DIMENSION_CHANNEL : dimension;
}

/* The functions below take a dimension whose names serve for itself. It has a dictionary, or is outcome or churned,
 * whose names are fixed. */
static inline bool cxj__query_has_dictionary(uint32_t dimension) {
    return dimension <= CXJ__DICTIONARIES;
}

/* The last of the codes whose names are fixed. */
uint32_t cxj__query_last_fixed(uint32_t dimension);

/* The code of a name, 0 for the empty one; CXJ__NO_CODE for a name that does not occur. */
uint32_t cxj__query_code(const struct cxj__names *dictionaries, const struct cxj__seed *seed, uint32_t dimension,
                         const char *text, size_t length);

/* The name of a code; where names are fixed, dictionaries may be NULL. */
const char *cxj__query_code_text(const struct cxj__names *dictionaries, uint32_t dimension, uint32_t code,
                                 size_t *length);

#endif
