"""What a ledger must agree with: Medicare's outlay, the reference arm's ledger, the books of providers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.ledger import Ledger, Mechanism, Party
from sim.ledger.income import PROVIDER_PARTIES, provider_incomes

OUTLAY = "Medicare's outlay is what all others receive"
GAINED = "Medicare's net cost is what all others receive more than in the reference arm"
STATEMENTS = "Statements of providers add up to their ACO's entries"
BY_AGENT = "Distributions and CARA of each provider are its own"
LEDGER_IDENTITIES = (OUTLAY, GAINED, STATEMENTS, BY_AGENT)


def ledger_gaps(
    book: Ledger,
    reference: Ledger,
    first_py: int,
    outcomes: Mapping[str, NDArray[Any]],
    *,
    distributed: NDArray[np.int64],
    cara: NDArray[np.int64],
) -> dict[str, list[str]]:
    """Return where each of :data:`LEDGER_IDENTITIES` does not hold in an arm, each with what is left over.

    Parameters
    ----------
    book, reference : Ledger
        Of the arm and of the reference arm, all years booked.
    first_py : int
    outcomes : mapping of str to ndarray
        Result variables of the arm.
    distributed : int64, shape (practices,)
        Cents that practices hold to have received out of distributions.
    cara : int64, shape (specialists,)
        Cents that specialists hold to have received under CARA, less what they paid.
    """
    gaps: dict[str, list[str]] = {label: [] for label in LEDGER_IDENTITIES}

    def note(label: str, where: str, cents: int) -> None:
        if cents:
            gaps[label].append(f"{where}: {cents / 100.0:,.2f} USD left over")

    for place, outlay in enumerate(outcomes["medicare_outlay"].tolist()):
        year = first_py + place
        mine, theirs = (
            sum(one.net(party, year=year) for party in Party if party != Party.MEDICARE)
            for one in (book, reference)
        )
        note(OUTLAY, str(year), outlay - mine)
        note(GAINED, str(year), int(outcomes["medicare_net_cost"][place]) - (mine - theirs))
        for code in sorted(book.mechanisms(year)):
            mechanism = Mechanism(code)
            whole = sum(book.net_by_aco(party, mechanism, year=year) for party in PROVIDER_PARTIES)
            for aco, cents in enumerate(np.asarray(whole).tolist()):
                stated = int(provider_incomes(book, [mechanism], year=year, aco=aco).sum())
                note(STATEMENTS, f"{year}, {mechanism.name.lower()}, ACO {aco}", cents - stated)
    for mechanism, first, own, who in (
        (Mechanism.DISTRIBUTION, 0, distributed, "practice"),
        (Mechanism.CARA, book.n_practices, cara, "specialist"),
    ):
        booked = provider_incomes(book, [mechanism])[first : first + len(own)]
        for at in np.flatnonzero(booked != own).tolist():
            note(BY_AGENT, f"{who} {at}, {mechanism.name.lower()}", int(own[at] - booked[at]))
    return gaps
