"""XES: events are what the file says, however it is cut, packed or encoded; start and complete are one touchpoint; and a file
that is hostile, damaged or none at all is refused with its line."""

import contextlib
import gzip
import io
import itertools
import os
import pathlib
import random
import tempfile
import tracemalloc
import unittest
from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

from cxj import _xes, recipes

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="event"><string key="concept:name" value="of no event"/></global>
  <classifier name="Activity" keys="concept:name"/>
  <string key="concept:name" value="of the log"/>
"""
LOG = HEAD + """  <trace>
    <string key="concept:name" value="T&#252; &lt;1&gt;"/>
    <int key="amount" value="300"/>
    <event>
      <string key="concept:name" value="call"><string key="inside" value="of no event"/></string>
      <date key="time:timestamp" value="2024-03-04T09:00:00.000+01:00"/>
      <string key="org:resource" value="ann"/>
      <string key="lifecycle:transition" value="start"/>
      <float key="cost" value="1.5"/>
      <boolean key="urgent" value="true"/>
      <list key="rooms"><values><string key="room" value="of no event"/></values></list>
    </event>
    <event>
      <string key="concept:name" value="call"/>
      <date key="time:timestamp" value="2024-03-04T10:00:00.000+01:00"/>
      <string key="org:resource" value="ann"/>
      <string key="lifecycle:transition" value="complete"/>
    </event>
  </trace>
  <trace>
    <id key="concept:name" value="2"/>
    <event><string key="concept:name" value="visit"/><date key="time:timestamp" value="2024-03-05T10:00:00Z"/></event>
  </trace>
</log>
"""
EVENTS = [
    {"case:concept:name": "Tü <1>", "case:amount": 300, "concept:name": "call",
     "time:timestamp": "2024-03-04T09:00:00.000+01:00", "org:resource": "ann", "lifecycle:transition": "start", "cost": 1.5,
     "urgent": True},
    {"case:concept:name": "Tü <1>", "case:amount": 300, "concept:name": "call",
     "time:timestamp": "2024-03-04T10:00:00.000+01:00", "org:resource": "ann", "lifecycle:transition": "complete"},
    {"case:concept:name": "2", "concept:name": "visit", "time:timestamp": "2024-03-05T10:00:00Z"}]


def read(text: "str | bytes") -> "list[dict[str, object]]":
    return list(_xes.events(io.BytesIO(text if isinstance(text, bytes) else text.encode())))


class Pieces:
    """A file that gives what it is asked for in smaller pieces."""

    def __init__(self, data: bytes, dice: random.Random) -> None:
        self.file, self.dice = io.BytesIO(data), dice

    def read(self, size: int) -> bytes:
        return self.file.read(self.dice.randint(1, min(size, 40)))


class Endless:
    """A file that is made while it is read."""

    def __init__(self, parts: "Iterator[bytes]") -> None:
        self.parts = parts

    def read(self, size: int) -> bytes:
        return next(self.parts, b"")


class Events(unittest.TestCase):
    def test_what_the_file_says(self) -> None:
        self.assertEqual(read(LOG), EVENTS)
        prefixed = LOG.replace("xmlns=", "xmlns:xes=").replace("<log", "<xes:log").replace("</log", "</xes:log")
        self.assertEqual(read(prefixed), EVENTS)
        self.assertEqual(read(LOG.replace("UTF-8", "UTF-16").encode("utf-16")), EVENTS)
        self.assertEqual(read(LOG.replace(' xmlns="http://www.xes-standard.org/"', "")), EVENTS)

    def test_however_it_comes(self) -> None:
        seed = random.randrange(2**32)
        for data in (LOG.encode(), gzip.compress(LOG.encode()), gzip.compress(LOG[:300].encode()) +
                     gzip.compress(LOG[300:].encode())):
            with self.subTest(seed=seed):
                self.assertEqual(list(_xes.events(Pieces(data, random.Random(seed)))), EVENTS)

    def test_a_random_log(self) -> None:
        seed = random.randrange(2**32)
        dice = random.Random(seed)

        def word() -> str:
            return "".join(dice.choice("ab<>&\"'ü京 ]") for _ in range(dice.randint(1, 6)))

        events, text = [], HEAD
        for _ in range(30):
            trace = {word(): word() for _ in range(dice.randint(0, 4))}
            text += "<trace>" + "".join(f"<string key={quoteattr(k)} value={quoteattr(v)}/>" for k, v in trace.items())
            for _ in range(dice.randint(0, 5)):
                event = {word(): word() for _ in range(dice.randint(0, 4))}
                text += "<event>" + "".join(f"<string key={quoteattr(k)} value={quoteattr(v)}/>" for k, v in event.items())
                text += "</event>"
                events.append({**{f"case:{k}": v for k, v in trace.items()}, **event})
            text += "</trace>"
        with self.subTest(seed=seed):
            self.assertEqual(list(_xes.events(Pieces((text + "</log>").encode(), dice))), events)

    def test_a_large_log_takes_little_room(self) -> None:
        event = LOG[LOG.index("    <event>"):LOG.index("    </event>")] + "    </event>\n"
        parts = itertools.chain([HEAD.encode(), b"<trace>"], (event.encode() * 100 for _ in range(200)), [b"</trace></log>"])
        tracemalloc.start()
        try:
            count = sum(1 for _ in _xes.events(Endless(parts)))
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        self.assertEqual(count, 20_000)
        self.assertLess(most, 4 << 20, f"of {20_000 * len(event) >> 20} MiB")

    def test_as_touchpoints(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for name, data in (("a.xes", LOG.encode()), ("a.XES.gz", gzip.compress(LOG.encode()))):
                path = pathlib.Path(folder, name)
                path.write_bytes(data)
                rows = recipes.pm4py(path)
                self.assertEqual([(row["journey"], row["at"], row["activity"], row["owner"]) for row in rows],
                                 [("Tü <1>", 1709542800000, "call", "ann"), ("2", 1709632800000, "visit", None)])
                self.assertEqual(rows.left_out, {"case:amount": 2, "cost": 1, "urgent": 1})
                self.assertEqual(recipes.from_files("xes", [path]), rows)
                self.assertEqual(recipes.pm4py(list(_xes.events(path))), rows)


class Refused(unittest.TestCase):
    def refused(self, text: "str | bytes", words: str) -> None:
        with self.assertRaisesRegex(ValueError, words):
            read(text)

    def test_what_declares_anything(self) -> None:
        bomb = '<!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
        for declared in (bomb, '<!DOCTYPE log SYSTEM "file:///etc/passwd">', '<!DOCTYPE log [<!ENTITY x SYSTEM "x">]>'):
            self.refused(f'<?xml version="1.0"?>\n{declared}<log><string key="a" value="&b;"/></log>',
                         r"the file: line 2: a DOCTYPE \(log\) is declared; XES has none")

    def test_what_has_no_bounds(self) -> None:
        self.refused(HEAD + "<trace>" + "<string key='a' value='1'>" * 200, "more than 100 elements lie in each other")
        self.refused(HEAD + "<trace><event>" + "".join(f"<string key='{n}' value=''/>" for n in range(10_001)),
                     "more than 10000 attributes of one trace or event")
        parts = itertools.chain([HEAD.encode(), b'<trace><event><string key="a" value="'], (b"a" * 65_536 for _ in range(10**6)))
        with self.assertRaisesRegex(ValueError, "does not end within 16 MiB"):
            list(_xes.events(Endless(parts)))

    def test_what_is_damaged(self) -> None:
        whole = LOG.encode()
        for end in range(len(HEAD), len(whole) - 2, 97):
            self.refused(whole[:end], r"line \d+: this is no XML: ")
        packed = gzip.compress(random.Random(1).randbytes(10) + whole)
        self.refused(packed[:len(packed) // 2], "line 1: this is no XML|what gzip has packed here is cut off, or damaged")
        packed = gzip.compress(whole)
        self.refused(packed[:-9], "what gzip has packed here is cut off, or damaged")
        self.refused(packed[:60] + bytes([packed[60] ^ 255]) + packed[61:], "cut off, or damaged|line ")
        self.refused(b"", "line 1: this is no XML: no element found")
        self.refused("journey,at\n1,2\n", "line 1: this is no XML: ")

    def test_what_is_no_xes(self) -> None:
        self.refused("<definitions/>", "line 1: an XES file begins with <log>, and this one with <definitions>")
        self.refused("<log><trace><event><int key='n' value='many'/></event></trace></log>", "n: 'many' is no number")
        self.refused("<log><trace><string value='1'/></trace></log>", "<string> must have a key and a value")
        self.refused("<log><trace><event/><string key='concept:name' value='1'/></trace></log>",
                     "the attribute 'concept:name' of a trace stands behind an event of it; it must stand before")

    def test_files_are_named_and_closed(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "log.xes")
            with open(path, "w", encoding="utf-8") as file:
                file.write("<log>")
            with self.assertRaisesRegex(ValueError, r"log\.xes: line 1: this is no XML: no element found"):
                list(_xes.events(path))
            with open(path, "rb") as file, contextlib.suppress(ValueError):
                list(_xes.events(file))
            with self.assertRaises(FileNotFoundError):
                list(_xes.events(path + "x"))


if __name__ == "__main__":
    unittest.main()
