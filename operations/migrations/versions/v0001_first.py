"""The tables of the first version: operation, event, chain, card, notice, replica."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NO_HASH = "0" * 64


def upgrade() -> None:
    """Make the tables, and the row that the chain of events begins at."""
    _make_operation()
    _make_event()
    op.create_table(
        "card",
        sa.Column("operation_id", sa.String(16), primary_key=True),
        sa.Column("place", sa.Text, primary_key=True),
        sa.Column("address", sa.Text),
        sa.Column("shown_version", sa.Integer, nullable=False),
        sa.Column("claimed_by", sa.Text),
        sa.Column("claimed_at", sa.String(40)),
    )
    op.create_table(
        "notice",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("claimed_at", sa.String(40)),
        sa.Column("sent_at", sa.String(40)),
    )
    op.create_index("notice_sent_at", "notice", ["sent_at"])
    op.create_table(
        "replica",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("seen_at", sa.Float, nullable=False),
    )


def _make_operation() -> None:
    op.create_table(
        "operation",
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
    )
    op.create_index("operation_created_at", "operation", ["created_at"])
    op.create_index("operation_subject", "operation", ["subject", "created_at"])
    op.create_index("operation_state", "operation", ["state"])
    op.create_index("operation_task", "operation", ["task"])
    op.create_index("operation_finished_at", "operation", ["finished_at"])


def _make_event() -> None:
    op.create_table(
        "event",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("operation_id", sa.String(16)),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("event_operation_id", "event", ["operation_id"])
    chain = op.create_table(
        "chain",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.bulk_insert(chain, [{"id": 1, "seq": 0, "hash": _NO_HASH}])


def downgrade() -> None:
    """There is no way back: events are kept for good.

    Raises:
        NotImplementedError: always.
    """
    raise NotImplementedError("restore the database from a backup made before the upgrade")
