"""The bytes of a landing file beside their outline: its rows, their cells, and what is let pass."""

import re
from collections import Counter
from collections.abc import Iterator

from dsf_dataset import Dataset

from .csv_records import Outline, Record


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _blank_row(delimiter: str, quote: str) -> re.Pattern[bytes]:
    """A line of empty cells. All of its quotes close in it, so it is a whole record."""
    spaces = "".join(char for char in " \t" if char not in (delimiter, quote))
    cell = (f"[{spaces}]*" if spaces else "") + f"(?:{re.escape(quote * 2)})?"
    return re.compile(f"{cell}(?:{re.escape(delimiter)}{cell})*".encode())


class CsvFile:
    """The bytes of a file beside its outline, which tells where they are records and cells."""

    def __init__(self, content: bytes, dataset: Dataset) -> None:
        self._content = content if content.endswith(b"\n") else content + b"\n"
        self._dataset = dataset
        self.outline = Outline(self._content, dataset)
        self.passed: Counter[str] = Counter()
        """Rows and lines so far that were let pass, by what let them."""
        self._blank = _blank_row(dataset.delimiter, dataset.quote_char)

    def records(self, line: int, columns: int) -> Iterator[Record]:
        """What follows the line of a quote that never closed is read anew."""
        while line < self.outline.lines:
            begin = line
            for record in self.outline.records(line, columns):
                if self._begins(record.begin, self._dataset.footer):
                    self.passed["footer"] += self.outline.lines - record.begin
                    return
                if passed := self._passed(record.begin):
                    self.passed[passed] += 1
                    line = record.begin + 1
                    # the quotes of a comment are none, so what pyarrow took for a part of it is read anew
                    if record.end != line:
                        break
                    continue
                yield record
                line = record.end
            if line == begin:
                return

    def first_line(self) -> int:
        """The first one that is neither blank nor a comment."""
        comments = self._dataset.comment_rows or ()
        for line in range(self.outline.lines):
            if not (self.outline.is_blank(line) or line + 1 in comments or self._is_comment(line)):
                return line
        return self.outline.lines

    def _passed(self, line: int) -> str | None:
        """What lets pass a line that is no row."""
        if self._is_comment(line):
            return "comments"
        if "blankRows" not in (self._dataset.tolerate or ()):
            return None
        begin, end = self._extent(Record(line, line + 1, None))
        is_blank = self._blank.fullmatch(self._content, begin, end)
        return "blankRows" if is_blank and end - begin <= self._dataset.max_row_bytes else None

    def _is_comment(self, line: int) -> bool:
        char = self._dataset.comment_char
        return char is not None and self._begins(line, (char,))

    def _begins(self, line: int, texts: tuple[str, ...] | None) -> bool:
        begin = self.outline.starts[line]
        return any(self._content.startswith(text.encode(), begin) for text in texts or ())

    def bytes_of(self, record: Record) -> bytes:
        """Without the line end."""
        begin, end = self._extent(record)
        return self._content[begin:end]

    def cells_of(self, record: Record) -> list[str] | None:
        """Decoded; None when the row is refused: its bytes are not just what a writer makes of the cells."""
        begin, end = self._extent(record)
        content = self._content[begin:end]
        is_long = len(content) > self._dataset.max_row_bytes
        if record.cells is None or is_long or b"\0" in content or not _is_text(content):
            return None
        return self._written_cells(record, record.cells)

    def mended(self, record: Record, columns: int) -> list[str] | None:
        """Of a row that is refused: its cells, where the dataset lets pass all that is wrong with it."""
        allowed = self._dataset.tolerate or ()
        content = self.bytes_of(record)
        whole = self.outline.first(record.begin, len(content) + 2)
        if not allowed or whole is None or whole.cells is None or whole.end != record.end:
            return None
        if len(content) > self._dataset.max_row_bytes:
            return None
        cells = self._written_cells(whole, whole.cells)
        needed = set() if _is_text(content) else {"unknownCharacters"}
        if cells is not None and b"\0" in content:
            needed.add("nulBytes")
            cells = self._without_nul(content)
        if cells is None:
            return None
        if len(cells) < columns:
            needed.add("shortRows")
        elif len(cells) > columns:
            surplus = cells[columns:]
            # more than one is a long row as well, where those alone are let pass
            is_trailing = not any(surplus) and (len(surplus) == 1 or "trailingDelimiter" in allowed)
            needed.add("trailingDelimiter" if is_trailing else "longRows")
        if not needed <= set(allowed):
            return None
        self.passed.update(needed)
        return (cells + [""] * columns)[:columns]

    def _without_nul(self, content: bytes) -> list[str] | None:
        text = content.replace(b"\0", b"")
        if text.endswith(b"\r"):  # it would be taken for a part of the end of the line
            return None
        csv = CsvFile(text + b"\n", self._dataset)
        record = csv.outline.first(0, len(text) + 2) if text else None
        if record is None or record.cells is None or record.end != csv.outline.lines:
            return None
        return csv._written_cells(record, record.cells)

    def _written_cells(self, record: Record, cells: list[str]) -> list[str] | None:
        """Decoded; None when the bytes are not just what a writer makes of the cells."""
        begin, end = self._extent(record)
        content = self._content[begin:end]
        row = self.outline.text[begin:end]
        places = self._places(row, cells)
        if places is None:
            return None
        text = content.decode(errors="replace")
        escape = self._dataset.escape_char
        if text == row and (escape is None or escape not in text):
            return [cell[blanks:] for cell, (blanks, _, _) in zip(cells, places, strict=True)]
        return [self._text(content[at:to]) for _, at, to in places]

    def _extent(self, record: Record) -> tuple[int, int]:
        begin, end = self.outline.starts[record.begin], self.outline.starts[record.end] - 1
        return begin, end - self._content.endswith(b"\r", begin, end)

    def _places(self, row: str, cells: list[str]) -> list[tuple[int, int, int]] | None:
        """
        Where each cell stands in its row, with its quotes, and how many blanks of what pyarrow found are none of it. None
        when the row is not these cells as they are written.
        """
        comma, quote, spaces = self.outline.comma, self.outline.quote, self.outline.spaces
        skip = self._dataset.skip_initial_space
        places = []
        at = 0
        for cell in cells:
            begin = self.outline.behind_blanks(row, at) if row.startswith(spaces, at) else at
            if row.startswith(quote, begin):
                if begin > at and not skip:
                    return None
                written = quote + cell[begin - at :].replace(quote, quote * 2) + quote
            else:
                begin = begin if skip else at
                written = cell[begin - at :]
            end = begin + len(written)
            if not row.startswith(written, begin) or row[end : end + 1] not in (comma, ""):
                return None
            places.append((begin - at, begin, end))
            at = end + 1
        return places if at == len(row) + 1 else None

    def _text(self, cell: bytes) -> str:
        text = cell.decode(errors="replace")
        quote, escape = self._dataset.quote_char, self._dataset.escape_char
        if text[:1] != quote:
            return text
        if escape is None:
            return text[1:-1].replace(quote * 2, quote)
        marks = f"[{re.escape(quote + escape)}]"
        return re.sub(f"{marks}({marks})|{re.escape(escape)}([\r\n])", r"\1\2", text[1:-1])
