"""Result variables of practices' and specialists' income, where a study keeps their books."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.ledger import Ledger, Mechanism
from sim.ledger.income import provider_incomes
from sim.outcomes.variable import Variable, money

_PAID = "positive: paid to the practices"
_ASKED = "Not written unless the study has provider_books."
_SERVICES = (Mechanism.FEE_FOR_SERVICE, Mechanism.FEE_REDUCTION)
_QUANTILES = {"p10": 0.1, "median": 0.5, "p90": 0.9}

PROVIDER_VARIABLES: tuple[Variable, ...] = (
    money(
        "practice_fees",
        "aco year",
        "Fees of practices",
        "What Medicare pays the practices on the ACO's list for anybody they care for, after fee reductions."
        f" {_ASKED}",
        sign=_PAID,
    ),
    money(
        "practice_payments",
        "aco year",
        "Payments for practices' reduced fees",
        f"What the ACO pays the practices on its list for capitated care and advanced claims. {_ASKED}",
        sign=_PAID,
    ),
    money(
        "practice_income",
        "aco year",
        "Income of practices",
        "Fees, payments for reduced fees, distributions and enhanced PCC passed on, of the practices on the"
        f" ACO's list. {_ASKED}",
        sign=_PAID,
    ),
    money(
        "specialist_income",
        "aco year",
        "Income of specialists",
        "Fees of specialists for the ACO's aligned people after reductions, what the ACO pays for these, and"
        f" what CARA comes to. {_ASKED}",
        sign="positive: paid to specialists",
    ),
    *(
        Variable(
            f"practice_income_change_{name}",
            ("aco", "year"),
            "number",
            "1",
            f"Change of practices' income, {name}",
            f"Income of each practice on the ACO's list over its income in the reference arm, less 1; the"
            f" {'median' if name == 'median' else f'{quantile:.0%} quantile'} over practices. {_ASKED}",
            "positive: the practice earns more than in the reference arm",
        )
        for name, quantile in _QUANTILES.items()
    ),
)


def income_of_practices(
    book: Ledger, reference: Ledger, year: int, practice_aco: NDArray[np.int64]
) -> dict[str, NDArray[np.int64] | NDArray[np.float64]]:
    """Return the variables of a booked year, shape (acos,); nothing where no such books are kept.

    Parameters
    ----------
    book, reference : Ledger
        Of the arm and of the reference arm.
    year : int
    practice_aco : int64, shape (practices,)
        ACO of each practice's TIN, -1 for none.
    """
    if not book.named:
        return {}
    n_acos, n_practices = book.n_acos, book.n_practices

    def of_lists(*mechanisms: Mechanism) -> NDArray[np.int64]:
        cents = provider_incomes(book, mechanisms, year=year)[:n_practices]
        sums = np.zeros(n_acos + 1, np.int64)
        np.add.at(sums, practice_aco, cents)
        return sums[:n_acos]

    mine, theirs = (provider_incomes(one, year=year)[:n_practices] for one in (book, reference))
    by_aco = [provider_incomes(book, year=year, aco=aco)[n_practices:-1] for aco in range(n_acos)]
    changes = {name: np.full(n_acos, np.nan) for name in _QUANTILES}
    for aco in range(n_acos):
        some = (practice_aco == aco) & (theirs > 0)
        if some.any():
            found = np.quantile(mine[some] / theirs[some] - 1.0, list(_QUANTILES.values()))
            for name, value in zip(_QUANTILES, found, strict=True):
                changes[name][aco] = value
    return {
        "practice_fees": of_lists(*_SERVICES),
        "practice_payments": of_lists(Mechanism.PROVIDER_PAYMENT),
        "practice_income": of_lists(),
        "specialist_income": np.array([cents.sum() for cents in by_aco], np.int64),
        **{f"practice_income_change_{name}": values for name, values in changes.items()},
    }
