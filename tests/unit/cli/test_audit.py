"""`iaas-bot audit`: what it loads."""

import subprocess
import sys


def test_who_reads_the_record_waits_for_no_library_of_slack_vcenter_the_engine_or_migrations() -> None:
    heavy = ("pyVmomi", "dbos", "alembic", "slack_sdk", "slack_bolt", "aiohttp", "apscheduler", "bot.wiring")
    code = f"import sys, bot.cli, bot.cli.audit; print(*(one for one in {heavy!r} if one in sys.modules))"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert loaded.split() == []
