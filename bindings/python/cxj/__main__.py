"""The package as a command, cxj or python -m cxj: the report program, and what systems export made into logs for it."""

from __future__ import annotations

import dataclasses
import inspect
import io
import os
import re
import signal
import sys
import tempfile
import textwrap
import typing
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional

from . import _file, _program, __version__, recipes
from ._text import visible
from ._values import nearest

HELP = """usage: cxj report [OPTION]... FILE...
       cxj worklist RULE [OPTION]... FILE...
       cxj replay RULE [OPTION]... FILE...
       cxj convert --from SYSTEM [OPTION]... FILE... [-o LOG.csv]

  report    reads logs of touchpoints, CSV with at least a journey and a moment in
            each row, and answers views of them: cxj report --help
  worklist  who waits now by a rule, such as "silent for 3d where team = billing"
  replay    what a rule would have raised, had the log come live
  convert   makes a log of what a system exports; report, worklist and replay do
            so on the way, with --from SYSTEM

SYSTEM is {systems}.
cxj convert --from SYSTEM --help says which files it reads, and how to get them.

Exit status: 0 done; 1 stopped; 2 wrong usage; 3 done, but rows were refused.
"""

STOPPED, USAGE = 1, 2
MOST_TOLD = 20  # states of a kind, and fields, by name; further ones are counted


class _Usage(Exception):
    """The command line is wrong."""


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """The command. Returns its exit status, unless it became the report program."""
    try:
        return _command(list(sys.argv[1:] if arguments is None else arguments))
    except _Usage as error:
        return _say(error, USAGE)
    except (_program.Missing, _Unreadable) as error:
        return _say(error, STOPPED)
    except BrokenPipeError:  # who read the log has gone; nothing is left to be said or written
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return STOPPED
    except OSError as error:
        return _say(f"{error.filename}: {error.strerror}" if error.filename is not None else error, STOPPED)
    except MemoryError:
        return _say("there is not enough memory for all of the export at once; its parts, one by one, may fit", STOPPED)
    except KeyboardInterrupt:  # ends as a program does that knows nothing of it, for a shell to see
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
        return STOPPED


def report(arguments: Optional[Sequence[str]] = None) -> int:
    """The command cxj-report: the report program by its own name."""
    try:
        _program.run(list(sys.argv[1:] if arguments is None else arguments))
    except _program.Missing as error:
        return _say(error, STOPPED)


def _say(what: Any, status: int = 0) -> int:
    print(f"cxj: {visible(str(what))}", file=sys.stderr)
    return status


def _command(arguments: list[str]) -> int:
    verb, rest = (arguments[0], arguments[1:]) if arguments else ("--help", [])
    if verb in ("--help", "-h", "help"):
        sys.stdout.write(HELP.format(systems=", ".join(recipes.RECIPES)))
        return 0 if arguments else USAGE
    if verb == "--version":
        print(__version__)
        return 0
    if verb not in _VERBS:
        raise _Usage(f"there is no command {verb!r}; {nearest(verb, _VERBS)}; see cxj --help")
    return _VERBS[verb](rest)


# ---- the report program --------------------------------------------------------------------------------------------


def _report(arguments: list[str]) -> int:
    """Runs the program on logs as they are, or on what is made of an export. That goes into a file without a name, which is
    gone when the program ends, however it ends."""
    system, rest = _system(arguments)
    if system is None:
        _program.run(rest)
    asked = _asked(system, rest, _program.options())
    if asked.help:
        return _explain(system)
    rows = _converted(asked)
    with tempfile.TemporaryFile() as log:  # of mode 0600 while it has a name
        log.write(_log(asked.system, rows))
        _program.run([*asked.others, "--", "-"], log)


def _with_rule(verb: str, *options: str) -> Callable[[list[str]], int]:
    def run(arguments: list[str]) -> int:
        if "--help" in arguments[:1]:
            return _report(arguments)
        if not arguments or (arguments[0].startswith("-") and " " not in arguments[0]):
            found = f", not {arguments[0]!r}" if arguments else ""
            raise _Usage(f"{verb}: a rule comes first{found}; for instance: cxj {verb} \"silent for 3d\" LOG.csv")
        if os.path.exists(arguments[0]):
            raise _Usage(f"{verb}: a rule comes first, and {arguments[0]} is a file; for instance: cxj {verb} "
                         f"\"silent for 3d\" {arguments[0]}")
        return _report([*options, f"--rule={arguments[0]}", *arguments[1:]])

    return run


# ---- exports -------------------------------------------------------------------------------------------------------


class _Unreadable(Exception):
    """An export is not in the form that its recipe reads."""


class _Option(NamedTuple):
    """What an option of a recipe takes, as its signature says it. kind: file, text, words, pairs, flag."""

    kind: str
    of_rules: bool


class _Asked(NamedTuple):
    system: str
    files: list[str]
    given: dict[str, Any]    # parameters of the recipe
    changed: dict[str, Any]  # what changes its rules
    others: list[str]        # options that are not the recipe's
    help: bool


def _kind(hint: Any) -> Optional[str]:
    """What a parameter of this type takes on the command line; None: it cannot be said there."""
    kinds: dict[Any, str] = {
        Any: "file", Optional[Any]: "file", str: "text", recipes.Zone: "text", Optional[Mapping[str, str]]: "pairs",
        Mapping[str, str]: "pairs", Iterable[str]: "words", bool: "flag"}
    return kinds.get(hint)


def recipe_options(system: str) -> dict[str, _Option]:
    """The options of a system: the parameters of its recipe, and what its rules are made of."""
    recipe = recipes.RECIPES[system][0]
    options: dict[str, _Option] = {}
    for name, hint in typing.get_type_hints(recipe).items():
        kind = _kind(hint)
        if kind is not None and name != "return":
            options[f"--{name}"] = _Option(kind, False)
    if "rules" in inspect.signature(recipe).parameters:
        hints = typing.get_type_hints(recipes.Rules)
        for one in dataclasses.fields(recipes.Rules):
            kind = _kind(hints[one.name])
            if kind is not None:
                options.setdefault(f"--{one.name}", _Option(kind, True))
    return options


def _system(arguments: list[str]) -> tuple[Optional[str], list[str]]:
    """The system that --from names, and the other arguments."""
    rest, system = list(arguments), None
    for place, argument in enumerate(rest):
        if argument == "--":
            break
        name, is_attached, value = argument.partition("=")
        if name != "--from":
            continue
        if not is_attached and place + 1 == len(rest):
            raise _Usage(f"--from needs a system: {', '.join(recipes.RECIPES)}")
        system = value if is_attached else rest[place + 1]
        del rest[place:place + (1 if is_attached else 2)]
        break
    if system is not None and system.lower() not in recipes.RECIPES:
        raise _Usage(f"--from: {system!r} is no system that is known; {nearest(system.lower(), recipes.RECIPES)}; see cxj "
                     "--help")
    return (None if system is None else system.lower()), rest


def _asked(system: str, arguments: list[str], others: Mapping[str, bool]) -> _Asked:
    """Reads a command line whose options are those of a recipe, and others: name, and whether it takes a value."""
    known = recipe_options(system)
    asked = _Asked(system, [], {}, {}, [], False)
    left = iter(arguments)
    for argument in left:
        if argument == "--":
            asked.files.extend(left)
        elif argument in ("--help", "-h"):
            return asked._replace(help=True)
        elif not argument.startswith("-") or argument == "-":
            asked.files.append(argument)
        else:
            name, is_attached, value = argument.partition("=")
            option = known.get(name)
            if option is None and name not in others:
                raise _Usage(f"{name} is no option here; {nearest(name, [*known, *others])}; see cxj convert --from {system} "
                             "--help")
            takes = others[name] if option is None else option.kind != "flag"
            if is_attached and not takes:
                raise _Usage(f"{name} takes no value")
            if takes and not is_attached:
                following = next(left, None)
                if following is None:
                    raise _Usage(f"{name} needs a value")
                value = following
            if option is not None:
                _take(asked, name, option, value)
            else:
                asked.others.append(f"{name}={value}" if takes else name)
    return asked


def _take(asked: _Asked, option: str, of: _Option, value: str) -> None:
    """Keeps what an option of a recipe says."""
    into, name = asked.changed if of.of_rules else asked.given, option[2:]
    if of.kind == "flag":
        into[name] = True
    elif of.kind == "text":
        into[name] = value
    elif of.kind == "pairs":
        key, is_pair, said = value.rpartition("=") if of.of_rules else value.partition("=")
        if not is_pair or not key:
            raise _Usage(f"{option}: {value!r} is no pair; two texts with = between them are expected, such as "
                         + ("Area=reason" if of.of_rules else "journey=\"Case ID\""))
        into.setdefault(name, {})[key] = said or None
    else:
        into.setdefault(name, []).append(value)


def _rules(rules: recipes.Rules, changed: Mapping[str, Any]) -> recipes.Rules:
    """Rules of a system with what the command line adds. A state that is said to be one thing is nothing else any more."""
    both: dict[str, Any] = {}
    for name, said in changed.items():
        both[name] = [*getattr(rules, name), *said] if isinstance(said, list) else said
    kinds = ("completed", "abandoned", "pending", "open")
    for name in kinds:
        moved = {word.strip().casefold() for other in kinds if other != name for word in changed.get(other, ())}
        if moved:
            both[name] = [word for word in both.get(name, getattr(rules, name)) if word.strip().casefold() not in moved]
    return rules.but(**both)


def _converted(asked: _Asked) -> recipes.Touchpoints:
    """The touchpoints of an export, in the order in which they happened; what was read and left out is told."""
    recipe = recipes.RECIPES[asked.system][0]
    hint = f"; cxj convert --from {asked.system} --help says which files are read"
    given: dict[str, Any] = {name: value[0] if isinstance(value, list) and len(value) == 1 else value
                             for name, value in asked.given.items()}
    if "tz" in given:
        _zone(given["tz"])
    if not asked.files and not given:
        raise _Usage(f"no FILE is given{hint}")
    with warnings.catch_warnings(record=True) as doubts:
        warnings.simplefilter("always")
        try:
            if asked.changed:
                given["rules"] = _rules(inspect.signature(recipe).parameters["rules"].default, asked.changed)
            rows = recipes.from_files(asked.system, asked.files, **given)
            rows.sort(key=lambda row: row["at"])
        except (OSError, KeyboardInterrupt, MemoryError):
            raise
        except (ValueError, TypeError) as error:
            raise _Unreadable(f"{asked.system}: {error}{hint}") from None
        except Exception as error:  # rows of a form that the recipe never met: what is missing there, it cannot say
            raise _Unreadable(f"{asked.system}: this is not what that system exports ({type(error).__name__}: {error}){hint}"
                              ) from error
    if not rows:
        raise _Unreadable(f"{asked.system}: no touchpoint comes of these files{hint}")
    for doubt in doubts:
        _say(f"{asked.system}: {doubt.message}")
    _tell(asked.system, rows)
    return rows


def _zone(name: str) -> None:
    import zoneinfo

    try:
        zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        raise _Usage(f"--tz: {name!r} is no time zone; one such as Europe/Berlin is expected (where the machine knows none, "
                     "pip install tzdata)") from None


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _listed(words: Sequence[str]) -> str:
    """Words of an export, which may be many."""
    more = len(words) - MOST_TOLD
    return ", ".join(words[:MOST_TOLD]) + (f" and {more} more" if more > 0 else "")


def _tell(system: str, rows: recipes.Touchpoints) -> None:
    """What the rows are made of, in the words of the report program."""
    taken: dict[str, list[str]] = {}
    for state, kind in rows.states.items():
        taken.setdefault(kind, []).append(f'"{state}"')
    if taken:
        _say(f"{system}: states: " + "; ".join(f"{kind} ← {_listed(states)}" for kind, states in sorted(taken.items())))
    if rows.left_out:
        _say(f"{system}: left out: " + _listed([f'"{name}" ({_counted(count, "time")})' for name, count in rows.left_out.items()]))
    journeys = len({row["journey"] for row in rows})
    _say(f"{system}: {_counted(len(rows), 'touchpoint')} of {_counted(journeys, 'journey')}")


def _log(system: str, rows: recipes.Touchpoints) -> bytes:
    """The rows as a log, as it stands in a file."""
    text = io.StringIO(newline="")
    rows.to_csv(text)
    try:
        return text.getvalue().encode()
    except UnicodeEncodeError as error:
        around = error.object[max(error.start - 20, 0):error.end]
        raise _Unreadable(f"{system}: half a character ends the text {around!r}: it is cut, or no Unicode") from None


def _convert(arguments: list[str]) -> int:
    system, rest = _system(arguments)
    if system is None:
        if rest[:1] == ["--help"]:
            return _command(["--help"])
        raise _Usage(f"convert: --from SYSTEM is missing, which says whose export it is: {', '.join(recipes.RECIPES)}")
    asked = _asked(system, rest, {"-o": True, "--output": True})
    if asked.help:
        return _explain(system)
    log = _log(system, _converted(asked))
    path = asked.others[-1].partition("=")[2] if asked.others else "-"
    if path == "-":
        _file.write(sys.stdout.buffer, log)
        sys.stdout.buffer.flush()
    elif os.path.exists(path) and not os.path.isfile(path):  # a pipe or a device; a folder says so itself
        with open(path, "wb") as opened:
            _file.write(opened, log)
    else:
        _file.save(path, log)
    return 0


def _explain(system: str) -> int:
    """What a recipe reads, by its docstring, and its options."""
    recipe, tables = recipes.RECIPES[system]
    options = recipe_options(system)
    print(f"usage: cxj convert --from {system} [OPTION]... FILE... [-o LOG.csv]\n"
          f"       cxj report --from {system} [OPTION]... FILE...; likewise worklist, replay\n\n{inspect.getdoc(recipe)}\n")
    values = {"file": " FILE", "text": " TEXT", "words": " TEXT", "pairs": " NAME=TEXT", "flag": ""}
    parts = {parameter: f"a FILE with {part!r} in its name" if part else "any FILE" for part, parameter in reversed(tables)}
    print("Which FILE is what, its name says, or an option:")
    for name, of in options.items():
        if not of.of_rules:
            print(f"  {name + values[of.kind]:<20}{parts.get(name[2:], '')}".rstrip())
    told = _documented(recipes.Rules)
    rules = [(f"  {name}{values[of.kind]}", told.get(name[2:], "")) for name, of in options.items() if of.of_rules]
    if rules:
        print("\nWhat its words mean, beside what is known already. Each may be given several times; NAME= takes a field\n"
              "away:")
    for option, words in rules:
        print("\n".join([option, *textwrap.wrap(words, 78, initial_indent="      ", subsequent_indent="      ")]))
    return 0


def _documented(described: Any) -> dict[str, str]:
    """What a docstring says of each name, in its lines of a name and two blanks or more."""
    text = inspect.getdoc(described) or ""
    found = {}
    for entry in re.split(r"\n(?=\w+ {2,})", text)[1:]:
        name, _, words = entry.partition(" ")
        found[name] = " ".join(words.split("\n\n")[0].split())
    return found


_VERBS: dict[str, Callable[[list[str]], int]] = {
    "report": _report, "worklist": _with_rule("worklist"), "replay": _with_rule("replay", "--replay"), "convert": _convert}

if __name__ == "__main__":
    sys.exit(main())
