"""Settings, from the environment; where none are given, the embedded start keeps its own secrets in `instance/`."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

APP = Path(__file__).resolve().parent
INSTALLED = (APP / "bpmn").is_dir()  # from a wheel, which carries the analysts' folders inside the package
SOURCES = APP if INSTALLED else APP.parent  # where bpmn/ and forms/ stand

PROFILES = ("zj-2010", "zj-now")
OTHER_PROVINCES = ("none", "simulated")


class SettingsError(SystemExit):
    """The environment lacks something without which the product must not start."""


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over, and from whom it comes."""

    host: str
    port: int
    security: str  # plain, starttls, tls
    username: str
    password: str
    sender: str


@dataclass(frozen=True)
class Settings:
    """What the environment decides. Keys are bytes; `database_url` is SQLAlchemy's."""

    database_url: str
    secret_key: str
    field_key: str
    profile: str
    instance: Path
    port: int
    attachments: Path  # a folder that every process shares
    other_provinces: str  # who stands for them: none, or a simulation that answers
    url: str  # under which the product is reached; "" where that is this machine alone
    proxies: tuple[str, ...]  # those in front that are believed about the browser's address, scheme and host
    mail: MailServer | None  # None: no mail is sent
    webhook_networks: tuple[str, ...]  # inner networks to which notices of an office may be pushed

    @property
    def embedded(self) -> bool:
        """True for the one-file database under `instance/`."""
        return self.database_url.startswith("sqlite")


def instance_folder() -> Path:
    """Where an installation keeps its own: the database, secrets and uploaded papers, unless settings say otherwise.

    In a checkout its `instance/`; from a wheel `instance/` under the folder in which the program is started, because
    the place of a package is overwritten by the next version.
    """
    given = os.environ.get("XUEJI_INSTANCE")
    if given:
        return Path(given).resolve()
    return (Path.cwd() if INSTALLED else APP.parent) / "instance"


def read(instance: Path) -> Settings:
    """Read the environment. Raises SettingsError with a sentence when it cannot be served from."""
    url = os.environ.get("XUEJI_DATABASE_URL") or f"sqlite:///{instance / 'xueji.db'}"
    if not url.startswith(("sqlite:", "postgresql+psycopg:")):
        raise SettingsError("XUEJI_DATABASE_URL 须以 sqlite:/// 或 postgresql+psycopg:// 开头。")
    profile = os.environ.get("XUEJI_PROFILE", "zj-2010")
    if profile not in PROFILES:
        raise SettingsError(f"XUEJI_PROFILE 只能是 {'、'.join(PROFILES)}，现在是“{profile}”。")
    others = os.environ.get("XUEJI_OTHER_PROVINCES", "none")
    if others not in OTHER_PROVINCES:
        raise SettingsError(f"XUEJI_OTHER_PROVINCES 只能是 {'、'.join(OTHER_PROVINCES)}，现在是“{others}”。")
    embedded = url.startswith("sqlite")
    return Settings(
        database_url=url,
        secret_key=_secret("XUEJI_SECRET_KEY", instance, embedded),
        field_key=_secret("XUEJI_FIELD_KEY", instance, embedded),
        profile=profile,
        instance=instance,
        port=int(os.environ.get("PORT", "8000")),
        attachments=Path(os.environ.get("XUEJI_ATTACHMENTS") or instance / "attachments"),
        other_provinces=others,
        url=_url(),
        proxies=_networks("XUEJI_PROXIES", "所信任的代理", also=("unix",)),
        mail=_mail(),
        webhook_networks=_networks("XUEJI_WEBHOOK_NETWORKS", "可以推送通知的内部网络"),
    )


def _url() -> str:
    url = os.environ.get("XUEJI_URL", "").strip().rstrip("/")
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query):
        raise SettingsError(f"XUEJI_URL 须为完整网址，如 https://xueji.example.cn，不带路径，现在是“{url}”。")
    return url


def make_private(folder: Path) -> None:
    """Let nobody but the owner into the folder; what others could read in one that was open is closed too."""
    os.umask(0o077)  # whatever this process makes from now on
    folder.mkdir(parents=True, exist_ok=True)
    was_open = folder.stat().st_mode & 0o077
    present = list(folder.rglob("*")) if was_open else list(folder.iterdir())
    for each in [folder, *present]:
        with contextlib.suppress(FileNotFoundError, PermissionError):  # another process's, or gone meanwhile
            if not each.is_symlink() and each.stat().st_mode & 0o077:
                each.chmod(0o700 if each.is_dir() else 0o600)


def _networks(setting: str, what: str, also: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Addresses or networks, separated by commas; also -- words that may stand among them.

    `unix` is a proxy that comes over a socket of this machine.
    """
    text = os.environ.get(setting, "").strip()
    if text == "0":
        return ()  # none, as it was written before proxies were named
    names = tuple(part for each in text.split(",") if (part := each.strip()))
    for name in names:
        if name not in also and not _is_network(name):
            raise SettingsError(
                f"{setting} 须列出{what}的地址或网段，以逗号分隔（如 127.0.0.1,10.0.0.0/8），现在是“{text}”。"
            )
    return names


SMTP = {"smtp": ("plain", 25), "smtp+starttls": ("starttls", 587), "smtps": ("tls", 465)}


def _mail() -> MailServer | None:
    """The server that takes mail; the setting is not repeated in sentences, there is a password in it."""
    text, sender = os.environ.get("XUEJI_SMTP", "").strip(), os.environ.get("XUEJI_MAIL_FROM", "").strip()
    if not text:
        return None
    parts = urlsplit(text)
    try:
        port = parts.port
    except ValueError:
        port = 0
    if parts.scheme not in SMTP or not parts.hostname or port == 0 or parts.path.strip("/"):
        raise SettingsError("XUEJI_SMTP 须如 smtp+starttls://用户名:密码@主机:587（或 smtps://、smtp://），不带路径。")
    security, usual = SMTP[parts.scheme]
    if parts.username and security == "plain":
        raise SettingsError("XUEJI_SMTP 带用户名和密码时须以 smtp+starttls:// 或 smtps:// 开头，密码不能明文传送。")
    if "@" not in sender or not sender.isascii() or any(each in sender for each in " \r\n<>,"):
        raise SettingsError("XUEJI_MAIL_FROM 须为发件邮箱，如 xueji@example.cn。")
    username, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(parts.hostname, port or usual, security, username, password, sender)


def _is_network(name: str) -> bool:
    try:
        ipaddress.ip_network(name, strict=False)
    except ValueError:
        return False
    return "." in name or ":" in name


def _secret(name: str, instance: Path, embedded: bool) -> str:
    value = os.environ.get(name)
    if value:
        if len(value) < 16:
            raise SettingsError(f"{name} 太短：至少 16 个字符。")
        return value
    if not embedded:
        raise SettingsError(f"缺少 {name}：使用 PostgreSQL 时必须由环境变量给出，系统不会自行生成。")
    return _kept_secret(instance / name.lower().replace("xueji_", ""))


def _kept_secret(path: Path) -> str:
    """The secret in that file, made on first use; O_EXCL lets only one of two starting processes make it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32))
    return path.read_text(encoding="ascii").strip()
