"""How many remedies may begin within an hour: counted when they begin, and looked at again when there is room."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from operations.model import State
from remediation.following import Following
from remediation.model import Incident, Mode, RemedyState
from remediation.record import RemediationRecord
from remediation.settings import GuardSettings
from remediation.turns import Turns
from tests.integration.operations.approving import ANN, approve
from tests.integration.operations.lab import DANA, eventually
from tests.integration.remediation.conftest import MakeWard
from tests.integration.remediation.test_faults import together
from tests.integration.remediation.ward import APPROVERS, Ward, settings_of, waiting


def test_questions_take_no_room_of_the_hour_and_of_many_yeses_as_many_run_as_it_has(
    make_ward: MakeWard, sqlite_url: str
) -> None:
    free = {"at_once_per_cluster": 100, "storm_vms": 100}
    wanted = settings_of(Mode.APPROVE, approvers=APPROVERS, guards=free | {"per_hour": 5})
    ward = make_ward(sqlite_url, remediation=wanted, heartbeat_s=0.2)
    ward.directory.change(ANN)
    names = ["web-01", "web-02", "web-03", "web-04"]
    for name in names:
        ward.small(name)
        ward.turn_red(name)
    ward.look()
    asked = [found for one in ward.remedies() if (found := ward.operations.find(one.key)) is not None]
    assert [one.state for one in asked] == [State.AWAITING_APPROVAL] * 4
    # As after a restart with another file.
    ward.heed(settings_of(Mode.APPROVE, approvers=APPROVERS, guards=free | {"per_hour": 2}))

    together(*(partial(approve, ward, one, ANN) for one in asked))
    eventually(lambda: sum(ward.operations.get(one.id).state.is_final for one in asked) == 2)
    ward.look()
    first = [ward.operations.get(one.id).state for one in asked]
    ward.clock.move(timedelta(minutes=61))
    eventually(ward.all_ended)
    ward.look()

    assert sorted(one.value for one in first) == ["queued", "queued", "succeeded", "succeeded"]
    remedies = ward.remedies()[: len(names)]
    assert [one.state for one in remedies] == [RemedyState.SUCCEEDED] * 4
    assert [ward.estate.vm(name).cpus for name in names] == [3, 3, 3, 3]
    began = [one.began_at for one in remedies if one.began_at is not None]
    assert max(began) - min(began) > timedelta(hours=1)


def test_what_the_hour_has_no_room_for_is_looked_at_again_once_another_has_come_to_nothing(
    make_ward: MakeWard,
) -> None:
    ward = make_ward(remediation=settings_of(guards={"per_hour": 1}))
    ward.small("web-02")
    ward.small()
    ward.hold()
    ward.turn_red()
    ward.look()
    ward.turn_red("web-02")
    ward.look()
    waited = ward.decided("web-02").guard

    ward.operations.cancel(waiting(ward).id, DANA)
    ward.look()
    ward.release()
    eventually(ward.all_ended)

    assert waited == "hourly budget"
    assert [ward.estate.vm(name).cpus for name in ("web-01", "web-02")] == [2, 3]


def test_a_bot_that_is_started_with_more_room_looks_at_once_at_what_waits_for_it(make_ward: MakeWard) -> None:
    ward = make_ward(remediation=settings_of(guards={"per_hour": 1}))
    ward.small("web-02")
    ward.small()
    ward.help()
    ward.turn_red("web-02")
    ward.look()
    waited = ward.decided("web-02").guard

    ward.wanted = settings_of(guards={"per_hour": 2})
    ward.heed(ward.wanted)
    started_anew = ward.replica("lab-2")
    started_anew.run_once()
    eventually(ward.all_ended)
    started_anew.close()

    assert (waited, ward.estate.vm("web-02").cpus) == ("hourly budget", 3)


class Interrupted(RemediationRecord):
    """A record whose reader is interrupted by another thread: each time, right before it reads an incident."""

    meanwhile: Callable[[], object]

    def incident(self, incident_id: str) -> Incident | None:
        """See `RemediationRecord.incident`."""
        self.meanwhile()
        return super().incident(incident_id)


def test_whoever_follows_a_remedy_takes_its_turn_from_it_at_no_moment(asked: Ward) -> None:
    operation = waiting(asked)
    asked.heed(settings_of(Mode.APPROVE, guards={"at_once_per_cluster": 0}))
    approve(asked, operation, ANN)
    turns = Turns(record=asked.record, guards=GuardSettings(), clock=asked.clock)
    record = Interrupted(asked.operations.incidents, clock=asked.clock, comparisons=2)
    record.meanwhile = partial(turns.waits, asked.remedy().key)

    Following(record=record, changes=asked.operations, clock=asked.clock).run_once()
    followed = asked.remedy()

    assert followed.state is not RemedyState.ASKED
    assert followed.began_at is not None
