"""Connections to something that is no vCenter."""

import os
import select
import socket
import struct

import pytest

from vsphere.settings import VcenterSettings
from vsphere.transport import Endpoint


def test_a_connection_that_is_reset_before_tls_leaves_no_socket_open() -> None:
    endpoint = Endpoint(
        VcenterSettings(name="x", host="127.0.0.1", port=1, username="u", read_password=lambda: "", insecure=True)
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        plain = socket.create_connection(server.getsockname())
        taken, _ = server.accept()
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        taken.close()
        assert select.select([plain], [], [], 10)[0], "the reset did not arrive"
    number = plain.fileno()

    with pytest.raises(OSError, match=r"reset|not connected|Bad file"):
        endpoint._context.wrap_socket(plain, server_hostname="x")

    # A warning about what was left open would come from the collector, in the middle of some other test.
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(number)
