"""Which ACOs may be in LEAD: their types, the people they need, and who is out for want of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.inputs.entry_terms import EntryTerms, entry_terms
from sim.inputs.rulebook import Rulebook
from sim.inputs.scenario_arms import NO_PROGRAM
from sim.kernels.codes import Cell, Sum
from sim.policy.eligibility import (
    by_type,
    is_high_needs_aco,
    is_newly_entering,
    may_continue,
    meets_base_year_minimum,
    on_glide_path,
)
from sim.population.experience import N_CATEGORIES, added_by
from sim.population.plan import AcoPlan
from sim.population.world import BASE_YEARS
from sim.settlement.contracts import Contracts
from sim.settlement.program import Flags, Floats, History, Ints, Settled

_HIGH_NEEDS = [Cell.HN_CLAIMS, Cell.HN_VOLUNTARY]
_ESRD = [Cell.ESRD_CLAIMS, Cell.ESRD_VOLUNTARY]


class LeadEntry:
    """The doorkeeper of LEAD in one arm: looks at each year once it is about to begin.

    CMS estimates alignment late in the year before, so people are those of the year before on the list of
    TINs as it then stands.

    Parameters
    ----------
    rulebook : Rulebook
    plans : tuple of AcoPlan
    """

    def __init__(self, rulebook: Rulebook, plans: tuple[AcoPlan, ...]) -> None:
        self._rulebook = rulebook
        self._called_new = np.array([plan.entry == "newly_entering" for plan in plans], dtype=bool)
        # By year: who was out, and how often the buffer had been used after it.
        self._after: dict[int, tuple[Flags, Ints]] = {}
        self._shown: dict[int, Settled] = {}

    def newly_entering(self, claims_aligned: Ints, year: int) -> Flags:
        """Return which ACOs count as Newly Entering, shape (acos,).

        Parameters
        ----------
        claims_aligned : int64, shape (acos, by)
            People aligned by claims in each base year.
        year : int
            First performance year.
        """
        terms = entry_terms(self._rulebook, year)
        if not terms.by_people:
            return self._called_new
        return is_newly_entering(claims_aligned, below=terms.newly_entering_below)

    def in_force(self, year: int, stated: Contracts, history: History, practice_aco: Ints) -> Contracts:
        """Return the contracts of a year: an ACO in LEAD without the people it needs is in no program.

        Parameters
        ----------
        year : int
        stated : Contracts
            What the scenario has for the year.
        history : mapping of int to Tally
            Every year before.
        practice_aco : int64, shape (practices,)
            ACO of each practice's TIN, -1 for none.
        """
        here = stated.program == "lead"
        if not here.any():
            return stated
        n, terms = len(here), entry_terms(self._rulebook, year)

        def people(lived: int) -> Ints:
            return added_by(practice_aco, n, history[lived].care[: len(practice_aco)])[..., Sum.PERSONS]

        newly, enough_before = np.zeros(n, dtype=bool), np.ones(n, dtype=bool)
        now = people(year - 1)
        needy = self._high_needs(now, terms)
        for start in np.unique(stated.agreement_start[here]).tolist():
            mine = here & (stated.agreement_start == start)
            base = [people(lived)[:, :N_CATEGORIES].sum(axis=1) for lived in range(start - BASE_YEARS, start)]
            claims = np.stack(base, axis=-1)
            new = self.newly_entering(claims, start)
            newly[mine] = new[mine]
            if start == year:
                needed = by_type(
                    needy,
                    new,
                    standard=terms.base_standard,
                    high_needs=terms.base_high_needs,
                    new=terms.base_newly_entering,
                )
                enough_before[mine] = meets_base_year_minimum(claims, needed)[mine]
        minimum = self._minimum(needy, newly, year - stated.agreement_start + 1, terms)
        was_out, uses = self._after.get(year - 1, (np.zeros(n, dtype=bool), np.zeros(n, np.int64)))
        stays, used = may_continue(
            now.sum(axis=1), minimum, uses, buffer=terms.buffer, allowed_uses=terms.buffer_uses
        )
        stays &= enough_before & ~was_out
        out = here & ~stays & terms.removes
        self._after[year] = out, np.where(here & stays, used, uses)
        self._shown[year] = {
            "meets_minimum": np.where(here, stays, -1).astype(np.int8),
            "minimum_people": np.where(here, minimum, np.nan),
            "newly_entering": np.where(here, newly, -1).astype(np.int8),
        }
        return replace(stated, program=np.where(out, NO_PROGRAM, stated.program))

    def shown(self, year: int) -> Settled:
        """Return the year's result variables, shape (acos,); none where no ACO is to be in LEAD."""
        return self._shown.get(year, {})

    @staticmethod
    def _high_needs(people: Ints, terms: EntryTerms) -> Flags:
        return is_high_needs_aco(
            people[:, _HIGH_NEEDS].sum(axis=1),
            people[:, _ESRD].sum(axis=1),
            people.sum(axis=1),
            share=terms.high_needs_share,
            test=terms.high_needs_test,
            counts=terms.high_needs_counts,
        )

    @staticmethod
    def _minimum(needy: Flags, newly: Flags, performance_year: Ints, terms: EntryTerms) -> Floats:
        return by_type(
            needy,
            newly,
            standard=terms.standard,
            high_needs=on_glide_path(terms.high_needs, terms.high_needs_path, performance_year),
            new=on_glide_path(terms.newly_entering, terms.newly_entering_path, performance_year),
        )
