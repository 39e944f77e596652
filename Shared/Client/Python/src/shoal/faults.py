"""How a call fails: a canonical status, a sentence, a place and a hint."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """The canonical gRPC status codes, with the same numbers and meanings."""

    OK = 0
    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15
    UNAUTHENTICATED = 16

    @classmethod
    def known(cls, number: int) -> Status:
        """The status of a number off the wire; one not known yet is UNKNOWN."""
        try:
            return cls(number)
        except ValueError:
            return cls.UNKNOWN


class Fault(Exception):
    """A call's failure, as it travels in a reply's header or as this side found it."""

    def __init__(
        self,
        code: Status,
        message: str,
        *,
        place: str | None = None,
        hint: str | None = None,
        retry_after_ms: int | None = None,
    ) -> None:
        super().__init__(message)
        #: The canonical status; never OK.
        self.code = code
        #: One sentence for people.
        self.message = message
        #: Where in the request the fault lies, or which owner is missing.
        self.place = place
        #: What to do about it.
        self.hint = hint
        #: Not sooner than this should the caller try again, in milliseconds.
        self.retry_after_ms = retry_after_ms

    def __str__(self) -> str:
        place = f"{self.place}: " if self.place else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.code.name}: {place}{self.message}{hint}"


class FrameError(Exception):
    """Bytes that are no frame; `code` is the name the test vectors and Wire use."""

    def __init__(self, code: str, message: str, place: str) -> None:
        super().__init__(f"{place}: {message}")
        self.code = code
        self.message = message
        self.place = place
