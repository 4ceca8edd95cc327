"""An app on one of slack_sdk's four Socket Mode clients, as a process: `sdkapp.py KIND API_URL APP_TOKEN`.

Acknowledges all it gets; a command's text comes back in capitals. A process, because these clients leave threads
and sockets behind when they are disturbed, which is what they are here for. Ends when it is killed.
"""

import asyncio
import logging
import sys
import threading
from typing import Any

from slack_sdk import WebClient
from slack_sdk.socket_mode.aiohttp import SocketModeClient as AiohttpClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.builtin import SocketModeClient as BuiltinClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.socket_mode.websocket_client import SocketModeClient as WebsocketClientClient
from slack_sdk.socket_mode.websockets import SocketModeClient as WebsocketsClient
from slack_sdk.web.async_client import AsyncWebClient

PING_S = 1.0
BLOCKING: dict[str, Any] = {"builtin": BuiltinClient, "websocket_client": WebsocketClientClient}
ASYNC: dict[str, Any] = {"websockets": WebsocketsClient, "aiohttp": AiohttpClient}


def main(kind: str, api_url: str, app_token: str) -> None:
    """Connect and acknowledge for ever."""
    logging.disable(logging.CRITICAL)
    if kind in BLOCKING:
        _run_blocking(kind, api_url, app_token)
    else:
        asyncio.run(_run_async(kind, api_url, app_token))


def _run_blocking(kind: str, api_url: str, app_token: str) -> None:
    def listen(client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        client.send_socket_mode_response(_answer(request))

    client = BLOCKING[kind](app_token=app_token, web_client=WebClient(base_url=api_url), ping_interval=PING_S)
    client.socket_mode_request_listeners.append(listen)
    client.connect()
    threading.Event().wait()


async def _run_async(kind: str, api_url: str, app_token: str) -> None:
    async def listen(client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        await client.send_socket_mode_response(_answer(request))

    client = ASYNC[kind](app_token=app_token, web_client=AsyncWebClient(base_url=api_url), ping_interval=PING_S)
    client.socket_mode_request_listeners.append(listen)
    await client.connect()
    await asyncio.Event().wait()


def _answer(request: SocketModeRequest) -> SocketModeResponse:
    payload = {"text": str(request.payload["text"]).upper()} if request.type == "slash_commands" else None
    return SocketModeResponse(envelope_id=request.envelope_id, payload=payload)


if __name__ == "__main__":
    main(*sys.argv[1:])
