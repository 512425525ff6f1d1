"""Forwarded headers, believed only from the proxies that the operator named.

From anyone else `X-Forwarded-For` is whatever they wrote: it would let one place try passwords as many.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.middleware.proxy_fix import ProxyFix

Network = IPv4Network | IPv6Network


class NamedProxies:
    """Passes a request through ProxyFix when its peer is one of `proxies` (addresses or networks), else untouched."""

    def __init__(self, app: WSGIApplication, proxies: Sequence[str]) -> None:
        """Raises ValueError for what is neither an address nor a network."""
        self._app = app
        self._behind = ProxyFix(app, x_for=1, x_proto=1)
        self._networks = networks(proxies)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        app = self._behind if named(str(environ.get("REMOTE_ADDR", "")), self._networks) else self._app
        return app(environ, start_response)


def networks(proxies: Sequence[str]) -> tuple[Network, ...]:
    """The addresses or networks an operator named. Raises ValueError for what is neither."""
    return tuple(ip_network(proxy, strict=False) for proxy in proxies)


def named(peer: str, among: Sequence[Network]) -> bool:
    """Whether the other end of a connection is one of them."""
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in network for network in among)
