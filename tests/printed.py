#!/usr/bin/env python3
"""printed.py PROGRAM OTHER

Fails unless both programs print the same, and end well.
"""

import subprocess
import sys


def main() -> int:
    first, second = (subprocess.run([program], capture_output=True, text=True, check=False) for program in sys.argv[1:3])
    for run in (first, second):
        if run.returncode != 0:
            print(f"{run.args[0]} ends with {run.returncode}\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
            return 1
    lines = first.stdout.splitlines()
    others = second.stdout.splitlines()
    for number, (line, other) in enumerate(zip(lines, others), 1):
        if line != other:
            print(f"line {number}:\n    {line}\n    {other}")
            return 1
    print(f"{len(lines)} and {len(others)} lines are printed, the same as far as both go")
    return 0 if len(lines) == len(others) and lines else 1


if __name__ == "__main__":
    sys.exit(main())
