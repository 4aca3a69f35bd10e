"""With what rehearsals of registrations begin: a day of the season, and a child that nobody knows, or a graduate."""

from __future__ import annotations

from app.cases.hooks import Example, examples

IN_SEASON = {"day": "09-07"}
AFTER_THE_LOCK = {"day": "10-15"}
GRADUATE = {"stage": "junior", "at": "other", "grade": "16", "standing": "graduated"}
NEW_CHILD = {
    "entry_year": "=school_year+0",
    "main_number": "=new_child.main_number",
    "born_on": "=new_child.born_on",
    "sex": "1",
    "household_division": "=applicant_bureau",
}
#: what the list of a late registration may leave out of a graduate, and not of a new child
ASKED_IN_TIME = {
    "document_type": "1",
    "ethnic_group": "01",
    "address": "示例路 1 号",
    "entry_way": "11",
    "boarding": "1",
    "guardian": {"name": "陈示例", "relation": "1", "phone": "13800000000"},
}

examples |= {
    "registration_primary": Example(IN_SEASON, NEW_CHILD),
    "registration_stage": Example(
        {**IN_SEASON, **GRADUATE, "apart": "same"}, {"stage": "junior", "entry_year": "=school_year+0"}
    ),
    "late_registration": Example(AFTER_THE_LOCK, {**NEW_CHILD, **ASKED_IN_TIME, "stage": "primary"}),
    "home_return": Example(
        {**IN_SEASON, **GRADUATE, "apart": "province"},
        {"stage": "junior", "entry_year": "=school_year+0", "household_division": "=applicant_bureau"},
    ),
}
