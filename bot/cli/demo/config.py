"""The configuration that the demo's bot runs with, as the TOML file that it reads."""

from pathlib import Path

_TEMPLATE = """\
[slack]
bot_token = "env:IAAS_SLACK_BOT_TOKEN"
app_token = "env:IAAS_SLACK_APP_TOKEN"
api_url = "{api_url}"

[vcenter.{vcenter}]
host = "{host}"
port = {port}
username = "{username}"
password = "env:DEMO_VCENTER_PASSWORD"
thumbprint = "{thumbprint}"

[vcenter.{vcenter}.placement]
folder = "{folder}"

[size.small]
cpu = 1
memory_gib = 2
disk_gib = 20

[size.medium]
cpu = 2
memory_gib = 4
disk_gib = 40

[size.large]
cpu = 4
memory_gib = 8
disk_gib = 80

[database]
url = "{database_url}"

[service]
state_dir = "{state_dir}"
replica_id = "{replica_id}"
read_only = {read_only}
log_format = "console"
guest_stop_timeout_s = 60

[protected]
names = ["vcenter*"]

[[rule]]
name = "requesters"
groups = ["@vm-users"]
channels = ["#vm-requests", "direct"]
verbs = ["read", "spawn", "clone", "clonetemplate"]

[[rule]]
name = "own-vms"
groups = ["@vm-users"]
channels = ["#vm-requests", "direct"]
verbs = ["poweron", "poweroff", "reboot", "reset", "transform", "snapshot", "nuke", "move"]
own_only = true

[[rule]]
name = "admins"
groups = ["@vm-admins"]
channels = ["*"]
verbs = ["*"]
"""


def demo_config(  # noqa: PLR0913  one argument a blank of the template
    *,
    api_url: str,
    host: str,
    port: int,
    username: str,
    thumbprint: str,
    folder: str,
    state_dir: Path,
    vcenter: str = "lab",
    database_url: str = "sqlite:///iaas-bot.db",
    replica_id: str = "demo",
    read_only: bool = False,
) -> str:
    """Return the file's text."""
    return _TEMPLATE.format(
        api_url=api_url,
        host=host,
        port=port,
        username=username,
        thumbprint=thumbprint,
        folder=folder,
        state_dir=state_dir,
        vcenter=vcenter,
        database_url=database_url,
        replica_id=replica_id,
        read_only=str(read_only).lower(),
    )
