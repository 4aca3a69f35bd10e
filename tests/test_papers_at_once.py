"""Papers under pressure: two at once, and a machine that dies between the file and its row."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import audit, file_store
from app.cases.models import Attachment, Notice
from app.students.models.issued import Photo, Proof
from tests.cases.test_attachments import upload
from tests.cases.test_races import at_once, count
from tests.cases.test_urging import waiting_task
from tests.support.client import Answer, Client, apart
from tests.support.papers import a_pdf, a_picture, sent
from tests.support.single_school_case import Matter
from tests.support.transfer_case import Story


def test_two_who_urge_at_once_are_one_notice(submitted: Story) -> None:
    submitted.agree_until("releasing_school")
    task = waiting_task(submitted).id
    programs = [submitted.program("receiving_school", "operator") for _ in range(2)]

    answers = at_once(*(lambda program=each: program.post(f"/tasks/{task}/urge") for each in programs))  # type: ignore[misc]

    assert Counter(answer.status for answer in answers) == {200: 1, 422: 1}
    assert count(Notice, Notice.task_id == task) == 1


def test_the_last_place_for_a_paper_is_given_once(submitted: Story) -> None:
    program, number = submitted.program("receiving_school"), submitted.number
    papers = [(f"{n}.png", a_picture("PNG", (10 + n, 10))) for n in range(19)]
    assert upload(program, number, *papers).status == 201
    others = [submitted.program("receiving_school") for _ in range(3)]

    answers = at_once(
        *(
            lambda each=each, place=place: upload(each, number, (f"{place}.pdf", a_pdf(b" " * place)))  # type: ignore[misc]
            for place, each in enumerate(others)
        )
    )

    assert Counter(answer.status for answer in answers) == {201: 1, 422: 2}
    assert count(Attachment) == 20


def test_proofs_issued_at_once_are_numbered_one_after_another(matter: Matter) -> None:
    programs = [matter.program("school") for _ in range(4)]
    path = f"/students/{matter.child.id}/proofs"

    answers = at_once(*(lambda each=each: each.post(path, {"purpose": "升学"}) for each in programs))  # type: ignore[misc]

    assert [answer.status for answer in answers] == [201] * 4
    numbers = sorted(answer.json["number"][-4:] for answer in answers)
    assert numbers == ["0001", "0002", "0003", "0004"]
    assert count(Proof) == 4


def test_two_photos_of_one_child_at_once_leave_one(matter: Matter) -> None:
    programs = [matter.program("school") for _ in range(2)]
    path = f"/api/v1/students/{matter.child.id}/photo"

    def bring(program: Any, colour: str) -> Answer:
        response = apart(
            program.http.post,
            path,
            headers=program.headers,
            data={"photo": sent(("a.jpg", a_picture(size=(400, 500), colour=colour)))},
        )
        return Answer(response.status_code, "", response.get_json(), None)

    answers = at_once(lambda: bring(programs[0], "navy"), lambda: bring(programs[1], "white"))

    assert [answer.status for answer in answers] == [201, 201]
    assert count(Photo) == 1


def test_strangers_are_counted_together_whatever_thread_answers(app: Flask, submitted: Story) -> None:
    strangers = [Client(app) for _ in range(40)]

    answers = at_once(*(lambda each=each: each.get("/check/x") for each in strangers))  # type: ignore[misc]

    assert Counter(answer.status for answer in answers) == {404: 30, 429: 10}


def test_a_machine_that_dies_while_writing_leaves_no_half_and_no_row(
    app: Flask, submitted: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: Any) -> None:
        raise OSError("no space left on device")

    folder = Path(app.config["ATTACHMENTS"])
    before = {each for each in folder.rglob("*") if each.is_file()}
    monkeypatch.setattr(file_store.os, "replace", dies)

    with pytest.raises(OSError, match="no space"):
        upload(submitted.program("receiving_school"), submitted.number, ("新.pdf", a_pdf(b" /X 1")))

    assert {each for each in folder.rglob("*") if each.is_file()} == before
    assert count(Attachment) == 0
    assert count(audit.AuditEvent, audit.AuditEvent.verb == "attachments/add") == 0
    monkeypatch.setattr(file_store.os, "replace", os.rename)
    assert upload(submitted.program("receiving_school"), submitted.number, ("新.pdf", a_pdf(b" /X 1"))).status == 201


def test_a_file_is_on_disk_before_its_row_is_committed(
    app: Flask, submitted: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []

    program = submitted.program("receiving_school")

    def remember(*args: Any, **kwargs: Any) -> None:
        seen.append(bool(list(Path(app.config["ATTACHMENTS"]).rglob(kwargs["after"]["sha256"]))))
        raise RuntimeError("the machine dies before the commit")

    monkeypatch.setattr("app.cases.operations.attachments.audit.record", remember)

    with pytest.raises(RuntimeError):
        upload(program, submitted.number, ("先.pdf", a_pdf(b" /Y 2")))

    assert seen == [True]
    assert count(Attachment) == 0
