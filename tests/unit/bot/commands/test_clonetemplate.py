"""How `clonetemplate` is read and acknowledged; what it does is proven over the wire."""

from bot.commands.clonetemplate import COMMAND, Deploy
from bot.order import Order
from tests.unit.bot.commands.reading import fact, read, said


def test_clonetemplate_takes_the_new_name_first_as_the_seed_did() -> None:
    assert read(COMMAND, "web-07 tpl-debian-12 size=large") == Deploy(
        name="web-07", vcenter=None, template="tpl-debian-12", order=Order(size="large")
    )


def test_clonetemplate_says_what_it_makes() -> None:
    assert said(COMMAND, "web-07 tpl-debian-12 cpu=2") == "Deploying web-07 from tpl-debian-12 (2 vCPU)…"


def test_clonetemplate_needs_both_names() -> None:
    assert fact(COMMAND, "web-07") == "a name is missing"
    assert fact(COMMAND, "") == "the name is missing"


def test_clonetemplate_refuses_wildcards_dangerous_names_and_disks() -> None:
    assert "holds a wildcard" in fact(COMMAND, "web-07 tpl-*")
    assert "can't name a new VM" in fact(COMMAND, "<!here> tpl-debian-12")
    assert (
        fact(COMMAND, "web-07 tpl disk=40")
        == "there is no option disk here; known: size=, cpu=, memory=, for=, reason= and --ask"
    )
