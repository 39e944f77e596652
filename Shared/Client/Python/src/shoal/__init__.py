"""Client of Shoal: behavioural segmentation as services; begin with `connect`."""

from shoal.calls import CallOptions, Method
from shoal.client import Shoal, connect, event, profile
from shoal.conditions import (
    Condition,
    all_of,
    any_of,
    between,
    definition,
    did,
    did_not,
    in_segment,
    last,
    not_,
    subject,
    user,
    where,
)
from shoal.faults import Fault, FrameError, Status
from shoal.pages import Pages

__all__ = [
    "CallOptions", "Condition", "Fault", "FrameError", "Method", "Pages", "Shoal", "Status",
    "all_of", "any_of", "between", "connect", "definition", "did", "did_not", "event",
    "in_segment", "last", "not_", "profile", "subject", "user", "where",
]
