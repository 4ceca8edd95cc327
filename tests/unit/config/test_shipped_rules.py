"""The rules of the example and of the demo: whose VMs a requester can copy, and what bounds the copies."""

from pathlib import Path

import pytest

from bot.cli.demo.config import demo_config
from bot.config import Settings, load
from bot.wiring import build_policy
from operations.model import Actor, Origin
from operations.policy import Decision, Question
from tests.unit.operations.samples import vm

EXAMPLE = Path(__file__).parents[3] / "config.example.toml"
FOLDER = "Datacenter/vm/Self-Service"
DANA = Actor(id="U0DANA", name="dana", groups=frozenset({"@vm-users"}))
ROOM = Origin(channel="C1", channel_name="vm-requests")


@pytest.fixture(params=["example", "demo"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if request.param == "example":
        return load(EXAMPLE)
    path = tmp_path / "demo.toml"
    path.write_text(
        demo_config(
            api_url="http://127.0.0.1:1/api/",
            host="127.0.0.1",
            port=1,
            username="u",
            thumbprint=":".join(["AB"] * 32),
            folder=FOLDER,
            state_dir=tmp_path,
        ),
        encoding="utf-8",
    )
    return load(path)


def judged(settings: Settings, verb: str, owner: str) -> Decision:
    somebodys = vm(name="fin-app-01", attributes={"iaas.owner": owner})
    asked = Question(actor=DANA, origin=ROOM, verb=verb, vm=somebodys, path=f"{FOLDER}/fin-app-01")
    return build_policy(settings).judge(asked)


def test_a_requester_can_not_copy_somebody_elses_vm(settings: Settings) -> None:
    refused, allowed = judged(settings, "clone", "U0ANN"), judged(settings, "clone", "U0DANA")

    assert not refused.allowed
    assert "is for your own VMs" in refused.reason
    assert allowed.allowed


@pytest.mark.parametrize("verb", ["clone", "transform"])
def test_what_makes_or_enlarges_own_vms_is_bounded_by_the_same_quota_as_spawn(settings: Settings, verb: str) -> None:
    spawned = build_policy(settings).judge(Question(actor=DANA, origin=ROOM, verb="spawn", path=FOLDER, owner=DANA.id))

    grant = judged(settings, verb, "U0DANA").grant

    assert grant is not None
    assert spawned.grant is not None
    assert (grant.quota, grant.lease) == (spawned.grant.quota, spawned.grant.lease)
    assert grant.quota is not None
    assert grant.lease is not None
