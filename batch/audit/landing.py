"""The landing file as rows: where they begin and end, their numbers, and which of them cannot be read."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from dsf_batch.command import NotNow
from dsf_dataset import Dataset

_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?(?:\r?\n)*")
_BLANK = re.compile(rb"(?:\r?\n)+")


@dataclass
class Landed:
    """Rows count from 1; the header and blank lines do not."""

    header: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    unreadable: list[tuple[int, bytes]] = field(default_factory=list)
    """Row number, and the bytes of the row's first line up to the limit of a row."""


def read_landing(content: bytes, dataset: Dataset) -> Landed:
    """@raise NotNow for a file without a header that can be read: no run can have come of it"""
    csv = _Csv(content, dataset)
    at = csv.after(_BEGINNING, 0)
    first = csv.record(at)
    if first is None:
        raise NotNow("the header of the landing file cannot be read")
    header, at = first
    landed = Landed(header)
    for number, (cells, raw) in enumerate(csv.rows(at, len(header)), start=1):
        if cells is None:
            landed.unreadable.append((number, raw))
        else:
            landed.rows.append((number, cells))
    return landed


def unzipped(key: str, content: bytes) -> bytes:
    """The bytes of a landing object, decompressed when its key says that it is gzip."""
    plain = b""
    while key.endswith(".gz") and content:
        inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
        plain += inflate.decompress(content)
        content = inflate.unused_data
    return plain or content


class _Csv:
    """
    Cuts a file by two expressions: one for a row of any kind, one for its cells. A row that does not fit, or is too
    long, or has another number of cells than the header, costs its first line only: the next line is a row again.
    """

    def __init__(self, content: bytes, dataset: Dataset) -> None:
        self._content = content if content.endswith(b"\n") else content + b"\n"
        self._limit = dataset.max_row_bytes
        self._quote = dataset.quote_char.encode()
        quote, comma = re.escape(self._quote), re.escape(dataset.delimiter.encode())
        quoted = rb"%b[^%b]*+(?:%b%b[^%b]*+)*+%b" % ((quote,) * 6)
        bare = rb"(?!%b)[^%b\n]*+" % (quote, comma)
        cell = rb"(?>%b(?=%b|\r?\n)|%b)" % (quoted, comma, bare)
        self._row = re.compile(rb"%b(?:%b%b)*+\r?\n" % (cell, comma, cell))
        self._cell = re.compile(rb"(%b)(?:%b|\r?\n)" % (cell, comma))

    def after(self, blank: re.Pattern[bytes], at: int) -> int:
        found = blank.match(self._content, at)
        return found.end() if found else at

    def rows(self, at: int, columns: int) -> Iterator[tuple[list[str] | None, bytes]]:
        """Cells of each row, or None and the bytes of a row that cannot be read."""
        content, limit = self._content, self._limit
        while (at := self.after(_BLANK, at)) < len(content):
            whole = self._cut(at)
            if whole is not None and len(whole[0]) == columns:
                cells, end = whole
                yield self._decoded(cells), self._without_line_end(at, end)
            else:
                end = content.index(b"\n", at) + 1
                yield None, self._without_line_end(at, end)[:limit]
            at = end

    def record(self, at: int) -> tuple[list[str], int] | None:
        """Cells of the row at `at`, and where the next one may begin; None when they cannot be read."""
        whole = self._cut(at)
        cells = self._decoded(whole[0]) if whole else None
        return (cells, whole[1]) if whole and cells is not None else None

    def _cut(self, at: int) -> tuple[list[bytes], int] | None:
        row = self._row.match(self._content, at, at + self._limit + 2)
        if not row or len(self._without_line_end(at, row.end())) > self._limit:
            return None
        cells = [cell[1] for cell in self._cell.finditer(self._content, at, row.end())]
        if not cells[-1].startswith(self._quote):
            cells[-1] = cells[-1].removesuffix(b"\r")
        return [self._text(cell) for cell in cells], row.end()

    def _text(self, cell: bytes) -> bytes:
        if cell[:1] == self._quote:
            return cell[1:-1].replace(self._quote * 2, self._quote)
        return cell

    def _without_line_end(self, at: int, end: int) -> bytes:
        line = self._content[at : end - 1]
        return line[:-1] if line.endswith(b"\r") else line

    @staticmethod
    def _decoded(cells: list[bytes]) -> list[str] | None:
        try:
            texts = [cell.decode("utf-8") for cell in cells]
        except UnicodeDecodeError:
            return None
        return None if any("\0" in text for text in texts) else texts
