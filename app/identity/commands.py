"""flask user …: people and their posts, from the command line; every act is written into the audit."""

from __future__ import annotations

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from app.access import Actor
from app.database import db, transaction
from app.divisions.models import Office
from app.errors import Refused
from app.identity import operations
from app.identity.models import DUTY_NAMES, Duty, User
from app.identity.queries import post_held, user_by_name
from app.identity.rules import objections_to_password

group = AppGroup("user", help="Users and their posts.")
DUTIES = click.Choice([duty.value for duty in Duty])


def administrator() -> Actor:
    """Who acts at the command line."""
    return operations.nobody("命令行")


def known(username: str) -> User:
    """The user of that name. Raises ClickException (exit code 1)."""
    user = user_by_name(username)
    if user is None:
        raise click.ClickException(f"没有用户 {username}")
    return user


def _hash_of(username: str, password: str) -> str:
    faults = objections_to_password(password, username=username, old="")
    if faults:
        raise click.ClickException(" ".join(fault.detail for fault in faults))
    try:
        return operations.hashed(password)
    except Refused as refusal:
        raise click.ClickException(refusal.detail) from refusal


@group.command("add")
@click.argument("username")
@click.option("--name", required=True)
@click.option("--office", required=True, help="office code")
@click.option("--duty", required=True, type=DUTIES)
@click.password_option()
def add(username: str, name: str, office: str, duty: str, password: str) -> None:
    """Add a user with one post."""
    password_hash = _hash_of(username, password)
    with transaction():
        place = db.session.scalar(sa.select(Office).where(Office.code == office))
        if place is None:
            raise click.ClickException(f"没有代码为 {office} 的机构")
        if user_by_name(username):
            raise click.ClickException(f"用户 {username} 已存在")
        user = operations.add_user(username, name, password_hash, actor=administrator())
        operations.give_post(user, place, Duty(duty), actor=administrator())
    click.echo(f"已添加 {username}")


@group.command("post")
@click.argument("username")
@click.option("--office", required=True)
@click.option("--duty", required=True, type=DUTIES)
def post(username: str, office: str, duty: str) -> None:
    """Give a user another post."""
    with transaction():
        user, place = user_by_name(username), db.session.scalar(sa.select(Office).where(Office.code == office))
        if user is None or place is None:
            raise click.ClickException("没有这个用户或机构")
        operations.give_post(user, place, Duty(duty), actor=administrator())
    click.echo("已添加岗位")


@group.command("end-post")
@click.argument("username")
@click.option("--office", required=True, help="office code")
@click.option("--duty", required=True, type=DUTIES)
def end_post(username: str, office: str, duty: str) -> None:
    """End one post of a user; the other posts stay."""
    with transaction():
        held = post_held(known(username), office, Duty(duty))
        if held is None:
            raise click.ClickException(f"{username} 在 {office} 没有“{DUTY_NAMES[Duty(duty)]}”岗位")
        last_day = operations.end_post(held, actor=administrator())
    click.echo(f"已终止岗位，最后一日为 {last_day}")


@group.command("unlock")
@click.argument("username")
def unlock(username: str) -> None:
    """Lift every lock of an account, and the limit to known places; make sure first who asks."""
    with transaction():
        lifted = operations.lift_locks(known(username), actor=administrator())
    click.echo(f"已解除 {username} 的登录锁定（{lifted} 次登录失败不再计算）")


@group.command("reset-password")
@click.argument("username")
@click.password_option()
def reset_password(username: str, password: str) -> None:
    """Give a user another password and end their sessions."""
    known(username)
    password_hash = _hash_of(username, password)
    with transaction():
        operations.reset_password(known(username), password_hash, actor=administrator())
    click.echo(f"已重置 {username} 的密码，其登录均已退出")


def _seal(username: str) -> None:
    with transaction():
        user = known(username)
        if not user.enabled:
            raise click.ClickException(f"用户 {username} 已是封存状态")
        operations.disable(user, actor=administrator())
    click.echo(f"已封存 {username}，不能再登录；岗位保留，恢复用 reopen")


@group.command("seal")
@click.argument("username")
def seal(username: str) -> None:
    """Let a user no longer sign in, and end their sessions; their posts stay."""
    _seal(username)


@group.command("disable")
@click.argument("username")
def disable(username: str) -> None:
    """The same as seal, by its former name."""
    _seal(username)


@group.command("reopen")
@click.argument("username")
def reopen(username: str) -> None:
    """Let a user whose account was sealed sign in again."""
    with transaction():
        user = known(username)
        if user.enabled:
            raise click.ClickException(f"用户 {username} 没有封存")
        operations.reopen(user, actor=administrator())
    click.echo(f"已恢复 {username}，可以登录")
