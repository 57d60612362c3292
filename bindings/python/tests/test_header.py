"""Whether what cxj/_header.py declares is what cxj.h declares: functions, structs, members, constants."""

import ctypes
import pathlib
import re
import unittest

import cxj
from cxj import _header as header
from cxj import _values

TEXT = (pathlib.Path(__file__).resolve().parents[3] / "include" / "cxj.h").read_text("utf-8")
PLAIN = re.sub(r"/\*.*?\*/", "", TEXT, flags=re.S)

TYPES = {
    "uint64_t": ctypes.c_uint64, "int64_t": ctypes.c_int64, "uint32_t": ctypes.c_uint32, "int32_t": ctypes.c_int32,
    "uint16_t": ctypes.c_uint16, "uint8_t": ctypes.c_uint8, "size_t": ctypes.c_size_t, "double": ctypes.c_double,
    "cxj_status": ctypes.c_int32,
}


def type_of(words: str) -> object:
    """What a parameter is, as _header.py says it."""
    words = words.strip()
    if words == "void":
        return None
    if words.startswith("cxj_write"):
        return header.WRITE
    if words.startswith("cxj_read"):
        return header.READ
    if "*" in words:
        return "text" if re.match(r"const char \*", words) else "pointer"
    name = words.split()[0]
    return TYPES[name]


def member_of(words: str) -> "tuple[str, object]":
    """A member of a struct: its name, and its type as _header.py says it."""
    found = re.match(r"(.*?)(\w+)(?:\[(\w+)\])?$", words, re.S)
    assert found
    kind, name, count = found.groups()
    kind = kind.replace("const", "").strip()
    if "*" in kind or kind == "cxj_allocate":
        return name, "pointer"
    one = TYPES.get(kind) or header.STRUCTS[kind]
    if count is None:
        return name, one
    number = re.search(rf"#define {count} (\d+)", PLAIN)
    return name, one * int(number.group(1) if number else count)  # type: ignore[operator]


class Header(unittest.TestCase):
    def test_functions(self) -> None:
        declared = re.findall(r"CXJ_API\s+([\w\s*]+?)\s*(\bcxj_\w+)\(([^)]*)\);", PLAIN)
        self.assertEqual({name for _, name, _ in declared}, set(header.FUNCTIONS))
        for result, name, parameters in declared:
            got_result, *got = header.FUNCTIONS[name]
            wanted = [type_of(one) for one in parameters.split(",") if one.strip() != "void"]
            self.assertEqual(len(wanted), len(got), name)
            for wants, gets in zip(wanted, got):
                if wants in ("text", "pointer"):
                    self.assertIn(gets, (header.Pointer, ctypes.c_char_p), name)
                else:
                    self.assertIs(gets, wants, name)
            returns = type_of(result + (" x" if "*" not in result else "")) if result.strip() != "void" else None
            self.assertIs(got_result, ctypes.c_char_p if returns == "text" else returns, name)

    def test_structs(self) -> None:
        declared = dict((name, body) for body, name in re.findall(r"typedef struct \w+ \{(.*?)\} (\w+);", PLAIN, re.S))
        self.assertEqual(set(declared), set(header.STRUCTS))
        for name, body in declared.items():
            members = [member_of(member.strip()) for member in body.split(";") if member.strip()]
            fields = [(field[0], field[1]) for field in header.STRUCTS[name]._fields_]
            self.assertEqual([field for field, _ in fields], [member for member, _ in members], name)
            for (field, has), (_, wants) in zip(fields, members):
                if wants == "pointer":
                    self.assertIn(has, (ctypes.c_void_p, ctypes.c_char_p), f"{name}.{field}")
                else:
                    self.assertEqual(has, wants, f"{name}.{field}")
            self.assertEqual(ctypes.sizeof(header.STRUCTS[name]), cxj.lib.cxj_size_of(name.encode()), name)

    def test_callbacks(self) -> None:
        declared = re.findall(r"typedef (\w[\w ]*\*?)\s*\(\*(cxj_\w+)\)\(([^)]*)\);", PLAIN)
        known = {"cxj_allocate": header.ALLOCATE, "cxj_write": header.WRITE, "cxj_read": header.READ}
        self.assertEqual({name for _, name, _ in declared}, set(known))
        for result, name, parameters in declared:
            wanted = [ctypes.c_void_p if "*" in one else TYPES[one.split()[0]] for one in (result, *parameters.split(","))]
            self.assertEqual([known[name]._restype_, *known[name]._argtypes_], wanted, name)

    def test_constants(self) -> None:
        """Every constant of the header is here, and none beside."""
        numbers = {name: int(number) for name, number in re.findall(r"\b(CXJ_[A-Z0-9_]+) = (\d+)", PLAIN)}
        wanted = {"CXJ_DIMENSION_" + name: getattr(header, "DIMENSION_" + name)
                  for name in ("OUTCOME", "CHURNED", "ENTRY", "EXIT")}
        for prefix, names in (("CXJ_DIMENSION_", header.DIMENSIONS), ("CXJ_OUTCOME_", header.OUTCOMES),
                              ("CXJ_GRAIN_", header.GRAINS), ("CXJ_UNIT_", header.UNITS), ("CXJ_KIND_", header.KINDS),
                              ("CXJ_SCALE_", header.SCALES), ("CXJ_SCOPE_", header.SCOPES)):
            wanted.update({prefix + name.upper(): place + 1 for place, name in enumerate(names)})
        statuses = ("OK", "DONE", "STALE", "REFUSED", "BAD_ARGUMENT", "BAD_FIELD", "BAD_TEXT", "NOT_FOUND", "LIMIT",
                    "NO_MEMORY", "CLOCK", "LATE", "SUMS_STAY", "SEALED", "SAVING", "IO", "BAD_BYTES", "NEWER_FORMAT",
                    "OTHER_VIEWS")
        wanted.update({"CXJ_" + name: getattr(header, name) for name in statuses})
        self.assertEqual(numbers, wanted)

        bits = dict(re.findall(r"#define CXJ_FACET_(\w+) \(UINT32_C\(1\) << (\d+)\)", PLAIN))
        self.assertEqual(bits, {name.upper(): str(bit) for bit, name in enumerate(header.FACETS)})
        for name, value in (("CXJ_NO_INDEX", header.NO_INDEX), ("CXJ_STOP_AT_REFUSAL", header.STOP_AT_REFUSAL),
                            ("CXJ_FACETS_ALL", _values.ALL_BITS)):
            found = re.search(rf"\b{name}(?: =|) (?:UINT\d\d_C\()?(\w+)", PLAIN)
            assert found, name
            self.assertEqual(2**64 - 1 if found.group(1) == "UINT64_MAX" else int(found.group(1).rstrip("U"), 0), value, name)
        version = dict(re.findall(r"#define CXJ_VERSION_(\w+) (\d+)", PLAIN))
        self.assertEqual(header.VERSION, (int(version["MAJOR"]), int(version["MINOR"])))


if __name__ == "__main__":
    unittest.main()
