#!/usr/bin/env python3
"""layout.py [--library FILE] [--long LINES] [--self-test]

Checks the rules of the layout, those that a compiler does not check:

- who includes whom in src, as the table of src/README.md states it. The table has the columns
  "room | holds | may include"; a room may include only rooms below its own, and every .c and .h of src is a room of the table with the same name;
- what crosses files inside src is called cxj__<room>_<verb>, the room being the file that defines it;
- names at file level are unique across the rooms of src, static functions and variables, types, enumerators and macros
  alike, so that one file can include them all (a macro that its file undefines again is none);
- src includes ISO C headers and its own, and headers beyond ISO C stand in base.c alone;
- every declaration of include/cxj.h has a /** comment, whose @param names are the parameters, in order;
- include/cxj.hpp calls every function of include/cxj.h, and each of its own has a /** comment in the same way, but for
  operators and what containers have (data, size, …);
- with --library: the shared library shows exactly the functions that the header declares, and all begin with cxj_;
- every room has its unit test;
- src/SPEC.md is there and, where ../shared/SPEC.md lies beside the checkout, the same byte for byte;
- what documents link to is there; and so is, in the numbered steps of .github/CONTRIBUTING.md, each file that they name, and
  in one of a step's files each name in the code;
- nothing but the agreed names stands at the top of the project; no file has a note to do something later.

Functions of more than 60 lines are listed; that fails nothing.

--self-test breaks each rule once in a small made-up project, and fails if a breach goes unnoticed.
Exit status 0 if all rules hold.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from typing import Callable, Iterator, NamedTuple

TOP = {"meson.build", "meson_options.txt", "README.md", "LICENSE", "include", "src", "tests", "examples", "bindings"}
# Build folders stand beside the sources, and git ignores them.
LEFT_ALONE = re.compile(r"^(\.|build)|^__pycache__$")

ISO_HEADERS = {
    "assert.h", "complex.h", "ctype.h", "errno.h", "fenv.h", "float.h", "inttypes.h", "iso646.h", "limits.h",
    "locale.h", "math.h", "setjmp.h", "signal.h", "stdalign.h", "stdarg.h", "stdatomic.h", "stdbool.h", "stddef.h",
    "stdint.h", "stdio.h", "stdlib.h", "stdnoreturn.h", "string.h", "tgmath.h", "threads.h", "time.h", "uchar.h",
    "wchar.h", "wctype.h",
}
BEYOND_ISO = "base"

# Put together here, so that this file does not hold what it looks for.
NOTES = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX"]) + r")\b")
TEXT_FILES = {
    ".c", ".h", ".cpp", ".hpp", ".py", ".sh", ".md", ".build", ".txt", ".toml", ".php", ".rb", ".pl", ".go", ".mod", ".rs", ".mjs",
    ".java", ".cmake", ".in", ".wrap", "",
}


class Declaration(NamedTuple):
    """A piece of C at the top level of a file, up to its ; or its body."""

    text: str  # without comments
    comment: str  # the comment that ends right before it, "" if there is none
    line: int  # where it begins, from 1
    body: int  # lines of its body, with those of both braces; 0: it has none
    notes: int  # comments inside it that speak of what stands before them, /**< … */


def read(path: pathlib.Path) -> str:
    return path.read_text(encoding="utf-8")


# ----------------------------------------------------------------------------------------------------------------------
# Just enough C
# ----------------------------------------------------------------------------------------------------------------------

TOKEN = re.compile(r"""
      (?P<comment>/\*.*?\*/|//[^\n]*)
    | (?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
    | (?P<directive>(?<![^\n])[ \t]*\#(?:\\\n|/\*.*?\*/|[^\n])*)
    | (?P<other>.)
""", re.DOTALL | re.VERBOSE)


def declarations(source: str) -> Iterator[Declaration]:
    """Cuts a C file into what stands at its top level. Bodies are counted, not read; extern "C" { is looked through."""
    source = re.sub(r'extern\s+"C"\s*\{', lambda match: "\n" * match[0].count("\n"), source)
    text, comment, start, notes = "", "", 0, 0
    depth, line, body_start, body_of = 0, 1, 0, False
    last_comment, comment_end = "", 0
    for token in TOKEN.finditer(source):
        piece = token[0]
        if token["comment"]:
            # A comment belongs to what begins on the next line; one after code on the same line does not.
            if depth == 0 and not text.strip():
                last_comment, comment_end = piece, line + piece.count("\n")
            elif piece.startswith("/**<"):
                notes += 1
        elif token["other"] == "{":
            if depth == 0:
                body_start, body_of = line, is_function(text)
            depth += 1
            if not body_of:
                text += piece
        elif token["other"] == "}":
            depth = max(depth - 1, 0)
            if not body_of:
                text += piece
            elif depth == 0:
                yield Declaration(text.strip(), comment, start, line - body_start + 1, notes)
                text = ""
        elif token["directive"]:
            pass
        elif not (depth and body_of):
            if not text.strip() and piece.strip():
                text, start, notes = "", line, 0
                comment = last_comment if comment_end >= line - 1 else ""
                last_comment = ""
            text += piece
            if piece == ";" and depth == 0:
                if text.strip() != ";":
                    yield Declaration(text.strip().rstrip(";"), comment, start, 0, notes)
                text = ""
        line += piece.count("\n")


def is_function(text: str) -> bool:
    return function_name(text) is not None


def function_name(text: str) -> str | None:
    """The name of the function that a declaration declares or defines, if it is one."""
    text = re.sub(r"__attribute__\s*\(\(.*?\)\)", " ", text, flags=re.DOTALL)
    if re.match(r"\s*(typedef|_Static_assert|static_assert)\b", text) or "=" in text.split("(")[0]:
        return None
    match = re.match(r"[\w\s*]*?\b(\w+)\s*\(", text)
    return match[1] if match and match[1] not in {"if", "for", "while", "switch", "sizeof", "_Alignas"} else None


def parameter_names(text: str) -> list[str]:
    """The parameters' names of a function's or a function pointer's declaration."""
    text = " ".join(text.split())
    end = text.rindex(")")
    depth, begin = 0, end
    for begin in range(end, -1, -1):
        depth += {")": 1, "(": -1}.get(text[begin], 0)
        if depth == 0:
            break
    inside = text[begin + 1:end].strip()
    if inside in ("", "void"):
        return []
    return [re.findall(r"\w+", re.sub(r"\[[^]]*\]", "", part))[-1] for part in inside.split(",")]


# ----------------------------------------------------------------------------------------------------------------------
# The rules; each yields what breaks it
# ----------------------------------------------------------------------------------------------------------------------


def rooms_of(root: pathlib.Path) -> dict[str, set[str]]:
    """The table of src/README.md: which rooms each may include, in the table's order."""
    rooms: dict[str, set[str]] = {}
    inside = False
    map_of_src = root / "src/README.md"
    for line in read(map_of_src).splitlines() if map_of_src.exists() else []:
        cells = [cell.strip().replace("`", "") for cell in line.strip().strip("|").split("|")]
        if [cell.lower() for cell in cells] == ["room", "holds", "may include"]:
            inside = True
        elif inside and len(cells) == 3:
            if not re.fullmatch(r":?-+:?", cells[0]):
                rooms[cells[0]] = {name for name in re.split(r"[,\s]+", cells[2]) if name and name not in NO_ROOM}
        elif inside:
            break
    return rooms


NO_ROOM = {"nothing", "none", "-", "–", "—"}


def check_rooms(root: pathlib.Path) -> Iterator[str]:
    rooms = rooms_of(root)
    if not rooms:
        yield 'src/README.md has no table with the columns "room | holds | may include"'
        return
    order = list(rooms)
    for room, allowed in rooms.items():
        for name in sorted(allowed):
            if name not in rooms:
                yield f"src/README.md: {room} may include {name}, which is no room of the table"
            elif order.index(name) <= order.index(room):
                yield f"src/README.md: {room} may include {name}, which does not stand below it"

    for path in sorted((root / "src").glob("*.[ch]")):
        room = path.stem
        if room not in rooms:
            yield f"src/{path.name}: {room} is no room of the table in src/README.md"
            continue
        for number, name in included(path):
            if name.startswith("<"):
                header = name.strip("<>")
                if header not in ISO_HEADERS and room != BEYOND_ISO:
                    yield f"src/{path.name}:{number} includes <{header}>, beyond ISO C: only {BEYOND_ISO}.c may"
                continue
            header = name.strip('"')
            other = header.removesuffix(".h")
            if header == "cxj.h" or other == room:
                continue
            if other not in rooms:
                yield f"src/{path.name}:{number} includes {header}, which is no room's header"
            elif other not in rooms[room]:
                yield f"src/{path.name}:{number} includes {header}, but {room} may not include {other}"


def included(path: pathlib.Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(read(path).splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*(<[^>]+>|"[^"]+")', line)
        if match:
            yield number, match[1]


def check_names(root: pathlib.Path) -> Iterator[str]:
    public = set(public_functions(root))
    for path in sorted((root / "src").glob("*.[ch]")):
        prefix = f"cxj__{path.stem}_"
        for declaration in declarations(read(path)):
            name = function_name(declaration.text)
            if name is None or name.startswith(prefix) or name in public:
                continue
            if path.suffix == ".c" and re.search(r"\bstatic\b", declaration.text):
                continue
            yield f"src/{path.name}:{declaration.line} {name} crosses files, but is not called {prefix}…"


def file_level_names(path: pathlib.Path) -> Iterator[tuple[str, int]]:
    """What a file of src defines at its top level, and where. A tag is told apart from other names by its keyword."""
    source = read(path)
    undefined = set(re.findall(r"^[ \t]*#[ \t]*undef[ \t]+(\w+)", source, re.M))
    line = 1
    for token in TOKEN.finditer(source):
        match = re.match(r"[ \t]*#[ \t]*define[ \t]+(\w+)", token[0]) if token["directive"] else None
        if match and match[1] not in undefined:
            yield match[1], line
        line += token[0].count("\n")
    for declaration in declarations(source):
        text, inside = declaration.text, []
        while match := re.search(r"\{([^{}]*)\}", text):  # from the innermost pair of braces outwards
            head = text[:match.start()]
            if re.search(r"\benum\b[\w\s]*$", head):
                inside += re.findall(r"(?:^|,)\s*(\w+)\s*(?=[,=]|$)", match[1])
            inside += [f"{kind} {tag}" for kind, tag in re.findall(r"\b(struct|union|enum)\s+(\w+)\s*$", head)]
            text = head + "\0" + text[match.end():]
        name = function_name(text)
        if text.startswith("typedef"):
            inside += re.findall(r"\(\s*\*\s*(\w+)\s*\)\s*\(|(\w+)\s*(?:\[[^]]*\]\s*)*$", text)[0]
        elif name and declaration.body:
            inside.append(name)
        elif not name and re.match(r"(static|extern|const)\b", text):
            inside += re.findall(r"(\w+)\s*(?:\[[^]]*\]\s*)*(?:=|$)", text)[:1]
        for found in inside:
            if found:
                yield found, declaration.line


def check_unique(root: pathlib.Path) -> Iterator[str]:
    first: dict[str, str] = {}
    for path in sorted((root / "src").glob("*.[ch]")):
        for name, line in file_level_names(path):
            where = first.setdefault(name, path.name)
            if where.split(".")[0] != path.stem:
                yield f"src/{path.name}:{line} {name} is also defined in {where}: one file could not include both"


def public_functions(root: pathlib.Path) -> list[str]:
    names = (function_name(declaration.text) for declaration in declarations(read(root / "include/cxj.h")))
    return [name for name in names if name]


def check_header(root: pathlib.Path) -> Iterator[str]:
    for declaration in declarations(read(root / "include/cxj.h")):
        where = f"include/cxj.h:{declaration.line}"
        what = " ".join(declaration.text.split())[:60]
        name = function_name(declaration.text)
        if name and not name.startswith("cxj_"):
            yield f"{where} {name} does not begin with cxj_"
        if declaration.text.startswith("enum") and declaration.notes > declaration.text.count(","):
            continue  # each of its constants has a comment of its own
        if not declaration.comment.startswith("/**"):
            yield f"{where} has no /** comment: {what}"
        elif name:
            stated = re.findall(r"@param\s+(\w+)", declaration.comment)
            names = parameter_names(declaration.text)
            if stated != names:
                yield f"{where} {name}: @param says {', '.join(stated) or 'nothing'}; parameters are {', '.join(names)}"


COMMENTS = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
FENCES = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def example_code(root: pathlib.Path) -> str:
    """What hosts to copy call: the examples and consumers without comments of C, and what README.md shows."""
    readme = root / "README.md"
    parts = FENCES.findall(read(readme)) if readme.exists() else []
    for folder in ("examples", "tests/consumer"):
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and path.suffix not in {".md", ".csv", ".html", ".png"}:
                parts.append(COMMENTS.sub(" ", path.read_text(encoding="utf-8", errors="replace")))
    return "\n".join(parts)


def check_examples(root: pathlib.Path) -> Iterator[str]:
    called = set(re.findall(r"\bcxj_\w+", example_code(root)))
    for declaration in declarations(read(root / "include/cxj.h")):
        name = function_name(declaration.text)
        if not name:
            continue
        named = re.findall(r"\b(?:examples|tests/consumer)/[\w/]+\.\w+", declaration.comment)
        yield from (f"include/cxj.h:{declaration.line} {name} names {file}, which is not there" for file in named
                    if not (root / file).exists())
        if not named and name not in called:
            yield f"include/cxj.h:{declaration.line} {name} is called in no example, and its comment names none"


OF_CONTAINERS = {"data", "size", "empty", "begin", "end"}


class Method(NamedTuple):
    """A function of C++ that others see: in a namespace other than detail, or in what a class shows."""

    name: str
    head: str  # what stands before its body, without comments, a template's parameters and what constructors begin with
    comment: str
    line: int


def methods(source: str) -> Iterator[Method]:
    """The functions of a header of C++ in the house's format: classes and namespaces are looked into, bodies are not."""
    scopes: list[bool] = []  # of each pair of braces that is open: whether it is looked into, and shown
    shown, head, comment, line = True, "", "", 1
    body = 0
    for token in TOKEN.finditer(source):
        piece = token[0]
        if body:
            body += {"{": 1, "}": -1}.get(piece, 0) if token["other"] else 0
            head = "" if not body else head
        elif token["comment"]:
            comment = piece if not head.strip() else comment
        elif token["other"] == "{":
            if head.count("(") > head.count(")"):  # braces among parameters
                head += piece
                continue
            head = re.sub(r"^template\s*<(?:[^<>]|<(?:[^<>]|<[^<>]*>)*>)*>", "", " ".join(head.split()))
            scope = re.match(r"(?:namespace|class|struct) (\w+)|extern\b", head)
            if scope and "(" not in head:
                scopes.append(shown)
                shown = shown and scope[1] != "detail"
            else:
                match = re.search(r"(operator\W+?|\w+) ?\(", head)
                if match and shown:
                    yield Method(match[1], head.split(" : ")[0], comment, line)
                body = 1
            head, comment = (head, "") if body else ("", "")
        elif token["other"] == "}" and head.count("(") > head.count(")"):
            head += piece
        elif token["other"] == "}":
            shown = scopes.pop() if scopes else True
            head = ""
        elif token["other"] == ";":
            head = comment = ""
        elif not token["directive"]:
            head += piece
            access = re.fullmatch(r"\s*(public|private|protected):", head)
            if access:
                shown, head = access[1] == "public", ""
        line += piece.count("\n")


def check_plusplus(root: pathlib.Path) -> Iterator[str]:
    path = root / "include/cxj.hpp"
    if not path.exists():
        yield "include/cxj.hpp is not there"
        return
    source = read(path)
    code = "".join(token[0] for token in TOKEN.finditer(source) if not token["comment"])
    for name in public_functions(root):
        if not re.search(rf"\b{name}\b", code):
            yield f"include/cxj.hpp does not call {name}"
    for method in methods(source):
        if method.name in OF_CONTAINERS or method.name.startswith("operator"):
            continue
        where = f"include/cxj.hpp:{method.line} {method.name}"
        names = parameter_names(re.sub(r"<(?:[^<>]|<[^<>]*>)*>| = [^,()]*(?=[,)])", "", method.head))
        stated = re.findall(r"@param\s+(\w+)", method.comment)
        if not method.comment.startswith("/**"):
            yield f"{where} has no /** comment"
        elif stated != names:
            yield f"{where}: @param says {', '.join(stated) or 'nothing'}; parameters are {', '.join(names)}"


def check_tests(root: pathlib.Path) -> Iterator[str]:
    for path in sorted((root / "src").glob("*.c")):
        if not (root / f"tests/test_{path.stem}.c").exists():
            yield f"src/{path.name} has no unit test tests/test_{path.stem}.c"


def beside(root: pathlib.Path) -> pathlib.Path:
    """The specification from which that of the project is taken, if it lies there."""
    return root.parent / "shared/SPEC.md"


def check_specification(root: pathlib.Path) -> Iterator[str]:
    own, other = root / "src/SPEC.md", beside(root)
    if not own.exists():
        yield "src/SPEC.md, the specification, is not there"
    elif other.exists() and own.read_bytes() != other.read_bytes():
        yield "src/SPEC.md differs from ../shared/SPEC.md"


LINK = re.compile(r"\]\((?![a-z]+:|#)([^)#\s]+)[^)]*\)")
STEP = re.compile(r"^\d+\. .*(?:\n(?!\d+\. ).+)*", re.MULTILINE)


def check_documents(root: pathlib.Path) -> Iterator[str]:
    for path in (path for path in own_files(root) if path.suffix == ".md"):
        for name in LINK.findall(read(path)):
            if not (path.parent / name).exists():
                yield f"{path.relative_to(root)} links to {name}, which is not there"
    guide = root / ".github/CONTRIBUTING.md"
    for step in STEP.finditer(read(guide)) if guide.exists() else []:
        named = re.findall(r"`([^`\s]+)`", step[0])
        files = [name for name in named if "/" in name or name.endswith(".md")]
        where = f".github/CONTRIBUTING.md: the step \"{' '.join(step[0].split())[:50]}…\""
        found = [path for name in files for path in root.glob(name)]
        yield from (f"{where} names {name}, which is not there" for name in files if not any(root.glob(name)))
        text = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in found if path.is_file())
        for name in named:
            if re.fullmatch(r"\w+", name) and name not in text:
                yield f"{where} names {name}, which stands in none of its files"


def check_top(root: pathlib.Path) -> Iterator[str]:
    for path in sorted(root.iterdir()):
        if path.name not in TOP and not LEFT_ALONE.match(path.name):
            yield f"{path.name} stands at the top of the project, but is none of the agreed names"


def own_files(folder: pathlib.Path) -> Iterator[pathlib.Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            # Test data is what it is.
            if path.name == ".github" or (not LEFT_ALONE.match(path.name) and path.name != "conformance"):
                yield from own_files(path)
        elif path.suffix in TEXT_FILES and not path.name.startswith("."):
            yield path


def check_notes(root: pathlib.Path) -> Iterator[str]:
    for path in own_files(root):
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            match = NOTES.search(line)
            if match:
                yield f"{path.relative_to(root)}:{number} has a {match[1]}"


def check_library(root: pathlib.Path, library: str) -> Iterator[str]:
    listing = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True)
    exported = {line.split()[-1] for line in listing.stdout.splitlines() if line.strip()}
    # Linkers of old put these three into every shared library.
    exported -= {"_init", "_fini", "_edata", "_end", "__bss_start"}
    declared = set(public_functions(root))
    for name in sorted(exported):
        if not name.startswith("cxj_"):
            yield f"{library} exports {name}, which does not begin with cxj_"
    for name in sorted(exported - declared):
        yield f"{library} exports {name}, which include/cxj.h does not declare"
    for name in sorted(declared - exported):
        yield f"include/cxj.h declares {name}, which {library} does not export"


RULES: list[Callable[[pathlib.Path], Iterator[str]]] = [
    check_rooms, check_names, check_unique, check_header, check_examples, check_plusplus, check_tests, check_specification, check_documents, check_top, check_notes,
]


def long_functions(root: pathlib.Path, lines: int) -> Iterator[str]:
    for folder in ("src", "examples"):
        for path in sorted((root / folder).glob("*.c")):
            for declaration in declarations(read(path)):
                name = function_name(declaration.text)
                if name and declaration.body > lines:
                    yield f"{folder}/{path.name}:{declaration.line} {name} has {declaration.body} lines"


# ----------------------------------------------------------------------------------------------------------------------
# The test of this test
# ----------------------------------------------------------------------------------------------------------------------

SMALL_PROJECT = {
    "meson.build": "project('small')\n",
    "README.md": "small\n",
    "include/cxj.h": (
        "/* small */\n#ifndef CXJ_H\n#define CXJ_H\n#include <stdint.h>\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
        "/** A thing. Opaque. */\ntypedef struct cxj_thing cxj_thing;\n\n"
        "/** Makes a thing.\n * @param size  its size\n * @param thing receives it */\n"
        "CXJ_API int32_t cxj_make(uint32_t size,\n                         cxj_thing **thing);\n\n"
        "enum {\n    CXJ_ONE = 1, /**< one */\n    CXJ_TWO = 2  /**< two */\n};\n\n"
        "/** Frees block. */\ntypedef void *(*cxj_allocate)(void *context, void *block);\n\n"
        "#ifdef __cplusplus\n}\n#endif\n#endif\n"),
    "include/cxj.hpp": (
        "#include \"cxj.h\"\nnamespace cxj {\nnamespace detail {\ninline int helper(int a) {\n    return a;\n}\n} // namespace detail\n\n"
        "/** A thing. */\nclass thing {\npublic:\n    /** Makes one.\n     * @param size  its size */\n"
        "    template <class T, class = std::pair<T, T>> explicit thing(T size = {}) : held_(size) {\n        cxj_make(size, &thing_);\n    }\n"
        "    int size() const {\n        return 1;\n    }\n\nprivate:\n    int hidden(int a) {\n        return a;\n    }\n};\n} // namespace cxj\n"),
    "src/README.md": (
        "# map\n\n| room | holds | may include |\n| --- | --- | --- |\n| `upper` | things | `lower`, base |\n"
        "| lower | bits | base |\n| base | ground | nothing |\n\nThe end.\n"),
    "src/SPEC.md": "law\n",
    "../shared/SPEC.md": "law\n",
    ".github/CONTRIBUTING.md": "[map](../src/README.md)\n\n1. `src/lower.c`, `src/*.h`: `cxj__lower_count`,\n   and so on.\n2. Done.\n",
    "src/upper.c": (
        "#include \"upper.h\"\n#include \"lower.h\"\n#include <string.h>\n\nstatic const int table[] = {1, 2};\n"
        "enum kind { FIRST, MOST = 3 };\nstruct pair {\n    int a;\n};\ntypedef int (*caller)(int number);\n"
        "#define TWICE(x) ((x) + (x))\n#define PASSING 1\n#undef PASSING\n"
        "static const struct {\n    int a, b;\n} rows[] = {\n    {1, 2},\n};\n\n"
        "static int helper(int a) {\n    return a + '}' + table[0]; /* } */\n}\n\n"
        "int32_t cxj_make(uint32_t size, cxj_thing **thing) {\n    if (size) {\n        return helper(1);\n    }\n"
        "    return cxj__lower_count();\n}\n"),
    "src/upper.h": "#include \"cxj.h\"\n/* Counts. */\nint cxj__upper_count(void);\n",
    "src/lower.c": "#include \"lower.h\"\n#define PASSING 2\n#undef PASSING\nint cxj__lower_count(void) {\n    enum { MOST = 1 };\n    return MOST;\n}\n",
    "src/lower.h": "#include \"base.h\"\nint cxj__lower_count(void);\n",
    "src/base.c": "#include \"base.h\"\n#include <sys/types.h>\nvoid cxj__base_free(void) {\n}\n",
    "src/base.h": "void cxj__base_free(void);\n",
    "tests/test_upper.c": "\n",
    "tests/test_lower.c": "\n",
    "tests/test_base.c": "\n",
    "examples/long.c": "int main(void) {\n" + "    ;\n" * 70 + "}\n",
    "examples/make.c": "int main(void) {\n    cxj_make(1, 0); /* makes */\n}\n",
}

# Each: the file, what to take out ("": nothing), what to put in its place (or at the end; None: the file goes), and
# words of the complaint.
BREACHES: list[tuple[str, str, str | None, str]] = [
    ("src/base.h", "", '#include "lower.h"\n', "base may not include lower"),
    ("src/lower.c", "", '#include "upper.h"\n', "lower may not include upper"),
    ("src/upper.c", "", '#include "stranger.h"\n', "no room's header"),
    ("src/upper.c", "<string.h>", "<unistd.h>", "beyond ISO C"),
    ("src/README.md", "| base | ground | nothing |", "| base | ground | upper |", "does not stand below"),
    ("src/README.md", "`lower`, base", "lower, cellar", "no room of the table"),
    ("src/README.md", "may include", "includes", "has no table"),
    ("src/stranger.c", "", "\n", "stranger is no room"),
    ("src/lower.h", "", "int cxj__upper_bit(void);\n", "is not called cxj__lower_"),
    ("src/lower.c", "", "int bit(void) {\n    return 1;\n}\n", "is not called cxj__lower_"),
    ("src/lower.c", "", "static int helper(void) {\n    return 2;\n}\n", "helper is also defined in lower.c"),
    ("src/lower.c", "", "static unsigned char table[4];\n", "table is also defined in lower.c"),
    ("src/lower.c", "", "static const struct {\n    int a;\n} rows[2] = {{1}, {2}};\n", "rows is also defined in lower.c"),
    ("src/lower.c", "", "enum {\n    MOST\n};\n", "MOST is also defined in lower.c"),
    ("src/lower.c", "", "#define FIRST 1\n", "FIRST is also defined in lower.c"),
    ("src/lower.h", "", "#define TWICE(y) (2 * (y))\n", "TWICE is also defined in lower.h"),
    ("src/lower.c", "", "struct pair {\n    int b;\n};\n", "struct pair is also defined in lower.c"),
    ("src/lower.c", "", "enum kind { OTHER };\n", "enum kind is also defined in lower.c"),
    ("src/lower.c", "", "typedef long caller;\n", "caller is also defined in lower.c"),
    ("include/cxj.h", "/** A thing. Opaque. */\n", "", "has no /** comment"),
    ("include/cxj.h", "#ifdef __cplusplus\n}", "enum { CXJ_A = 1, /**< a */ CXJ_B };\n#ifdef __cplusplus\n}",
     "no /** comment"),
    ("include/cxj.h", "/** Makes", "/* Makes", "has no /** comment"),
    ("include/cxj.h", "@param size ", "@param sizes ", "@param says sizes, thing"),
    ("include/cxj.h", " * @param size  its size\n", "", "@param says thing"),
    ("include/cxj.h", "cxj_make(", "make(", "does not begin with cxj_"),
    ("examples/make.c", "cxj_make(1, 0); /* makes */", "/* cxj_make(1, 0); */", "is called in no example"),
    ("include/cxj.h", "its size\n", "its size; see examples/lost.c\n", "names examples/lost.c"),
    ("include/cxj.hpp", "cxj_make(size", "cxj_makes(size", "does not call cxj_make"),
    ("include/cxj.hpp", "/** Makes", "/* Makes", "thing has no /** comment"),
    ("include/cxj.hpp", "@param size ", "@param sizes ", "@param says sizes"),
    ("include/cxj.hpp", "private:", "public:", "hidden has no /** comment"),
    ("include/cxj.hpp", "", None, "is not there"),
    ("tests/test_lower.c", "\n", None, "has no unit test"),
    ("src/SPEC.md", "law", "lore", "differs from"),
    ("src/SPEC.md", "law\n", "law\r\n", "differs from"),
    ("src/SPEC.md", "", None, "is not there"),
    (".github/CONTRIBUTING.md", "../src/README.md", "src/README.md", "links to src/README.md"),
    (".github/CONTRIBUTING.md", "src/lower.c", "src/lowest.c", "names src/lowest.c"),
    (".github/CONTRIBUTING.md", "lower_count", "lower_counts", "stands in none"),
    (".github/NOTES.md", "", "TO" + "DO\n", "has a TO" + "DO"),
    ("notes.txt", "", "\n", "none of the agreed names"),
    ("examples/long.c", "    ;\n", "    ; /* " + "TO" + "DO: more */\n", "has a TO" + "DO"),
]


def problems(root: pathlib.Path) -> list[str]:
    return [problem for rule in RULES for problem in rule(root)]


def write_small(root: pathlib.Path) -> None:
    for name, text in SMALL_PROJECT.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def self_test() -> int:
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder, "small")
        write_small(root)
        found = problems(root)
        if found:
            failed += 1
            print("the small project keeps all rules, but:", *found, sep="\n    ")
        if not any("main has 72 lines" in line for line in long_functions(root, 60)):
            failed += 1
            print("a long function is not listed")

        for name, old, new, word in BREACHES:
            shutil.rmtree(root)
            write_small(root)
            path = root / name
            if new is None:
                path.unlink()
            else:
                text = read(path) if path.exists() else ""
                assert old in text, f"{name} has no {old!r}"
                path.parent.mkdir(exist_ok=True)
                path.write_bytes((text.replace(old, new, 1) if old else text + new).encode())
            if not any(word in problem for problem in problems(root)):
                failed += 1
                print(f"unnoticed: {name} with {new!r} in place of {old!r}")
    print(f"self-test: {len(BREACHES) + 2 - failed} of {len(BREACHES) + 2} as they should be")
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Checks the rules of the layout.")
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    parser.add_argument("--library", dest="shared", help="the shared library, to compare what it exports with the header")
    parser.add_argument("--long", type=int, default=60, help="list functions of more lines than this")
    parser.add_argument("--self-test", action="store_true", help="check that each breach is noticed")
    chosen = parser.parse_args()
    if chosen.self_test:
        return self_test()

    found = problems(chosen.root)
    if chosen.shared:
        found += check_library(chosen.root, chosen.shared)
    for line in long_functions(chosen.root, chosen.long):
        print(f"long: {line}")
    if not beside(chosen.root).exists():
        print("skipped: whether src/SPEC.md is up to date (there is no ../shared/SPEC.md beside this checkout)")
    for problem in found:
        print(problem)
    print(f"layout: {len(found)} breaches" if found else "layout: all rules hold")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
