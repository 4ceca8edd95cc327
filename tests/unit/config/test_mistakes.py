"""Mistakes that look like settings: each is told at load, with the others, and never carried out."""

from pathlib import Path

import pytest

from bot.config import ConfigError, load

EXAMPLE = (Path(__file__).parents[3] / "config.example.toml").read_text(encoding="utf-8")
PRICES = EXAMPLE[EXAMPLE.index("[prices]") : EXAMPLE.index("[protected]")]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("IAAS_CONFIG", "IAAS_SLACK__COMMAND"):
        monkeypatch.delenv(name, raising=False)


def problems(folder: Path, *changes: tuple[str, str], more: str = "") -> list[str]:
    """What is wrong with the example once each first text has become the second."""
    text = EXAMPLE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "config.toml"
    path.write_text(text + more, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path)
    return [f"{problem.key}: {problem.reason}" for problem in caught.value.problems]


def test_what_tables_must_agree_on_is_told_beside_every_mistake_of_form(tmp_path: Path) -> None:
    told = problems(
        tmp_path,
        ("port = 443", 'port = "many"'),
        ('name = "owners"', 'name = "requesters"\ncolour = "red"'),
        ("disk_gib = 80", "disk_gib = 900"),
        ('groups = ["@vm-approvers"]', 'groups = ["*"]\nshape = "round"'),
        ('default = "30d"\nlongest = "180d"', 'default = "300d"\nlongest = "180d"\ncolour = "blue"'),
        (PRICES, ""),
        more='\n[[rule]]\nname = "none"\nchannels = ["*"]\nverbs = ["*"]\ncolour = "green"\n',
    )

    assert sorted(told) == [
        "approval[1].cost_over: there is no [prices] table to count the cost by",
        "approval[1].groups: lets everybody decide: name the groups",
        "approval[1].shape: unknown key",
        "rule[1].lease.colour: unknown key",
        "rule[1].lease.default: must be given and must not be over longest",
        "rule[2].colour: unknown key",
        "rule[2].lease.colour: unknown key",
        "rule[2].lease.default: must be given and must not be over longest",
        "rule[2].name: two rules have one name: requesters",
        "rule[4].colour: unknown key",
        "rule[4]: names nobody: give groups or users",
        "size.large.disk_gib: 900 is over limits.disk_gib, which is 500",
        "vcenter.prod.port: 'many' is no number: write one, without quotes",
    ]


def test_a_table_that_can_not_be_read_raises_no_false_alarm(tmp_path: Path) -> None:
    (told,) = problems(
        tmp_path,
        ("default = true", 'default = "perhaps"'),
        more='[vcenter.lab]\nhost = "lab"\nusername = "u"\npassword = "env:LAB"\nplacement = { folder = "f" }\n',
    )

    assert told.startswith("vcenter.prod.default: ")


@pytest.mark.parametrize(
    ("written", "nearest"), [("nuk", "nuke"), ("power-on", "poweron"), ("snapshot.make", "snapshot")]
)
def test_a_verb_that_does_not_exist_is_told_with_the_nearest(tmp_path: Path, written: str, nearest: str) -> None:
    in_rule = problems(tmp_path, ('verbs = ["read", "spawn"', f'verbs = ["read", "{written}"'))
    in_approval = problems(tmp_path, ('verbs = ["spawn", "clone"', f'verbs = ["{written}", "clone"'))

    (for_rule,), (for_approval,) = in_rule, in_approval
    assert for_rule.startswith(f"rule[1].verbs[2]: there is no verb {written!r}; did you mean {nearest}")
    assert for_approval.startswith(f"approval[1].verbs[1]: there is no verb {written!r}; did you mean {nearest}")


def test_an_approval_for_a_verb_that_changes_nothing_is_refused(tmp_path: Path) -> None:
    told = problems(tmp_path, ('verbs = ["spawn", "clone"', 'verbs = ["show", "read"'))

    assert told[:2] == [
        "approval[1].verbs[1]: show changes nothing, so nobody need say yes to it",
        "approval[1].verbs[2]: read changes nothing, so nobody need say yes to it",
    ]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('["#vm-requests", "direct"]', '["vm requests"]', "rule[1].channels[1]: 'vm requests' is no channel"),
        ('["#vm-requests", "direct"]', '["#vm-*"]', "rule[1].channels[1]: '#vm-*' is no channel"),
        ('groups = ["@vm-users"]', 'groups = ["vm users"]', "rule[1].groups[1]: 'vm users' is no user group"),
        ("users = []\n# Channel", 'users = ["@dana"]\n# Channel', "rule[1].users[1]: '@dana' is no user id"),
        ('"Datacenter/vm/Self-Service"]', '"Datacenter/vm/*"]', "rule[1].folders[1]: 'Datacenter/vm/*' is no folder"),
        ('names = ["vcenter*", "dc-*"]', 'names = [""]', "protected.names[1]: is empty"),
        ('names = ["vcenter*", "dc-*"]', 'names = [" "]', "protected.names[1]: is empty"),
        ('host = "vcenter.example.com"', 'host = "https://vcenter.example.com/sdk"', "leave out https://, the port"),
        ('host = "vcenter.example.com"', 'host = "vcenter.example.com:443"', "leave out https://, the port"),
        ('"https://slack.com/api/"', '"http://slack.com/api/"', "slack.api_url: http would send the tokens in the"),
        ('"https://slack.com/api/"', '"https://slack.com/api"', "is no web address that ends in a slash"),
        ('replica_id = "admin-vm-1"', 'replica_id = "a b/../c"', "service.replica_id: 'a b/../c' is not made of"),
        ('state_dir = "/var/lib/iaas-bot"', 'state_dir = "state"', "service.state_dir: 'state' would depend on where"),
        ("credential:vcenter-password", "credential:../../etc/passwd", "vcenter.prod.password: a credential is given"),
        ("credential:vcenter-password", "file:password", "vcenter.prod.password: a file is given by its path"),
        ("cpu = 8.0", "cpu = inf", "prices.cpu: input should be a finite number"),
    ],
)
def test_a_form_that_can_never_work_is_refused_at_load(tmp_path: Path, old: str, new: str, words: str) -> None:
    told = problems(tmp_path, (old, new))

    assert words in told[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"https://slack.com/api/"', '"http://127.0.0.1:3978/api/"'),
        ('host = "vcenter.example.com"', 'host = "2001:db8::7"'),
        ('channels = ["#vm-requests", "direct"]', 'channels = ["C012AB3CD", "*", "#kaffeeküche"]'),
        ('verbs = ["read", "spawn", "clonetemplate"]', 'verbs = ["Snapshot", "lease.show", "cancel"]'),
    ],
)
def test_a_form_that_works_is_taken(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(EXAMPLE.replace(old, new), encoding="utf-8")

    assert new in path.read_text(encoding="utf-8")
    load(path)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(EXAMPLE, encoding="utf-8-sig")

    assert load(path).slack.command == "/iaas"


def test_variables_that_say_nothing_are_told_beside_the_mistakes_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IAAS_SERVICE_READ_ONLY", "true")

    told = problems(tmp_path, ("port = 443", "port = 0"))

    assert [line.partition(":")[0] for line in told] == ["vcenter.prod.port", "IAAS_SERVICE_READ_ONLY"]


def test_a_variable_that_is_no_list_is_a_mistake_and_no_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IAAS_PROTECTED__NAMES", "[dc")

    (told,) = problems(tmp_path)

    assert "protected" in told


def test_what_remediation_must_agree_on_is_told(tmp_path: Path) -> None:
    told = problems(
        tmp_path,
        ('groups = ["@vm-oncall"]', "groups = []"),
        ("cpu_yellow = 75.0", "cpu_yellow = 95"),
        ("vm_storage_red_gib = 500.0", "vm_storage_red_gib = 100"),
        ('name = "add-memory"\nmode = "recommend"', 'name = "add-cpu"\nmode = "approve"'),
        ('kind = "freeze"', 'kind = "melt"'),
        ('observe_for = "10m"', 'observe_for = "soon"'),
        ('attribute = "env=dev"', 'attribute = "env"'),
    )

    assert sorted(told) == [
        "remediation.calendar[1].kind: input should be 'freeze' or 'allow', got \"melt\"",
        "remediation.guards.observe_for: no length of time: write 0s, 20s, 30m, 4h or 14d",
        "remediation.override[1].attribute: 'env' is no attribute with its value: write env=dev",
        "remediation.override[1].mode: nobody may say yes: give groups or users in [remediation.approvers]",
        "remediation.playbook[2].alarms[1]: 'alarm.VmMemoryUsageAlarm' is answered by add-memory already",
        "remediation.playbook[2].mode: nobody may say yes: give groups or users in [remediation.approvers]",
        "remediation.playbook[2].name: two playbooks have one name: add-cpu",
        "remediation.thresholds.cpu_yellow: 95 is not below cpu_red, which is 90",
        "remediation.thresholds.vm_storage_yellow_gib: 400 is not below vm_storage_red_gib, which is 100",
    ]
