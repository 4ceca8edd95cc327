"""Secrets through every kind of failure: they are in no log line, no file, no database and no message."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from bot.cli.demo.world import Bot, World
from sandbox.slack import Workspace
from sandbox.vcenter import Estate
from tests.acceptance.service.desk import Desk, eventually, state_of

PASSWORD = "Kn0wn-Pa55word-of-vCenter"
WRONG_PASSWORD = "Kn0wn-Wr0ng-Pa55word"
WRONG_TOKEN = "xapp-1-A0IAAS-kn0wn-wr0ng-t0ken"
PEOPLE = ("dana", "ann", "ben", "guy")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world whose secrets are words that stand nowhere else, and whose bot logs all that it can."""
    with Estate.start(password=PASSWORD) as estate, Workspace.start(secrets=(PASSWORD, WRONG_PASSWORD)) as workspace:
        folder = tmp_path_factory.mktemp("secrets")
        bot = Bot(folder=folder, workspace=workspace, estate=estate)
        bot.environment = {"IAAS_SERVICE__LOG_LEVEL": "debug"}
        yield World(estate=estate, workspace=workspace, bot=bot, _parts=ExitStack())
        bot.stop()


def test_no_secret_is_told_whatever_fails(world: World) -> None:
    desk = Desk(world=world)
    _with_a_wrong_password(desk)
    _with_a_wrong_app_token(desk)
    world.bot.start()
    _with_vcenter_in_trouble(desk)
    _with_slack_in_trouble(desk)
    messages = "".join(str(world.workspace.as_user(name).state()) for name in PEOPLE)
    assert world.bot.stop() == 0

    written = {path.name: path.read_bytes() for path in world.bot.folder.rglob("*") if path.is_file()}
    log = world.bot.log.read_text(encoding="utf-8", errors="replace")
    for event in ("vcenter.login.failed", "service.gave.up", "operation.ended"):
        assert event in log
    assert {"demo.toml", "demo.log", "iaas-bot.db"} <= written.keys()
    assert "spoken" in messages
    told = {"the messages": messages.encode(), **written}
    for secret in (world.workspace.bot_token, world.workspace.app_token, PASSWORD, WRONG_PASSWORD, WRONG_TOKEN):
        assert [place for place, text in told.items() if secret.encode() in text] == []
    world.workspace.assert_no_violations()


def _with_a_wrong_password(desk: Desk) -> None:
    usual = dict(desk.bot.environment)
    desk.bot.environment |= {"DEMO_VCENTER_PASSWORD": WRONG_PASSWORD}
    desk.bot.start(wait=False)
    desk.workspace.wait_for_sockets(2)
    assert desk.answer("show web-01").text.startswith(":x:")
    desk.bot.kill()
    desk.bot.environment = usual


def _with_a_wrong_app_token(desk: Desk) -> None:
    usual = dict(desk.bot.environment)
    desk.bot.environment |= {"IAAS_SLACK_APP_TOKEN": WRONG_TOKEN}
    desk.bot.start(wait=False)
    assert desk.bot.wait(60) == 1
    desk.bot.environment = usual


def _with_vcenter_in_trouble(desk: Desk) -> None:
    desk.estate.fail_next("CreateVM_Task", "SystemError")
    assert desk.run("spawn spoken-1").state == "failed"
    desk.estate.fail_next("Login", "InvalidLogin")
    desk.estate.expire_sessions()
    eventually(lambda: desk.run("show web-01").state in {"answered", "failed"}, "an answer")
    desk.estate.outage("refuse", seconds=3)
    desk.run("poweron web-06")
    desk.estate.drop_after("PowerOnVM_Task")
    desk.run("poweron web-06")


def _with_slack_in_trouble(desk: Desk) -> None:
    faults = desk.workspace.faults
    for method in ("chat.update", "chat.postMessage", "users.info", "usergroups.list", "apps.connections.open"):
        faults.method_fails(method, status=500, for_s=3)
    faults.fin()
    eventually(lambda: desk.run("echo spoken").state == "answered" or None, "Slack", 40)
    faults.method_fails("chat.postMessage", error="invalid_auth")
    faults.method_fails("apps.connections.open", status=429, retry_after_s=1)
    before = max(desk.workspace.sockets())
    faults.refresh(warning=False)
    desk.workspace.wait_for_sockets(2, newer_than=before)
    card = desk.started("snapshot web-05 create spoken")
    assert state_of(desk.ended(card)) == "succeeded"
