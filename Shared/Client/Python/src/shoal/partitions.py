"""Which partition a user lives in: XXH64 of project, a zero byte and the user's id."""

from __future__ import annotations

import struct

_P1, _P2, _P3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
_P4, _P5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5
_ALL = 0xFFFFFFFFFFFFFFFF


def partition(project: str, user_id: str, count: int) -> int:
    """The home of a user in a deployment of so many partitions."""
    return xxh64(project.encode() + b"\0" + user_id.encode()) % count


def xxh64(data: bytes) -> int:
    """XXH64 with seed 0."""
    at = 0
    if len(data) >= 32:
        lanes = [(_P1 + _P2) & _ALL, _P2, 0, -_P1 & _ALL]
        while at + 32 <= len(data):
            words = struct.unpack_from("<4Q", data, at)
            lanes = [_round(lane, word) for lane, word in zip(lanes, words)]
            at += 32
        value = sum(_left(lane, by) for lane, by in zip(lanes, (1, 7, 12, 18))) & _ALL
        for lane in lanes:
            value = ((value ^ _round(0, lane)) * _P1 + _P4) & _ALL
    else:
        value = _P5
    value = (value + len(data)) & _ALL
    while at + 8 <= len(data):
        value ^= _round(0, struct.unpack_from("<Q", data, at)[0])
        value = (_left(value, 27) * _P1 + _P4) & _ALL
        at += 8
    if at + 4 <= len(data):
        value ^= struct.unpack_from("<I", data, at)[0] * _P1 & _ALL
        value = (_left(value, 23) * _P2 + _P3) & _ALL
        at += 4
    for byte in data[at:]:
        value = _left(value ^ byte * _P5 & _ALL, 11) * _P1 & _ALL
    value = (value ^ value >> 33) * _P2 & _ALL
    value = (value ^ value >> 29) * _P3 & _ALL
    return value ^ value >> 32


def _round(lane: int, word: int) -> int:
    return _left((lane + word * _P2) & _ALL, 31) * _P1 & _ALL


def _left(value: int, by: int) -> int:
    return (value << by | value >> (64 - by)) & _ALL
