"""What docs/mesa.md shows runs as it stands there, on the little world."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import matplotlib as mpl
import pytest
from little_world import LITTLE

PAGE = (Path(__file__).parents[1] / "docs/mesa.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
SOLARA = importlib.util.find_spec("solara") is not None


@pytest.fixture
def shown(tmp_path):
    little = tmp_path / "little.toml"
    little.write_text(LITTLE, encoding="utf-8")
    return [block.replace("scenarios/quickstart.toml", str(little)) for block in BLOCKS]


def test_the_page_has_its_examples():
    assert len(BLOCKS) == 6
    assert ["SolaraViz" in block for block in BLOCKS] == [False] * 5 + [True]


def test_examples_run(shown):
    names: dict = {}
    for block in shown[:5]:
        exec(block, names)  # noqa: S102
    assert {row["arm"] for row in names["rows"]} == {"no_aco", "lead_global"}
    assert {row["replicate"] for row in names["rows"]} == {0, 1, 2}
    model = names["model"]
    assert model.practices.sort("lives")[0].efficiency == 0.95
    frame = names["collector"].get_agenttype_vars_dataframe(names["Beneficiary"])
    assert (frame["costly"] == (frame["spend"] > 10_000_000)).all()
    assert len(frame) == len(model.beneficiaries)


@pytest.mark.skipif(not SOLARA, reason="SolaraViz needs solara, which leadsim does not")
@pytest.mark.filterwarnings("ignore")
def test_the_page_of_solara_is_drawn(shown):
    import solara

    mpl.use("Agg")
    names: dict = {}
    for block in (shown[0], shown[5]):
        exec(block, names)  # noqa: S102
    box, _ = solara.render(names["page"], handle_error=False)
    assert box.children
