"""The first schema

Revision ID: 0001
Revises: nothing
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("top_unit_key", sa.String(), nullable=True),
        sa.CheckConstraint("kind IN ('office', 'demonstration')", name=op.f("ck_installation_kind")),
        sa.CheckConstraint("id = 1", name=op.f("ck_installation_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "instruments",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instruments")),
    )
    with op.batch_alter_table("instruments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_instruments_series"), ["series"], unique=False)

    op.create_table(
        "reporting_calendars",
        sa.Column("valid_from_on", sa.Date(), nullable=False),
        sa.Column("start_day", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint("start_day IN (1, 15)", name=op.f("ck_reporting_calendars_start_day_1_or_15")),
        sa.PrimaryKeyConstraint("valid_from_on", name=op.f("pk_reporting_calendars")),
    )
    op.create_table(
        "units",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("office_name", sa.String(), nullable=False),
        sa.Column("contacts", sa.String(), nullable=False),
        sa.Column("parent_key", sa.String(), nullable=True),
        sa.Column("valid_from_on", sa.Date(), nullable=True),
        sa.Column("valid_to_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["parent_key"], ["units.key"], name=op.f("fk_units_parent_key")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_units")),
    )
    with op.batch_alter_table("units", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_units_parent_key"), ["parent_key"], unique=False)

    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("may", sa.JSON(), nullable=False),
        sa.Column("unit_key", sa.String(), nullable=True),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["unit_key"], ["units.key"], name=op.f("fk_api_keys_unit_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_keys_key_hash")),
    )
    op.create_table(
        "campaigns",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("instrument_id", sa.String(), nullable=False),
        sa.Column("unit_key", sa.String(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["instrument_id"], ["instruments.id"], name=op.f("fk_campaigns_instrument_id")),
        sa.ForeignKeyConstraint(["unit_key"], ["units.key"], name=op.f("fk_campaigns_unit_key")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_campaigns")),
    )
    op.create_table(
        "counters",
        sa.Column("unit_key", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["unit_key"], ["units.key"], name=op.f("fk_counters_unit_key")),
        sa.PrimaryKeyConstraint("unit_key", "code", name=op.f("pk_counters")),
    )
    op.create_table(
        "devices",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("unit_key", sa.String(), nullable=False),
        sa.Column("counter_code", sa.String(), nullable=True),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("enrolled_on", sa.Date(), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["unit_key"], ["units.key"], name=op.f("fk_devices_unit_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_devices_key_hash")),
    )
    with op.batch_alter_table("devices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_devices_unit_key"), ["unit_key"], unique=False)

    op.create_table(
        "fields",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("resolving_unit_key", sa.String(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["resolving_unit_key"], ["units.key"], name=op.f("fk_fields_resolving_unit_key")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_fields")),
    )
    op.create_table(
        "floors",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("unit_key", sa.String(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("share", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["unit_key"], ["units.key"], name=op.f("fk_floors_unit_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_floors")),
    )
    op.create_table(
        "unit_codes",
        sa.Column("unit_key", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("valid_from_on", sa.Date(), nullable=True),
        sa.Column("valid_to_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["unit_key"], ["units.key"], name=op.f("fk_unit_codes_unit_key")),
        sa.PrimaryKeyConstraint("unit_key", "code", name=op.f("pk_unit_codes")),
    )
    with op.batch_alter_table("unit_codes", schema=None) as batch_op:
        batch_op.create_index("ix_unit_codes_code", ["code"], unique=False)

    op.create_table(
        "unit_successions",
        sa.Column("old_key", sa.String(), nullable=False),
        sa.Column("new_key", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("share", sa.Double(), nullable=True),
        sa.CheckConstraint("share IS NULL OR (share > 0 AND share <= 1)", name=op.f("ck_unit_successions_share_in_0_1")),
        sa.ForeignKeyConstraint(["new_key"], ["units.key"], name=op.f("fk_unit_successions_new_key")),
        sa.ForeignKeyConstraint(["old_key"], ["units.key"], name=op.f("fk_unit_successions_old_key")),
        sa.PrimaryKeyConstraint("old_key", "new_key", name=op.f("pk_unit_successions")),
    )
    op.create_table(
        "users",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("unit_key", sa.String(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("totp_secret", sa.String(), nullable=True),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("disabled_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["unit_key"], ["units.key"], name=op.f("fk_users_unit_key")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_users")),
    )
    op.create_table(
        "dossier_counts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("unit_key", sa.String(), nullable=False),
        sa.Column("field_code", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("block", sa.String(), nullable=False),
        sa.Column("finished", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["field_code"], ["fields.code"], name=op.f("fk_dossier_counts_field_code")),
        sa.ForeignKeyConstraint(["unit_key"], ["units.key"], name=op.f("fk_dossier_counts_unit_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_counts")),
    )
    with op.batch_alter_table("dossier_counts", schema=None) as batch_op:
        batch_op.create_index("ix_dossier_counts_unit_key_block", ["unit_key", "block"], unique=False)

    op.create_table(
        "procedures",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("field_code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["field_code"], ["fields.code"], name=op.f("fk_procedures_field_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_procedures")),
    )
    with op.batch_alter_table("procedures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_procedures_field_code"), ["field_code"], unique=False)

    op.create_table(
        "published_counts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("unit_label", sa.String(), nullable=False),
        sa.Column("unit_key", sa.String(), nullable=True),
        sa.Column("field_label", sa.String(), nullable=False),
        sa.Column("field_code", sa.String(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("satisfied", sa.Boolean(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["field_code"], ["fields.code"], name=op.f("fk_published_counts_field_code")),
        sa.ForeignKeyConstraint(["unit_key"], ["units.key"], name=op.f("fk_published_counts_unit_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_counts")),
    )
    op.create_table(
        "quarantine",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("submission", sa.JSON(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=True),
        sa.Column("received_hour", sa.Integer(), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("settled_as", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_quarantine_device_id")),
        sa.PrimaryKeyConstraint("response_id", "digest", name=op.f("pk_quarantine")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rating_codes",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("unit_key", sa.String(), nullable=False),
        sa.Column("field_code", sa.String(), nullable=False),
        sa.Column("counter_code", sa.String(), nullable=True),
        sa.Column("mode", sa.String(), nullable=True),
        sa.Column("valid_until_on", sa.Date(), nullable=False),
        sa.Column("filing_used_on", sa.Date(), nullable=True),
        sa.Column("result_used_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["field_code"], ["fields.code"], name=op.f("fk_rating_codes_field_code")),
        sa.ForeignKeyConstraint(
            ["unit_key", "counter_code"],
            ["counters.unit_key", "counters.code"],
            name=op.f("fk_rating_codes_unit_key_counter_code"),
        ),
        sa.ForeignKeyConstraint(["unit_key"], ["units.key"], name=op.f("fk_rating_codes_unit_key")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_rating_codes")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("rating_codes", schema=None) as batch_op:
        batch_op.create_index("ix_rating_codes_valid_until_on", ["valid_until_on"], unique=False)

    op.create_table(
        "responses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("instrument_id", sa.String(), nullable=False),
        sa.Column("unit_key", sa.String(), nullable=False),
        sa.Column("resolving_unit_key", sa.String(), nullable=True),
        sa.Column("counter_code", sa.String(), nullable=True),
        sa.Column("field_code", sa.String(), nullable=False),
        sa.Column("procedure_code", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("helped", sa.Boolean(), nullable=False),
        sa.Column("coded", sa.Boolean(), nullable=False),
        sa.Column("asked", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("ratings", sa.JSON(), nullable=False),
        sa.Column("overall", sa.String(), nullable=True),
        sa.Column("took", sa.String(), nullable=True),
        sa.Column("repeats_previous", sa.Boolean(), nullable=True),
        sa.Column("device_id", sa.String(), nullable=True),
        sa.Column("campaign_key", sa.String(), nullable=True),
        sa.Column("answered_hour", sa.Integer(), nullable=False),
        sa.Column("received_hour", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_key"], ["campaigns.key"], name=op.f("fk_responses_campaign_key")),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_responses_device_id")),
        sa.ForeignKeyConstraint(["field_code"], ["fields.code"], name=op.f("fk_responses_field_code")),
        sa.ForeignKeyConstraint(["instrument_id"], ["instruments.id"], name=op.f("fk_responses_instrument_id")),
        sa.ForeignKeyConstraint(["resolving_unit_key"], ["units.key"], name=op.f("fk_responses_resolving_unit_key")),
        sa.ForeignKeyConstraint(["unit_key"], ["units.key"], name=op.f("fk_responses_unit_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responses")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("responses", schema=None) as batch_op:
        batch_op.create_index("ix_responses_answered_hour", ["answered_hour"], unique=False)
        batch_op.create_index("ix_responses_received_hour", ["received_hour"], unique=False)

    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_name", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_name"], ["users.name"], name=op.f("fk_sessions_user_name")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_user_name"), ["user_name"], unique=False)

    op.create_table(
        "targets",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("unit_key", sa.String(), nullable=True),
        sa.Column("field_code", sa.String(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("share", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["field_code"], ["fields.code"], name=op.f("fk_targets_field_code")),
        sa.ForeignKeyConstraint(["unit_key"], ["units.key"], name=op.f("fk_targets_unit_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targets")),
        sa.UniqueConstraint("unit_key", "field_code", "year", name=op.f("uq_targets_unit_key_field_code_year")),
    )
    op.create_table(
        "walk_aways",
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=False),
        sa.Column("instrument_id", sa.String(), nullable=False),
        sa.Column("last_criterion", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_walk_aways_device_id")),
        sa.ForeignKeyConstraint(["instrument_id"], ["instruments.id"], name=op.f("fk_walk_aways_instrument_id")),
        sa.PrimaryKeyConstraint("device_id", "left_on", "instrument_id", "last_criterion", name=op.f("pk_walk_aways")),
    )
    op.create_table(
        "comments",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("erased_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["response_id"], ["responses.id"], name=op.f("fk_comments_response_id")),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_comments")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "exclusions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=True),
        sa.Column("device_id", sa.String(), nullable=True),
        sa.Column("unit_key", sa.String(), nullable=True),
        sa.Column("first_hour", sa.Integer(), nullable=True),
        sa.Column("last_hour", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("explanation", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["users.name"], name=op.f("fk_exclusions_decided_by")),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_exclusions_device_id")),
        sa.ForeignKeyConstraint(["response_id"], ["responses.id"], name=op.f("fk_exclusions_response_id")),
        sa.ForeignKeyConstraint(["unit_key"], ["units.key"], name=op.f("fk_exclusions_unit_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusions")),
    )
    op.create_table(
        "respondent_answers",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("answers", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("erased_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["response_id"], ["responses.id"], name=op.f("fk_respondent_answers_response_id")),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_respondent_answers")),
        sqlite_with_rowid=False,
    )
    _make_responses_insert_only()


def downgrade() -> None:
    _drop_insert_only()
    op.drop_table("respondent_answers")
    op.drop_table("exclusions")
    op.drop_table("comments")
    op.drop_table("walk_aways")
    op.drop_table("targets")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_user_name"))

    op.drop_table("sessions")
    with op.batch_alter_table("responses", schema=None) as batch_op:
        batch_op.drop_index("ix_responses_received_hour")
        batch_op.drop_index("ix_responses_answered_hour")

    op.drop_table("responses")
    with op.batch_alter_table("rating_codes", schema=None) as batch_op:
        batch_op.drop_index("ix_rating_codes_valid_until_on")

    op.drop_table("rating_codes")
    op.drop_table("quarantine")
    op.drop_table("published_counts")
    with op.batch_alter_table("procedures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_procedures_field_code"))

    op.drop_table("procedures")
    with op.batch_alter_table("dossier_counts", schema=None) as batch_op:
        batch_op.drop_index("ix_dossier_counts_unit_key_block")

    op.drop_table("dossier_counts")
    op.drop_table("users")
    op.drop_table("unit_successions")
    with op.batch_alter_table("unit_codes", schema=None) as batch_op:
        batch_op.drop_index("ix_unit_codes_code")

    op.drop_table("unit_codes")
    op.drop_table("floors")
    op.drop_table("fields")
    with op.batch_alter_table("devices", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_devices_unit_key"))

    op.drop_table("devices")
    op.drop_table("counters")
    op.drop_table("campaigns")
    op.drop_table("api_keys")
    with op.batch_alter_table("units", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_units_parent_key"))

    op.drop_table("units")
    op.drop_table("reporting_calendars")
    with op.batch_alter_table("instruments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_instruments_series"))

    op.drop_table("instruments")
    op.drop_table("installation")


def _make_responses_insert_only() -> None:
    """A response is never changed or deleted, whoever asks: the database itself refuses."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER responses_no_{verb.lower()} BEFORE {verb} ON responses "
                "BEGIN SELECT RAISE(ABORT, 'responses are insert-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_change_of_responses() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'responses are insert-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER responses_insert_only BEFORE UPDATE OR DELETE ON responses "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_responses()"
    )


def _drop_insert_only() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER responses_no_update")
        op.execute("DROP TRIGGER responses_no_delete")
        return
    op.execute("DROP TRIGGER responses_insert_only ON responses")
    op.execute("DROP FUNCTION refuse_change_of_responses()")
