"""Two processes see one red alarm, and one of them is killed in the middle of the remedy: done once, told once."""

from collections.abc import Iterator

import pytest

from bot.cli.demo.world import Bot, World
from sandbox.slack import SeenMessage
from tests.acceptance.service.desk import Desk, eventually
from tests.acceptance.service.ruled import joined

ALARMS = "#vm-alarms"
CPU = "alarm.VmCPUUsageAlarm"
VM = "web-02"
TAKEN_OVER_S = 120
"""A replica is taken for dead after 30 s of silence; the rest is the patience of a busy machine."""

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def replicas(postgres_module_url: str) -> Iterator[tuple[World, Bot]]:
    """Two replicas of one bot, on one database."""
    with World.start(live=False, database_url=postgres_module_url) as world, joined(world, ["second"]) as (second,):
        yield world, second


@pytest.fixture(scope="module")
def world(replicas: tuple[World, Bot]) -> World:
    """See `desk`."""
    return replicas[0]


def cards(desk: Desk) -> list[SeenMessage]:
    """Everything that the bot has posted about the VM in the alarms' channel, replies in threads aside."""
    seen = desk.person("ben").messages(ALARMS)
    return [one for one in seen if one.from_bot and VM in one.all_text and one.raw.get("thread_ts") in {None, one.ts}]


def shows(desk: Desk, words: str) -> bool:
    """Whether a card has these words by now."""
    return any(words in one.all_text for one in cards(desk))


def test_a_remedy_whose_replica_is_killed_is_sent_once_and_its_one_card_tells_the_end(
    desk: Desk, replicas: tuple[World, Bot]
) -> None:
    bots = [replicas[0].bot, replicas[1]]
    desk.workspace.wait_for_sockets(4)
    desk.estate.set_vm(VM, power="on", cpus=2, memory_mib=4096, cpu_hot_add=True)
    desk.estate.set_task(5, "ReconfigVM_Task")
    desk.estate.raise_alarm(VM, CPU)
    eventually(lambda: desk.sent(VM)["ReconfigVM_Task"] == 1, "the write", 60)
    eventually(lambda: len(cards(desk)) == 1, "the card", 60)

    (at_work,) = (bot for bot in bots if "vcenter.write.sent" in bot.log.read_text(encoding="utf-8"))
    at_work.kill()
    eventually(lambda: shows(desk, "rests for"), "the end of the remedy", TAKEN_OVER_S)
    desk.estate.clear_alarm(VM, CPU)
    eventually(lambda: shows(desk, "over after"), "the end of the incident", TAKEN_OVER_S)
    at_work.start()

    assert desk.sent(VM) == {"ReconfigVM_Task": 1}
    assert desk.vm(VM).cpus == 3
    (card,) = cards(desk)
    assert "Add 1 vCPU to web-02 (2 → 3)" in card.all_text
