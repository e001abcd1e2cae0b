"""What kind of file a user gave: its text where it has some, else one sentence that says what it is."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from sim.inputs.faults import Fault, InputError

STANDARD_INPUT = "-"
# A zip of a gzip of a csv is a file; more layers are a trap.
_DEEPEST = 3
# All of CMS's results files together, unpacked and as JSON with every name in every record, are half of this.
_LARGEST = 64 << 20

_FAR_SMALLER = "a results file is far smaller"
_SAVE_AS_CSV = "save it as csv (comma delimited)"
_KINDS: tuple[tuple[bytes, str, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "is an Excel workbook (.xls)", _SAVE_AS_CSV),
    (b"PAR1", "is a Parquet file", "write it as csv, for instance with pandas"),
    (b"ARROW1", "is an Arrow file", "write it as csv, for instance with pandas"),
    (b"FEA1", "is a Feather file", "write it as csv, for instance with pandas"),
    (b"%PDF", "is a PDF", "the csv file from data.cms.gov"),
    (b"{\\rtf", "is a rich text document", _SAVE_AS_CSV),
    (b"SQLite format 3", "is an SQLite database", "export the table as csv"),
    (b"\x89HDF", "is an HDF5 file", "write it as csv"),
    (b"$FL2", "is an SPSS file (.sav)", "write it as csv"),
    (b"<stata_dta>", "is a Stata file (.dta)", "write it as csv"),
    (b"RDX", "is an R data file", "write it as csv"),
    (b"\x28\xb5\x2f\xfd", "is a zstd archive", "unpack it"),
    (b"7z\xbc\xaf", "is a 7-zip archive", "unpack it"),
    (b"Rar!", "is a RAR archive", "unpack it"),
    (
        b"version https://git-lfs.github.com/spec/",
        "is a Git LFS pointer, not the data it stands for",
        "the file itself (git lfs pull)",
    ),
)
_PACKED: tuple[tuple[bytes, str, Callable[[io.BytesIO], io.BufferedIOBase] | None], ...] = (
    (b"\x1f\x8b", "gzip file", lambda file: gzip.GzipFile(fileobj=file)),
    (b"BZh", "bzip2 file", bz2.BZ2File),
    (b"\xfd7zXZ\x00", "xz file", lzma.LZMAFile),
    (b"PK", "zip archive or an Excel workbook", None),
)
# What Python's libraries raise for a damaged archive, one whose names are damaged, that is packed in a way or
# by a version they do not know, or that asks for more memory than there is.
_DAMAGE = (
    *(EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, struct.error),
    *(ValueError, RuntimeError, OverflowError, MemoryError),
)
# SAS data sets begin with zeros; the magic number follows.
_SAS = b"\xc2\xea\x81\x60"
_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_BYTE_ORDER_MARK = "\ufeff"


def read_bytes(path: str | Path) -> bytes:
    """Return the bytes of a file, or of standard input for ``-``. Raises InputError."""
    try:
        if str(path) == STANDARD_INPUT:
            if sys.stdin is None:
                raise InputError(Fault("standard input", "", "is closed", "a file, or one piped in"))
            content = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            # A device such as /dev/zero never ends.
            with Path(path).open("rb") as file:
                content = file.read(_LARGEST + 1)
    except OSError as error:
        problem = f"cannot be read ({error.strerror or error})"
        raise InputError(Fault(str(path), "", problem, "an existing csv or csv.gz file")) from error
    except ValueError as error:
        # A name with a zero byte in it; other wrong values are faults already.
        if isinstance(error, InputError):
            raise
        raise InputError(Fault(str(path), "", f"cannot be read ({error})", "the name of a file")) from error
    if len(content) > _LARGEST:
        raise InputError(Fault(str(path), "", f"holds more than {_LARGEST:,} bytes", _FAR_SMALLER))
    return content


def text_of(source: str, content: bytes) -> str:
    """Return the text of a file, unpacked and decoded, without a byte-order mark.

    Parameters
    ----------
    source : str
        The file; every fault names it.
    content : bytes

    Raises
    ------
    InputError
        When it is no text: the fault says what it is.
    """
    plain = unpacked(source, content)
    start = plain.lstrip()[:64]
    for magic, what, allowed in _KINDS:
        if start.startswith(magic):
            raise InputError(Fault(source, "", what, allowed))
    if _SAS in plain[:64]:
        raise InputError(Fault(source, "", "is a SAS data set (.sas7bdat)", "write it as csv"))
    if b"/annex/objects/" in plain[:300] and len(plain) < 1000:
        raise InputError(
            Fault(
                source,
                "",
                "is a git-annex pointer, not the data it stands for",
                "the file itself (git annex get)",
            )
        )
    text = decoded(source, plain)
    if text.lstrip()[:1] == "<":
        if re.search(r"<(!doctype\s+)?html", text[:2000], re.IGNORECASE) or "<?xml" not in text[:200]:
            page = "is a web page, not the data"
            raise InputError(Fault(source, "", page, "the csv file that the page links to"))
        raise InputError(Fault(source, "", "is an XML file", _SAVE_AS_CSV))
    return text


def decoded(source: str, content: bytes) -> str:
    """Return bytes as text: UTF-8 or UTF-16 with or without a byte-order mark, else the Windows code page."""
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), None) or _without_mark(
        content
    )
    try:
        if encoding is not None:
            return content.decode(encoding).lstrip(_BYTE_ORDER_MARK)
        if b"\x00" in content:
            raise InputError(Fault(source, "", "is no text (it holds zero bytes)", "comma-separated text"))
        return content.decode("utf-8").lstrip(_BYTE_ORDER_MARK)
    except UnicodeDecodeError as error:
        if encoding is not None:
            raise InputError(
                Fault(source, "", f"is damaged {encoding.upper()} text", "UTF-8 text")
            ) from error
        # CMS has published files saved by Excel in the Windows code page; ACO names carry the odd dash.
        return content.decode("cp1252", errors="replace")


def _without_mark(content: bytes) -> str | None:
    """Return UTF-16's name where every other byte of the beginning is zero, as in Latin text."""
    start = content[:200]
    if len(start) >= 4 and len(start) % 2 == 0:
        if not any(start[1::2]) and all(start[::2]):
            return "utf-16-le"
        if not any(start[::2]) and all(start[1::2]):
            return "utf-16-be"
    return None


def unpacked(source: str, content: bytes) -> bytes:
    """Return what a gzip, bzip2, xz or zip file holds, or `content` itself. Raises InputError."""
    for _ in range(_DEEPEST):
        packed = next((one for one in _PACKED if content.startswith(one[0])), None)
        if packed is None:
            break
        _, name, unpack = packed
        try:
            if unpack is None:
                content = _from_zip(source, content)
            else:
                with unpack(io.BytesIO(content)) as file:
                    content = file.read(_LARGEST + 1)
        except InputError:
            raise
        except _DAMAGE as error:
            problem = f"is a damaged {name} ({error or type(error).__name__})"
            raise InputError(Fault(source, "", problem, "download it again")) from error
        if len(content) > _LARGEST:
            problem = f"is a {name} that holds more than {_LARGEST:,} bytes"
            raise InputError(Fault(source, "", problem, _FAR_SMALLER))
    return content


def _from_zip(source: str, content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [item for item in archive.infolist() if not item.is_dir()]
        if any(item.filename.startswith(("xl/", "Index/")) for item in names):
            raise InputError(
                Fault(source, "", "is an Excel workbook (.xlsx) or a spreadsheet like it", _SAVE_AS_CSV)
            )
        if any(item.filename == "mimetype" for item in names):
            raise InputError(Fault(source, "", "is an OpenDocument file", _SAVE_AS_CSV))
        data = [
            item
            for item in names
            if Path(item.filename).suffix.lower() in (".csv", ".txt", ".tsv", ".json", ".gz")
            and not item.filename.startswith("__MACOSX/")
        ]
        if len(data) != 1:
            held = ", ".join(item.filename for item in (data or names)[:5]) or "nothing"
            problem = f"is a zip archive of {len(data)} data files ({held})"
            raise InputError(Fault(source, "", problem, "unpack it and name the one file that is meant"))
        if data[0].file_size > _LARGEST:
            raise InputError(Fault(source, "", f"holds {data[0].file_size:,} bytes", _FAR_SMALLER))
        if data[0].flag_bits & 1:
            raise InputError(Fault(source, "", "is a zip archive with a password", "unpack it"))
        return archive.read(data[0])
