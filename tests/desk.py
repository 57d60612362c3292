#!/usr/bin/env python3
"""desk.py DESK [--kills N] [--seed S]

Does an engine that follows a database know what the database has, whenever its host is killed? DESK is the program of
examples/desk.c.

1. Killed with SIGKILL N times, at random moments (while it starts, catches up, works, commits, saves, erases; every
   fourth time while a saved engine is being written), and started again: in the end the saved engine is, byte for byte,
   that of a desk that did the same work undisturbed; so are its worklists and its rows.
2. A customer is erased in both: neither a row, nor a byte of the database's files, nor the engine knows them any more.
   Killed at random moments while erasing, the desk has the customer in both or, after the next start, in none.
3. A saved engine that is missing, damaged, or knows more than the database is made anew; a second desk at the same
   time, a folder that is not there and wrong usage end with a sentence.

Exit status 0 if all holds; 77 if this Python has no sqlite3. Random moments are drawn from the seed, which is printed.
"""

import argparse
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

try:
    import sqlite3
except ImportError:
    print("desk.py: this Python has no sqlite3, by which rows are compared")
    sys.exit(77)


def fail(text: str) -> None:
    sys.exit(f"desk.py: {text}")


def run(desk: str, folder: pathlib.Path, *words: str, status: int = 0) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run([desk, str(folder), *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=300)
    if done.returncode != status:
        fail(f"desk {folder.name} {' '.join(words)} ends with {done.returncode}, not {status}: {done.stderr}")
    return done


def rows_of(folder: pathlib.Path) -> list[str]:
    """All rows, as statements; the desk has ended, so the database is one file."""
    with sqlite3.connect(folder / "desk.db") as database:
        rows = list(database.iterdump())
    database.close()
    return rows


def ask(folder: pathlib.Path, question: str) -> "list[tuple[object, ...]]":
    database = sqlite3.connect(folder / "desk.db")
    answer = database.execute(question).fetchall()
    database.close()
    return answer


def files_of(folder: pathlib.Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def aside(folder: pathlib.Path) -> list[str]:
    return [path.name for path in folder.glob(".cxj-*.new")]


def kill(desk: str, folder: pathlib.Path, words: list[str], delay: float, saving: bool) -> bool:
    """Starts a desk and kills it after a while, or as soon as it is seen to save; whether it was seen."""
    before = set(aside(folder))
    host = subprocess.Popen([desk, str(folder), *words], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE)
    seen = False
    until = time.monotonic() + (0.2 if saving else delay)
    while saving and not seen and time.monotonic() < until:
        seen = not set(aside(folder)) <= before
    if not saving:
        time.sleep(delay)
    host.kill()
    _, said = host.communicate()
    if host.returncode != -signal.SIGKILL:
        fail(f"desk {' '.join(words)} ended with {host.returncode} before it was killed: {said.decode()}")
    return seen


def shown(text: str) -> str:
    """What a desk shows, without the first line, which says what was recorded again."""
    return text.partition("\n")[2]


def kill_often(desk: str, folder: pathlib.Path, kills: int, chance: random.Random) -> str:
    quiet, killed = folder / "quiet", folder / "killed"
    quiet.mkdir()
    killed.mkdir()
    pieces = 40 * kills
    first = shown(run(desk, quiet, "until", str(pieces), "show", "verify").stdout)
    while_saving = 0
    left = 0
    for turn in range(kills):
        words = ["until", str(40 * (turn + 1)), "wait"]
        while_saving += kill(desk, killed, words, chance.random() * 0.05, turn % 4 == 3)
        left += bool(aside(killed))
        if chance.random() < 0.1:
            run(desk, killed, "verify")
    again = run(desk, killed, "until", str(pieces), "show", "verify").stdout
    if shown(again) != first:
        fail(f"what is shown differs:\n{first}\n{shown(again)}")
    if (quiet / "engine.cxj").read_bytes() != (killed / "engine.cxj").read_bytes():
        fail("the saved engines differ")
    if rows_of(quiet) != rows_of(killed):
        fail("the rows differ")
    if aside(killed):
        fail(f"a killed save has left {aside(killed)}")
    if while_saving == 0 and kills >= 40:
        fail("no kill met a save")
    changes, erased = ask(quiet, "SELECT change, (SELECT seq FROM sqlite_sequence WHERE name = 'customers')"
                                 " - (SELECT count(*) FROM customers) FROM counter")[0]
    return (f"{kills} kills ({while_saving} while an engine was being saved, {left} left one cut off): {pieces} pieces "
            f"of work, {changes} changes, {erased} customers erased; the same bytes as undisturbed")


def knows(folder: pathlib.Path, name: str) -> list[str]:
    return [file for file, content in files_of(folder).items() if name.encode() in content]


def erase(desk: str, folder: pathlib.Path, kills: int, chance: random.Random) -> str:
    start = folder / "erase"
    start.mkdir()
    run(desk, start, "work", "600")
    customers = ask(start, "SELECT id, name FROM customers WHERE id IN (SELECT customer FROM tickets) ORDER BY id")
    before = len(customers)
    in_both = 0
    for turn in range(kills):
        customer, name = customers[chance.randrange(len(customers))]
        copy = folder / f"erase-{turn}"
        shutil.copytree(start, copy)
        if not knows(copy, str(name)):
            fail(f"{name} is not even there")
        # Whether it came to it or not: afterwards both know the customer, or none does.
        kill(desk, copy, ["erase", str(customer), "wait"], chance.random() * 0.02, False)
        run(desk, copy, "show", "verify")
        if ask(copy, f"SELECT * FROM customers WHERE id = {customer}"):
            in_both += 1
            run(desk, copy, "erase", str(customer), "show", "verify")
        if knows(copy, str(name)):
            fail(f"{name} was erased, and still stands in {knows(copy, str(name))}")
        left = ask(copy, f"SELECT count(*) FROM tickets WHERE customer = {customer}")
        if left != [(0,)] or ask(copy, "SELECT * FROM erasures"):
            fail(f"rows of customer {customer} are left")
        run(desk, copy, "erase", str(customer), status=1)
        shutil.rmtree(copy)
    # Not only once it has ended: while it goes on, too.
    customer, name = customers[0]
    with subprocess.Popen([desk, str(start), "erase", str(customer), "show", "wait"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as host:
        assert host.stdout is not None
        while not host.stdout.readline().startswith(b"tickets "):
            pass
        if knows(start, str(name)):
            fail(f"{name} was erased, and still stands in {knows(start, str(name))}")
        host.communicate()
    return (f"{kills} kills while one of {before} customers was erased: {in_both} times both still knew them, "
            f"{kills - in_both} times none")


def start_anew(desk: str, folder: pathlib.Path) -> None:
    desk_folder = folder / "anew"
    desk_folder.mkdir()
    run(desk, desk_folder, "work", "400")
    engine = desk_folder / "engine.cxj"
    bytes_there = engine.read_bytes()
    older = (desk_folder / "desk.db").read_bytes()
    run(desk, desk_folder, "work", "50")
    newer = engine.read_bytes()
    newer_rows = (desk_folder / "desk.db").read_bytes()
    for damage, word in ((None, ""), (newer[:1000] + b"\x55" + newer[1001:], "engine.cxj"), (b"", "engine.cxj"),
                         (newer[:-9], "engine.cxj")):
        engine.unlink()
        if damage is not None:
            engine.write_bytes(damage)
        if word not in run(desk, desk_folder, "verify").stderr:
            fail("a damaged engine goes without a word")
        if engine.read_bytes() != newer:
            fail("made anew from the database, the engine is another one")
    (desk_folder / "desk.db").write_bytes(older)
    if "not of this database" not in run(desk, desk_folder, "verify").stderr or engine.read_bytes() != bytes_there:
        fail("an engine that knows more than the database is taken")
    (desk_folder / "desk.db").write_bytes(newer_rows)
    if "50 are recorded again" not in run(desk, desk_folder, "verify").stdout and engine.read_bytes() != newer:
        fail("what the database has beyond the engine is not recorded")

    with subprocess.Popen([desk, str(desk_folder), "work", "1", "wait"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as host:
        assert host.stdout is not None
        host.stdout.readline()
        if "locked" not in run(desk, desk_folder, "verify", status=1).stderr:
            fail("two desks in one folder")
        host.communicate()
        if host.returncode != 0:
            fail(f"a desk that was not alone ends with {host.returncode}")
    if not run(desk, folder / "nowhere", "verify", status=1).stderr:
        fail("a folder that is not there goes without a word")
    (desk_folder / "desk.db").write_bytes(b"no database at all, but long enough to be one" * 30)
    if "not a database" not in run(desk, desk_folder, "verify", status=1).stderr:
        fail("what is no database is taken for one")
    for words in ([], ["work"], ["work", "many"], ["work", "-1"], ["shows"], ["show", "erase"],
                  ["until", "99999999999"]):
        if not run(desk, folder, *words, status=2).stderr:
            fail(f"{words} goes without a word")


def main() -> int:
    parser = argparse.ArgumentParser(description="Kills the host of examples/desk.c.")
    parser.add_argument("desk")
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    chosen = parser.parse_args()
    desk = str(pathlib.Path(chosen.desk).resolve())
    print(f"seed {chosen.seed}", flush=True)
    chance = random.Random(chosen.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        start_anew(desk, folder)
        print(kill_often(desk, folder, chosen.kills, chance), flush=True)
        print(erase(desk, folder, max(10, chosen.kills // 5), chance), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
