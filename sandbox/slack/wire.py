"""WebSocket frames as bytes, so that faults can be written which no library would send (RFC 6455, server side)."""

import asyncio
import socket
import struct
from typing import Final

TEXT: Final = 0x1
CONTINUATION: Final = 0x0
CLOSE: Final = 0x8
PING: Final = 0x9
PONG: Final = 0xA

_SHORT: Final = 126
_MEDIUM: Final = 65_536


def frame(opcode: int, payload: bytes, *, last: bool = True) -> bytes:
    """Return one unmasked frame; `last=False` leaves the FIN bit clear."""
    first = opcode | (0x80 if last else 0)
    if len(payload) < _SHORT:
        head = struct.pack("!BB", first, len(payload))
    elif len(payload) < _MEDIUM:
        head = struct.pack("!BBH", first, 126, len(payload))
    else:
        head = struct.pack("!BBQ", first, 127, len(payload))
    return head + payload


def close_frame(code: int, reason: str) -> bytes:
    """Return a close frame with its code and reason."""
    return frame(CLOSE, struct.pack("!H", code) + reason.encode())


def fragments(payload: bytes, pieces: int) -> bytes:
    """Return one text message as several frames, all but the last without the FIN bit."""
    size = max(1, -(-len(payload) // pieces))
    parts = [payload[start : start + size] for start in range(0, len(payload), size)]
    return b"".join(
        frame(TEXT if number == 0 else CONTINUATION, part, last=number == len(parts) - 1)
        for number, part in enumerate(parts)
    )


def send_fin(transport: asyncio.Transport) -> None:
    """Close TCP in the ordinary way, without any WebSocket close frame."""
    transport.close()


def send_reset(transport: asyncio.Transport) -> None:
    """Close TCP with an RST."""
    raw: socket.socket | None = transport.get_extra_info("socket")
    if raw is not None:
        # Lingering for zero seconds makes the kernel answer with RST instead of FIN.
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
