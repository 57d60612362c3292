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
    "cxj_status": ctypes.c_int32, "char": ctypes.c_char,
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
        declared = [(name, int(number)) for name, number in re.findall(r"\b(CXJ_[A-Z0-9_]+) = (-?\d+)\b", PLAIN)]
        numbers = dict(declared)
        self.assertEqual(len(numbers), len(declared))
        bodies = re.findall(r"enum \{(.*?)\}", PLAIN, re.S)
        self.assertEqual(len(declared), sum(len(re.findall(r"\bCXJ_", body)) for body in bodies))
        defined = re.findall(r"#define (CXJ_[A-Z0-9_]+) +(\d\w*) *$", PLAIN, re.M)
        numbers.update((name, int(number, 0)) for name, number in defined)

        wanted = {"CXJ_" + name: value for name, value in vars(header).items()
                  if name.isupper() and isinstance(value, int) and not isinstance(value, bool)}
        for prefix, names in (("CXJ_DIMENSION_", header.DIMENSIONS), ("CXJ_OUTCOME_", header.OUTCOMES),
                              ("CXJ_GRAIN_", header.GRAINS), ("CXJ_UNIT_", header.UNITS), ("CXJ_KIND_", header.KINDS),
                              ("CXJ_SCALE_", header.SCALES), ("CXJ_SCOPE_", header.SCOPES)):
            wanted.update({prefix + name.upper(): place + 1 for place, name in enumerate(names)})
        major, minor, patch = (numbers[f"CXJ_VERSION_{part}"] for part in ("MAJOR", "MINOR", "PATCH"))
        self.assertEqual(header.VERSION, (major, minor))
        self.assertEqual(cxj.__version__, f"{major}.{minor}.{patch}")
        wanted.update(CXJ_VERSION_MAJOR=major, CXJ_VERSION_MINOR=minor, CXJ_VERSION_PATCH=patch,
                      CXJ_VERSION=major * 10**6 + minor * 10**3 + patch)
        # What the library itself has names for.
        wanted.update({f"CXJ_FACET_{facet.name.upper()}": facet.bit for facet in cxj.facets()})
        wanted["CXJ_FACETS_ALL"] = _values.ALL_BITS
        wanted.update({f"CXJ_METRIC_{metric.grain}_{metric.name}".upper(): metric.number for metric in cxj.metrics()})
        self.assertEqual(sorted(set(numbers.items()) ^ set(wanted.items())), [])

    def test_what_the_library_has_names_for(self) -> None:
        """Dimensions are those of the library, and each name of a facet and of a metric finds it again."""
        with cxj.Engine() as engine:
            described = engine.dimensions()
        self.assertEqual([one.name for one in described if one.has_names], list(header.DIMENSIONS))
        self.assertEqual({f"CXJ_DIMENSION_{one.name}".upper(): one.number for one in described},
                         {name: int(number) for name, number in re.findall(r"\b(CXJ_DIMENSION_\w+) = (\d+)", PLAIN)})
        self.assertEqual(tuple(one.name for one in cxj.facets()), cxj.FACETS)
        for facet in cxj.facets():
            self.assertLessEqual({facet.name}, facet.implies)
        for metric in cxj.metrics():
            number, grain = ctypes.c_uint32(), header.GRAINS.index(metric.grain) + 1
            raw = metric.name.encode()
            self.assertEqual(cxj.lib.cxj_metric_find(grain, raw, len(raw), ctypes.byref(number)), header.OK)
            self.assertEqual(number.value, metric.number)

    def test_statuses(self) -> None:
        """Errors are negative, and each is known to the library."""
        statuses = re.findall(r"\b(CXJ_[A-Z_]+) = (-?\d+)", PLAIN.split("CXJ_ZERO_TERMINATED")[0])
        self.assertGreater(len(statuses), 20)
        for name, number in statuses:
            self.assertNotEqual(cxj.lib.cxj_status_text(int(number)), b"unknown status", name)
            self.assertEqual(getattr(header, name[len("CXJ_"):]), int(number))


if __name__ == "__main__":
    unittest.main()
