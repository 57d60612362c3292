// What include/cxj.hpp adds to cxj.h: that what is owned ends, that errors carry status and sentence, that outcomes which
// are no errors come back, that texts, arrays and ranges go through. The numbers themselves other tests look at.
//
// SPDX-License-Identifier: MIT
#include <cxj.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#if defined(__cpp_lib_span)
#include <span>
#endif
#if defined(__cpp_lib_ranges)
#include <ranges>
#endif

namespace {

int checks = 0;

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        checks++;                                                                                                      \
        if (!(condition)) {                                                                                            \
            std::fprintf(stderr, "plusplus.cpp:%d: %s\n", __LINE__, #condition);                                       \
            std::exit(1);                                                                                              \
        }                                                                                                              \
    } while (0)

// The status of what a call throws, CXJ_OK if it throws nothing; a sentence must have these words.
template <class Call> cxj_status thrown(Call call, const char *words = "") {
    try {
        call();
        return CXJ_OK;
    } catch (const cxj::error &failed) {
        CHECK(std::strlen(failed.what()) > 0);
        if (std::strstr(failed.what(), words) == nullptr) std::fprintf(stderr, "no \"%s\": %s\n", words, failed.what());
        CHECK(std::strstr(failed.what(), words) != nullptr);
        return failed.status();
    }
}

constexpr std::int64_t hour = 3600000;
constexpr std::int64_t begin = 1772409600000; // 2026-03-02, a Monday

cxj::touchpoint touchpoint(std::uint64_t journey, std::uint64_t id, std::int64_t hours) {
    cxj::touchpoint t{};
    t.journey = journey;
    t.id = id;
    t.at = begin + hours * hour;
    t.facets = CXJ_FACET_CONTACT;
    return t;
}

cxj::named_touchpoint named(std::uint64_t journey, std::uint64_t id, std::int64_t hours, std::string_view channel) {
    cxj::named_touchpoint t{};
    t.journey_number = journey;
    t.id_number = id;
    t.at = begin + hours * hour;
    t.facets = CXJ_FACET_INBOUND;
    t.channel = cxj::text(channel);
    return t;
}

void free_functions() {
    CHECK(cxj::version() == CXJ_VERSION);
    CHECK(cxj::version_text() == "0.3.0" || CXJ_VERSION != 3000);
    CHECK(cxj::status_text(CXJ_STALE) != cxj::status_text(CXJ_OK));
    CHECK(cxj::size_of("cxj_touchpoint") == sizeof(cxj::touchpoint));
    CHECK(cxj::size_of("nothing") == 0);
    CHECK(cxj::facets().size() == 18 && cxj::facets()[1].name == std::string("inbound"));
    CHECK(cxj::metrics().size() == 155);
    CHECK(!cxj::predictors().empty() && cxj::predictors().size() <= 16);
    CHECK(cxj::find_metric(CXJ_GRAIN_JOURNEYS, "handoffs") == CXJ_METRIC_JOURNEYS_HANDOFFS);
    CHECK(!cxj::find_metric(CXJ_GRAIN_JOURNEYS, "handoff"));
    CHECK(cxj::nearest_metric(CXJ_GRAIN_JOURNEYS, "handofs") == CXJ_METRIC_JOURNEYS_HANDOFFS);
    CHECK(!cxj::nearest_metric(0, "qqqqqqqqqqqqqqqqqq"));
    CHECK(cxj::id_from_text("42") == 42 && cxj::id_from_text("") == 0);
    CHECK(cxj::id_from_text("a") != cxj::id_from_text("b") && cxj::id_check("a") != cxj::id_check("b"));
    // A view that is part of a text: no byte behind it is looked at.
    CHECK(cxj::find_metric(CXJ_GRAIN_JOURNEYS, std::string_view("handoffs_per_journey").substr(0, 8)) ==
          CXJ_METRIC_JOURNEYS_HANDOFFS);
}

void errors() {
    cxj::engine engine;
    CHECK(thrown([&] { engine.add_view("touchpoints by colour"); }, "column") == CXJ_BAD_TEXT);
    CHECK(thrown([&] { engine.journey(7); }) == CXJ_NOT_FOUND);
    CHECK(thrown([&] { engine.name(CXJ_DIMENSION_OWNER, 99); }, cxj::status_text(CXJ_NOT_FOUND).data()) ==
          CXJ_NOT_FOUND);
    CHECK(thrown([&] { engine.erase_customer(9); }) == CXJ_NOT_FOUND);
    CHECK(!engine.message().empty());
    cxj::options wrong;
    wrong.touchpoints_limit = 30000;
    CHECK(thrown([&] { cxj::engine refused(wrong); }, "touchpoints_limit") == CXJ_BAD_ARGUMENT);
    // A text whose length would mean something else is refused here, and is not read.
    std::string_view endless("x", static_cast<std::size_t>(CXJ_ZERO_TERMINATED));
    CHECK(thrown([&] { engine.add_view(endless); }) == CXJ_BAD_TEXT);
    CHECK(thrown([&] { cxj::key{endless}; }) == CXJ_BAD_TEXT);
    CHECK(thrown([&] { cxj::key{"1", "2", "3", "4", "5", "6", "7", "8", "9"}; }) == CXJ_BAD_ARGUMENT);
    // Every error is a std::exception.
    bool caught = false;
    try {
        engine.drop_rule(3);
    } catch (const std::exception &failed) {
        caught = std::strlen(failed.what()) > 0;
    }
    CHECK(caught);
}

void owning() {
    cxj::engine first;
    first.record(touchpoint(1, 1, 0));
    cxj::engine second(std::move(first));
    CHECK(second.stats().touchpoints == 1);
    CHECK(first.handle() == nullptr);
    CHECK(thrown([&] { first.stats(); }) == CXJ_BAD_ARGUMENT);
    CHECK(thrown([&] { first.record(touchpoint(1, 1, 0)); }) == CXJ_BAD_ARGUMENT);
    CHECK(first.message().empty());
    first = std::move(second);
    CHECK(first.stats().journeys == 1);
    cxj::engine third(first.release());
    CHECK(first.handle() == nullptr && third.stats().journeys == 1);
    cxj::view none;
    CHECK(thrown([&] { none.describe(); }) == CXJ_BAD_ARGUMENT);
    static_assert(!std::is_copy_constructible_v<cxj::engine> && std::is_nothrow_move_constructible_v<cxj::engine>);
    static_assert(!std::is_copy_constructible_v<cxj::cells> && std::is_move_constructible_v<cxj::cells>);
    static_assert(!std::is_copy_constructible_v<cxj::saver> && std::is_move_constructible_v<cxj::saver>);
}

void recording() {
    cxj::engine engine;
    std::vector<cxj::touchpoint> some = {touchpoint(1, 1, 0), touchpoint(1, 2, 1), touchpoint(2, 1, 0)};
    CHECK(engine.record(some).accepted == 3);
    CHECK(engine.record({touchpoint(1, 3, 2), touchpoint(2, 1, 0)}).duplicates == 1);
    std::array<cxj::touchpoint, 1> fixed = {touchpoint(3, 1, 0)};
    CHECK(engine.record(fixed).accepted == 1);
#if defined(__cpp_lib_span)
    CHECK(engine.record(std::span<const cxj::touchpoint>(some)).duplicates == 3);
    CHECK(engine.record(std::span(some).first(1)).duplicates == 1);
#endif
    CHECK(engine.record(std::vector<cxj::touchpoint>()).processed == 0);

    // What is refused is counted, and no error unless it is made one.
    cxj::touchpoint bad = touchpoint(4, 1, 0);
    bad.score = 3;
    cxj::receipt receipt = engine.record({bad, touchpoint(4, 2, 0)});
    CHECK(receipt.refused == 1 && receipt.accepted == 1 && receipt.first_refusal == 0);
    CHECK(!engine.message().empty());
    receipt = engine.record({bad, touchpoint(4, 3, 0)}, CXJ_STOP_AT_REFUSAL);
    CHECK(receipt.accepted == 0 && receipt.first_status == CXJ_BAD_FIELD);
    CHECK(thrown([&] { engine.require(engine.record(bad)); }, "scor") == CXJ_BAD_FIELD);
    cxj::named_touchpoint two = named(5, 1, 0, "phone");
    two.journey = cxj::text("five");
    CHECK(thrown([&] { engine.require(engine.record_named(two)); }) == CXJ_BAD_FIELD);

    std::vector<cxj::named_touchpoint> names = {named(5, 1, 0, "phone"), named(5, 2, 1, "mail")};
    CHECK(engine.record_named(names).accepted == 2);
    CHECK(engine.require(engine.record_named(named(5, 3, 2, "phone"))).accepted == 1);

    std::vector<std::uint64_t> journeys = {6, 6};
    std::vector<std::int64_t> moments = {begin, begin + hour};
    cxj::columns columns{};
    columns.size = sizeof columns;
    columns.journey = journeys.data();
    columns.at = moments.data();
    CHECK(engine.record_columns(columns, 2).accepted == 2);

    CHECK(engine.withdraw(5, 3) == CXJ_OK);
    CHECK(engine.withdraw(5, 3, 1) == CXJ_REFUSED);
    CHECK(thrown([&] { engine.withdraw(5, 77); }) == CXJ_NOT_FOUND);
    CHECK(engine.touchpoints(5).size() == 3);
    CHECK(engine.journey(5).touchpoints == 2);
    CHECK(!engine.find_journey(99) && engine.find_journey(5)->journey == 5);
    CHECK(thrown([&] { engine.touchpoints(99); }) == CXJ_NOT_FOUND);
    // More than are guessed to fit at once.
    for (std::uint64_t id = 1; id <= 100; id++) engine.record(touchpoint(8, id, static_cast<std::int64_t>(id)));
    CHECK(engine.touchpoints(8).size() == 100 && engine.touchpoints(8)[99].id == 100);
    engine.move_journey(6, 9);
    CHECK(engine.journey(9).touchpoints == 2);
    CHECK(thrown([&] { engine.move_journey(6, 9); }) == CXJ_NOT_FOUND);
    CHECK(engine.erase_journey(9) == CXJ_OK);

    cxj::touchpoint whose = touchpoint(10, 1, 0);
    whose.customer = 33;
    engine.record(whose);
    CHECK(engine.erase_customer(33) == 1);
    CHECK(engine.facet_counts()->at(0) > 0 && !engine.facet_counts().incomplete);
    engine.set_unrecorded(CXJ_FACET_CHASE);
    CHECK(engine.stats().unrecorded_facets == CXJ_FACET_CHASE);
}

void no_memory() {
    cxj::options options;
    options.memory_limit = 200000;
    cxj::engine engine(options);
    std::vector<cxj::touchpoint> many;
    for (std::uint64_t journey = 1; journey <= 2000; journey++) many.push_back(touchpoint(journey, 1, 0));
    try {
        engine.record(many);
        CHECK(engine.stats().memory > options.memory_limit); // it has no memory for that
    } catch (const cxj::record_error &failed) {
        CHECK(failed.status() == CXJ_NO_MEMORY);
        CHECK(failed.receipt().processed > 0 && failed.receipt().processed < many.size());
        CHECK(engine.stats().touchpoints == failed.receipt().accepted);
    }
}

void names() {
    cxj::engine engine;
    std::uint32_t anna = engine.code(CXJ_DIMENSION_OWNER, "Anna");
    CHECK(engine.name(CXJ_DIMENSION_OWNER, anna) == "Anna" && engine.name(CXJ_DIMENSION_OWNER, 0).empty());
    CHECK(engine.find_code(CXJ_DIMENSION_OWNER, "Anna") == anna && !engine.find_code(CXJ_DIMENSION_OWNER, "Ben"));
    cxj::touchpoint t = touchpoint(1, 1, 0);
    t.owner = anna;
    engine.record(t);
    CHECK(engine.codes(CXJ_DIMENSION_OWNER).size() == 1 && engine.codes(CXJ_DIMENSION_OWNER)[0].uses == 1);
    CHECK(engine.codes(CXJ_DIMENSION_TEAM).empty());
    CHECK(engine.describe_dimension(CXJ_DIMENSION_OWNER).names == 1);
    CHECK(thrown([&] { engine.code(CXJ_DIMENSION_OWNER, "\xff"); }) == CXJ_BAD_TEXT);
    cxj::options options;
    options.text_key[0] = 1;
    cxj::engine keyed(options);
    CHECK(keyed.id_from_text("a") != cxj::id_from_text("a") && engine.id_from_text("a") == cxj::id_from_text("a"));
    CHECK(keyed.id_check("a") != cxj::id_check("a") && engine.id_check("a") == cxj::id_check("a"));
}

// Journeys 1 to 100: by phone, then by mail 1 to 4 hours later; rated by phone.
cxj::engine filled() {
    cxj::engine engine;
    for (std::uint64_t i = 1; i <= 100; i++) {
        cxj::named_touchpoint t = named(i, 1, static_cast<std::int64_t>(i) * 24, "phone");
        t.scale = CXJ_SCALE_CSAT5;
        t.score = static_cast<std::uint8_t>(i % 5 + 1);
        t.scope = i % 2 != 0 ? CXJ_SCOPE_TOUCHPOINT : CXJ_SCOPE_JOURNEY;
        t.type = cxj::text("move");
        engine.record_named(t);
        cxj::named_touchpoint answer = named(i, 2, static_cast<std::int64_t>(i * 24 + i % 4 + 1), "mail");
        answer.facets = CXJ_FACET_UPDATE;
        answer.scale = CXJ_SCALE_CSAT5;
        answer.score = 5;
        answer.scope = CXJ_SCOPE_TOUCHPOINT;
        engine.record_named(answer);
    }
    return engine;
}

void views() {
    cxj::engine engine = filled();
    const std::uint32_t touchpoints = CXJ_METRIC_TOUCHPOINTS_TOUCHPOINTS,
                        satisfaction = CXJ_METRIC_TOUCHPOINTS_SATISFACTION;
    cxj::view by_channel = engine.add_view("touchpoints  by channel");
    CHECK(by_channel.text() == "touchpoints by channel");
    CHECK(by_channel.describe().cells == 2 && by_channel.part(0).name == "channel");
    CHECK(by_channel.part(0).dimension == CXJ_DIMENSION_CHANNEL);
    CHECK(thrown([&] { by_channel.part(1); }) == CXJ_NOT_FOUND);

    std::string seen;
    for (const cxj::cell &cell : by_channel.cells()) {
        seen += cell.part(0);
        CHECK(cell.value(touchpoints).value == 100);
        CHECK(cell.values({touchpoints, satisfaction}).size() == 2);
        std::array<cxj::metric_value, 2> room;
        cell.values({touchpoints, satisfaction}, room);
        CHECK(room[0].value == 100);
        CHECK(thrown([&] { cell.values({touchpoints, satisfaction, satisfaction}, room); }) == CXJ_TOO_SMALL);
        CHECK(thrown([&] { cell.value(CXJ_METRIC_JOURNEYS_HANDOFFS); }) == CXJ_BAD_ARGUMENT);
        CHECK(thrown([&] { cell.part(5); }) == CXJ_NOT_FOUND);
        CHECK(cell.handle() != nullptr);
    }
    CHECK(seen == "mailphone");
    cxj::cells cells = by_channel.cells();
    CHECK(!cells.incomplete() && cells.next() && cells.current().part(0) == "mail");
    cxj::cells moved = std::move(cells);
    CHECK(moved.next() && moved.current().part(0) == "phone" && !moved.next());
#if defined(__cpp_lib_ranges)
    static_assert(std::ranges::input_range<cxj::cells> && std::ranges::input_range<cxj::alerts>);
    auto range = by_channel.cells();
    CHECK(std::ranges::distance(range) == 2);
#endif

    CHECK(by_channel.value({"phone"}, touchpoints)->value == 100 && by_channel.value("phone", touchpoints)->n == 100);
    CHECK(by_channel.value(std::vector<std::string>{"mail"}, touchpoints)->value == 100);
    CHECK(!by_channel.value("phone", touchpoints).incomplete);
    CHECK(by_channel.values("phone", {touchpoints, satisfaction})->at(1).n == 50);
    CHECK(by_channel.find("phone", touchpoints) && !by_channel.find("fax", touchpoints));
    CHECK(thrown([&] { by_channel.value("fax", touchpoints); }) == CXJ_NOT_FOUND);
    CHECK(thrown([&] { by_channel.value({}, touchpoints); }, "part") == CXJ_BAD_ARGUMENT);
    CHECK(thrown([&] { by_channel.find({"phone", "mail"}, touchpoints); }) == CXJ_BAD_ARGUMENT);

    cxj::answer<cxj::view_columns> columns = by_channel.read({touchpoints, satisfaction});
    CHECK(columns->cells == 2 && columns->values.size() == 4 && columns->values[1] == 100 && columns->counts[3] == 50);
    CHECK(columns->lows[3] < columns->values[3] && columns->highs[3] > columns->values[3] && !columns.incomplete);
    CHECK(by_channel.read_part(0)->size() == 2);
    CHECK(engine.name(CXJ_DIMENSION_CHANNEL, static_cast<std::uint32_t>(by_channel.read_part(0)->at(0))) == "mail");

    CHECK(by_channel.spread(satisfaction)->cells == 2);
    CHECK(thrown([&] { by_channel.spread(touchpoints); }) == CXJ_BAD_ARGUMENT);
    CHECK(by_channel.parity("mail", "phone", satisfaction)->difference.value > 0);
    CHECK(thrown([&] { by_channel.parity("mail", {}, satisfaction); }) == CXJ_BAD_ARGUMENT);
    CHECK(by_channel.relation(touchpoints, satisfaction)->n == 2);
    CHECK(by_channel.within("mail", CXJ_METRIC_TOUCHPOINTS_WAIT_P50, 2 * hour)->n == 100);
    CHECK(std::fabs(by_channel.within("mail", CXJ_METRIC_TOUCHPOINTS_WAIT_P50, 10 * hour)->value - 1) < 1e-9);
    cxj::answer<cxj::journeys> behind = by_channel.journeys("mail");
    CHECK(behind->numbers.size() == 100 && behind->numbers[99] == 100 && behind->sealed == 0);

    cxj::view by_day = engine.add_view("touchpoints by channel per day");
    cxj::answer<cxj::control> control = by_day.control("phone", touchpoints);
    CHECK(control->points.size() == 100 && control->points[0].value.value == 1 && control->limits.centre == 1);
    CHECK(by_day.value({"2026-03-03", "phone"}, touchpoints)->value == 1);

    cxj::view weighed = engine.add_view("journeys with drivers");
    CHECK(weighed.drivers({}, CXJ_MODEL_SATISFACTION)->n == 50);
    CHECK(thrown([&] { by_channel.drivers("phone", CXJ_MODEL_SATISFACTION); }) == CXJ_BAD_ARGUMENT);

    CHECK(engine.views().size() == 3 && engine.views()[1].text() == "touchpoints by channel per day");
    engine.drop_view(by_day);
    CHECK(engine.views().size() == 2);
}

void stale_and_incomplete() {
    cxj::options options;
    options.cells_limit = 1;
    cxj::engine engine(options);
    cxj::view view = engine.add_view("touchpoints by channel");
    engine.record_named({named(1, 1, 0, "phone"), named(1, 2, 1, "mail")});
    cxj::cells cells = view.cells();
    CHECK(cells.incomplete() && view.read({CXJ_METRIC_TOUCHPOINTS_TOUCHPOINTS}).incomplete);
    CHECK(thrown([&] { view.value("mail", CXJ_METRIC_TOUCHPOINTS_TOUCHPOINTS); }) == CXJ_LIMIT);
    CHECK(cells.next());
    engine.record(touchpoint(1, 9, 9));
    CHECK(thrown([&] { cells.current().part(0); }, "changed") == CXJ_STALE);
    CHECK(thrown([&] { cells.current().value(CXJ_METRIC_TOUCHPOINTS_TOUCHPOINTS); }) == CXJ_STALE);
    CHECK(thrown([&] { cells.next(); }, "changed") == CXJ_STALE);
}

void rules() {
    cxj::engine engine = filled();
    engine.advance(begin);
    CHECK(thrown([&] { engine.advance(begin - 1); }) == CXJ_CLOCK);
    std::uint32_t rule = engine.add_rule("silent for 8h");
    CHECK(rule == 1 && engine.rules().size() == 1 && engine.rules()[0].text == std::string("silent for 8h"));
    CHECK(thrown([&] { engine.add_rule("silent"); }, "column") == CXJ_BAD_TEXT);
    engine.advance(begin + 200 * 24 * hour);
    CHECK(engine.worklist("silent for 8h").size() == 100);
    CHECK(thrown([&] { engine.worklist("silent"); }, "column") == CXJ_BAD_TEXT);
    CHECK(engine.stats().alerts == 100);
    // A loop that is left takes no more than it has come to.
    for (const cxj::alert &alert : engine.alerts()) {
        CHECK(alert.rule == rule && alert.journey == 1);
        break;
    }
    CHECK(engine.stats().alerts == 99);
    CHECK(engine.take_alerts(9).size() == 9);
    int left = 0;
    for (const cxj::alert &alert : engine.alerts()) left += alert.journey > 10;
    CHECK(left == 90 && engine.take_alerts(5).empty());
    engine.drop_rule(rule);
    CHECK(engine.rules().empty());

    CHECK(engine.calendar().empty());
    engine.set_calendar("offset  +01:00\n");
    CHECK(engine.calendar() == "offset +01:00\n");
    CHECK(thrown([&] { engine.set_calendar("offset one\n"); }, "line 1") == CXJ_BAD_TEXT);
    engine.set_calendar("");
    CHECK(engine.calendar().empty());
}

struct broken {};

void saving() {
    cxj::engine engine = filled();
    engine.add_view("touchpoints by channel");
    engine.set_mark(std::string("17"));
    CHECK(engine.mark().size() == 2 && engine.mark()[1] == std::byte{'7'});
#if defined(__cpp_lib_span)
    std::span<const std::byte> mark = engine.mark();
    CHECK(mark.size() == 2);
#endif
    std::vector<std::byte> bytes = engine.saved();
    std::vector<std::byte> again(bytes.size());
    CHECK(engine.save_bytes({}) == bytes.size());
    CHECK(engine.save_bytes(again) == bytes.size() && again == bytes);

    std::string stepwise;
    cxj::saver saver = engine.open_saver([&](const void *from, std::size_t length) {
        stepwise.append(static_cast<const char *>(from), length);
        return static_cast<std::int64_t>(length);
    });
    cxj::saver elsewhere = std::move(saver);
    int steps = 1;
    while (elsewhere.step(10)) steps++;
    CHECK(steps > 1 && stepwise.size() == bytes.size() &&
          std::memcmp(stepwise.data(), bytes.data(), bytes.size()) == 0);
    CHECK(thrown([&] { saver.step(); }) == CXJ_BAD_ARGUMENT);
    {
        cxj::saver given_up =
            engine.open_saver([](const void *, std::size_t length) { return static_cast<std::int64_t>(length); });
        CHECK(thrown([&] { engine.erase_journey(1); }) == CXJ_SAVING);
    }

    cxj::engine loaded = cxj::engine::load_bytes(bytes);
    CHECK(loaded.saved() == bytes && loaded.mark().size() == 2);
    std::size_t at = 0;
    auto read = [&](void *to, std::size_t capacity) {
        std::size_t length = std::min(capacity, stepwise.size() - at);
        std::memcpy(to, stepwise.data() + at, length);
        at += length;
        return static_cast<std::int64_t>(length);
    };
    CHECK(cxj::engine::load(read).saved() == bytes);
    at = 0;
    CHECK(cxj::validate(read).touchpoints == 200);
    CHECK(cxj::validate_bytes(bytes).journeys == 100);
    bytes[bytes.size() / 2] ^= std::byte{1};
    CHECK(thrown([&] { cxj::validate_bytes(bytes); }, "byte ") == CXJ_BAD_BYTES);
    CHECK(thrown([&] { cxj::engine::load_bytes(bytes); }, "byte ") == CXJ_BAD_BYTES);

    // What a host's function throws comes out of the call; the engine goes on as before.
    auto throws = [](auto, std::size_t) -> std::int64_t { throw broken(); };
    int caught = 0;
    try {
        engine.save(throws);
    } catch (const broken &) {
        caught++;
    }
    try {
        cxj::engine::load(throws);
    } catch (const broken &) {
        caught++;
    }
    try {
        engine.merge_saved(throws);
    } catch (const broken &) {
        caught++;
    }
    try {
        cxj::validate(throws);
    } catch (const broken &) {
        caught++;
    }
    cxj::saver fails = engine.open_saver(throws);
    try {
        while (fails.step()) {
        }
    } catch (const broken &) {
        caught++;
    }
    CHECK(caught == 5);
    CHECK(thrown([&] { fails.step(); }) == CXJ_IO);
    CHECK(thrown([&] { engine.save([](const void *, std::size_t) { return std::int64_t{0}; }); }) == CXJ_IO);
    CHECK(engine.saved() == again);

    cxj::engine other;
    other.add_view("touchpoints by channel");
    other.merge(engine);
    other.merge_bytes(again);
    at = 0;
    other.merge_saved(read);
    CHECK(other.stats().touchpoints == 200);
    cxj::engine foreign;
    foreign.add_view("touchpoints by team");
    CHECK(thrown([&] { foreign.merge_bytes(again); }, "view") == CXJ_OTHER_VIEWS);
    CHECK(thrown([&] { other.merge(other); }) == CXJ_BAD_ARGUMENT);
}

void sealing() {
    cxj::options options;
    options.seal_idle_after = hour;
    cxj::engine engine(options);
    cxj::view view = engine.add_view("touchpoints by channel");
    engine.record_named(named(1, 1, 0, "phone"));
    engine.advance(begin + 100 * hour);
    CHECK(engine.stats().sealed == 1 && view.journeys("phone")->sealed == 1 && view.journeys("phone")->numbers.empty());
    CHECK(thrown([&] { engine.journey(1); }) == CXJ_SEALED &&
          thrown([&] { (void)engine.find_journey(1); }) == CXJ_SEALED);
    CHECK(engine.record({touchpoint(1, 2, 0)}).late == 1 && engine.record(touchpoint(1, 2, 0)).late == 1);
    CHECK(thrown([&] { engine.require(engine.record(touchpoint(1, 2, 0))); }) == CXJ_LATE);
    cxj::view late = engine.add_view("touchpoints by team");
    CHECK(late.describe().lacks_sealed == 1 && late.cells().incomplete());
    const std::uint32_t touchpoints = CXJ_METRIC_TOUCHPOINTS_TOUCHPOINTS;
    engine.record(touchpoint(2, 1, 0));
    CHECK(late.value("", touchpoints).incomplete && late.values("", {touchpoints}).incomplete);
    CHECK(late.find("", touchpoints)->incomplete && late.journeys("").incomplete && late.read_part(0).incomplete);
    CHECK(!view.value("", touchpoints).incomplete && !view.journeys("").incomplete);
    CHECK(engine.erase_journey(1) == CXJ_PARTIALLY_ERASED);
}

} // namespace

int main() {
    free_functions();
    errors();
    owning();
    recording();
    no_memory();
    names();
    views();
    stale_and_incomplete();
    rules();
    saving();
    sealing();
    std::printf("%d checks\n", checks);
    return 0;
}
