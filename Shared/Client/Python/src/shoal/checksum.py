"""CRC32C (Castagnoli) of bytes: by google-crc32c where it is installed, else by a table."""

from __future__ import annotations

from collections.abc import Callable

_POLYNOMIAL = 0x82F63B78


def _table() -> tuple[int, ...]:
    entries = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
        entries.append(value)
    return tuple(entries)


_TABLE = _table()


def crc32c_by_table(data: bytes) -> int:
    """The checksum in plain Python, some 10 MB a second."""
    table, value = _TABLE, 0xFFFFFFFF
    for byte in data:
        value = value >> 8 ^ table[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF


def _choose() -> Callable[[bytes], int]:
    try:
        import google_crc32c
    except ImportError:
        return crc32c_by_table
    return google_crc32c.value


#: The quickest one there is.
crc32c: Callable[[bytes], int] = _choose()
