"""What a ledger's entries must hold: two parties and an amount each; accounts add up to nothing."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.ledger.book import NOBODY, UNNAMED, Ledger
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
        "names a provider that it cannot be of": _misnamed(book),
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
    return found + (_unfounded(book) if book.named else [])


def _misnamed(book: Ledger) -> NDArray[np.bool_]:
    """Return which entries name a provider that there is not, or that is neither payer nor payee."""
    entries, specialists = book.entries, book.n_practices + book.n_specialists
    provider, wrong = entries["provider"], np.ones(len(book), dtype=bool)
    # Participants are practices, Preferred Providers specialists; services are of both.
    for party, (first, after) in {
        Party.PARTICIPANT: (0, book.n_practices),
        Party.PREFERRED: (book.n_practices, specialists),
        Party.PROVIDERS: (0, specialists),
    }.items():
        mine = (entries["payer"] == party) | (entries["payee"] == party)
        wrong &= ~(mine & (provider >= first) & (provider < after))
    found: NDArray[np.bool_] = wrong & (provider != UNNAMED)
    return found


def _unfounded(book: Ledger) -> list[str]:
    """Return who of the providers has more fees reduced than it bills for an ACO's people in a year."""
    entries, size = book.entries, (book.n_acos, book.n_practices + book.n_specialists)
    services = np.isin(entries["mechanism"], (Mechanism.FEE_FOR_SERVICE, Mechanism.FEE_REDUCTION))
    for field, after in zip(("aco", "provider"), size, strict=True):
        services &= (entries[field] >= 0) & (entries[field] < after)
    entries = entries[services]
    found = []
    for year in np.unique(entries["year"]).tolist():
        of_year = entries[entries["year"] == year]
        left = np.zeros(size, np.int64)
        signed = np.where(of_year["payee"] == Party.PROVIDERS, of_year["cents"], -of_year["cents"])
        np.add.at(left, (of_year["aco"], of_year["provider"]), signed)
        for aco, provider in np.argwhere(left < 0).tolist():
            mine = (of_year["aco"] == aco) & (of_year["provider"] == provider)
            these = of_year[mine & (of_year["mechanism"] == Mechanism.FEE_REDUCTION)]
            found.append(f"{_named(these)} take {-left[aco, provider] / 100.0:,.2f} USD more than is billed")
    return found


def _unknown(codes: NDArray[np.integer], known: type[IntEnum]) -> NDArray[np.bool_]:
    return ~np.isin(codes, [int(code) for code in known])


def _named(entries: NDArray[np.void]) -> str:
    """Return some entries in words, and how many more there are."""
    words = [
        f"{one['year']} month {one['month']} {_word(Party, one['payer'])} to"
        f" {_word(Party, one['payee'])}, {_word(Mechanism, one['mechanism'])}, ACO {one['aco']},"
        f"{_whose(one['provider'])} {one['cents'] / 100.0:,.2f} USD"
        for one in entries[:_TOLD]
    ]
    more = f" and {len(entries) - _TOLD} more" if len(entries) > _TOLD else ""
    return f"{'; '.join(words)}{more}"


def _whose(provider: int) -> str:
    return "" if provider == UNNAMED else f" provider {provider},"


def _word(known: type[IntEnum], code: int) -> str:
    return known(code).name.lower() if code in known.__members__.values() else str(code)
