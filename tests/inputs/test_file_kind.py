"""Whatever a user gives for a file: its text, or one sentence that says what it is."""

import bz2
import gzip
import io
import lzma
import sys
import zipfile

import pytest
from soon import soon

from sim.inputs import file_kind
from sim.inputs.faults import InputError
from sim.inputs.file_kind import read_bytes, text_of

TEXT = "ACO_ID,N_AB\nA1,\u00e9\n"


def zipped(**files: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_in_", "/").replace("_dot_", "."), text)
    return packed.getvalue()


def size(one: bytes | str) -> str:
    """Name a case by its size: archives hold the time they were made at, another in each process."""
    return str(len(one))


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
        TEXT.encode("cp1252"),
        gzip.compress(TEXT.encode()),
        bz2.compress(TEXT.encode()),
        lzma.compress(TEXT.encode()),
        zipped(results_dot_csv=TEXT),
        gzip.compress(zipped(results_dot_csv=TEXT, readme_dot_md="how to", __MACOSX_in_results_dot_csv="x")),
    ],
    ids=size,
)
def test_text_however_it_is_packed_and_encoded(content):
    assert text_of("PY2022.csv", content) == TEXT


def test_utf_16_without_a_byte_order_mark():
    text = TEXT.replace("\u00e9", "e") * 10
    assert text_of("x.csv", text.encode("utf-16-le")) == text
    assert text_of("x.csv", text.encode("utf-16-be")) == text


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", r"is an Excel workbook \(.xls\) -> save it as csv"),
        (zipped(xl_in_workbook_dot_xml=""), r"is an Excel workbook \(.xlsx\)"),
        (zipped(mimetype="application/vnd.oasis"), "is an OpenDocument file"),
        (zipped(a_dot_csv="", b_dot_csv=""), r"is a zip archive of 2 data files \(a.csv, b.csv\)"),
        (zipped(readme_dot_md=""), r"is a zip archive of 0 data files \(readme.md\)"),
        (b"PK\x03\x04cut", "is a damaged zip archive or an Excel workbook"),
        (gzip.compress(TEXT.encode())[:-9], "is a damaged gzip file"),
        (b"PAR1\x15\x04", "is a Parquet file"),
        (b"ARROW1\0\0", "is an Arrow file"),
        (b"%PDF-1.7", "is a PDF"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "is a Git LFS pointer"),
        (b"/annex/objects/SHA256E-s1--0.csv\n", "is a git-annex pointer"),
        (b"../.git/annex/objects/x", "is a git-annex pointer"),
        (b"\0" * 12 + b"\xc2\xea\x81\x60" + b"\0" * 40, "is a SAS data set"),
        (b"\x89HDF\r\n", "is an HDF5 file"),
        (b"SQLite format 3\0", "is an SQLite database"),
        (b" <!DOCTYPE html><p>", "is a web page, not the data"),
        (b"<?xml version='1.0'?><data/>", "is an XML file"),
        (b"ACO\0\0\0\x01\x02", "is no text"),
        (b"\xff\xfeA\0B", "is damaged UTF-16 text"),
    ],
    ids=size,
)
def test_what_is_no_text_is_named_in_one_sentence(content, what):
    with pytest.raises(InputError, match=what) as caught:
        text_of("PY2022.csv", content)
    assert len(caught.value.faults) == 1


def test_a_folder_and_a_missing_file(tmp_path):
    with pytest.raises(InputError, match=r"cannot be read \(Is a directory\)"):
        read_bytes(tmp_path)
    with pytest.raises(InputError, match=r"cannot be read \(No such file"):
        read_bytes(tmp_path / "absent.csv")


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_packed_files_have_a_limit(monkeypatch, pack):
    monkeypatch.setattr(file_kind, "_LARGEST", 1000)
    assert file_kind.unpacked("a", pack(b"x" * 1000)) == b"x" * 1000
    with pytest.raises(InputError, match="holds more than 1,000 bytes"):
        file_kind.unpacked("a", pack(b"x" * 1001))


def test_a_plain_file_has_a_limit_too_and_a_device_need_not_end(monkeypatch, tmp_path):
    monkeypatch.setattr(file_kind, "_LARGEST", 1000)
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * 1000)
    assert len(read_bytes(path)) == 1000
    path.write_bytes(b"x" * 1001)
    for endless in (path, "/dev/zero"):
        with pytest.raises(InputError, match="holds more than 1,000 bytes -> a results file is far smaller"):
            read_bytes(endless)


def test_a_bomb_is_refused_soon():
    bomb = gzip.compress(b"\0" * (file_kind._LARGEST + 1), 1)
    with soon(5), pytest.raises(InputError, match="holds more than 67,108,864 bytes"):
        text_of("a.gz", bomb)


def test_a_name_that_no_file_has_and_a_closed_standard_input(monkeypatch):
    with pytest.raises(InputError, match=r"a\\x00b: cannot be read \(embedded null byte\)"):
        read_bytes("a\0b")
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InputError, match="standard input: is closed"):
        read_bytes("-")


def changed_zip(at: int, content: bytes) -> bytes:
    """Return an archive in whose two entries some bytes, counted from the version needed, are others."""
    whole = bytearray(zipped(results_dot_csv=TEXT))
    for start, before in ((b"PK\x03\x04", 4), (b"PK\x01\x02", 6)):
        place = whole.index(start) + before + at
        whole[place : place + len(content)] = content
    return bytes(whole)


@pytest.mark.parametrize(
    ("archive", "why"),
    [
        (changed_zip(4, b"\x63\0"), "compression method is not supported"),
        (changed_zip(0, b"\xff\0"), "version 25.5"),
        (changed_zip(2, b"\x20\0"), "compressed patched data"),
        (changed_zip(2, b"\x00\x08").replace(b"results", b"result\xff"), "codec can't decode"),
    ],
    ids=size,
)
def test_archives_that_nothing_unpacks(archive, why):
    with pytest.raises(InputError, match=f"is a damaged .*{why}"):
        text_of("a.zip", archive)
