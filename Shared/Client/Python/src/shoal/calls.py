"""What a call is: the method, the caller's wishes, and whatever carries it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from google.protobuf.message import Message

Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response", bound=Message)

#: The longest a call may take, in milliseconds.
TIMEOUT_MS_MAX = 600_000
#: Pairs of metadata that a header holds.
METADATA_MAX = 32


@dataclass(frozen=True)
class Method(Generic[Request, Response]):
    """A method of the contract."""

    #: The full name, such as /shoal.ingestion.v1.Ingestion/Track.
    name: str
    #: The full service name, such as shoal.ingestion.v1.Ingestion.
    service: str
    #: The role a caller's key must hold.
    role: str
    #: Whether a repeat with the same request id does no harm, so that a client may retry.
    is_idempotent: bool
    #: Whether it is a long poll: it answers late when there is nothing new.
    waits: bool
    request: type[Request]
    response: type[Response]


@dataclass(frozen=True)
class CallOptions:
    """What a caller wishes of one call."""

    #: How long to wait for the whole call, retries included; 1 to 600,000 ms.
    timeout_ms: int = 10_000
    #: How long one try may take before the call is sent again with the same request id, as when
    #: its reply was lost; only idempotent methods are. None: as long as the call.
    try_ms: int | None = None
    #: The largest reply there is room for, in bytes; at most 16 MiB.
    max_reply_bytes: int = 262_144
    #: The project the call is about; None: the client's.
    project: str | None = None
    #: 16 bytes, when a call from before is repeated; None: fresh ones.
    request_id: bytes | None = None
    #: The W3C trace context to go on with.
    traceparent: str | None = None
    #: The address of the server to prefer, such as a partition's owner.
    affinity: str | None = None
    #: Further pairs, handed on unread; at most 32.
    metadata: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 1 <= self.timeout_ms <= TIMEOUT_MS_MAX:
            raise ValueError(f"timeout_ms {self.timeout_ms}: 1 to {TIMEOUT_MS_MAX} ms")
        if not 1 <= self.max_reply_bytes <= 16 << 20:
            raise ValueError(f"max_reply_bytes {self.max_reply_bytes}: 1 byte to 16 MiB")
        if self.request_id is not None and len(self.request_id) != 16:
            raise ValueError("request_id has exactly 16 bytes")
        if len(self.metadata) > METADATA_MAX:
            raise ValueError(f"metadata: at most {METADATA_MAX} pairs")


class Caller(Protocol):
    """What carries calls to a server; every failure is a `Fault`."""

    def call(
        self,
        method: Method[Request, Response],
        request: Request,
        options: CallOptions | None = None,
    ) -> Response:
        """Carries one call."""
