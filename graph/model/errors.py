"""What can go wrong, in five words that every layer shares.

An error carries facts, never an HTTP status or a driver's exception: the thing concerned, the value
that was found, and what a person can do next. `api/errors.py` maps each to a status and an exit code.
"""


class TidewaiterError(Exception):
    """Root of all errors that are shown to a person.

    `thing` names what the error is about (a file, a column, an entity), `value` what was found there,
    `next_step` what the reader can do.
    """

    def __init__(self, message: str, *, thing: str = "", value: str = "", next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.thing = thing
        self.value = value
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()


class NotFound(TidewaiterError):
    """The thing asked for is not in the data that is served."""


class Invalid(TidewaiterError):
    """A value does not have the form that it must have."""


class Conflict(TidewaiterError):
    """Another writer, or an earlier state, stands in the way."""


class Denied(TidewaiterError):
    """The person asking may not do this."""


class Unavailable(TidewaiterError):
    """An engine, disk or file cannot be used at the moment."""
