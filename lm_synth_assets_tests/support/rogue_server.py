"""A program that speaks MySQL's protocol and wants what is not its own: a password, or a client's file."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_CAPABILITIES = 0x1 | 0x8 | 0x80 | 0x200 | 0x2000 | 0x8000 | 0x80000
_OK = b"\x00\x00\x00\x02\x00\x00\x00"
_FILE = b"\xfb"
_SALT = b"12345678abcdefghijkl"

Answer = Callable[[bytes], bytes | None]
"""What is sent for a statement; None: that it was done."""


class Rogue:
    """One such program: its port, and all that clients have sent to it after their name."""

    def __init__(self, plugin: str, answer: Answer) -> None:
        self.plugin = plugin
        self.answer = answer
        self.received: list[bytes] = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def serve(self) -> None:
        """Answer clients until the program is closed."""
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with client, suppress(OSError, EOFError):
                self._talk(client)

    def close(self) -> None:
        """Answer nobody any more."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _talk(self, client: socket.socket) -> None:
        _send(client, 0, _greeting())
        number, _ = _read(client)
        _send(client, number + 1, b"\xfe" + self.plugin.encode() + b"\0" + _SALT + b"\0")
        number, reply = _read(client)
        self.received.append(reply)
        _send(client, number + 1, _OK)
        while True:
            number, reply = _read(client)
            self.received.append(reply)
            answer = self.answer(reply) or _OK
            _send(client, number + 1, answer)
            if answer.startswith(_FILE):
                while reply:
                    number, reply = _read(client)
                    self.received.append(reply)
                _send(client, number + 1, _OK)


def _greeting() -> bytes:
    return b"".join(
        [
            b"\x0a8.4.0\0",
            struct.pack("<I", 7),
            _SALT[:8],
            b"\0",
            struct.pack("<H", _CAPABILITIES & 0xFFFF),
            b"\xff\x02\x00",
            struct.pack("<H", _CAPABILITIES >> 16),
            bytes([len(_SALT) + 1]),
            b"\0" * 10,
            _SALT[8:],
            b"\0mysql_native_password\0",
        ]
    )


def _send(client: socket.socket, number: int, content: bytes) -> None:
    client.sendall(struct.pack("<I", len(content))[:3] + bytes([number % 256]) + content)


def _read(client: socket.socket) -> tuple[int, bytes]:
    head = _exactly(client, 4)
    return head[3], _exactly(client, int.from_bytes(head[:3], "little"))


def _exactly(client: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size:
        block = client.recv(size - len(content))
        if not block:
            raise EOFError
        content += block
    return content


@contextmanager
def rogue(plugin: str = "mysql_native_password", answer: Answer = lambda statement: None) -> Iterator[Rogue]:
    """Such a program on a port of its own; it lets in whoever answers with the plugin that it wants."""
    program = Rogue(plugin, answer)
    thread = threading.Thread(target=program.serve, daemon=True)
    thread.start()
    try:
        yield program
    finally:
        program.close()
        thread.join(5)
