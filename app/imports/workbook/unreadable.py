"""A file that cannot be taken, and how much of one is read before it is given up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.web.uploads import FileRefused

CELLS = 3_000_000  # 50,000 rows of 40 columns, and a margin of empty ones that bear a format
STRINGS = 1_000_000  # texts that cells share
CHARACTERS = 40_000_000  # of all of them
BYTES = 300_000_000  # unpacked
SECONDS = 60.0  # of the processor: fifty thousand rows take about ten
AGAIN = "请把数据复制到新下载的模板，分成几个文件上传。"


class Unreadable(FileRefused):
    """E-FILE-…: the file as a whole cannot be taken; one sentence says why and what to do."""

    text = "{sentence}"

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence=sentence, field="file")
        self.code = code


class TakesTooLong(Unreadable):
    """E-FILE-TIME: reading took more of the processor than it may."""

    def __init__(self, seconds: float) -> None:
        super().__init__("E-FILE-TIME", f"读取这份文件超过了 {seconds:g} 秒（处理器时间），没有读完。{AGAIN}")


@dataclass
class Budget:
    """What the reading of one file may cost. Every method raises Unreadable, naming the limit, beyond it."""

    seconds: float = SECONDS
    spent: float = 0.0
    cells: int = 0
    strings: int = 0
    characters: int = 0
    bytes: int = 0

    def take_bytes(self, count: int) -> None:
        self.bytes += count
        if self.bytes > BYTES:
            raise Unreadable("E-FILE-SIZE", f"工作簿解压后超过 {BYTES // 1_000_000} MB，没有读取。{AGAIN}")

    def take_cells(self, count: int) -> None:
        self.cells += count
        if self.cells > CELLS:
            raise Unreadable(
                "E-FILE-CELLS", f"工作簿有超过 {CELLS:,} 个单元格（包括只有格式的空单元格），没有读取。{AGAIN}"
            )

    def take_string(self, length: int) -> None:
        self.strings += 1
        self.characters += length
        if self.strings > STRINGS or self.characters > CHARACTERS:
            raise Unreadable(
                "E-FILE-STRINGS",
                f"工作簿里的文字超过 {STRINGS:,} 段或 {CHARACTERS // 10_000:,} 万字，没有读取。{AGAIN}",
            )

    @contextmanager
    def working(self) -> Iterator[None]:
        """Count the processor's time of the block. Raises TakesTooLong once there is none left."""
        began = time.thread_time()
        try:
            yield
        finally:
            self.spent += time.thread_time() - began
        if self.spent > self.seconds:
            raise TakesTooLong(self.seconds)
