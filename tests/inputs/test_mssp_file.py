"""CMS's MSSP results file in all its spellings, and every fault of a bad one at once."""

import gzip

import numpy as np
import pytest

from sim.inputs.faults import InputError
from sim.inputs.mssp_file import read_mssp

TYPES = ("ESRD", "DIS", "AGED_Dual", "AGED_NonDual")


def write(tmp_path, text, name="PY2022_results.csv"):
    path = tmp_path / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def test_spellings_of_the_years_mean_the_same(tmp_path):
    old = write(
        tmp_path,
        "ACO_Num,N_AB,Sav_rate,MinSavPerc,QualScore,ABtotBnchmk,ABtotExp\nA1,10000,0.05,0.03,90,100,95\n",
        "PY2016.csv",
    )
    new = write(
        tmp_path,
        "\ufeffaco_id,n_ab,SAV_RATE,MinSavPerc,QualScore,ABtotBnchmk,ABtotExp\n"
        'A1,"10,000",5.00%,3.00%,90.00%,"$100","95"\n',
        "PY 2022 ACO Results PUF.csv.gz",
    )
    first, second = read_mssp(old), read_mssp(new)
    for name in (
        "n_assigned",
        "published_savings_rate",
        "published_minimum_savings_rate",
        "quality_score",
        "benchmark_usd",
    ):
        assert getattr(first, name).tolist() == getattr(second, name).tolist(), name
    assert (first.performance_year[0], second.performance_year[0]) == (2016, 2022)


@pytest.mark.parametrize(
    ("column", "written", "track", "two_sided"),
    [
        ("Current_Track", "EN", "enhanced", True),
        ("Current_Track", "B", "basic-b", False),
        ("Current_Track", "T1+", "track-1-plus", True),
        ("Current_BASIC_E", "1", "basic-e", True),
        ("Track1", "1", "track-1", False),
        ("track", "track-3", "track-3", True),
    ],
)
def test_tracks(tmp_path, column, written, track, two_sided):
    data = read_mssp(
        write(tmp_path, f"ACO_ID,{column},N_AB,ABtotBnchmk,ABtotExp\nA1,{written},9000,100,95\n")
    )
    assert data.track.tolist() == [track]
    assert data.two_sided.tolist() == [two_sided]


def test_the_name_may_hold_the_year_and_a_date(tmp_path):
    text = "ACO_ID,N_AB,ABtotBnchmk,ABtotExp\nA1,9000,100,95\n"
    assert read_mssp(write(tmp_path, text, "PY_2024_revised_20260717.csv")).performance_year.tolist() == [
        2024
    ]
    with pytest.raises(InputError, match="says no performance year"):
        read_mssp(write(tmp_path, text, "results.csv"))
    assert read_mssp(write(tmp_path, text, "results.csv"), 2019).performance_year.tolist() == [2019]


def test_suppressed_person_years_are_what_the_total_leaves(tmp_path):
    head = "ACO_ID,N_AB,ABtotBnchmk,ABtotExp,N_AB_Year_PY," + ",".join(
        f"N_AB_Year_{kind}_{period}" for period in ("BY3", "PY") for kind in TYPES
    )
    data = read_mssp(
        write(
            tmp_path,
            f"{head}\nA1,9000,100,95,8800,30,700,90,8000,*,700,*,8000\nA2,9000,100,95,8800,*,700,90,8000,9,700,91,8000\n",
        )
    )
    # 100 people are left to ESRD and aged dual, who were 30 and 90 in BY3.
    assert data.person_years[0] == pytest.approx([25, 700, 75, 8000])
    assert data.person_years_by3[1] == pytest.approx([5.5, 700, 90, 8000])
    assert data.person_years_imputed.tolist() == [[True, False, True, False], [True, False, False, False]]


def test_suppressed_expenditure_is_the_mean_of_the_acos_other_periods(tmp_path):
    head = "ACO_ID,N_AB,ABtotBnchmk,ABtotExp," + ",".join(
        f"Per_Capita_Exp_ALL_ESRD_{period}" for period in ("BY1", "BY2", "BY3", "PY")
    )
    data = read_mssp(write(tmp_path, f"{head}\nA1,9000,100,95,80000,90000,*,*\nA2,9000,100,95,*,*,*,*\n"))
    assert data.per_capita[0, 0].tolist() == [80_000, 90_000, 85_000, 85_000]
    assert data.per_capita_imputed[0, 0].tolist() == [False, False, True, True]
    assert data.per_capita[1, 0, :2].tolist() == [80_000, 90_000]
    assert np.isnan(data.per_capita[1, 0, 2:]).all()


def test_the_regional_adjustment_is_dollars_or_nothing(tmp_path):
    head = "ACO_ID,N_AB,ABtotBnchmk,ABtotExp,PosRegAdj\n"
    flag = read_mssp(write(tmp_path, f"{head}A1,9000,100,95,1\nA2,9000,100,95,0\n", "PY2021.csv"))
    assert np.isnan(flag.regional_adjustment).all()
    usd = read_mssp(write(tmp_path, f"{head}A1,9000,100,95,231\nA2,9000,100,95,-70\n", "PY2022.csv"))
    assert usd.regional_adjustment.tolist() == [231, -70]
    none = read_mssp(write(tmp_path, f"{head}A1,9000,100,95,0\n", "PY2022.csv"))
    assert none.regional_adjustment.tolist() == [0]


def test_names_of_py2024(tmp_path):
    text = (
        "ACO_ID,Current_Track,N_AB,ABtotBnchmk,ABtotExp,RegAdj,PriorSavAdj,FinalAdjCat,FinalLossRate,Met_QPS,Met_AltQPS\n"
        "A1,EN,9000,100,95,231,-,Regional,0.00%,0,1\nA2,A,9000,100,95,-12,80,Prior Savings,-,1,-\n"
    )
    data = read_mssp(write(tmp_path, text, "PY2024.csv"))
    assert data.regional_adjustment.tolist() == [231, -12]
    assert np.isnan(data.prior_savings_adjustment[0])
    assert data.prior_savings_adjustment[1] == 80
    assert data.adjustment_category.tolist() == ["Regional", "Prior Savings"]
    assert data.met_alternative_standard[0] == 1


def test_all_faults_come_at_once(tmp_path):
    text = (
        "ACO_ID,Current_Track,N_AB,ABtotBnchmk,Sav_rate,N_AB_Year_DIS_PY\n"
        "A1,ENN,-5,abc,1,-3\nA1,B,5,*,1,2\n,B,5,7,1,2\n"
    )
    with pytest.raises(InputError) as caught:
        read_mssp(write(tmp_path, text, "results.csv"))
    message = str(caught.value)
    assert len(caught.value.faults) == 9
    for part in (
        "results.csv: ABtotExp: no column holds the total expenditure in dollars",
        "says no performance year",
        "row 2, N_AB: = '-5' is out of range -> between 1 and 70,000,000",
        "row 2, ABtotBnchmk: = 'abc' is not a number",
        "row 3, ABtotBnchmk: = '*' does not give the total benchmark in dollars",
        "row 2, N_AB_Year_DIS_PY: = '-3' is out of range",
        "row 2, Current_Track: = 'ENN'",
        "ACO_ID: = 'A1' is met 2 times",
        "row 4, ACO_ID: is empty",
    ):
        assert part in message


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"ACO_ID,N_AB\n", "has a heading and no rows"),
        (b"PK\x03\x04...", "zip archive or an Excel workbook"),
        (b"<!DOCTYPE html><p>", "is a web page"),
        (b"\x1f\x8b\x08broken", "damaged gzip file"),
        (b"ACO_ID,N_AB\nA1\n", "has 1 cells under 2 column names"),
        (b"ACO_ID,aco_id\nA1,A1\n", "is the name of two columns"),
    ],
)
def test_what_is_no_results_file_says_so(tmp_path, content, problem):
    path = tmp_path / "PY2022.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=problem):
        read_mssp(path)


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(InputError, match=r"absent.csv: cannot be read \(No such file or directory\)"):
        read_mssp(tmp_path / "absent.csv")


@pytest.mark.needs_data
def test_the_benchmark_in_dollars_is_the_per_capita_one_times_person_years(cms_file):
    data = read_mssp(cms_file("mssp/mssp_results_puf_PY2022_raw.csv.gz", "CMS, MSSP results, PY2022"))
    assert len(data) == 482
    assert data.benchmark_usd == pytest.approx(data.updated_benchmark * data.total_person_years, rel=2e-4)
    total = data.person_years.sum(axis=1)
    assert total == pytest.approx(data.total_person_years, abs=2.1)
    assert data.person_years_imputed.sum() == 37
    assert not np.isnan(data.per_capita).any()
    assert not np.isnan(data.risk).any()
    assert (data.regional_adjustment < 0).sum() == 65


@pytest.mark.needs_data
def test_the_panel_of_all_years_agrees_with_the_files(cms_file):
    panel = read_mssp(cms_file("mssp/mssp_panel_2013_2022.csv.gz", "CMS, MSSP results, PY2013 to PY2022"))
    assert len(panel) == 4342
    assert (panel.months == 6).sum() == 166
    for year in (2015, 2018, 2022):
        one = read_mssp(
            cms_file(f"mssp/mssp_results_puf_PY{year}_raw.csv.gz", f"CMS, MSSP results, PY{year}")
        )
        part = panel.select(panel.performance_year == year)
        for name in ("benchmark_usd", "expenditure_usd", "n_assigned", "final_share_rate", "quality_score"):
            ours, theirs = np.sort(getattr(one, name)), np.sort(getattr(part, name))
            assert ours == pytest.approx(theirs, abs=1e-6, nan_ok=True), (year, name)
        # The panel has no tracks before PY2016.
        assert year < 2016 or sorted(one.track) == sorted(part.track)
