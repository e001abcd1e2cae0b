"""Names that CMS gave each column of the MSSP results file over the years, under one canonical name.

The canonical name is itself accepted as a column name, so a plain csv file may use these names and no others.
"""

from __future__ import annotations

from dataclasses import replace

from sim.inputs.cms_table import NumberColumn

# Beyond these nothing is believable: all of Medicare, a part of a month, dollars and risk of one person.
MOST_PEOPLE, LEAST_PEOPLE = 70_000_000, 0.001
MOST_A_YEAR = 10_000_000
MOST_RISK, LEAST_RISK = 20, 0.05

# Enrollment types in the order of every per-type array (42 CFR 425.652(a)(1)).
ENROLLMENT_TYPES = ("ESRD", "DIS", "AGDU", "AGND")
PERIODS = ("BY1", "BY2", "BY3", "PY")

# The same types as the person-year columns spell them.
PERSON_YEAR_NAMES = {"ESRD": "ESRD", "DIS": "DIS", "AGDU": "AGED_Dual", "AGND": "AGED_NonDual"}

TRACKS = (
    "track-1",
    "track-1-plus",
    "track-2",
    "track-3",
    "basic-a",
    "basic-b",
    "basic-c",
    "basic-d",
    "basic-e",
    "enhanced",
)

TRACK_WORDS = {
    **{track: track for track in TRACKS},
    "1": "track-1",
    "t1": "track-1",
    "track 1": "track-1",
    "1+": "track-1-plus",
    "t1+": "track-1-plus",
    "track 1+": "track-1-plus",
    "2": "track-2",
    "t2": "track-2",
    "track 2": "track-2",
    "3": "track-3",
    "t3": "track-3",
    "track 3": "track-3",
    **{
        spelling: f"basic-{level}"
        for level in "abcde"
        for spelling in (level, f"basic {level}", f"basic level {level}", f"basic_{level}")
    },
    "en": "enhanced",
    "enhanced": "enhanced",
}

# Files before PY2022 hold one 0/1 column for each track.
TRACK_FLAGS = {
    "track-1": ("Current_Track_1", "Track1"),
    "track-1-plus": ("Current_Track_1_Plus",),
    "track-2": ("Current_Track_2", "Track2"),
    "track-3": ("Current_Track_3",),
    **{f"basic-{level}": (f"Current_BASIC_{level.upper()}",) for level in "abcde"},
    "enhanced": ("Current_ENHANCED",),
}

ONE_SIDED_TRACKS = frozenset({"track-1", "basic-a", "basic-b"})


ID_NAMES = ("ACO_ID", "ACO_Num")
NAME_NAMES = ("ACO_Name", "name")
YEAR_NAMES = ("Performance_Year", "Perf_Year", "Year", "PY")
START_NAMES = ("Current_Start_Date", "Start_Date", "agreement_start")
RISK_MODEL_NAMES = ("Risk_Model",)
CATEGORY_NAMES = ("FinalAdjCat",)
# Columns of words: their names, and what each word begins with.
CODED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "revenue": (("Rev_Exp_Cat", "revenue"), ("high", "low")),
    "assignment": (("Assign_Type", "assignment"), ("prospective", "retrospective")),
    "agreement_type": (("Agree_Type", "agreement_type"), ("initial", "renewal", "re-entering")),
}
TRACK_NAMES = ("Current_Track", "track")
REQUIRED = ("n_assigned", "benchmark_usd", "expenditure_usd")

NUMBERS: dict[str, NumberColumn] = {
    "n_assigned": NumberColumn(("N_AB",), "assigned beneficiaries", low=1, high=MOST_PEOPLE),
    "benchmark_usd": NumberColumn(("ABtotBnchmk",), "the total benchmark in dollars", low=1),
    "expenditure_usd": NumberColumn(("ABtotExp",), "the total expenditure in dollars", low=0),
    "total_person_years": NumberColumn(
        ("N_AB_Year_PY", "N_AB_Year"), "assigned person-years", low=0, high=MOST_PEOPLE, least=LEAST_PEOPLE
    ),
    "published_minimum_savings_rate": NumberColumn(
        ("MinSavPerc",), "the minimum savings rate", low=0, high=100, fraction_to=0.4
    ),
    "elected_savings_rate": NumberColumn(
        (),
        "the minimum savings rate that a two-sided ACO elected (in no CMS file)",
        low=0,
        high=100,
        fraction_to=0.4,
    ),
    "published_savings_rate": NumberColumn(
        ("Sav_rate",), "the savings rate", low=-200, high=100, fraction_to=1
    ),
    "published_savings_usd": NumberColumn(("BnchmkMinExp",), "benchmark less expenditure"),
    "generated_usd": NumberColumn(("GenSaveLoss",), "savings or losses generated"),
    "earned_usd": NumberColumn(("EarnSaveLoss",), "savings earned or losses owed"),
    "quality_score": NumberColumn(
        ("QualScore",), "the quality score", low=0, high=100, fraction_to=1, words={"p4r": 1.0}
    ),
    "met_quality_standard": NumberColumn(
        ("Met_QPS",), "whether the quality standard was met", low=0, high=1, whole=True
    ),
    "met_alternative_standard": NumberColumn(
        ("Met_AltQPS",), "whether the alternative quality standard was met", low=0, high=1, whole=True
    ),
    "maximum_share_rate": NumberColumn(
        ("MaxShareRate", "QualPerfShare"), "the highest sharing rate", low=0, high=100, fraction_to=1
    ),
    "final_share_rate": NumberColumn(
        ("FinalShareRate",), "the final sharing rate", low=0, high=100, fraction_to=1
    ),
    "final_loss_rate": NumberColumn(
        ("FinalLossRate",), "the final loss rate", low=0, high=100, fraction_to=1
    ),
    "disaster_adjustment_usd": NumberColumn(("DisAdj",), "the disaster relief of losses"),
    "historical_benchmark": NumberColumn(
        ("HistBnchmk",), "the historical benchmark per person-year", low=0, high=MOST_A_YEAR, least=1
    ),
    "updated_benchmark": NumberColumn(
        ("UpdatedBnchmk",), "the updated benchmark per person-year", low=0, high=MOST_A_YEAR, least=1
    ),
    "regional_adjustment": NumberColumn(
        ("RegAdj", "PosRegAdj"),
        "the regional adjustment in dollars per person-year (published from PY2022)",
        low=-MOST_A_YEAR,
        high=MOST_A_YEAR,
    ),
    "prior_savings_adjustment": NumberColumn(
        ("PriorSavAdj", "Prior_Sav_Adj"),
        "the prior savings adjustment per person-year",
        low=-MOST_A_YEAR,
        high=MOST_A_YEAR,
    ),
    "agreement_period": NumberColumn(
        ("Agreement_Period_Num",), "the agreement period", low=1, high=20, whole=True
    ),
    "revenue_loss_limit": NumberColumn(
        ("RevLossLimit",), "whether revenue limits the losses", low=0, high=1, whole=True
    ),
    "mid_year_termination": NumberColumn(
        ("Impact_Mid_Year_Termination",),
        "whether ending in mid-year forfeits savings",
        low=0,
        high=1,
        whole=True,
    ),
    "revenue_usd": NumberColumn((), "the Participants' Medicare revenue in dollars (in no CMS file)", low=0),
}
NUMBERS = {key: replace(column, names=(*column.names, key)) for key, column in NUMBERS.items()}


def expenditure_names(kind: str, period: str) -> tuple[str, ...]:
    """Return the column of per-capita expenditure (USD per person-year) of one type and period."""
    return (f"Per_Capita_Exp_ALL_{kind}_{period}",)


def risk_names(kind: str, period: str) -> tuple[str, ...]:
    """Return the column of the renormalised CMS-HCC risk score of one type and period."""
    return (f"CMS_HCC_RiskScore_{kind}_{period}",)


def person_year_names(kind: str, period: str) -> tuple[str, ...]:
    """Return the column of assigned person-years of one type; PY2014 wrote no period."""
    base = f"N_AB_Year_{PERSON_YEAR_NAMES[kind]}"
    return (f"{base}_{period}", base) if period == "PY" else (f"{base}_{period}",)


# One spelling stands for the columns of all types and periods.
TYPE_COLUMNS = {
    "person_years": NumberColumn(
        person_year_names("AGND", "PY"),
        "assigned person-years by enrollment type",
        low=0,
        high=MOST_PEOPLE,
        least=LEAST_PEOPLE,
    ),
    "per_capita": NumberColumn(
        expenditure_names("AGND", "PY"), "expenditure by enrollment type", low=0, high=MOST_A_YEAR, least=1
    ),
    "risk": NumberColumn(
        risk_names("AGND", "PY"), "risk scores by enrollment type", low=0, high=MOST_RISK, least=LEAST_RISK
    ),
}


def optional_names() -> list[tuple[str, ...]]:
    """Return the spellings of every column that a results file may lack, for telling near misses."""
    kinds = [
        names(kind, period)
        for kind in ENROLLMENT_TYPES
        for names, periods in (
            (expenditure_names, PERIODS),
            (risk_names, PERIODS),
            (person_year_names, PERIODS[2:]),
        )
        for period in periods
    ]
    coded = [names for names, _ in CODED.values()]
    words = [NAME_NAMES, YEAR_NAMES, TRACK_NAMES, START_NAMES, RISK_MODEL_NAMES, CATEGORY_NAMES]
    return [*(column.names for column in NUMBERS.values()), *words, *coded, *TRACK_FLAGS.values(), *kinds]
