"""What no results file should be is told in sentences, and soon, by whatever reads it: never a traceback."""

from __future__ import annotations

import csv
import io
import json
import math
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cms_mutants import Base, Mutant, base_of, mutant
from results_files import changed, reach_results, results, whole_results
from soon import soon

from sim.audit.settle import FIGURES
from sim.cli import BAD_INPUT, main
from sim.inputs.faults import InputError
from sim.inputs.mssp_file import read_mssp
from sim.inputs.reach_file import read_reach
from sim.population.plan import AcoPlan, plan_acos
from sim.scenarios import Scenario

SECONDS = 5
MSSP = "CMS, MSSP Performance Year Financial and Quality Results, PY"
PUBLIC = {
    **{
        f"mssp/mssp_results_puf_PY{year}_raw.csv.gz": f"{MSSP}{year}"
        for year in (2014, 2016, 2018, 2021, 2022)
    },
    "mssp/mssp_results_PY2013_2019_2020_from_mssp_all_years.csv.gz": f"{MSSP}2013, PY2019 and PY2020",
    "reach/reach_gpdc_results_PY2021_2022.csv.gz": "CMS, GPDC and ACO REACH Financial and Quality Results",
}
SCENARIO = """
schema_version = 1
[study]
name = "file"
[population]
mssp_puf = {path}
aco_market_share = "50 %"
[arms.no_aco]
program = "none"
"""
Done = Counter[tuple[str, bool]]


def invented() -> list[Base]:
    """Return files of invented ACOs, as CMS writes them and as people do."""
    grids = {
        name: [list(rows[0]), *(list(row.values()) for row in rows)]
        for name, rows in (
            ("PY2022.csv", results()),
            ("PY2022_whole.csv", whole_results()),
            ("REACH_PY2022.csv", reach_results()),
            ("PY2027.csv", changed(["perf_year"], lambda _: "2027", reach_results())),
        )
    }
    return [Base(name, grid) for name, grid in grids.items()]


def written(one: Mutant, folder: Path) -> Path:
    path = folder / one.name
    if one.content is None:
        path.mkdir()
    else:
        path.write_bytes(one.content)
    return path


def tried(one: Mutant, folder: Path, capsys: pytest.CaptureFixture[str]) -> Done:
    """Take a file through every door; count which of them it went through, and which refused it."""
    folder.mkdir()
    path = written(one, folder)
    doors: dict[str, Callable[[], bool]] = {
        "read_mssp": lambda: taken(lambda: read_mssp(path)),
        "read_reach": lambda: taken(lambda: read_reach(path)),
        "population": lambda: taken(lambda: planned(path)),
        "validate": lambda: told(["validate", str(scenario_file(path)), "--json"], capsys),
        "init": lambda: told(["init", str(folder / "new.toml"), "--aco-file", str(path)], capsys),
        **{f"settle {name}": settled(path, name, capsys) for name in ("mssp", "reach-py2022", "lead-py2027")},
        "rebenchmark": rebenchmarked(path, capsys),
    }
    done: Done = Counter()
    for name, door in doors.items():
        with soon(SECONDS):
            done[name, door()] += 1
    return done


def taken(read: Callable[[], object]) -> bool:
    """Return whether a file is read; it may be refused, in words."""
    try:
        read()
    except InputError as found:
        error = found
    else:
        return True
    assert all(fault.problem and fault.allowed for fault in error.faults)
    assert len(str(error)) < 100_000
    return False


def told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> bool:
    """Return whether a command was done; it may refuse, with exit code 2 and a sentence."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
    finally:
        signal.signal(signal.SIGTERM, before)
    shown = capsys.readouterr()
    # What a file holds must not steer a terminal.
    assert "\x1b" not in shown.err + shown.out
    if ended.value.code == BAD_INPUT:
        assert "fault" in shown.err
        assert shown.out == ""
        return False
    assert ended.value.code == 0
    if "--json" in arguments:
        json.loads(shown.out, parse_constant=refused)
    return True


def refused(word: str) -> None:
    raise AssertionError(f"JSON has no {word}")


def settled(path: Path, program: str, capsys: pytest.CaptureFixture[str]) -> Callable[[], bool]:
    return lambda: rows_told(["settle", str(path), "--program", program], path, FIGURES, capsys)


def rebenchmarked(path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[], bool]:
    figures = (
        "change_usd",
        "present_adjustment",
        "adjustment",
        "discount_usd",
        "benchmark_usd",
        "add_on_usd",
    )
    return lambda: rows_told(["rebenchmark", str(path), "--option", "global"], path, figures, capsys)


def rows_told(
    arguments: list[str], path: Path, figures: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> bool:
    """Return whether a command told rows, in which every figure is a number."""
    out = path.parent / "rows.csv"
    if not told([*arguments, "--out", str(out), *["--json"] * (len(path.name) % 2)], capsys):
        assert not out.exists()
        return False
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"), newline="")))
    assert rows
    for row in rows:
        for name in figures:
            assert math.isfinite(float(row[name])), (name, row)
    out.unlink()
    return True


def scenario_file(path: Path) -> Path:
    scenario = path.parent / "scenario.toml"
    scenario.write_text(SCENARIO.format(path=json.dumps(str(path))), encoding="utf-8")
    return scenario


def planned(path: Path) -> None:
    """Make what a scenario makes of a file: ACOs like those that a scenario may state itself."""
    plans = plan_acos(Scenario.load(scenario_file(path)))
    assert plans
    for plan in plans:
        assert all(math.isfinite(number) for number in numbers_of(plan)), plan
        assert plan.lives >= 1
        assert plan.mix is not None
        assert min(plan.mix) >= 0.0
        assert sum(plan.mix) == pytest.approx(1.0)
        assert min(*(plan.spend or ()), *(plan.risk or ())) > 0.0
        assert abs(plan.efficiency or 0.0) < 1.0


def numbers_of(plan: AcoPlan) -> Iterator[float]:
    stated = (plan.efficiency, plan.prior_savings, plan.mssp and plan.mssp.elected_rate)
    yield from (one for one in stated if one is not None)
    for many in (plan.mix, plan.spend, plan.risk):
        yield from many or ()


def hundred(
    bases: list[Base], number: int, folder: Path, capsys: pytest.CaptureFixture[str], count: int = 100
) -> Done:
    done: Done = Counter()
    for seed in range(100 * number, 100 * number + count):
        base = bases[seed % len(bases)]
        try:
            done += tried(mutant(base, seed), folder / str(seed), capsys)
        except BaseException as error:
            error.add_note(f"mutant({base.name}, {seed})")
            raise
    return done


@pytest.fixture
def public(cms_file: Callable[[str, str], Path]) -> list[Path]:
    return [cms_file(relative, what) for relative, what in PUBLIC.items()]


def rows_of(paths: list[Path], seed: int) -> list[Base]:
    return [base_of(path, random.Random(f"{path.name} {seed}")) for path in paths]  # noqa: S311


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEADSIM_MSSP_PUF", raising=False)
    monkeypatch.setenv("COLUMNS", "100")


def test_what_mutants_are_made_from_is_sound(tmp_path, capsys):
    for base in invented():
        text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in base.grid)
        done = tried(Mutant(base.name, text.encode()), tmp_path / base.name, capsys)
        assert sum(count for (_, went), count in done.items() if went) >= 2


def test_a_mutant_is_read_or_refused_in_words(tmp_path, capsys):
    assert_some_go_through(hundred(invented(), 0, tmp_path, capsys, 70))


@pytest.mark.needs_data
def test_a_mutant_of_public_rows_is_read_or_refused_in_words(public, tmp_path, capsys):
    assert_some_go_through(hundred(rows_of(public, 0), 100, tmp_path, capsys, 30))


@pytest.mark.slow
@pytest.mark.parametrize("number", range(12))
def test_thousands_of_mutants_are_read_or_refused_in_words(number, tmp_path, capsys):
    assert_some_go_through(hundred(invented(), number, tmp_path, capsys))


@pytest.mark.slow
@pytest.mark.needs_data
@pytest.mark.parametrize("number", range(18))
def test_thousands_of_mutants_of_public_rows_are_read_or_refused_in_words(public, number, tmp_path, capsys):
    assert_some_go_through(hundred(rows_of(public, number), 100 + number, tmp_path, capsys))


def assert_some_go_through(done: Done) -> None:
    """Assert that mutants are near enough to sound files to reach what lies behind the readers."""
    doors = {name for name, _ in done}
    assert all(done[name, False] for name in doors)
    assert sum(done[name, True] for name in doors) > 0.05 * done.total()
