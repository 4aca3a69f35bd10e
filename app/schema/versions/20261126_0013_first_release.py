"""Every table of the first release, and the guards that hold whoever writes them to the record's rules.

One revision for the seventeen by which the tables had grown before the release. It keeps the name of the last of
them, so that a database which has come so far goes on from here; one that has not was never in use.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_tables()
    guard_the_record()
    keep_the_audit()


def create_tables() -> None:
    op.create_table(
        "app_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("username", name=op.f("uq_app_user_username")),
    )
    op.create_table(
        "audit_chain",
        sa.Column("chain", sa.String(length=10), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_audit_chain")),
    )
    op.create_table(
        "audit_event",
        sa.Column("chain", sa.String(length=10), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verb", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "place", name=op.f("pk_audit_event")),
    )
    op.create_index(op.f("ix_audit_event_actor_id"), "audit_event", ["actor_id"], unique=False)
    op.create_index(op.f("ix_audit_event_at"), "audit_event", ["at"], unique=False)
    op.create_index(op.f("ix_audit_event_subject"), "audit_event", ["subject"], unique=False)
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("notice", sa.String(length=60), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_year")),
    )
    op.create_table(
        "division",
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("superior_code", sa.String(length=6), nullable=True),
        sa.Column("number", sa.String(length=2), nullable=True),
        sa.ForeignKeyConstraint(["superior_code"], ["division.code"], name=op.f("fk_division_superior_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_division")),
    )
    op.create_index("uq_division_number", "division", ["number"], unique=True)
    op.create_table(
        "lawful_change",
        sa.Column("profile", sa.String(length=10), nullable=False),
        sa.Column("process", sa.String(length=40), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("before", sa.String(length=20), nullable=False),
        sa.Column("after", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("profile", "process", "stage", "before", "after", name=op.f("pk_lawful_change")),
    )
    op.create_table(
        "process",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("current_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_process")),
    )
    op.create_table(
        "rate_limit",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("window", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_limit")),
    )
    op.create_index(op.f("ix_rate_limit_window"), "rate_limit", ["window"], unique=False)
    op.create_table(
        "series",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_series")),
    )
    op.create_table(
        "student",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=36), nullable=False),
        sa.Column("sex", sa.Enum("1", "2", name="sex", native_enum=False, create_constraint=True), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=False),
        sa.Column("ethnic_group", sa.String(length=2), nullable=False),
        sa.Column("document_type", sa.String(length=1), nullable=False),
        sa.Column("main_number", sa.LargeBinary(), nullable=False),
        sa.Column("main_number_hash", sa.String(length=64), nullable=False),
        sa.Column("main_number_masked", sa.String(length=18), nullable=False),
        sa.Column("household_division", sa.String(length=6), nullable=False),
        sa.Column("contested", sa.Boolean(), nullable=False),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("particulars", sa.Text(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["merged_into_id"], ["student.id"], name=op.f("fk_student_merged_into_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_student")),
        sa.UniqueConstraint("main_number_hash", name=op.f("uq_student_main_number_hash")),
    )
    op.create_index(op.f("ix_student_merged_into_id"), "student", ["merged_into_id"], unique=False)
    op.create_index(op.f("ix_student_name"), "student", ["name"], unique=False)
    op.create_table(
        "guardian",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=36), nullable=False),
        sa.Column("relation", sa.String(length=1), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_guardian_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian")),
    )
    op.create_index(op.f("ix_guardian_student_id"), "guardian", ["student_id"], unique=False)
    op.create_table(
        "office",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("short_name", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "province",
                "city",
                "county",
                "zone",
                "school",
                name="officekind",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("superior_id", sa.Integer(), nullable=True),
        sa.Column("division_code", sa.String(length=6), nullable=False),
        sa.Column("acts_as_city", sa.Boolean(), nullable=False),
        sa.Column("path", sa.String(length=60), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("(kind = 'province') = (superior_id IS NULL)", name=op.f("ck_office_one_top")),
        sa.CheckConstraint("NOT acts_as_city OR kind = 'county'", name=op.f("ck_office_county_acts_as_city")),
        sa.ForeignKeyConstraint(["division_code"], ["division.code"], name=op.f("fk_office_division_code")),
        sa.ForeignKeyConstraint(["superior_id"], ["office.id"], name=op.f("fk_office_superior_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
        sa.UniqueConstraint("code", name=op.f("uq_office_code")),
        sa.UniqueConstraint("path", name=op.f("uq_office_path")),
    )
    op.create_index("ix_office_superior_kind", "office", ["superior_id", "kind"], unique=False)
    op.create_table(
        "photo",
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["app_user.id"], name=op.f("fk_photo_added_by")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_photo_student_id")),
        sa.PrimaryKeyConstraint("student_id", name=op.f("pk_photo")),
    )
    op.create_table(
        "process_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("process_key", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("forms", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["process_key"], ["process.key"], name=op.f("fk_process_version_process_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_version")),
        sa.UniqueConstraint("process_key", "checksum", name=op.f("uq_process_version_process_key_checksum")),
        sa.UniqueConstraint("process_key", "number", name=op.f("uq_process_version_process_key_number")),
    )
    op.create_table(
        "post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column(
            "duty",
            sa.Enum(
                "operator",
                "approver",
                "analyst",
                "publisher",
                "auditor",
                "sysadmin",
                "secadmin",
                name="duty",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_post_ends_after_start")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_post_office_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_post_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint(
            "user_id", "office_id", "duty", "starts_on", name=op.f("uq_post_user_id_office_id_duty_starts_on")
        ),
    )
    op.create_index("ix_post_office_duty", "post", ["office_id", "duty"], unique=False)
    op.create_index(op.f("ix_post_user_id"), "post", ["user_id"], unique=False)
    op.create_table(
        "school",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "ownership",
            sa.Enum("public", "private", name="ownership", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("stages", sa.String(length=30), nullable=False),
        sa.Column("tier", sa.String(length=10), nullable=False),
        sa.Column("contact", sa.String(length=40), nullable=False),
        sa.Column("township_number", sa.String(length=2), nullable=False),
        sa.Column("school_number", sa.String(length=2), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["office.id"], name=op.f("fk_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school")),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("process_key", sa.String(length=40), nullable=False),
        sa.Column("profile", sa.String(length=10), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open", "repairing", "paused", "closed", name="casestatus", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "agreed",
                "refused",
                "recalled",
                "redirected",
                "terminated",
                name="caseoutcome",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=True,
        ),
        sa.Column("student_id", sa.Integer(), nullable=True),
        sa.Column("holds_student", sa.Boolean(), nullable=False),
        sa.Column("applicant_office_id", sa.Integer(), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=True),
        sa.Column("receiving_school_id", sa.Integer(), nullable=True),
        sa.Column("releasing_school_id", sa.Integer(), nullable=True),
        sa.Column("parties", sa.Text(), nullable=False),
        sa.Column("clocks", sa.Text(), nullable=False),
        sa.Column("application", sa.Text(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("follows_id", sa.Integer(), nullable=True),
        sa.Column("ended_because", sa.String(length=200), nullable=False),
        sa.CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_cases_closed_when")),
        sa.CheckConstraint("(status = 'closed') = (outcome IS NOT NULL)", name=op.f("ck_cases_outcome_when_closed")),
        sa.ForeignKeyConstraint(["applicant_office_id"], ["office.id"], name=op.f("fk_cases_applicant_office_id")),
        sa.ForeignKeyConstraint(["follows_id"], ["cases.id"], name=op.f("fk_cases_follows_id")),
        sa.ForeignKeyConstraint(["opened_by"], ["app_user.id"], name=op.f("fk_cases_opened_by")),
        sa.ForeignKeyConstraint(["receiving_school_id"], ["school.id"], name=op.f("fk_cases_receiving_school_id")),
        sa.ForeignKeyConstraint(["releasing_school_id"], ["school.id"], name=op.f("fk_cases_releasing_school_id")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_cases_student_id")),
        sa.ForeignKeyConstraint(["version_id"], ["process_version.id"], name=op.f("fk_cases_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("number", name=op.f("uq_cases_number")),
    )
    op.create_index(
        "ix_cases_applicant_office_id_opened_at", "cases", ["applicant_office_id", "opened_at"], unique=False
    )
    op.create_index(op.f("ix_cases_student_id"), "cases", ["student_id"], unique=False)
    op.create_index(
        "uq_cases_one_death_per_student",
        "cases",
        ["student_id"],
        unique=True,
        sqlite_where=sa.text("process_key = 'death' AND status <> 'closed'"),
        postgresql_where=sa.text("process_key = 'death' AND status <> 'closed'"),
    )
    op.create_index(
        "uq_cases_one_open_per_student",
        "cases",
        ["student_id"],
        unique=True,
        sqlite_where=sa.text("holds_student AND status <> 'closed'"),
        postgresql_where=sa.text("holds_student AND status <> 'closed'"),
    )
    op.create_table(
        "import_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "received",
                "checked",
                "importing",
                "done",
                "refused",
                "discarded",
                name="filestatus",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("refusal", sa.String(length=400), nullable=False),
        sa.Column("notices", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("with_warnings", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.String(length=32), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'refused') = (refusal <> '') OR status = 'discarded'", name=op.f("ck_import_file_says_why")
        ),
        sa.CheckConstraint("share BETWEEN 0 AND 1000", name=op.f("ck_import_file_share_in_thousandths")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_import_file_office_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_import_file_post_id")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["app_user.id"], name=op.f("fk_import_file_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_file")),
    )
    op.create_index("ix_import_file_office_id_id", "import_file", ["office_id", "id"], unique=False)
    op.create_index(
        "ix_import_file_working",
        "import_file",
        ["id"],
        unique=False,
        sqlite_where=sa.text("status IN ('received', 'importing')"),
        postgresql_where=sa.text("status IN ('received', 'importing')"),
    )
    op.create_table(
        "quota",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum("primary", "junior", "senior", name="stage", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("entry_year", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("outside", sa.Integer(), nullable=True),
        sa.Column("recruited", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("used + reserved <= total", name=op.f("ck_quota_within_total")),
        sa.CheckConstraint("used >= 0 AND reserved >= 0", name=op.f("ck_quota_not_negative")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_quota_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota")),
        sa.UniqueConstraint("school_id", "stage", "entry_year", name=op.f("uq_quota_school_id_stage_entry_year")),
    )
    op.create_table(
        "school_class",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum("primary", "junior", "senior", name="stage", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("entry_year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_school_class_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_class")),
        sa.UniqueConstraint(
            "school_id", "stage", "entry_year", "number", name=op.f("uq_school_class_school_id_stage_entry_year_number")
        ),
    )
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("for_program", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_sign_in_post_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_sign_in_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_sign_in_secret_hash")),
    )
    op.create_index(op.f("ix_sign_in_user_id"), "sign_in", ["user_id"], unique=False)
    op.create_table(
        "archive",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("custodian_id", sa.Integer(), nullable=False),
        sa.Column("owner_division", sa.String(length=6), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("left_to", sa.String(length=6), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_archive_case_id")),
        sa.ForeignKeyConstraint(["custodian_id"], ["office.id"], name=op.f("fk_archive_custodian_id")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_archive_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive")),
        sa.UniqueConstraint("student_id", name=op.f("uq_archive_student_id")),
    )
    op.create_index(op.f("ix_archive_custodian_id"), "archive", ["custodian_id"], unique=False)
    op.create_table(
        "batch",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("worked", sa.Integer(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("finished_at IS NULL OR released_at IS NOT NULL", name=op.f("ck_batch_released_before")),
        sa.CheckConstraint("worked >= 0 AND worked <= total", name=op.f("ck_batch_within_total")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_batch_case_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_batch_school_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_batch")),
    )
    op.create_index(
        "ix_batch_to_work",
        "batch",
        ["released_at"],
        unique=False,
        sqlite_where=sa.text("released_at IS NOT NULL AND finished_at IS NULL"),
        postgresql_where=sa.text("released_at IS NOT NULL AND finished_at IS NULL"),
    )
    op.create_table(
        "change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=2), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("owner_division", sa.String(length=6), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_change_case_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["change.id"], name=op.f("fk_change_reverses_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_change_school_id")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_change_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    op.create_index(op.f("ix_change_case_id"), "change", ["case_id"], unique=False)
    op.create_index(op.f("ix_change_student_id"), "change", ["student_id"], unique=False)
    op.create_index("uq_change_reverses_id", "change", ["reverses_id"], unique=True)
    op.create_table(
        "class_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("term", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(length=2), nullable=False),
        sa.Column("class_number", sa.Integer(), nullable=False),
        sa.Column("teacher", sa.String(length=36), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("unlisted", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("present >= 0 AND present <= listed", name=op.f("ck_class_check_present_of_listed")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_class_check_case_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_class_check_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_check")),
        sa.UniqueConstraint("case_id", "grade", "class_number", name=op.f("uq_class_check_case_id_grade_class_number")),
    )
    op.create_index(op.f("ix_class_check_school_id"), "class_check", ["school_id"], unique=False)
    op.create_table(
        "contest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "same_person",
                "wrong_number",
                "no_number",
                name="contestkind",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("explanation", sa.String(length=500), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("marked_by_id", sa.Integer(), nullable=False),
        sa.Column(
            "remedy",
            sa.Enum("evidence", "merge", "separate", name="remedy", native_enum=False, create_constraint=True),
            nullable=True,
        ),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(cleared_at IS NULL) = (case_id IS NULL)", name=op.f("ck_contest_case_when_cleared")),
        sa.CheckConstraint("(cleared_at IS NULL) = (remedy IS NULL)", name=op.f("ck_contest_remedy_when_cleared")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_contest_case_id")),
        sa.ForeignKeyConstraint(["marked_by_id"], ["office.id"], name=op.f("fk_contest_marked_by_id")),
        sa.ForeignKeyConstraint(["other_id"], ["student.id"], name=op.f("fk_contest_other_id")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_contest_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contest")),
    )
    op.create_index(op.f("ix_contest_other_id"), "contest", ["other_id"], unique=False)
    op.create_index(
        "uq_contest_one_open",
        "contest",
        ["student_id"],
        unique=True,
        sqlite_where=sa.text("cleared_at IS NULL"),
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.create_table(
        "discrepancy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("record_only", "person_only", name="discrepancykind", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("student_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=36), nullable=False),
        sa.Column("grade", sa.String(length=2), nullable=False),
        sa.Column("class_number", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("settled_how", sa.String(length=200), nullable=False),
        sa.CheckConstraint("(settled_at IS NULL) = (settled_how = '')", name=op.f("ck_discrepancy_settled_how")),
        sa.CheckConstraint(
            "(student_id IS NULL) = (kind = 'person_only')", name=op.f("ck_discrepancy_record_has_student")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_discrepancy_case_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_discrepancy_school_id")),
        sa.ForeignKeyConstraint(["settled_by"], ["app_user.id"], name=op.f("fk_discrepancy_settled_by")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_discrepancy_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discrepancy")),
    )
    op.create_index(op.f("ix_discrepancy_case_id"), "discrepancy", ["case_id"], unique=False)
    op.create_index(op.f("ix_discrepancy_school_id"), "discrepancy", ["school_id"], unique=False)
    op.create_table(
        "enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("owner_division", sa.String(length=6), nullable=False),
        sa.Column(
            "stage",
            sa.Enum("primary", "junior", "senior", name="stage", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("entry_year", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(length=2), nullable=False),
        sa.Column("school_class_id", sa.Integer(), nullable=True),
        sa.Column(
            "standing",
            sa.Enum(
                "active",
                "suspended",
                "dropped_out",
                "transferred",
                "withdrawn",
                "abroad",
                "graduated",
                "completed",
                "left_early",
                "deceased",
                "closed",
                name="standing",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(ends_on IS NULL) = (standing IN ('active', 'suspended', 'dropped_out'))",
            name=op.f("ck_enrolment_ended_when_over"),
        ),
        sa.CheckConstraint(
            "grade IN ('11','12','13','14','15','16','21','22','23','31','32','33')",
            name=op.f("ck_enrolment_grade_exists"),
        ),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_enrolment_ends_after_start")),
        sa.CheckConstraint("epoch >= 1", name=op.f("ck_enrolment_epoch_counts")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_enrolment_case_id")),
        sa.ForeignKeyConstraint(["school_class_id"], ["school_class.id"], name=op.f("fk_enrolment_school_class_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_enrolment_school_id")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_enrolment_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("student_id", "epoch", name=op.f("uq_enrolment_student_id_epoch")),
    )
    op.create_index("ix_enrolment_school", "enrolment", ["school_id", "grade", "standing"], unique=False)
    op.create_index(
        "uq_enrolment_one_open",
        "enrolment",
        ["student_id"],
        unique=True,
        sqlite_where=sa.text("ends_on IS NULL"),
        postgresql_where=sa.text("ends_on IS NULL"),
    )
    op.create_table(
        "import_row",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "ok",
                "warning",
                "error",
                "skipped",
                "imported",
                name="rowstate",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("number_hash", sa.String(length=64), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("faults", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'imported') = (case_id IS NOT NULL)", name=op.f("ck_import_row_imported_with_a_case")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_import_row_case_id")),
        sa.ForeignKeyConstraint(["file_id"], ["import_file.id"], name=op.f("fk_import_row_file_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_import_row_school_id")),
        sa.PrimaryKeyConstraint("file_id", "number", name=op.f("pk_import_row")),
    )
    op.create_index("ix_import_row_state", "import_row", ["file_id", "state", "school_id", "number"], unique=False)
    op.create_table(
        "left_out",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(length=2), nullable=False),
        sa.Column(
            "because",
            sa.Enum(
                "suspended",
                "dropped_out",
                "open_case",
                "repeat",
                "final_grade",
                name="leftoutbecause",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_left_out_case_id")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_left_out_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_left_out")),
        sa.UniqueConstraint("case_id", "student_id", name=op.f("uq_left_out_case_id_student_id")),
    )
    op.create_table(
        "lock_postponement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_year", sa.Integer(), nullable=False),
        sa.Column("locks_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_lock_postponement_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lock_postponement")),
    )
    op.create_index(op.f("ix_lock_postponement_entry_year"), "lock_postponement", ["entry_year"], unique=False)
    op.create_table(
        "lock_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_year", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rest", sa.String(length=64), nullable=True),
        sa.Column("children", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(case_id IS NULL) = (rest IS NULL)", name=op.f("ck_lock_snapshot_rest_under_a_case")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_lock_snapshot_case_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_lock_snapshot_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lock_snapshot")),
    )
    op.create_index(
        "uq_lock_snapshot_school",
        "lock_snapshot",
        ["entry_year", "school_id"],
        unique=True,
        sqlite_where=sa.text("case_id IS NULL"),
        postgresql_where=sa.text("case_id IS NULL"),
    )
    op.create_index(
        "uq_lock_snapshot_whole",
        "lock_snapshot",
        ["entry_year"],
        unique=True,
        sqlite_where=sa.text("school_id IS NULL"),
        postgresql_where=sa.text("school_id IS NULL"),
    )
    op.create_table(
        "message_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("province", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("answers", sa.String(length=40), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.String(length=200), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_message_in_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_in")),
        sa.UniqueConstraint("province", "reference", name=op.f("uq_message_in_province_reference")),
    )
    op.create_index(
        "ix_message_in_unhandled",
        "message_in",
        ["id"],
        unique=False,
        sqlite_where=sa.text("handled_at IS NULL"),
        postgresql_where=sa.text("handled_at IS NULL"),
    )
    op.create_table(
        "message_out",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("province", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("answers", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fault", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_message_out_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_out")),
        sa.UniqueConstraint("reference", name=op.f("uq_message_out_reference")),
    )
    op.create_index(op.f("ix_message_out_case_id"), "message_out", ["case_id"], unique=False)
    op.create_index(
        "ix_message_out_unsent",
        "message_out",
        ["next_attempt_at"],
        unique=False,
        sqlite_where=sa.text("sent_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL"),
    )
    op.create_table(
        "number_reservation",
        sa.Column("number_hash", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_number_reservation_case_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_number_reservation_school_id")),
        sa.PrimaryKeyConstraint("number_hash", name=op.f("pk_number_reservation")),
    )
    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("cross_county", "cross_city", name="plankind", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum("primary", "junior", "senior", name="stage", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("entry_year", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("cap", sa.Integer(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "consulting",
                "consented",
                "filed",
                "ended",
                name="planstatus",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("cap > 0", name=op.f("ck_plan_cap_counts")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_plan_case_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_plan_school_id")),
        sa.ForeignKeyConstraint(["source_id"], ["office.id"], name=op.f("fk_plan_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("case_id", name=op.f("uq_plan_case_id")),
    )
    op.create_index(op.f("ix_plan_source_id"), "plan", ["source_id"], unique=False)
    op.create_index(
        "uq_plan_one_per_source",
        "plan",
        ["school_id", "stage", "entry_year", "source_id"],
        unique=True,
        sqlite_where=sa.text("status <> 'ended'"),
        postgresql_where=sa.text("status <> 'ended'"),
    )
    op.create_table(
        "quota_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quota_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("reserve", "confirm", "release", name="quotaentrykind", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_quota_entry_case_id")),
        sa.ForeignKeyConstraint(["quota_id"], ["quota.id"], name=op.f("fk_quota_entry_quota_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota_entry")),
    )
    op.create_index("ix_quota_entry_quota_id_case_id", "quota_entry", ["quota_id", "case_id"], unique=False)
    op.create_table(
        "quota_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quota_id", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("before", sa.Integer(), nullable=True),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_quota_version_case_id")),
        sa.ForeignKeyConstraint(["quota_id"], ["quota.id"], name=op.f("fk_quota_version_quota_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota_version")),
    )
    op.create_index(op.f("ix_quota_version_quota_id"), "quota_version", ["quota_id"], unique=False)
    op.create_table(
        "recruiting_scope",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=6), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_recruiting_scope_case_id")),
        sa.ForeignKeyConstraint(["division_code"], ["division.code"], name=op.f("fk_recruiting_scope_division_code")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_recruiting_scope_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recruiting_scope")),
        sa.UniqueConstraint("school_id", "division_code", name=op.f("uq_recruiting_scope_school_id_division_code")),
    )
    op.create_table(
        "reorganisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "merger",
                "closure",
                "renaming",
                "superior",
                name="reorganisationkind",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(successor_id IS NOT NULL) = (kind IN ('merger', 'closure'))",
            name=op.f("ck_reorganisation_successor_when"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_reorganisation_case_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_reorganisation_office_id")),
        sa.ForeignKeyConstraint(["successor_id"], ["office.id"], name=op.f("fk_reorganisation_successor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reorganisation")),
    )
    op.create_index(op.f("ix_reorganisation_office_id"), "reorganisation", ["office_id"], unique=False)
    op.create_index(op.f("ix_reorganisation_successor_id"), "reorganisation", ["successor_id"], unique=False)
    op.create_table(
        "route_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("duty", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("skipped", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_route_step_case_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_route_step_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route_step")),
        sa.UniqueConstraint("case_id", "position", name=op.f("uq_route_step_case_id_position")),
    )
    op.create_index("ix_route_step_office_id_case_id", "route_step", ["office_id", "case_id"], unique=False)
    op.create_table(
        "student_number",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "stage", "national", "card", "former_main", name="numberkind", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_student_number_ends_after_start")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_student_number_case_id")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_student_number_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_student_number")),
        sa.UniqueConstraint("kind", "value", name=op.f("uq_student_number_kind_value")),
    )
    op.create_index(op.f("ix_student_number_student_id"), "student_number", ["student_id"], unique=False)
    op.create_table(
        "submission",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_submission_case_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_submission_user_id")),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("pk_submission")),
    )
    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("run_task", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column(
            "duty",
            sa.Enum(
                "operator",
                "approver",
                "analyst",
                "publisher",
                "auditor",
                "sysadmin",
                "secadmin",
                name="duty",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum("open", "done", "cancelled", name="taskstatus", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'open') = (ended_at IS NULL)", name=op.f("ck_task_ended_when_over")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_task_case_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_task_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index(op.f("ix_task_case_id"), "task", ["case_id"], unique=False)
    op.create_index(
        "ix_task_due",
        "task",
        ["deadline"],
        unique=False,
        sqlite_where=sa.text("status = 'open' AND escalated_at IS NULL"),
        postgresql_where=sa.text("status = 'open' AND escalated_at IS NULL"),
    )
    op.create_index(
        "ix_task_inbox",
        "task",
        ["office_id", "duty", "deadline", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(
        "uq_task_open_once",
        "task",
        ["case_id", "run_task"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "archive_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("archive_id", sa.Integer(), nullable=False),
        sa.Column(
            "section",
            sa.Enum(
                "basic",
                "proof",
                "growth",
                "health",
                "award",
                "aid",
                "other",
                name="section",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.String(length=40), nullable=False),
        sa.Column("signed_at_office_id", sa.Integer(), nullable=False),
        sa.Column("owner_division", sa.String(length=6), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["archive_id"], ["archive.id"], name=op.f("fk_archive_entry_archive_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_archive_entry_case_id")),
        sa.ForeignKeyConstraint(
            ["signed_at_office_id"], ["office.id"], name=op.f("fk_archive_entry_signed_at_office_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_entry")),
    )
    op.create_index(op.f("ix_archive_entry_archive_id"), "archive_entry", ["archive_id"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["app_user.id"], name=op.f("fk_attachment_added_by")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_attachment_case_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_attachment_office_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_attachment_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("case_id", "sha256", name=op.f("uq_attachment_case_id_sha256")),
    )
    op.create_table(
        "batch_row",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("waiting", "accepted", "refused", name="rowstatus", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=36), nullable=False),
        sa.Column("number_hash", sa.String(length=64), nullable=False),
        sa.Column("number_masked", sa.String(length=18), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("worked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'waiting') = (worked_at IS NULL)", name=op.f("ck_batch_row_worked_when_over")),
        sa.CheckConstraint("status <> 'accepted' OR student_id IS NOT NULL", name=op.f("ck_batch_row_accepted_child")),
        sa.ForeignKeyConstraint(["case_id"], ["batch.case_id"], name=op.f("fk_batch_row_case_id")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_batch_row_student_id")),
        sa.PrimaryKeyConstraint("case_id", "position", name=op.f("pk_batch_row")),
    )
    op.create_index("ix_batch_row_number_hash", "batch_row", ["number_hash"], unique=False)
    op.create_index(
        "ix_batch_row_refused",
        "batch_row",
        ["worked_at"],
        unique=False,
        sqlite_where=sa.text("status = 'refused'"),
        postgresql_where=sa.text("status = 'refused'"),
    )
    op.create_table(
        "certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "graduation", "completion", "leaving", name="certificatekind", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_certificate_case_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_certificate_enrolment_id")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_certificate_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("enrolment_id", name=op.f("uq_certificate_enrolment_id")),
        sa.UniqueConstraint("number", name=op.f("uq_certificate_number")),
    )
    op.create_index(op.f("ix_certificate_case_id"), "certificate", ["case_id"], unique=False)
    op.create_index(op.f("ix_certificate_student_id"), "certificate", ["student_id"], unique=False)
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "agree", "refuse", "send_back", "acknowledge", name="outcome", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("reason_code", sa.String(length=30), nullable=True),
        sa.Column("opinion", sa.String(length=2000), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome NOT IN ('refuse', 'send_back') OR (reason_code IS NOT NULL AND opinion <> '')",
            name=op.f("ck_decision_reason_when_not_agreed"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_decision_case_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_decision_office_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_decision_task_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_decision_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("task_id", name=op.f("uq_decision_task_id")),
    )
    op.create_index(op.f("ix_decision_case_id"), "decision", ["case_id"], unique=False)
    op.create_table(
        "directive",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("allow_transfer", "allow_outside", name="directivekind", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "issued",
                "consumed",
                "revoked",
                "expired",
                name="directivestatus",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("archive_id", sa.Integer(), nullable=False),
        sa.Column("archive_version", sa.Integer(), nullable=False),
        sa.Column("from_office_id", sa.Integer(), nullable=False),
        sa.Column("to_school_id", sa.Integer(), nullable=False),
        sa.Column("issuer_id", sa.Integer(), nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consumed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.String(length=200), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=False),
        sa.CheckConstraint(
            "(consumed_at IS NOT NULL) = (status = 'consumed')", name=op.f("ck_directive_consumed_when")
        ),
        sa.ForeignKeyConstraint(["archive_id"], ["archive.id"], name=op.f("fk_directive_archive_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_directive_case_id")),
        sa.ForeignKeyConstraint(["from_office_id"], ["office.id"], name=op.f("fk_directive_from_office_id")),
        sa.ForeignKeyConstraint(["issued_by"], ["app_user.id"], name=op.f("fk_directive_issued_by")),
        sa.ForeignKeyConstraint(["issuer_id"], ["office.id"], name=op.f("fk_directive_issuer_id")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_directive_student_id")),
        sa.ForeignKeyConstraint(["to_school_id"], ["school.id"], name=op.f("fk_directive_to_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directive")),
        sa.UniqueConstraint("number", name=op.f("uq_directive_number")),
    )
    op.create_index(op.f("ix_directive_case_id"), "directive", ["case_id"], unique=False)
    op.create_index(op.f("ix_directive_issuer_id"), "directive", ["issuer_id"], unique=False)
    op.create_index(op.f("ix_directive_student_id"), "directive", ["student_id"], unique=False)
    op.create_index(op.f("ix_directive_to_school_id"), "directive", ["to_school_id"], unique=False)
    op.create_index(
        "uq_directive_one_issued",
        "directive",
        ["archive_id"],
        unique=True,
        sqlite_where=sa.text("status = 'issued'"),
        postgresql_where=sa.text("status = 'issued'"),
    )
    op.create_table(
        "filing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("lodged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("number", sa.String(length=24), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(number IS NULL) = (accepted_at IS NULL)", name=op.f("ck_filing_number_when_accepted")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_filing_office_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_filing_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing")),
        sa.UniqueConstraint("number", name=op.f("uq_filing_number")),
        sa.UniqueConstraint("plan_id", name=op.f("uq_filing_plan_id")),
    )
    op.create_index(op.f("ix_filing_office_id"), "filing", ["office_id"], unique=False)
    op.create_table(
        "pre_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "recommendation",
            sa.Enum(
                "agree", "refuse", "send_back", "acknowledge", name="outcome", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("opinion", sa.String(length=2000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_pre_review_task_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_pre_review_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pre_review")),
        sa.UniqueConstraint("task_id", name=op.f("uq_pre_review_task_id")),
    )
    op.create_table(
        "proof",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=60), nullable=False),
        sa.Column("stated", sa.Text(), nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_proof_enrolment_id")),
        sa.ForeignKeyConstraint(["issued_by"], ["app_user.id"], name=op.f("fk_proof_issued_by")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_proof_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof")),
        sa.UniqueConstraint("number", name=op.f("uq_proof_number")),
    )
    op.create_index(op.f("ix_proof_student_id"), "proof", ["student_id"], unique=False)
    op.create_table(
        "roster",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("here_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("here_answer", sa.String(length=9), nullable=False),
        sa.Column("source_answer", sa.String(length=9), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["batch.case_id"], name=op.f("fk_roster_case_id")),
        sa.ForeignKeyConstraint(["here_id"], ["office.id"], name=op.f("fk_roster_here_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_roster_plan_id")),
        sa.ForeignKeyConstraint(["source_id"], ["office.id"], name=op.f("fk_roster_source_id")),
        sa.ForeignKeyConstraint(["version_id"], ["process_version.id"], name=op.f("fk_roster_version_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_roster")),
    )
    op.create_index(op.f("ix_roster_plan_id"), "roster", ["plan_id"], unique=False)
    op.create_index(op.f("ix_roster_source_id"), "roster", ["source_id"], unique=False)
    op.create_table(
        "supervision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("opinion", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_supervision_case_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_supervision_office_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_supervision_task_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_supervision_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision")),
    )
    op.create_index(op.f("ix_supervision_case_id"), "supervision", ["case_id"], unique=False)
    op.create_table(
        "suspension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("certificate", sa.String(length=30), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_suspension_ends_after_start")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_suspension_case_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_suspension_enrolment_id")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_suspension_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension")),
        sa.UniqueConstraint("certificate", name=op.f("uq_suspension_certificate")),
    )
    op.create_index(op.f("ix_suspension_ends_on"), "suspension", ["ends_on"], unique=False)
    op.create_index(op.f("ix_suspension_enrolment_id"), "suspension", ["enrolment_id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "reminder", "urge", "escalation", "result", name="noticekind", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("supervision_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notice_case_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_notice_office_id")),
        sa.ForeignKeyConstraint(["supervision_id"], ["supervision.id"], name=op.f("fk_notice_supervision_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_notice_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_case_id"), "notice", ["case_id"], unique=False)
    op.create_index("ix_notice_office_id_read_at", "notice", ["office_id", "read_at"], unique=False)
    op.create_table(
        "roster_child",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "listed",
                "confirmed",
                "directed",
                "registered",
                "refused",
                name="childstatus",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column(
            "here",
            sa.Enum("agreed", "refused", name="consent", native_enum=False, create_constraint=True),
            nullable=True,
        ),
        sa.Column("here_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "source",
            sa.Enum("agreed", "refused", name="consent_source", native_enum=False, create_constraint=True),
            nullable=True,
        ),
        sa.Column("source_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("here_code", sa.String(length=30), nullable=False),
        sa.Column("here_reason", sa.String(length=150), nullable=False),
        sa.Column("source_code", sa.String(length=30), nullable=False),
        sa.Column("source_reason", sa.String(length=150), nullable=False),
        sa.Column("directive_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "status IN ('listed', 'refused')"
            " OR (here IS NOT NULL AND source IS NOT NULL AND here = 'agreed' AND source = 'agreed')",
            name=op.f("ck_roster_child_confirmed_by_both"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('directed', 'registered') OR directive_id IS NOT NULL",
            name=op.f("ck_roster_child_directed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id", "position"],
            ["batch_row.case_id", "batch_row.position"],
            name="fk_roster_child_case_id_position",
        ),
        sa.ForeignKeyConstraint(["case_id"], ["roster.case_id"], name=op.f("fk_roster_child_case_id")),
        sa.ForeignKeyConstraint(["directive_id"], ["directive.id"], name=op.f("fk_roster_child_directive_id")),
        sa.PrimaryKeyConstraint("case_id", "position", name=op.f("pk_roster_child")),
        sa.UniqueConstraint("directive_id", name=op.f("uq_roster_child_directive_id")),
    )


#: the other child of an open contest, while the case that settles it is open
SECOND = (
    "EXISTS (SELECT 1 FROM contest WHERE contest.student_id = cases.student_id AND contest.other_id = {child}"
    " AND contest.cleared_at IS NULL)"
)
OPEN_CASE = (
    "SELECT 1 FROM cases WHERE cases.id = NEW.case_id AND cases.status <> 'closed'"
    " AND (cases.student_id IS NULL OR cases.student_id = NEW.student_id)"
)
ENROLMENT = (
    "SELECT 1 FROM cases WHERE cases.id = NEW.case_id AND cases.status <> 'closed' AND (cases.student_id IS NULL"
    " OR cases.student_id = NEW.student_id OR (cases.process_key = 'contested_record' AND "
    + SECOND.format(child="NEW.student_id")
    + "))"
)
#: `correction` (一般信息变更) is the school's own and ends with the lock, whose snapshot stands from the next tick on
BASIC_DATA = (
    "SELECT 1 FROM cases WHERE cases.status <> 'closed' AND ((cases.student_id = NEW.id AND (cases.process_key IN"
    " ('locked_correction', 'key_correction', 'contested_record', 'reversal') OR (cases.process_key = 'correction'"
    " AND NOT EXISTS (SELECT 1 FROM enrolment JOIN lock_snapshot ON lock_snapshot.school_id IS NULL"
    " AND lock_snapshot.entry_year >= enrolment.entry_year"
    " WHERE enrolment.student_id = NEW.id AND enrolment.ends_on IS NULL))))"
    " OR (cases.process_key = 'contested_record' AND " + SECOND.format(child="NEW.id") + "))"
)
LAWFUL = (
    "SELECT 1 FROM cases JOIN lawful_change ON lawful_change.process = cases.process_key"
    " AND lawful_change.profile = cases.profile WHERE cases.id = NEW.case_id"
    " AND lawful_change.stage IN ('*', NEW.stage) AND lawful_change.before = {before}"
    " AND lawful_change.after IN ('*', NEW.standing) AND (cases.status <> 'closed' OR cases.process_key = 'takeover')"
)
UNLAWFUL = "this process may not change an enrolment so"
GUARDS = (
    (
        "enrolment_needs_case",
        "UPDATE OF school_id, grade, standing, starts_on, ends_on",
        "enrolment",
        ENROLMENT,
        "no change of enrolment without an open case",
    ),
    ("archive_needs_case", "UPDATE OF custodian_id", "archive", OPEN_CASE, "no change of archive without an open case"),
    ("enrolment_is_lawful_insert", "INSERT", "enrolment", LAWFUL.format(before="''"), UNLAWFUL),
    (
        "enrolment_is_lawful_update",
        "UPDATE OF standing, grade, entry_year, school_id, school_class_id, ends_on",
        "enrolment",
        LAWFUL.format(before="OLD.standing"),
        UNLAWFUL,
    ),
    # the main number as it is kept may be sealed anew under another key; its hash changes only with the number itself
    (
        "student_basic_data",
        "UPDATE OF name, sex, born_on, ethnic_group, document_type, main_number_hash, household_division",
        "student",
        BASIC_DATA,
        "no change of basic data without a case that may",
    ),
)


def guard_the_record() -> None:
    """Whatever writes an enrolment, an archive or basic data: only under a case that may."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, event, table, allowed, message in GUARDS:
        if sqlite:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW WHEN NOT EXISTS ({allowed})"
                f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
            continue
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT EXISTS ({allowed})"
            f" THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


APPENDED = "the audit is only appended to"


def keep_the_audit() -> None:
    """Whoever runs the application cannot alter or remove a line of the audit."""
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_event_is_kept_{event.lower()} BEFORE {event} ON audit_event"
                f" BEGIN SELECT RAISE(ABORT, '{APPENDED}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_event_is_kept() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{APPENDED}' USING ERRCODE = 'check_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_event_is_kept BEFORE UPDATE OR DELETE ON audit_event"
        " FOR EACH ROW EXECUTE FUNCTION audit_event_is_kept()"
    )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
