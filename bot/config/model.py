"""The configuration as frozen models, one a TOML table: names, defaults, meaning. No file is read here."""

import socket
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.config.kinds import AbsolutePath, ApiUrl, Host, ReplicaId
from bot.config.permission import ApprovalTable, ProtectedTable, RuleTable
from bot.config.remediation import RemediationTable
from bot.config.secret import Secret, SecretField
from bot.config.table import Name, Patterns, Span, Table, TimeOfDay

_SIZE_NAME = r"[a-z0-9][a-z0-9-]*"


class SlackTable(Table):
    """`[slack]`: the app and its tokens."""

    bot_token: SecretField = Field(default=Secret("env:IAAS_SLACK_BOT_TOKEN"), examples=["env:IAAS_SLACK_BOT_TOKEN"])
    """Where the bot token (`xoxb-…`) is to be found."""
    app_token: SecretField = Field(default=Secret("env:IAAS_SLACK_APP_TOKEN"), examples=["env:IAAS_SLACK_APP_TOKEN"])
    """Where the app-level token (`xapp-…`, scope connections:write) is to be found."""
    command: str = Field(default="/iaas", pattern=r"^/[a-z0-9_-]{1,31}$", examples=["/iaas"])
    """The slash command, as in the app's manifest."""
    api_url: ApiUrl = Field(default="https://slack.com/api/", examples=["https://slack.com/api/"])
    """Slack's Web API, with a slash at the end; http on this machine alone."""


class PlacementTable(Table):
    """`[vcenter.NAME.placement]`: where new VMs go. Empty lists allow all."""

    folder: Name = Field(examples=["Datacenter/vm/Self-Service"])
    """Inventory path of the folder for new VMs."""
    clusters: Patterns = Field(default=(), examples=[["cluster-a"]])
    """Names of the clusters that may be used."""
    datastores: Patterns = Field(default=(), examples=[["gold-*"]])
    """Names or patterns of the datastores that may be used."""
    networks: Patterns = Field(default=(), examples=[["VM Network"]])
    """Networks that may be used; the first that the host has is taken."""
    pools: Patterns = Field(default=(), examples=[["self-service"]])
    """Resource pools that may be used; empty means the cluster's own."""
    bin_folder: Name | None = Field(default=None, examples=["Datacenter/vm/Recycle bin"])
    """Inventory path of the folder that `nuke` moves VMs to; it is made where it is missing. Where not given, the
    folder `Recycle bin` within `folder`."""
    guest_id: Name = Field(default="otherLinux64Guest", examples=["otherLinux64Guest"])
    """vSphere's identifier of the guest operating system of VMs made by `spawn`."""


class VcenterTable(Table):
    """`[vcenter.NAME]`: a vCenter and the account there."""

    host: Host = Field(examples=["vcenter.example.com"])
    """DNS name or address."""
    port: int = Field(default=443, ge=1, le=65535, examples=[443])
    """HTTPS port."""
    username: Name = Field(examples=["iaas-bot@vsphere.local"])
    """The bot's own account; give it the role that `docs/vcenter-role.md` lists and no more."""
    password: SecretField = Field(examples=["credential:vcenter-password"])
    """Where the password is to be found."""
    ca_file: AbsolutePath | None = Field(default=None, examples=["/etc/iaas-bot/vcenter-ca.pem"])
    """Certificate authority (PEM) that signed vCenter's certificate; the system's where neither is given."""
    thumbprint: str | None = Field(default=None, examples=["AB:CD:…"], pattern=r"^[0-9A-Fa-f:]{64,95}$")
    """SHA-256 thumbprint of vCenter's certificate, instead of ca_file."""
    insecure: bool = Field(default=False, examples=[False])
    """Accept any certificate: whoever sits between can read the password. Shouted in the log and in `check`."""
    default: bool = Field(default=False, examples=[True])
    """Whether a name without `@vcenter` means this one. Needed on one table where there are several."""
    connect_timeout_s: float = Field(default=10, gt=0, le=120, examples=[10])
    """Seconds until a connection attempt is given up."""
    read_timeout_s: float = Field(default=30, gt=0, le=600, examples=[30])
    """Seconds without an answer until a call is given up."""
    placement: PlacementTable
    """Where new VMs go."""
    customization: dict[str, str] = Field(default_factory=dict, examples=[{"tpl-debian-12": "linux-dhcp"}])
    """Guest customization spec in vCenter, by template name."""


class SizeTable(Table):
    """`[size.NAME]`: a row of the catalogue."""

    cpu: int = Field(ge=1, le=768, examples=[2])
    """vCPUs."""
    memory_gib: float = Field(gt=0, le=24576, examples=[4])
    """Memory in GiB."""
    disk_gib: int = Field(ge=1, le=63488, examples=[40])
    """System disk in GiB."""


class LimitsTable(Table):
    """`[limits]`: caps for any order or resize."""

    cpu: int = Field(default=8, ge=1, examples=[8])
    """Most vCPUs of a VM."""
    memory_gib: int = Field(default=32, ge=1, examples=[32])
    """Most memory of a VM, GiB."""
    disk_gib: int = Field(default=500, ge=1, examples=[500])
    """Largest disk of a new VM, GiB."""


class DatabaseTable(Table):
    """`[database]`: where operations and their record live."""

    url: str = Field(
        default="sqlite:///iaas-bot.db",
        pattern=r"^(sqlite:///|postgresql\+psycopg://).+",
        examples=["sqlite:///iaas-bot.db"],
    )
    """SQLite (a relative path is taken from state_dir) or `postgresql+psycopg://USER@HOST/NAME`; no password in it."""
    password: SecretField | None = Field(default=None, examples=["credential:database-password"])
    """Where the password for PostgreSQL is to be found."""

    @field_validator("url")
    @classmethod
    def _holds_no_password(cls, url: str) -> str:
        authority = url.partition("://")[2].partition("/")[0]
        if ":" in authority.rpartition("@")[0]:
            raise ValueError("the password does not belong in the url; use the key password")
        return url


class ServiceTable(Table):
    """`[service]`: the process itself."""

    state_dir: AbsolutePath = Field(default=Path("/var/lib/iaas-bot"), examples=["/var/lib/iaas-bot"])
    """Folder for the SQLite file; must exist and be the bot's own."""
    replica_id: ReplicaId = Field(default_factory=socket.gethostname, examples=["admin-vm-1"])
    """Unique among replicas and the same after a restart; the host's name where not given."""
    read_only: bool = Field(default=False, examples=[False])
    """Refuse every change; reads go on."""
    concurrency: int = Field(default=16, ge=1, le=64, examples=[16])
    """Most operations at once."""
    queue_poll_s: float = Field(default=0.1, ge=0.02, le=5, examples=[0.1])
    """Seconds between two looks at the queue while there is work; it is looked at once a second otherwise."""
    task_timeout_s: float = Field(default=7200, ge=60, examples=[7200])
    """Longest time that a vCenter task is followed."""
    guest_stop_timeout_s: float = Field(default=300, ge=5, examples=[300])
    """Longest wait for a guest to shut down."""
    sweep_every_s: float = Field(default=15, ge=0.2, le=300, examples=[15])
    """Seconds between two looks for what has become due: approvals, leases, the bin, what waits for tonight."""
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", examples=["info"])
    """Least level that is written."""
    log_format: Literal["json", "console"] = Field(default="json", examples=["json"])
    """`json` for journald and collectors, `console` for people."""


class BinTable(Table):
    """`[bin]`: where `nuke` puts VMs, and for how long."""

    keep: Span = Field(default=timedelta(days=7), examples=["7d"])
    """How long a VM can be restored; then it is deleted for good."""


class ApprovalsTable(Table):
    """`[approvals]`: what holds for every `[[approval]]`."""

    expire_after: Span = Field(default=timedelta(hours=4), examples=["4h"])
    """How long a request waits for a decision; the approvers are reminded at half time."""


class LeasesTable(Table):
    """`[leases]`: what happens at the end of a VM's lease."""

    bin_after: Span = Field(default=timedelta(days=3), examples=["3d"])
    """From power-off at the end of the lease to the bin."""


class UndoTable(Table):
    """`[undo]`: how long an operation can be taken back."""

    within: Span = Field(default=timedelta(hours=1), examples=["1h"])
    """After its end."""


class PricesTable(Table):
    """`[prices]`: what a month costs. Without it no card speaks of costs."""

    currency: Name = Field(examples=["EUR"])
    """Shown behind the figures."""
    cpu: float = Field(ge=0, examples=[8.0])
    """One vCPU."""
    memory_gib: float = Field(ge=0, examples=[3.0])
    """One GiB of memory."""
    disk_gib: float = Field(ge=0, examples=[0.1])
    """One GiB of disk."""


class WindowTable(Table):
    """`[window]`: the hours that "tonight" means. It may span midnight."""

    start: TimeOfDay = Field(default=time(22), examples=["22:00"])
    """First minute."""
    end: TimeOfDay = Field(default=time(5), examples=["05:00"])
    """First minute that is no longer in it."""
    zone: str = Field(default="UTC", examples=["Europe/Berlin"])
    """Time zone by its IANA name."""

    @field_validator("zone")
    @classmethod
    def _exists(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ValueError, ZoneInfoNotFoundError, OSError) as error:
            raise ValueError(f"no time zone is called {zone!r}") from error
        return zone


class Settings(BaseSettings):
    """The whole file."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix="IAAS_",
        env_nested_delimiter="__",
        use_attribute_docstrings=True,
    )

    slack: SlackTable = SlackTable()
    vcenter: dict[str, VcenterTable] = Field(min_length=1)
    size: dict[Annotated[str, Field(pattern=rf"^{_SIZE_NAME}$")], SizeTable] = Field(min_length=1)
    limits: LimitsTable = LimitsTable()
    database: DatabaseTable = DatabaseTable()
    service: ServiceTable = ServiceTable()
    protected: ProtectedTable = ProtectedTable()
    rule: tuple[RuleTable, ...] = ()
    approval: tuple[ApprovalTable, ...] = ()
    approvals: ApprovalsTable = ApprovalsTable()
    bin: BinTable = BinTable()
    leases: LeasesTable = LeasesTable()
    undo: UndoTable = UndoTable()
    prices: PricesTable | None = None
    window: WindowTable = WindowTable()
    remediation: RemediationTable = RemediationTable()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  as above, and the next too
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what is given and look nowhere else: `load` has read the environment, with its mistakes."""
        return (init_settings,)
