"""A scenario's CMS file is read once: by every replicate, arm and thread, and by each process."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest

from sim.inputs import mssp_source
from sim.inputs.faults import InputError
from sim.inputs.mssp_columns import ENROLLMENT_TYPES
from sim.population.plan import plan_acos
from sim.replicate import coordinates, simulate
from sim.scenarios import Scenario
from tests.inputs.test_mssp_file import TYPES

SCENARIO = """
schema_version = 1
[study]
name = "file"
[population]
mssp_puf = "PY2022_results.csv"
[horizon]
last_py = 2027
[arms.no_aco]
program = "none"
[arms.lead_global]
program = "lead"
"""


@pytest.fixture
def scenario(tmp_path):
    columns = {
        "ACO_ID": "A1001",
        "N_AB": 400,
        "ABtotBnchmk": 4_000_000,
        "ABtotExp": 3_900_000,
        "Current_Track": "E",
        "Rev_Exp_Cat": "Low Revenue",
    }
    for kind, counted, people in zip(ENROLLMENT_TYPES, TYPES, (4, 40, 40, 316), strict=True):
        columns |= {
            f"N_AB_Year_{counted}_PY": people,
            f"Per_Capita_Exp_ALL_{kind}_PY": 12_000,
            f"CMS_HCC_RiskScore_{kind}_PY": 1.0,
        }
    text = ",".join(columns) + "\n" + ",".join(map(str, columns.values())) + "\n"
    (tmp_path / "PY2022_results.csv").write_text(text)
    return Scenario.from_toml(SCENARIO, tmp_path)


@pytest.fixture
def reads(monkeypatch):
    """Count the files whose bytes are read; nothing is kept from other tests."""
    mssp_source._parsed.cache_clear()
    found = []
    read_bytes = mssp_source.read_bytes

    def counted(path):
        found.append(path.name)
        return read_bytes(path)

    monkeypatch.setattr(mssp_source, "read_bytes", counted)
    return found


def test_a_run_reads_the_file_once(scenario, reads):
    assert len(scenario.hash) == 64
    assert coordinates(scenario)["aco"] == ["A1001"]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda replicate: simulate(scenario, replicate), range(4)))
    assert reads == ["PY2022_results.csv"]


def test_another_process_reads_it_once_for_all_it_is_given(scenario, reads):
    small = pickle.dumps(scenario)
    assert plan_acos(scenario)[0].lives == 400
    assert len(pickle.dumps(scenario)) == len(small)  # what was read does not travel
    mssp_source._parsed.cache_clear()  # as in a process of its own
    reads.clear()
    for _ in range(3):
        sent = pickle.loads(small)  # noqa: S301
        assert plan_acos(sent) == plan_acos(scenario)
    assert reads == ["PY2022_results.csv"]


def test_a_file_that_changes_after_the_scenario_was_made_is_refused(scenario, reads):
    sent = pickle.dumps(scenario)
    path = scenario.mssp_source.path
    path.write_text(path.read_text().replace("400", "500"))
    with pytest.raises(InputError, match="is not the file it was"):
        plan_acos(pickle.loads(sent))  # noqa: S301
    assert plan_acos(scenario)[0].lives == 400  # what was read first is what the run rests on


def test_a_scenario_tells_what_its_file_is_of_and_what_was_left_out(scenario):
    said = "PY2022_results.csv is of performance year 2022: said by the file's name."
    assert (scenario.file_said(), scenario.notes) == ([said], ())
    path = scenario.mssp_source.path
    heading = path.read_text().split("\n")[0]
    total = ["Total", *["1"] * heading.count(",")]
    path.write_text(path.read_text() + ",".join(total) + "\n")
    again = Scenario.from_toml(SCENARIO, path.parent)
    (note,) = again.notes
    assert note.endswith("row 3 is no ACO ('Total') and was left out")
    assert len(plan_acos(again)) == 1
