#!/usr/bin/env python3
"""watch.py WATCH [--kills N] [--seed S]

Does a host that is killed lose an alert, or raise one twice? WATCH is the program of examples/watch.c.

1. With a clock that the feed moves: killed with SIGKILL N times, at random moments (while it starts, catches up, reads,
   raises, saves), and fed from the position that it says, it has raised the alerts of a host that was never killed: the
   same lines under the same numbers, none missing, and a line that comes again is the same line. The saved engines are
   the same bytes. No touchpoint of the feed takes an occasion away and brings it back, which is what SPEC.md section
   9.5 leaves open.
2. By the real clock: each promise that passes is told once, whenever the host was killed.
3. Rules changed between two starts: what the old ones raised is told, the new ones tell what begins to hold then.
4. Lines that are refused, a feed cut off, a last call cut off, a second host on the same state, wrong usage.

Exit status 0 if all holds. Random moments are drawn from the seed, which is printed.
"""

import argparse
import json
import os
import pathlib
import random
import select
import signal
import subprocess
import sys
import tempfile
import time

COLUMNS = "id,journey,at,type,owner,team,due,facets,scale,score,scope,outcome"
RULES = ["overdue", "due within 2h", "overdue for 1d where type = move", "silent for 6h", "waiting for 90m",
         "unanswered for 1h", "open for 2d", "same owner for 8h", "handoffs over 2", "dissatisfied", "reopened",
         "churned", "chases over 0"]
BEGIN = 1767225600000
MINUTE = 60000


def fail(text: str) -> None:
    sys.exit(f"watch.py: {text}")


def make_feed(chance: random.Random, count: int) -> list[str]:
    """Lines of a feed in the order of time, with the clock moved now and then. Journeys that end are taken up again;
    they have nothing that would come back with that (no promise, no owner)."""
    lines: list[str] = []
    ended: dict[int, bool] = {}
    at = BEGIN
    for number in range(1, count + 1):
        at += chance.randrange(0, 8 * MINUTE)
        if chance.random() < 0.3:
            lines.append(f"advance {at + chance.randrange(0, MINUTE)}")
        journey = chance.randrange(max(1, number // 8 - 20), number // 8 + 2)
        name = f'"case ""{journey}"""' if journey % 3 == 0 else str(journey)
        kind = ["move", "repair"][journey % 2]
        if journey % 5 == 0:
            was_ended = ended.get(journey, True)
            ended[journey] = not was_ended
            lines.append(f"{number},{name},{at},{kind},,,,{'fault' if was_ended else ''},,,,"
                         f"{'' if was_ended else 'completed'}")
            continue
        due = str(at + chance.randrange(10, 3000) * MINUTE) if chance.random() < 0.2 else ""
        facets = chance.choice(["", "contact", "inbound", "chase", "update", "delivered", "fault", "churned|contact"])
        rating = f"csat5,{chance.randrange(1, 6)},touchpoint" if chance.random() < 0.15 else ",,"
        held = f"owner {chance.randrange(4)},team {chance.randrange(2)}"
        lines.append(f"{number},{name},{at},{kind},{held},{due},{facets},{rating},")
    return lines


class Receiver:
    """Who reads the alerts: by their numbers, each once."""

    def __init__(self) -> None:
        self.alerts: list[str] = []
        self.again = 0

    def take(self, out: bytes) -> None:
        *lines, _cut = out.decode().split("\n")
        for line in lines:
            number = json.loads(line).get("alert")
            if number is None:
                continue
            if number <= len(self.alerts):
                self.again += 1
                if self.alerts[number - 1] != line:
                    fail(f"alert {number} came again as another one: {self.alerts[number - 1]} {line}")
            elif number == len(self.alerts) + 1:
                self.alerts.append(line)
            else:
                fail(f"alert {len(self.alerts) + 1} is missing: {line}")


def command(program: str, state: pathlib.Path, rules: list[str], *more: str) -> list[str]:
    return [program, "--state", str(state), *(word for rule in rules for word in ("--rule", rule)), *more]


def start(words: list[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(words, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def wait_for(host: "subprocess.Popen[bytes]", lines: int) -> bytes:
    """Reads until so many lines came, or nothing for a while: what was sent may raise fewer."""
    assert host.stdout is not None
    out = b""
    while out.count(b"\n") < lines and select.select([host.stdout], [], [], 0.2 if out else 2)[0]:
        more = os.read(host.stdout.fileno(), 300)
        if not more:
            break
        out += more
    return out


def send(host: "subprocess.Popen[bytes]", lines: list[str]) -> None:
    assert host.stdin is not None
    host.stdin.write("".join(line + "\n" for line in [COLUMNS, *lines]).encode())


def whole(words: list[str], feed: list[str], receiver: Receiver, position: int = -1) -> str:
    """Lets a host come to the end of its feed; returns what it says on stderr."""
    host = start(words)
    assert host.stdout is not None
    first = host.stdout.readline()
    there = json.loads(first)["position"] if first else 0
    if position >= 0 and there != position:
        fail(f"the position is {there}, not {position}")
    out, said = host.communicate("".join(line + "\n" for line in [COLUMNS, *feed[there:]]).encode(), timeout=300)
    if host.returncode != 0:
        fail(f"{words} ends with {host.returncode}: {said.decode()}")
    receiver.take(out)
    return said.decode()


def kill_by_feed(program: str, folder: pathlib.Path, kills: int, chance: random.Random) -> str:
    feed = make_feed(chance, max(2000, 60 * kills))
    quiet, killed = Receiver(), Receiver()
    more = ["--clock", "feed", "--every", "0.03"]
    whole(command(program, folder / "quiet.cxj", RULES, *more), feed, quiet, 0)
    words = command(program, folder / "killed.cxj", RULES, *more)
    last = unfed = 0
    for _ in range(kills):
        host = start(words)
        assert host.stdout is not None and host.stdin is not None
        if chance.random() < 0.2:
            time.sleep(chance.random() * 0.02)
            unfed += 1
            out = b""
        else:
            out = host.stdout.readline()
            position = json.loads(out)["position"]
            if position < last:
                fail(f"the position went back from {last} to {position}")
            last = position
            send(host, feed[position:position + chance.randrange(1, 150)])
            if chance.random() < 0.5:
                time.sleep(chance.random() * 0.05)
            else:
                out += wait_for(host, chance.randrange(1, 80))
        host.kill()
        out += host.stdout.read()
        host.wait()
        if host.returncode != -signal.SIGKILL:
            assert host.stderr is not None
            fail(f"it ended with {host.returncode} before it was killed: {host.stderr.read().decode()}")
        for pipe in (host.stdin, host.stdout, host.stderr):
            try:
                assert pipe is not None
                pipe.close()
            except BrokenPipeError:
                pass
        killed.take(out)
    if last == 0:
        fail("no killed host took a line")
    whole(words, feed, killed)
    for number, (alert, other) in enumerate(zip(quiet.alerts, killed.alerts), 1):
        if alert != other:
            fail(f"alert {number} is {other}, and without a kill {alert}")
    if len(quiet.alerts) != len(killed.alerts):
        fail(f"{len(killed.alerts)} alerts, and without a kill {len(quiet.alerts)}")
    if {json.loads(alert)["rule"] for alert in quiet.alerts} != set(RULES):
        fail("a rule raised nothing")
    if (folder / "quiet.cxj").read_bytes() != (folder / "killed.cxj").read_bytes():
        fail("the saved engines differ")
    return (f"{kills} kills ({unfed} at the start; {last} of {len(feed)} lines between them): {len(killed.alerts)} "
            f"alerts, none lost, none twice; {killed.again} lines came again under their number")


def kill_by_clock(program: str, folder: pathlib.Path, kills: int, chance: random.Random) -> str:
    words = command(program, folder / "clock.cxj", ["overdue"], "--every", "0.2")
    receiver = Receiver()
    promised: dict[str, int] = {}
    lines: list[str] = []
    for turn in range(kills + 1):
        host = start(words)
        assert host.stdout is not None and host.stdin is not None
        out = host.stdout.readline()
        now = int(time.time() * 1000)
        for _ in range(chance.randrange(1, 6)):
            number = len(lines) + 1
            promised[str(number)] = now + chance.randrange(50, 1500)
            lines.append(f"{number},{number},{now},,,,{promised[str(number)]},,,,,")
        position = json.loads(out)["position"]
        send(host, lines[position:])
        if turn == kills:
            receiver.take(out)
            give_up = time.time() + 120
            while len(receiver.alerts) < len(promised) and time.time() < give_up:
                if select.select([host.stdout], [], [], 1)[0]:
                    receiver.take(host.stdout.readline())
            time.sleep(1.5)  # what comes now is one too many
            rest, _ = host.communicate(timeout=60)
            receiver.take(rest)
        else:
            time.sleep(chance.random() * 0.2 if turn % 4 else 1.2)
            host.kill()
            rest, _ = host.communicate()
            receiver.take(out + rest)
    told = [json.loads(alert) for alert in receiver.alerts]
    got = sorted((int(alert["journey"]), alert["since"]) for alert in told)
    if got != sorted((int(journey), due) for journey, due in promised.items()):
        fail(f"of {len(promised)} promises {len(got)} were told: {got}")
    if any(alert["raised_at"] <= alert["since"] for alert in told):
        fail("an alert came before its time")
    return f"{kills} kills by the real clock: {len(told)} promises that passed, each told once"


def change_rules(program: str, folder: pathlib.Path) -> None:
    state, receiver = folder / "rules.cxj", Receiver()
    feed = [f"1,1,{BEGIN},move,a,x,{BEGIN + 60 * MINUTE},,,,,", f"advance {BEGIN + 30 * MINUTE}",
            f"advance {BEGIN + 61 * MINUTE}", f"2,2,{BEGIN + 60 * MINUTE},move,a,x,{BEGIN + 70 * MINUTE},,,,,",
            f"advance {BEGIN + 130 * MINUTE}"]
    more = ["--clock", "feed"]
    whole(command(program, state, ["overdue", "open for 1h"], *more), feed[:3], receiver, 0)
    whole(command(program, state, ["open   for 1h", "overdue for 1h"], *more), feed, receiver, 3)
    told = [json.loads(alert) for alert in receiver.alerts]
    got = [(alert["alert"], alert["rule"], alert["journey"], alert["from"]) for alert in told]
    want = [(1, "open for 1h", "1", BEGIN + 60 * MINUTE), (2, "overdue", "1", BEGIN + 60 * MINUTE + 1),
            (3, "open for 1h", "2", BEGIN + 120 * MINUTE), (4, "overdue for 1h", "1", BEGIN + 120 * MINUTE + 1),
            (5, "overdue for 1h", "2", BEGIN + 130 * MINUTE + 1)]
    if got != want[:4]:
        fail(f"changed rules: {got}, not {want[:4]}")


def refuse(program: str, folder: pathlib.Path) -> None:
    state, receiver = folder / "refused.cxj", Receiver()
    more = ["--clock", "feed"]
    feed = [f"1,a,{BEGIN},,,,,,,,,", "2,a,never,,,,,,,,,", "", "advance soon", f"advance {BEGIN}",
            f"advance {BEGIN - 1}", f"3,a,{BEGIN},,,,,,nps,11,journey,", "4,a\x00,1,,,,,,,,,",
            f'5,"a,{BEGIN},,,,,,,,,', f"6,a,{BEGIN},,,,,chase,,,,\r"]
    said = whole(command(program, state, ["chases over 0"], *more), feed, receiver, 0)
    for number in (2, 4, 7, 8, 9):
        if f"line {number} is refused" not in said:
            fail(f"line {number} is not refused: {said}")
    if len(receiver.alerts) != 1 or json.loads(receiver.alerts[0])["journey"] != "a":
        fail(f"after lines that are refused: {receiver.alerts}")

    host = start(command(program, state, ["chases over 0"], *more))
    assert host.stdin is not None and host.stdout is not None
    host.stdout.readline()
    second = subprocess.run(command(program, state, ["overdue"], *more), stdin=subprocess.DEVNULL, capture_output=True)
    if second.returncode != 1 or b"another host" not in second.stderr:
        fail(f"a second host: {second}")
    send(host, [])
    host.stdin.write(f"7,b,{BEGIN},,,,,chase,,,,".encode())  # without its line end
    out, err = host.communicate(timeout=60)
    if host.returncode != 0 or b"cut off" not in err or b"alert" in out:
        fail(f"a line that was cut off: {host.returncode} {out!r} {err!r}")
    with open(f"{state}.calls", "ab") as calls:
        calls.write(b"14 l 8,c,1")
    whole(command(program, state, ["chases over 0"], *more), feed, receiver, len(feed))
    with open(f"{state}.calls", "ab") as calls:
        calls.write(b"999 l 8,c,1\n")
    done = subprocess.run(command(program, state, ["chases over 0"]), stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode != 1 or b"calls are missing" not in done.stderr:
        fail(f"missing calls: {done}")
    for said, *words in (["--state is needed"], ["--state is needed", "--rule", "overdue"], ["a value is needed behind --state", "--state"],
                         ["--rule is needed", "--state", "x"], ["unknown option --foo", "--foo"], ["unknown option --foo", "--foo", "x"],
                         ["--every takes a number of seconds, such as 60, not soon", "--state", "x", "--rule", "overdue", "--every", "soon"],
                         ["overdue within", "--state", "x", "--rule", "overdue within"],
                         ["waiting 4h: rule, column 9", "--rule", "waiting 4h"],
                         ["--clock takes feed, not fed", "--state", "x", "--rule", "overdue", "--clock", "fed"]):
        done = subprocess.run([program, *words], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode != 2 or not done.stderr.decode().startswith(f"watch: {said}"):
            fail(f"{words} ends with {done.returncode}: {done.stderr!r}")
    header = subprocess.run(command(program, folder / "header.cxj", ["overdue"]), input=b"a,b\n", capture_output=True)
    if header.returncode != 1 or b"journey" not in header.stderr:
        fail(f"a first line without columns: {header}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Kills the host of examples/watch.c.")
    parser.add_argument("watch")
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    chosen = parser.parse_args()
    chosen.watch = str(pathlib.Path(chosen.watch).resolve())
    print(f"seed {chosen.seed}", flush=True)
    chance = random.Random(chosen.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        refuse(chosen.watch, folder)
        change_rules(chosen.watch, folder)
        print(kill_by_feed(chosen.watch, folder, chosen.kills, chance), flush=True)
        print(kill_by_clock(chosen.watch, folder, max(4, chosen.kills // 10), chance), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
