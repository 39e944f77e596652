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
    in_list,
    in_segment,
    known,
    last,
    not_,
    reachable,
    subject,
    user,
    where,
)
from shoal.faults import Fault, FrameError, Status
from shoal.feed import FeedCopy, FeedProblem, FeedStep, SegmentFeed
from shoal.pages import Pages

__all__ = [
    "CallOptions", "Condition", "Fault", "FeedCopy", "FeedProblem", "FeedStep", "FrameError",
    "Method", "Pages", "SegmentFeed", "Shoal", "Status", "all_of", "any_of", "between", "connect",
    "definition", "did", "did_not", "event", "in_list", "in_segment", "known", "last", "not_",
    "profile", "reachable", "subject", "user", "where",
]
