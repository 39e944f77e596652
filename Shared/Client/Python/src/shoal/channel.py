"""One server as its client knows it: a socket, and what Hello told."""

from __future__ import annotations

import os
import threading
import time

import pynng
from google.protobuf.message import DecodeError, EncodeError, Message

from shoal.budget import ReplyBudget
from shoal.calls import CallOptions, Method, Request, Response
from shoal.contract.admin.v1 import HelloResponse
from shoal.contract.rpc.v1 import Metadata, ReplyHeader, RequestHeader
from shoal.contract.stubs import AdminStub
from shoal.faults import Fault, FrameError, Status
from shoal.frames import (
    FRAME_BYTES_MAX,
    REQUEST_BYTES_MAX,
    Frame,
    decode_reply,
    encode,
    fault,
)
from shoal.retry import Blame, Trouble

#: A call waits so long for a connection before it counts as not sent, in seconds.
CONNECT_S = 1.0
#: A server that stays silent to Hello for so long is taken for dead, in seconds.
HELLO_S = 2.0
HELLO_REPLY_BYTES = 1_024


class Channel:
    """A connection to one address, with many calls in flight; thread-safe.

    The socket is nng's cooked REQ with a context per call and re-sending switched off: a request
    leaves once, and what is repeated is repeated by the retry policy with the same request id.
    """

    def __init__(self, address: str, caller: str) -> None:
        self.address = address
        self._caller = caller
        self._budget = ReplyBudget()
        self._pipes = 0
        self._connection = 0
        self._greeted = 0
        self._is_greeting = False
        self._state = threading.Condition()
        self._opening = threading.Lock()
        self._socket = pynng.Req0(
            resend_time=-1,
            recv_max_size=FRAME_BYTES_MAX,
            reconnect_time_min=50,
            reconnect_time_max=1_000,
        )
        self._socket.add_post_pipe_connect_cb(self._connected)
        self._socket.add_post_pipe_remove_cb(self._disconnected)
        self._socket.dial(address, block=False)

    @property
    def cost(self) -> int:
        """How busy the server is through this channel, in bytes of replies awaited."""
        return self._budget.used_bytes

    def close(self) -> None:
        """Ends the calls in flight and lets the connection go."""
        self._socket.close()

    def attempt(self, method: Method[Request, Response], request: Request, options: CallOptions,
                request_id: bytes, number: int, deadline: float) -> Response:
        """One try of a call until the deadline (of time.monotonic); raises Trouble."""
        self._wait_for_connection(deadline)
        if self._claim_hello():
            self._hello(deadline)
        payload = self._payload(method, request)
        header = self._header(method, options, request_id, number)
        frame = self._exchange(header, payload, options.max_reply_bytes, deadline)
        try:
            return method.response.FromString(frame.payload)
        except DecodeError as error:
            raise self._unreadable(str(error)) from error

    # The connection

    def _connected(self, _pipe: object) -> None:
        with self._state:
            self._pipes += 1
            self._connection += 1
            self._budget.reset()
            self._state.notify_all()

    def _disconnected(self, _pipe: object) -> None:
        with self._state:
            self._pipes -= 1

    def _wait_for_connection(self, deadline: float) -> None:
        wait = min(CONNECT_S, deadline - time.monotonic())
        with self._state:
            if self._state.wait_for(lambda: self._pipes > 0, max(wait, 0)):
                return
        why = Fault(
            Status.UNAVAILABLE,
            "there is no connection",
            place=self.address,
            hint="is the service running, and is the address right?",
        )
        raise Trouble(why, may_have_been_sent=False, blame=Blame.LOST)

    def _claim_hello(self) -> bool:
        """True for the one call that has to say Hello; others go ahead in the first budget."""
        with self._state:
            if self._is_greeting or self._greeted == self._connection:
                return False
            self._is_greeting = True
            return True

    def _hello(self, call_deadline: float) -> None:
        before = self._connection
        deadline = min(call_deadline, time.monotonic() + HELLO_S)
        try:
            header = self._header(AdminStub.HELLO, CallOptions(), os.urandom(16), 0)
            frame = self._exchange(header, b"", HELLO_REPLY_BYTES, deadline)
            answer = HelloResponse.FromString(frame.payload)
        except Trouble as trouble:
            # Whatever became of Hello, the call itself has not left.
            trouble.may_have_been_sent = False
            if trouble.fault.code == Status.DEADLINE_EXCEEDED and deadline < call_deadline:
                trouble.fault = Fault(
                    Status.UNAVAILABLE,
                    "the server does not answer Hello",
                    place=self.address,
                    hint="is it running, and is it Shoal?",
                )
            raise
        except DecodeError as error:
            raise self._unreadable(str(error)) from error
        finally:
            with self._state:
                self._is_greeting = False
        if not answer.version_min <= 1 <= answer.version_max:
            why = Fault(
                Status.FAILED_PRECONDITION,
                f"the server speaks versions {answer.version_min} to {answer.version_max}",
                place=self.address,
                hint="upgrade the package shoal",
            )
            raise Trouble(why, may_have_been_sent=False)
        with self._state:
            if self._connection == before:
                self._budget.resize(answer.reply_budget_bytes, answer.in_flight_max)
                self._greeted = before

    # One request, one reply

    def _payload(self, method: Method, request: Message) -> bytes:
        if not isinstance(request, method.request):
            raise TypeError(f"{method.name} takes {method.request.__name__}")
        try:
            return request.SerializeToString()
        except EncodeError as error:
            why = Fault(Status.INVALID_ARGUMENT, str(error), place=method.request.__name__)
            raise Trouble(why, may_have_been_sent=False) from error

    def _header(self, method: Method, options: CallOptions, request_id: bytes,
                number: int) -> RequestHeader:
        return RequestHeader(
            request_id=request_id,
            method=method.name,
            max_reply_bytes=options.max_reply_bytes,
            attempt=number,
            traceparent=options.traceparent,
            caller=self._caller,
            project=options.project,
            metadata=[Metadata(name=name, value=value)
                      for name, value in options.metadata.items()],
        )

    def _exchange(self, header: RequestHeader, payload: bytes, max_reply_bytes: int,
                  deadline: float) -> Frame[ReplyHeader]:
        cost = self._budget.take(max_reply_bytes, deadline)
        if cost is None:
            why = Fault(Status.DEADLINE_EXCEEDED, "the call waited its whole time for its turn",
                          place=self.address)
            raise Trouble(why, may_have_been_sent=False)
        reply_may_come = False
        try:
            header.timeout_ms = max(int((deadline - time.monotonic()) * 1_000), 1)
            frame = decode_reply(self._send(self._request(header, payload), header.timeout_ms))
        except FrameError as error:
            raise self._unreadable(str(error), lost=error.code == "badChecksum") from error
        except Trouble as trouble:
            reply_may_come = trouble.blame == Blame.TIMEOUT
            raise
        finally:
            self._budget.give(cost, reply_may_come=reply_may_come)
        if frame.header.HasField("request_id") and frame.header.request_id != header.request_id:
            raise self._unreadable("the reply is to another request")
        told = fault(frame.header)
        if told is not None:
            raise Trouble(told, may_have_been_sent=True)
        return frame

    def _request(self, header: RequestHeader, payload: bytes) -> bytes:
        try:
            data = encode(header, payload)
        except FrameError as error:
            data = bytes(REQUEST_BYTES_MAX + 1) if error.code == "tooLarge" else b""
        if len(data) > REQUEST_BYTES_MAX:
            why = Fault(
                Status.RESOURCE_EXHAUSTED,
                f"a request of {len(payload)} bytes, limit {REQUEST_BYTES_MAX} with its header",
                place="request",
                hint="split the request: send less at a time",
            )
            raise Trouble(why, may_have_been_sent=False)
        return data

    def _send(self, data: bytes, timeout_ms: int) -> bytes:
        sent = False
        try:
            with self._opening:
                # A context takes over the socket's timeouts as they are when it is opened.
                self._socket.send_timeout = min(timeout_ms, int(CONNECT_S * 1_000))
                self._socket.recv_timeout = timeout_ms
                context = self._socket.new_context()
            try:
                context.send(data)
                sent = True
                return context.recv()
            finally:
                context.close()
        except pynng.Timeout as error:
            code = Status.DEADLINE_EXCEEDED if sent else Status.UNAVAILABLE
            why = Fault(code, "no reply in time" if sent else "the request did not leave",
                          place=self.address)
            blame = Blame.TIMEOUT if sent else Blame.LOST
            raise Trouble(why, may_have_been_sent=sent, blame=blame) from error
        except pynng.NNGException as error:
            why = Fault(Status.UNAVAILABLE, f"the connection was lost: {error}",
                          place=self.address)
            raise Trouble(why, may_have_been_sent=sent, blame=Blame.LOST) from error

    def _unreadable(self, cause: str, *, lost: bool = False) -> Trouble:
        code = Status.UNAVAILABLE if lost else Status.INTERNAL
        why = Fault(code, f"the reply cannot be read: {cause}", place=self.address)
        return Trouble(why, may_have_been_sent=True)
