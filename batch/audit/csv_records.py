"""
Where the records of a CSV file begin and end, and their cells, by pyarrow's reader. It has no word for white space before
an opening quote, so that is moved behind the quote for it, and back again in what it found. Its escapes mean something outside of
quotes too, so it never sees one: what they make text of is a letter to it. That is nothing else outside of quotes, as what stands behind
another character neither opens nor closes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow
import pyarrow.csv
from dsf_dataset import Dataset

_WHITE = re.compile(
    "[\t\v\f ]|\r(?!\n)|\xc2\xa0|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80|\xef\xbb\xbf"
)
"""White space other than a line end, in UTF-8 with a character for each byte."""
_MARK, _COMMA_MARK = "\x01", "\x02"
"""Stand where white space was moved to; the second one for what would delimit cells, where several blanks are one."""
_NO_ASCII = (0, 1, 2, *range(0x80, 0x100))

Row = tuple[list[str] | None, int]
"""Cells, none when their number is wrong, and the line ends within them."""


@dataclass(frozen=True)
class Record:
    """Lines `begin` to before `end`. Cells have a character for each byte, as the outline has."""

    begin: int
    end: int
    cells: list[str] | None
    """None when their number is not the one asked for, or a quote is open."""


class Outline:
    """
    A file in characters that say enough of where records end, one for each byte: white space is `blank`, what is no ASCII
    and what is escaped a `letter`, the rest as it is.
    """

    def __init__(self, content: bytes, dataset: Dataset) -> None:
        self.comma, self.quote = dataset.delimiter, dataset.quote_char
        self.blank, self.letter = (
            next(char for char in chars if char not in (self.comma, self.quote)) for chars in (" \t\v", "xyz")
        )
        text = content.decode("latin-1")
        self.text = self._without_escapes(
            _WHITE.sub(self._blanks, text).translate(dict.fromkeys(_NO_ASCII, self.letter)),
            dataset.escape_char,
        )
        self.starts = [0, *(found.end() for found in re.finditer("\n", text))]
        comma, quote, blank = map(re.escape, (self.comma, self.quote, self.blank))
        # inside quotes too, where it changes nothing: a run of quotes opens or closes the same before and behind a blank
        are_one = dataset.skip_initial_space and self.comma == " "
        self.spaces = (self.blank, self.comma) if are_one else (self.blank,)
        blanks, quotes = (f"[{blank} ]", "*+") if are_one else (blank, "++")
        self._spaced = re.compile(rf"(?:(?<=[{comma}\n])|\A)({blanks}++)({quote}{quotes})")
        self._blank_run = re.compile(rf"{blanks}*+")
        self._moved = re.compile(rf"({quote}*+)([{_MARK}{_COMMA_MARK}]++)")
        self._marks = str.maketrans({self.blank: _MARK, self.comma: _COMMA_MARK})
        self._unmarked = str.maketrans({_MARK: self.blank, _COMMA_MARK: self.comma})

    @property
    def lines(self) -> int:
        return len(self.starts) - 1

    def first(self, begin: int, most: int) -> Record | None:
        """The record that begins at a line, whatever the number of its cells; None when it does not end within `most` bytes."""
        last = self.starts[begin] + most
        end = next((line for line in range(begin, self.lines) if self.starts[line] > last), self.lines)
        try:
            return next(self._records(begin, end, None), None)
        except pyarrow.ArrowInvalid:
            return None

    def records(self, begin: int, columns: int) -> Iterator[Record]:
        """The records from a line on; the last one may have an open quote, and ends with the line in which that stands."""
        return self._records(begin, self.lines, columns)

    def _records(self, begin: int, end: int, columns: int | None) -> Iterator[Record]:
        line = begin
        for cells, newlines in self._rows(begin, end, columns):
            while line < end and self.is_blank(line):
                line += 1
            following = line + newlines + 1
            if following <= end:
                yield Record(line, following, cells)
            elif newlines > 0:
                yield Record(line, self._behind_open_quote(line, end), None)
            line = following

    def is_blank(self, line: int) -> bool:
        begin = self.starts[line]
        return self.text[begin : min(begin + 3, self.starts[line + 1])] in ("\n", "\r\n")

    def _behind_open_quote(self, begin: int, end: int) -> int:
        cells, newlines = next(self._rows(begin, end, None, self.quote + "\n"))
        assert cells, "a row of any number of columns has its cells"
        return begin + newlines - cells[-1].count("\n") + 1

    def behind_blanks(self, row: str, at: int) -> int:
        found = self._blank_run.match(row, at)
        return found.end() if found else at

    def _rows(self, begin: int, end: int, columns: int | None, close: str = "") -> Iterator[Row]:
        # the line behind the file is a record of its own, unless a quote is open
        text = self.text[self.starts[begin] : self.starts[end]] + self.letter + close
        moved = self._spaced.sub(lambda found: found[2] + found[1].translate(self._marks), text)
        wrong: dict[int, int] = {}

        def keep(row: pyarrow.csv.InvalidRow) -> str:
            wrong[row.number] = row.text.count("\n")
            return "skip"

        names = [f"f{i}" for i in range(columns or text.count(self.comma) + 1)]
        table = pyarrow.csv.read_csv(
            pyarrow.BufferReader(moved.encode("ascii")),
            pyarrow.csv.ReadOptions(
                use_threads=False,
                block_size=max(len(moved) + 1, 1 << 20),
                column_names=names if columns else None,
                autogenerate_column_names=not columns,
            ),
            pyarrow.csv.ParseOptions(
                delimiter=self.comma,
                quote_char=self.quote,
                newlines_in_values=True,
                invalid_row_handler=keep,
            ),
            pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pyarrow.string())),
        )
        is_moved = _MARK in moved or _COMMA_MARK in moved
        good = zip(*(column.to_pylist() for column in table.columns), strict=True)
        for number in range(1, table.num_rows + len(wrong) + 1):
            if number in wrong:
                yield None, wrong[number]
            else:
                cells = list(next(good))
                if is_moved:
                    cells = [self._restored(cell) for cell in cells]
                yield cells, "".join(cells).count("\n")

    def _without_escapes(self, text: str, char: str | None) -> str:
        """Letters in place of each escape and the quote or escape that it makes text of."""
        if char is None:
            return text
        escape, quote = re.escape(char), re.escape(self.quote)
        return re.sub(f"{escape}[{escape}{quote}]", self.letter * 2, text)

    def _blanks(self, found: re.Match[str]) -> str:
        white = found[0]
        return white if white in (self.comma, self.quote) else self.blank * len(white)

    def _restored(self, cell: str) -> str:
        if _MARK not in cell and _COMMA_MARK not in cell:
            return cell
        return self._moved.sub(lambda found: found[2].translate(self._unmarked) + found[1], cell)
