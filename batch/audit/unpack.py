"""The bytes of a landing as they were before they were compressed."""

import bz2
import fnmatch
import gzip
import io
import re
import zipfile
import zlib
from typing import IO, Any

import pyarrow
from dsf_batch.command import NotNow
from dsf_dataset import Dataset, as_utf8

_FAILURES = (EOFError, OSError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError)


def unpacked(key: str, content: bytes, dataset: Dataset) -> bytes:
    """
    The bytes of a landing object as UTF-8, decompressed as its key says.
    @raise NotNow when they are more than a file may have, or damaged: no run can have come of them
    """
    most = dataset.max_bytes
    try:
        with _opened(key, content, dataset) as stream:
            plain: bytes = stream.read(most + 1)
    except (*_FAILURES, pyarrow.ArrowException) as error:
        raise NotNow(f"the landing file cannot be decompressed: {error}") from error
    if len(plain) > most:
        raise NotNow(f"the landing file has more than {most} bytes when decompressed")
    return as_utf8(plain, dataset.encoding)


def _opened(key: str, content: bytes, dataset: Dataset) -> IO[bytes] | Any:
    extension = key.rpartition(".csv")[2]
    if extension == ".gz":
        return gzip.GzipFile(fileobj=io.BytesIO(content))
    if extension == ".bz2":
        return bz2.BZ2File(io.BytesIO(content))
    if extension in (".zst", ".br"):
        codec = {".zst": "zstd", ".br": "brotli"}[extension]
        return pyarrow.CompressedInputStream(pyarrow.BufferReader(content), codec)
    if extension == ".deflate":
        return io.BytesIO(_inflated(content, dataset.max_bytes + 1))
    if extension == ".zip":
        archive = zipfile.ZipFile(io.BytesIO(content))
        return archive.open(_member(archive, dataset.innerpath))
    return io.BytesIO(content)


def _inflated(content: bytes, most: int) -> bytes:
    """With zlib's header or without one, as servers send it."""
    has_header = len(content) > 1 and content[0] & 15 == 8 and int.from_bytes(content[:2]) % 31 == 0
    engine = zlib.decompressobj(zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)
    plain = engine.decompress(content, most)
    if len(plain) < most and (not engine.eof or engine.unused_data):
        raise EOFError("the deflate data is cut, or has something behind its end")
    return plain


def _member(archive: zipfile.ZipFile, innerpath: str | None) -> str:
    # some systems write backslashes, which the ingestor takes for slashes
    names = ((name, name.replace("\\", "/")) for name in archive.namelist())
    found = [name for name, path in names if _is_file(path) and _is_like(path, innerpath)]
    if len(found) != 1:
        raise zipfile.BadZipFile(f"{len(found)} of its members may be the file")
    return found[0]


def _is_file(name: str) -> bool:
    return not (name.endswith("/") or name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith("."))


def _is_like(name: str, pattern: str | None) -> bool:
    """A star is anything but a slash, each other character itself."""
    if pattern is None:
        return True
    steps, wanted = name.split("/"), pattern.split("/")
    return len(steps) == len(wanted) and all(
        fnmatch.fnmatchcase(step, re.sub(r"([?[])", r"[\1]", one))
        for step, one in zip(steps, wanted, strict=True)
    )
