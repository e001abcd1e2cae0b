"""What a ledger's entries must hold: two parties and an amount each; accounts add up to nothing."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.ledger.book import NOBODY, Ledger
from sim.ledger.codes import Mechanism, Party
from sim.ledger.schedule import HORIZON

_TOLD = 3


def imbalances(book: Ledger) -> list[str]:
    """Return what is wrong with a ledger, each naming the entries; nothing where all is right.

    Every entry has a known payer, another payee, a known mechanism, an amount above nothing, a month and an
    ACO or none; and of every performance year, month and ACO the accounts of all parties add up to nothing.
    """
    entries = book.entries
    wrong = {
        "is paid to who pays it": entries["payer"] == entries["payee"],
        "is not above nothing": entries["cents"] <= 0,
        "names no party": _unknown(entries["payer"], Party) | _unknown(entries["payee"], Party),
        "names no mechanism": _unknown(entries["mechanism"], Mechanism),
        "names no ACO": (entries["aco"] < NOBODY) | (entries["aco"] >= book.n_acos),
        "has no month of its year": (entries["month"] < 1) | (entries["month"] > HORIZON),
    }
    found = [f"{_named(entries[these])} {what}" for what, these in wrong.items() if these.any()]
    for year in np.unique(entries["year"]).tolist():
        of_year = entries[entries["year"] == year]
        left = np.zeros((book.n_acos + 1, HORIZON), np.int64)
        within = (of_year["month"] >= 1) & (of_year["month"] <= HORIZON)
        for party in Party:
            for sign, side in ((1, "payee"), (-1, "payer")):
                mine = within & (of_year[side] == party)
                at = of_year["aco"][mine], of_year["month"][mine] - 1
                np.add.at(left, at, sign * of_year["cents"][mine])
        for aco, month in np.argwhere(left).tolist():
            these = of_year[(of_year["aco"] % (book.n_acos + 1) == aco) & (of_year["month"] == month + 1)]
            found.append(f"{_named(these)} leave {left[aco, month] / 100.0:,.2f} USD")
    return found


def _unknown(codes: NDArray[np.integer], known: type[IntEnum]) -> NDArray[np.bool_]:
    return ~np.isin(codes, [int(code) for code in known])


def _named(entries: NDArray[np.void]) -> str:
    """Return some entries in words, and how many more there are."""
    words = [
        f"{one['year']} month {one['month']} {_word(Party, one['payer'])} to"
        f" {_word(Party, one['payee'])}, {_word(Mechanism, one['mechanism'])}, ACO {one['aco']},"
        f" {one['cents'] / 100.0:,.2f} USD"
        for one in entries[:_TOLD]
    ]
    more = f" and {len(entries) - _TOLD} more" if len(entries) > _TOLD else ""
    return f"{'; '.join(words)}{more}"


def _word(known: type[IntEnum], code: int) -> str:
    return known(code).name.lower() if code in known.__members__.values() else str(code)
