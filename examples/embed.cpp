/* embed: a small host of cxj in C++, a template to copy. examples/embed.c is the same story in C.
 *
 * SPDX-License-Identifier: MIT
 *
 * A customer is promised a technician; the visit moves, and nobody says so. The host records what happens when it
 * happens, shows where the journey stands and who waits, and reads a view over all journeys (there is but one).
 */
#include <cxj.hpp>

#include <cstdio>
#include <exception>
#include <string_view>

namespace {

constexpr std::uint64_t journey = 1001;

// Moments are milliseconds since 1970; this story begins on Monday, 2026-03-02.
constexpr std::int64_t moment(int day, int hour) {
    return 1772409600000 + (day * std::int64_t{24} + hour) * 3600000;
}

// Records one touchpoint, by names. The id makes it harmless to record the same twice. A touchpoint that is refused
// would be counted in the receipt; this host takes no refusal.
void happens(cxj::engine &engine, std::uint64_t id, std::string_view activity, std::string_view owner,
             std::string_view team, cxj::named_touchpoint t) {
    t.journey_number = journey;
    t.id_number = id;
    t.activity = cxj::text(activity);
    t.owner = cxj::text(owner);
    t.team = cxj::text(team);
    engine.require(engine.record_named(t));
}

cxj::named_touchpoint at(std::int64_t moment, std::uint32_t facets, std::int64_t due = 0) {
    cxj::named_touchpoint t{};
    t.at = moment;
    t.facets = facets;
    t.due = due;
    return t;
}

void run() {
    cxj::engine engine;
    cxj::view by_team = engine.add_view("transitions by team");
    engine.advance(moment(0, 8));
    engine.add_rule("overdue");

    happens(engine, 1, "order", "anna", "sales", at(moment(0, 9), CXJ_FACET_INBOUND, moment(7, 18)));
    happens(engine, 2, "planning", "plan-1", "dispatch", at(moment(2, 10), 0));
    happens(engine, 3, "call", "ben", "service", at(moment(9, 9), CXJ_FACET_CHASE | CXJ_FACET_REPEATED));
    engine.advance(moment(10, 0));

    for (const cxj::alert &alert : engine.alerts()) {
        std::printf("alert: journey %u is overdue, and %.*s has it\n", static_cast<unsigned>(alert.journey),
                    static_cast<int>(engine.name(CXJ_DIMENSION_OWNER, alert.owner).size()),
                    engine.name(CXJ_DIMENSION_OWNER, alert.owner).data());
    }

    happens(engine, 4, "visit", "tech-03", "field",
            at(moment(14, 11), CXJ_FACET_CONTACT | CXJ_FACET_DELIVERED | CXJ_FACET_RESOLVED));
    std::printf("journey %u: %u touchpoints, %u handoffs\n", static_cast<unsigned>(journey),
                engine.journey(journey).touchpoints, engine.journey(journey).handoffs);

    for (const cxj::cell &cell : by_team.cells()) {
        std::printf("%s -> %s: %.0f, after %.0f h\n", cell.part(0).data(), cell.part(1).data(),
                    cell.value(CXJ_METRIC_TRANSITIONS_TRANSITIONS).value,
                    cell.value(CXJ_METRIC_TRANSITIONS_WAIT_MEAN).value / 3600000);
    }
}

} // namespace

int main() {
    try {
        run();
        return std::fflush(stdout) == 0 ? 0 : 1;
    } catch (const std::exception &failed) {
        std::fprintf(stderr, "embed: %s\n", failed.what());
        return 1;
    }
}
