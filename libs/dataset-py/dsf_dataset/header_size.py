"""Whether a header that fits the fields fits into a row."""

from .dataset import Dataset
from .shape import shape_of

LARGEST_ROW: int = shape_of("x-dsf", "source", "maxRowBytes")["maximum"]


def header_too_long(dataset: Dataset) -> str | None:
    """What is wrong where every header that fits the fields is longer than a row may be: no file could be imported."""
    size, most = _shortest_header(dataset), dataset.max_row_bytes
    if size <= most:
        return None
    way_out = (
        "fewer or shorter names" if size > LARGEST_ROW else f"raise source.maxRowBytes to {size} or more"
    )
    return f"the file's header takes {size} bytes, and source.maxRowBytes is {most}, so no file could be read; {way_out}"


def _shortest_header(dataset: Dataset) -> int:
    """In bytes, with the fields that the file must have."""
    # several header rows share its bytes, in a way that is theirs
    if not dataset.has_header or len(dataset.header_rows or ()) > 1:
        return 0
    fields = dataset.key if dataset.fields_match in ("superset", "partial") else dataset.fields
    names = [field.in_file for field in fields if not field.is_row_number]
    written = [_in_file(name, dataset.delimiter, dataset.quote_char) for name in names]
    return len(dataset.delimiter.join(written).encode("utf-8", "surrogatepass"))


def _in_file(name: str, delimiter: str, quote_char: str) -> str:
    """A quote behind other text is text, so that only these need quotes around them."""
    if delimiter not in name and "\n" not in name and not name.startswith(quote_char):
        return name
    return quote_char + name.replace(quote_char, quote_char * 2) + quote_char
