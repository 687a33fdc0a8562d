"""The landing file as rows: their numbers, their cells, and which of them cannot be read."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import zip_longest

import pyarrow
from dsf_batch.command import NotNow
from dsf_dataset import SPACE, Dataset

from .csv_file import CsvFile


@dataclass
class Landed:
    """Rows count from 1; the header and blank lines do not."""

    header: list[str] = field(default_factory=list)
    """Of the file; the number of the row, where it is a field, stands behind all cells."""
    fields: list[str | None] = field(default_factory=list)
    """The field of each column, by its name; None where it is none."""
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    unreadable: list[tuple[int, bytes]] = field(default_factory=list)
    """Row number, and the bytes of the row up to the limit of a row."""
    tolerated: Counter[str] = field(default_factory=Counter)
    """Rows and lines that the dataset lets pass, by what lets them."""


def read_landing(content: bytes, dataset: Dataset) -> Landed:
    """@raise NotNow for a file without a header that can be read: no run can have come of it"""
    lines = content.replace(b"\r", b"\n") if dataset.has_cr_lines else content
    try:
        return _read(CsvFile(lines.removeprefix(b"\xef\xbb\xbf"), dataset), dataset)
    except pyarrow.ArrowException as error:
        raise NotNow(f"pyarrow cannot read the landing file: {error}") from error


def _read(csv: CsvFile, dataset: Dataset) -> Landed:
    header, line = _header(csv, dataset)
    numbers = [field.name for field in dataset.fields if field.is_row_number]
    landed = Landed([*header, *numbers], [*_fields(dataset, header), *numbers], tolerated=csv.passed)
    for number, record in enumerate(csv.records(line, len(header)), start=1):
        cells = csv.cells_of(record)
        if cells is None:
            cells = csv.mended(record, len(header))
        if cells is None:
            landed.unreadable.append((number, csv.bytes_of(record)[: dataset.max_row_bytes]))
        else:
            landed.rows.append((number, [*cells, str(number)] if numbers else cells))
    return landed


def _header(csv: CsvFile, dataset: Dataset) -> tuple[list[str], int]:
    """Its cells, and the line of the first row."""
    rows: list[list[str]] = []
    line = 0
    for wanted in (dataset.header_rows or (None,)) if dataset.has_header else ():
        begin = csv.first_line() if wanted is None else wanted - 1
        record = csv.outline.first(begin, dataset.max_row_bytes + 2) if begin < csv.outline.lines else None
        cells = csv.cells_of(record) if record else None
        if record is None or cells is None or record.begin != begin or begin < line:
            raise NotNow("the header of the landing file cannot be read")
        rows.append(cells)
        line = record.end
    while line + 1 in (dataset.comment_rows or ()) and line < csv.outline.lines:
        line += 1
    if not dataset.has_header:
        return [field.in_file for field in dataset.in_file], line
    names = rows[0] if len(rows) == 1 else _joined(rows, dataset)
    is_trailing = "trailingDelimiter" in (dataset.tolerate or ()) and len(names) > 1 and names[-1] == ""
    return names[:-1] if is_trailing else names, line


def _joined(rows: list[list[str]], dataset: Dataset) -> list[str]:
    """Of cells one above the other, those that say something; what two of them say is said once."""
    glue = " " if dataset.header_join is None else dataset.header_join
    names = []
    for cells in zip_longest(*rows, fillvalue=""):
        parts = [cell.strip(SPACE) for cell in cells]
        names.append(
            glue.join(one for one, above in zip(parts, ["", *parts], strict=False) if one not in ("", above))
        )
    return names


def _fields(dataset: Dataset, header: list[str]) -> list[str | None]:
    """Where the places tell, several columns may have one name, or none."""
    if dataset.fields_match == "exact":
        return [field.name for field in dataset.in_file]
    names = {field.in_file: field.name for field in dataset.in_file}
    return [names.get(text) for text in header]
