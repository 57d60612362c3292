#!/usr/bin/env python3
"""mutation.py --build FOLDER [--sample N] [--seed S] [--jobs N] [FILE]...

The part of mutation.sh that makes mutants, builds them and runs the tests on them. For each file:

1. universalmutator makes the mutants, by its rules for C. Comments are taken out first, since it leaves lines that have
   one alone.
2. Each is compiled with -O2. Those that do not compile are dropped, and so are those whose object is the original's,
   byte for byte, which therefore change nothing; of several with the same object one is kept, which stands for all.
3. The tests run on each that is left (see stages_of), the fastest first, until one fails, crashes, or runs longer than
   it may. Everything but the mutant is compiled once.
4. What no fast test notices is compiled with other options. If its object is the original's then, it changes nothing
   either, and is dropped. On the others the slower tests run, those with sanitizers among them; what nothing notices by
   then is compiled with warnings as errors, as tests/run.sh does.

tests/mutation/survivors.txt lists mutants that no test notices, with the reasons. Those under a heading "= equivalent"
or "= unreachable" cannot be noticed and are left out of the percentage; the table says how many they are. They run the
fast tests all the same: if one is noticed, its reason is wrong, and that fails the run. Those under "= unnoticed"
count as survivors.
"""

import argparse
import concurrent.futures
import math
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from typing import Callable, Iterable, NamedTuple

from universalmutator import mutator

ROOT = pathlib.Path(__file__).resolve().parents[2]
LISTED = ROOT / "tests/mutation/survivors.txt"
# Rooms that are mutated, with the suites that see each: its own first, then others that are fast.
SUITES = {
    "fold": ["fold"], "contribution": ["contribution", "fold"], "cell": ["cell", "metric"], "bounds": ["bounds", "sums"], "metric": ["metric"],
    "calendar": ["calendar"], "products": ["products", "drivers"], "drivers": ["drivers"],
    "statistics": ["statistics", "metric", "analysis"], "analysis": ["analysis", "beyond"], "beyond": ["beyond"],
    "nearest": ["nearest", "answer"], "fill": ["fill"], "lot": ["lot"], "sums": ["sums"],
}
FILES = list(SUITES)
UNLESS_TOLD = ["fold", "contribution", "cell", "bounds", "metric"]
RULES = ["universal.rules", "c_like.rules", "c.rules"]
LEAST = 90  # percent

CC = os.environ.get("CC", "cc")
FLAGS = ["-std=c11", "-ffp-contract=off", *(f"-I{ROOT / folder}" for folder in ("include", "src", "tests"))]
# Calls of what is not declared and the like are errors, as the language has it. What deserves no more than a warning is
# looked at last: see is_warned_of().
BUILD = [CC, *FLAGS, "-pedantic-errors", "-O2"]
WARN = [CC, *FLAGS, "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]
SANITIZE = ["-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
# Ways to compile under which two programs may turn out to be the same.
OTHER_WAYS = [["-O1"], ["-O3"], ["-Os"], ["-O2", "-fno-tree-vectorize", "-fno-schedule-insns2"]]

# The sources of the report program, as its own build has them, and the one that is made of examples/page.html.
REPORT = re.findall(r"'(\w+)\.c'", re.search(r"report_sources = .*?files\((.*?)\)", (ROOT / "examples/meson.build").read_text("utf-8"),
                                              re.S)[1])
TEMPLATE = "page_template.c"
STRIDE = "23"  # what fast suites leave out: CXJ_STRIDE, see README.md


class Program(NamedTuple):
    """What is linked with a mutant: everything but the mutant is compiled already."""

    name: str
    sources: list[str]
    check: bool = True  # it is a Check program


class Stage(NamedTuple):
    """One run of a program, or of a script with it."""

    program: Program
    arguments: list[str]
    script: str | None = None
    quick: bool = False  # also known survivors run it; of many failing allocations it tries some
    sanitized: bool = False
    of_source: bool = False  # the script reads the mutant's source, not a program


# This suite includes its room otherwise, and would not see a mutant.
DEFINES = {"tests/test_calendar.c": ["-DCALENDAR_IS_LINKED"]}
# What suites need beside their own file, as tests/meson.build has it.
BESIDE = {
    **dict.fromkeys(("format", "wire"), ["stream", "saved", "same"]),
    **dict.fromkeys(("load", "decode", "sums"), ["draft", "saved", "same"]),
    **dict.fromkeys(("save", "beyond", "named", "single"), ["saved", "same"]),
    **dict.fromkeys(("append", "fill", "lot", "merge", "post", "settle", "hours"), ["world", "chance"]),
    "calendar": ["chance"],
    **dict.fromkeys(("fold", "contribution"), ["steps", "chance"]),
}


def unit(room: str) -> Program:
    beside = [f"tests/{name}.c" for name in BESIDE.get(room, [])]
    own = "tests/hours.c" if room == "hours" else f"tests/test_{room}.c"
    return Program(f"test_{room}", [own, "tests/suite.c", *beside, "tests/mutation/stop.c"])


NAIVE = [f"tests/naive{part}.c" for part in ("", "_analysis", "_calendar", "_drivers", "_fold", "_metric", "_rules", "_statistics", "_view")]
PROPERTY = Program("property", [f"tests/property{part}.c" for part in ("", "_beyond", "_calendar", "_run")] + NAIVE, check=False)
CXJ_REPORT = Program("cxj-report", [*(f"examples/{name}.c" for name in REPORT), TEMPLATE], check=False)


def stages_of(file: str) -> list[Stage]:
    """The tests that see a file, its own first, then by how long they take. Their seeds are fixed."""
    own = [Stage(unit(room), [], quick=True) for room in SUITES[file]]
    if file == "bounds":
        return own
    if file not in ("fold", "contribution", "cell", "metric"):
        others = {"calendar": ["view", "hours"], "drivers": ["answer"], "fill": ["engine", "hours"],
                  "lot": ["post", "append"], "sums": ["load", "decode"], "products": ["merge"]}.get(file, [])
        return [
            *own,
            *([Stage(unit(file), [], script="tests/student.py", quick=True, of_source=True)]
              if file == "statistics" else []),
            *([] if file in ("nearest", "sums") else [Stage(PROPERTY, ["--seed", "1", "--logs", "50"], quick=True)]),
            Stage(CXJ_REPORT, ["--seed", "1", "--shuffles", "0"], script="tests/conformance.py"),
            *(Stage(unit(room), []) for room in others),
            *([Stage(unit(file), [])] if file in ("fill", "lot", "sums") else []),
            *([] if file in ("nearest", "sums") else [Stage(PROPERTY, ["--seed", "2", "--logs", "500"])]),
            Stage(unit(file), [], sanitized=True),
        ]
    # Neither what is appended nor what is posted asks for a metric.
    others = [] if file == "metric" else ["format", "sums", "load", "view", "record"] if file == "cell" else ["view", "record"]
    slow = [] if file == "metric" else ["append"]
    return [
        *own,
        Stage(PROPERTY, ["--seed", "1", "--logs", "50"], quick=True),
        *(Stage(unit(room), [], quick=True) for room in ("answer", "merge", "engine")),
        *(Stage(unit(room), []) for room in others),
        Stage(CXJ_REPORT, ["--seed", "1", "--shuffles", "0"], script="tests/conformance.py"),
        Stage(PROPERTY, ["--seed", "2", "--logs", "1000"]),
        Stage(unit(file), [], sanitized=True),
        Stage(PROPERTY, ["--seed", "3", "--logs", "100"], sanitized=True),
        *(Stage(unit(room), []) for room in slow),
    ]


# ---- running commands ------------------------------------------------------------------------------------------------


class Limits(NamedTuple):
    """Time of the processor, in seconds, so that a busy machine makes no difference; and what bounds the clock."""

    processor: int = 600
    clock: float = 900
    memory: bool = False  # whether to bound the memory
    stride: bool = False  # whether to try only some of many failing allocations


def run(command: list[str], limits: Limits = Limits(), given: bytes | None = None) -> subprocess.CompletedProcess:
    """Runs a command and all that it starts. What runs too long ends by a signal."""

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (limits.processor, limits.processor))
        if limits.memory:
            resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))

    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL if given is None else subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=bound,
        env={**os.environ, "CK_FORK": "no", "ASAN_OPTIONS": "detect_leaks=1", "CXJ_SEED": "1",
             **({"CXJ_STRIDE": STRIDE} if limits.stride else {})})
    try:
        words, _ = process.communicate(given, timeout=limits.clock)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        words, _ = process.communicate()
    return subprocess.CompletedProcess(command, process.returncode, words)


def must(command: list[str]) -> subprocess.CompletedProcess:
    done = run(command)
    if done.returncode != 0:
        sys.stderr.write(done.stdout.decode(errors="replace")[-3000:])
        sys.exit(f"mutation.py: this failed: {' '.join(command)}")
    return done


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


# ---- mutants ---------------------------------------------------------------------------------------------------------


class Mutant(NamedTuple):
    file: str
    line: int  # from 1
    place: str  # the function or table in which it stands
    before: str
    after: str

    def text(self) -> str:
        """How it is listed: by text, so that it is found again when lines have moved."""
        after = self.after.strip().replace("\n", "\\n")
        return " ".join(f"{self.file}.c: {self.place}: {self.before.strip()} ==> {after}".split())


class Group(NamedTuple):
    """Mutants with the same object."""

    mutants: list[Mutant]
    object: bytes


def without_comments(text: str) -> str:
    """A source with the same lines, less its comments."""
    pattern = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|/\*.*?\*/|//[^\n]*', re.S)
    bare = pattern.sub(lambda m: m[0] if m[0][0] in "\"'" else "\n" * m[0].count("\n"), text)
    return re.sub(r"[ \t]+\n", "\n", bare)


def lines_of(file: str) -> list[str]:
    text = without_comments((ROOT / f"src/{file}.c").read_text(encoding="utf-8"))
    return text.splitlines(keepends=True)


def places_of(lines: list[str]) -> list[str]:
    """For each line, the name of the function, table or macro at the top level to which it belongs."""
    places, place = [], "top"
    for line in lines:
        if re.match(r"[A-Za-z_#]", line):
            found = (re.match(r"#define (\w+)", line) or re.search(r"(\w+)\s*\(", line)
                     or re.search(r"(\w+)(\[\])?\s*=?\s*[{;]", line))
            place = found[1] if found else "top"
        places.append(place)
    return places


def mutants_of(file: str) -> list[Mutant]:
    lines = lines_of(file)
    places = places_of(lines)
    out, sys.stdout = sys.stdout, open(os.devnull, "w", encoding="utf-8")  # it tells what it does
    try:
        found = mutator.mutants_regexp(lines, RULES, ignorePatterns=[], ignoreStringOnly=True)
    finally:
        sys.stdout.close()
        sys.stdout = out
    return [Mutant(file, line, places[line - 1], lines[line - 1], text) for line, text, *_ in found]


class Compiler:
    """Compiles changed sources. They are read from the standard input, so that no object names a file."""

    def __init__(self, scratch: pathlib.Path) -> None:
        self.scratch = scratch
        self.sources = {file: lines_of(file) for file in FILES}

    def text_of(self, file: str, mutant: Mutant | None) -> str:
        lines = self.sources[file]
        if mutant is not None:
            lines = [*lines[: mutant.line - 1], mutant.after, *lines[mutant.line:]]
        return "".join(lines)

    def compile(self, file: str, mutant: Mutant | None, command: list[str]) -> bytes | None:
        path = self.scratch / f"{threading.get_ident()}.o"
        done = run([*command, "-x", "c", "-c", "-", "-o", str(path)], given=self.text_of(file, mutant).encode())
        return path.read_bytes() if done.returncode == 0 else None


def in_parallel(function: Callable, things: Iterable, jobs: int, what: str = "") -> list:
    things = list(things)
    results, said = [], time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for result in pool.map(function, things):
            results.append(result)
            if what and time.monotonic() - said > 60:
                said = time.monotonic()
                say(f"    {len(results)} of {len(things)} {what}")
    return results


def groups_of(mutants: list[Mutant], compiler: Compiler, jobs: int, most: int | None) -> list[Group]:
    """Those that compile to something new, up to so many."""
    groups: dict[tuple[str, bytes], Group] = {}
    originals = {file: compiler.compile(file, None, BUILD) for file in FILES}
    step = len(mutants) if most is None else max(2 * jobs, most // 4)
    for i in range(0, len(mutants), max(step, 1)):
        some = mutants[i: i + step]
        for mutant, code in zip(some, in_parallel(
                lambda m: compiler.compile(m.file, m, BUILD), some, jobs, "compiled")):
            if code is None or code == originals[mutant.file]:
                continue
            if (mutant.file, code) in groups:
                groups[mutant.file, code].mutants.append(mutant)
            elif most is None or len(groups) < most:
                groups[mutant.file, code] = Group([mutant], code)
        if most is not None and len(groups) >= most:
            break
    return list(groups.values())


# ---- what is known ---------------------------------------------------------------------------------------------------


def read_listed() -> tuple[dict[str, str], dict[str, str]]:
    """By text: mutants that cannot be noticed, and others that are known. The value is the reason."""
    cannot, known, reason, into = {}, {}, "", None
    for number, line in enumerate(LISTED.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("= "):
            word = line[2:].split(":")[0]
            if word not in ("equivalent", "unreachable", "unnoticed"):
                sys.exit(f"mutation.py: {LISTED.name}, line {number}: no such heading")
            into, reason = (known if word == "unnoticed" else cannot), line[2:]
        elif line.strip() and not line.startswith("#"):
            if into is None:
                sys.exit(f"mutation.py: {LISTED.name}, line {number}: a heading is due before")
            into[" ".join(line.split())] = reason
    return cannot, known


# ---- tests -----------------------------------------------------------------------------------------------------------


class Bench:
    """All objects, and how long each stage takes on the original."""

    def __init__(self, build: pathlib.Path, files: list[str], compiler: Compiler, jobs: int) -> None:
        self.build = build
        self.compiler = compiler
        self.check_flags = must(["pkg-config", "--cflags", "check"]).stdout.decode().split()
        self.check_libraries = must(["pkg-config", "--libs", "check"]).stdout.decode().split()
        self.stages = {file: stages_of(file) for file in files}
        if not self.can_sanitize():
            say("skipped: sanitizers (this compiler has no libasan and libubsan)")
            self.stages = {file: [s for s in stages if not s.sanitized] for file, stages in self.stages.items()}
        self.compile_all(jobs)
        self.limits: dict[tuple[str, int], Limits] = {}
        self.elsewhere: dict[tuple[str, int], bytes | None] = {}
        for file in files:
            self.measure(file)

    def can_sanitize(self) -> bool:
        path = self.build / "sanitized"
        done = run([CC, *SANITIZE, "-x", "c", "-", "-o", str(path)], given=b"int main(void) { return 0; }\n")
        return done.returncode == 0 and run([str(path)]).returncode == 0

    def object_of(self, source: str, sanitized: bool) -> pathlib.Path:
        return self.build / ("objects-sanitized" if sanitized else "objects") / (source.replace("/", "-") + ".o")

    def all_of_src(self) -> list[str]:
        return [f"src/{path.name}" for path in sorted((ROOT / "src").glob("*.c"))]

    def compile_all(self, jobs: int) -> None:
        wanted = {(source, stage.sanitized) for stages in self.stages.values() for stage in stages
                  for source in [*stage.program.sources, *self.all_of_src()]}
        for folder in ("objects", "objects-sanitized"):
            shutil.rmtree(self.build / folder, ignore_errors=True)
            (self.build / folder).mkdir()
        must(["sh", str(ROOT / "examples/page.sh"), str(ROOT / "examples/page.html"), str(self.build / TEMPLATE)])
        in_parallel(lambda w: must([*self.command(w[1]), *self.check_flags, *DEFINES.get(w[0], []), "-c",
                                    str((self.build if w[0] == TEMPLATE else ROOT) / w[0]), "-o", str(self.object_of(*w))]), sorted(wanted), jobs)

    def command(self, sanitized: bool) -> list[str]:
        return [*BUILD, *SANITIZE] if sanitized else BUILD

    def link(self, stage: Stage, file: str, code: pathlib.Path, to: pathlib.Path) -> bool:
        sources = [s for s in [*stage.program.sources, *self.all_of_src()] if s != f"src/{file}.c"]
        check = ["-Wl,--wrap=_ck_assert_failed", *self.check_libraries] if stage.program.check else []
        objects = [str(self.object_of(s, stage.sanitized)) for s in sources]
        return run([*self.command(stage.sanitized), "-o", str(to), *objects, str(code), *check, "-lm"]).returncode == 0

    def try_stage(self, stage: Stage, path: pathlib.Path, limits: Limits) -> bool:
        """True if all is well."""
        command = [str(path), *stage.arguments]
        if stage.script is not None:
            command = [sys.executable, str(ROOT / stage.script), *command]
        limits = limits._replace(memory=not stage.sanitized, stride=stage.quick or stage.sanitized)
        return run(command, limits).returncode == 0

    def measure(self, file: str) -> None:
        """Runs each stage on the original. A mutant may take four times as long, and a little more."""
        code = self.build / "original.o"
        for number, stage in enumerate(self.stages[file]):
            original = self.compiler.compile(file, None, self.command(stage.sanitized))
            assert original is not None
            code.write_bytes(original)
            path = self.build / f"original-{stage.program.name}"
            linked = self.link(stage, file, code, path)
            if stage.of_source:
                path = self.build / "original.c"
                path.write_text(self.compiler.text_of(file, None), encoding="utf-8")
            before = os.times()
            if not linked or not self.try_stage(stage, path, Limits()):
                sys.exit(f"mutation.py: {stage.program.name} fails on the source as it is")
            after = os.times()
            took = after.children_user + after.children_system - before.children_user - before.children_system
            self.limits[file, number] = Limits(math.ceil(4 * took) + 2, 20 * took + 60)

    def notice(self, group: Group, quick: bool) -> str | None:
        """The name of the test that notices a mutant: of those that are quick, or of the others."""
        mutant = group.mutants[0]
        folder = self.build / f"worker-{threading.get_ident()}"
        folder.mkdir(exist_ok=True)
        linked: set[tuple[str, bool]] = set()
        for number, stage in enumerate(self.stages[mutant.file]):
            if quick != stage.quick:
                continue
            key = (stage.program.name, stage.sanitized)
            path = folder / ("mutant.c" if stage.of_source else stage.program.name)
            if stage.of_source:
                path.write_text(self.compiler.text_of(mutant.file, mutant), encoding="utf-8")
            elif key not in linked:
                code = folder / "mutant.o"
                made = group.object
                if stage.sanitized:
                    made = self.compiler.compile(mutant.file, mutant, self.command(True)) or b""
                code.write_bytes(made)
                if not self.link(stage, mutant.file, code, path):
                    return "the linker"
                linked = {k for k in linked if k[0] != key[0]} | {key}
            if not self.try_stage(stage, path, self.limits[mutant.file, number]):
                return ("sanitizers" if stage.sanitized else
                        pathlib.Path(stage.script).stem if stage.script is not None else stage.program.name)
        return None

    def is_warned_of(self, mutant: Mutant) -> bool:
        return self.compiler.compile(mutant.file, mutant, WARN) is None

    def is_same_elsewhere(self, mutant: Mutant) -> bool:
        for number, way in enumerate(OTHER_WAYS):
            key = (mutant.file, number)
            if key not in self.elsewhere:
                self.elsewhere[key] = self.compiler.compile(mutant.file, None, [*BUILD, *way])
            if self.compiler.compile(mutant.file, mutant, [*BUILD, *way]) == self.elsewhere[key]:
                return True
        return False


# ---- all together ----------------------------------------------------------------------------------------------------


class Result(NamedTuple):
    group: Group
    noticed_by: str | None
    listed: bool  # as one that cannot be noticed
    same: bool  # its object is the original's with other options


def judge(bench: Bench, group: Group, cannot: dict[str, str]) -> Result:
    listed = any(mutant.text() in cannot for mutant in group.mutants)
    noticed_by = bench.notice(group, quick=True)
    if noticed_by is None and not listed:
        if bench.is_same_elsewhere(group.mutants[0]):
            return Result(group, None, False, True)
        noticed_by = bench.notice(group, quick=False)
        if noticed_by is None and bench.is_warned_of(group.mutants[0]):
            noticed_by = "warnings"
    return Result(group, noticed_by, listed, False)


def tell(results: list[Result], files: list[str], known: dict[str, str], build: pathlib.Path) -> bool:
    """Prints the table and writes the survivors; true if enough were noticed."""
    enough = True
    survivors = []
    print(f"{'file':10}{'mutants':>9}{'equivalent':>12}{'noticed':>9}{'survived':>10}{'percent':>9}")
    for file in files:
        of_file = [r for r in results if r.group.mutants[0].file == file and not r.same]
        noticed = sum(r.noticed_by is not None for r in of_file)
        equivalent = sum(r.listed and r.noticed_by is None for r in of_file)
        survived = [r for r in of_file if r.noticed_by is None and not r.listed]
        counted = noticed + len(survived)
        percent = 100 * noticed / counted if counted else 100
        enough = enough and percent >= LEAST
        survivors += survived
        print(f"{file + '.c':10}{len(of_file):9}{equivalent:12}{noticed:9}{len(survived):10}{percent:9.1f}")
    print("equivalent: listed in tests/mutation/survivors.txt as changing nothing that could be seen, and left out of "
          "the percentage")

    for file in files:
        by: dict[str, int] = {}
        for r in results:
            if r.group.mutants[0].file == file and r.noticed_by is not None:
                by[r.noticed_by] = by.get(r.noticed_by, 0) + 1
        print(f"{file}.c noticed by " + ", ".join(
            f"{name} {count}" for name, count in sorted(by.items(), key=lambda item: -item[1])))

    # Each in the form in which it is listed, so that a reason has only to be put above it.
    new = [r for r in survivors if not any(m.text() in known for m in r.group.mutants)]
    with (build / "survivors.txt").open("w", encoding="utf-8") as out:
        for title, some in (("new", new), ("known", [r for r in survivors if r not in new])):
            for r in some:
                out.write(f"# {title}, src/{r.group.mutants[0].file}.c, line {r.group.mutants[0].line}\n")
                out.writelines(f"{text}\n" for text in dict.fromkeys(m.text() for m in r.group.mutants))
    print(f"{len(survivors)} survivors, {len(new)} of them not listed: {build / 'survivors.txt'}")
    return enough


def check_listed(results: list[Result], cannot: dict[str, str], mutants: list[Mutant]) -> bool:
    """Whether what is listed as equivalent is still there, and is so."""
    right = True
    unnoticed = {m.text() for r in results if r.noticed_by is None for m in r.group.mutants}
    for r in results:
        if r.noticed_by is None or not r.listed:
            continue
        for text in {m.text() for m in r.group.mutants if m.text() in cannot} - unnoticed:
            right = False
            print(f"listed as {cannot[text].split(':')[0]}, but {r.noticed_by} notices it: {text}")
    texts = {m.text() for m in mutants}
    for text in cannot:
        if text not in texts and text.split(".c:")[0] in {m.file for m in mutants}:
            print(f"listed, but there is no such mutant any more: {text}")
    return right


def main() -> int:
    parser = argparse.ArgumentParser(description="Do the tests notice small changes of the source?")
    parser.add_argument("files", nargs="*", metavar="FILE",
                        help=f"{', '.join(FILES)}; {', '.join(UNLESS_TOLD)} unless told")
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--sample", type=int, help="only so many mutants, chosen at random")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    files = [pathlib.Path(file).stem for file in chosen.files] or UNLESS_TOLD
    if not set(files) <= set(FILES):
        parser.error(f"a FILE is one of {', '.join(FILES)}")

    began = time.monotonic()
    build = chosen.build.resolve()
    scratch = build / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    compiler = Compiler(scratch)
    cannot, known = read_listed()
    mutants = all_mutants = [mutant for file in files for mutant in mutants_of(file)]
    if chosen.sample is not None:
        print(f"seed {chosen.seed}", flush=True)
        mutants = random.Random(chosen.seed).sample(mutants, len(mutants))

    say(f"Building in {chosen.build}")
    bench = Bench(scratch, files, compiler, chosen.jobs)
    say("Making mutants")
    groups = groups_of(mutants, compiler, chosen.jobs, chosen.sample)
    say(f"{len(all_mutants)} mutants made; {len(groups)} that compile to something new are tested")
    results = in_parallel(lambda group: judge(bench, group, cannot), groups, chosen.jobs, "tested")
    enough = tell(results, files, known, chosen.build)
    right = check_listed(results, cannot, all_mutants)
    shutil.rmtree(scratch, ignore_errors=True)
    print(f"{(time.monotonic() - began) / 60:.0f} minutes")
    return 0 if enough and right else 1


if __name__ == "__main__":
    sys.exit(main())
