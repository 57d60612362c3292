"""The report program: where it is, and running it in place of this process, so that each of its options, its words and its
exit status are its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import IO, Any, NoReturn, Optional

from ._library import loaded_from

NAME = "_report"  # inside the package; setup.py puts it there
_BUILT = "cxj-report"


class Missing(Exception):
    """There is no report program, or it does not run."""


def find() -> str:
    """The path of the program: the one that CXJ_REPORT names, for who names one means that one; else the package's own; else
    the one that was built with the library. Never one from PATH: there the command of this package has the same name."""
    named = os.environ.get("CXJ_REPORT")
    if named:
        if not os.path.isfile(named):
            raise Missing(f"CXJ_REPORT names {named}, and there is no such file")
        return named
    own, built = os.path.join(os.path.dirname(os.path.abspath(__file__)), NAME), ""
    if os.path.dirname(loaded_from):
        built = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(loaded_from))), "examples", _BUILT)
    for path in (own, built):
        if os.path.isfile(path):
            return path
    raise Missing(f"the report program is not there: neither {own}{' nor ' * bool(built)}{built}. In a checkout, pip install "
                  "./bindings/python builds it into the package, and meson setup build && ninja -C build beside the library; "
                  "or name one in CXJ_REPORT")


def _not_run(path: str, error: OSError) -> Missing:
    return Missing(f"{path} does not run: {error.strerror}. It must be an executable for this machine; name another one in "
                   "CXJ_REPORT")


def options() -> dict[str, bool]:
    """The program's options, and whether each takes a value, as its help lists them."""
    path = find()
    try:
        told = subprocess.run([path, "--help"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError as error:
        raise _not_run(path, error) from None
    if told.returncode:
        raise Missing(f"{path} does not tell its options: with --help it ended with {told.returncode}. Is it the report program? "
                      "Name another one in CXJ_REPORT")
    return {name: bool(value) for name, value in re.findall(r"^  (--[a-z-]+)( \S+)?$", told.stdout.decode("utf-8"), re.M)}


def run(arguments: Sequence[str], log: Optional[IO[Any]] = None) -> NoReturn:
    """Becomes the program. log: what stands for its standard input."""
    path = find()
    sys.stdout.flush()
    sys.stderr.flush()
    if log is not None:
        log.flush()
        os.lseek(log.fileno(), 0, os.SEEK_SET)
        os.dup2(log.fileno(), 0)
    # Python ignores these two, and what is ignored stays so: then the program would complain where its reader has gone.
    for name in ("SIGPIPE", "SIGXFSZ"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    try:
        os.execv(path, [_BUILT, *arguments])
    except OSError as error:
        raise _not_run(path, error) from None
