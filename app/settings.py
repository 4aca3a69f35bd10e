"""Settings, from the environment; where none are given, the embedded start keeps its own secrets in `instance/`."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

PROFILES = ("zj-2010", "zj-now")
OTHER_PROVINCES = ("none", "simulated")


class SettingsError(SystemExit):
    """The environment lacks something without which the house must not open."""


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
    proxies: int  # how many in front are believed about the browser's address and scheme

    @property
    def embedded(self) -> bool:
        """True for the one-file database under `instance/`."""
        return self.database_url.startswith("sqlite")


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
        proxies=_proxies(),
    )


def _proxies() -> int:
    text = os.environ.get("XUEJI_PROXIES", "0")
    if not text.isdecimal() or int(text) > 5:
        raise SettingsError(f"XUEJI_PROXIES 须为 0 到 5 的整数，现在是“{text}”。")
    return int(text)


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
