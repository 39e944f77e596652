"""Frames: 16 bytes of prefix, a header message, a payload message; see Proto/WIRE.md."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Generic, TypeVar

from google.protobuf.message import DecodeError, Message

from shoal.calls import METADATA_MAX, TIMEOUT_MS_MAX
from shoal.checksum import crc32c
from shoal.contract.rpc.v1 import ReplyHeader, RequestHeader
from shoal.faults import Fault, FrameError, Status

Header = TypeVar("Header", RequestHeader, ReplyHeader)

REPLY, SEALED, ZSTD, END_OF_STREAM = 1, 2, 4, 8
PREFIX_BYTES, SEAL_BYTES = 16, 40
#: The largest header: its length has 16 bits.
HEADER_BYTES_MAX = 65_535
#: The largest frame a client may send: a batch of 4 MiB and a header of 64 KiB beside it.
REQUEST_BYTES_MAX = (4 << 20) + (64 << 10)
#: The largest frame there is, in a reply or between services.
FRAME_BYTES_MAX = (16 << 20) + (64 << 10)
ATTEMPTS_MAX = 100
METHOD_BYTES_MAX = 256

_PREFIX = struct.Struct("<2sBBHHI")
_CHECKSUM = struct.Struct("<I")


@dataclass(frozen=True)
class Frame(Generic[Header]):
    """A frame taken apart; its payload is not parsed yet."""

    flags: int
    header: Header
    payload: bytes


def encode(header: Message, payload: bytes, *, flags: int = 0) -> bytes:
    """The bytes of a frame; raises FrameError where it would be too large."""
    head = header.SerializeToString()
    if len(head) > HEADER_BYTES_MAX:
        raise FrameError("tooLarge", f"a header of {len(head)} bytes", "header")
    first = _PREFIX.pack(b"SL", 1, flags, len(head), 0, len(payload))
    rest = head + payload
    return first + _CHECKSUM.pack(crc32c(first + rest)) + rest


def decode_request(data: bytes, *, bytes_max: int = FRAME_BYTES_MAX) -> Frame[RequestHeader]:
    """Takes a request apart after checking all of it, as a server does."""
    frame = _decode(data, RequestHeader, bytes_max, is_reply=False)
    _check_request(frame.header)
    return frame


def decode_reply(data: bytes, *, bytes_max: int = FRAME_BYTES_MAX) -> Frame[ReplyHeader]:
    """Takes a reply apart after checking all of it."""
    return _decode(data, ReplyHeader, bytes_max, is_reply=True)


def fault(header: ReplyHeader) -> Fault | None:
    """How the call failed; None when it did not."""
    status = Status.known(header.status)
    if status == Status.OK:
        return None

    def given(name: str) -> str | None:
        return getattr(header, name) if header.HasField(name) else None

    return Fault(
        status,
        given("message") or "no reason given",
        place=given("place"),
        hint=given("hint"),
        retry_after_ms=header.retry_after_ms if header.HasField("retry_after_ms") else None,
    )


def _decode(data: bytes, kind: type[Header], bytes_max: int, *, is_reply: bool) -> Frame[Header]:
    """Checks in the order of the protocol."""
    if len(data) < PREFIX_BYTES:
        raise FrameError("truncated", f"{len(data)} bytes are no frame", "frame")
    magic, version, flags, header_bytes, key, payload_bytes = _PREFIX.unpack_from(data)
    if magic != b"SL":
        raise FrameError("badMagic", "the bytes do not begin with SL", "frame[0]")
    if version != 1:
        raise FrameError("badVersion", f"version {version}, this client speaks 1", "frame[2]")
    if flags & ~(REPLY | SEALED | ZSTD | END_OF_STREAM):
        raise FrameError("badFlags", f"flags {flags} that version 1 does not have", "frame[3]")
    end = PREFIX_BYTES + header_bytes + payload_bytes
    if end + (SEAL_BYTES if flags & SEALED else 0) != len(data):
        raise FrameError("badLength", f"the parts do not add up to {len(data)} bytes", "frame[4]")
    if len(data) > bytes_max:
        raise FrameError("tooLarge", f"{len(data)} bytes, limit {bytes_max}", "frame")
    if flags & SEALED:
        raise FrameError("sealed", "sealed frames are not served yet", "frame[3]")
    if key:
        raise FrameError("unprovedKey", f"an unsealed frame names key {key}", "frame[6]")
    if bool(flags & REPLY) != is_reply:
        raise FrameError("badFlags", "a request is no reply and a reply no request", "frame[3]")
    (checksum,) = _CHECKSUM.unpack_from(data, PREFIX_BYTES - 4)
    if crc32c(data[: PREFIX_BYTES - 4] + data[PREFIX_BYTES:end]) != checksum:
        raise FrameError("badChecksum", "the bytes are not the ones that were sent", "frame[12]")
    try:
        header = kind.FromString(data[PREFIX_BYTES : PREFIX_BYTES + header_bytes])
    except DecodeError as error:
        raise FrameError("badHeader", str(error), "header") from error
    if flags & ZSTD:
        raise FrameError("badCompression", "this client does not announce zstd", "payload")
    return Frame(flags, header, data[PREFIX_BYTES + header_bytes : end])


def _check_request(header: RequestHeader) -> None:
    """The rules of a request's header beyond its shape."""
    if len(header.request_id) != 16:
        raise FrameError("badHeader", "not 16 bytes", "header.request_id")
    if not header.method.startswith("/"):
        raise FrameError("badHeader", "no full method name", "header.method")
    if not 1 <= header.timeout_ms <= TIMEOUT_MS_MAX:
        raise FrameError("badHeader", f"{header.timeout_ms} ms", "header.timeout_ms")
    if len(header.method.encode()) > METHOD_BYTES_MAX or len(header.metadata) > METADATA_MAX:
        raise FrameError("badHeader", "more than a header may hold", "header")
    if header.attempt > ATTEMPTS_MAX:
        raise FrameError("badHeader", f"attempt {header.attempt}", "header.attempt")
