"""How the five errors are told: as a status over HTTP, as an exit code and two lines on a terminal.

Invariant: nothing but these five leaves the program; what the operating system or a driver raised is
translated here when no engine's file has done so already.
"""

import errno
import sqlite3

from graph.model.errors import Conflict, Denied, Invalid, NotFound, TidewaiterError, Unavailable


class Unauthenticated(Denied):
    """Nobody has said who is asking, or the token is not known."""


STATUS: dict[type[TidewaiterError], int] = {
    NotFound: 404,
    Invalid: 422,
    Conflict: 409,
    Unauthenticated: 401,
    Denied: 403,
    Unavailable: 503,
}

TITLES: dict[int, str] = {
    400: "Invalid", 401: "Denied", 403: "Denied", 404: "NotFound", 405: "MethodNotAllowed", 409: "Conflict",
    422: "Invalid", 500: "Unexpected", 503: "Unavailable",
}  # fmt: skip

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_RIGHT = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_ROOM_WORDS = ("no space left", "disk is full", "file too large", "disk quota")


def status_of(error: TidewaiterError) -> int:
    """The HTTP status that says the same."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def name_of(error: TidewaiterError) -> str:
    """The error's name, the same on the command line and over HTTP."""
    return TITLES[status_of(error)]


def translated(error: BaseException, *, thing: str) -> TidewaiterError | None:
    """The error a person can act on, for failures of disk and memory; None for what is our own fault."""
    if isinstance(error, TidewaiterError):
        return error
    number = error.errno if isinstance(error, OSError) else None
    text = str(error).lower()
    if number in _NO_ROOM or any(words in text for words in _NO_ROOM_WORDS):
        return Unavailable(
            f"There is no room left to write in {thing}.",
            thing=thing,
            value=str(error)[:300],
            next_step="Free some space or choose another --home, then try again; what was there before is unharmed.",
        )
    if number in _NO_RIGHT:
        return Unavailable(
            f"This account may not read or write {getattr(error, 'filename', None) or thing}.",
            thing=str(getattr(error, "filename", None) or thing),
            next_step="Change the rights of the file or folder, or choose another --home.",
        )
    if isinstance(error, sqlite3.Error | OSError):
        return Unavailable(
            f"{thing} cannot be used at the moment: {error}.",
            thing=thing,
            value=type(error).__name__,
            next_step="Check the disk and the home directory with `tidewaiter doctor`.",
        )
    if isinstance(error, MemoryError):
        return Unavailable(
            "There is not enough memory for this.",
            thing=thing,
            next_step="Set TIDEWAITER_MEMORY_LIMIT_GB lower, or ask for less at once.",
        )
    return None
