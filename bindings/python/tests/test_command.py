"""The package as a command: what it passes on is what the report program says by itself; each system's export in one command
gives the numbers of its story; nothing stays behind; and each sentence names what was seen and what to do. Skipped, and said,
where no report program was built."""

import contextlib
import gzip
import io
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import typing
import unittest

import cxj
from cxj import __main__ as command
from cxj import _program, recipes

from .test_readme import README, have_zones
from .test_recipes import DATA, STORY, SYSTEMS, files, made
from .test_xes import LOG

PACKAGE = pathlib.Path(__file__).resolve().parent.parent
SAMPLE = PACKAGE.parent.parent / "examples" / "onboarding.csv"

try:
    PROGRAM = _program.find()
except _program.Missing as error:
    PROGRAM = ""
    LACKING = f"the report program is not built: {error}"
else:
    LACKING = ""

Ended = typing.NamedTuple("Ended", [("status", int), ("out", str), ("said", str)])


def run(*arguments: str, program: str = PROGRAM, folder: "str | None" = None, **variables: str) -> Ended:
    """The command, in a process of its own."""
    around = {**os.environ, "PYTHONPATH": str(PACKAGE), "CXJ_LIBRARY": os.path.abspath(cxj.loaded_from), "CXJ_REPORT": program,
              **variables}
    ended = subprocess.run([sys.executable, "-m", "cxj", *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                           env=around, cwd=folder, check=False)
    return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def here(*arguments: str) -> Ended:
    """The command in this process, which is quicker; where it neither becomes the program nor writes a log."""
    out, said = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
        status = command.main(arguments)
    return Ended(status, out.getvalue(), said.getvalue())


def direct(*arguments: str) -> Ended:
    """The report program itself."""
    ended = subprocess.run([PROGRAM, *arguments], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def options(system: str) -> "list[str]":
    """What a command needs beside the files, so that it makes what SYSTEMS has."""
    return ["--fields", "Team__c=team", "--fields=queue="] if system == "Salesforce" else []


class Folder(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, name: str, text: str, mode: int = 0o600) -> str:
        path = self.folder / name
        path.write_text(text, "utf-8")
        path.chmod(mode)
        return str(path)


@unittest.skipIf(LACKING, LACKING)
class PassedOn(Folder):
    """Options, words and exit statuses are the program's."""

    def test_report(self) -> None:
        refused = self.file("refused.csv", "journey,at\n1,2026-01-01T00:00:00Z\n1,never\n")
        for arguments, status in ((["--help"], 0), (["--version"], 0), ([], 2), (["--veiw", "journeys", "x"], 2),
                                  (["--view", "journeys", "nothing.csv"], 1), ([refused], 3), (["--lenient", refused], 0),
                                  (["--json", "--view", "journeys by type", str(SAMPLE)], 0)):
            with self.subTest(arguments):
                got = run("report", *arguments)
                self.assertEqual(got, direct(*arguments))
                self.assertEqual(got.status, status)

    def test_worklist_and_replay_are_the_rule_of_report(self) -> None:
        rule = "waiting for 4h"
        self.assertEqual(run("worklist", rule, str(SAMPLE)), direct("--rule", rule, str(SAMPLE)))
        self.assertEqual(run("replay", rule, "--json", str(SAMPLE)), direct("--replay", "--rule", rule, "--json", str(SAMPLE)))
        self.assertEqual(run("replay", "--help"), direct("--help"))

    def test_the_programs_own_name_is_a_command_too(self) -> None:
        code = "import sys; from cxj.__main__ import report; sys.exit(report())"
        got = subprocess.run([sys.executable, "-c", code, "--version"], capture_output=True, check=False,
                             env={**os.environ, "PYTHONPATH": str(PACKAGE), "CXJ_REPORT": PROGRAM})
        self.assertEqual((got.returncode, got.stdout.decode()), (0, direct("--version").out))

    def test_its_reader_may_go(self) -> None:
        """Python ignores SIGPIPE; the program must not."""
        got = run("report", program=self.file("program", "#!/bin/sh\nkill -PIPE $$\necho it is ignored\n", 0o700))
        self.assertEqual((got.status, got.out), (-signal.SIGPIPE, ""))

    def test_its_options_are_read_from_its_help(self) -> None:
        known = _program.options()
        self.assertLessEqual({"--view": True, "--json": False, "--rule": True, "--replay": False}.items(), known.items())
        for name, takes in known.items():
            with self.subTest(name):
                said = direct(name if takes else name + "=x").said
                self.assertIn(f"{name} needs a value" if takes else f"{name} takes no value", said)


class NoProgram(Folder):
    def test_none_is_there(self) -> None:
        """Modules of a checkout, and a library that was built without the program."""
        shutil.copytree(PACKAGE / "cxj", self.folder / "cxj", ignore=shutil.ignore_patterns("__pycache__", "*.so", "_report"))
        library = shutil.copy(cxj.loaded_from, self.folder / "cxj" / "libcxj.so")
        got = run("report", "x.csv", program="", PYTHONPATH=str(self.folder), CXJ_LIBRARY=str(library))
        self.assertEqual((got.status, got.out), (1, ""))
        self.assertRegex(got.said, r"^cxj: the report program is not there: .*pip install .*meson setup .*CXJ_REPORT\n$")

    def test_the_one_that_is_named_is_meant(self) -> None:
        got = run("report", "x.csv", program=str(self.folder / "gone"))
        self.assertEqual((got.status, got.said),
                         (1, f"cxj: CXJ_REPORT names {self.folder / 'gone'}, and there is no such file\n"))
        for mode, why in ((0o600, "Permission denied"), (0o700, "Exec format error")):
            with self.subTest(why):
                got = run("report", "x.csv", program=self.file("text", "no program", mode))
                self.assertEqual(got.status, 1)
                self.assertIn(f"does not run: {why}. It must be an executable for this machine", got.said)

    def test_it_is_another_program(self) -> None:
        got = run("report", "--from", "znuny", "x.csv", program=self.file("program", "#!/bin/sh\nexit 7\n", 0o700))
        self.assertEqual(got.status, 1)
        self.assertIn("with --help it ended with 7. Is it the report program?", got.said)

    def test_convert_needs_none(self) -> None:
        got = run("convert", "--from", "znuny", *files("Znuny"), program=str(self.folder / "gone"))
        self.assertEqual(got.status, 0, got.said)
        self.assertEqual(len(got.out.splitlines()), 1 + SYSTEMS["Znuny"][3])


class Exports(Folder):
    """Each system's export in one command."""

    @unittest.skipIf(LACKING, LACKING)
    def test_the_same_story_gives_the_same_numbers(self) -> None:
        for system, (name, _, _, count) in SYSTEMS.items():
            with self.subTest(system):
                got = run("report", "--from", name, "--json", "--view", "journeys", *options(system), *files(system))
                self.assertEqual(got.status, 0, got.said)
                answer = json.loads(got.out)
                self.assertEqual((answer["touchpoints"], answer["rejected"], answer["duplicates"]), (count, 0, 0))
                metrics = answer["views"][0]["cells"][0]["metrics"]
                for metric, value in STORY.items():
                    self.assertAlmostEqual(metrics[metric], value, msg=metric, delta=1e-9 * max(1, value))

    @unittest.skipIf(LACKING, LACKING)
    def test_worklist_and_replay_of_an_export(self) -> None:
        got = run("worklist", "open for 1h", "--from=zammad", "--json", *files("Zammad"))
        self.assertEqual(got.status, 0, got.said)
        self.assertEqual([one["journey"] for one in json.loads(got.out)["worklists"][0]["occasions"]], ["60"])
        got = run("replay", "open for 1h", "--from", "zammad", "--json", *files("Zammad"))
        self.assertEqual(got.status, 0, got.said)
        self.assertEqual([one["journey"] for one in json.loads(got.out)["alerts"]][:3], ["57", "58", "59"])

    def test_convert_writes_what_the_recipe_makes_in_the_order_in_which_it_happened(self) -> None:
        for system, (name, _, _, _) in SYSTEMS.items():
            with self.subTest(system):
                log = self.folder / f"{name}.csv"
                got = run("convert", "--from", name, *options(system), *files(system), "-o", str(log))
                self.assertEqual((got.status, got.out), (0, ""), got.said)
                self.assertEqual(stat.S_IMODE(log.stat().st_mode), 0o600)
                rows = made(system)
                rows.sort(key=lambda row: row["at"])
                rows.to_csv(str(self.folder / "wanted.csv"))
                self.assertEqual(log.read_bytes(), (self.folder / "wanted.csv").read_bytes())
                self.assertIn(f"cxj: {name}: {len(rows)} touchpoints of 4 journeys\n", got.said)

    def test_without_a_path_it_goes_to_standard_output(self) -> None:
        log = self.folder / "log.csv"
        self.assertEqual(run("convert", "--from", "jira", *files("Jira"), "-o", str(log)).status, 0)
        for output in ((), ("-o", "-"), ("--output=-",)):
            self.assertEqual(run("convert", "--from=Jira", *files("Jira"), *output).out, log.read_text("utf-8"))

    def test_files_by_options(self) -> None:
        folder = DATA / "zendesk"
        by_options = run("convert", "--from", "zendesk", "--history", str(folder / "ticket_field_history.csv"),
                         f"--comments={folder / 'ticket_comment.csv'}", "--ratings", str(folder / "satisfaction_rating.csv"),
                         "--users", str(folder / "user.csv"), "--groups", str(folder / "group.csv"))
        self.assertEqual(by_options, run("convert", "--from", "zendesk", *files("Zendesk")))

    def test_a_recipes_other_options(self) -> None:
        log = self.file("log.csv", "Case ID,activity,timestamp,lifecycle,resource,Room\n"
                        "a,call,2026-01-01 09:00,start,ann,7\na,call,2026-01-01 10:00,complete,ann,\n")
        got = run("convert", "--from", "pm4py", "--names", "journey=Case ID", "--at", "start", "--tz", "Europe/Berlin", log)
        self.assertEqual(got.out, "journey,sequence,at,activity,owner\na,1,1767254400000,call,ann\n", got.said)
        self.assertIn('cxj: pm4py: left out: "Room" (1 time)\n', got.said)

    def test_own_words_move_a_state(self) -> None:
        """What a state is said to be, it is alone; others stay what they were."""
        said = run("convert", "--from", "zendesk", "--pending", "Solved", *files("Zendesk")).said
        self.assertIn('states: completed ← "closed"; open ← "new", "open", "hold"; pending ← "pending", "solved"\n', said)

    def test_states_that_end_nothing(self) -> None:
        """--open takes a state from those that are final, and holds against what the export says."""
        said = run("convert", "--from", "zendesk", "--open", "Solved", *files("Zendesk")).said
        self.assertIn('states: completed ← "closed"; open ← "new", "open", "solved", "hold"; pending ← "pending"\n', said)
        issues = self.file("issues.csv", "Issue key,Status,Created,Resolved\nA-1,Released,2026-03-01,2026-03-02\n"
                           "A-2,Fixed,2026-03-01,2026-03-02\n")
        said = run("convert", "--from", "jira", "--open", "Released", issues).said
        self.assertIn('states: completed ← "Fixed"; open ← "Released"\n', said)
        self.assertRegex(said, "jira: 1 of 2 tickets have been closed, .*'Released'; .*--completed STATE and --open STATE\n")

    def test_what_was_read_as_what_is_told(self) -> None:
        said = run("convert", "--from", "salesforce", *options("Salesforce"), *files("Salesforce")).said
        self.assertIn('cxj: salesforce: states: completed ← "Closed"; open ← "New", "Working", "On Hold"; pending ← "Waiting on '
                      'Customer"\n', said)
        self.assertIn('cxj: salesforce: left out: "queue" (3 times)\n', said)
        history = self.file("history.csv", "ticket_id,field_name,value,updated\n1,status,parked,2024-03-04 09:00:00\n")
        said = run("convert", "--from", "zendesk", history).said
        self.assertRegex(said, "cxj: zendesk: no ticket ends: .*'parked'.* --completed STATE\n")

    def test_what_is_told_of_an_odd_export_is_short(self) -> None:
        history = self.file("history.csv", "ticket_id,field_name,value,updated\n" + "".join(
            f"1,status,s{n},2024-03-04 09:00:{n:02}\n1,field {n},x,2024-03-04 09:00:{n:02}\n" for n in range(60)))
        said = run("convert", "--from", "zendesk", history).said
        self.assertRegex(said, r'states: open ← "s0", .*"s19" and 40 more\n')
        self.assertRegex(said, r'left out: "field 0" \(1 time\), .*"field 19" \(1 time\) and 40 more\n')


class OptionsOfRecipes(unittest.TestCase):
    """They come from signatures; so what a signature may say must be known, and must not be what the program says too."""

    def test_each_parameter_is_an_option(self) -> None:
        for system, (recipe, tables) in recipes.RECIPES.items():
            got = command.recipe_options(system)
            wanted = {name for name in typing.get_type_hints(recipe) if name not in ("return", "rules")}
            self.assertLessEqual({f"--{name}" for name in wanted}, set(got), system)
            self.assertEqual({got[f"--{parameter}"].kind for _, parameter in tables}, {"file"}, system)
            if "rules" in typing.get_type_hints(recipe):
                words = ("fields", "completed", "abandoned", "pending", "open", "nobody")
                self.assertLessEqual({f"--{name}" for name in words}, set(got), system)

    @unittest.skipIf(LACKING, LACKING)
    def test_none_is_the_programs(self) -> None:
        for system in recipes.RECIPES:
            self.assertEqual(set(command.recipe_options(system)) & {*_program.options(), "--from", "--output"}, set(), system)

    def test_each_is_explained(self) -> None:
        for system in recipes.RECIPES:
            got = here("convert", "--from", system, "--help")
            self.assertEqual((got.status, got.said), (0, ""))
            for name, option in command.recipe_options(system).items():
                self.assertRegex(got.out, rf"(?m)^  {name}\b" + (r".*\n {6}\w" if option.of_rules else ""), system)


class Sentences(Folder):
    """What was seen, what was wanted, what to do."""

    def test_wrong_usage(self) -> None:
        a = files("Zammad")[0]
        for arguments, words in (
                (["wordlist"], "there is no command 'wordlist'; the nearest is 'worklist'; see cxj --help"),
                (["worklist"], "worklist: a rule comes first; for instance: cxj worklist \"silent for 3d\" LOG.csv"),
                (["replay", "--json", "x"], "replay: a rule comes first, not '--json'; for instance: cxj replay"),
                (["worklist", a], f"a rule comes first, and {a} is a file"),
                (["convert", a], "convert: --from SYSTEM is missing, which says whose export it is: zendesk, jira"),
                (["convert", "--from"], "--from needs a system: zendesk, jira"),
                (["convert", "--from", "zandesk", a], "'zandesk' is no system that is known; the nearest is 'zendesk'"),
                (["convert", "--from", "zammad"], "no FILE is given; cxj convert --from zammad --help says which files"),
                (["convert", "--from", "zammad", "--artikles", a], "is no option here; the nearest is '--articles'"),
                (["convert", "--from", "zammad", "--history"], "--history needs a value"),
                (["convert", "--from", "jira", "--thanks=1", a], "--thanks takes no value"),
                (["convert", "--from", "zammad", "--fields", "area", a], "'area' is no pair; two texts with = between"),
                (["convert", "--from", "zammad", "--tz", "Mars", a], "'Mars' is no time zone; one such as Europe/Berlin")):
            with self.subTest(arguments):
                got = here(*arguments)
                self.assertEqual((got.status, got.out), (2, ""))
                self.assertTrue(got.said.startswith("cxj: "))
                self.assertEqual(got.said.count("\n"), 1)
                self.assertIn(words, got.said)

    def test_what_cannot_be_read(self) -> None:
        jira = files("Jira")[0]
        odd = self.file("odd.json", '[{"id": 1, "history": 5}]')
        timeline = self.file("issues.json", '[{"number": 1, "created_at": "2024-03-04", "timeline": [5]}]')
        half = self.file("history.json", '[{"ticket_id": "\\ud800", "field_name": "status", "value": "closed", '
                                         '"updated": "2024-03-04"}]')
        for arguments, words in (
                (["znuny", str(self.folder / "gone.csv")], "gone.csv: No such file or directory"),
                (["hubspot", jira], "the name of a file for hubspot has one of ticket, email"),
                (["hubspot", "--tickets", jira], "hubspot: tickets, row 0: there is no 'id'; there are "),
                (["zammad", "--history", odd], "zammad: no touchpoint comes of these files; cxj convert --from zammad"),
                (["github", timeline], "github: this is not what that system exports (AttributeError: "),
                (["zammad", "--history", odd, odd.replace("odd", "ticket_history")], "history is given, and by its name "),
                (["zammad", files("Zammad")[0]], "zammad needs a file with 'history' in its name; cxj convert --from zammad "
                                                 "--help says which files are read"),
                (["zendesk", half], "half a character ends the text '"),
                (["zendesk", "--fields", "area=reasn", *files("Zendesk")], "cannot be 'reasn'; the nearest is 'reason'")):
            with self.subTest(arguments):
                got = here("convert", "--from", *arguments)
                self.assertEqual((got.status, got.out), (1, ""), got.said)
                self.assertIn(words, got.said)
                self.assertNotIn("Traceback", got.said)

    def test_help(self) -> None:
        got = here("--help")
        self.assertEqual((got.status, got.said, here().out, here().status), (0, "", got.out, 2))
        for verb in ("report", "worklist", "replay", "convert"):
            self.assertIn(f"usage: cxj {verb} " if verb == "report" else f"       cxj {verb} ", got.out)
        for system in recipes.RECIPES:
            self.assertIn(system, got.out)
        self.assertLess(max(map(len, got.out.splitlines())), 120)
        self.assertEqual(here("--version").out, cxj.__version__ + "\n")

    def test_nothing_steers_a_terminal(self) -> None:
        got = here("convert", "--from", "znuny", "\x1b[31m.csv")
        self.assertIn(r"\x1b[31m.csv: No such file", got.said)
        self.assertNotIn("\x1b", got.said)


@unittest.skipIf(LACKING, LACKING)
@unittest.skipUnless(have_zones(), "there is no data of zones; the package tzdata has them")
class Readme(Folder):
    def test_its_commands_run(self) -> None:
        shutil.copy(SAMPLE, self.folder / "log.csv")
        for file in [*(DATA / "zendesk").iterdir(), DATA / "jira" / "search.json"]:
            shutil.copy(file, self.folder)
        (self.folder / "log.xes.gz").write_bytes(gzip.compress(LOG.encode()))
        lines = re.findall(r"(?m)^    cxj (.*?)(?: {3}.*)?$", README.read_text("utf-8"))
        self.assertEqual({line.split()[0] for line in lines}, {"report", "worklist", "replay", "convert"})
        for line in lines:
            with self.subTest(line):
                got = run(*shlex.split(line), folder=str(self.folder))
                self.assertEqual(got.status, 0, got.said)


class Leftovers(Folder):
    def test_a_log_on_the_way_has_no_name(self) -> None:
        """So nothing can stay, however the program ends; and nobody else can read it."""
        scratch = self.folder / "scratch"
        scratch.mkdir()
        program = self.file("program", '#!/bin/sh\ncase $1 in --help) echo "  --json"; exit;; esac\n'
                            f'ls -A {scratch}\n{sys.executable} -c "import os; print(oct(os.fstat(0).st_mode & 0o777))"\n'
                            'echo "$@"\nhead -n 1\nkill -9 $$\n', 0o700)
        got = run("report", "--from", "znuny", "--json", *files("Znuny"), program=program, TMPDIR=str(scratch))
        self.assertEqual(got.status, -signal.SIGKILL, got.said)
        first = run("convert", "--from", "znuny", *files("Znuny")).out.splitlines()[0]
        self.assertEqual(got.out.splitlines(), ["0o600", "--json -- -", first])
        self.assertEqual(list(scratch.iterdir()), [])

    def test_what_stood_at_the_path_stays_until_the_new_one_is_whole(self) -> None:
        log = self.file("log.csv", "before", 0o640)
        got = run("convert", "--from", "zammad", str(self.folder / "history.json"), "-o", log)
        self.assertEqual((got.status, pathlib.Path(log).read_text("utf-8")), (1, "before"))
        self.assertEqual(run("convert", "--from", "zammad", *files("Zammad"), "-o", log).status, 0)
        self.assertTrue(pathlib.Path(log).read_text("utf-8").startswith("journey,"))
        self.assertEqual(stat.S_IMODE(os.stat(log).st_mode), 0o640)
        self.assertEqual(os.listdir(self.folder), ["log.csv"])

    def test_what_is_no_file_is_written_to(self) -> None:
        got = run("convert", "--from", "zammad", *files("Zammad"), "-o", os.devnull)
        self.assertEqual((got.status, got.out), (0, ""), got.said)
        self.assertFalse(os.path.isfile(os.devnull))
        got = run("convert", "--from", "zammad", *files("Zammad"), "-o", str(self.folder))
        self.assertEqual((got.status, got.said.splitlines()[-1]), (1, f"cxj: {self.folder}: Is a directory"))

    def test_who_reads_the_log_may_go(self) -> None:
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "wb") as out:
            got = subprocess.run([sys.executable, "-m", "cxj", "convert", "--from", "zammad", *files("Zammad")], stdout=out,
                                 stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(PACKAGE)}, check=False)
        self.assertEqual(got.returncode, 1)
        self.assertTrue(got.stderr.decode().splitlines()[-1].endswith("touchpoints of 4 journeys"), got.stderr)


if __name__ == "__main__":
    unittest.main()
