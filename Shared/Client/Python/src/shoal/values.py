"""Python values as properties and back: what a property may hold, and how it travels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Union

from shoal.contract.log.v1 import PlainValue, Property, Value, ValueList

#: What a property holds: a text, a number, a truth, an instant, or a list of these.
Plain = Union[str, int, float, Decimal, bool, datetime]
PropertyValue = Union[Plain, Sequence[Plain]]

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_TEN_THOUSAND = 10_000


def milliseconds(instant: datetime) -> int:
    """Milliseconds since the Unix epoch; an instant without a zone is refused."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no zone: use datetime(…, tzinfo=timezone.utc)")
    return (instant - _EPOCH) // timedelta(milliseconds=1)


def instant(ms: int) -> datetime:
    """The instant of milliseconds since the Unix epoch, in UTC."""
    return _EPOCH + timedelta(milliseconds=ms)


def encode(value: PropertyValue) -> Value:
    """A value as it travels."""
    if isinstance(value, (list, tuple)):
        return Value(list=ValueList(values=[PlainValue(**_plain(one)) for one in value]))
    return Value(**_plain(value))


def encode_version(text: str) -> Value:
    """A semantic version such as 5.10.0; in definitions only."""
    return Value(version=text)


def properties(values: dict[str, PropertyValue]) -> list[Property]:
    """Named values as they travel."""
    return [Property(name=name, value=encode(value)) for name, value in values.items()]


def decode(value: Value | PlainValue) -> PropertyValue:
    """A value that came; exact decimals come as Decimal."""
    if isinstance(value, Value) and value.WhichOneof("kind") == "list":
        return [_decode_plain(one) for one in value.list.values]
    return _decode_plain(value)


def _decode_plain(value: Value | PlainValue) -> Plain:
    kind = value.WhichOneof("kind")
    if kind is None:
        raise ValueError("a value of no kind this client knows: upgrade the package shoal")
    if kind == "decimal_e4":
        return Decimal(value.decimal_e4) / _TEN_THOUSAND
    if kind == "instant_ms":
        return instant(value.instant_ms)
    found: Plain = getattr(value, kind)
    return found


def _plain(value: object) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"flag": value}
    if isinstance(value, str):
        return {"text": value}
    if isinstance(value, int):
        return {"integer": value}
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value} is no number a property can hold")
        return {"number": value}
    if isinstance(value, Decimal):
        scaled = value * _TEN_THOUSAND
        if not value.is_finite() or scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than four places")
        return {"decimal_e4": int(scaled)}
    if isinstance(value, datetime):
        return {"instant_ms": milliseconds(value)}
    raise TypeError(f"{type(value).__name__} is no property's value")
