"""Incidents in a real channel: one card each, edited in place, by any replica, after any outage; a storm on one."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from operations.record.incident_cards import question_id
from remediation.model import Outcome, VerdictKind
from sandbox.slack import SeenMessage, Workspace
from tests.integration.slack.ward import COMMAND, SUMMARY, Replica, cards, heads, now, thread, until
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

ALARM = "*web-01*: Virtual machine CPU usage"
Start = Callable[..., Replica]


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with Workspace.start() as made:
        yield made
        made.assert_no_violations()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'iaas.db'}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def replicas(workspace: Workspace) -> Iterator[Start]:
    made: list[Replica] = []

    def start(url: str, **options: Any) -> Replica:
        made.append(Replica(workspace, url, **options).start())
        return made[-1]

    yield start
    for replica in made:
        replica.close()


def test_an_incident_is_one_card_from_red_to_green_with_its_story_in_the_thread(
    workspace: Workspace, replicas: Start, database_url: str
) -> None:
    replica = replicas(database_url)
    incident = replica.redden()

    replica.decide(incident, VerdictKind.RECOMMEND, "add-cpu is in mode recommend.")
    until(lambda: heads(workspace) == [f":bulb: {ALARM} · something would help"])
    remedy = replica.act(incident)
    until(lambda: heads(workspace) == [f":gear: {ALARM} · is being helped"])
    done = replica.end(incident, remedy)
    assert done.ended_at is not None
    replica.clear(incident)
    until(lambda: heads(workspace) == [f":white_check_mark: {ALARM} · over after 5 min"])
    figures = {"cpu_p95": 61.0, "ready_p95": 0.8}
    after = {
        "reason": "CPU p95 96 % → 61 %: helped",
        "figures": figures,
        "points": [[-20, 96.0], [20, 61.0]],
        "at": (done.ended_at + timedelta(minutes=10)).isoformat(),
    }
    assert replica.record.compared(replace(done, outcome=Outcome.HELPED, checked=1, after=after), was=0)

    until(lambda: ":bar_chart: CPU p95 96 % → 61 %: helped" in cards(workspace)[0].text)
    (card,) = cards(workspace)
    assert f":white_check_mark: {SUMMARY} · done" in card.text
    until(lambda: len(thread(workspace, card)) == 4)
    told = thread(workspace, card)
    assert [one.text.split("\n")[0] for one in told[:3]] == [
        f":gear: *{SUMMARY}* begins · R7F3K",
        f":white_check_mark: *{SUMMARY}*: done · R7F3K",
        ":bar_chart: 10 min later: CPU p95 96 % → 61 %: helped",
    ]
    assert "Before: CPU p95 96 %, ready 1.2 %" in told[0].text
    assert "before-and-after.png" in told[3].all_text
    assert replica.cards.stale() == []


def test_what_waits_for_a_moment_is_not_told_and_is_not_looked_at_again(
    workspace: Workspace, replicas: Start, sqlite_url: str
) -> None:
    replica = replicas(sqlite_url)
    quiet, loud = replica.redden(1), replica.redden(2)

    soon = now() + timedelta(minutes=1)
    replica.decide(quiet, VerdictKind.WAIT, "Not for long enough.", guard="sustained", look_at=soon)
    replica.decide(loud, VerdictKind.REFUSE, "Ready is 8 %.", guard="contention")

    until(lambda: replica.cards.stale() == [])
    assert heads(workspace) == [":no_entry: *web-02*: Virtual machine CPU usage · is left alone"]


def test_two_replicas_draw_one_card_and_the_newest_news_stays(
    workspace: Workspace, replicas: Start, database_url: str
) -> None:
    one, two = replicas(database_url), replicas(database_url)
    incident = one.redden()

    for number in range(4):
        one.decide(incident, VerdictKind.REFUSE, f"By one, {'i' * number}.", guard=f"one {number}")
        two.decide(incident, VerdictKind.REFUSE, f"By two, {'i' * number}.", guard=f"two {number}")

    until(lambda: len(cards(workspace)) == 1 and "By two, iii." in cards(workspace)[0].text)
    until(lambda: one.cards.stale() == [])
    (card,) = cards(workspace)
    assert "By two, iii." in card.text


def test_a_card_that_slack_did_not_take_is_posted_once_after_a_restart_as_things_are_then(
    workspace: Workspace, replicas: Start, sqlite_url: str
) -> None:
    replica = replicas(sqlite_url)
    workspace.faults.method_fails("chat.postMessage", times=1000, status=500)
    incident = replica.redden()
    replica.decide(incident, VerdictKind.RECOMMEND)
    until(lambda: replica.front.health().waiting == 1)
    replica.front.close()
    replica.decide(incident, VerdictKind.REFUSE, "Now it is the host.", guard="contention")
    workspace.faults.clear()

    # What the dead one has taken on is free again after a while.
    later = replicas(sqlite_url, ahead=timedelta(minutes=1))

    until(lambda: heads(workspace) == [f":no_entry: {ALARM} · is left alone"])
    until(lambda: later.cards.stale() == [])
    later.front.close()
    last = replicas(sqlite_url, ahead=timedelta(minutes=2))
    last.clear(incident)
    until(lambda: last.cards.stale() == [])
    assert heads(workspace) == [f":white_check_mark: {ALARM} · over after 5 min"]


def held(replica: Replica, number: int) -> Any:
    """A VM whose alarm the storm brake holds."""
    incident = replica.redden(number)
    soon = now() + timedelta(minutes=30)
    return replica.decide(incident, VerdictKind.WAIT, "12 VMs turned red.", guard="storm", storm="S7F3K", look_at=soon)


def test_a_storm_is_one_card_and_what_leaves_it_has_a_card_of_its_own(
    workspace: Workspace, replicas: Start, sqlite_url: str
) -> None:
    replica = replicas(sqlite_url)
    early = replica.redden(20)
    replica.decide(early, VerdictKind.RECOMMEND)
    until(lambda: len(cards(workspace)) == 1)

    caught = [held(replica, number) for number in range(1, 5)]
    replica.decide(early, VerdictKind.WAIT, "12 VMs turned red.", guard="storm", storm="S7F3K")
    until(lambda: any("*Storm of 5 alarms on 5 VMs* · 5 red" in head for head in heads(workspace)))
    until(lambda: replica.cards.stale() == [])
    assert len(cards(workspace)) == 2
    assert heads(workspace)[0] == ":rotating_light: *web-20* is part of a storm"

    remedy = replica.act(caught[0])
    until(lambda: len(cards(workspace)) == 3)
    assert f":gear: {ALARM} · is being helped" in heads(workspace)
    until(lambda: any("*Storm of 4 alarms on 4 VMs* · 4 red" in head for head in heads(workspace)))
    (storm,) = (one for one in cards(workspace) if "*Storm of" in one.text)
    assert ("*web-01*" in storm.text, "1 alarm more has a card of its own." in storm.text) == (False, True)
    replica.end(caught[0], remedy)
    for incident in (*caught, early):
        replica.clear(incident)
    until(lambda: any("*Storm of 4 alarms on 4 VMs* · over after" in head for head in heads(workspace)))
    until(lambda: replica.cards.stale() == [])
    assert len(cards(workspace)) == 3


def test_the_owner_is_asked_once_a_round_and_a_click_asks_before_it_restarts(
    workspace: Workspace, replicas: Start, sqlite_url: str
) -> None:
    replica = replicas(sqlite_url, owner="U0DANA")
    incident = replica.redden()

    replica.decide(incident, VerdictKind.WINDOW, "web-01 has no CPU hot-add.", guard="hot-add")
    dana = workspace.as_user("dana")
    asked = dana.wait_for_message(contains="You own it: choose when.", timeout_s=60)

    def question() -> SeenMessage:
        (found,) = (one for one in dana.messages() if one.ts == asked.ts)
        return found

    replica.decide(incident, VerdictKind.WAIT, "A moment.", guard="sustained")
    until(lambda: "A moment." in question().text)
    assert question().action_ids() == []
    replica.decide(incident, VerdictKind.WINDOW, "web-01 has no CPU hot-add.", guard="hot-add")
    until(lambda: "You own it" in question().text)
    until(lambda: replica.cards.stale() == [])
    workspace.wait_for_sockets(2)
    dana.click(question(), "iaas.say.transform")

    until(lambda: replica.dispatcher.lines() == [f"{COMMAND} at=tonight"])
    assert replica.dispatcher.said[0].actor.id == "U0DANA"
    assert len([one for one in dana.messages() if "You own it" in one.text]) == 1
    assert "<@U0DANA>, who owns it, has been asked." in cards(workspace)[0].text


def test_once_its_alarm_is_over_the_owners_question_says_so_and_a_click_on_what_a_client_still_shows_opens_nothing(
    workspace: Workspace, replicas: Start, database_url: str
) -> None:
    replica = replicas(database_url, owner="U0DANA")
    edited, shown_on = replica.redden(1), replica.redden(2)
    for incident in (edited, shown_on):
        replica.decide(incident, VerdictKind.WINDOW, "It has no CPU hot-add.", guard="hot-add")
    dana = workspace.as_user("dana")
    until(lambda: len([one for one in dana.messages() if "You own it" in one.text]) == 2)
    until(lambda: replica.cards.stale() == [])
    (old,) = (one for one in dana.messages() if "*web-01*" in one.text and "You own it" in one.text)
    # What an old client does: it shows the buttons on.
    replica.cards.shown({question_id(shown_on.id, 0): 99})

    for incident in (edited, shown_on):
        replica.clear(incident)

    settled = dana.wait_for_message(contains="nothing is waited for from you now", timeout_s=60)
    assert (settled.ts, settled.action_ids()) == (old.ts, [])
    assert "over after 5 min" in settled.text
    until(lambda: replica.cards.stale() == [])
    workspace.wait_for_sockets(2)
    (left,) = (one for one in dana.messages() if "You own it" in one.text)
    dana.click(left, "iaas.say.transform.2")
    told = dana.wait_for_message(contains="The alarm Virtual machine CPU usage on web-02 is over", timeout_s=60)
    assert (told.channel, replica.dispatcher.lines()) == (left.channel, [])
    dana.click(told, "iaas.say.transform")
    until(lambda: replica.dispatcher.lines() == [COMMAND])


def test_a_question_that_nobody_has_sent_when_its_replica_died_is_asked_by_another_and_only_while_it_stands(
    workspace: Workspace, replicas: Start, sqlite_url: str
) -> None:
    dead = Replica(workspace, sqlite_url, owner="U0DANA")
    one, other = dead.redden(1), dead.redden(2)
    for incident in (one, other):
        decided = dead.decide(incident, VerdictKind.WINDOW, "It has no CPU hot-add.", guard="hot-add")
        assert dead.cards.claim(question_id(incident.id, 0), "dead")
        dead.cards.shown({incident.id: decided.version})
    dead.clear(other)
    dead.close()

    replica = replicas(sqlite_url, owner="U0DANA", ahead=timedelta(minutes=1))

    asked = workspace.as_user("dana").wait_for_message(contains="You own it: choose when.", timeout_s=60)
    assert "*web-01*" in asked.text
    until(lambda: replica.cards.stale() == [])
    assert [one for one in workspace.as_user("dana").messages() if "*web-02*" in one.text] == []


@pytest.mark.parametrize("owner", ["U0GUY", "U0NOBODY", "web team"])
def test_an_owner_who_cant_be_asked_gets_no_message_and_the_room_is_asked_instead(
    workspace: Workspace, replicas: Start, sqlite_url: str, owner: str
) -> None:
    replica = replicas(sqlite_url, owner=owner)

    replica.decide(replica.redden(), VerdictKind.WINDOW, "web-01 has no CPU hot-add.", guard="hot-add")
    until(lambda: len(cards(workspace)) == 1)
    until(lambda: replica.cards.stale() == [])

    mention = f"<@{owner}>" if owner.startswith("U0") else owner
    asked = f"Its owner {mention} can't be asked in Slack, so *@vm-approvers* or an administrator is asked"
    assert asked in cards(workspace)[0].text
    assert not [one for one in workspace.as_user("guy").messages() if "You own it" in one.text]


def test_whoever_planned_a_restart_hears_once_that_the_alarm_is_over_and_the_card_keeps_a_way_to_cancel_it(
    workspace: Workspace, replicas: Start, sqlite_url: str
) -> None:
    replica = replicas(sqlite_url, owner="U0DANA")
    incident = replica.redden()
    replica.decide(incident, VerdictKind.WINDOW, "web-01 has no CPU hot-add.", guard="hot-add")
    until(lambda: len(cards(workspace)) == 1)
    replica.plan(incident)
    until(lambda: "a restart is planned" in heads(workspace)[0])
    dana = workspace.as_user("dana")
    settled = dana.wait_for_message(contains="nothing is waited for from you now", timeout_s=60)
    assert ("a restart is planned" in settled.text, settled.action_ids()) == (True, ["iaas.say.cancel"])

    replica.clear(incident)

    dana.wait_for_message(contains="If it shall stay so", timeout_s=60)
    until(lambda: "over after 5 min, a restart is planned" in heads(workspace)[0])
    until(lambda: replica.cards.stale() == [])
    assert "iaas.say.cancel" in cards(workspace)[0].action_ids()
    assert len([one for one in dana.messages() if "If it shall stay so" in one.text]) == 1


def test_a_button_on_the_card_says_its_command_for_whoever_clicks(
    workspace: Workspace, replicas: Start, sqlite_url: str
) -> None:
    replica = replicas(sqlite_url)
    replica.act(replica.redden())
    ann = workspace.as_user("ann")
    card = ann.wait_for_card("is being helped", channel="#vm-alarms", timeout_s=60)
    workspace.wait_for_sockets(2)

    until(
        lambda: [one.text.split("\n")[0] for one in thread(workspace, card)] == [f":gear: *{SUMMARY}* begins · R7F3K"]
    )
    ann.click(card, "iaas.say.remediation")

    until(lambda: replica.dispatcher.lines() == ["remediation stop web-01@lab"])
    assert replica.dispatcher.said[0].actor.id == "U0ANN"


def test_a_channel_without_the_bot_is_told_to_the_log_and_the_owner_is_asked_all_the_same(
    workspace: Workspace, replicas: Start, sqlite_url: str
) -> None:
    replica = replicas(sqlite_url, channel="#general", owner="U0DANA")
    incident = replica.redden()

    replica.decide(incident, VerdictKind.WINDOW, "web-01 has no CPU hot-add.", guard="hot-add")

    workspace.as_user("dana").wait_for_message(contains="You own it: choose when.", timeout_s=60)
    until(lambda: replica.cards.stale() == [])
    assert cards(workspace) == []
