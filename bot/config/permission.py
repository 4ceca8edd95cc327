"""The tables about who may do what, how much of it, for how long, and who is asked first."""

from pydantic import Field

from bot.config.kinds import ChangingVerbs, ChannelOrNone, Folders, Group, Place, User, Verbs
from bot.config.table import Name, Patterns, Span, Table


class ProtectedTable(Table):
    """`[protected]`: VMs that no one may change through the bot. The attribute `iaas.protected` protects as well."""

    names: Patterns = Field(default=(), examples=[["vcenter*", "dc-*"]])
    """Name patterns, any case."""
    bios_uuids: Patterns = Field(default=(), examples=[["4204f8a6-…"]])
    """SMBIOS UUIDs, for example vCenter's own VM. The VM that the bot runs on protects itself."""


class QuotaTable(Table):
    """`[rule.quota]`: the most that all VMs of one owner may have together. A key left out is no limit."""

    vms: int | None = Field(default=None, ge=0, examples=[5])
    """VMs."""
    cpu: int | None = Field(default=None, ge=0, examples=[16])
    """vCPUs."""
    memory_gib: int | None = Field(default=None, ge=0, examples=[64])
    """Memory, GiB."""
    disk_gib: int | None = Field(default=None, ge=0, examples=[500])
    """Disks, GiB."""


class LeaseTable(Table):
    """`[rule.lease]`: how long a VM lives that is made under the rule. A key left out is no limit."""

    default: Span | None = Field(default=None, examples=["14d"])
    """Where nothing was said."""
    longest: Span | None = Field(default=None, examples=["90d"])
    """From today on, whatever is asked."""


class RuleTable(Table):
    """`[[rule]]`: who may do what, where. All that is given must agree; what no rule allows is refused."""

    name: Name = Field(examples=["requesters"])
    """Named in every decision."""
    groups: tuple[Group, ...] = Field(default=(), examples=[["@vm-users"]])
    """Slack user groups, by handle or id; `*` means everybody in the workspace except guests."""
    users: tuple[User, ...] = Field(default=(), examples=[["U012AB3CD"]])
    """Slack user ids, beside the groups."""
    channels: tuple[Place, ...] = Field(examples=[["#vm-requests", "direct"]])
    """Channel names or ids; `direct` is a direct message with the bot, `*` any place."""
    verbs: Verbs = Field(examples=[["spawn", "poweron", "list", "show"]])
    """Verbs; `*` all, `read` those that change nothing."""
    folders: Folders = Field(default=("*",), examples=[["Datacenter/vm/Web"]])
    """Inventory folders with all below them; `*` all."""
    attributes: dict[str, Name] = Field(default_factory=dict, examples=[{"team": "payments"}])
    """Custom attributes that the VM must carry."""
    own_only: bool = Field(default=False, examples=[True])
    """Only VMs whose attribute `iaas.owner` is the person."""
    quota: QuotaTable | None = None
    """The most that the person's VMs may have together."""
    lease: LeaseTable | None = None
    """How long VMs live that are made under this rule."""


class ApprovalTable(Table):
    """`[[approval]]`: what needs somebody's yes first. Of the thresholds one is enough, and none given is always."""

    name: Name = Field(examples=["big"])
    """Named on the card."""
    verbs: ChangingVerbs = Field(examples=[["spawn", "clone", "clonetemplate", "transform"]])
    """Verbs that change something; `*` all."""
    folders: Folders = Field(default=("*",), examples=[["Datacenter/vm/Prod"]])
    """Inventory folders with all below them; `*` all."""
    cpu_over: int | None = Field(default=None, ge=0, examples=[4])
    """More vCPUs than this after the change."""
    memory_gib_over: int | None = Field(default=None, ge=0, examples=[16])
    """More memory than this after the change, GiB."""
    disk_gib_over: int | None = Field(default=None, ge=0, examples=[200])
    """A larger disk than this, GiB."""
    cost_over: float | None = Field(default=None, ge=0, examples=[100])
    """More than this a month after the change; needs `[prices]`."""
    groups: tuple[Group, ...] = Field(default=(), examples=[["@vm-approvers"]])
    """Slack user groups whose members may decide, by handle or id."""
    users: tuple[User, ...] = Field(default=(), examples=[["U012AB3CD"]])
    """Slack user ids that may decide beside them."""
    channel: ChannelOrNone = Field(default="", examples=["#vm-approvals"])
    """Where the card goes; empty asks the approvers in direct messages alone."""
    votes: int = Field(default=1, ge=1, le=10, examples=[1])
    """How many of them must say yes; whoever asks is never one of them."""
