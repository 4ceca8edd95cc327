"""Remediation's tables: incidents and their cards, remedies, switches, decisions."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "incident",
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
    )
    op.create_index("incident_state", "incident", ["state"])
    op.create_index("incident_entity", "incident", ["entity", "opened_at"])
    op.create_index("incident_opened_at", "incident", ["opened_at"])
    op.create_table(
        "remedy",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("incident_id", sa.String(16), nullable=False),
        sa.Column("operation_id", sa.String(16)),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("ended_at", sa.String(40)),
        sa.Column("checked", sa.Integer, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
    )
    op.create_index("remedy_incident_id", "remedy", ["incident_id"])
    op.create_index("remedy_at", "remedy", ["at"])
    op.create_index("remedy_state", "remedy", ["state"])
    op.create_table(
        "switch",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("incident_id", sa.String(16), nullable=False),
        sa.Column("entity", sa.Text, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("data", sa.Text, nullable=False),
    )
    op.create_index("decision_entity", "decision", ["entity", "at"])
    op.create_table(
        "incident_card",
        sa.Column("incident_id", sa.String(16), primary_key=True),
        sa.Column("address", sa.Text),
        sa.Column("shown_version", sa.Integer, nullable=False),
        sa.Column("claimed_by", sa.Text),
        sa.Column("claimed_at", sa.String(40)),
    )


def downgrade() -> None:
    """Take them away; what was done to VMs stands in the events, which stay."""
    for name in ("incident_card", "decision", "switch", "remedy", "incident"):
        op.drop_table(name)
