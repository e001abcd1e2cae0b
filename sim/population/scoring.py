"""Tables of risk scoring for the kernels, from CMS's published relative factors and hierarchies."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TypeAlias

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
# New enrollees of 65 to 69 have a factor for each age, those of 85 and over on dialysis one together.
NEW_BANDS = (
    *SCORE_BANDS[:5],
    *((age, str(age)) for age in range(AGED_IN, AGED_IN + 5)),
    *SCORE_BANDS[6:],
)
DIALYSIS_BANDS = (*SCORE_BANDS[:9], (85, "85_GT"))
Bands: TypeAlias = tuple[tuple[int, str], ...]
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
    table = np.tile(_by_age_and_sex(model, f"{prefix}_", SCORE_BANDS), (2, 1))
    for sex, word in enumerate(SEXES):
        table[sex + 2, AGED_IN:] += factors.get((model, f"{prefix}_ORIGINALLYDISABLED_{word}"), 0.0)
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


def new_enrollees() -> NDArray[np.float64]:
    """Return the factors of people new to Part B, shape (segments, 4, ages), as :func:`demographic` has them.

    They follow age, sex, Medicaid and whether an aged person first came to Medicare by disability; no
    diagnosis counts (CMS-HCC model, new enrollee segments; under 65 all are "not originally disabled").
    """
    plain, medicaid = (_new_by_origin("V28", f"NE_{word}", NEW_BANDS) for word in ("NMCAID", "MCAID"))
    return np.stack([plain, medicaid, plain, medicaid])


def esrd_new_enrollees() -> NDArray[np.float64]:
    """Return the dialysis model's factors of people new to Part B, shape (8, ages), as `esrd_demographic`."""
    return np.concatenate(
        [_new_by_origin("ESRD-V24", f"DNE_{word}", DIALYSIS_BANDS) for word in ("ND_PBD", "FBD")]
    )


def _new_by_origin(model: str, prefix: str, bands: Bands) -> NDArray[np.float64]:
    """Return age-sex factors of one segment of new enrollees, shape (4, ages)."""
    plain, disabled = (
        _by_age_and_sex(model, f"{prefix}_{origin}_NE", bands) for origin in ("NORIGDIS", "ORIGDIS")
    )
    disabled[:, :AGED_IN] = plain[:, :AGED_IN]
    return np.concatenate([plain, disabled])


def _by_age_and_sex(model: str, prefix: str, bands: Bands) -> NDArray[np.float64]:
    """Return published factors by sex and age, shape (2, ages); a band that is not published has the last."""
    factors = published_factors()
    table = np.zeros((2, OLDEST + 1))
    for sex, letter in enumerate("MF"):
        known = 0.0
        for first, band in bands:
            known = factors.get((model, f"{prefix}{letter}{band}"), known)
            table[sex, first:] = known
    return table


def count_values() -> NDArray[np.float64]:
    """Return the score of having 0 to 10 payment conditions, shape (segments, 11)."""
    factors = published_factors()
    counts = np.zeros((len(SEGMENTS), MOST_COUNTED + 1))
    for s, segment in enumerate(SEGMENTS):
        for n in range(1, MOST_COUNTED + 1):
            name = f"{segment}_D{n}" if n < MOST_COUNTED else f"{segment}_D{n}P"
            counts[s, n] = factors[("V28", name)]
    return counts
