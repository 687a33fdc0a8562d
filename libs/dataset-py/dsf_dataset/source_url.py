"""Where a source is: what can be fetched, and the words of a pattern. The stages check the address itself."""

import re

from .json_node import Node

_SOURCE_URL = "|".join(
    (
        r"(?i:https?)://[^/?#\s]+.*",
        r"(?i:sftp|ftps?|s3)://[^/?#\s]+/[^?#{}]*[^?#{}/]",
        r"(?i:file):(//(?i:localhost)?)?/[^?]+",
    )
)


# the same as in libs/dataset/src/definition/source-dates.ts
_BRACES = re.compile(r"(?<!\$)\{([-_./:\sTa-zA-Z]{1,40})\}")


def _is_date(text: str) -> bool:
    rest = re.sub("yyyy|yy|MM|DDD|dd|HH", "", text)
    return re.search("[yMDdH]", text) is not None and re.fullmatch("[-_./T]*", rest) is not None


def check_url(node: Node) -> None:
    """What can be fetched."""
    url = node.value
    if url is None:
        return
    judged = _BRACES.sub(lambda found: "0" if _is_date(found[1]) else found[0], url)
    authority = re.split("[/?#]", url.partition("://")[2])[0]
    if not re.fullmatch(_SOURCE_URL, judged, re.DOTALL) or re.search(r"(?<!\$)\{|\*", authority):
        node.refuse("expected a URL that names one file, by http, sftp, ftp, s3 or file")
    if "@" in authority:
        node.refuse("expected no user or password: name a secret")
    if any(re.search("(?i)yy", text) for text in _BRACES.findall(judged)):
        node.refuse("expected a date of yyyy, yy, MM, dd, DDD, HH and -_./T, as in {yyyy-MM-dd}")
    if "${secret:" in url.split("?")[0]:
        node.refuse("expected `${secret:name}` in the query alone")
    if is_pattern(url) and "**" in url:
        node.refuse("expected * within a name")


# the same as in libs/dataset/src/definition/source-pattern.ts
_LISTING = re.compile(r"(?i)(file|sftp|ftps?|s3):(//[^/]*)?")


def is_pattern(url: str) -> bool:
    listing = _LISTING.match(url)
    return listing is not None and "*" in url[listing.end() :]


def check_pattern(source: Node) -> None:
    """Words of a source that say nothing of a single file."""
    if source.is_wrong() or is_pattern(source.at("url").value or ""):
        return
    for word in ("order", "skip"):
        if source.at(word):
            source.at(word).refuse("expected a source.url with a * in its path, of whose files it is said")
