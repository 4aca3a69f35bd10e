"""What a backup says of itself, signed by whoever made it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import orjson

from app.backup.tables import Extent
from app.encryption import is_signed, keyed_hash, sign
from app.errors import Refused

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
FORMAT = 1
LARGEST = 4_000_000  # bytes of a manifest


class BackupRefused(Refused):
    """This can be no backup, or none can be made here; subclasses say why."""

    code = "E-BACKUP"


class NotABackup(BackupRefused):
    text = "这不是本系统的备份文件，或文件已损坏：{why}。"


class OtherKey(Refused):
    code = "E-BACKUP-KEY"
    text = "备份时的 XUEJI_FIELD_KEY 与现在的不同：学籍主号等加密内容无法读出。请用备份时的密钥恢复。"


@dataclass(frozen=True)
class Manifest:
    """The schema's revision, the extent of all tables and of the files, and whose key sealed what is sealed."""

    made_at: str
    revision: str
    tables: dict[str, Extent]
    files: Extent  # the list of the sealed files
    key: str
    format: int = FORMAT


def key_mark() -> str:
    """Tells one field key from another without telling anything of it."""
    return keyed_hash("backup")[:16]


def written(manifest: Manifest) -> tuple[bytes, bytes]:
    """The manifest as bytes, and the signature under them."""
    content = orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2)
    return content, sign(content)


def read(content: bytes, signature: bytes) -> Manifest:
    """The manifest again. Raises NotABackup, OtherKey."""
    try:
        told: dict[str, Any] = orjson.loads(content)
        manifest = Manifest(
            made_at=str(told["made_at"]),
            revision=str(told["revision"]),
            tables={name: Extent(**extent) for name, extent in told["tables"].items()},
            files=Extent(**told["files"]),
            key=str(told["key"]),
            format=int(told["format"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotABackup(why="清单无法读取") from error
    if manifest.format != FORMAT:
        raise NotABackup(why=f"格式版本 {manifest.format} 不能识别")
    if manifest.key != key_mark():
        raise OtherKey()
    if not is_signed(content, signature):
        raise NotABackup(why="清单的签名不符，内容被改动过")
    return manifest
