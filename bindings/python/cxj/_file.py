"""Files that are whole at any moment, whoever saves to them and whenever one is killed: as examples/file.c does it, and
side by side with it."""

from __future__ import annotations

import errno
import fcntl
import io
import os
import secrets
import stat
from contextlib import suppress
from typing import Any, NamedTuple

# Names aside begin and end so, here and in examples/file.c.
_BEGINS, _ENDS = ".cxj-", ".new"
_TRIES = 100
_PERMISSIONS = stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO


class _Target(NamedTuple):
    """What a path leads to: an open folder, a name in it, and what has that name; None: nothing yet."""

    folder: int
    readable: bool
    name: str
    old: os.stat_result | None


def save(path: str, data: bytes) -> None:
    """Puts bytes at a path: writes them aside, syncs and renames. Raises OSError, and leaves nothing then."""
    target = _find(path)
    try:
        if target.readable:
            _sweep(target.folder)
        aside, descriptor = _create_aside(target.folder)
        with open(descriptor, "wb", buffering=0) as new:
            try:
                write(new, data)
                if target.old is not None:
                    _give_mode(descriptor, target.old)
                os.fsync(descriptor)
                # The lock is held until it has its name: else it could be swept right before.
                os.rename(aside, target.name, src_dir_fd=target.folder, dst_dir_fd=target.folder)
            except BaseException:
                with suppress(FileNotFoundError):
                    os.unlink(aside, dir_fd=target.folder)
                raise
        if target.readable:
            os.fsync(target.folder)
    finally:
        os.close(target.folder)


def write(file: Any, data: bytes) -> None:
    """Writes all of the bytes, or raises."""
    if not hasattr(file, "write"):
        raise TypeError(f"a path or a file is expected, not {type(file).__name__}")
    left = memoryview(data)
    while left:
        took = file.write(left)
        if took is None and not isinstance(file, io.RawIOBase):
            took = len(left)  # what has no count to tell has taken all
        if not isinstance(took, int) or not 0 < took <= len(left):
            raise OSError(f"the file took {took} of {len(left)} bytes")
        left = left[took:]


def _is_aside(name: str) -> bool:
    return len(name) > len(_BEGINS) + len(_ENDS) and name.startswith(_BEGINS) and name.endswith(_ENDS)


def _find(path: str) -> _Target:
    """What a path leads to, links followed. What is no regular file is refused."""
    old, real = None, path
    if os.path.lexists(path):
        real = os.path.realpath(path)
        try:
            old = os.lstat(real)
        except FileNotFoundError:
            raise FileNotFoundError(errno.ENOENT, "it is a link that leads nowhere", path) from None
    folder, name = os.path.split(real)
    if old is not None and stat.S_ISLNK(old.st_mode):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
    if not path:
        raise FileNotFoundError(errno.ENOENT, "it has no name", path)
    if not name or (old is not None and stat.S_ISDIR(old.st_mode)):
        raise IsADirectoryError(errno.EISDIR, "it is a folder", path)
    if old is not None and not stat.S_ISREG(old.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file", path)
    if _is_aside(name):
        raise OSError(errno.EINVAL, "files with such a name are removed by the next save", path)
    flags = os.O_DIRECTORY | os.O_CLOEXEC
    try:
        return _Target(os.open(folder or ".", os.O_RDONLY | flags), True, name, old)
    except PermissionError:  # one that can be written to but not read
        if not hasattr(os, "O_PATH"):
            raise
        return _Target(os.open(folder or ".", os.O_PATH | flags), False, name, old)


def _is_named(descriptor: int, folder: int, name: str) -> bool:
    """Whether a descriptor is of the regular file that has this name in a folder."""
    try:
        named = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return stat.S_ISREG(named.st_mode) and os.path.samestat(os.fstat(descriptor), named)


def _sweep(folder: int) -> None:
    """Removes what savers that were killed have left: their makers hold a lock until they have their name. That this fails
    is no reason not to save."""
    with suppress(OSError):
        for name in os.listdir(folder):
            if _is_aside(name):
                with suppress(OSError):
                    _sweep_one(folder, name)


def _sweep_one(folder: int, name: str) -> None:
    there = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if not stat.S_ISREG(there.st_mode) or there.st_uid != os.geteuid():
        return
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_named(descriptor, folder, name):
            os.unlink(name, dir_fd=folder)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Locks a new file aside; False if another saver has locked it, to remove it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


def _create_aside(folder: int) -> tuple[str, int]:
    """Creates a file aside and locks it. Between the two another saver may take it for left behind, and remove it; then
    there is another name. Where a file system knows no locks nobody gets one, and nothing is ever swept."""
    for _ in range(_TRIES):
        name = f"{_BEGINS}{os.getpid():x}-{secrets.token_hex(8)}{_ENDS}"
        try:
            descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600,
                                 dir_fd=folder)
        except FileExistsError:
            continue
        try:
            if _lock(descriptor) and _is_named(descriptor, folder, name):
                return name, descriptor
        except BaseException:
            os.unlink(name, dir_fd=folder)
            os.close(descriptor)
            raise
        os.close(descriptor)
    raise FileExistsError(errno.EEXIST, "there is no name for a file beside it")


def _give_mode(descriptor: int, old: os.stat_result) -> None:
    """Gives a file the permissions of the one that it replaces. Those of a group are for that group only: where it cannot
    be had, they are left out."""
    mode = old.st_mode & _PERMISSIONS
    if os.fstat(descriptor).st_gid != old.st_gid:
        try:
            os.fchown(descriptor, -1, old.st_gid)
        except OSError:
            mode &= ~stat.S_IRWXG
    os.fchmod(descriptor, mode)
