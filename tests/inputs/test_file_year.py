"""Which performance year a file's name says."""

import pytest

from sim.inputs.file_year import years_in_name


@pytest.mark.parametrize(
    ("name", "years"),
    [
        ("PY2022.csv", [2022]),
        ("PY22.csv", [2022]),
        ("PY_2024_revised_20260717.csv", [2024]),
        ("PY_Financial_and_Quality_Results_2024_revised 2026_07_17.csv", [2024]),
        ("Performance_Year_Financial_and_Quality_Results_2024.csv", [2024]),
        ("Performance Year 2024, as published in 2025.csv", [2024]),
        ("results_2023 (downloaded 3-12-2026).csv", [2023]),
        ("2026-07-17_results_2023.csv.gz", [2023]),
        ("results_2023_revised_2026.csv", [2023]),
        ("ACO results July 2026 of 2023.csv", [2023]),
        ("results_2022_2023.csv", [2022, 2023]),
        ("PY2022-2023.csv", [2022, 2023]),
        ("PY2022 and PY2023.csv", [2022, 2023]),
        ("results.csv", []),
        ("20260717.csv", []),
        ("copy22 of 12024.csv", []),
    ],
)
def test_names(name, years):
    assert years_in_name(name) == years
