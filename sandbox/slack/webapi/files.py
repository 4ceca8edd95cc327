"""Files in Slack's three steps: ask for an address, upload, complete; and reading them back."""

from aiohttp import web

from sandbox.slack import events, seed
from sandbox.slack.core import Sandbox
from sandbox.slack.model import Json, Message, StoredFile
from sandbox.slack.shapes import file_json
from sandbox.slack.state import new_id
from sandbox.slack.webapi.call import Call
from sandbox.slack.webapi.chat import writable_channel
from sandbox.slack.webapi.content import check
from sandbox.slack.webapi.errors import SlackError


def upload_url(call: Call) -> Json:
    """Hand out the address for one file of a known length."""
    length = call.number("length", 0)
    if length <= 0:
        raise SlackError("invalid_arguments", "[ERROR] must be greater than 0 [json-pointer:/length]")
    stored = StoredFile(
        id=new_id("F"),
        name=call.text("filename"),
        length=length,
        alt_txt=call.text("alt_txt"),
        created=call.sandbox.clock.now(),
    )
    call.sandbox.state.files[stored.id] = stored
    return {"upload_url": f"{call.sandbox.base_url}/upload/v1/{stored.id}", "file_id": stored.id}


def complete_upload(call: Call) -> Json:
    """Share uploaded files; without a channel they stay with the bot."""
    wanted = call.structure("files", "invalid_arguments")
    if not isinstance(wanted, list) or not wanted:
        raise SlackError("invalid_arguments", "[ERROR] must be a list of files [json-pointer:/files]")
    files = [_uploaded(call, item) for item in wanted]
    targets = [key for key in (call.text("channel_id"), *call.text("channels").split(",")) if key]
    for target in targets:
        _share(call, target, files)
    return {"files": [file_json(call.sandbox, stored) for stored in files]}


async def receive(sandbox: Sandbox, request: web.Request) -> web.Response:
    """Take a file's bytes, raw or as a multipart form."""
    stored = sandbox.state.files.get(request.match_info["file"])
    if stored is None:
        return web.Response(status=404, text="not found")
    content = await _bytes_of(request)
    if len(content) != stored.length:
        sandbox.journal.violation("wrong_length", f"{stored.name}: {len(content)} bytes for {stored.length}")
        return web.Response(status=400, text="length does not match")
    stored.content = content
    sandbox.journal.add("upload", file=stored.id, name=stored.name, length=stored.length)
    return web.Response(text=f"OK - {stored.length}")


def serve_private(sandbox: Sandbox, request: web.Request) -> web.Response:
    """Return a file's bytes to whoever shows the bot's token."""
    if request.headers.get("Authorization") != f"Bearer {sandbox.options.bot_token}":
        return web.Response(status=403, text="a token is needed")
    return serve_to_page(sandbox, request)


def serve_to_page(sandbox: Sandbox, request: web.Request) -> web.Response:
    """Return a file's bytes to the page."""
    stored = sandbox.state.files.get(request.match_info["file"])
    if stored is None or stored.content is None:
        return web.Response(status=404, text="not found")
    # A download, whatever it is called: the page must never run what a file says.
    headers = {"Content-Disposition": f'attachment; filename="{_plain(stored.name)}"'}
    return web.Response(body=stored.content, content_type="application/octet-stream", headers=headers)


def _uploaded(call: Call, item: object) -> StoredFile:
    file_id = str(item.get("id")) if isinstance(item, dict) else ""
    stored = call.sandbox.state.files.get(file_id)
    if stored is None or stored.content is None:
        raise SlackError("file_not_found")
    if isinstance(item, dict) and item.get("title"):
        stored.title = str(item["title"])
    return stored


def _share(call: Call, target: str, files: list[StoredFile]) -> None:
    channel = writable_channel(call.at(channel=target))
    text, blocks = call.text("initial_comment"), call.structure("blocks", "invalid_blocks")
    content = check(
        call.sandbox, text=text or " ".join(stored.name for stored in files), blocks=blocks, attachments=None
    )
    for stored in files:
        stored.channels.append(channel.id)
    message = Message(
        ts=call.sandbox.clock.ts(),
        channel=channel.id,
        user=seed.BOT_USER,
        from_bot=True,
        text=text,
        blocks=content.blocks,
        files=[stored.id for stored in files],
        thread_ts=call.text("thread_ts") or None,
    )
    call.sandbox.post(message)
    events.message_posted(call.sandbox, message)


async def _bytes_of(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    form = await request.post()
    part = next((value for value in form.values() if isinstance(value, web.FileField)), None)
    return part.file.read() if part is not None else b""


def _plain(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "._- " else "_" for letter in name)
