"""The scenarios themselves: push a lever, and see the right thing happen, or rightly nothing."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from bot.cli.demo.headless import agreement
from bot.cli.demo.scenarios.stage import Stage, WrongOutcomeError
from sandbox.slack import NeverAppearedError, Person, SeenMessage, SeenView

_GIB: Final = 1024**3
_STORM: Final = (
    "web-01",
    "web-02",
    "web-03",
    "web-05",
    "shop-01",
    "fin-app-01",
    "fin-app-02",
    "fin-batch-01",
    "web-cms-01",
    "pay-core-01",
)
_CPUS: Final = 3
_MEMORY_MIB: Final = 6 * 1024
_RED_PERCENT: Final = 85
_MOST_BEFORE_THE_BRAKE: Final = 2
"""Of a storm, so many may have been helped before it could be told from single alarms: the limit at once."""


def cpu_pressure(stage: Stage) -> None:
    """A busy VM gets one vCPU, hot, and it is shown to have helped."""
    stage.load("web-01", cpu_percent=97)
    stage.tell("lever", entity="web-01", cpu_percent=97)
    stage.red("web-01")
    stage.expect("web-01 has 3 vCPU", lambda: stage.vm("web-01").cpus == _CPUS)
    stage.tell("changed", entity="web-01", cpus=_CPUS)
    stage.card("web-01", "helped", timeout_s=120)
    _only(stage, "web-01", "ReconfigVM_Task")


def memory_pressure(stage: Stage) -> None:
    """A VM short of memory gets 2 GB, hot, and it is shown to have helped."""
    stage.load("web-02", memory_percent=96)
    stage.tell("lever", entity="web-02", memory_percent=96)
    stage.red("web-02")
    stage.expect("web-02 has 6 GB", lambda: stage.vm("web-02").memory_mib == _MEMORY_MIB)
    stage.tell("changed", entity="web-02", memory_mib=_MEMORY_MIB)
    stage.card("web-02", "helped", timeout_s=120)
    _only(stage, "web-02", "ReconfigVM_Task")


def datastore_full(stage: Stage) -> None:
    """A full datastore is relieved by the smallest moves within its tier, and its alarm clears."""
    estate = stage.world.estate
    estate.set_datastore("silver-03", capacity_bytes=500 * _GIB, free_bytes=60 * _GIB)
    stage.tell("lever", entity="silver-03", used_percent=88)
    moves = stage.expect("a VM leaves silver-03", lambda: _named(stage, "RelocateVM_Task"))
    stage.tell("changed", moved=moves)
    stage.card("silver-03", "over after", timeout_s=120)
    left = [one for one in estate.estate()["datastores"] if one["name"] == "silver-03"]
    used = 100 - 100 * left[0]["free_bytes"] / left[0]["capacity_bytes"]
    stage.tell("relieved", entity="silver-03", used_percent=round(used, 1))
    stage.demand("silver-03 is under its red line", used < _RED_PERCENT)
    stage.demand("nothing but moves was sent", {one.method for one in stage.changes()} == {"RelocateVM_Task"})
    targets = {name: stage.vm(name).datastore for name in _named(stage, "RelocateVM_Task")}
    stage.demand(f"all stay in their tier: {targets}", all(name.startswith("silver") for name in targets.values()))


def alarm_storm(stage: Stage) -> None:
    """Many VMs turn red at once: one card for all, and the bot keeps its hands off."""
    for name in _STORM:
        stage.load(name, cpu_percent=98)
    stage.tell("lever", entities=list(_STORM), cpu_percent=98)
    for name in _STORM:
        stage.red(name)
    stage.card("storm")
    changed = {one.entity_name for one in stage.changes()}
    stage.tell("changed", entities=sorted(changed))
    stage.demand("the brake holds", len(changed) <= _MOST_BEFORE_THE_BRAKE)
    rolled = stage.expect("the storm's card counts them", lambda: _storm_lists_most(stage))
    stage.tell("rolled up", listed=rolled)


def no_hot_add(stage: Stage) -> None:
    """A VM that would need a restart is left running; its owner is asked for a window, and chooses tonight."""
    booted = stage.vm("web-04").boot_time
    stage.load("web-04", cpu_percent=97)
    stage.tell("lever", entity="web-04", cpu_percent=97, cpu_hot_add=False)
    stage.red("web-04")
    stage.card("web-04", "restart")
    owner = stage.world.workspace.as_user("dana")
    question = owner.wait_for_message(contains="You own it", timeout_s=30)
    stage.tell("owner asked", text=question.text)
    owner.click(question, _button(question, "Tonight"))
    modal = stage.expect("the bot asks once more", lambda: _question(owner))
    owner.submit(modal, agreement(modal))
    waits = owner.wait_for_message(lambda one: "web-04" in one.text and "waits" in one.text.casefold(), timeout_s=30)
    stage.tell("owner chose tonight", text=waits.text)
    stage.stays("nothing was sent", lambda: not stage.changes())
    stage.demand("it was not restarted", stage.vm("web-04").boot_time == booted)


def contention(stage: Stage) -> None:
    """A VM that waits for its host's cores gets no more of them: that would make it worse, and the card says so."""
    stage.load("web-03", cpu_percent=97, ready_percent=14)
    stage.tell("lever", entity="web-03", cpu_percent=97, ready_percent=14)
    stage.red("web-03")
    stage.card("web-03", "ready", "worse")
    stage.stays("nothing was sent", lambda: not stage.changes())


SCENARIOS: Final[Mapping[str, Callable[[Stage], None]]] = MappingProxyType(
    {
        "cpu-pressure": cpu_pressure,
        "memory-pressure": memory_pressure,
        "datastore-full": datastore_full,
        "alarm-storm": alarm_storm,
        "no-hot-add": no_hot_add,
        "contention": contention,
    }
)


def play(stage: Stage) -> bool:
    """Play a scenario to its end, print its outcome, and return whether it is the right one."""
    try:
        SCENARIOS[stage.scenario](stage)
    except (WrongOutcomeError, NeverAppearedError) as error:
        stage.tell("outcome", right=False, reason=str(error))
        return False
    stage.tell("outcome", right=True)
    return True


def _button(message: SeenMessage, label: str) -> str:
    """The action id of the button whose label begins so."""
    elements = (one for block in message.blocks for one in block.get("elements", ()))
    return next(str(one["action_id"]) for one in elements if one.get("text", {}).get("text", "").startswith(label))


def _question(person: Person) -> SeenView | None:
    """The modal that can be agreed to; the one before it only says that it is being thought about."""
    modal = person.modal()
    return modal if modal is not None and modal.raw.get("submit") else None


def _only(stage: Stage, vm: str, method: str) -> None:
    """Insist that nothing else was changed."""
    seen = {(one.entity_name, one.method) for one in stage.changes()}
    stage.demand(f"only {vm} was changed: {sorted(seen)}", seen == {(vm, method)})


def _named(stage: Stage, method: str) -> list[str]:
    return [one.entity_name for one in stage.changes() if one.method == method]


def _storm_lists_most(stage: Stage) -> int:
    """How many of the storm's VMs its card names, once it is more than half."""
    cards = [one.all_text for one in stage.admin.messages("#vm-alarms") if "storm" in one.all_text.casefold()]
    most = max((sum(name in text for name in _STORM) for text in cards), default=0)
    return most if most > len(_STORM) // 2 else 0
