"""The lines of versions of variants in the database."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.database import db
from app.definitions.models import ProcessVersion
from app.definitions.queries import current_version, startable_version
from app.schema import bring_to
from tests.cases.test_statements import counted
from tests.studio.county_studio import COUNTY, NEIGHBOUR, Variants
from tests.support import factories
from tests.support.databases import at_revision


def test_numbers_count_within_a_line(variants: Variants) -> None:
    variants.publish()
    variants.publish_by_the_province('name="转出学校核办"', 'name="转出学校办理"')
    rows = db.session.execute(
        sa.select(ProcessVersion.office_id, ProcessVersion.number).where(ProcessVersion.process_key == "transfer")
    )
    county = factories.a_bureau(COUNTY).id
    assert {(None, 1), (None, 2), (county, 1)} == {(row.office_id, row.number) for row in rows}
    written = sa.select(ProcessVersion.__table__).where(ProcessVersion.office_id == county)
    row = dict(db.session.execute(written).one()._mapping)
    for change in ({"checksum": "other"}, {"number": 9}):
        values = {**row, "id": 9999, **change}
        with pytest.raises(sa.exc.IntegrityError):
            db.session.execute(sa.insert(ProcessVersion.__table__).values(values))
        db.session.rollback()


def test_a_variant_is_found_by_the_statement_that_reads_the_current_version(variants: Variants) -> None:
    variants.publish()
    own, other = factories.a_school(COUNTY), factories.a_school(NEIGHBOUR)
    county, department = factories.a_bureau(COUNTY), factories.a_bureau("330000")
    chosen = {}
    for applicant in (own.id, other.id, county.id, department.id, None):
        startable_version("transfer", applicant)
        with counted() as seen:
            chosen[applicant] = startable_version("transfer", applicant).variant_of
            assert current_version("transfer", applicant).variant_of == chosen[applicant]
        assert len(seen) == 2
    assert chosen == {own.id: COUNTY, other.id: None, county.id: None, department.id: None, None: None}


def test_versions_that_were_there_before_variants_stay_what_they_are(app: Flask, tmp_path: Path) -> None:
    with at_revision(db.engine.dialect.name, tmp_path, "k01") as engine:
        with engine.begin() as connection:
            connection.exec_driver_sql("INSERT INTO process (key, name, current_id) VALUES ('p', '流程', 1)")
            connection.exec_driver_sql(
                "INSERT INTO process_version (id, process_key, number, checksum, files, forms, published_at,"
                " published_by) VALUES (1, 'p', 1, 'c', '{}', '{}', '2026-11-01 00:00:00', '系统')"
            )
            connection.exec_driver_sql(
                "INSERT INTO case_migration (id, process_key, from_id, to_id, mapping, reason, rehearsal, office_id,"
                " proposed_by_id, proposed_at, status) SELECT 1, 'p', 1, 2, '{}', '', '[]', 1, 1,"
                " '2026-11-01 00:00:00', 'done' WHERE 1 = 0"
            )
        with engine.begin() as connection:
            bring_to(connection, "c01")
            rows = connection.execute(
                sa.text("SELECT id, process_key, number, checksum, office_id FROM process_version")
            )
            assert [tuple(row) for row in rows] == [(1, "p", 1, "c", None)]
