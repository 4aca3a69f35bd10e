"""`python -m app`: bring the database up, load the demo province into an empty one, serve, and work the background."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from app import create_app, embedded_server, settings, worker
from app.database import db
from app.identity.models import User
from app.identity.views.account import DEMO_PASSWORD
from app.start import initialise


def main() -> None:
    """Serve until interrupted."""
    say_at_once()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    app = create_app()
    with app.app_context():
        initialise(print)
        load_demo_into_empty(app)
        demo = db.session.scalar(sa.select(User.id).where(User.is_demo).limit(1)) is not None
    worker.beside(app)
    port = settings.read(Path(app.instance_path)).port
    print(first_steps(f"http://127.0.0.1:{port}", demo=demo))
    embedded_server.serve(app, port=port)


def say_at_once() -> None:
    """Give out each line when it is said, also to a file or a pipe, whose buffer would hold the progress back."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)  # not every stand-in for standard output has it
    if reconfigure:
        reconfigure(line_buffering=True)


def load_demo_into_empty(app: Flask) -> None:
    """The demo province, where there is nobody yet and the database is the embedded one.

    One that was killed in the middle of its loading is no demonstration: it is told, cleared and loaded anew.
    """
    from app import demo

    if demo.is_unfinished():
        if not app.config["EMBEDDED"] or demo.holds_somebody_real():
            print("演示数据没有装完（上次装入时中断），不宜用于演示：请另建空数据库后重新装入。")
            return
        print("上次装入演示数据时中断：清空后重新装入")
        demo.clear()
        initialise(print)
    if db.session.scalar(sa.select(User.id).limit(1)) is None and app.config["EMBEDDED"]:
        demo.load(print)


def first_steps(address: str, *, demo: bool) -> str:
    """Where the system is to be found, and what somebody who has never seen it does first."""
    lines = [f"学籍系统已启动： {address}  （Ctrl+C 停止）", ""]
    if not demo:
        return "\n".join(
            [
                *lines,
                "还没有演示账号。建立第一个账号：  .venv/bin/flask --app app user --help",
                f"Xueji is running at {address}. Create the first account with: flask --app app user --help",
            ]
        )
    return "\n".join(
        [
            *lines,
            f"演示账号（密码均为 {DEMO_PASSWORD}）：",
            "  330106.approver       西湖区教育局审核人员：待办、下达指令、督办",
            "  2133010601.operator   小学学籍管理员：发起转学、休学等业务，批量导入新生",
            "  2133010601.approver   同一小学的审核人员（分管负责人）",
            "  330000.analyst        省流程管理员；330000.auditor 为审计人员。其余账号见登录页",
            "",
            "可以这样开始：",
            "  1. 用 330106.approver 登录，打开“待办”中最急的一件，看流转依据，点“同意”：办件转到下一机构。",
            "  2. 退出，用 2133010601.operator 登录，在“学生”中打开一名学生，点“为该生发起办件”，选“休学”，填好提交。",
            "  3. 用 2133010601.approver 登录，在“待办”中审核刚提交的休学，再看它走到哪里。",
            "",
            f"编程接口： {address}/api/v1/  。其他说明见 README.md。",
            f"Sign in at {address} as 330106.approver (a bureau) or 2133010601.operator (a school), "
            f"password {DEMO_PASSWORD}; README.md says the rest.",
        ]
    )


if __name__ == "__main__":
    main()
