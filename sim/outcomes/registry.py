"""Every result variable, declared once: the store, its labels and docs/outcomes.md come from here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.pages import render

DIMS = ("arm", "replicate", "aco", "cell", "year")
Kind = Literal["money", "number", "flag"]

_UNWRITTEN_CENTS = int(np.iinfo(np.int64).min)
_UNWRITTEN_FLAG = -1


@dataclass(frozen=True, slots=True)
class Variable:
    """One result variable.

    Attributes
    ----------
    name : str
        snake_case noun.
    dims : tuple of str
        Its dims after ``arm, replicate``, in the order of :data:`DIMS`.
    dtype : {"money", "number", "flag"}
        ``money`` is kept to the cent (int64 cents on disk, dollars for the reader), ``number`` is float64,
        ``flag`` is yes (1) or no (0).
    units : str
        UDUNITS text.
    long_name, description : str
        For axes and for the docs page.
    sign_convention : str
        What a positive value means, ``""`` where it cannot be negative.
    rule : str
        Where the rule behind it is written.
    """

    name: str
    dims: tuple[str, ...]
    dtype: Kind
    units: str
    long_name: str
    description: str
    sign_convention: str = ""
    rule: str = ""

    @property
    def all_dims(self) -> tuple[str, ...]:
        """Dims as stored, with ``arm`` and ``replicate`` in front."""
        return ("arm", "replicate", *self.dims)

    @property
    def stored_dtype(self) -> np.dtype[Any]:
        """Type on disk."""
        names: dict[Kind, str] = {"money": "int64", "number": "float64", "flag": "int8"}
        return np.dtype(names[self.dtype])

    @property
    def fill_value(self) -> int | float:
        """What an unwritten element holds on disk; readers see NaN."""
        return {"money": _UNWRITTEN_CENTS, "number": np.nan, "flag": _UNWRITTEN_FLAG}[self.dtype]

    @property
    def attributes(self) -> dict[str, Any]:
        """Attributes on disk: labels, and how xarray is to decode the numbers."""
        labels = {
            "units": self.units,
            "long_name": self.long_name,
            "description": self.description,
            "sign_convention": self.sign_convention,
            "rule": self.rule,
        }
        attributes: dict[str, Any] = {name: text for name, text in labels.items() if text}
        if self.dtype == "money":
            attributes |= {"scale_factor": 0.01, "_FillValue": _UNWRITTEN_CENTS}
        if self.dtype == "flag":
            attributes["_FillValue"] = _UNWRITTEN_FLAG
        return attributes

    def encode(self, values: NDArray[np.generic]) -> NDArray[np.generic]:
        """Turn a simulation's array into what goes on disk.

        Parameters
        ----------
        values : ndarray
            ``money``: int64 cents, or float64 dollars (rounded to the cent; NaN where there is none).
            ``flag``: bool, or float with NaN where there is none. ``number``: any number.

        Returns
        -------
        ndarray
            Of `stored_dtype`, same shape.
        """
        if values.dtype == self.stored_dtype:
            return values
        if values.dtype.kind != "f":
            return values.astype(self.stored_dtype)
        if self.dtype == "number":
            return values.astype(np.float64)
        scaled = values.astype(np.float64) * (100.0 if self.dtype == "money" else 1.0)
        absent = np.isnan(scaled)
        whole = np.rint(np.where(absent, 0.0, scaled)).astype(self.stored_dtype)
        return np.where(absent, self.stored_dtype.type(self.fill_value), whole)


def _money(
    name: str, dims: str, long_name: str, description: str, *, sign: str = "", rule: str = ""
) -> Variable:
    return Variable(name, tuple(dims.split()), "money", "USD", long_name, description, sign, rule)


_PAID_TO_ACO = "positive: paid to the ACO"
_METHODS = "PY2027 Alignment and Finance Methodology"

# What a rule makes of the savings against the benchmark: name, label, what it is, where the rule is.
_BRIDGE = (
    (
        "prices",
        "prices of risk and trend",
        "History carried forward by trend and coded risk scores, less what the same people would have cost in"
        " the reference arm; and all that a program does not tell apart (Shared Savings Program, ACO REACH).",
        "",
    ),
    ("adjustment", "regional or prior savings adjustment", "What the adjustment adds.", "adjustments"),
    ("rate_book", "rate book", "What blending the ACO rate book in changes.", "rate book"),
    ("caps", "caps on risk scores", "What limits on risk scores and the coding factor change.", "risk cap"),
    ("discount", "discount", "What the discount takes, less an add-on inside the benchmark.", "discount"),
    ("quality", "quality", "What of the quality withhold is not earned back.", "quality"),
)

#: How the guardrail of LEAD's trend may be read, by the end of ``gross_savings_guard_``, and what that is.
GUARDRAILS = {
    "frozen": "the guardrail kept its first width for good",
    "linear": "the guardrail widened by its first width each year",
    "triangular": "the guardrail widened each year by one first width more than the year before",
    "open": "the guardrail bound in the first year only",
    "annual": "the guardrail bound each year's growth by that year's width, not the factor since BY3",
}

VARIABLES: tuple[Variable, ...] = (
    Variable(
        "person_months",
        ("aco", "cell", "year"),
        "number",
        "month",
        "Aligned person-months",
        "Months in which people aligned to the ACO were alive and in Original Medicare.",
        rule=f"{_METHODS}, alignment",
    ),
    _money(
        "expenditure",
        "aco cell year",
        "Part A and B expenditure",
        "Medicare payments for aligned people that count against the benchmark.",
        rule=f"{_METHODS}, performance year expenditure",
    ),
    Variable(
        "risk_score",
        ("aco", "cell", "year"),
        "number",
        "1",
        "Mean normalised risk score",
        "Person-month weighted mean, normalised to the national reference population, before the cap.",
        rule=f"{_METHODS}, risk adjustment",
    ),
    *(
        Variable(name, ("aco", "year"), "number", units, long_name, f"{text} of aligned people.")
        for name, units, long_name, text in (
            ("stays", "1", "Hospital stays", "Unplanned and planned hospital stays"),
            ("readmissions", "1", "Readmissions", "Unplanned stays within 30 days of another"),
            ("snf_days", "day", "SNF days", "Medicare days in skilled nursing facilities"),
        )
    ),
    _money(
        "true_savings",
        "aco cell year",
        "True savings",
        "Expenditure of the same people in the reference arm less that in this arm, on the same draws.",
        sign="positive: this arm spends less",
    ),
    _money(
        "benchmark",
        "aco year",
        "Benchmark",
        "Final benchmark: after discount and earned quality withhold, times person-months.",
        rule=f"{_METHODS}, benchmark",
    ),
    _money(
        "benchmark_before_discount",
        "aco year",
        "Benchmark before discount",
        "Benchmark before the discount and the quality withhold.",
        rule=f"{_METHODS}, benchmark",
    ),
    _money(
        "gross_savings",
        "aco year",
        "Gross savings against benchmark",
        "Benchmark less expenditure, before corridors.",
        sign="positive: spending below the benchmark",
        rule=f"{_METHODS}, settlement",
    ),
    *(
        _money(
            f"bridge_{name}",
            "aco year",
            f"Bridge: {label}",
            f"{text} With true savings and the other parts it adds up to the gross savings.",
            sign="positive: raises savings against the benchmark",
            rule=rule and f"{_METHODS}, {rule}",
        )
        for name, label, text, rule in _BRIDGE
    ),
    *(
        _money(
            f"gross_savings_guard_{name}",
            "aco year",
            f"Gross savings, guardrail {name}",
            f"Gross savings of LEAD ACOs if {text}, all else as it was. NaN in other programs.",
            sign="positive: spending below the benchmark",
            rule=f"{_METHODS}, update trend and guardrail; the figures of later years are not published",
        )
        for name, text in GUARDRAILS.items()
    ),
    _money(
        "shared_savings",
        "aco year",
        "Shared savings or losses",
        "The ACO's part of the gross savings after the risk corridors, before sequestration.",
        sign=_PAID_TO_ACO,
        rule=f"{_METHODS}, risk corridors",
    ),
    _money(
        "sequestration",
        "aco year",
        "Sequestration",
        "Amount that sequestration takes from shared savings or adds to shared losses.",
        sign="positive: taken from the ACO",
        rule=f"{_METHODS}, settlement",
    ),
    _money(
        "settlement",
        "aco year",
        "Settlement",
        "Shared savings or losses after sequestration and all reconciled advances.",
        sign=_PAID_TO_ACO,
        rule=f"{_METHODS}, settlement",
    ),
    _money(
        "admin_add_on",
        "aco year",
        "Administrative add-on",
        "Paid to higher-spending ACOs on top of the settlement; zero where it is part of the benchmark.",
        sign=_PAID_TO_ACO,
        rule=f"{_METHODS}, administrative add-on",
    ),
    Variable(
        "quality_score",
        ("aco", "year"),
        "number",
        "1",
        "Quality score",
        "Share of the quality withhold earned back.",
        rule=f"{_METHODS}, quality",
    ),
    Variable(
        "measured_quality",
        ("aco", "year"),
        "number",
        "1",
        "Measured quality",
        "LEAD: weighted mean of the measures' points, before the gate on improvement and the Prevention and"
        " Quality Plan. NaN in other programs.",
        rule=f"{_METHODS}, quality",
    ),
    _money(
        "high_performers_pool",
        "aco year",
        "High Performers Pool",
        "Paid to ACOs of high quality on top of the settlement; zero outside LEAD.",
        sign=_PAID_TO_ACO,
        rule=f"{_METHODS}, quality",
    ),
    _money(
        "care_management_cost",
        "aco year",
        "Care management cost",
        "What the ACO spends on care management and on running itself.",
        sign="positive: spent by the ACO",
    ),
    _money(
        "aco_cash_change",
        "aco year",
        "Change in the ACO's cash",
        "All the ACO receives less all it pays, for the performance year.",
        sign="positive: the ACO gains",
    ),
    _money(
        "distributions",
        "aco year",
        "Distributions to practices",
        "What the ACO passes on to its Participant Providers from a gain of the performance year.",
        sign="positive: paid by the ACO",
    ),
    _money(
        "ffs_payments",
        "year",
        "Fee-for-service payments",
        "Medicare payments to providers for everybody in the simulated markets, before any settlement.",
        sign="positive: paid by Medicare",
    ),
    _money(
        "medicare_outlay",
        "year",
        "Medicare outlay",
        "Medicare payments for everybody in the simulated markets, including settlements and add-ons.",
        sign="positive: paid by Medicare",
    ),
    _money(
        "medicare_net_cost",
        "year",
        "Net cost to Medicare",
        "Medicare outlay in this arm less Medicare outlay in the reference arm, on the same draws.",
        sign="positive: the arm costs Medicare money",
    ),
    Variable(
        "program",
        ("aco", "year"),
        "number",
        "1",
        "Program",
        "The program that settles the ACO: 1 LEAD, 2 Medicare Shared Savings Program, 3 ACO REACH.",
    ),
    Variable(
        "agreement_start",
        ("aco", "year"),
        "number",
        "year",
        "Start of the agreement",
        "First year of the agreement that the ACO's benchmark belongs to; base years end the year before.",
        rule=f"{_METHODS}, baseline; 42 CFR 425.652(a)(1)",
    ),
    Variable(
        "agreement_benchmark",
        ("aco", "year"),
        "number",
        "USD year-1",
        "Benchmark at the start of the agreement",
        "Shared Savings Program: truncated base-year expenditure per person-year, trended and risk-adjusted"
        " to the last base year, with the adjustment that counts. NaN in other programs.",
        rule="42 CFR 425.652(a)",
    ),
    Variable(
        "minimum_savings_rate",
        ("aco", "year"),
        "number",
        "1",
        "Minimum savings rate",
        "Shared Savings Program: savings are shared, and losses from two-sided risk owed, from this share of"
        " the benchmark on. NaN in other programs.",
        rule="42 CFR 425.605(b)",
    ),
    Variable(
        "historical_benchmark",
        ("aco", "cell", "year"),
        "number",
        "USD month-1",
        "Historical benchmark",
        "Weighted, trended, risk-adjusted base-year expenditure per person, before ACO-specific adjustments.",
        rule=f"{_METHODS}, baseline",
    ),
    Variable(
        "higher_spending",
        ("aco", "year"),
        "flag",
        "1",
        "Higher-spending ACO",
        "1 where the ACO's historical spending is at or above its region's, risk-standardised.",
        rule=f"{_METHODS}, spending designation",
    ),
)

BY_NAME: dict[str, Variable] = {variable.name: variable for variable in VARIABLES}


def outcomes_page(variables: Iterable[Variable] = VARIABLES) -> str:
    """Return docs/outcomes.md: every variable with its dims, units, meaning, sign and rule."""
    return render("sim.outcomes", "outcomes.md.j2", variables=variables)
