"""One call with nothing but a socket, as Proto/WIRE.md describes it: SP by hand, a vector's frame.

No client of ours and no nng: what is said of the handshake is what is done here.
"""

import json
import socket
import struct
import sys
from pathlib import Path

from shoal import frames
from shoal.contract.admin.v1 import HelloResponse

PATIENCE_S = 20
#: The greeting of a requester, and of a replier: 00 'S' 'P' 00, the protocol, 00 00.
REQ, REP = b"\0SP\0\0\x30\0\0", b"\0SP\0\0\x31\0\0"


def read(connection: socket.socket, count: int) -> bytes:
    """Exactly so many bytes."""
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        assert more, "the server hung up"
        data += more
    return data


def ask(path: str, frame: bytes) -> bytes:
    """Sends a frame over ipc:// and returns the reply's."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(PATIENCE_S)
    connection.connect(path)
    connection.sendall(REQ)
    assert read(connection, 8) == REP
    # The highest bit ends the list of hops; the reply brings the same four bytes back.
    hop = struct.pack(">I", 0x8000_0000 | 4_711)
    message = hop + frame
    connection.sendall(b"\x01" + struct.pack(">Q", len(message)) + message)
    kind, length = struct.unpack(">BQ", read(connection, 9))
    assert kind == 1
    reply = read(connection, length)
    connection.close()
    assert reply[:4] == hop
    return reply[4:]


def main() -> None:
    """Takes the registry's address and the folder of the vectors."""
    path = sys.argv[1].removeprefix("ipc://")
    vectors = json.loads((Path(sys.argv[2]) / "frames.json").read_text())
    hello = bytes.fromhex(vectors["good"][0]["hex"])
    reply = frames.decode_reply(ask(path, hello))
    assert reply.header.request_id.hex() == vectors["good"][0]["header"]["request_id"]
    answer = HelloResponse.FromString(reply.payload)
    assert answer.reply_budget_bytes >= 131_072
    refused = 0
    for vector in vectors["refused"]:
        # What is too large only for another receiver is no bad frame here.
        if vector["direction"] == "request" and "frameBytesMax" not in vector:
            told = frames.decode_reply(ask(path, bytes.fromhex(vector["hex"])))
            assert told.header.status == vector["status"], (vector["name"], told.header)
            refused += 1
    print(f"a bare socket is answered; {refused} bad frames are refused as the vectors say")


if __name__ == "__main__":
    main()
