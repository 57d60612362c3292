/* naive_report [OPTION …] LOG …
 *
 * What the plain implementation (naive.h) says of a log, as the report program's JSON (SPEC 7, 8.8): so it is held
 * against the cases of conformance itself, and not only against the library. It takes of that program's options
 *
 *     --view TEXT --calendar FILE --now MOMENT --feeds FACET,… --strict --lenient --json
 *     --spread METRIC --control METRIC --parity METRIC --relation FIRST,SECOND --within FAMILY=SPAN --drill
 *     --rule TEXT --replay
 *     --map FIELD=COLUMN --none TEXT --delimiter C --dates ORDER --unit UNIT --ties id|file
 *
 * and reads logs (naive_csv.h). Exit status as there: 1 where reading stops, 2 for wrong usage, 3 where rows were
 * refused.
 *
 * SPDX-License-Identifier: MIT
 */
#include "naive_csv.h"
#include "naive_inside.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ARGUMENTS = 128, GRAINS = 4, FAMILY = 64 };

/* Texts given with one option, in order. */
struct texts {
    const char *texts[MOST_ARGUMENTS];
    size_t count;
};

static struct {
    struct texts views, spread, control, parity, relation, within, maps, nones, logs, rules;
    naive_csv_manner reading;
    const char *calendar, *now, *feeds;
    bool strict, lenient, drill, replay;
} asked;

static void wrong_usage(const char *what, const char *text) {
    fprintf(stderr, "naive_report: %s: %s\n", what, text);
    exit(2);
}

/* ---- JSON ---- */

/* Commas: a value that is not the first of its list or object has one before it. */
static bool needs_comma;

static void open_list(char bracket) {
    printf("%s%c", needs_comma ? "," : "", bracket);
    needs_comma = false;
}

static void close_list(char bracket) {
    putchar(bracket);
    needs_comma = true;
}

static void put_text(const char *text) {
    if (needs_comma) putchar(',');
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else if ((unsigned char)*text < 32)
            printf("\\u%04x", (unsigned)*text);
        else
            putchar(*text);
    }
    putchar('"');
    needs_comma = true;
}

static void put_key(const char *name) {
    put_text(name);
    putchar(':');
    needs_comma = false;
}

static void put_number(double number) {
    if (needs_comma) putchar(',');
    if (isnan(number))
        printf("null");
    else if (fabs(number) < 1e15 && number == floor(number))
        printf("%.0f", number);
    else
        printf("%.17g", number);
    needs_comma = true;
}

static void put_count(uint64_t number) {
    printf("%s%" PRIu64, needs_comma ? "," : "", number);
    needs_comma = true;
}

static void put_word(const char *word) {
    printf("%s%s", needs_comma ? "," : "", word);
    needs_comma = true;
}

static void put_member(const char *name, double number) {
    put_key(name);
    put_number(number);
}

/* An interval, or null. */
static void put_interval(const char *name, double low, double high) {
    put_key(name);
    if (isnan(low)) {
        put_word("null");
        return;
    }
    open_list('[');
    put_number(low);
    put_number(high);
    close_list(']');
}

/* The parts of a key from first on. */
static void put_parts(const char *name, const naive_table *table, size_t cell, size_t first) {
    put_key(name);
    open_list('{');
    for (size_t i = first; i < table->parts; i++) {
        put_key(table->names[i]);
        put_text(table->cells[cell]->parts[i]);
    }
    close_list('}');
}

/* ---- Cells ---- */

static void put_metrics(const naive_table *table, size_t cell) {
    size_t count = naive_metric_count(table->grain);
    put_key("metrics");
    open_list('{');
    for (size_t i = 0; i < count; i++)
        put_member(naive_metric_name(table->grain, i), table->cells[cell]->metrics[i].value);
    close_list('}');
    put_key("intervals");
    open_list('{');
    for (size_t i = 0; i < count; i++) {
        const naive_metric *metric = &table->cells[cell]->metrics[i];
        if (!isnan(metric->low)) put_interval(naive_metric_name(table->grain, i), metric->low, metric->high);
    }
    close_list('}');
}

static void put_predictors(const naive_drivers *drivers) {
    put_key("predictors");
    open_list('{');
    for (size_t i = 0; i < NAIVE_PREDICTORS; i++) {
        const naive_predictor *predictor = &drivers->predictors[i];
        if (!predictor->taken) continue;
        put_key(naive_predictor_names[i]);
        open_list('{');
        put_member("mean", predictor->mean);
        put_member("coefficient", predictor->coefficient);
        put_member("error", predictor->error);
        put_member("t", predictor->t);
        put_member("share", predictor->share);
        close_list('}');
    }
    close_list('}');
    put_key("groups");
    open_list('{');
    for (size_t i = 0; i < NAIVE_GROUPS; i++) put_member(naive_group_names[i], drivers->groups[i]);
    close_list('}');
    put_key("left_out");
    open_list('[');
    for (size_t i = 0; i < NAIVE_PREDICTORS; i++)
        if (!drivers->predictors[i].taken) put_text(naive_predictor_names[i]);
    close_list(']');
}

static void put_drivers(const naive_cell *cell) {
    static const char *const models[NAIVE_MODELS] = {"satisfaction", "churn"};
    put_key("drivers");
    open_list('{');
    for (size_t i = 0; i < NAIVE_MODELS; i++) {
        const naive_drivers *drivers = &cell->drivers[i];
        put_key(models[i]);
        if (!drivers->has_value) {
            put_word("null");
            continue;
        }
        open_list('{');
        put_key("n");
        put_count(drivers->n);
        put_member("r2", drivers->r2);
        put_member("r2_adjusted", drivers->r2_adjusted);
        put_predictors(drivers);
        close_list('}');
    }
    close_list('}');
}

/* A quantile of the family that is named before the "=", or the count of metrics if the grain has none. */
static size_t find_family(uint32_t grain, const char *text) {
    char name[FAMILY + 4];
    size_t length = strcspn(text, "=");
    if (length >= FAMILY) return naive_metric_count(grain);
    snprintf(name, sizeof name, "%.*s_p50", (int)length, text);
    return naive_metric_find(grain, name);
}

static void put_within(const naive_table *table, size_t cell) {
    bool is_first = true;
    for (size_t i = 0; i < asked.within.count; i++) {
        const char *text = asked.within.texts[i];
        int64_t span = 0;
        bool is_of_days;
        uint64_t between[2];
        size_t index = find_family(table->grain, text);
        naive_read_span(strchr(text, '=') + 1, &span, &is_of_days);
        if (index == naive_metric_count(table->grain) || (is_of_days && table->in_hours)) continue;
        if (is_first) {
            put_key("within");
            open_list('{');
        }
        is_first = false;
        naive_metric metric = naive_within(table, cell, index, span, between);
        put_key(text);
        if (isnan(metric.value)) {
            put_word("null");
            continue;
        }
        open_list('{');
        put_member("value", metric.value);
        put_key("n");
        put_count(metric.n);
        put_interval("interval", metric.low, metric.high);
        close_list('}');
    }
    if (!is_first) close_list('}');
}

static void put_cell(const naive_csv *csv, const naive_table *table, size_t cell) {
    open_list('{');
    put_parts("key", table, cell, 0);
    put_metrics(table, cell);
    if (table->with_drivers) put_drivers(table->cells[cell]);
    put_within(table, cell);
    if (asked.drill) {
        put_key("drill");
        open_list('[');
        for (size_t i = 0; i < table->cells[cell]->journey_count; i++)
            put_text(naive_csv_text(csv, table->cells[cell]->journeys[i]));
        close_list(']');
    }
    close_list('}');
}

/* ---- Beyond one cell ---- */

/* Opens the object of one kind of analysis when the first of it comes. */
static void begin_part(const char *name, bool *is_open) {
    if (!*is_open) {
        put_key(name);
        open_list('{');
    }
    *is_open = true;
}

static void put_extreme(const char *name, const naive_table *table, size_t cell, size_t index) {
    const naive_metric *metric = &table->cells[cell]->metrics[index];
    put_key(name);
    open_list('{');
    put_parts("key", table, cell, 0);
    put_member("value", metric->value);
    put_key("n");
    put_count(metric->n);
    close_list('}');
}

static void put_spread(const naive_table *table, size_t index) {
    naive_spread spread = naive_spread_of(table, index);
    open_list('{');
    put_key("n");
    put_count(spread.n);
    put_key("cells");
    put_count(spread.cells);
    put_member("eta2", spread.eta2);
    put_member("epsilon2", spread.epsilon2);
    if (spread.has_extremes) {
        put_extreme("lowest", table, spread.lowest, index);
        put_extreme("highest", table, spread.highest, index);
    } else {
        put_member("lowest", NAN);
        put_member("highest", NAN);
    }
    put_member("difference", spread.difference);
    put_interval("interval", spread.low, spread.high);
    close_list('}');
}

/* Whether a cell is the first with its parts from the first of them on. */
static bool is_first_of_rest(const naive_table *table, size_t cell, size_t first) {
    for (size_t c = 0; c < cell; c++) {
        bool same = true;
        for (size_t i = first; i < table->parts; i++)
            same = same && strcmp(table->cells[c]->parts[i], table->cells[cell]->parts[i]) == 0;
        if (same) return false;
    }
    return true;
}

static const naive_table *sorted_table;

static int order_rests(const void *a, const void *b) {
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    int order = 0;
    for (size_t i = 1; i < sorted_table->parts && !order; i++)
        order = strcmp(sorted_table->cells[x]->parts[i], sorted_table->cells[y]->parts[i]);
    return order;
}

/* One cell of each key without its period, in order; to be freed. */
static size_t *all_rests(const naive_table *table, size_t *count) {
    size_t *rests = naive_allocate(table->count * sizeof *rests);
    *count = 0;
    for (size_t c = 0; c < table->count; c++)
        if (is_first_of_rest(table, c, 1)) rests[(*count)++] = c;
    sorted_table = table;
    qsort(rests, *count, sizeof *rests, order_rests);
    return rests;
}

static void put_control(const naive_table *table, size_t index) {
    size_t count, *rests = all_rests(table, &count);
    open_list('[');
    for (size_t r = 0; r < count; r++) {
        naive_control control = naive_control_of(table, rests[r], index);
        open_list('{');
        put_parts("key", table, rests[r], 1);
        put_key("points");
        open_list('[');
        for (size_t i = 0; i < control.count; i++) {
            open_list('{');
            put_key("period");
            put_text(table->cells[control.points[i].cell]->period);
            put_member("value", control.points[i].value);
            put_key("outside");
            put_word(control.points[i].outside ? "true" : "false");
            put_key("run");
            put_word(control.points[i].run ? "true" : "false");
            close_list('}');
        }
        close_list(']');
        put_member("centre", control.centre);
        put_member("low", control.low);
        put_member("high", control.high);
        close_list('}');
        free(control.points);
    }
    close_list(']');
    free(rests);
}

static void put_pair(const naive_table *table, size_t a, size_t b, size_t index) {
    naive_parity parity = naive_parity_of(table, a, b, index);
    open_list('{');
    put_parts("a", table, a, 0);
    put_key("a_n");
    put_count(parity.a_n);
    put_parts("b", table, b, 0);
    put_key("b_n");
    put_count(parity.b_n);
    put_member("difference", parity.difference);
    put_interval("interval", parity.low, parity.high);
    close_list('}');
}

static void put_parity(const naive_table *table, size_t index) {
    size_t count, *rests = all_rests(table, &count);
    open_list('[');
    if (!table->has_period) put_pair(table, table->count - 1, 0, index);
    for (size_t r = 0; r < count && table->has_period; r++) {
        naive_control control = naive_control_of(table, rests[r], index);
        if (control.count >= 2) put_pair(table, control.points[control.count - 1].cell, control.points[0].cell, index);
        free(control.points);
    }
    close_list(']');
    free(rests);
}

static void put_relation(const naive_table *table, size_t first, size_t second) {
    naive_relation relation = naive_relation_of(table, first, second);
    if (!relation.has_value) {
        put_word("null");
        return;
    }
    open_list('{');
    put_key("n");
    put_count(relation.n);
    put_member("r", relation.r);
    put_member("slope", relation.slope);
    put_member("intercept", relation.intercept);
    put_interval("interval", relation.low, relation.high);
    close_list('}');
}

/* The two metrics of a relation, by the comma between them. */
static void split_relation(const char *text, uint32_t grain, size_t *first, size_t *second) {
    char name[FAMILY] = "";
    size_t length = strcspn(text, ",");
    if (length < FAMILY) memcpy(name, text, length);
    *first = naive_metric_find(grain, name);
    *second = naive_metric_find(grain, text[length] ? text + length + 1 : "");
}

static void put_analyses(const naive_table *table) {
    static const char *const names[] = {"spread", "control", "parity", "relation"};
    const struct texts *const metrics[] = {&asked.spread, &asked.control, &asked.parity, &asked.relation};
    size_t none = naive_metric_count(table->grain);
    for (int what = 0; what < 4; what++) {
        bool is_open = false;
        if ((what == 1 && !table->has_period) || (what == 2 && table->count < 2)) continue;
        for (size_t i = 0; i < metrics[what]->count; i++) {
            const char *text = metrics[what]->texts[i];
            size_t index = naive_metric_find(table->grain, text), second = index;
            if (what == 3) split_relation(text, table->grain, &index, &second);
            if (index == none || second == none) continue;
            if (what == 1 ? naive_metric_is_quantile(table->grain, index)
                          : what != 3 && !naive_metric_is_comparable(table->grain, index))
                continue;
            begin_part(names[what], &is_open);
            put_key(text);
            if (what == 0) put_spread(table, index);
            if (what == 1) put_control(table, index);
            if (what == 2) put_parity(table, index);
            if (what == 3) put_relation(table, index, second);
        }
        if (is_open) close_list('}');
    }
}

/* ---- Rules (SPEC 9) ---- */

static void put_moment(const char *name, int64_t moment) {
    put_key(name);
    printf("%" PRId64, moment);
    needs_comma = true;
}

/* What an occasion and an alert both say; the object stays open. */
static void put_occasion(const naive_csv *csv, const naive_occasion *occasion) {
    put_key("journey");
    put_text(naive_csv_text(csv, occasion->journey));
    put_key("commitment");
    put_count(occasion->commitment);
    put_moment("since", occasion->since);
    put_moment("from", occasion->from);
}

static void put_worklists(const naive_csv *csv) {
    put_key("worklists");
    open_list('[');
    for (size_t r = 0; r < asked.rules.count; r++) {
        naive_occasions list = naive_worklist(&csv->log, asked.rules.texts[r]);
        open_list('{');
        put_key("rule");
        put_text(asked.rules.texts[r]);
        put_key("occasions");
        open_list('[');
        for (size_t i = 0; i < list.count; i++) {
            open_list('{');
            put_occasion(csv, &list.items[i]);
            close_list('}');
        }
        close_list(']');
        close_list('}');
        free(list.items);
    }
    close_list(']');
}

/* "rows are recorded in the file's order, one call each; before each that can be read (duplicates and withdrawn ones,
 * too), the clock advances to its at if that is later, or if it is the first (after the last, to --now if given and
 * later)". Returns the rules with their alerts; the clock of the log is then where the replay left it. */
static naive_watch *replay(naive_csv *csv, int64_t now) {
    naive_log live = {.calendar = csv->log.calendar, .unrecorded = csv->log.unrecorded};
    naive_watch *watch = naive_watch_make(SIZE_MAX, true);
    for (size_t r = 0; r < asked.rules.count; r++) naive_rule_add(watch, &live, asked.rules.texts[r]);
    for (size_t i = 0; i < csv->log.count; i++) {
        uint64_t journey = csv->log.items[i].fields.journey;
        if (!live.has_now || csv->ats[i] > live.now) naive_advance(watch, &live, csv->ats[i]);
        naive_arrive(&live, &csv->log.items[i]);
        naive_look(watch, &live, &journey, 1);
    }
    if (asked.now && (!live.has_now || now > live.now)) naive_advance(watch, &live, now);
    csv->log.has_now = live.has_now;
    csv->log.now = live.now;
    naive_log_clear(&live);
    return watch;
}

static void put_alerts(const naive_csv *csv, naive_watch *watch) {
    size_t count;
    uint64_t dropped;
    const naive_alert *alerts = naive_waiting_alerts(watch, &count, &dropped);
    put_key("alerts");
    open_list('[');
    for (size_t i = 0; i < count; i++) {
        const char *text = "";
        uint64_t raised;
        for (size_t r = 0; r < naive_rule_count(watch); r++) {
            const char *rule = "";
            if (naive_rule_at(watch, r, &rule, &raised) == alerts[i].rule) text = rule;
        }
        open_list('{');
        put_key("rule");
        put_text(text);
        put_occasion(csv, &alerts[i].occasion);
        put_moment("raised_at", alerts[i].raised_at);
        close_list('}');
    }
    close_list(']');
}

/* ---- What is asked ---- */

/* "A metric that no grain has, or that is of a kind that does not go, is wrong usage." */
static void check_metrics(void) {
    const struct texts *const metrics[] = {&asked.spread, &asked.control, &asked.parity, &asked.relation,
                                           &asked.within};
    for (int what = 0; what < 5; what++) {
        for (size_t i = 0; i < metrics[what]->count; i++) {
            const char *text = metrics[what]->texts[i];
            bool first_goes = false, second_goes = what != 3;
            for (uint32_t grain = 1; grain < GRAINS; grain++) {
                size_t none = naive_metric_count(grain), index = naive_metric_find(grain, text), second = none;
                if (what == 3) split_relation(text, grain, &index, &second);
                if (what == 4) index = find_family(grain, text);
                second_goes = second_goes || second < none;
                if (index == none) continue;
                first_goes =
                    first_goes || what >= 3 ||
                    (what == 1 ? !naive_metric_is_quantile(grain, index) : naive_metric_is_comparable(grain, index));
            }
            if (!first_goes || !second_goes) wrong_usage("no metric that goes with what is asked", text);
        }
    }
    for (size_t i = 0; i < asked.within.count; i++) {
        const char *text = asked.within.texts[i], *span = strchr(text, '=');
        int64_t ms;
        bool is_of_days;
        if (!span || !naive_read_span(span + 1, &ms, &is_of_days)) wrong_usage("no span", text);
    }
}

static naive_calendar *read_calendar(const char *path) {
    static char text[1 << 20];
    size_t line = 0;
    FILE *file = fopen(path, "rb");
    if (!file) wrong_usage("a calendar that cannot be read", path);
    size_t length = fread(text, 1, sizeof text, file);
    fclose(file);
    if (length == sizeof text) wrong_usage("a calendar that is too long for this program", path);
    naive_calendar *calendar = naive_calendar_read(text, length, &line);
    if (!calendar) {
        fprintf(stderr, "naive_report: %s:%zu is no line of a calendar\n", path, line);
        exit(2);
    }
    return calendar;
}

static void read_arguments(int argc, char **argv) {
    static const struct {
        const char *name;
        struct texts *texts;
        const char **text;
        bool *flag;
    } options[] = {
        {"--view", &asked.views, NULL, NULL},
        {"--spread", &asked.spread, NULL, NULL},
        {"--control", &asked.control, NULL, NULL},
        {"--parity", &asked.parity, NULL, NULL},
        {"--relation", &asked.relation, NULL, NULL},
        {"--within", &asked.within, NULL, NULL},
        {"--rule", &asked.rules, NULL, NULL},
        {"--map", &asked.maps, NULL, NULL},
        {"--none", &asked.nones, NULL, NULL},
        {"--delimiter", NULL, &asked.reading.delimiter, NULL},
        {"--dates", NULL, &asked.reading.dates, NULL},
        {"--unit", NULL, &asked.reading.unit, NULL},
        {"--ties", NULL, &asked.reading.ties, NULL},
        {"--calendar", NULL, &asked.calendar, NULL},
        {"--now", NULL, &asked.now, NULL},
        {"--feeds", NULL, &asked.feeds, NULL},
        {"--strict", NULL, NULL, &asked.strict},
        {"--lenient", NULL, NULL, &asked.lenient},
        {"--drill", NULL, NULL, &asked.drill},
        {"--replay", NULL, NULL, &asked.replay},
        {"--json", NULL, NULL, NULL},
    };
    const size_t count = sizeof options / sizeof options[0];
    for (int i = 1; i < argc; i++) {
        size_t o = 0;
        while (o < count && strcmp(argv[i], options[o].name) != 0) o++;
        if (o == count) {
            if (argv[i][0] == '-' || asked.logs.count == MOST_ARGUMENTS) wrong_usage("not understood", argv[i]);
            asked.logs.texts[asked.logs.count++] = argv[i];
            continue;
        }
        if (options[o].flag) *options[o].flag = true;
        if (!options[o].texts && !options[o].text) continue;
        if (++i == argc) wrong_usage("needs a word behind it", argv[i - 1]);
        if (options[o].text) *options[o].text = argv[i];
        if (!options[o].texts) continue;
        if (options[o].texts->count == MOST_ARGUMENTS) wrong_usage("too many", argv[i - 1]);
        options[o].texts->texts[options[o].texts->count++] = argv[i];
    }
    if (asked.logs.count == 0) wrong_usage("a log is needed", "naive_report [OPTION …] LOG");
}

static void put_log(const naive_csv *csv) {
    naive_feed feed = naive_feed_counts(&csv->log);
    naive_stats stats = naive_statistics(&csv->log);
    const struct {
        const char *name;
        uint64_t count;
    } counts[] = {{"touchpoints", stats.touchpoints}, {"duplicates", feed.duplicates}, {"conflicts", feed.conflicts},
                  {"superseded", feed.superseded},    {"rejected", csv->rejected},     {"late", 0},
                  {"journeys", stats.journeys}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        put_key(counts[i].name);
        put_count(counts[i].count);
    }
    put_key("now");
    printf("%" PRId64, csv->log.now);
    needs_comma = true;
}

static void put_view(const naive_csv *csv, const char *text) {
    naive_table *table = naive_read(&csv->log, text);
    open_list('{');
    put_key("view");
    put_text(text);
    put_key("cells");
    open_list('[');
    for (size_t c = 0; c < table->count; c++) put_cell(csv, table, c);
    close_list(']');
    put_analyses(table);
    close_list('}');
    naive_table_free(table);
}

int main(int argc, char **argv) {
    naive_csv csv;
    uint32_t recorded = (UINT32_C(1) << NAIVE_FACETS) - 1;
    read_arguments(argc, argv);
    check_metrics();
    if (asked.feeds && !naive_csv_facets(asked.feeds, ',', &recorded)) wrong_usage("not all facets", asked.feeds);
    naive_log unfed = {0};
    naive_set_unrecorded(&unfed, ~recorded);
    naive_calendar *calendar = asked.calendar ? read_calendar(asked.calendar) : NULL;
    for (size_t i = 0; i < asked.views.count; i++) {
        if (!naive_is_view(asked.views.texts[i])) wrong_usage("no view", asked.views.texts[i]);
        if (!calendar && naive_needs_calendar(asked.views.texts[i]))
            wrong_usage("a calendar is needed", asked.logs.texts[0]);
    }
    for (size_t i = 0; i < asked.rules.count; i++) {
        const char *rule = asked.rules.texts[i];
        if (!naive_is_rule(rule)) wrong_usage("no rule", rule);
        if (!calendar && naive_rule_needs_calendar(rule)) wrong_usage("a calendar is needed", rule);
        if (!naive_rule_is_fed(rule, unfed.unrecorded)) wrong_usage("a facet is needed that is not recorded", rule);
    }
    int64_t now = 0;
    asked.reading = (naive_csv_manner){
        asked.reading.delimiter, asked.reading.dates, asked.reading.unit, asked.reading.ties, asked.maps.texts,
        asked.nones.texts,       asked.maps.count,    asked.nones.count,  calendar,           asked.strict};
    const char *wrong = naive_csv_wrong(&asked.reading);
    if (wrong) wrong_usage("an option does not take this", wrong);
    if (asked.now && !naive_csv_moment(asked.now, &asked.reading, &now)) wrong_usage("no moment", asked.now);
    const char *stopped = naive_csv_read(&csv, asked.logs.texts, asked.logs.count, &asked.reading);
    if (stopped) {
        fprintf(stderr, "naive_report: %s\n", stopped);
        return 1;
    }
    naive_stats stats = naive_statistics(&csv.log);
    csv.log.calendar = calendar;
    csv.log.unrecorded = unfed.unrecorded;
    csv.log.has_now = asked.now || stats.touchpoints > 0;
    csv.log.now = asked.now ? now : stats.latest_at;
    naive_watch *watch = asked.replay ? replay(&csv, now) : NULL;
    open_list('{');
    put_log(&csv);
    put_key("views");
    open_list('[');
    for (size_t i = 0; i < asked.views.count; i++) put_view(&csv, asked.views.texts[i]);
    close_list(']');
    if (asked.rules.count) put_worklists(&csv);
    if (watch && asked.rules.count) put_alerts(&csv, watch);
    close_list('}');
    putchar('\n');
    if (watch) naive_watch_free(watch);
    int status = csv.rejected && !asked.lenient ? 3 : 0;
    naive_csv_free(&csv);
    naive_calendar_free(calendar);
    return status;
}
