"""flask user …"""

from __future__ import annotations

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from app.database import db, transaction
from app.divisions.models import Office
from app.identity import operations
from app.identity.models import Duty
from app.identity.queries import user_by_name
from app.identity.rules import objections_to_password

group = AppGroup("user", help="Users and their posts.")


@group.command("add")
@click.argument("username")
@click.option("--name", required=True)
@click.option("--office", required=True, help="office code")
@click.option("--duty", required=True, type=click.Choice([duty.value for duty in Duty]))
@click.password_option()
def add(username: str, name: str, office: str, duty: str, password: str) -> None:
    """Add a user with one post."""
    faults = objections_to_password(password, username=username, old="")
    if faults:
        raise click.ClickException(" ".join(fault.detail for fault in faults))
    with transaction():
        place = db.session.scalar(sa.select(Office).where(Office.code == office))
        if place is None:
            raise click.ClickException(f"没有代码为 {office} 的机构")
        if user_by_name(username):
            raise click.ClickException(f"用户 {username} 已存在")
        actor = operations.nobody("命令行")
        user = operations.add_user(username, name, password, actor=actor)
        operations.give_post(user, place, Duty(duty), actor=actor)
    click.echo(f"已添加 {username}")


@group.command("post")
@click.argument("username")
@click.option("--office", required=True)
@click.option("--duty", required=True, type=click.Choice([duty.value for duty in Duty]))
def post(username: str, office: str, duty: str) -> None:
    """Give a user another post."""
    with transaction():
        user, place = user_by_name(username), db.session.scalar(sa.select(Office).where(Office.code == office))
        if user is None or place is None:
            raise click.ClickException("没有这个用户或机构")
        operations.give_post(user, place, Duty(duty), actor=operations.nobody("命令行"))
    click.echo("已添加岗位")


@group.command("disable")
@click.argument("username")
def disable(username: str) -> None:
    """Let a user no longer sign in."""
    with transaction():
        user = user_by_name(username)
        if user is None:
            raise click.ClickException("没有这个用户")
        operations.disable(user, actor=operations.nobody("命令行"))
    click.echo("已停用")
