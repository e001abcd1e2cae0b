"""Writing outcomes: every result variable of an arm, from experience, settlement and ledger, year by year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.kernels.codes import CELL_NAMES, EPISODE_NAMES, MONTHS_A_YEAR
from sim.ledger import Ledger, Mechanism, Party
from sim.ledger.codes import CAPITATION
from sim.outcomes.cash import CashTerms, cash_in_year
from sim.outcomes.quality import MEASURES
from sim.outcomes.registry import BY_NAME, VARIABLES

# What an ACO is paid and pays: result variable, whose net it is, and for what. Costs are shown as positive.
_OF_ACOS: tuple[tuple[str, int, tuple[Mechanism, ...]], ...] = (
    ("settlement", 1, (Mechanism.SETTLEMENT, Mechanism.STOP_LOSS)),
    ("stop_loss_settled", 1, (Mechanism.STOP_LOSS,)),
    ("admin_add_on", 1, (Mechanism.ADMIN_ADD_ON,)),
    ("high_performers_pool", 1, (Mechanism.HIGH_PERFORMERS_POOL,)),
    ("care_management_cost", -1, (Mechanism.CARE_MANAGEMENT,)),
    ("home_care_cost", -1, (Mechanism.HOME_CARE,)),
    ("dual_incentive", 1, (Mechanism.DUAL_INCENTIVE,)),
    ("distributions", -1, (Mechanism.DISTRIBUTION,)),
    ("base_pcc", 1, (Mechanism.BASE_PCC,)),
    ("tcc", 1, (Mechanism.TCC,)),
    ("npcc", 1, (Mechanism.NPCC,)),
    ("advances_settled", 1, (Mechanism.ENHANCED_PCC, Mechanism.APO)),
    ("provider_payments", -1, (Mechanism.PROVIDER_PAYMENT,)),
    ("enhanced_passed_on", -1, (Mechanism.ENHANCED_PASSED_ON,)),
    ("capitation_gain", 1, (*CAPITATION, Mechanism.PROVIDER_PAYMENT)),
    ("cara_settled", 1, (Mechanism.CARA_OWED,)),
    ("guarantee_called", 1, (Mechanism.GUARANTEE,)),
    ("unpaid_debt", 1, (Mechanism.DEBT,)),
    ("falls_prevention_paid", -1, (Mechanism.FALLS_PREVENTION,)),
    ("cost_sharing_support", -1, (Mechanism.COST_SHARING_SUPPORT,)),
    ("part_d_premium", -1, (Mechanism.PART_D_PREMIUM,)),
    ("prevention_reward", -1, (Mechanism.PREVENTION_REWARD,)),
    ("substance_access", -1, (Mechanism.SUBSTANCE_ACCESS,)),
    ("benefit_enhancements", -1, (Mechanism.BENEFIT_ENHANCEMENTS,)),
    ("aco_cash_change", 1, ()),
)

# What others are paid and pay for ACOs' people: result variable, who, sign, and for what.
_OF_OTHERS = (
    ("cara_payments", Party.PREFERRED, 1, Mechanism.CARA),
    ("falls_prevention_cost", Party.SUPPLIERS, 1, Mechanism.FALLS_PREVENTION),
    ("falls_prevention_medicare", Party.MEDICARE, -1, Mechanism.FALLS_PREVENTION),
)

# Advances that an ACO is paid within the year, before any of them is settled.
_ADVANCED = (("enhanced_pcc", Mechanism.ENHANCED_PCC), ("apo", Mechanism.APO))


Floats = NDArray[np.float64]


class Record:
    """The outcomes of one arm of one replicate.

    Parameters
    ----------
    acos : int
        How many there are.
    years : range
        Performance years.
    cash : CashTerms
        What cash figures go by.
    drawn : ndarray
        Values of the uncertain parameters, as many as are drawn.

    Attributes
    ----------
    arrays : dict of str to ndarray
        One array for each of :data:`sim.outcomes.registry.VARIABLES`; what nothing has been written to holds
        the variable's fill value.
    """

    def __init__(self, acos: int, years: range, cash: CashTerms, drawn: Floats) -> None:
        self.first_py = years[0]
        self._cash = cash
        sizes = {
            "aco": acos,
            "cell": len(CELL_NAMES),
            "year": len(years),
            "episode": len(EPISODE_NAMES),
            "measure": len(MEASURES),
            "parameter": drawn.size,
        }
        self.arrays: dict[str, NDArray[Any]] = {
            variable.name: np.full(
                tuple(sizes[dim] for dim in variable.dims), variable.fill_value, variable.stored_dtype
            )
            for variable in VARIABLES
        }
        self.arrays["parameter_value"][:] = drawn

    def write(self, year: int, name: str, values: Any, where: NDArray[np.bool_] | None = None) -> None:
        """Write a variable of a year; of ACOs that `where` (shape (acos,)) leaves out nothing is written.

        Raises
        ------
        KeyError
            When no variable has that name.
        """
        target = self.arrays[name]
        if "year" in BY_NAME[name].dims:
            target = self._of_year(name, year)
        if where is None:
            target[...] = values
        else:
            target[where] = np.asarray(values)[where]

    def write_year(
        self,
        year: int,
        *,
        experience: Mapping[str, NDArray[Any]],
        settled: Mapping[str, NDArray[Any]],
        active: NDArray[np.bool_],
        ledger: Ledger,
        reference_outlay: int | None,
    ) -> None:
        """Write everything of a performance year.

        Parameters
        ----------
        year : int
        experience : mapping of str to ndarray
            What the aligned people lived; written for every ACO.
        settled : mapping of str to ndarray
            What the program made of it; written for active ACOs.
        active : bool array, shape (acos,)
        ledger : Ledger
            Its entries of the year give all payments.
        reference_outlay : int or None
            Cents that Medicare paid in the reference arm; None in that arm.
        """
        for name, values in experience.items():
            self.write(year, name, values)
        for name, values in settled.items():
            self.write(year, name, values, active)
        booked, nothing = ledger.mechanisms(year), np.zeros(ledger.n_acos, np.int64)
        for name, sign, mechanisms in _OF_ACOS:
            moved = not mechanisms or not booked.isdisjoint(mechanisms)
            cents = sign * ledger.net_by_aco(Party.ACO, *mechanisms, year=year) if moved else nothing
            self.write(year, name, cents, active)
        for name, mechanism in _ADVANCED:
            if mechanism in booked:
                by_month = ledger.by_month(Party.ACO, mechanism, year=year)[:, :MONTHS_A_YEAR]
                self.write(year, name, by_month.sum(axis=-1), active)
            else:
                self.write(year, name, nothing, active)
        for name, values in cash_in_year(ledger, self.first_py, year, self._cash).items():
            self.write(year, name, values, active)
        for name, party, sign, mechanism in _OF_OTHERS:
            moved = mechanism in booked
            cents = sign * ledger.net_by_aco(party, mechanism, year=year) if moved else nothing
            self.write(year, name, cents, active)
        pool = ledger.net(Party.ACO, Mechanism.HIGH_PERFORMERS_POOL, year=year)
        self.write(year, "pool_of_others", pool - int(settled["pool_funded"][active].sum()))
        outlay = -ledger.net(Party.MEDICARE, year=year)
        services = Mechanism.FEE_FOR_SERVICE, Mechanism.FEE_REDUCTION
        self.write(year, "ffs_payments", ledger.net(Party.PROVIDERS, *services, year=year))
        self.write(year, "medicare_outlay", outlay)
        self.write(
            year, "medicare_net_cost", outlay - (outlay if reference_outlay is None else reference_outlay)
        )

    def _of_year(self, name: str, year: int) -> NDArray[Any]:
        """Return the part of a variable that belongs to a year, to be written."""
        dims = BY_NAME[name].dims
        return self.arrays[name][(slice(None),) * dims.index("year") + (year - self.first_py, ...)]

    def total(self, name: str, year: int) -> float:
        """Return the dollars of a year, all ACOs together; of what was not written, nothing."""
        values = self._of_year(name, year)
        return float(values[values != BY_NAME[name].fill_value].sum()) / 100.0
