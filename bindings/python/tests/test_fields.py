"""The table of names of columns is the report program's: cxj/_fields.py is made of examples/fields.def.

    python3 -m tests.test_fields --update        writes it anew"""

import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
MADE = pathlib.Path(__file__).resolve().parents[1] / "cxj" / "_fields.py"
HEAD = '''"""The fields of a log, and the names by which columns go for them: made of examples/fields.def, so that this package and the
report program understand the same; tests/test_fields.py compares, and writes it with --update."""

'''


def made() -> str:
    """What the package's table has to be."""
    entries = re.findall(r"^(FIELD|RATING|NAME|NEAR)\((\w+), (.*)\)$", (ROOT / "examples" / "fields.def").read_text("utf-8"), re.M)

    def pairs(kind: str) -> str:
        return "".join(f"    ({name!r}, {rest}),\n".replace("'", '"') for one, name, rest in entries if one == kind)

    fields = "".join(f'    "{name}",\n' for one, name, _ in entries if one in ("FIELD", "RATING"))
    return (f"{HEAD}#: All, ratings under their scales among them.\nFIELDS = (\n{fields})\n\n"
            f"#: Other names that are understood, those to be preferred first.\nNAMES = (\n{pairs('NAME')})\n\n"
            f"#: Words that may mean a field: nothing is read by them, but they are told.\nNEAR = (\n{pairs('NEAR')})\n")


class Fields(unittest.TestCase):
    def test_the_table_is_the_report_programs(self) -> None:
        self.assertEqual(MADE.read_text("utf-8"), made())


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        MADE.write_text(made(), "utf-8")
    else:
        unittest.main()
