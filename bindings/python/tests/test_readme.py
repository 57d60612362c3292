"""Each piece of Python in README.md runs, one after the other, as a reader would type them."""

import contextlib
import io
import os
import pathlib
import re
import unittest
import zoneinfo

README = pathlib.Path(__file__).resolve().parent.parent / "README.md"


def have_zones() -> bool:
    try:
        return bool(zoneinfo.ZoneInfo("Europe/Berlin"))
    except zoneinfo.ZoneInfoNotFoundError:
        return False


class Readme(unittest.TestCase):
    @unittest.skipUnless(have_zones(), "there is no data of zones; the package tzdata has them")
    def test_snippets_run(self) -> None:
        snippets = re.findall(r"^```python\n(.*?)^```$", README.read_text("utf-8"), re.M | re.S)
        self.assertGreater(len(snippets), 1)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(README.parent)
        names: dict[str, object] = {}
        with contextlib.redirect_stdout(io.StringIO()) as said:
            for snippet in snippets:
                exec(compile(snippet, str(README), "exec"), names)
        for words in ("ann   bob", "offset +01:00", "drivers of satisfaction: R²", "control of csat",
                      "overdue for 1d where team = billing 1 ann 2026-01-02", "overdue: 2", "ann   eve", "alerts: 3", "4 tickets, 3 journeys"):
            self.assertIn(words, said.getvalue())


if __name__ == "__main__":
    unittest.main()
