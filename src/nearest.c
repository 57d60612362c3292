/* nearest: which metric a name that is none may mean.
 *
 * Names are compared as words without what only sets them apart in writing: small letters and digits of ASCII. What is
 * another word for a metric comes first, then what is spelt alike; only what is near is named, for a guess that is far
 * off helps nobody. */
#include "nearest.h"

#include <string.h>

/* Other words for metrics: on each line a metric, and words of the trade that mean it, or come nearest to it here. Of
 * several metrics for one word the first that the grain has is meant; what is spelt like a word here need not stand
 * here. */
static const char synonyms[] = "first_response_p50 frt firstresponsetime timetofirstresponse firstreplytime\n"
                               "response_p50 responsetime replytime asa speedofanswer\n"
                               "duration_p50 ttr mttr timetoresolution resolutiontime cycletime leadtime tat aht "
                               "handletime averagehandletime\n"
                               "wait_p50 waitingtime queuetime aht handletime averagehandletime\n"
                               "csat csatscore customersatisfaction\n"
                               "touch_satisfaction csat csatscore customersatisfaction rating\n"
                               "satisfaction rating stars\n"
                               "dissatisfaction dsat\n"
                               "nps npsscore netpromoterscore tnps\n"
                               "journey_nps nps npsscore netpromoterscore rnps\n"
                               "ces cesscore customereffortscore effort\n"
                               "journey_ces ces cesscore customereffortscore effort\n"
                               "employee_satisfaction esat enps\n"
                               "satisfaction_sd variance standarddeviation\n"
                               "consistency variance standarddeviation\n"
                               "first_contact_resolution fcr fcrrate firstcallresolution\n"
                               "completion_rate conversion successrate\n"
                               "abandoned abandonment dropouts\n"
                               "churn_rate churn attrition retention\n"
                               "reopened reopenrate\n"
                               "on_time_rate sla slaattainment slacompliance otif punctuality\n"
                               "late slabreaches delays\n"
                               "overdue pastdue\n"
                               "handoffs_per_journey transferrate escalationrate\n"
                               "handoffs handovers transfers escalations\n"
                               "changes handoffs handovers transfers escalations\n"
                               "bounces pingpong\n"
                               "repeats recontacts\n"
                               "faults errors defects complaints\n"
                               "fault_rate errorrate defectrate\n"
                               "chases followups\n"
                               "contacts calls\n"
                               "journeys cases tickets volume\n"
                               "touchpoints events interactions\n"
                               "open backlog wip\n"
                               "response_rate surveyresponserate participation\n"
                               "flawless_share perfectorderrate straightthroughrate\n"
                               "value revenue clv ltv\n"
                               "value_lost lostrevenue\n";

/* A name as letters and digits alone; longer ones are none. */
enum { MOST = 48 };
struct word {
    char text[MOST];
    size_t length;
};

static bool reduce(const char *name, size_t length, struct word *word) {
    word->length = 0;
    for (size_t i = 0; i < length; i++) {
        char c = name[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        if (c == ' ' || c == '_' || c == '-') continue;
        if (word->length == MOST) return false;
        word->text[word->length++] = c;
    }
    return word->length > 0;
}

/* Letters that must be put in, left out or changed to make one word of the other. (Levenshtein, "Binary codes capable
 * of correcting deletions, insertions, and reversals", 1966.) */
static size_t distance_of(const struct word *a, const struct word *b) {
    size_t row[MOST + 1];
    for (size_t j = 0; j <= b->length; j++) row[j] = j;
    for (size_t i = 1; i <= a->length; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b->length; j++) {
            size_t changed = diagonal + (a->text[i - 1] != b->text[j - 1]);
            size_t moved = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = changed < moved ? changed : moved;
        }
    }
    return row[b->length];
}

/* The best found so far, and how far it is from what was asked. */
struct guess {
    uint32_t grain;
    struct word asked;
    size_t place, distance;
};

static void consider(struct guess *guess, const char *name, size_t length, size_t place) {
    struct word word;
    if (place == SIZE_MAX || !reduce(name, length, &word)) return;
    size_t distance = distance_of(&guess->asked, &word);
    if (distance >= guess->distance) return;
    guess->distance = distance;
    guess->place = place;
}

/* The place of a metric of the grain, or of the first that has it. */
static size_t place_in(uint32_t grain, const char *name, size_t length) {
    if (grain != 0) return cxj__metric_find(grain, name, length);
    size_t place = SIZE_MAX;
    for (uint32_t g = CXJ_GRAIN_TOUCHPOINTS; g <= CXJ_GRAIN_JOURNEYS && place == SIZE_MAX; g++) {
        place = cxj__metric_find(g, name, length);
    }
    return place;
}

static void consider_synonyms(struct guess *guess) {
    for (const char *at = synonyms; *at != '\0'; at++) {
        size_t length = strcspn(at, " ");
        size_t place = place_in(guess->grain, at, length);
        for (at += length; *at == ' '; at += length) {
            at++;
            length = strcspn(at, " \n");
            consider(guess, at, length, place);
        }
    }
}

size_t cxj__nearest_find(uint32_t grain, const char *name, size_t length) {
    struct guess guess = {.grain = grain, .place = SIZE_MAX};
    if (!reduce(name, length, &guess.asked)) return SIZE_MAX;
    guess.distance = guess.asked.length / 4 + 1; /* as far as that is no help */
    for (size_t place = 0; place < cxj__metric_count(); place++) {
        cxj_metric_info info;
        cxj__metric_describe(place, &info);
        if (grain == 0 || info.grain == grain) consider(&guess, info.name, strlen(info.name), place);
    }
    consider_synonyms(&guess);
    return guess.place;
}
