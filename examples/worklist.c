/* Who waits, for what, since when: the worklists of rules, as JSON and as tables.
 *
 * SPDX-License-Identifier: MIT
 *
 * Idea: JSON has the occasions as the library orders them; a table is for somebody who is about to call a customer, so
 * it begins with how long that customer waits, the longest first, and names who has the work.
 *
 * Invariant: nothing from outside is printed but through table_text() or json_text(). */
#include "worklist.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analysis.h"
#include "json.h"
#include "table.h"

enum {
    LINES = 20,   /* occasions of a table */
    WAIT = 9,     /* columns: 100d 23h */
    JOURNEY = 18, /* of what the customer's journey is called */
    NAME = 14     /* of an owner, a team */
};

static const char ellipsis[] = "\xE2\x80\xA6";

/* The occasions of a rule. */
typedef struct listed {
    cxj_occasion *items; /* owned; free() */
    size_t count;
} listed;

/* Reads what holds of a rule. message receives why it failed. */
static cxj_status read_list(listed *read, const cxj_engine *engine, const char *rule, char *message) {
    *read = (listed){0};
    cxj_status status = cxj_worklist(engine, rule, CXJ_ZERO_TERMINATED, 0, message, WORKLIST_SENTENCE, NULL,
                                     sizeof *read->items, &read->count);
    if (status != CXJ_TOO_SMALL) {
        return status;
    }
    read->items = calloc(read->count, sizeof *read->items);
    if (read->items == NULL) {
        return CXJ_NO_MEMORY;
    }
    return cxj_worklist(engine, rule, CXJ_ZERO_TERMINATED, read->count, message, WORKLIST_SENTENCE, read->items,
                        sizeof *read->items, &read->count);
}

cxj_status worklist_check(const cxj_engine *engine, const char *rule, char *message) {
    size_t count = 0;
    const cxj_status status = cxj_worklist(engine, rule, CXJ_ZERO_TERMINATED, 0, message, WORKLIST_SENTENCE, NULL,
                                           sizeof(cxj_occasion), &count);
    return status == CXJ_TOO_SMALL ? CXJ_OK : status;
}

void worklist_moment(char text[WORKLIST_MOMENT], int64_t at) {
    /* Days of years that begin in March, so that a leap day is the last of its year; 719,468 days before 1970. */
    const int64_t minutes = at / 60000 - (at % 60000 < 0);
    int64_t days = minutes / 1440 - (minutes % 1440 < 0);
    const int64_t of_day = minutes - days * 1440;
    days += 719468;
    const int64_t era = days / 146097, of_era = days % 146097;
    const int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const int64_t of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
    const int64_t day = of_year - (153 * month + 2) / 5 + 1;
    snprintf(text, WORKLIST_MOMENT, "%04d-%02d-%02d %02d:%02d", (int)(year + era * 400 + (month >= 10)),
             (int)(month < 10 ? month + 3 : month - 9), (int)day, (int)(of_day / 60), (int)(of_day % 60));
}

/* ---- JSON ------------------------------------------------------------------------------------------------ */

void worklist_json_journey(FILE *out, const log_reader *log, uint64_t journey, uint32_t commitment) {
    char room[JOURNEY_DIGITS];
    const cxj_text text = journey_text(log, journey, room);
    fputs("\"journey\": ", out);
    json_text(out, text.text, text.length);
    fprintf(out, ", \"commitment\": %" PRIu32, commitment);
}

cxj_status worklist_json(FILE *out, const cxj_engine *engine, const log_reader *log, const char *const *rules,
                         size_t count) {
    char message[WORKLIST_SENTENCE];
    cxj_status status = CXJ_OK;
    fputc('[', out);
    for (size_t i = 0; i < count && status == CXJ_OK; i++) {
        listed list;
        status = read_list(&list, engine, rules[i], message);
        fputs(i == 0 ? "{\"rule\": " : ",\n {\"rule\": ", out);
        json_text(out, rules[i], strlen(rules[i]));
        fputs(", \"occasions\": [", out);
        for (size_t k = 0; k < list.count && status == CXJ_OK; k++) {
            fputs(k == 0 ? "\n  {" : ",\n  {", out);
            worklist_json_journey(out, log, list.items[k].journey, list.items[k].commitment);
            fprintf(out, ", \"since\": %" PRId64 ", \"from\": %" PRId64 "}", list.items[k].since, list.items[k].from);
        }
        fputs("]}", out);
        free(list.items);
    }
    fputc(']', out);
    return status;
}

/* ---- Tables ---------------------------------------------------------------------------------------------- */

int64_t worklist_since(const cxj_occasion *occasion) {
    return occasion->since != 0 ? occasion->since : occasion->from;
}

static int compare_waits(const void *a, const void *b) {
    const cxj_occasion *one = a, *other = b;
    const int64_t first = worklist_since(one), second = worklist_since(other);
    if (first != second) {
        return first < second ? -1 : 1;
    }
    if (one->journey != other->journey) {
        return one->journey < other->journey ? -1 : 1;
    }
    return (one->commitment > other->commitment) - (one->commitment < other->commitment);
}

void worklist_sort(cxj_occasion *items, size_t count) {
    if (count > 1) {
        qsort(items, count, sizeof *items, compare_waits);
    }
}

/* Writes a text and blanks behind it up to a width. */
static void put_cell(FILE *out, const char *text, size_t length, size_t width) {
    const size_t taken = table_text(out, text, length, width);
    fprintf(out, "%*s  ", (int)(taken < width ? width - taken : 0), "");
}

static void put_name(FILE *out, const cxj_engine *engine, uint32_t dimension, uint32_t code, bool last) {
    const char *name = "";
    size_t length = 0;
    if (code == 0 || cxj_name(engine, dimension, code, &name, &length) != CXJ_OK) {
        name = "-";
        length = 1;
    }
    if (last) {
        (void)table_text(out, name, length, NAME);
    } else {
        put_cell(out, name, length, NAME);
    }
}

static void put_occasion(FILE *out, const cxj_engine *engine, const log_reader *log, const cxj_occasion *occasion,
                         bool has_commitment, int64_t now) {
    char room[JOURNEY_DIGITS], moment[WORKLIST_MOMENT];
    const int64_t since = worklist_since(occasion);
    const cxj_text text = journey_text(log, occasion->journey, room);
    fputs(since > now ? "  in" : "    ", out);
    table_duration(out, since > now ? since - now : now - since, WAIT);
    fputs("  ", out);
    worklist_moment(moment, since);
    fprintf(out, "%s  ", moment);
    put_cell(out, text.text, text.length, JOURNEY);
    if (has_commitment) {
        fprintf(out, "%" PRIu32 "  ", occasion->commitment);
    }
    put_name(out, engine, CXJ_DIMENSION_OWNER, occasion->owner, false);
    put_name(out, engine, CXJ_DIMENSION_TEAM, occasion->team, true);
    fputc('\n', out);
}

/* Whether a rule speaks of commitments: those that begin with due or overdue do. */
static bool speaks_of_commitments(const char *rule) {
    rule += strspn(rule, " \t\r\n");
    return strncmp(rule, "due", 3) == 0 || strncmp(rule, "overdue", 7) == 0;
}

/* Writes the lines below the heading. */
static void put_list(FILE *out, const cxj_engine *engine, const log_reader *log, const listed *list,
                     bool has_commitment, int64_t now) {
    fprintf(out, "    %*s  %-16s  %-*s  %s%-*s  team\n", WAIT, "waits", "since (UTC)", JOURNEY, "journey",
            has_commitment ? "#  " : "", NAME, "owner");
    for (size_t i = 0; i < list->count && i < LINES; i++) {
        put_occasion(out, engine, log, &list->items[i], has_commitment, now);
    }
    if (list->count > LINES) {
        fprintf(out, "  %s and ", ellipsis);
        table_count(out, list->count - LINES);
        fputs(" more\n", out);
    }
    if (has_commitment) {
        fputs("  # is the number of the commitment; since: the time promised\n", out);
    }
}

cxj_status worklist_table(FILE *out, const cxj_engine *engine, const log_reader *log, const char *rule) {
    char message[WORKLIST_SENTENCE], moment[WORKLIST_MOMENT];
    listed list;
    cxj_stats stats;
    cxj_status status = cxj_engine_stats(engine, &stats, sizeof stats);
    if (status != CXJ_OK) {
        return status;
    }
    status = read_list(&list, engine, rule, message);
    fputs("worklist: ", out);
    (void)table_text(out, rule, strlen(rule), 1000);
    if (stats.has_now) {
        worklist_moment(moment, stats.now);
        fprintf(out, "\n  at %s UTC", moment);
    } else {
        fputs("\n  before any moment", out);
    }
    if (status == CXJ_BAD_ARGUMENT) { /* it needs what never occurs in this log */
        fputs(": not told, for ", out);
        (void)table_text(out, message, strlen(message), sizeof message);
        fputc('\n', out);
        status = CXJ_OK;
    } else if (status == CXJ_OK && list.count == 0) {
        fputs(": nothing waits\n", out);
    } else if (status == CXJ_OK) {
        fputs(": ", out);
        table_count(out, list.count);
        fputs(list.count == 1 ? " waits\n" : " wait, the longest first\n", out);
        worklist_sort(list.items, list.count);
        put_list(out, engine, log, &list, speaks_of_commitments(rule), stats.now);
    }
    free(list.items);
    return status;
}
