"""The estate pane shows the sandbox vCenter as it is, and its levers move it."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from sandbox.slack import Workspace
from sandbox.vcenter.process import Estate

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror=window.broken=1>"


@pytest.fixture(scope="module")
def estate() -> Iterator[Estate]:
    with Estate.start() as running:
        yield running


@pytest.fixture
def workspace(estate: Estate) -> Iterator[Workspace]:
    with Workspace.start(estate_url=estate.address.control) as running:
        yield running


def test_the_pane_lists_hosts_datastores_and_vms(page: Page) -> None:
    pane = page.get_by_test_id("estate")

    expect(pane.locator("[data-host]")).to_have_count(8)
    expect(pane.locator("[data-testid^=datastore-]")).to_have_count(6)
    expect(pane.get_by_test_id("vm-web-01")).to_be_visible()
    expect(pane).not_to_contain_text("debian-12")


def test_a_vm_is_pushed_to_95_percent_and_its_alarm_goes_red_and_is_cleared(page: Page, estate: Estate) -> None:
    row = page.get_by_test_id("vm-web-02")
    row.locator("summary").click()

    row.get_by_role("button", name="CPU 95 %").click()
    expect(row.get_by_test_id("alarm")).to_be_visible()
    hot = estate.vm("web-02")
    row.locator("summary").click()
    row.get_by_role("button", name="Clear alarms").click()
    expect(row.get_by_test_id("alarm")).to_have_count(0)

    assert hot.load.cpu_percent == 95
    assert [(one["alarm"], one["status"]) for one in hot.alarms] == [("alarm.VmCPUUsageAlarm", "red")]
    assert estate.vm("web-02").alarms == ()


def test_a_datastore_is_filled_and_emptied(page: Page, estate: Estate) -> None:
    row = page.get_by_test_id("datastore-gold-03")
    row.locator("summary").click()

    row.get_by_role("button", name="Fill it").click()
    expect(row).to_contain_text("94 %")
    expect(row.get_by_test_id("alarm")).to_be_visible()
    full = _store(estate, "gold-03")
    row.get_by_role("button", name="Empty it").click()
    expect(row).to_contain_text("50 %")
    expect(row.get_by_test_id("alarm")).to_have_count(0)

    assert [one["status"] for one in full["alarms"]] == ["red"]
    assert _store(estate, "gold-03")["alarms"] == []


def test_the_next_call_is_made_to_fail_and_that_is_taken_back(page: Page) -> None:
    trouble = page.get_by_test_id("trouble")
    trouble.locator("summary").click()
    trouble.get_by_label("Method").select_option("CloneVM_Task")
    trouble.get_by_label("Fault").select_option("NoDiskSpace")

    trouble.get_by_role("button", name="Fail the next call").click()
    expect(trouble).to_contain_text("next CloneVM_Task: NoDiskSpace")
    trouble.get_by_role("button", name="Forget faults").click()

    expect(trouble).not_to_contain_text("next CloneVM_Task")


def test_what_the_door_refuses_is_told(page: Page, estate: Estate) -> None:
    row = page.get_by_test_id("vm-lab-scratch-02")
    row.locator("summary").click()
    page.route("**/_sandbox/estate/alarm", lambda route: route.fulfill(status=400, json={"error": "no"}))

    row.get_by_role("button", name="Storage alarm").click()

    expect(page.get_by_test_id("estate-error")).to_contain_text("did not move")
    assert estate.vm("lab-scratch-02").alarms == ()


def test_a_vm_named_like_html_stays_text(page: Page, estate: Estate, restore: Callable[[str, str], None]) -> None:
    restore(EVIL, "shop-01")
    estate.rename_vm("shop-01", EVIL)

    row = page.get_by_test_id(f"vm-{EVIL}")
    row.locator("summary").click()

    expect(row).to_contain_text(EVIL)
    assert row.locator("img").count() == 0
    assert page.evaluate("window.broken") is None


def test_the_filter_and_an_open_row_survive_a_change_of_the_estate(page: Page, estate: Estate) -> None:
    page.get_by_test_id("vm-filter").press_sequentially("lab-k8s")
    row = page.get_by_test_id("vm-lab-k8s-01")
    row.locator("summary").click()
    page.get_by_test_id("vm-filter").focus()

    estate.set_vm("lab-k8s-01", power="off")
    expect(row).to_have_attribute("data-power", "poweredOff")
    estate.set_vm("lab-k8s-01", power="on")

    expect(page.get_by_test_id("vm-filter")).to_have_value("lab-k8s")
    expect(page.get_by_test_id("vm-filter")).to_be_focused()
    expect(row.get_by_role("button", name="Power on by hand")).to_be_visible()
    expect(page.get_by_test_id("vm-web-01")).to_have_count(0)


def test_a_big_estate_is_shown_in_part_and_every_vm_can_be_found(browser: Browser) -> None:
    with Estate.start(vms=400) as big, Workspace.start(estate_url=big.address.control) as workspace:
        last = max(name.rpartition("/")[2] for name in big.vms() if not name.startswith("Templates/"))
        page = browser.new_page()
        page.goto(workspace.page_url)
        shown = page.get_by_test_id("estate").locator("[data-testid^=vm-][data-power]")
        expect(shown).to_have_count(150)

        page.get_by_test_id("vm-filter").fill(last)

        expect(page.get_by_test_id(f"vm-{last}")).to_be_visible()
        page.close()


@pytest.fixture
def restore(estate: Estate) -> Iterator[Callable[[str, str], None]]:
    """Give a VM its name back afterwards."""
    renamed: list[tuple[str, str]] = []
    yield lambda now, before: renamed.append((now, before))
    for now, before in renamed:
        estate.rename_vm(now, before)


def _store(estate: Estate, name: str) -> dict[str, list[dict[str, str]]]:
    return next(dict(one) for one in estate.estate()["datastores"] if one["name"] == name)
