#!/usr/bin/env python3
"""server.py SERVER REPORT [--writers N] [--readers N] [--rows N] [--seed S]

Do many readers and one writer get along? SERVER is the program of examples/server.c, REPORT that of examples/report.c.

Writers send the rows of the sample log, each in an order of its own, and some twice; meanwhile readers ask for cells,
worklists and journeys. Each answer must be of one moment: the touchpoints of all cells are those that its first line
says, no reader sees fewer than it saw before, and who had an "ok" is counted. In the end cells are those of the report.
Then clients that say nonsense, break off, do not read, or are too many; and a second server at the same socket.

Built with ThreadSanitizer (tests/run.sh), a reader that reads while the writer writes ends the server.

Exit status 0 if all holds. The orders are drawn from the seed, which is printed.
"""

import argparse
import csv
import datetime
import json
import pathlib
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time

LOG = pathlib.Path(__file__).resolve().parent.parent / "examples" / "onboarding.csv"
ASKED = {
    "touchpoints by channel, team": ["touchpoints", "contacts", "csat", "wait_mean"],
    "journeys by segment": ["journeys", "handoffs", "touch_drop", "journey_fall", "kept_rate"],
    "transitions by team": ["transitions", "lost_context"],
}


def fail(text: str) -> None:
    sys.exit(f"server.py: {text}")


class Client:
    def __init__(self, path: pathlib.Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(120)
        give_up = time.monotonic() + 60
        while True:
            try:
                self.socket.connect(str(path))
                break
            except BlockingIOError:  # as many wait already as may
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.01)
        self.lines = self.socket.makefile("r", encoding="utf-8", newline="\n")

    def ask(self, *words: str) -> "list[str]":
        self.socket.sendall(("\t".join(words) + "\n").encode())
        return self.answer()

    def answer(self) -> "list[str]":
        answer = []
        while (line := self.lines.readline()) not in ("\n", ""):
            answer.append(line.rstrip("\n"))
        return answer

    def close(self) -> None:
        self.lines.close()
        self.socket.close()


class Played:
    """What clients found, from all their threads."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.writing = threading.Event()
        self.answers = 0
        self.lock = threading.Lock()


def touch(row: dict[str, str]) -> list[str]:
    moment = datetime.datetime.fromisoformat(row["at"]).replace(tzinfo=datetime.timezone.utc)
    return ["touch", f"at={int(moment.timestamp() * 1000)}",
            *(f"{name}={value}" for name, value in row.items() if value and name != "at")]


def write(path: pathlib.Path, rows: list[dict[str, str]], played: Played) -> None:
    try:
        client = Client(path)
        for row in rows:
            answer = client.ask(*touch(row))
            if answer != ["ok"]:
                played.problems.append(f"{row}: {answer}")
        client.close()
    except OSError as error:
        played.problems.append(f"a writer: {error}")


def read(path: pathlib.Path, chance: random.Random, played: Played) -> None:
    try:
        client = Client(path)
        least = count = 0
        while not played.writing.is_set() or count == 0:
            what = chance.randrange(5)
            if what == 0:
                client.ask("worklist", chance.choice(["waiting for 4h", "handoffs over 3", "same owner for 3d"]))
            elif what == 1:
                client.ask("journey", str(chance.randrange(1001, 1340)))
            else:
                view = "touchpoints by channel, team" if what < 4 else "journeys by segment"
                head, *cells = client.ask("cells", view, ASKED[view][0])
                there = [int(word.split()[0]) for word in head.split("\t")]
                summed = sum(float(cell.split("\t")[-1]) for cell in cells)
                if summed != there[0 if what < 4 else 1]:
                    played.problems.append(f"{view}: {summed} in all cells, but {head}")
                if there[0] < least:
                    played.problems.append(f"{there[0]} touchpoints after {least}")
                least = there[0]
            count += 1
        with played.lock:
            played.answers += count
        client.close()
    except (OSError, ValueError) as error:
        played.problems.append(f"a reader: {error}")


def compare(path: pathlib.Path, report: str, rows: list[dict[str, str]], folder: pathlib.Path) -> int:
    """The cells of the report for the same rows; returns how many values there were."""
    log = folder / "rows.csv"
    with log.open("w", newline="") as out:
        writer = csv.DictWriter(out, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    views = [word for view in ASKED for word in ("--view", view)]
    answered = subprocess.run([report, "--json", *views, str(log)], capture_output=True, text=True, check=True).stdout
    client = Client(path)
    count = 0
    for view in json.loads(answered)["views"]:
        names = ASKED[view["view"]]
        got = [line.split("\t") for line in client.ask("cells", view["view"], ",".join(names))[1:]]
        due = [[*cell["key"].values(), *(cell["metrics"][name] for name in names)] for cell in view["cells"]]
        keys = len(view["cells"][0]["key"])
        seen = [[*line[:keys], *(None if word == "-" else float(word) for word in line[keys:])] for line in got]
        if seen != due:
            fail(f"{view['view']}: {seen[:3]}, not {due[:3]}")
        count += len(due) * len(names)
    client.close()
    return count


def annoy(server: str, path: pathlib.Path) -> None:
    client = Client(path)
    for line, words in (("", "no such command"), ("touch", "no such command"), ("touch\tjourney=1", "at: "),
                        ("touch\tjourney=1\tat=soon", "no time"), ("touch\tjourney=1\tat=5\tfacets=fast", "no facet"),
                        ("touch\tjourney=1\tat=5\tcolour=3", "no such field"), ("touch\tnonsense", "name=value"),
                        ("touch\tjourney=1\tat=5\tscore=999", "no such field"), ("now\tnever", "no time"),
                        ("now\t2020-01-01", "lies before"), ("cells\tjourneys\tjourneys", "no such view"),
                        ("cells\tjourneys by segment\tcsat", "no metrics"), ("worklist\twaiting long", "column"),
                        ("journey\t7", "journey"), ("\t\t\t", "no such command"),
                        ("touch\t" + "x" * 3000, "name=value")):
        answer = client.ask(*line.split("\t"))
        if len(answer) != 1 or not answer[0].startswith("error: ") or words not in answer[0]:
            fail(f"{line!r} is answered by {answer}, and {words!r} is due")
    client.socket.sendall(b"\xff\x1b\n")
    if not client.answer()[0].startswith("error: "):
        fail("bytes that are no text are taken")
    try:
        client.socket.sendall(b"x" * 100000)  # longer than any line: the server hangs up
        if client.answer() and client.answer():
            fail("a line without an end is answered")
    except OSError:
        pass
    client.close()
    with_nul = Client(path)
    with_nul.socket.sendall(b"touch\0\n")
    if with_nul.answer():
        fail("a line with a NUL is answered")
    with_nul.close()
    half = Client(path)
    half.socket.sendall(b"touch\tjourney=9")  # and gone
    half.close()
    crowd = [Client(path) for _ in range(80)]
    turned_away = 0
    for one in crowd:
        try:
            turned_away += one.ask("journey", "1001") == ["error: there are too many clients"]
        except OSError:
            turned_away += 1
    for one in crowd:
        one.close()
    if not 16 <= turned_away < 80:
        fail(f"of 80 clients {turned_away} are turned away")
    again = Client(path)
    give_up = time.monotonic() + 30
    while (answer := again.ask("journey", "1001"))[0].startswith("error: there are too many"):
        again.close()
        if time.monotonic() > give_up:
            fail(f"when the crowd has gone: {answer}")
        again = Client(path)
    deaf = Client(path)
    deaf.socket.sendall(b"cells\ttransitions by team\ttransitions\n" * 200)  # never reads
    second = subprocess.run([server, str(path), "journeys"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if second.returncode != 1 or "server: " not in second.stderr:
        fail(f"a second server: {second}")
    again.close()
    deaf.close()
    for words in ([], [str(path)]):
        if subprocess.run([server, *words], stdin=subprocess.DEVNULL, capture_output=True).returncode != 2:
            fail(f"{words} are no arguments")
    for words, status in (([str(path) + "2", "journeys by teem"], "column 13"), (["x" * 300, "journeys"], "x")):
        done = subprocess.run([server, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != 1 or status not in done.stderr:
            fail(f"{words}: {done}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Are the clients of examples/server.c.")
    parser.add_argument("server")
    parser.add_argument("report")
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--readers", type=int, default=6)
    parser.add_argument("--rows", type=int, default=5033)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    chosen = parser.parse_args()
    chance = random.Random(chosen.seed)
    print(f"seed {chosen.seed}", flush=True)
    with LOG.open(newline="") as log:
        rows = list(csv.DictReader(log))[:chosen.rows]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        path = folder / "socket"
        host = subprocess.Popen([chosen.server, str(path), *ASKED], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)
        try:
            assert host.stdout is not None and host.stderr is not None
            if host.stdout.readline() != "listening\n":
                fail(f"the server does not start: {host.stderr.read()}")
            clock = Client(path)
            clock.ask("now", rows[-1]["at"])
            clock.close()

            played = Played()
            parts: list[list[dict[str, str]]] = [[] for _ in range(chosen.writers)]
            for row in rows:
                for part in chance.sample(parts, 2 if chance.random() < 0.1 else 1):
                    part.append(row)
            for part in parts:
                chance.shuffle(part)
            writers = [threading.Thread(target=write, args=(path, part, played)) for part in parts]
            readers = [threading.Thread(target=read, args=(path, random.Random(chance.random()), played))
                       for _ in range(chosen.readers)]
            for thread in [*writers, *readers]:
                thread.start()
            for thread in writers:
                thread.join()
            played.writing.set()
            for thread in readers:
                thread.join()
            if played.problems:
                fail(f"{len(played.problems)} problems, such as {played.problems[:3]}")
            values = compare(path, chosen.report, rows, folder)
            annoy(chosen.server, path)
            _, said = host.communicate(timeout=60)  # its input ends
            if host.returncode != 0 or said:
                fail(f"the server ends with {host.returncode}: {said[-3000:]}")
            if path.exists():
                fail("the socket is left")
            print(f"{len(rows)} touchpoints by {chosen.writers} clients; {played.answers} answers to {chosen.readers} "
                  f"others meanwhile, each of one moment; {values} values are those of the report")
        finally:
            host.kill()
            host.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
