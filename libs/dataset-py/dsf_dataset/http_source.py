"""What a source says of an API of http(s) that cannot be, or not together; only the stages fetch it."""

import re

from .encodings import encoding_of
from .json_node import Node

_COUNTED = (("parameter",), ("limit", "limitParameter", "first", "last"))
_WORDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "link": ((), ()),
    "cursor": (("parameter", "header"), ()),
    "offset": _COUNTED,
    "number": _COUNTED,
}
"""Of a kind of paging: what it needs, and what else it takes."""


def check_http(source: Node, resource: Node, reading: Node) -> None:
    is_http = source.is_wrong("/url") or re.match("(?i)https?:", source.at("url").value or "")
    for word in ("post", "oauth", "pages"):
        if source.at(word) and not is_http:
            source.refuse("expected a source.url that begins with http:// or https://", f"/{word}")
    pages = source.at("pages")
    if not pages.at("by"):
        return
    _check_words(pages)
    if resource.at("compression"):
        pages.refuse("expected none beside a compression: pages are put together as text")
    for word in ("headerRows", "commentRows", "commentChar"):
        if resource.at("dialect").at(word):
            pages.refuse(f"expected none beside dialect.{word}: a page is its header and its rows")
    if resource.at("dialect").at("lineTerminator").value == "\r":
        pages.refuse("expected none beside lines that end in CR")
    if reading.at("footer"):
        pages.refuse("expected none beside reading.footer: a page is its header and its rows")
    if (encoding_of(resource.at("encoding").value or "utf-8") or "").startswith("utf-16"):
        pages.refuse("expected none beside an encoding of two bytes")


def _check_words(pages: Node) -> None:
    by = pages.at("by").value
    needs, takes = _WORDS[by]
    for word in needs:
        if not pages.at(word):
            pages.refuse(f'is missing, which "by": "{by}" needs', f"/{word}")
    for word, node in pages.items():
        if word not in ("by", "maxPages", *needs, *takes):
            node.refuse(f'expected none beside "by": "{by}"')
    if "limit" not in takes or pages.at("limit") or pages.is_wrong("/limit"):
        return
    if pages.at("limitParameter"):
        pages.refuse("expected a limit beside it", "/limitParameter")
    if pages.at("last").value == "short":
        pages.refuse("expected a limit beside it", "/last")
