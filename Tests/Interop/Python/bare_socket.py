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


def connect(address: str) -> socket.socket:
    """A connection to ipc:///PATH or tcp://HOST:PORT."""
    scheme, _, place = address.partition("://")
    if scheme == "ipc":
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(PATIENCE_S)
        connection.connect(place)
        return connection
    host, _, port = place.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE_S)


def ask(address: str, frame: bytes) -> bytes:
    """Sends a frame and returns the reply's."""
    connection = connect(address)
    # On ipc a byte stands before every length.
    mark = b"\x01" if address.startswith("ipc:") else b""
    connection.sendall(REQ)
    assert read(connection, 8) == REP
    # The highest bit ends the list of hops; the reply brings the same four bytes back.
    hop = struct.pack(">I", 0x8000_0000 | 4_711)
    message = hop + frame
    connection.sendall(mark + struct.pack(">Q", len(message)) + message)
    assert read(connection, len(mark)) == mark
    (length,) = struct.unpack(">Q", read(connection, 8))
    reply = read(connection, length)
    connection.close()
    assert reply[:4] == hop
    return reply[4:]


def main() -> None:
    """Takes the registry's address and the folder of the vectors."""
    address = sys.argv[1]
    vectors = json.loads((Path(sys.argv[2]) / "frames.json").read_text())
    hello = bytes.fromhex(vectors["good"][0]["hex"])
    reply = frames.decode_reply(ask(address, hello))
    assert reply.header.request_id.hex() == vectors["good"][0]["header"]["request_id"]
    answer = HelloResponse.FromString(reply.payload)
    assert answer.reply_budget_bytes >= 131_072
    refused = 0
    for vector in vectors["refused"]:
        # What is too large only for another receiver is no bad frame here.
        if vector["direction"] == "request" and "frameBytesMax" not in vector:
            told = frames.decode_reply(ask(address, bytes.fromhex(vector["hex"])))
            assert told.header.status == vector["status"], (vector["name"], told.header)
            refused += 1
    print(f"a bare socket is answered; {refused} bad frames are refused as the vectors say")


if __name__ == "__main__":
    main()
