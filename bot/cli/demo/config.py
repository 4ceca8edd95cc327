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

[window]
start = "22:00"
end = "05:00"
zone = "Europe/Berlin"

[prices]
currency = "EUR"
cpu = 8.0
memory_gib = 3.0
disk_gib = 0.1

[protected]
names = ["vcenter*"]

# Dana, Ann and Ben make VMs, and look after what is theirs.
[[rule]]
name = "requesters"
groups = ["@vm-users"]
channels = ["#vm-requests", "direct"]
verbs = ["read", "spawn", "clonetemplate"]

[rule.quota]
vms = 60
cpu = 120
memory_gib = 320
disk_gib = 3000

[rule.lease]
default = "30d"
longest = "90d"

[[rule]]
name = "own-vms"
groups = ["@vm-users"]
channels = ["#vm-requests", "direct"]
verbs = [
    "clone", "poweron", "poweroff", "reboot", "reset", "transform", "snapshot", "move", "nuke", "restore", "lease",
]
own_only = true

[rule.lease]
default = "30d"
longest = "90d"

[rule.quota]
vms = 60
cpu = 120
memory_gib = 320
disk_gib = 3000

# In the alarms' channel owners do what a card offers, and stop what the bot does to their VMs.
[[rule]]
name = "own-alarms"
groups = ["@vm-users"]
channels = ["#vm-alarms"]
verbs = ["read", "transform", "remediation.stop", "remediation.start"]
own_only = true

[rule.quota]
vms = 60
cpu = 120
memory_gib = 320
disk_gib = 3000

# Ben.
[[rule]]
name = "admins"
groups = ["@vm-admins"]
channels = ["*"]
verbs = ["*"]

# Ann says yes, or no, or smaller.
[[approval]]
name = "big"
verbs = ["spawn", "clone", "clonetemplate", "transform"]
cpu_over = 4
memory_gib_over = 16
groups = ["@vm-approvers"]
channel = "#vm-approvals"

# At once and by itself, so that what a lever does can be watched.
[remediation]
channel = "#vm-alarms"
look_every = "5s"
verify_after = ["20s", "60s"]

[[remediation.playbook]]
name = "add-cpu"
mode = "auto"

[[remediation.playbook]]
name = "add-memory"
mode = "auto"

[[remediation.playbook]]
name = "relieve-datastore"
mode = "auto"

[[remediation.playbook]]
name = "move-vm"
mode = "auto"

[remediation.guards]
observe_for = "0s"
sustained_percent = 0
cooldown = "60s"
cooldown_after_failure = "2m"
cooldown_of_moves = "2m"
per_vm_a_day = 6
per_hour = 60
storm_pause = "2m"

[remediation.approvers]
groups = ["@vm-approvers"]
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
