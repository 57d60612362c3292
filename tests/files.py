#!/usr/bin/env python3
"""files.py REPORT KEEP PRELOAD [--kills N] [--seconds T] [--seed S]

Is a saved file always whole? REPORT and KEEP are the example programs, PRELOAD the library made of tests/preload.c.

1. Each call of the system that saving and loading make fails once, and from then on for ever, with EIO and with ENOSPC,
   and each read and write is cut short: either the program says so and ends with 1, and the file that was there is there,
   byte for byte (or the new one, if only its name could not be made to last), or it ends with 0, and the new one is.
2. What is in the way: a folder, no folder, a fifo, a device, a link that leads nowhere, a full disk, a file of another
   program, one that was cut off: refused in a sentence, nothing destroyed. A link is followed, a hard link is not.
3. Stopped before each of those calls while another one saves to the same path, and then continued: both end well. And
   killed there: the next save leaves nothing of it.
4. Two savers, and eight, to one path at the same time, while a reader looks: each look finds a whole file.
5. Killed with SIGKILL N times while it saves: the old or the new file is there, whole, every time. The host that saves
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
import stat
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

    def asides(self) -> list[str]:
        """The files aside that lie in the folder."""
        return sorted(path.name for path in self.folder.glob(".cxj-*.new"))

    def begin_again(self) -> None:
        self.saved.write_bytes(self.old)

    def check_whole(self, what: str) -> bytes:
        """The bytes that are there: the old ones or the new ones."""
        there = self.saved.read_bytes()
        if there not in (self.old, self.new):
            fail(f"{what}: the file is neither the old nor the new one")
        return there


def count_calls(rig: Rig, preload: str) -> tuple[pathlib.Path, dict[str, str], int]:
    """Where calls are counted, what lets that be done, and how many going on makes."""
    counted = rig.folder / "calls"
    common = {"LD_PRELOAD": preload, "FAIL_NAME": "saved.cxj", "FAIL_COUNT": str(counted)}
    rig.begin_again()
    if rig.run(rig.going_on(), **common).returncode != 0:
        fail("going on, with all calls counted, failed")
    calls = int(counted.read_text())
    if calls < 10:
        fail(f"{calls} calls were counted: the library is not in the way")
    return counted, common, calls


def fail_each_call(rig: Rig, preload: str) -> tuple[int, int]:
    counted, common, calls = count_calls(rig, preload)
    runs = silent = 0
    modes = [{"FAIL_ERROR": str(number), "FAIL_ON": on} for number in (errno.EIO, errno.ENOSPC) for on in ("0", "1")]
    for mode in [*modes, {"FAIL_SHORT": "1", "FAIL_ON": "1"}]:
        for at in range(1, 2 if "FAIL_SHORT" in mode else calls + 1):
            rig.begin_again()
            done = rig.run(rig.going_on(), FAIL_AT=str(at), **common, **mode)
            what = f"call {at} with {mode}"
            there = rig.check_whole(what)
            if rig.asides():
                fail(f"{what}: it left {rig.asides()}")
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
    (rig.folder / "nowhere.link").symlink_to("nowhere.cxj")
    (rig.folder / "loop.link").symlink_to("loop.link")
    (rig.folder / "fifo.link").symlink_to("fifo")
    os.mkfifo(rig.folder / "fifo")
    refused = [
        *(["--load", str(rig.saved), "--save", f"{rig.folder}/{name}"]
          for name in ("nowhere.link", "loop.link", "fifo.link", "fifo", "", "nowhere.cxj/", ".cxj-.a.new")),
        ["--load", str(rig.saved), "--save", ""],
        ["--load", str(rig.saved), "--save", "/dev/null"],
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
    if not (rig.folder / "fifo").is_fifo() or (rig.folder / "nowhere.cxj").exists() or rig.asides():
        fail("a refusal left something")


def mode_of(path: pathlib.Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def follow_links(rig: Rig) -> None:
    """What stands at the path, and what of it stays."""
    rig.begin_again()
    inner = rig.folder / "inner"
    inner.mkdir()
    link, second, hard, fresh = inner / "link.cxj", inner / "second.cxj", rig.folder / "hard.cxj", inner / "fresh.cxj"
    link.symlink_to("../saved.cxj")
    second.symlink_to(link.name)
    os.link(rig.saved, hard)
    for mode in (0o600, 0o644, 0o640, 0o444, 0o000):
        rig.begin_again()
        hard.unlink()
        os.link(rig.saved, hard)
        rig.saved.chmod(mode)
        rig.must(["--load", str(rig.saved), "--save", str(second), str(rig.second)] if mode & 0o400 or os.geteuid() == 0
                 else ["--save", str(second), str(rig.first)])
        if mode_of(rig.saved) != mode:
            fail(f"a file of mode {mode:o} has mode {mode_of(rig.saved):o} after a save")
        if not link.is_symlink() or not second.is_symlink() or rig.asides() or list(inner.glob(".cxj-*")):
            fail("a link was not followed")
        rig.saved.chmod(0o600)
        hard.chmod(0o600)
        if hard.read_bytes() != rig.old or rig.saved.read_bytes() == rig.old:
            fail("the other name of a file with two has not kept what it held")
    before = os.umask(0)
    rig.must(["--save", str(fresh), str(rig.first)])
    os.umask(before)
    if mode_of(fresh) != 0o600:
        fail(f"a new file has mode {mode_of(fresh):o}")
    hard.unlink()


def sweep_up(rig: Rig) -> None:
    """Only what a saver has left is swept up: a regular file of one's own that is called like one."""
    rig.begin_again()
    left, stays = rig.folder / ".cxj-1-2.new", []
    left.write_bytes(b"left")
    for name, make in ((".cxj-fifo.new", os.mkfifo), (".cxj-folder.new", os.mkdir),
                       (".cxj-link.new", lambda path: os.symlink(rig.first, path)),
                       (".cxj-1-2.old", lambda path: path.write_bytes(b"another")),
                       ("saved.cxj.new", lambda path: path.write_bytes(b"another"))):
        make(rig.folder / name)
        stays.append(rig.folder / name)
    if os.geteuid() == 0:
        stays.append(rig.folder / ".cxj-3-4.new")
        stays[-1].write_bytes(b"of somebody else")
        os.chown(stays[-1], 12345, -1)
    rig.must(rig.going_on())
    if left.exists() or not rig.first.exists() or rig.check_whole("beside what was left") != rig.new:
        fail("what was left was not swept up")
    for path in stays:
        if not os.path.lexists(path):
            fail(f"{path.name} was swept up")
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink()


def stop_each_call(rig: Rig, preload: str) -> int:
    """Another saver comes at each moment at which one can be, and this one goes on or is killed."""
    _, common, calls = count_calls(rig, preload)
    left = 0
    for at in range(1, calls + 1):
        for killed in (False, True):
            rig.begin_again()
            process = subprocess.Popen([rig.report, *rig.going_on()], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                       env={**os.environ, **common, "FAIL_AT": str(at), "FAIL_STOP": "1"})
            _, status = os.waitpid(process.pid, os.WUNTRACED)
            if not os.WIFSTOPPED(status):
                fail(f"call {at}: it did not come to that call")
            if killed:
                process.kill()
                process.communicate()
                left += len(rig.asides())
            rig.must(["--save", str(rig.saved), str(rig.first)])
            if rig.saved.read_bytes() != rig.old:
                fail(f"call {at}: another saver came, and the file is not what it saved")
            if killed:
                if rig.asides():
                    fail(f"killed before call {at}: {rig.asides()} is left after the next save")
                continue
            process.send_signal(signal.SIGCONT)
            _, said = process.communicate()
            if process.returncode != 0 or rig.check_whole(f"call {at}, another saver came") not in (rig.old, rig.new):
                fail(f"call {at}, another saver came: status {process.returncode}, {said!r}")
            if rig.asides():
                fail(f"call {at}, another saver came: {rig.asides()} is left")
    if left == 0:
        fail("nothing was ever left by a saver that was killed")
    return left


def save_at_once(rig: Rig, savers: int, seconds: float) -> tuple[int, int]:
    """So many savers to one path, with different files, until the time is over; every look finds a whole one."""
    rig.begin_again()
    commands = [[rig.report, "--save", str(rig.saved), str(rig.first)], [rig.report, *rig.going_on()],
                [rig.report, "--save", str(rig.saved), str(rig.second)]]
    rig.must(commands[2][1:])
    whole = {rig.old, rig.new, rig.saved.read_bytes()}
    running: list[subprocess.Popen[bytes]] = []
    looks = saves = 0
    end = time.monotonic() + seconds
    while running or time.monotonic() < end:
        for process in [one for one in running if one.poll() is not None]:
            running.remove(process)
            saves += 1
            _, said = process.communicate()
            if process.returncode != 0:
                fail(f"{savers} savers at once: status {process.returncode}, {said!r}")
        while len(running) < savers and time.monotonic() < end:
            running.append(subprocess.Popen(commands[(saves + len(running)) % len(commands)], stdout=subprocess.DEVNULL,
                                            stderr=subprocess.PIPE))
        looks += 1
        if looks % 20 == 0:
            rig.must(["--check", str(rig.saved)])
        elif rig.saved.read_bytes() not in whole:
            fail(f"{savers} savers at once: look {looks} found a file that is not whole")
    if rig.asides():
        fail(f"{savers} savers at once: {rig.asides()} is left")
    return looks, saves


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
    rig.must(rig.going_on())
    if rig.asides():
        fail(f"killed while saving: {rig.asides()} is left after the next save")
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
    with open("/dev/full", "wb") as full:
        lost = subprocess.run([keep, str(folder), "0"], stdout=full, stderr=subprocess.PIPE, check=False)
    if lost.returncode == 0 or b"the output" not in lost.stderr:
        fail(f"keep, whose output is lost, ends with {lost.returncode} and says {lost.stderr!r}")
    print(f"the host, killed {kills} times: {done.stdout.decode().splitlines()[-1]}, each counted once")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report")
    parser.add_argument("keep")
    parser.add_argument("preload")
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=3, help="of savers at once")
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
        follow_links(rig)
        sweep_up(rig)
        print(f"stopped before each call, and killed there: {stop_each_call(rig, asked.preload)} files left and swept up")
        for savers in (2, 8):
            looks, saves = save_at_once(rig, savers, asked.seconds)
            print(f"{savers} savers at once: {looks} looks during {saves} saves, each at a whole file")
        limit_disk(rig)
        killed, new = kill_report(rig, asked.kills, chance)
        print(f"killed {killed} times while saving: {killed - new} times the old file, {new} times the new one, whole")
        kill_host(asked.keep, folder / "host", asked.kills, chance)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
