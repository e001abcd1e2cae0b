"""Compiled kernels are kept where no other version of any of them can be taken for them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim.kernels import jit

SOURCES = Path(jit.__file__).parent


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "kernels"
    shutil.copytree(SOURCES, folder, ignore=shutil.ignore_patterns("__pycache__"))
    assert jit.sources_digest(folder) == jit.sources_digest()
    return folder


def test_a_change_of_any_kernel_makes_another_directory(copied: Path) -> None:
    seen = {jit.sources_digest(copied)}
    for path in sorted(copied.glob("*.py")):
        path.write_text(path.read_text() + "\n")
        seen.add(jit.sources_digest(copied))
    assert len(seen) == 1 + len(list(copied.glob("*.py")))


def test_a_change_of_a_file_name_makes_another_directory(copied: Path) -> None:
    before = jit.sources_digest(copied)
    (copied / "choice.py").rename(copied / "choosing.py")
    assert jit.sources_digest(copied) != before


def test_another_compiler_or_processor_makes_another_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {jit.sources_digest()}
    monkeypatch.setattr(jit.numba, "__version__", "0.0.1")
    seen.add(jit.sources_digest())
    monkeypatch.setattr(jit, "get_host_cpu_name", lambda: "another")
    seen.add(jit.sources_digest())
    monkeypatch.setattr(jit, "version", lambda package: "0.0.1")
    seen.add(jit.sources_digest())
    assert len(seen) == 4


def test_where_compiled_kernels_are_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    name = f"kernels-{jit.sources_digest()}"
    monkeypatch.setenv(jit.CACHE_VARIABLE, "off")
    assert jit.cache_directory() is None
    monkeypatch.setenv(jit.CACHE_VARIABLE, str(tmp_path))
    assert jit.cache_directory() == tmp_path / name
    monkeypatch.delenv(jit.CACHE_VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "own"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "own"))
    assert jit.cache_directory() == tmp_path / "own" / "leadsim" / name


@pytest.mark.parametrize("fault", ["no home", "home is a file"])
def test_without_a_place_to_keep_them_nothing_is_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: str
) -> None:
    for variable in (jit.CACHE_VARIABLE, "XDG_CACHE_HOME", "LOCALAPPDATA", "HOME", "USERPROFILE"):
        monkeypatch.delenv(variable, raising=False)
    if fault == "no home":
        # A container may run as a user id that is in no password file.
        pwd = pytest.importorskip("pwd")

        def unknown(uid: int) -> None:
            raise KeyError(uid)

        monkeypatch.setattr(pwd, "getpwuid", unknown)
    else:
        (tmp_path / "home").touch()
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    assert jit.cache_directory() is None


def test_a_cache_that_cannot_be_written_to_is_not_used_and_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cache").touch()
    monkeypatch.setenv(jit.CACHE_VARIABLE, str(tmp_path / "cache"))
    assert jit.cache_directory() is None
    told = capsys.readouterr().err
    assert f"{tmp_path}/cache" in told
    assert "LEADSIM_CACHE names another folder" in told


ONE_KERNEL = """
import numpy as np
from sim.kernels.draws import fill_uniforms, make_key
out = np.empty((3, 4))
fill_uniforms(make_key(1, 2), np.arange(3, dtype=np.uint64), 2027, 1, 0, out)
print(out)
"""


@pytest.mark.parametrize("suffix", ["nbi", "nbc"])
def test_a_torn_cache_is_compiled_anew_and_kept_again(tmp_path: Path, suffix: str) -> None:
    environment = os.environ | {jit.CACHE_VARIABLE: str(tmp_path)}

    def go() -> tuple[str, str]:
        done = subprocess.run(
            [sys.executable, "-c", ONE_KERNEL], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout, done.stderr

    whole, said = go()
    assert said == ""
    files = list(tmp_path.rglob(f"*.{suffix}"))
    assert files
    for file in files:
        file.write_bytes(file.read_bytes()[:20])
    torn, said = go()
    assert torn == whole
    assert "compiled anew" in said
    assert "Traceback" not in said
    assert go() == (whole, "")
