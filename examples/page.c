/* One page to look at: what an engine knows, in an HTML file that needs no network.
 *
 * SPDX-License-Identifier: MIT
 *
 * Idea: the template says which views it asks for, line by line; each is added, read, and written as JSON and as a plain
 * table, which then go to their places in the template. How it looks, the template alone knows. JSON goes into a
 * <script> of HTML, so what could end that, or begin another, is written as escapes of JSON.
 *
 * Invariant: names from outside are text there, whatever they are. */
#include "page.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "json.h"
#include "page_figure.h"
#include "worklist.h"

enum {
    LISTED = 25, /* occasions of a worklist */
    ALTERNATIVES = 8,
    VIEW = 300,    /* bytes of the text of a view, and of a title */
    BLOCK = 65536, /* bytes that are written at once */
    MS_A_DAY = 86400000
};

/* One line: a word, what follows it, and what stands behind a bar. */
typedef struct line {
    const char *word;
    char *rest;
    const char *label;
} line;

/* A page that is made. */
typedef struct page {
    const page_source *from;
    char *lines; /* of the template that say what is asked for, cut into texts; owned */
    char *next;  /* where the next begins */
    line held;   /* that was read already, and is about something else */
    bool has_held;
    const char *period; /* by which figures over time go */
    bool has_first;     /* whether it is known on which day the first journey began */
    int64_t first;      /* that day */
    bool lacks_sealed;  /* journeys are sealed of which views that are new know nothing */
    cxj_stats stats;
    figure_output out;
    FILE *absent; /* what does not apply, as JSON */
    bool has_absent;
    FILE *lists; /* worklists, as JSON */
    size_t list_count;
    bool is_unmoved; /* worklists were left out, as the clock was never moved */
    char *sentence;
} page;

static bool fail(page *at, const char *what, cxj_status status, const char *why) {
    snprintf(at->sentence, PAGE_SENTENCE, "%s: %s%s%s", what, cxj_status_text(status), why[0] == '\0' ? "" : ": ", why);
    return false;
}

/* ---- The lines of the template --------------------------------------------------------------------------- */

/* Finds a text in the template. */
static const char *find(const char *text) {
    const char *at = (const char *)page_template; /* ends with a NUL */
    return strstr(at, text);
}

/* Copies the lines that say what is asked for. */
static bool take_lines(page *at) {
    static const char begin[] = "<script type=\"text/plain\" id=\"asked\">";
    const char *from = find(begin);
    const char *end = from == NULL ? NULL : strstr(from, "</script>");
    if (end == NULL) {
        snprintf(at->sentence, PAGE_SENTENCE, "the template does not say which views it asks for");
        return false;
    }
    from += sizeof begin - 1;
    at->lines = calloc(1, (size_t)(end - from) + 1);
    if (at->lines == NULL) {
        return fail(at, "making the page", CXJ_NO_MEMORY, "");
    }
    memcpy(at->lines, from, (size_t)(end - from));
    at->next = at->lines;
    return true;
}

/* Takes the next line in which something stands. */
static bool take_line(page *at, line *read) {
    if (at->has_held) {
        at->has_held = false;
        *read = at->held;
        return true;
    }
    while (*at->next != '\0') {
        char *text = at->next;
        const size_t length = strcspn(text, "\n");
        at->next += length + (text[length] == '\n');
        text[length] = '\0';
        if (text[0] == '\0' || text[0] == '#') {
            continue;
        }
        *read = (line){.word = text, .label = ""};
        read->rest = text + strcspn(text, " ");
        if (*read->rest != '\0') {
            *read->rest++ = '\0';
        }
        char *bar = strstr(read->rest, " | ");
        if (bar != NULL) {
            *bar = '\0';
            read->label = bar + 3;
        }
        return true;
    }
    return false;
}

/* Takes the names of a line. */
static size_t take_names(char *rest, const char **names) {
    size_t count = 0;
    for (char *name = strtok(rest, " "); name != NULL && count < FIGURE_NAMED; name = strtok(NULL, " ")) {
        names[count++] = name;
    }
    return count;
}

static void take_column(figure *made, const line *read) {
    if (made->column_count == FIGURE_COLUMNS) {
        made->overflows = true;
        return;
    }
    const char sign = read->rest[0];
    made->columns[made->column_count++] = (figure_column){
        .name = read->rest + (sign == '+' || sign == '-'),
        .label = read->label,
        .better = sign == '+'   ? 1
                  : sign == '-' ? -1
                                : 0,
    };
}

/* Takes what one line says of a figure; false: it is about something else. */
static bool take_saying(figure *made, const line *read) {
    const char *word = read->word;
    if (strcmp(word, "draw") == 0) {
        made->draw = read->rest;
    } else if (strcmp(word, "view") == 0) {
        made->view = read->rest;
    } else if (strcmp(word, "sort") == 0) {
        made->sort = read->rest;
    } else if (strcmp(word, "rows") == 0) {
        made->rows = (size_t)strtoul(read->rest, NULL, 10);
    } else if (strcmp(word, "least") == 0) {
        made->least = (size_t)strtoul(read->rest, NULL, 10);
    } else if (strcmp(word, "needs") == 0) {
        made->needs = read->rest;
        made->lacks = read->label;
    } else if (strcmp(word, "column") == 0) {
        take_column(made, read);
    } else if (strcmp(word, "main") == 0) {
        made->main_count = take_names(read->rest, made->main);
    } else if (strcmp(word, "control") == 0) {
        made->control_count = take_names(read->rest, made->control);
    } else if (strcmp(word, "with") == 0) {
        made->spread = made->spread || strcmp(read->rest, "spread") == 0;
        made->drivers = made->drivers || strcmp(read->rest, "drivers") == 0;
        made->stated = made->stated || strcmp(read->rest, "stated") == 0;
    } else {
        return false;
    }
    return true;
}

/* ---- What the log records -------------------------------------------------------------------------------- */

/* How many names there are of a dimension: of what comes first and last, of channels. */
static uint64_t names_of(const page *at, const char *name, size_t length) {
    cxj_dimension_info info;
    if ((length == 5 && memcmp(name, "entry", 5) == 0) || (length == 4 && memcmp(name, "exit", 4) == 0)) {
        name = "channel";
        length = strlen(name);
    }
    for (uint32_t i = CXJ_DIMENSION_OWNER; cxj_dimension_describe(at->from->engine, i, &info, sizeof info) == CXJ_OK;
         i++) {
        if (strlen(info.name) == length && memcmp(info.name, name, length) == 0) {
            return info.names;
        }
    }
    return 0;
}

/* Copies a text in which {one|other} stands for the dimension at a place in such a list, and {period} for a period.
 * returns  the dimension's length, and it at *name; 0: there is no such place; *name is NULL where the text names none */
static size_t resolve(const page *at, const char *text, size_t place, char made[VIEW], const char **name) {
    size_t length = 0, taken = 1;
    *name = NULL;
    while (*text != '\0' && length + 1 < VIEW) {
        if (*text != '{') {
            made[length++] = *text++;
            continue;
        }
        const char *end = text + strcspn(text, "}");
        const char *from = text + 1;
        for (size_t i = 0; i < place && from < end; i++) {
            from += strcspn(from, "|}") + 1;
        }
        taken = from < end ? strcspn(from, "|}") : 0;
        if (strncmp(text, "{period}", 8) == 0) {
            from = at->period;
            taken = strlen(from);
        } else {
            *name = from;
        }
        length += (size_t)snprintf(made + length, VIEW - length, "%.*s", (int)taken, from);
        text = end + 1;
    }
    made[length < VIEW ? length : VIEW - 1] = '\0';
    return taken;
}

/* Finds by which period the figures over time go: so that there are not many more than fit. */
static bool find_period(page *at) {
    static const struct {
        int64_t days; /* at most */
        const char *name;
    } periods[] = {{31, "day"}, {182, "week"}, {1830, "month"}, {5500, "quarter"}, {INT64_MAX, "year"}};
    cxj_view *view = NULL;
    cxj_view_info info;
    size_t count = 0, place = 0;
    cxj_status status = cxj_view_add(at->from->engine, "journeys per day", CXJ_ZERO_TERMINATED, &view);
    if (status != CXJ_OK) {
        return fail(at, "adding a view", status, cxj_message(at->from->engine));
    }
    (void)cxj_view_read_part(view, 0, 0, NULL, 0, NULL, &count);
    int64_t *days = calloc(count + 1, sizeof *days);
    if (days == NULL) {
        return fail(at, "making the page", CXJ_NO_MEMORY, "");
    }
    status = cxj_view_read_part(view, 0, count, NULL, 0, days, &count);
    const int64_t span = count == 0 ? 1830 : (days[count - 1] - days[0]) / MS_A_DAY;
    (void)cxj_view_describe(view, &info, sizeof info);
    at->lacks_sealed = info.lacks_sealed != 0;
    at->has_first = count > 0 && !at->lacks_sealed;
    at->first = days[0];
    free(days);
    while (span > periods[place].days) {
        place++;
    }
    at->period = periods[place].name;
    return status >= 0 || fail(at, "reading a view", status, "");
}

/* Takes facets that never occur as not recorded, so that nothing looks perfect that nobody writes down. */
static bool set_facets(page *at) {
    uint64_t counts[32];
    cxj_facet_info info;
    cxj_status status = cxj_facet_counts(at->from->engine, counts);
    if (status != CXJ_OK || at->from->has_feeds) {
        return status >= 0 || fail(at, "counting facets", status, "");
    }
    uint32_t unrecorded = at->stats.unrecorded_facets;
    for (size_t i = 0; cxj_facet_describe(i, &info, sizeof info) == CXJ_OK; i++) {
        const bool occurs = (info.facet & (uint32_t)CXJ_FACET_WITHDRAWN) != 0 || counts[i] > 0;
        unrecorded |= occurs ? 0 : info.facet;
    }
    status = cxj_set_unrecorded(at->from->engine, unrecorded);
    return status == CXJ_OK || fail(at, "setting the facets", status, cxj_message(at->from->engine));
}

/* ---- Figures --------------------------------------------------------------------------------------------- */

/* Says that a figure is not there, and what the log lacks for it. */
static void put_absent(page *at, const figure *made, const char *title, const char *lacks, size_t length) {
    fputs(at->has_absent ? ",\n  {\"figure\": " : "\n  {\"figure\": ", at->absent);
    json_text(at->absent, made->id, strlen(made->id));
    fputs(", \"title\": ", at->absent);
    json_text(at->absent, title, strlen(title));
    fputs(", \"lacks\": ", at->absent);
    json_text(at->absent, lacks, length);
    fputc('}', at->absent);
    at->has_absent = true;
}

/* Adds a view and writes its figure, if it applies. */
static bool try_view(page *at, const figure *made, const char *text, bool *written, bool *stated) {
    cxj_view *view = NULL;
    cxj_status status = cxj_view_add(at->from->engine, text, CXJ_ZERO_TERMINATED, &view);
    if (status != CXJ_OK) {
        return fail(at, text, status, cxj_message(at->from->engine));
    }
    status = figure_write(&at->out, made, view, text, written, stated);
    return status == CXJ_OK || fail(at, text, status, "");
}

/* Writes a figure, if it applies: by the first of its dimensions that has two names or more, else the first that has
 * any. */
static bool put_figure(page *at, figure *made) {
    char text[VIEW], title[VIEW];
    const char *const pattern = made->title, *name = NULL, *other = NULL;
    const char *brace = strchr(made->view, '{');
    bool written = false, stated = false;
    made->title = title;
    for (uint64_t least = 2; least > 0 && !stated; least--) {
        for (size_t place = 0; place < ALTERNATIVES && !stated; place++) {
            const size_t length = resolve(at, made->view, place, text, &name);
            if (length == 0 || (name == NULL && place > 0)) {
                break;
            }
            (void)resolve(at, pattern, place, title, &other);
            if ((name == NULL || names_of(at, name, length) >= least) && !try_view(at, made, text, &written, &stated)) {
                return false;
            }
        }
    }
    if (!written) {
        const bool nameless = !stated && name != NULL && brace != NULL;
        const char *lacks = nameless ? brace + 1 : made->lacks == NULL ? "" : made->lacks;
        if (!stated) {
            (void)resolve(at, pattern, 0, title, &other);
        }
        put_absent(at, made, title, lacks, nameless ? strcspn(lacks, "}") : strlen(lacks));
    }
    return true;
}

/* ---- Worklists ------------------------------------------------------------------------------------------- */

static cxj_text name_of(const cxj_engine *engine, uint32_t dimension, uint32_t code) {
    cxj_text name = {"", 0};
    if (code == 0 || cxj_name(engine, dimension, code, &name.text, &name.length) != CXJ_OK) {
        name = (cxj_text){"", 0};
    }
    return name;
}

static void put_name(FILE *out, const cxj_engine *engine, const char *member, uint32_t dimension, uint32_t code) {
    const cxj_text name = name_of(engine, dimension, code);
    fprintf(out, ", \"%s\": ", member);
    json_text(out, name.text, name.length);
}

static void put_occasion(FILE *out, const page *at, const cxj_occasion *occasion) {
    char room[JOURNEY_DIGITS];
    const cxj_text text = journey_text(at->from->log, occasion->journey, room);
    fputs("\n  {\"journey\": ", out);
    json_text(out, text.text, text.length);
    fprintf(out, ", \"commitment\": %" PRIu32 ", \"since\": %" PRId64 ", \"from\": %" PRId64, occasion->commitment,
            worklist_since(occasion), occasion->from);
    put_name(out, at->from->engine, "owner", CXJ_DIMENSION_OWNER, occasion->owner);
    put_name(out, at->from->engine, "team", CXJ_DIMENSION_TEAM, occasion->team);
    fputc('}', out);
}

/* Writes a worklist as a plain table. */
static void plain_list(const page *at, const char *title, const char *rule, const cxj_occasion *items, size_t count) {
    static const uint32_t dimensions[] = {CXJ_DIMENSION_OWNER, CXJ_DIMENSION_TEAM};
    FILE *out = at->out.plain;
    fputs("<h2>", out);
    figure_text(out, title, strlen(title));
    fputs("</h2>\n<p><code>", out);
    figure_text(out, rule, strlen(rule));
    fprintf(out,
            "</code>: %zu</p>\n<div><table>\n<thead><tr><th scope=\"col\">journey</th><th scope=\"col\">promise</th>",
            count);
    fputs("<th scope=\"col\">since (UTC)</th><th scope=\"col\">owner</th><th scope=\"col\">team</th></tr></thead>\n"
          "<tbody>\n",
          out);
    for (size_t i = 0; i < count && i < LISTED; i++) {
        char room[JOURNEY_DIGITS], moment[WORKLIST_MOMENT];
        const cxj_text text = journey_text(at->from->log, items[i].journey, room);
        const uint32_t codes[] = {items[i].owner, items[i].team};
        worklist_moment(moment, worklist_since(&items[i]));
        fputs("<tr><th scope=\"row\"><bdi>", out);
        figure_text(out, text.text, text.length);
        fprintf(out, "</bdi></th><td>%" PRIu32 "</td><td>%s</td>", items[i].commitment, moment);
        for (size_t k = 0; k < 2; k++) {
            const cxj_text name = name_of(at->from->engine, dimensions[k], codes[k]);
            fputs("<td><bdi>", out);
            figure_text(out, name.text, name.length);
            fputs("</bdi></td>", out);
        }
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div>\n", out);
}

/* Whether a rule goes by the clock (SPEC 9). */
static bool is_by_clock(const char *rule) {
    static const char blanks[] = " \t\r\n";
    static const char *const words[] = {"due", "overdue", "silent", "waiting", "unanswered", "open", "same"};
    const char *word = rule + strspn(rule, blanks);
    const size_t length = strcspn(word, blanks);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strlen(words[i]) == length && memcmp(word, words[i], length) == 0) {
            return true;
        }
    }
    return false;
}

/* Leaves out a worklist that nobody can know: it goes by the clock, which was never moved. */
static void put_unknown(page *at, const char *title, const char *rule) {
    static const char lacks[] = "now";
    const figure none = {.id = rule};
    put_absent(at, &none, title, lacks, sizeof lacks - 1);
    if (!at->is_unmoved && at->stats.touchpoints > 0) {
        fputs("<h2>Who waits now</h2>\n<p>Not known: the clock of the engine was never moved.</p>\n", at->out.plain);
    }
    at->is_unmoved = true;
}

/* Writes a worklist. One whose rule needs what the log does not record is absent. */
static bool put_worklist(page *at, const char *title, const char *rule) {
    cxj_occasion *items = NULL;
    char message[PAGE_SENTENCE / 2] = "";
    size_t count = 0;
    cxj_status status = cxj_worklist(at->from->engine, rule, CXJ_ZERO_TERMINATED, 0, message, sizeof message, NULL,
                                     sizeof *items, &count);
    if (status == CXJ_BAD_ARGUMENT) {
        const figure none = {.id = rule};
        put_absent(at, &none, title, message, strlen(message));
        return true;
    }
    if (status == CXJ_OK && at->stats.has_now == 0 && is_by_clock(rule)) {
        put_unknown(at, title, rule);
        return true;
    }
    if (status == CXJ_TOO_SMALL) {
        items = calloc(count, sizeof *items);
        status = items == NULL ? CXJ_NO_MEMORY
                               : cxj_worklist(at->from->engine, rule, CXJ_ZERO_TERMINATED, count, message,
                                              sizeof message, items, sizeof *items, &count);
    }
    if (status == CXJ_OK) {
        FILE *out = at->lists;
        fputs(at->list_count++ == 0 ? "\n {\"title\": " : ",\n {\"title\": ", out);
        json_text(out, title, strlen(title));
        fputs(", \"rule\": ", out);
        json_text(out, rule, strlen(rule));
        fprintf(out, ", \"of\": %zu, \"occasions\": [", count);
        worklist_sort(items, count);
        for (size_t i = 0; i < count && i < LISTED; i++) {
            fputs(i == 0 ? "" : ",", out);
            put_occasion(out, at, &items[i]);
        }
        fputs("]}", out);
        plain_list(at, title, rule, items, count);
    }
    free(items);
    return status == CXJ_OK || fail(at, rule, status, message);
}

/* Writes the worklists that the host names in place of those of the template. */
static bool put_own_worklists(page *at) {
    for (size_t i = 0; i < at->from->rule_count; i++) {
        if (!put_worklist(at, at->from->rules[i], at->from->rules[i])) {
            return false;
        }
    }
    return true;
}

/* ---- The whole ------------------------------------------------------------------------------------------- */

/* Begins the plain part. */
static void plain_begin(const page *at) {
    fputs("<h1>", at->out.plain);
    figure_text(at->out.plain, at->from->title, strlen(at->from->title));
    fprintf(at->out.plain, "</h1>\n<p>%" PRIu64 " journeys, %" PRIu64 " touchpoints. ", at->stats.journeys,
            at->stats.touchpoints);
    if (at->lacks_sealed) {
        fprintf(at->out.plain, "Journeys that are sealed, and not in these numbers: %" PRIu64 ". ", at->stats.sealed);
    }
    fputs("Figures are drawn by a script, which does not run here: these are their tables.</p>\n", at->out.plain);
}

/* Reads all lines of the template, and writes what they ask for. */
static bool put_all(page *at) {
    line read;
    plain_begin(at);
    while (take_line(at, &read)) {
        if (strcmp(read.word, "worklist") == 0) {
            if (at->from->rule_count == 0 && !put_worklist(at, read.label, read.rest)) {
                return false;
            }
            continue;
        }
        figure made = {.id = read.rest, .title = read.label, .draw = "bars", .view = "journeys", .rows = FIGURE_ROWS};
        while (take_line(at, &read)) {
            if (!take_saying(&made, &read)) {
                at->held = read;
                at->has_held = true;
                break;
            }
        }
        if (made.overflows) {
            return fail(at, made.id, CXJ_LIMIT, "the template has too many columns");
        }
        if (!put_figure(at, &made)) {
            return false;
        }
    }
    return put_own_worklists(at);
}

/* Copies what was written into a temporary file. */
static void copy(FILE *out, FILE *in) {
    char bytes[4096];
    size_t length;
    rewind(in);
    while ((length = fread(bytes, 1, sizeof bytes, in)) > 0) {
        (void)fwrite(bytes, 1, length, out);
    }
}

/* Writes which metrics have no value for want of a facet. */
static void put_hidden(FILE *out, uint32_t facet, uint32_t unrecorded) {
    const char *names[64];
    size_t count = 0;
    cxj_metric_info info;
    for (size_t i = 0; cxj_metric_describe(i, &info, sizeof info) == CXJ_OK && count < 64; i++) {
        const bool any = (info.needs_any & facet) != 0 && (info.needs_any & ~unrecorded) == 0;
        bool known = (info.needs_all & facet) == 0 && !any;
        for (size_t k = 0; k < count && !known; k++) {
            known = strcmp(names[k], info.name) == 0;
        }
        if (!known) {
            names[count++] = info.name;
        }
    }
    for (size_t k = 0; k < count; k++) {
        fprintf(out, "%s\"%s\"", k == 0 ? "" : ", ", names[k]);
    }
}

/* Writes what the log records: facets, and the names of dimensions. */
static void put_recorded(FILE *out, const page *at) {
    cxj_facet_info facet;
    cxj_dimension_info dimension;
    cxj_stats stats;
    const char *comma = "\n  ";
    (void)cxj_engine_stats(at->from->engine, &stats, sizeof stats);
    fputs(",\n \"unrecorded\": [", out);
    for (size_t i = 0; cxj_facet_describe(i, &facet, sizeof facet) == CXJ_OK; i++) {
        if ((stats.unrecorded_facets & facet.facet) != 0) {
            fprintf(out, "%s{\"facet\": \"%s\", \"means\": ", comma, facet.name);
            json_text(out, facet.summary, strlen(facet.summary));
            fputs(", \"hides\": [", out);
            put_hidden(out, facet.facet, stats.unrecorded_facets);
            fputs("]}", out);
            comma = ",\n  ";
        }
    }
    fputs("],\n \"dimensions\": {", out);
    comma = "";
    for (uint32_t i = CXJ_DIMENSION_OWNER;
         cxj_dimension_describe(at->from->engine, i, &dimension, sizeof dimension) == CXJ_OK; i++) {
        if (dimension.has_dictionary != 0) {
            fprintf(out, "%s\"%s\": %" PRIu64, comma, dimension.name, dimension.names);
            comma = ", ";
        }
    }
    fputc('}', out);
}

/* Writes a moment; null if it is not known. */
static void put_moment(FILE *out, const char *member, bool is_known, int64_t moment) {
    fprintf(out, ", \"%s\": ", member);
    if (is_known) {
        fprintf(out, "%" PRId64, moment);
    } else {
        fputs("null", out);
    }
}

static void put_json(FILE *out, const page *at) {
    const cxj_stats *stats = &at->stats;
    fputs("{\"title\": ", out);
    json_text(out, at->from->title, strlen(at->from->title));
    fprintf(out, ", \"version\": \"%s\", \"touchpoints\": %" PRIu64 ", \"journeys\": %" PRIu64 ", \"sealed\": %" PRIu64,
            cxj_version_text(), stats->touchpoints, stats->journeys, stats->sealed);
    fprintf(out, ", \"rejected\": %" PRIu64, at->from->rejected);
    put_moment(out, "first", at->has_first, at->first);
    put_moment(out, "last", stats->touchpoints > 0, stats->latest_at);
    put_moment(out, "now", stats->has_now != 0, stats->now);
    fprintf(out, ", \"period\": \"%s\"", at->period);
    put_recorded(out, at);
    fputs(",\n \"absent\": [", out);
    copy(out, at->absent);
    fputs("],\n \"worklists\": [", out);
    copy(out, at->lists);
    fputs("],\n \"figures\": [", out);
    copy(out, at->out.json);
    fputs("]}\n", out);
}

/* What is written goes out in blocks. */
typedef struct sink {
    file *to;
    size_t length;
    bool failed;
    char bytes[BLOCK];
} sink;

static void sink_flush(sink *out) {
    size_t done = 0;
    while (done < out->length && !out->failed) {
        const int64_t wrote = file_write(out->to, out->bytes + done, out->length - done);
        out->failed = wrote <= 0;
        done += out->failed ? 0 : (size_t)wrote;
    }
    out->length = 0;
}

static void sink_put(sink *out, const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (out->length == BLOCK) {
            sink_flush(out);
        }
        out->bytes[out->length++] = bytes[i];
    }
}

/* Puts what a temporary file holds.
 * escapes  it is JSON: < > & stand in its strings alone, and so do the ends of lines that scripts know beside \n */
static void sink_copy(sink *out, FILE *in, bool escapes) {
    char text[8];
    int byte;
    rewind(in);
    while ((byte = getc(in)) != EOF) {
        text[0] = (char)byte;
        const bool marks = escapes && (byte == '<' || byte == '>' || byte == '&');
        const int length = marks ? snprintf(text, sizeof text, "\\u%04x", (unsigned)byte) : 1;
        sink_put(out, text, (size_t)length);
    }
}

/* Puts a page together. */
static bool put_page(page *at, FILE *json, FILE *title, file *to) {
    static const struct {
        const char *mark;
        bool escapes;
    } places[] = {{"<!--title-->", false}, {"<!--plain-->", false}, {"<!--json-->", true}};
    FILE *const parts[] = {title, at->out.plain, json};
    sink *out = calloc(1, sizeof *out);
    if (out == NULL) {
        return fail(at, "making the page", CXJ_NO_MEMORY, "");
    }
    out->to = to;
    const char *from = (const char *)page_template;
    for (size_t i = 0; i < 3; i++) {
        const char *place = strstr(from, places[i].mark);
        if (place == NULL) {
            snprintf(at->sentence, PAGE_SENTENCE, "the template has no %s", places[i].mark);
            free(out);
            return false;
        }
        sink_put(out, from, (size_t)(place - from));
        sink_copy(out, parts[i], places[i].escapes);
        from = place + strlen(places[i].mark);
    }
    sink_put(out, from, strlen(from));
    sink_flush(out);
    const bool put = !out->failed;
    free(out);
    return put;
}

/* Whether all that went into a temporary file has arrived there. */
static bool is_sound(FILE *written) {
    return fflush(written) == 0 && !ferror(written);
}

static bool make(page *at, FILE *json, FILE *title, const char *path) {
    cxj_status status = cxj_engine_stats(at->from->engine, &at->stats, sizeof at->stats);
    if (status != CXJ_OK) {
        return fail(at, "making the page", status, "");
    }
    if (!take_lines(at) || !set_facets(at) || !find_period(at) || !put_all(at)) {
        return false;
    }
    put_json(json, at);
    figure_text(title, at->from->title, strlen(at->from->title));
    if (!is_sound(json) || !is_sound(title) || !is_sound(at->out.plain) || !is_sound(at->out.json)) {
        snprintf(at->sentence, PAGE_SENTENCE, "there is no room for temporary files");
        return false;
    }
    file to;
    if (!file_create(&to, path)) {
        snprintf(at->sentence, PAGE_SENTENCE, "%s", to.sentence);
        return false;
    }
    const bool put = put_page(at, json, title, &to);
    if (put && file_commit(&to)) {
        return true;
    }
    if (to.sentence[0] != '\0') {
        snprintf(at->sentence, PAGE_SENTENCE, "%s", to.sentence);
    }
    if (!put) {
        file_abandon(&to);
    }
    return false;
}

bool page_save(const page_source *from, const char *path, char *sentence) {
    page at = {.from = from, .sentence = sentence, .period = "month"};
    FILE *files[5] = {NULL};
    bool made = true;
    sentence[0] = '\0';
    for (size_t i = 0; i < 5 && made; i++) {
        files[i] = tmpfile();
        made = files[i] != NULL;
    }
    if (made) {
        at.out.json = files[0];
        at.out.plain = files[1];
        at.absent = files[2];
        at.lists = files[3];
        FILE *json = tmpfile();
        made = json != NULL && make(&at, json, files[4], path);
        if (json != NULL) {
            (void)fclose(json);
        }
    }
    for (size_t i = 0; i < 5; i++) {
        if (files[i] != NULL) {
            (void)fclose(files[i]); /* it was temporary */
        }
    }
    if (!made && sentence[0] == '\0') {
        snprintf(sentence, PAGE_SENTENCE, "there is no room for temporary files");
    }
    free(at.lines);
    return made;
}
