"""What bands hold is said wherever they are shown."""

from pathlib import Path

import fake_model
import matplotlib as mpl
import pytest
from rich.console import Console

from sim.charts import savings_fan
from sim.cli.report import write_report
from sim.cli.tables import print_run, run_as_dict
from sim.scenarios import Scenario

OFF, ON = "outcome variability", "outcome variability and parameter uncertainty"


@pytest.mark.parametrize(("drawn", "held"), [(False, OFF), (True, ON)])
def test_run_report_and_fan_say_what_bands_hold(tmp_path: Path, drawn: bool, held: str) -> None:
    scenario = Scenario.from_toml(fake_model.QUICK).replace({"study.parameter_uncertainty": drawn})
    done = fake_model.go(scenario, tmp_path / "run.zarr", 4)
    assert run_as_dict(done, scenario)["low_and_high_hold"] == held
    console = Console(width=80, record=True)
    print_run(done, scenario, console)
    shown = " ".join(console.export_text().split())
    with done.open() as data, mpl.rc_context({"backend": "Agg"}):
        key = [text.get_text() for text in savings_fan(data.load()).get_legend().get_texts()]
        write_report(data, tmp_path / "page")
    page = (tmp_path / "page" / "report.md").read_text()
    assert f"90 % of replicates ({held})" in key[-1]
    assert f"Bands hold {held}, whiskers" in page
    for text in (shown, page):
        assert f"They hold {held}{':' if drawn else ', the risk'}" in text
        assert ("central values" in text) != drawn
