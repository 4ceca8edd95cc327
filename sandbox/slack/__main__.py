"""`python -m sandbox.slack`: the workspace as a process; prints one JSON line, ends on SIGTERM or when stdin closes."""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import stat
import sys
from dataclasses import replace

from sandbox.slack.options import Options
from sandbox.slack.runner import Running


def main() -> None:
    """Run the workspace until it is told to end."""
    asked = _arguments()
    options = Options(
        estate_url=asked.estate_url,
        rate_limits=asked.rate_limits,
        typing="plain" if asked.plain_typing else "slack",
    )
    if asked.bot_token:
        options = replace(options, bot_token=asked.bot_token)
    if asked.app_token:
        options = replace(options, app_token=asked.app_token)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(options, asked.port))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.slack", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--bot-token", help="the bot's token; a random one if left out")
    parser.add_argument("--app-token", help="the app-level token; a random one if left out")
    parser.add_argument("--estate-url", help="control address of the sandbox vCenter, for the page's second pane")
    parser.add_argument("--rate-limits", action="store_true", help="answer 429 as Slack's tiers do")
    parser.add_argument("--plain-typing", action="store_true", help="commands arrive exactly as typed")
    return parser.parse_args()


async def _serve(options: Options, port: int) -> None:
    running, end = Running(options), asyncio.Event()
    await running.start(port)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, end.set)
    _end_with_stdin(loop, end)
    line = {
        "url": running.url,
        "api_url": f"{running.url}/api/",
        "bot_token": options.bot_token,
        "app_token": options.app_token,
        "pid": os.getpid(),
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    await end.wait()
    await running.stop()


def _end_with_stdin(loop: asyncio.AbstractEventLoop, end: asyncio.Event) -> None:
    """End when the process that holds the other side of our stdin is gone; a terminal or file does not count."""
    if sys.stdin is None or sys.stdin.closed:
        return
    mode = os.fstat(sys.stdin.fileno()).st_mode
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return

    def readable() -> None:
        if not os.read(sys.stdin.fileno(), 4096):
            loop.remove_reader(sys.stdin.fileno())
            end.set()

    loop.add_reader(sys.stdin.fileno(), readable)


if __name__ == "__main__":
    main()
