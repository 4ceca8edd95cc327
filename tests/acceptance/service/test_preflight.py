"""The pre-flight card through the whole service: what it tells, tonight, other figures, and saying yes twice."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.cli.demo.world import Bot, World
from sandbox.slack import Person, SeenMessage, SeenView
from tests.acceptance.service.desk import ROOM, Desk, operation_of, state_of
from tests.postgres import postgres_server

__all__ = ["postgres_server"]

TONIGHT, CHANGE = "iaas.pre.tonight", "iaas.pre.change"
ALREADY = "You have asked for this already"


def window(opens_in: timedelta) -> dict[str, str]:
    """A configuration whose window opens so long from now, for an hour."""
    opens = datetime.now(UTC) + opens_in  # noqa: TID251  a test's world has the machine's time
    return {
        "IAAS_WINDOW__START": f"{opens:%H:%M:%S}",
        "IAAS_WINDOW__END": f"{opens + timedelta(hours=1):%H:%M:%S}",
        "IAAS_WINDOW__ZONE": "UTC",
        "IAAS_SERVICE__SWEEP_EVERY_S": "0.3",
    }


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A world in which it is day: tonight's window opens in three hours."""
    with World.start(live=False, environment=window(timedelta(hours=3))) as world:
        yield world


@pytest.fixture(autouse=True)
def no_modals(world: World) -> Iterator[None]:
    """A test leaves no question open for the next one."""
    yield
    person = world.workspace.as_user("dana")
    while (modal := person.modal()) is not None:
        person.close(modal, cleared=True)


def lines(view: SeenView) -> list[str]:
    """The lines that a person decides by."""
    texts = [block["text"]["text"] for block in view.blocks if block["type"] == "section" and "text" in block]
    (notes,) = [text for text in texts if text.startswith("*") and "  " in text]
    return [line.replace("*", "") for line in notes.splitlines()]


def cards_of(person: Person, vm: str) -> set[str]:
    """The operations about a VM of which the person sees a live card."""
    return {found for one in person.messages() if vm in one.text and (found := operation_of(one))}


def cancelled(desk: Desk, card: SeenMessage) -> SeenMessage:
    """Cancel what waits, and return its last card."""
    assert desk.person().command(f"/iaas cancel {operation_of(card)}", ROOM).ok
    return desk.ended(card)


def at_once(*deeds: Callable[[], object]) -> None:
    """Do all of them at the same moment."""
    gate = threading.Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> None:
        gate.wait(10)
        deed()

    threads = [threading.Thread(target=do, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def test_the_card_tells_effect_change_room_cost_and_rule_before_anything_happens(desk: Desk) -> None:
    modal = desk.question("transform web-04 cpu=4 memory=8")
    before = desk.sent()
    end = desk.confirm(modal)

    assert modal.blocks[0]["text"]["text"] == "*The guest restarts.*"
    assert "2 → 4" in modal.all_text
    told = {line.partition("  ")[0]: line.partition("  ")[2] for line in lines(modal)}
    assert told["How"] == "with a restart: CPU and memory hot-add are off"
    assert told["Host after"].endswith("memory free at full load")
    assert told["Cluster after"].startswith("prod-cluster: ")
    assert (told["Snapshots"], told["Rule"]) == ("none", "own-vms")
    assert told["Cost a month"] == "EUR 32.00 → EUR 60.00"
    assert before == {}
    assert (state_of(end), desk.vm("web-04").cpus, desk.vm("web-04").memory_mib) == ("succeeded", 4, 8192)


def test_what_does_not_hurt_is_shown_first_only_where_that_is_asked_for(desk: Desk) -> None:
    modal = desk.question("spawn asked-1 size=medium --ask")
    before = desk.sent("asked-1")
    end = desk.confirm(modal)

    assert modal.blocks[0]["text"]["text"] == "*No interruption.*"
    assert any(line.startswith("Disk space  ") for line in lines(modal))
    assert before == {}
    assert (state_of(end), desk.vm("asked-1").cpus) == ("succeeded", 2)


def test_other_figures_are_planned_anew_and_only_they_are_carried_out(desk: Desk) -> None:
    person = desk.person()
    desk.estate.set_vm("lab-k8s-02", power="on")
    first = desk.question("transform lab-k8s-02 cpu=2")
    assert person.click(first, CHANGE).ok
    form = person.wait_for_modal("Change the size")
    filled = [block["element"]["initial_value"] for block in form.blocks if block["type"] == "input"]
    assert person.submit(form, {"iaas.change.cpu_count": "64"}).ok
    too_many = person.wait_for_modal("Change the size", contains="over the limit of 8")
    assert person.submit(too_many, {"iaas.change.cpu_count": "3", "iaas.change.memory_mib": "4"}).ok
    anew = person.wait_for_modal(contains="4 → 3")
    before = desk.sent()
    end = desk.confirm(anew)

    assert filled == ["2", "8"]
    assert "8 GB → 4 GB" in anew.all_text
    assert before == {}
    assert (state_of(end), desk.vm("lab-k8s-02").cpus, desk.vm("lab-k8s-02").memory_mib) == ("succeeded", 3, 4096)


def test_run_tonight_waits_and_can_be_cancelled_until_then(desk: Desk) -> None:
    person = desk.person()
    modal = desk.question("reset web-01")
    assert person.click(modal, TONIGHT).ok
    card = person.wait_for_message(lambda one: "Reset web-01" in one.text and state_of(one) == "queued")
    told = person.wait_for_modal("iaas", contains="waits until")
    end = cancelled(desk, card)

    assert "waits until" in card.text
    assert "submit" not in {name for name, value in told.raw.items() if value}
    assert state_of(end) == "cancelled"
    assert desk.sent("web-01") == {}


def test_run_tonight_wants_the_name_that_a_deletion_wants(desk: Desk) -> None:
    person = desk.person()
    modal = desk.question("nuke lab-k8s-03")
    person.click(modal, TONIGHT)
    complaint = person.wait_for_modal(contains="Type 'lab-k8s-03' first")
    assert cards_of(person, "lab-k8s-03") == set()
    person.enter(complaint, "iaas.name.typed", "lab-k8s-03")
    person.click(complaint, TONIGHT)
    card = person.wait_for_message(lambda one: "lab-k8s-03" in one.text and state_of(one) == "queued")

    assert state_of(cancelled(desk, card)) == "cancelled"
    assert desk.sent("lab-k8s-03") == {}


@pytest.mark.parametrize("at", ["tonight", "23:59"])
def test_the_typed_twin_waits_just_so(desk: Desk, at: str) -> None:
    card = desk.started(f"reboot web-02 at={at}", state="queued")
    asked = desk.question(f"reset web-03 at={at}")
    end = cancelled(desk, card)

    assert "waits until" in card.text
    assert asked.raw["submit"]["text"].startswith("Run at ")
    assert TONIGHT not in asked.action_ids()
    assert state_of(end) == "cancelled"
    assert desk.sent("web-02", "web-03") == {}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("reset web-01 at=later", "'later' is no time: write at=tonight or at=22:30"),
        ("poweron web-01 at=tonight", "There is no option at here"),
        (f"reset web-01 reason={'x' * 301}", "The reason has 301 characters"),
    ],
)
def test_what_is_said_wrongly_is_answered_in_words(desk: Desk, line: str, words: str) -> None:
    assert words in desk.answer(line).text
    assert desk.sent() == {}


def test_what_waits_for_the_window_begins_by_itself_when_it_opens_and_is_sent_once() -> None:
    with World.start(live=False) as world:
        desk = Desk(world=world)
        # Only a start of the bot alone is quick enough for a window that opens soon.
        world.bot.stop()
        world.bot.environment.update(window(timedelta(seconds=20)))
        world.bot.start()
        card = desk.started("reboot web-02 at=tonight", state="queued")
        before = desk.sent("web-02")
        end = desk.ended(card, timeout_s=60)

        assert before == {}
        assert state_of(end) == "succeeded", end.text
        assert desk.sent("web-02") == {"RebootGuest": 1}
        world.workspace.assert_no_violations()


def test_within_the_window_tonight_is_at_once() -> None:
    with World.start(live=False, environment=window(timedelta(minutes=-30))) as world:
        desk = Desk(world=world)
        modal = desk.question("reset web-01")
        desk.confirm(modal)
        typed = desk.run("reboot web-02 at=tonight")

        assert TONIGHT not in modal.action_ids()
        assert "Tonight's window is open until" in modal.all_text
        assert typed.state == "succeeded", typed
        world.workspace.assert_no_violations()


def _yes_twice(desk: Desk, vm: str, first: Callable[[SeenView], object], second: Callable[[SeenView], object]) -> None:
    """Ask for a reset and say yes in two ways at once: one operation, one write, and the second yes is told so."""
    person = desk.person()
    modal = desk.question(f"reset {vm}")
    at_once(lambda: first(modal), lambda: second(modal))
    card = person.wait_for_message(lambda one: f"Reset {vm}" in one.text and operation_of(one) is not None)
    _one(desk, vm, card)


def _one(desk: Desk, vm: str, card: SeenMessage) -> None:
    if "waits until" in card.text:
        cancelled(desk, card)
    end = desk.ended(card)

    assert state_of(end) in {"succeeded", "cancelled"}, end.text
    assert cards_of(desk.person(), vm) == {operation_of(card)}
    assert desk.sent(vm) == ({"ResetVM_Task": 1} if state_of(end) == "succeeded" else {})


def test_a_double_click_on_run_is_one_operation(desk: Desk) -> None:
    person = desk.person()

    _yes_twice(desk, "web-05", person.submit, person.submit)


def test_a_yes_that_is_delivered_twice_is_one_operation(desk: Desk) -> None:
    person = desk.person()
    modal = desk.question("reset lab-k8s-01")
    desk.workspace.faults.duplicate_next()
    assert person.submit(modal).ok
    card = person.wait_for_message(lambda one: "Reset lab-k8s-01" in one.text and operation_of(one) is not None)

    _one(desk, "lab-k8s-01", card)


def test_run_and_run_tonight_at_once_is_one_operation(desk: Desk) -> None:
    person = desk.person()

    _yes_twice(desk, "shop-01", person.submit, lambda modal: person.click(modal, TONIGHT))


def test_a_double_click_on_tonight_is_one_operation(desk: Desk) -> None:
    person = desk.person()

    def click(modal: SeenView) -> object:
        return person.click(modal, TONIGHT)

    _yes_twice(desk, "web-cms-01", click, click)


def test_a_line_typed_again_after_the_yes_is_told_to_be_under_way_and_one_operation(desk: Desk) -> None:
    person = desk.person()
    desk.confirm(desk.question("reset web-cache-01"))
    card = person.wait_for_message(lambda one: "Reset web-cache-01" in one.text and operation_of(one) is not None)

    assert person.command("/iaas reset web-cache-01", ROOM).ok
    told = person.wait_for_message(lambda one: "web-cache-01" in one.text, contains=ALREADY)

    assert (told.ephemeral, person.modal()) == (True, None)
    assert f"Operation {operation_of(card)}" in told.text
    _one(desk, "web-cache-01", card)


@pytest.fixture(scope="module")
def two_replicas(postgres_module_url: str) -> Iterator[Desk]:
    """Two bots on one PostgreSQL at one workspace: each delivery goes to one of their sockets by chance."""
    with World.start(live=False, database_url=postgres_module_url, environment=window(timedelta(hours=3))) as world:
        other = Bot(
            folder=world.bot.folder,
            workspace=world.workspace,
            estate=world.estate,
            database_url=postgres_module_url,
            replica_id="other",
            environment=world.bot.environment,
        )
        try:
            other.start()
            yield Desk(world=world)
            assert world.bot.is_alive(), world.bot.log_tail()
            assert other.is_alive(), other.log_tail()
            world.workspace.assert_no_violations()
        finally:
            other.stop()


@pytest.mark.postgres
@pytest.mark.parametrize("vm", ["web-01", "web-02", "web-03", "web-05"])
def test_a_double_click_that_reaches_two_replicas_is_one_operation(two_replicas: Desk, vm: str) -> None:
    person = two_replicas.person()

    _yes_twice(two_replicas, vm, person.submit, person.submit)


@pytest.mark.postgres
@pytest.mark.parametrize("vm", ["lab-k8s-01", "lab-k8s-02", "lab-k8s-03"])
def test_run_and_run_tonight_at_two_replicas_are_one_operation(two_replicas: Desk, vm: str) -> None:
    person = two_replicas.person()

    _yes_twice(two_replicas, vm, person.submit, lambda modal: person.click(modal, TONIGHT))


@pytest.mark.postgres
@pytest.mark.parametrize("number", range(4))
def test_a_line_typed_twice_at_two_replicas_is_one_operation(two_replicas: Desk, number: int) -> None:
    person, name = two_replicas.person(), f"twice-{number}"

    at_once(*[lambda: person.command(f"/iaas spawn {name}", ROOM)] * 2)
    card = person.wait_for_message(lambda one: name in one.text and operation_of(one) is not None)
    end = two_replicas.ended(card)

    assert state_of(end) == "succeeded", end.text
    assert cards_of(person, name) == {operation_of(card)}
    assert two_replicas.sent(name) == {"CreateVM_Task": 1, "PowerOnVM_Task": 1}


def approve(desk: Desk, card: SeenMessage, *words: str) -> None:
    """Say yes as ann, on the card for approvers, which must hold the words, and wait until dana is told."""
    ann = desk.person("ann")
    asked = ann.wait_for_message(lambda one: str(operation_of(card)) in one.all_text, channel="#vm-approvals")
    assert [word for word in words if word not in asked.all_text] == []
    assert ann.click(asked, "iaas.say.approve").ok
    # What the asker is told of it must not come as the answer to a line of the next test.
    told = f"Operation {operation_of(card)}"
    desk.person().wait_for_message(lambda one: "was approved by" in one.text, contains=told, channel="im", timeout_s=30)


def test_what_does_not_hurt_and_needs_a_yes_is_asked_of_approvers_at_once_with_its_reason(desk: Desk) -> None:
    card = desk.started('spawn big-1 cpu=6 reason="month-end batch"', state="awaiting_approval")
    modal, before = desk.person().modal(), desk.sent("big-1")
    approve(desk, card, "month-end batch", "Cost a month", "Disk space", "more than 4 vCPU")

    assert (modal, before) == (None, {})
    assert state_of(desk.ended(card)) == "succeeded"
    assert desk.vm("big-1").cpus == 6


def test_what_hurts_needs_a_yes_and_shall_wait_is_asked_about_approved_and_then_waits(desk: Desk) -> None:
    person = desk.person()
    modal = desk.question("transform web-04 cpu=6")
    person.click(modal, TONIGHT)
    card = person.wait_for_message(lambda one: "web-04" in one.text and state_of(one) == "awaiting_approval")
    approve(desk, card, "The guest restarts")
    waiting = person.wait_for_message(
        lambda one: operation_of(one) == operation_of(card) and state_of(one) == "queued", contains="waits until"
    )
    end = cancelled(desk, waiting)

    assert "1 from @vm-approvers: more than 4 vCPU" in modal.all_text
    assert state_of(end) == "cancelled"
    assert desk.vm("web-04").cpus != 6
