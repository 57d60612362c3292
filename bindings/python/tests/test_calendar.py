"""Calendars: their offsets are those that zoneinfo knows, moment by moment; and what is no calendar is refused in words."""

import copy
import datetime
import pickle
import random
import re
import unittest
import zoneinfo

import cxj
from cxj import _spread

UTC = datetime.timezone.utc
SECOND, HOUR, DAY = (datetime.timedelta(**{unit: 1}) for unit in ("seconds", "hours", "days"))
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "UTC",
         "Asia/Kathmandu", "America/Sao_Paulo", "Africa/Cairo", "Asia/Gaza", "Pacific/Kiritimati",
         "Antarctica/Troll", "Europe/Dublin")
OFFSET = r"[+-]\d\d:\d\d"


def have_zones() -> bool:
    try:
        return bool([zoneinfo.ZoneInfo(name) for name in ZONES])
    except zoneinfo.ZoneInfoNotFoundError:
        return False


def offset_of(text: str) -> datetime.timedelta:
    length = datetime.timedelta(hours=int(text[1:3]), minutes=int(text[4:]))
    return -length if text[0] == "-" else length


def offsets_of(calendar: cxj.Calendar) -> "tuple[datetime.timedelta, list[tuple[datetime.datetime, datetime.timedelta]]]":
    """The offset that is not dated, and those that are."""
    first, *dated = [line.split()[1:] for line in str(calendar).splitlines() if line.startswith("offset ")]
    return offset_of(first[0]), [(datetime.datetime.fromisoformat(at.replace("Z", "+00:00")), offset_of(text))
                                 for at, text in dated]


def in_force(calendar: cxj.Calendar, moment: datetime.datetime) -> datetime.timedelta:
    """SPEC 10: offset(u), the offset in force at u."""
    offset, dated = offsets_of(calendar)
    for begin, after in dated:
        if begin <= moment:
            offset = after
    return offset


class Changing(datetime.tzinfo):
    """A zone of a host's own, whose offset changes at moments that are given."""

    def __init__(self, changes: "list[tuple[datetime.datetime, datetime.timedelta]]") -> None:
        self.changes = changes

    def fromutc(self, moment: datetime.datetime) -> datetime.datetime:
        return moment + self.at(moment.replace(tzinfo=UTC))

    def at(self, moment: datetime.datetime) -> datetime.timedelta:
        return [offset for begin, offset in self.changes if begin <= moment][-1]

    def utcoffset(self, local: "datetime.datetime | None") -> "datetime.timedelta | None":
        if local is None:
            return None
        naive = local.replace(tzinfo=None)
        possible = [offset for _, offset in self.changes if self.at((naive - offset).replace(tzinfo=UTC)) == offset]
        return possible[0]

    def dst(self, _: "datetime.datetime | None") -> "datetime.timedelta | None":
        return None

    def tzname(self, _: "datetime.datetime | None") -> "str | None":
        return None


@unittest.skipUnless(have_zones(), "there is no data of zones; the package tzdata has them")
class Zones(unittest.TestCase):
    def test_offsets_are_those_of_zoneinfo(self) -> None:
        """At random moments of the years written, and to the second around each change, the offset in force is zoneinfo's."""
        seed = random.randrange(2**32)
        dice = random.Random(seed)
        for name in ZONES:
            zone = zoneinfo.ZoneInfo(name)
            calendar = cxj.Calendar(name)
            first, dated = offsets_of(calendar)
            begin = datetime.datetime(2000, 1, 2, tzinfo=UTC)
            length = datetime.datetime(2049, 12, 31, tzinfo=UTC) - begin
            moments = [begin + dice.random() * length for _ in range(300)]
            for change, _ in dated:
                moments += [change - SECOND, change - SECOND / 1000, change, change + SECOND]
            for moment in moments:
                self.assertEqual(in_force(calendar, moment), moment.astimezone(zone).utcoffset(),
                                 f"{name} at {moment}, seed {seed}")
            # Each line says something new, in order of time.
            self.assertEqual([at for at, _ in dated], sorted({at for at, _ in dated}), name)
            held = [first, *(offset for _, offset in dated)]
            self.assertFalse([one for one, after in zip(held, held[1:]) if one == after], name)

    def test_changes_of_some_zones_are_those_of_their_laws(self) -> None:
        for name, years, lines in (
            ("Europe/Berlin", (2026, 2026), ["+01:00", "2026-03-29T01:00:00Z +02:00", "2026-10-25T01:00:00Z +01:00"]),
            ("America/New_York", (2026, 2026), ["-05:00", "2026-03-08T07:00:00Z -04:00", "2026-11-01T06:00:00Z -05:00"]),
            # Half an hour of summer time.
            ("Australia/Lord_Howe", (2026, 2026), ["+11:00", "2026-04-04T15:00:00Z +10:30", "2026-10-03T15:30:00Z +11:00"]),
            # Friday 30 December 2011 is not there: from one end of the world to the other.
            ("Pacific/Apia", (2011, 2011), ["-10:00", "2011-04-02T14:00:00Z -11:00", "2011-09-24T14:00:00Z -10:00",
                                            "2011-12-30T10:00:00Z +14:00"]),
            # The clock goes back for Ramadan.
            ("Africa/Casablanca", (2025, 2025), ["+01:00", "2025-02-23T02:00:00Z +00:00", "2025-04-06T02:00:00Z +01:00"]),
            ("UTC", (2000, 2049), ["+00:00"]),
        ):
            text = "".join(f"offset {line}\n" for line in lines)
            self.assertEqual(str(cxj.Calendar(name, years=years)), text)
            self.assertEqual(str(cxj.Calendar(zoneinfo.ZoneInfo(name), years=years)), text)

    def test_outside_of_the_years_the_offset_stays(self) -> None:
        """Before them that of their beginning, behind them that of their end: of local years."""
        calendar = cxj.Calendar("Australia/Lord_Howe", years=(2020, 2021))
        self.assertEqual(in_force(calendar, datetime.datetime(2019, 6, 1, tzinfo=UTC)), 11 * HOUR)
        self.assertEqual(in_force(calendar, datetime.datetime(2030, 6, 1, tzinfo=UTC)), 11 * HOUR)
        self.assertEqual(len(offsets_of(calendar)[1]), 4)
        whole = offsets_of(cxj.Calendar("Europe/Berlin"))[1]
        self.assertEqual((whole[0][0].year, whole[-1][0].year, len(whole)), (2000, 2049, 100))
        self.assertEqual(cxj.Calendar("Europe/Berlin"), cxj.Calendar("Europe/Berlin", years=(2000, 2049)))
        # At the ends of what datetime has.
        for years in ((1, 3), (9998, 9999)):
            for name in ("Etc/GMT+12", "Etc/GMT-14"):
                self.assertEqual(len(str(cxj.Calendar(name, years=years)).splitlines()), 1)

    def test_what_is_no_zone_is_refused(self) -> None:
        for words, zone in {"the nearest is 'Europe/Berlin'": "Europe/Berln", "names are like 'Europe/Berlin'": "x",
                            "there is no zone 'Europe'": "Europe", "there is no zone '../x'": "../x", "no zone ''": "",
                            r"there is no zone '\x00'": "\0", "or a tzinfo is expected, not 5": 5}.items():
            with self.subTest(words), self.assertRaisesRegex(ValueError, "^zone: .*" + re.escape(words)):
                cxj.Calendar(zone)  # type: ignore[arg-type]
        # Until 1972 the clock of Monrovia was behind by 44 minutes and 30 seconds.
        with self.assertRaisesRegex(ValueError, "^zone: Africa/Monrovia is -0:44:30 from UTC at 1970.*; whole minutes"):
            cxj.Calendar("Africa/Monrovia", years=(1970, 1980))
        cxj.Calendar("Africa/Monrovia")


class Own(unittest.TestCase):
    """What needs no data of zones."""

    def test_a_zone_of_a_hosts_own(self) -> None:
        """A tzinfo whose offset never changes, and one that changes twice within two days."""
        self.assertEqual(str(cxj.Calendar(datetime.timezone(-9.5 * HOUR))), "offset -09:30\n")
        self.assertEqual(str(cxj.Calendar(UTC)), str(cxj.Calendar()))
        begin = datetime.datetime(2010, 5, 5, 0, 0, 17, tzinfo=UTC)
        changes = [(datetime.datetime(1, 1, 1, tzinfo=UTC), 2 * HOUR), (begin, 5 * HOUR), (begin + 1.25 * DAY, 2 * HOUR),
                   (begin + 9 * DAY, -3 * HOUR), (begin + 9 * DAY + 2 * HOUR, 18 * HOUR)]
        self.assertEqual(offsets_of(cxj.Calendar(Changing(changes))), (2 * HOUR, changes[1:]))
        for beyond in (18 * HOUR + 60 * SECOND, -19 * HOUR):
            with self.assertRaisesRegex(ValueError, "whole minutes within 18 hours are expected"):
                cxj.Calendar(datetime.timezone(beyond))

    def test_years(self) -> None:
        for words, years in {"not 5": 5, "2001 is after 2000": (2001, 2000), "0 is not within": (0, 5),
                             "'2000' is no whole number": ("2000", 2001), r"not \(1, 2, 3\)": (1, 2, 3)}.items():
            with self.subTest(words), self.assertRaisesRegex(ValueError, "^years: .*" + words):
                cxj.Calendar(years=years)  # type: ignore[arg-type]

    def test_hours_in_every_form(self) -> None:
        lines = ["mon-thu 09:00-12:30 13:30-17:00", "fri 09:00-12:00"]
        wanted = "offset +00:00\n" + "".join(f"hours {line}\n" for line in lines)
        for hours in (lines, tuple(lines), "\n".join(lines), iter(lines),
                      "\n  mon-thu   09:00-12:30  13:30-17:00\n\n" + lines[1],
                      {"mon-thu": "09:00-12:30 13:30-17:00", "fri": "09:00-12:00"},
                      {"mon-thu": ["09:00-12:30", "13:30-17:00"], "fri": ("09:00-12:00",)}):
            self.assertEqual(str(cxj.Calendar(hours=hours)), wanted)  # type: ignore[arg-type]
        for words, wrong in {"hours: there are none": {}, "hours: there are none;": "", "not 5": 5,
                             "hours, mon: .* not 5": {"mon": 5}, "hours, mon: .* in one line": {"mon": "09:00-10:00\non x"},
                             "not b'mon'": b"mon"}.items():
            with self.subTest(words), self.assertRaisesRegex(ValueError, "^hours.*" + words[5:]):
                cxj.Calendar(hours=wrong)  # type: ignore[arg-type]

    def test_what_is_no_line_of_a_calendar_is_refused(self) -> None:
        """By the library, with the line as it was made here, or its number in a text of the host's own."""
        for words, make in {
            "^'hours mon 9-17', column 11: expected .*, found \"9-17\"": lambda: cxj.Calendar(hours="mon 9-17"),
            "^'hours mo 09:00-17:00', column 7: ": lambda: cxj.Calendar(hours={"mo": "09:00-17:00"}),
            "^'hours fri-mon 09:00-17:00', column ": lambda: cxj.Calendar(hours=["fri-mon 09:00-17:00"]),
            "^'hours tue 09:00-10:00', column ": lambda: cxj.Calendar(hours=["mon-fri 09:00-17:00", "tue 09:00-10:00"]),
            "^'on 2026-12-25 Noel', column 15: ": lambda: cxj.Calendar(holidays={"2026-12-25": "Noel"}),
            "^'on 2026-12-25 12:00-09:00', column ": lambda: cxj.Calendar(holidays=["2026-12-25 12:00-09:00"]),
            "^calendar, line 2, column 1: expected ": lambda: cxj.Calendar.from_text("offset +01:00\nopen mon\n"),
            "the text is empty": lambda: cxj.Calendar.from_text(""),
            "a calendar: 5 is no text": lambda: cxj.Calendar.from_text(5),  # type: ignore[arg-type]
        }.items():
            with self.subTest(words), self.assertRaisesRegex(ValueError, words):
                make()

    def test_a_text_is_written_in_one_way(self) -> None:
        text = ("# an office\r\n\n  hours   sat 10:00-12:00\nhours mon-fri 09:00-17:00\n on 2026-12-25 closed # open\n"
                "offset +01:00")
        with self.assertRaises(ValueError):
            cxj.Calendar.from_text(text)  # a remark is a line of its own
        calendar = cxj.Calendar.from_text(text.replace(" # open", ""))
        wanted = "on 2026-12-25 closed\noffset +01:00\nhours mon-fri 09:00-17:00\nhours sat 10:00-12:00\n"
        self.assertEqual(sorted(str(calendar).splitlines()), sorted(wanted.splitlines()))
        self.assertEqual(cxj.Calendar.from_text(str(calendar)), calendar)

    def test_holidays_in_every_form(self) -> None:
        """In order of time, however they come; alike twice is once."""
        date = datetime.date(2026, 12, 25)
        wanted = "offset +00:00\non 2026-12-24 09:00-12:00\non 2026-12-25 closed\n"
        for holidays in ([date, "2026-12-24 09:00-12:00"], ["2026-12-25", date, "2026-12-24  09:00-12:00"],
                         "2026-12-25\n2026-12-24 09:00-12:00\n", {date: "closed", "2026-12-24": ["09:00-12:00"]},
                         [datetime.datetime(2026, 12, 25), "2026-12-25 closed", "2026-12-24 09:00-12:00"]):
            self.assertEqual(str(cxj.Calendar(holidays=holidays)), wanted)  # type: ignore[arg-type]
        for words, wrong in {"a date such as .* not 'x'": ["x"], "not 5": [5], "not '2026-02-30'": ["2026-02-30"],
                             "not '20261225'": ["20261225"],
                             "2026-12-25 is said twice": {date: "closed", "2026-12-25": "09:00-10:00"},
                             r"not datetime.datetime\(": [datetime.datetime(2026, 12, 25, 8)], "a list or a dict": date,
                             "not None": {date: None}, "not ''": {date: ""}}.items():
            with self.subTest(words), self.assertRaisesRegex(ValueError, "^holidays.*" + words):
                cxj.Calendar(holidays=wrong)  # type: ignore[arg-type]

    def test_a_calendar_is_its_text(self) -> None:
        calendar = cxj.Calendar(datetime.timezone(HOUR), "mon-fri 09:00-17:00", ["2026-12-25"])
        self.assertEqual(calendar.text, "offset +01:00\non 2026-12-25 closed\nhours mon-fri 09:00-17:00\n")
        for same in (cxj.Calendar.from_text(str(calendar)), copy.deepcopy(calendar), pickle.loads(pickle.dumps(calendar))):
            self.assertEqual((same, hash(same), str(same)), (calendar, hash(calendar), str(calendar)))
        self.assertNotEqual(calendar, cxj.Calendar())
        self.assertNotEqual(calendar, calendar.text)
        self.assertEqual(repr(calendar), "<cxj.Calendar: 1 offset, 1 on, 1 hours>")


class Engines(unittest.TestCase):
    TEXT = "offset +01:00\nhours mon-fri 09:00-17:00\n"

    def test_an_engine_has_a_calendar_or_none(self) -> None:
        with cxj.Engine() as engine:
            self.assertIsNone(engine.calendar)
            engine.calendar = self.TEXT  # type: ignore[assignment]
            self.assertEqual(engine.calendar, cxj.Calendar.from_text(self.TEXT))
            with self.assertRaisesRegex(ValueError, "^calendar, line 1, column 1: "):
                engine.calendar = "nonsense"  # type: ignore[assignment]
            with self.assertRaisesRegex(TypeError, "not int"):
                engine.calendar = 5  # type: ignore[assignment]
            self.assertEqual(str(engine.calendar), self.TEXT)
            engine.calendar = None
            self.assertIsNone(engine.calendar)
        with self.assertRaisesRegex(cxj.Error, "closed"):
            engine.calendar
        with self.assertRaisesRegex(ValueError, "^calendar, line 1"):
            cxj.Engine(calendar="nonsense")

    def test_it_lasts_with_the_engine(self) -> None:
        calendar = cxj.Calendar.from_text(self.TEXT)
        with cxj.Engine(["touchpoints per day"], calendar=calendar) as engine:
            engine.record(journey=1, id=1, at=10**12, owner="ann")
            for again in (cxj.Engine.from_bytes(engine.to_bytes()), copy.copy(engine),
                          pickle.loads(pickle.dumps(engine)), cxj.Engine.from_bytes(engine.to_bytes(), calendar=calendar)):
                with again:
                    self.assertEqual((again.calendar, again.to_bytes()), (calendar, engine.to_bytes()))
                    again.merge(engine)
            with cxj.Engine.from_bytes(engine.to_bytes(), calendar="offset +02:00") as other:
                self.assertEqual(str(other.calendar), "offset +02:00\n")
                with self.assertRaisesRegex(cxj.Error, "calendar") as caught:
                    other.merge(engine)
                self.assertEqual(caught.exception.status, cxj.header.OTHER_CALENDAR)

    def test_engines_that_were_fed_apart_become_one(self) -> None:
        """As Dask and Spark do it: settings, a calendar among them, go to each engine."""
        settings = {"calendar": cxj.Calendar.from_text(self.TEXT)}
        views = ["touchpoints per day", "touchpoints in working hours"]
        with cxj.Engine(views, **settings) as whole:
            parts = []
            for i in range(3):
                with cxj.Engine(views, **settings) as part:
                    for engine in (whole, part):
                        engine.record(journey=1, id=1 + i, at=10**12 + i * 10**8)
                    parts.append(_spread.Fed(part.to_bytes(), cxj.Receipt(1, 1)))
            for count in (0, 3):
                with _spread.merged(parts[:count], views, settings) as merged:
                    self.assertEqual((merged.calendar, list(merged)), (settings["calendar"], views))
                    self.assertEqual(merged.receipt, cxj.Receipt(count, count))
            self.assertEqual(_spread.merged(parts, views, settings).to_bytes(), whole.to_bytes())

    def test_working_hours_need_one(self) -> None:
        with cxj.Engine() as engine:
            with self.assertRaisesRegex(ValueError, "calendar") as caught:
                engine.add_view("touchpoints in working hours")
            self.assertEqual(caught.exception.status, cxj.header.NO_CALENDAR)  # type: ignore[attr-defined]
            engine.calendar = self.TEXT  # type: ignore[assignment]
            view = engine.add_view("touchpoints  by owner in working hours")
            self.assertEqual(view.text, "touchpoints by owner in working hours")
            self.assertEqual(engine["touchpoints by  owner in working hours"], view)
            self.assertIn(view.text, engine)
            with self.assertRaisesRegex(ValueError, "calendar"):
                engine.calendar = None
            self.assertEqual(str(engine.calendar), self.TEXT)

    def test_what_is_sealed_cannot_be_measured_again(self) -> None:
        with cxj.Engine(seal_ended_after=DAY, calendar=self.TEXT) as engine:
            engine.record(journey=1, at=10**12, outcome="completed")
            engine.advance(10**12 + 10**10)
            self.assertEqual(engine.stats().sealed, 1)
            with self.assertRaises(cxj.Error) as caught:
                engine.calendar = "offset +02:00"  # type: ignore[assignment]
            self.assertEqual(caught.exception.status, cxj.header.SEALED)
            engine.calendar = self.TEXT + "on 2099-01-01 closed\n"  # type: ignore[assignment]

    @unittest.skipUnless(have_zones(), "there is no data of zones; the package tzdata has them")
    def test_periods_are_those_of_local_time(self) -> None:
        """SPEC 10: "a moment belongs to the hour, day, … of its local time", as zoneinfo has it, "and is told by its local
        text, or by the moment of its first local time"; a frame has the local time at which it begins."""
        seed = random.randrange(2**32)
        dice = random.Random(seed)
        for name in ("Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia"):
            zone = zoneinfo.ZoneInfo(name)
            views = ["touchpoints per day", "touchpoints per hour", "touchpoints per month"]
            begin = datetime.datetime(2011, 9, 1, tzinfo=UTC)
            with cxj.Engine(views, calendar=cxj.Calendar(name)) as engine:
                moments = [begin + dice.randrange(250 * 24 * 60) * HOUR / 60 for _ in range(800)]
                for i, moment in enumerate(moments):
                    engine.record(journey=1 + i, at=moment)
                for view, pattern in zip(views, ("%Y-%m-%d", "%Y-%m-%dT%H", "%Y-%m")):
                    wanted: "dict[str, int]" = {}
                    for moment in moments:
                        text = moment.astimezone(zone).strftime(pattern)
                        wanted[text] = wanted.get(text, 0) + 1
                    got = {cell.key["period"]: cell.metrics["touchpoints"].value for cell in engine[view]}
                    self.assertEqual(got, wanted, (name, view, seed))
                    for cell, start in zip(engine[view], engine[view].to_dict()["period"]):
                        text = cell.key["period"]
                        self.assertEqual((start.tzinfo, start.strftime(pattern)), (None, text))
                        self.assertEqual((start.day == 1 or "day" in view or "hour" in view, start.minute), (True, 0))
                        self.assertEqual(engine[view].get(period=start), cell.metrics)
                day = engine[views[0]]
                for cell, start in zip(day, map(cxj._view.datetime_of, day._begins())):
                    self.assertEqual(start.astimezone(zone).strftime("%Y-%m-%d"), cell.key["period"])
                    self.assertNotEqual((start - SECOND / 1000).astimezone(zone).strftime("%Y-%m-%d"), cell.key["period"])
                    self.assertEqual(day.get(period=start), cell.metrics)

    @unittest.skipUnless(have_zones(), "there is no data of zones; the package tzdata has them")
    def test_working_hours_are_those_of_local_time(self) -> None:
        """SPEC 10: a duration from t1 to t2 is B(t2) − B(t1), the minutes in between that are open by zoneinfo's local time."""
        seed = random.randrange(2**32)
        dice = random.Random(seed)
        for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe"):
            zone = zoneinfo.ZoneInfo(name)
            spans = {day: [(540, 750), (810, 1020)] for day in range(5)}
            spans[6] = [(60, 240)]  # over the change of clocks
            closed = datetime.date(2026, 3, 27)

            def is_open(moment: datetime.datetime) -> bool:
                local = moment.astimezone(zone)
                minute = 60 * local.hour + local.minute
                return local.date() != closed and any(a <= minute < b for a, b in spans.get(local.weekday(), []))

            calendar = cxj.Calendar(name, {"mon-fri": "09:00-12:30 13:30-17:00", "sun": "01:00-04:00"}, [closed])
            changes = [at for at, _ in offsets_of(calendar)[1] if at.year == 2026]
            with cxj.Engine(["touchpoints by owner in working hours"], calendar=calendar) as engine:
                view, = engine.views
                for trial in range(30):
                    near = dice.choice([*changes, datetime.datetime(2026, 3, 27, tzinfo=UTC)])
                    begin = near + dice.randrange(-4 * 24 * 60, 0) * HOUR / 60
                    end = near + dice.randrange(0, 4 * 24 * 60) * HOUR / 60
                    engine.record(journey=1 + trial, at=begin)
                    engine.record(journey=1 + trial, at=end, owner=str(trial))
                    minutes = sum(is_open(begin + i * HOUR / 60) for i in range(int((end - begin) / (HOUR / 60))))
                    got = view.get("wait_mean", owner=str(trial))["wait_mean"].value
                    self.assertEqual(got, 60000 * minutes, (name, begin, end, seed))


if __name__ == "__main__":
    unittest.main()
