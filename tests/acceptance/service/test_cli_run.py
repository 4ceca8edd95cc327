"""`iaas-bot run` as a program, up to where it would connect."""

from pathlib import Path

from tests.acceptance.service.program import iaas_bot

EXAMPLE = Path(__file__).parents[3] / "config.example.toml"


def test_a_service_without_rules_says_in_its_log_that_it_refuses_everything(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    rules = text[text.index("[[rule]]") : text.index("[[approval]]")]
    config = tmp_path / "config.toml"
    # It ends before it connects to anything: vCenter's CA is not there.
    config.write_text(text.replace(rules, "").replace("/etc/iaas-bot/", f"{tmp_path}/none/"), encoding="utf-8")
    for name in ("slack-bot-token", "slack-app-token", "vcenter-password"):
        (tmp_path / name).write_text("x", encoding="utf-8")

    told = iaas_bot("run", "--config", str(config), env={"CREDENTIALS_DIRECTORY": str(tmp_path)})

    (line,) = [line for line in told.stderr.splitlines() if "policy.rules.odd" in line]
    assert "there are none, so everything is refused to everybody" in line
    assert '"level": "warning"' in line.replace('":"', '": "')
