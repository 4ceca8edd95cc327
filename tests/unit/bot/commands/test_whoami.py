"""How `whoami` is read and acknowledged; what it shows is proven over the wire."""

from bot.commands.whoami import COMMAND
from operations.model import Actor, Origin
from tests.unit.bot import world
from tests.unit.bot.commands.reading import fact, said
from tests.unit.bot.desk import DANA, Desk
from vsphere.sites import Sites


def test_whoami_says_what_it_looks_up() -> None:
    assert said(COMMAND, "") == "Looking up who you are to me…"


def test_whoami_takes_nothing() -> None:
    assert fact(COMMAND, "dana") == "'dana' is one word too many (a name with spaces goes in quotes)"


def test_whoami_tells_identity_groups_rules_and_rights() -> None:
    answer = Desk(world.sites()).ask("whoami", DANA)

    assert answer.title == "You are dana"
    assert dict(answer.fields) == {
        "Id": "U1DANA",
        "Standing": "member",
        "Groups": "@vm-users",
        "Here": "#vm-requests",
        "Rules that match": "web team",
        "What you may do here": "spawn, snapshot, lease, list, show, invoke, status, cancel, undo, history, why, "
        "remediation, whoami, help, echo",
        "Quota (web team)": "0 of 5 VMs, 0 of 8 vCPU",
    }


def test_whoami_counts_the_persons_own_vms_against_their_quota() -> None:
    mine = [world.vm(number, f"web-{number}", owner="U1DANA") for number in (1, 2)]
    desk = Desk(world.sites(*mine, world.vm(3, "web-3", owner="U2ANN"), lab=[world.vm(1, "lab-1", owner="U1DANA")]))

    assert dict(desk.ask("whoami", DANA).fields)["Quota (web team)"] == "3 of 5 VMs, 6 of 8 vCPU"


def test_whoami_says_when_a_quota_can_not_be_counted() -> None:
    fields = dict(
        Desk(Sites([world.gateway("prod", [world.vm(1, "web-1")]), world.gateway("lab", None)]))
        .ask("whoami", DANA)
        .fields
    )

    assert fields["Quota (web team)"].startswith("not known: the inventory of lab has not arrived yet")


def test_whoami_tells_a_person_without_rules_that_there_are_none() -> None:
    fields = dict(
        Desk(world.sites()).ask("whoami", Actor(id="U8", name="joe"), Origin(channel="D1", is_direct=True)).fields
    )

    assert (fields["Groups"], fields["Here"], fields["Rules that match"]) == ("none", "direct message", "none")
    assert fields["What you may do here"] == "whoami, help, echo"
