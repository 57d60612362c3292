#!/usr/bin/env python3
"""files.py REPORT KEEP PRELOAD [--kills N] [--seed S]

Is a saved file always whole? REPORT and KEEP are the example programs, PRELOAD the library made of tests/preload.c.

1. Each call of the system that saving and loading make fails once, and from then on for ever, with EIO and with ENOSPC,
   and each read and write is cut short: either the program says so and ends with 1, and the file that was there is there,
   byte for byte (or the new one, if only its name could not be made to last), or it ends with 0, and the new one is.
2. What is in the way: a folder, no folder, a full disk, a file of another program, one that was cut off: refused in a
   sentence, nothing destroyed.
3. Killed with SIGKILL N times while it saves: the old or the new file is there, whole, every time. The host that saves
   on a schedule is killed as often, and started again: in the end it knows what an engine knows that was never killed.

Exit status 0 if all holds. A random moment is drawn from the seed, which is printed.
"""

import argparse
import errno
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

LOG = pathlib.Path(__file__).resolve().parent.parent / "examples" / "onboarding.csv"


def fail(text: str) -> None:
    sys.exit(f"files.py: {text}")


class Rig:
    """A folder with an old engine in a file, and the bytes that a new one has."""

    def __init__(self, report: str, folder: pathlib.Path) -> None:
        self.report = report
        self.folder = folder
        self.saved = folder / "saved.cxj"
        rows = LOG.read_text(encoding="utf-8").splitlines(keepends=True)
        half = len(rows) // 2
        self.first, self.second = folder / "first.csv", folder / "second.csv"
        self.first.write_text("".join(rows[:half]), encoding="utf-8")
        self.second.write_text(rows[0] + "".join(rows[half:]), encoding="utf-8")
        self.must(["--save", str(self.saved), str(self.first)])
        self.old = self.saved.read_bytes()
        self.must(self.going_on())
        self.new = self.saved.read_bytes()
        if self.old == self.new:
            fail("the second half of the log changes nothing")

    def going_on(self) -> list[str]:
        return ["--load", str(self.saved), "--save", str(self.saved), str(self.second)]

    def run(self, arguments: list[str], **environment: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([self.report, *arguments], env={**os.environ, **environment}, capture_output=True,
                              timeout=60, check=False)

    def must(self, arguments: list[str]) -> None:
        done = self.run(arguments)
        if done.returncode != 0:
            fail(f"{' '.join(arguments)}: {done.stderr.decode(errors='replace')}")

    def begin_again(self) -> None:
        self.saved.write_bytes(self.old)

    def check_whole(self, what: str) -> bytes:
        """The bytes that are there: the old ones or the new ones."""
        there = self.saved.read_bytes()
        if there not in (self.old, self.new):
            fail(f"{what}: the file is neither the old nor the new one")
        return there


def fail_each_call(rig: Rig, preload: str) -> tuple[int, int]:
    counted = rig.folder / "calls"
    common = {"LD_PRELOAD": preload, "FAIL_NAME": "saved.cxj", "FAIL_COUNT": str(counted)}
    rig.begin_again()
    if rig.run(rig.going_on(), **common).returncode != 0:
        fail("going on, with all calls counted, failed")
    calls = int(counted.read_text())
    if calls < 10:
        fail(f"{calls} calls were counted: the library is not in the way")
    runs = silent = 0
    modes = [{"FAIL_ERROR": str(number), "FAIL_ON": on} for number in (errno.EIO, errno.ENOSPC) for on in ("0", "1")]
    for mode in [*modes, {"FAIL_SHORT": "1", "FAIL_ON": "1"}]:
        for at in range(1, 2 if "FAIL_SHORT" in mode else calls + 1):
            rig.begin_again()
            done = rig.run(rig.going_on(), FAIL_AT=str(at), **common, **mode)
            what = f"call {at} with {mode}"
            there = rig.check_whole(what)
            if done.returncode == 0 and there != rig.new:
                fail(f"{what}: it ended with 0, and the new file is not there")
            if done.returncode not in (0, 1) or (done.returncode == 1 and b"saved.cxj" not in done.stderr):
                fail(f"{what}: status {done.returncode}, {done.stderr!r}")
            if int(counted.read_text()) < at:
                fail(f"{what}: it did not come to that call")
            runs += 1
            silent += done.returncode == 0 and "FAIL_SHORT" not in mode
    return runs, silent


def put_in_the_way(rig: Rig) -> None:
    rig.begin_again()
    folder = rig.folder / "a folder"
    folder.mkdir()
    other = rig.folder / "other.txt"
    other.write_bytes(b"the file of another program\n")
    refused = [
        ["--load", str(rig.saved), "--save", str(folder)],
        ["--load", str(rig.saved), "--save", str(rig.folder / "nowhere" / "saved.cxj")],
        ["--load", str(rig.saved), "--save", "/dev/full"],
        ["--load", str(folder)],
        ["--load", str(other)],
        ["--load", str(rig.folder / "nowhere.cxj")],
        ["--check", str(other)],
        ["--check", str(folder)],
    ]
    for cut in (0, 1, 11, 12, 20, len(rig.old) - 1):
        piece = rig.folder / f"cut-{cut}.cxj"
        piece.write_bytes(rig.old[:cut])
        refused.append(["--load", str(piece)])
        refused.append(["--check", str(piece)])
    for arguments in refused:
        done = rig.run(arguments)
        if done.returncode != 1 or not done.stderr.startswith(b"cxj-report: ") or done.stderr.count(b"\n") > 3:
            fail(f"{' '.join(arguments)}: status {done.returncode}, {done.stderr!r}")
    if other.read_bytes() != b"the file of another program\n" or rig.saved.read_bytes() != rig.old:
        fail("a refusal destroyed something")


def limit_disk(rig: Rig) -> None:
    """A limit of the size of files is met in the middle of a write, as a full disk is."""
    rig.begin_again()
    command = f"ulimit -f {max(1, len(rig.new) // 1024)}; trap '' XFSZ; exec \"$@\""
    done = subprocess.run(["sh", "-c", command, "sh", rig.report, *rig.going_on()], capture_output=True, check=False)
    if done.returncode != 1 or rig.check_whole("a full disk") != rig.old:
        fail(f"a full disk: status {done.returncode}, {done.stderr!r}")


def kill_report(rig: Rig, kills: int, chance: random.Random) -> tuple[int, int]:
    started = time.monotonic()
    for _ in range(5):
        rig.begin_again()
        rig.must(rig.going_on())
    usual = (time.monotonic() - started) / 5
    killed = new = 0
    while killed < kills:
        rig.begin_again()
        process = subprocess.Popen([rig.report, *rig.going_on()], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.2, 1) * usual)
        process.send_signal(signal.SIGKILL)
        if process.wait() == -signal.SIGKILL:
            killed += 1
            new += rig.check_whole("killed") == rig.new
    return killed, new


def kill_host(keep: str, folder: pathlib.Path, kills: int, chance: random.Random) -> None:
    folder.mkdir()
    for _ in range(kills):
        process = subprocess.Popen([keep, str(folder), "4000"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(chance.uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        _, said = process.communicate()
        if said:
            fail(f"keep, started after a crash, says {said!r}")
    done = subprocess.run([keep, str(folder), "verify"], capture_output=True, check=False)
    if done.returncode != 0:
        fail(f"keep: {done.stderr!r}")
    print(f"the host, killed {kills} times: {done.stdout.decode().splitlines()[-1]}, each counted once")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report")
    parser.add_argument("keep")
    parser.add_argument("preload")
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1000000)
    asked = parser.parse_args()
    print(f"seed {asked.seed}")
    chance = random.Random(asked.seed)
    folder = pathlib.Path(tempfile.mkdtemp())
    try:
        rig = Rig(asked.report, folder)
        runs, silent = fail_each_call(rig, asked.preload)
        print(f"calls that failed: {runs} runs, every file whole; in {silent} the failure did not matter")
        put_in_the_way(rig)
        limit_disk(rig)
        killed, new = kill_report(rig, asked.kills, chance)
        print(f"killed {killed} times while saving: {killed - new} times the old file, {new} times the new one, whole")
        kill_host(asked.keep, folder / "host", asked.kills, chance)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
