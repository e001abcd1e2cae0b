"""What calibration writes: new values in the evidence file and nothing else, and a page that says all."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from sim.calibration.fit import fitted_keys
from sim.calibration.published import published
from sim.calibration.target import Target
from sim.calibration.write import calibrated_toml, evidence_path, report_page, rounded
from sim.inputs.evidence import load_evidence, parse_evidence

PAGE = Path(__file__).parents[2] / "docs" / "calibration.md"


def test_the_file_of_constants_is_as_calibration_writes_it():
    text, book = evidence_path().read_text(encoding="utf-8"), load_evidence()
    assert {entry.key for entry in book if entry.file == evidence_path().name} == set(fitted_keys())
    assert calibrated_toml(text, {key: book.entry(key).value for key in fitted_keys()}) == text


def test_calibration_changes_values_and_keeps_all_else_that_an_entry_states():
    text = (
        '# head\n\n[spending.no_use]\ntitle = "t"\nunit = "1"\nvalue = 0.5\nyear = 2020\nsource = "s"\n'
        'note = "n"\ngrade = "D"\nscope = "world"\nmin = 0\nmax = 1\n'
        'distribution = { dist = "normal", sd = 0.1, mean_spending = 0.2 }\nspread = "parameter"\n'
    )
    changed = calibrated_toml(text, {"spending.no_use": 0.123456789})
    assert changed == text.replace("value = 0.5", "value = 0.123457")
    assert parse_evidence({"a.toml": changed}).number("spending.no_use") == 0.123457


@pytest.mark.parametrize(
    "value",
    [[0.25, 0.5], [[1.0, 2.0], [3.0, 4.0]], [k / 7.0 for k in range(40)], [[k / 7.0] for k in range(9)]],
)
def test_lists_read_back_and_no_line_is_long(value):
    written = calibrated_toml('[a.b]\ntitle = "t"\nvalue = 1.0\nunit = "1"\n', {"a.b": value})
    assert tomllib.loads(written)["a"]["b"] == {"title": "t", "value": rounded(value), "unit": "1"}
    assert max(map(len, written.splitlines())) <= 110


def rows(page: str) -> dict[str, list[str]]:
    """Return the cells of all targets of a page by name and unit."""
    lines = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")]
    return {cells[0]: cells[1:] for cells in lines if len(cells) == 7 and cells[0] not in ("target", "---")}


def test_the_committed_report_holds_people_to_the_published_figures():
    shown, evidence = rows(PAGE.read_text(encoding="utf-8")), load_evidence()
    for row in published().values():
        names = [row.title.format(item=name, years="2036 against 2027") for name in row.names(evidence)]
        cells = [shown.pop(f"{name} ({row.unit})") for name in names]
        assert {cell[-1] for cell in cells} == {row.source}
        if row.value is not None:
            values = row.values(evidence)
            both = zip(values, row.tolerances(values), strict=True)
            assert [cell[:2] for cell in cells] == [[f"{one:.4g}", f"{room:.3g}"] for one, room in both]
    assert not shown


def test_the_page_counts_and_explains_what_is_missed():
    found = [
        Target("met", 10.0, 1.0, 10.4, "%", "s", held_out=10.5),
        Target("missed", 10.0, 1.0, 12.0, "%", "s", required=False, held_out=12.5, reason="Known why."),
    ]
    page = report_page(found)
    assert "\n1 of 1 required targets are met, and 0 of 1 others," in page
    assert "- missed: 12 (12.5 with other seeds) against 10 +/- 1 %. Known why.\n" in page
    assert "\nNothing.\n" in report_page(found[:1])
