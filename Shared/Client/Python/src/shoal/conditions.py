"""Definitions in a few words: `all_of(did("Charged", at_least=3), user("city", "in", ["Pune"]))`.

A condition is a value; `definition` lays a tree of them out as the flat list of nodes that
travels. What the language means is written in the top README.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from shoal.contract.evaluation.v1 import Subject
from shoal.contract.segment.v1 import (
    COMPARISON_AT_LEAST,
    COMPARISON_AT_MOST,
    COMPARISON_BETWEEN,
    COMPARISON_EXACTLY,
    Channel,
    ChannelState,
    Definition,
    Filter,
    Group,
    Node,
    Operator,
    Window,
)
from shoal.values import PropertyValue, encode, milliseconds


@dataclass(frozen=True)
class Condition:
    """A condition and the ones below it."""

    kind: str
    body: object = None
    children: tuple[Condition, ...] = field(default=())


def all_of(*children: Condition) -> Condition:
    """Every one holds."""
    return Condition("all", children=children)


def any_of(*children: Condition) -> Condition:
    """At least one holds."""
    return Condition("any", children=children)


def not_(child: Condition) -> Condition:
    """It does not hold."""
    return Condition("not", children=(child,))


def user(name: str, operator: str = "exists", *operands: PropertyValue,
         ignore_case: bool = False) -> Condition:
    """A property of the user compares, such as user("city", "in", "Pune", "Mumbai")."""
    return Condition("user", where(name, operator, *operands, ignore_case=ignore_case))


def where(name: str, operator: str = "exists", *operands: PropertyValue,
          ignore_case: bool = False) -> Filter:
    """A property of an event compares; the operators are those of the contract, lower-case."""
    try:
        number = Operator.Value("OPERATOR_" + operator.upper())
    except ValueError as error:
        names = [one.removeprefix("OPERATOR_").lower() for one in Operator.keys()[1:]]
        raise ValueError(f"no operator {operator}: one of {', '.join(names)}") from error
    found = Filter(property=name, operands=[encode(one) for one in operands])
    found.operator = cast(Operator, number)
    if ignore_case:
        found.ignore_case = True
    return found


def did(*events: str, at_least: int | None = None, exactly: int | None = None,
        at_most: int | None = None, between: tuple[int, int] | None = None,
        include_zero: bool = False, where: Sequence[Filter] = (),
        window: Window | None = None) -> Condition:
    """The user did one of these events (none named: any) so often in a window."""
    counts = [
        (COMPARISON_AT_LEAST, at_least), (COMPARISON_EXACTLY, exactly),
        (COMPARISON_AT_MOST, at_most), (COMPARISON_BETWEEN, between),
    ]
    given = [(comparison, value) for comparison, value in counts if value is not None]
    if len(given) > 1:
        raise ValueError("one of at_least, exactly, at_most and between")
    node = Node()
    node.did.events.extend(events)
    node.did.where.extend(where)
    for comparison, value in given or [(COMPARISON_AT_LEAST, 1)]:
        node.did.count.comparison = comparison
        if isinstance(value, tuple):
            node.did.count.low, node.did.count.high = value
        else:
            node.did.count.low = value
        if include_zero:
            node.did.count.include_zero = True
    if window is not None:
        node.did.window.CopyFrom(window)
    return Condition("did", node.did)


def did_not(*events: str, where: Sequence[Filter] = (),
            window: Window | None = None) -> Condition:
    """The user did none of these events (none named: none at all) in a window."""
    node = Node()
    node.did_not.events.extend(events)
    node.did_not.where.extend(where)
    if window is not None:
        node.did_not.window.CopyFrom(window)
    return Condition("did_not", node.did_not)


def in_list(name: str) -> Condition:
    """The user is on an uploaded list."""
    node = Node()
    node.in_list.name = name
    return Condition("in_list", node.in_list)


def known() -> Condition:
    """The user is known, not by an anonymous identifier alone."""
    node = Node()
    node.known.SetInParent()
    return Condition("known", node.known)


def reachable(channel: str, state: str = "reachable") -> Condition:
    """A channel reaches the user, or not: state is reachable, no_address or opted_out."""
    node = Node()
    node.reachable.channel = cast(Channel, Channel.Value("CHANNEL_" + channel.upper()))
    number = ChannelState.Value("CHANNEL_STATE_" + state.upper())
    node.reachable.state = cast(ChannelState, number)
    return Condition("reachable", node.reachable)


def in_segment(name: str) -> Condition:
    """The user is in a saved segment."""
    node = Node()
    node.in_segment.name = name
    return Condition("in_segment", node.in_segment)


def last(duration: timedelta) -> Window:
    """The last so long."""
    window = Window()
    window.rolling.duration_ms = duration // timedelta(milliseconds=1)
    return window


def between(start: datetime | None, end: datetime | None) -> Window:
    """From an instant (included) to another (not included); None is open."""
    window = Window()
    window.between.SetInParent()
    if start is not None:
        window.between.from_ms = milliseconds(start)
    if end is not None:
        window.between.to_ms = milliseconds(end)
    return window


def definition(condition: Condition, zone: str | None = None) -> Definition:
    """The definition of a condition: parents before their children."""
    laid_out = Definition(zone=zone)
    _lay_out(condition, laid_out)
    return laid_out


def subject(what: str | Condition | Definition) -> Subject:
    """What a question is about: a saved segment's name, or a definition of its own."""
    if isinstance(what, str):
        return Subject(segment=what)
    if isinstance(what, Condition):
        return Subject(definition=definition(what))
    return Subject(definition=what)


def _lay_out(condition: Condition, into: Definition) -> int:
    index = len(into.nodes)
    node = into.nodes.add()
    if condition.body is not None:
        getattr(node, condition.kind).CopyFrom(condition.body)
        return index
    group: Group = getattr(node, condition.kind)
    group.SetInParent()
    children = [_lay_out(child, into) for child in condition.children]
    getattr(into.nodes[index], condition.kind).children.extend(children)
    return index
