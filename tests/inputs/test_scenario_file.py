"""Layers of scenario files: later wins, origins are kept, every unreadable file is told at once."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.inputs.faults import InputError
from sim.inputs.scenario_file import nested, patch_layer, read_layers, settings_layer, text_layers
from sim.inputs.scenario_merge import merge
from sim.inputs.toml_text import toml_text


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / f"{name}.toml"
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)


def test_later_layers_win_and_the_loser_is_remembered(tmp_path: Path) -> None:
    write(
        tmp_path,
        base="[study]\nname = 'base'\nseed = 1\n[arms.x]\nprogram = 'none'",
        acos="[study]\nseed = 2",
        top="extends = ['base.toml', 'acos.toml']\n[study]\nname = 'top'",
    )
    merged = merge(read_layers(tmp_path / "top.toml"))
    assert merged.tree == {"study": {"name": "top", "seed": 2}, "arms": {"x": {"program": "none"}}}
    name = merged.origins["study.name"]
    assert (Path(name.file).name, name.displaced[0][1]) == ("top.toml", "base")
    assert Path(merged.file("study.seed")).name == "acos.toml"
    assert Path(merged.file("arms.x.program")).name == "base.toml"
    assert Path(merged.file("nothing.known")).name == "top.toml"


def test_a_table_replaced_by_a_value_takes_its_keys_along() -> None:
    layers = [*text_layers("[a]\nb.c = 1\nb.d = 2", Path()), settings_layer(["a.b=3"])]
    merged = merge(layers)
    assert merged.tree == {"a": {"b": 3}}
    assert list(merged.origins) == ["a.b"]
    assert [value for _, value in merged.origins["a.b"].displaced] == [1, 2]


def test_values_by_year_merge() -> None:
    layers = [*text_layers("v = {2027 = '1 %', 2030 = '2 %'}", Path()), settings_layer(["v.2030=3 %"])]
    assert merge(layers).tree == {"v": {"2027": "1 %", "2030": "3 %"}}


def test_all_unreadable_files_are_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, broken="[study\n", top="extends = ['broken.toml', 'absent.toml', 'base/loop.toml']")
    write(tmp_path / "base", loop="extends = '../top.toml'")
    with pytest.raises(InputError) as caught:
        read_layers(tmp_path / "top.toml")
    told = [str(fault) for fault in caught.value.faults]
    assert len(told) == 3
    assert "broken.toml: is not valid TOML" in told[0]
    assert "absent.toml: cannot be read (No such file or directory)" in told[1]
    assert "runs in a circle: top.toml -> loop.toml -> top.toml" in told[2]


@pytest.mark.parametrize("value", ["3", "[1]", "{ a = 1 }"])
def test_extends_must_name_files(value: str) -> None:
    with pytest.raises(InputError, match="must be a file name"):
        text_layers(f"extends = {value}", Path())


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="not UTF-8"):
        read_layers(tmp_path / "x.toml")


def test_settings_are_toml_where_they_can_be() -> None:
    layer = settings_layer(["study.seed=7", "a.b=true", "a.c=5 %", "population.acos=['A1', 'A2']", "a.d=x=y"])
    assert layer.tree == {
        "study": {"seed": 7},
        "a": {"b": True, "c": "5 %", "d": "x=y"},
        "population": {"acos": ["A1", "A2"]},
    }
    with pytest.raises(InputError) as caught:
        settings_layer(["seed", "=3", "a..b=1"])
    assert len(caught.value.faults) == 3


def test_quoted_dotted_keys_are_tables() -> None:
    assert nested({"a.b": 1, "a": {"c.d": 2}}) == {"a": {"b": 1, "c": {"d": 2}}}


KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_toml_text_reads_back_the_same(tree: dict) -> None:
    assert tomllib.loads(toml_text(tree)) == tree


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_files_as_editors_save_them(tmp_path: Path, encoding: str, ending: str) -> None:
    text = "extends = 'base.toml'\n[study]\nname = 'd\u00e9j\u00e0'\n".replace("\n", ending)
    (tmp_path / "top.toml").write_bytes(text.encode(encoding))
    (tmp_path / "base.toml").write_bytes("[study]\nseed = 1\n".encode(encoding))
    tree = merge(read_layers(tmp_path / "top.toml")).tree
    assert tree == {"study": {"seed": 1, "name": "d\u00e9j\u00e0"}}
    assert merge(text_layers("\ufeff[study]\nseed = 1", tmp_path)).tree == {"study": {"seed": 1}}


@pytest.mark.parametrize("content", [b"name = '\xff'", b"\xff\xfename"])
def test_text_in_another_encoding_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "top.toml").write_bytes(content)
    with pytest.raises(InputError, match=r"top\.toml: "):
        read_layers(tmp_path / "top.toml")


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        (np.arange(7, 9)[0], 7),
        (np.uint8(3), 3),
        (np.float32(0.5), 0.5),
        (np.array(0.25), 0.25),
        (np.array([True])[0], True),
        (np.str_("global"), "global"),
        (np.array([[0.1, 0.2], [0.3, 0.4]]), [[0.1, 0.2], [0.3, 0.4]]),
        ((1, np.int64(2)), [1, 2]),
        (range(2), [0, 1]),
        (Decimal("0.5"), 0.5),
        (PurePosixPath("a/b.csv"), "a/b.csv"),
        ({np.int64(2027): np.float64(0.1)}, {"2027": 0.1}),
    ],
)
def test_values_of_python_are_taken_for_what_toml_has(given: object, plain: object) -> None:
    tree = patch_layer("replace()", {"study.x": given}).tree
    assert tree == {"study": {"x": plain}}
    assert type(tree["study"]["x"]) is type(plain)
