# ruff: noqa: INP001  a script is run, not imported
"""Takes the pictures of the README and the guides: plays three short stories in the page of a demo of its own."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, ViewportSize, sync_playwright

from bot.cli.demo.world import World

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZES: Final = {1280: 860, 390: 844}
FINISHED: Final = (
    "/iaas spawn web-07 size=small",
    "/iaas transform web-05 cpu=4 memory=8",
    "/iaas list lab-k8s",
)
"""Commands whose cards are complete in the picture."""
ASKED: Final = '/iaas transform web-04 cpu=8 memory=24 reason="month-end batch"'
"""The command whose pre-flight card and card for approvers are in the guides: it restarts, and it needs a yes."""
UNDER_WAY: Final = "/iaas clone web-02 web-08"
"""The command that the picture catches while it runs."""
HOT_VM: Final = "web-03"
TALLER: Final = 120
"""Pixels, so that a card is seen with its whole thread."""
PATIENCE_MS: Final = 90_000
SETTLED: Final = """() => {
  const cards = [...document.querySelectorAll('[data-testid=message]')].map((one) => one.innerText);
  const open = cards.some((text) => /\u00b7 (checking|queued|running)/.test(text));
  return !open && !document.querySelector('[aria-busy=true]');
}"""
HALF_DONE: Final = "() => /running [2-6]\\d %/.test(document.querySelector('[data-testid=timeline]').innerText)"


def main() -> None:
    """Play the stories and write sandbox-…, preflight-…, approval-… and remediation-… for a desk and a phone."""
    asked = _arguments()
    asked.out.mkdir(parents=True, exist_ok=True)
    with World.start() as world, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport=_viewport(1280), color_scheme=asked.scheme)
        page.goto(world.workspace.url)
        _tell(page, asked.as_user)
        for width in SIZES:
            _shoot(page, width, asked.out / f"sandbox-{width}.png")
        _ask(page, asked.as_user)
        for width in SIZES:
            _shoot(page, width, asked.out / f"preflight-{width}.png")
        _agree(page)
        for width in SIZES:
            _shoot(page, width, asked.out / f"approval-{width}.png")
        _show_relief(page)
        for width in SIZES:
            _shoot(page, width, asked.out / f"remediation-{width}.png", taller=TALLER)
        browser.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "docs" / "images")
    parser.add_argument("--as-user", default="dana", help="who types: dana, ann, ben or guy")
    parser.add_argument("--scheme", choices=("light", "dark"), default="light")
    return parser.parse_args()


def _viewport(width: int) -> ViewportSize:
    return {"width": width, "height": SIZES[width]}


def _tell(page: Page, person: str) -> None:
    """Type the commands, let all but the last end, and make one VM sweat."""
    page.get_by_test_id(f"person-{person}").click()
    page.get_by_test_id("place-vm-requests").click()
    for command in FINISHED:
        _type(page, command)
        page.wait_for_function(SETTLED, timeout=PATIENCE_MS)
    _heat(page, HOT_VM)
    _type(page, UNDER_WAY)
    page.wait_for_function(HALF_DONE, timeout=PATIENCE_MS)


def _ask(page: Page, person: str) -> None:
    """Have the pre-flight card open."""
    page.set_viewport_size(_viewport(1280))
    page.wait_for_function(SETTLED, timeout=PATIENCE_MS)
    page.get_by_test_id(f"person-{person}").click()
    page.get_by_test_id("place-vm-requests").click()
    _type(page, ASKED)
    page.get_by_test_id("modal-submit").wait_for(timeout=PATIENCE_MS)


def _agree(page: Page) -> None:
    """Say yes to it, and look at it as the approver."""
    page.set_viewport_size(_viewport(1280))
    page.get_by_test_id("modal-submit").click()
    page.get_by_text("waiting for approval").first.wait_for(timeout=PATIENCE_MS)
    page.get_by_test_id("person-ann").click()
    page.get_by_test_id("place-vm-approvals").click()
    page.get_by_text("needs your yes").first.wait_for(timeout=PATIENCE_MS)


def _show_relief(page: Page) -> None:
    """See what the bot has done about the VM that sweats, and that it has helped."""
    page.set_viewport_size(_viewport(1280))
    page.get_by_test_id("person-ben").click()
    page.get_by_test_id("place-vm-alarms").click()
    page.get_by_text("helped").first.wait_for(timeout=PATIENCE_MS)
    page.get_by_text("replies").last.click()
    page.get_by_test_id("file").last.wait_for(timeout=PATIENCE_MS)


def _type(page: Page, command: str) -> None:
    """Send a command and wait until an answer to it stands in the room."""
    before = page.get_by_test_id("message").count()
    page.get_by_test_id("composer").fill(command)
    page.get_by_test_id("composer").press("Enter")
    page.get_by_test_id("message").nth(before).wait_for(timeout=PATIENCE_MS)


def _heat(page: Page, vm: str) -> None:
    """Push a VM to 95 % CPU at the estate pane, where there is one."""
    row = page.get_by_test_id(f"vm-{vm}")
    if row.count() == 0:
        return
    row.locator("summary").click()
    # Its alarm may be green again before anybody has seen it red.
    row.get_by_role("button", name="CPU 95 %").click()


def _shoot(page: Page, width: int, target: Path, *, taller: int = 0) -> None:
    page.set_viewport_size({"width": width, "height": SIZES[width] + taller})
    page.mouse.move(0, 0)
    page.evaluate("() => document.activeElement?.blur()")
    page.get_by_test_id("timeline").evaluate("(node) => { node.scrollTop = node.scrollHeight; }")
    page.get_by_test_id("estate").evaluate_all("(panes) => panes.forEach((one) => { one.scrollTop = 0; })")
    page.wait_for_timeout(300)
    page.screenshot(path=target)
    sys.stdout.write(f"{target}: {target.stat().st_size // 1024} kB\n")


if __name__ == "__main__":
    main()
