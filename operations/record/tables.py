"""The tables, as SQLAlchemy Core sees them. `operations.migrations` makes them; a test compares both.

Times are text in ISO 8601, UTC, always with microseconds, so that they sort and are the same on both databases.
"""

import sqlalchemy as sa

METADATA = sa.MetaData()

OPERATION = sa.Table(
    "operation",
    METADATA,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.String(24), nullable=False),
    sa.Column("verb", sa.String(64), nullable=False),
    sa.Column("actor_id", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("request", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("vm", sa.Text),
    sa.Column("vm_name", sa.Text, nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("plan", sa.Text),
    sa.Column("stages", sa.Text, nullable=False),
    sa.Column("stage", sa.Text),
    sa.Column("stages_done", sa.Integer, nullable=False),
    sa.Column("percent", sa.Integer),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("way_out", sa.Text),
    sa.Column("rule", sa.Text),
    sa.Column("task", sa.Text),
    sa.Column("result", sa.Text),
    sa.Column("cancel_requested_by", sa.Text),
    sa.Column("approval", sa.Text),
    sa.Column("expires_at", sa.String(40)),
    sa.Column("not_before", sa.String(40)),
    sa.Column("undoes", sa.String(16)),
    sa.Column("undone_by", sa.String(16)),
    sa.Column("runner", sa.Text),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("created_at", sa.String(40), nullable=False),
    sa.Column("started_at", sa.String(40)),
    sa.Column("finished_at", sa.String(40)),
    sa.Index("operation_created_at", "created_at"),
    sa.Index("operation_subject", "subject", "created_at"),
    sa.Index("operation_state", "state"),
    sa.Index("operation_task", "task"),
    sa.Index("operation_finished_at", "finished_at"),
)

EVENT = sa.Table(
    "event",
    METADATA,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("operation_id", sa.String(16)),
    sa.Column("kind", sa.String(64), nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("data", sa.Text, nullable=False),
    sa.Column("previous_hash", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Index("event_operation_id", "operation_id"),
)

CHAIN = sa.Table(
    "chain",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)
"""One row: the last event. It is the lock under which events are appended, and betrays a cut-off end."""

CARD = sa.Table(
    "card",
    METADATA,
    sa.Column("operation_id", sa.String(16), primary_key=True),
    sa.Column("place", sa.Text, primary_key=True),
    sa.Column("address", sa.Text),
    sa.Column("shown_version", sa.Integer, nullable=False),
    sa.Column("claimed_by", sa.Text),
    sa.Column("claimed_at", sa.String(40)),
)
"""`place` is empty for where it was asked, else the Slack id of the channel or the person that was asked to decide."""

NOTICE = sa.Table(
    "notice",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("created_at", sa.String(40), nullable=False),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("data", sa.Text, nullable=False),
    sa.Column("claimed_at", sa.String(40)),
    sa.Column("sent_at", sa.String(40)),
    sa.Index("notice_sent_at", "sent_at"),
)
"""What is to be told to somebody once: the key is what makes it once, in all replicas and after any restart."""

REPLICA = sa.Table(
    "replica",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("seen_at", sa.Float, nullable=False),
)
"""`seen_at` is in seconds by the database's own clock; only that it changes is a sign of life."""


INCIDENT = sa.Table(
    "incident",
    METADATA,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("entity", sa.Text, nullable=False),
    sa.Column("opened_at", sa.String(40), nullable=False),
    sa.Column("closed_at", sa.String(40)),
    sa.Column("look_at", sa.String(40)),
    sa.Column("operation_id", sa.String(16)),
    sa.Column("data", sa.Text, nullable=False),
    sa.Column("claimed_by", sa.Text),
    sa.Column("claimed_at", sa.String(40)),
    sa.Index("incident_state", "state"),
    sa.Index("incident_entity", "entity", "opened_at"),
    sa.Index("incident_opened_at", "opened_at"),
)
"""One alarm on one entity while it is red; `data` is the whole value as JSON. The key makes it one in all replicas."""

REMEDY = sa.Table(
    "remedy",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("incident_id", sa.String(16), nullable=False),
    sa.Column("operation_id", sa.String(16)),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("ended_at", sa.String(40)),
    sa.Column("checked", sa.Integer, nullable=False),
    sa.Column("data", sa.Text, nullable=False),
    sa.Index("remedy_incident_id", "incident_id"),
    sa.Index("remedy_at", "at"),
    sa.Index("remedy_state", "state"),
)
"""One admitted change. Cooldowns, budgets, breaker, comparison and trust are all counted from these rows."""

SWITCH = sa.Table(
    "switch",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
)
"""What a person or the breaker has set for remediation: pause, modes, VMs that are left alone."""

DECISION = sa.Table(
    "decision",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("incident_id", sa.String(16), nullable=False),
    sa.Column("entity", sa.Text, nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("data", sa.Text, nullable=False),
    sa.Index("decision_entity", "entity", "at"),
)
"""What was decided about an incident each time that it differed from the time before, for `why`."""

INCIDENT_CARD = sa.Table(
    "incident_card",
    METADATA,
    sa.Column("incident_id", sa.String(16), primary_key=True),
    sa.Column("address", sa.Text),
    sa.Column("shown_version", sa.Integer, nullable=False),
    sa.Column("claimed_by", sa.Text),
    sa.Column("claimed_at", sa.String(40)),
)
"""Where in Slack an incident's card, a storm's, or a question to an owner is, and which version of it people see."""
