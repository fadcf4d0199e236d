"""Ports for servers of the tests, which take a while until they listen there."""

import random
import socket

# None of those that the system gives to connections, and to servers that do not choose.
PORTS = range(20_000, 32_000)


def claim_port() -> tuple[int, socket.socket]:
    """Return a port of TCP that nobody listens on, and its claim.

    That is the same port of UDP: as long as it is open, nobody else finds the port in this way.
    """
    while True:
        address = ("127.0.0.1", random.choice(PORTS))  # noqa: S311  # any will do
        claim = socket.socket(type=socket.SOCK_DGRAM)
        try:
            claim.bind(address)
            socket.create_server(address).close()
        except OSError:
            claim.close()
        else:
            return address[1], claim
