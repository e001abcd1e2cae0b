"""Tables of risk scoring for the kernels, from CMS's published relative factors and hierarchies."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from sim.kernels.codes import AGED_IN, OLDEST

SEGMENTS = ("CNA", "CFA", "CND", "CFD")
SCORE_BANDS = (
    (0, "0_34"),
    (35, "35_44"),
    (45, "45_54"),
    (55, "55_59"),
    (60, "60_64"),
    (65, "65_69"),
    (70, "70_74"),
    (75, "75_79"),
    (80, "80_84"),
    (85, "85_89"),
    (90, "90_94"),
    (95, "95_GT"),
)
MOST_COUNTED = 10
SEXES = ("MALE", "FEMALE")
# V28 interaction and the ESRD model's name for the same pair of condition groups
ESRD_INTERACTIONS = {
    "DIABETES_HF_V28": "DIABETES_CHF",
    "HF_CHR_LUNG_V28": "CHF_GCOPDCF",
    "CHR_LUNG_CARD_RESP_FAIL_V28": "GCOPDCF_CARD_RESP_FAIL",
    "HF_HCC238_V28": "HCC85_HCC96",
}


def _rows(name: str) -> list[list[str]]:
    """Return the rows of a table of ``sim.programs``, without comments and the header."""
    lines = files("sim.programs").joinpath(name).read_text(encoding="utf-8").splitlines()
    return [line.split(",") for line in lines if not line.startswith("#")][1:]


@cache
def published_factors() -> dict[tuple[str, str], float]:
    """Return CMS's relative factors by (model, factor name)."""
    return {(model, factor): float(value) for model, factor, value in _rows("cms_hcc_factors.csv")}


def concurrent_factors() -> dict[str, float]:
    """Return the assumed factors of the concurrent High Needs model by condition, and its ``base``."""
    return {condition: float(value) for condition, value in _rows("high_needs_concurrent.csv")}


def hierarchy_masks(model: str, categories: tuple[str, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the masks of parents and of the children each removes, shape (hierarchies,).

    Parameters
    ----------
    model : {"V28", "ESRD-V24"}
    categories : tuple of str
        The model's payment category of each condition.
    """
    removed: dict[str, int] = {}
    for which, parent, child in _rows("cms_hcc_hierarchies.csv"):
        if which == model and parent in categories and child in categories:
            removed[parent] = removed.get(parent, 0) | mask_of_category(categories, child)
    parents = [mask_of_category(categories, parent) for parent in removed]
    return np.array(parents, np.int64), np.array(list(removed.values()), np.int64)


def mask_of_category(categories: tuple[str, ...], wanted: str) -> int:
    """Return the bits of the conditions in a payment category."""
    return sum(1 << bit for bit, category in enumerate(categories) if category == wanted)


def demographic(model: str, prefix: str) -> NDArray[np.float64]:
    """Return age-sex factors, shape (4, ages): by sex, plus 2 for aged people who were disabled first."""
    factors = published_factors()
    table = np.zeros((4, OLDEST + 1))
    for sex, letter in enumerate("MF"):
        known = 0.0
        for first, band in SCORE_BANDS:
            known = factors.get((model, f"{prefix}_{letter}{band}"), known)
            table[sex, first:] = known
        table[sex + 2] = table[sex]
        table[sex + 2, AGED_IN:] += factors.get((model, f"{prefix}_ORIGINALLYDISABLED_{SEXES[sex]}"), 0.0)
    return table


def esrd_demographic() -> NDArray[np.float64]:
    """Return the ESRD model's age-sex factors, shape (8, ages): as above, plus 4 for people with Medicaid."""
    factors = published_factors()
    plain = demographic("ESRD-V24", "DI")
    dual = plain.copy()
    for sex, word in enumerate(SEXES):
        dual[sex::2, :AGED_IN] += factors[("ESRD-V24", f"DI_FBDUAL_{word}_NONAGED")]
        dual[sex::2, AGED_IN:] += factors[("ESRD-V24", f"DI_FBDUAL_{word}_AGED")]
    return np.concatenate([plain, dual])


def count_values() -> NDArray[np.float64]:
    """Return the score of having 0 to 10 payment conditions, shape (segments, 11)."""
    factors = published_factors()
    counts = np.zeros((len(SEGMENTS), MOST_COUNTED + 1))
    for s, segment in enumerate(SEGMENTS):
        for n in range(1, MOST_COUNTED + 1):
            name = f"{segment}_D{n}" if n < MOST_COUNTED else f"{segment}_D{n}P"
            counts[s, n] = factors[("V28", name)]
    return counts
