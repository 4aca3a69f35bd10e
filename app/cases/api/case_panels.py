"""The child behind a case, and who can act in it, for programs."""

from __future__ import annotations

from app.access import actor, allow
from app.cases import operations, queries
from app.cases.api.cases import bp
from app.cases.presenters.child_of_case import child_json
from app.cases.presenters.contacts import contact_json, contacts_of
from app.cases.presenters.task_json_types import ChildOfCaseJson, ContactsJson, TelephoneJson
from app.cases.queries.child_of_case import child_of_case
from app.cases.transactions import read_and_seen
from app.database import db, transaction
from app.divisions.models import Office
from app.web import operation, read_json


@bp.get("/cases/<number>/child")
@allow("operator", "approver")
@operation("办件学生：就读学校、班级、年龄、学籍状态与其他办件；异动只告知保管其学籍的一方")
def show_child(number: str) -> ChildOfCaseJson:
    caller = actor()
    return child_json(child_of_case(caller, *read_and_seen(caller, number)), queries.process_names())


@bp.get("/cases/<number>/contacts")
@allow("operator", "approver")
@operation("待办理的环节由谁办理，机构的服务电话")
def list_contacts(number: str) -> ContactsJson:
    return {"steps": [contact_json(each) for each in contacts_of(*read_and_seen(actor(), number))]}


@bp.get("/office/telephone")
@allow("operator", "approver")
@operation("本机构服务电话")
def show_telephone() -> TelephoneJson:
    return {"telephone": db.session.get_one(Office, actor().office_id).telephone or None}


@bp.put("/office/telephone")
@allow("approver")
@operation("修改本机构服务电话；空为没有", body=operations.TELEPHONE)
def set_telephone() -> TelephoneJson:
    typed = read_json(operations.TELEPHONE)
    with transaction():
        operations.set_telephone(typed["telephone"], actor=actor())
    return show_telephone()
