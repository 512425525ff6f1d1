"""Sockets are closed to a test unless a marker of it says otherwise, so that none leans on a network by accident."""

import socket
from typing import Any

OPENING_MARKERS = ("net", "postgres", "browser", "fault")


class SocketsAreClosed(AssertionError):
    """The test opened a socket. Mark it `net` if it means to, on loopback."""


class Guard:
    """Stands before the three ways out of a Python socket; `open` is set for one test at a time."""

    def __init__(self) -> None:
        self.open = True
        for name in ("connect", "connect_ex", "sendto"):
            setattr(socket.socket, name, self._guarded(name))
        self._resolve = socket.getaddrinfo
        socket.getaddrinfo = self._guarded_resolve

    def _guarded(self, name: str) -> Any:
        real = getattr(socket.socket, name)

        def guarded(this: socket.socket, *arguments: Any) -> Any:
            if not self.open and this.family in {socket.AF_INET, socket.AF_INET6}:
                raise SocketsAreClosed(f"this test may not open sockets, and asked to {name} to {arguments[-1]!r}")
            return real(this, *arguments)

        return guarded

    def _guarded_resolve(self, host: Any, *arguments: Any, **named: Any) -> Any:
        if not self.open:
            raise SocketsAreClosed(f"this test may not open sockets, and asked where {host!r} is")
        return self._resolve(host, *arguments, **named)
