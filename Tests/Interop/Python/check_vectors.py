"""Holds the Python client against the vectors: frames, values, homes; see Proto/WIRE.md."""

import json
import sys
from pathlib import Path

from google.protobuf import symbol_database

import shoal
from shoal import frames, partitions, values
from shoal.checksum import crc32c, crc32c_by_table
from shoal.contract.log.v1 import PlainValue, Value, ValueList

#: Header fields that are bytes, in hexadecimal in the vectors.
BYTES = {"request_id", "instance"}


def header_fields(header) -> dict:
    """A header as the vectors write it: every field that has a value, defaults included."""
    fields = {}
    for field in header.DESCRIPTOR.fields:
        value = getattr(header, field.name)
        if field.name == "metadata":
            fields[field.name] = [[pair.name, pair.value] for pair in value]
        elif header.HasField(field.name) or field.has_default_value:
            fields[field.name] = value.hex() if field.name in BYTES else value
    return fields


def check_good(vector: dict) -> None:
    """It is taken, says what the vector says, and is written byte for byte the same."""
    data = bytes.fromhex(vector["hex"])
    decode = frames.decode_request if vector["direction"] == "request" else frames.decode_reply
    if vector["flags"] & frames.ZSTD:
        # This client does not say accept: zstd, so it never meets one.
        assert refusal(decode, data) == "badCompression"
        return
    frame = decode(data)
    assert frame.flags == vector["flags"]
    assert frame.payload.hex() == vector["payload"]
    assert header_fields(frame.header) == vector["header"], header_fields(frame.header)
    assert f"{crc32c(data[:12] + data[16:]):08x}" == vector["crc32c"]
    assert crc32c_by_table(data[:12] + data[16:]) == int(vector["crc32c"], 16)
    payload = b""
    if vector["message"]:
        kind = symbol_database.Default().GetSymbol(vector["message"])
        payload = kind.FromString(frame.payload).SerializeToString()
    assert frames.encode(frame.header, payload, flags=vector["flags"]) == data
    if vector["direction"] == "reply":
        fault = frames.fault(frame.header)
        assert (fault is None) == (vector["header"]["status"] == 0)
        if fault is not None:
            told = vector["header"]
            assert fault.code == shoal.Status(told["status"])
            assert (fault.message, fault.place, fault.hint, fault.retry_after_ms) == (
                told["message"], told["place"], told["hint"], told.get("retry_after_ms"))


def refusal(decode, data: bytes, **limits: int) -> str | None:
    """The name of the check that failed."""
    try:
        decode(data, **limits)
    except shoal.FrameError as error:
        return error.code
    return None


def check_refused(vector: dict) -> None:
    """It is refused by the check that the vector names."""
    decode = frames.decode_request if vector["direction"] == "request" else frames.decode_reply
    limits = {}
    if "frameBytesMax" in vector:
        limits["bytes_max"] = vector["frameBytesMax"]
    assert refusal(decode, bytes.fromhex(vector["hex"]), **limits) == vector["error"]


def plain(value: dict) -> PlainValue:
    """A value that is no list, as a message."""
    return PlainValue(**{value["kind"]: value[value["kind"]]})


def check_value(vector: dict) -> None:
    """It has these bytes, and comes back as what Python writes the same way."""
    value = vector["value"]
    if value["kind"] == "list":
        message = Value(list=ValueList(values=[plain(one) for one in value["list"]]))
    else:
        message = Value(**{value["kind"]: value[value["kind"]]})
    assert message.SerializeToString().hex() == vector["hex"], message
    back = values.decode(Value.FromString(bytes.fromhex(vector["hex"])))
    assert values.decode(values.encode(back)) == back
    if value["kind"] != "number":
        assert values.encode(back) == message, back


def check_home(vector: dict) -> None:
    """The user lives there."""
    home = partitions.partition(vector["project"], vector["user"], vector["partitions"])
    assert home == vector["partition"], home


def main() -> None:
    """Takes the folder of the vectors."""
    folder, checked = Path(sys.argv[1]), 0
    for name, part, check in (
        ("frames.json", "good", check_good),
        ("frames.json", "refused", check_refused),
        ("values.json", "good", check_value),
        ("partitions.json", "homes", check_home),
    ):
        for vector in json.loads((folder / name).read_text())[part]:
            try:
                check(vector)
            except Exception:
                print(f"{name}, {part}: {vector.get('name', vector)}", file=sys.stderr)
                raise
            checked += 1
    for bad in (float("nan"), float("inf"), None, object()):
        try:
            values.encode(bad)
        except (TypeError, ValueError):
            continue
        raise AssertionError(f"{bad} was taken for a value")
    print(f"{checked} vectors agree")


if __name__ == "__main__":
    main()
