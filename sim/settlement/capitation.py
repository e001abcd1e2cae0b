"""Capitation of a year behind LEAD's door: what is due, which claims it replaces, and all of it by month.

How much primary care and other care an ACO's own providers bill is not a service of the kernel. Primary care
is each ACO's PQEM visits at the nation's price of a visit; other care is a share of the rest of spending, by
who leads the ACO (evidence ``capitation``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.inputs.capitation_terms import CapitationTerms
from sim.inputs.evidence import Evidence
from sim.kernels.codes import MonthSum, Sum
from sim.ledger.codes import Mechanism
from sim.ledger.schedule import MonthlyPayments, no_money
from sim.ledger.spread import over_months
from sim.policy import capitation as rules
from sim.policy.claims_lag import payment_months
from sim.population.experience import ratio
from sim.population.plan import AcoPlan
from sim.settlement.elections import Elections
from sim.settlement.program import Flags, Floats, Ints, cents

_CENTS = 100.0
# What counts as expenditure in place of claims.
_CAPITATED = (Mechanism.BASE_PCC, Mechanism.TCC, Mechanism.NPCC)


@dataclass(frozen=True, eq=False)
class CareEvidence:
    """What of care an ACO's own providers bill, and when claims are paid.

    Attributes
    ----------
    primary_care, inside : float
        Primary care as a share of the nation's spending, and the part of it that listed clinicians bill.
    participants_other, preferred_other : float64 arrays, shape (acos,)
        Shares of other care billed by Participant and by Preferred Providers.
    passed_on : float
        Share of reduced fees that the ACO pays its providers.
    enhanced_passed_on : float
        Share of enhanced PCC that it pays its practices.
    claims_paid : float64 array, shape (lags,)
    month_weights : float64 array, shape (12,)
    """

    primary_care: float
    inside: float
    participants_other: Floats
    preferred_other: Floats
    passed_on: float
    enhanced_passed_on: float
    claims_paid: Floats
    month_weights: Floats

    @classmethod
    def read(cls, evidence: Evidence, plans: tuple[AcoPlan, ...]) -> CareEvidence:
        """Read the evidence for ACOs led by physicians or hospitals."""
        led = np.array([0 if plan.leadership == "physician" else 1 for plan in plans], np.int64)
        return cls(
            primary_care=evidence.number("capitation.primary_care"),
            inside=evidence.number("capitation.inside"),
            participants_other=evidence.array("capitation.participants_other")[led],
            preferred_other=evidence.array("capitation.preferred_other")[led],
            passed_on=evidence.number("capitation.passed_on"),
            enhanced_passed_on=evidence.number("capitation.enhanced_passed_on"),
            claims_paid=evidence.array("cash.claims_paid"),
            month_weights=evidence.array("cash.month_weights"),
        )


@dataclass(frozen=True, eq=False)
class LivedYear:
    """A year of ACOs' people as capitation looks at it.

    Attributes
    ----------
    aco : int64, shape (acos, cells, sums)
    nation : int64, shape (sums,)
        Of the nation's assignable people.
    counted : float
        Share of spending that counts.
    """

    aco: Ints
    nation: Ints
    counted: float


@dataclass(frozen=True, eq=False)
class Reduced:
    """Claims by what covers them, at the fee reductions elected, USD of shape (acos, cells)."""

    base_pcc: Floats
    tcc: Floats
    npcc: Floats
    apo: Floats


@dataclass(frozen=True, eq=False)
class FeeReductions:
    """Shares of what each ACO's providers bill that is not paid as fees, all elections together.

    Attributes
    ----------
    primary, participants, preferred : float64 arrays, shape (acos,)
        Of Participants' primary care, of their other care, and of what Preferred Providers bill.
    """

    primary: Floats
    participants: Floats
    preferred: Floats

    @classmethod
    def of(cls, elections: Elections, participant: Floats) -> FeeReductions:
        """Return the reductions of a year's elections, `participant` by :func:`participant_reduction`."""
        further = elections.npcc_reduction + elections.apo_reduction
        return cls(
            primary=np.where(elections.tcc, 1.0, elections.pcc * participant),
            participants=elections.tcc + further,
            preferred=elections.preferred_reduction + further,
        )

    def claims(self, care: CareEvidence, primary: Floats, other: Floats) -> Floats:
        """Return what is reduced of ACOs' primary and other care, all providers together, shape (acos,)."""
        listed = self.participants * care.participants_other + self.preferred * care.preferred_other
        return self.primary * care.inside * primary + listed * other


@dataclass(frozen=True, eq=False)
class YearOfPayments:
    """What capitation needs to know of a performance year.

    Attributes
    ----------
    year, lookback : LivedYear
        The performance year, and the one before.
    monthly : int64, shape (acos, cells, 12, month sums)
        Of the performance year.
    preliminary, final : float64, shape (acos, cells)
        Benchmark that capitation is a share of, PBPM, as seen before the year and when all is known.
    trend : float64, shape (cells,)
        Growth of spending since the look-back year as expected before the year.
    """

    year: LivedYear
    lookback: LivedYear
    monthly: Ints
    preliminary: Floats
    final: Floats
    trend: Floats


@dataclass(frozen=True, eq=False)
class Capitated:
    """Capitation of a year in cents.

    Attributes
    ----------
    due : int64, shape (acos, cells)
        Base PCC, TCC and NPCC due, before sequestration: they count as expenditure.
    replaced : int64, shape (acos, cells)
        Claims that they replace, which do not.
    apo_reductions : int64, shape (acos,)
        Claims that APO has paid before; they stay in the expenditure.
    rates : mapping of Mechanism to float64 array of shape (acos, 12)
        Shares of the benchmark that are paid in each month.
    payments : MonthlyPayments
        Without provisional settlement.
    claims : float64, shape (acos, 12)
        Claims that count, after what capitation replaces, by month of service, USD.
    benchmark : float64, shape (acos,)
        As provisional settlement takes it, which knows no quality score, USD.
    """

    due: Ints
    replaced: Ints
    apo_reductions: Ints
    rates: dict[Mechanism, Floats]
    payments: MonthlyPayments
    claims: Floats
    benchmark: Floats

    def told(self) -> dict[str, Ints]:
        """Return the result variables that tell of it."""
        due, replaced = self.due.sum(axis=-1), self.replaced.sum(axis=-1)
        return {"capitation": due, "claims_replaced": replaced, "bridge_capitation": replaced - due}


def participant_reduction(elections: Elections, terms: CapitationTerms) -> Floats:
    """Return the fee reduction of Participants' primary care under PCC, shape (acos,)."""
    stated = elections.participant_reduction
    return np.where(np.isnan(stated), terms.participant_reduction, stated)


def reduced_claims(
    lived: LivedYear, elections: Elections, care: CareEvidence, participant: Floats
) -> Reduced:
    """Return a year's claims of the ACO's own providers, each at its fee reduction.

    Parameters
    ----------
    lived : LivedYear
    elections : Elections
    care : CareEvidence
    participant : float64, shape (acos,)
        Fee reduction of Participants' primary care.
    """
    spend = lived.aco[..., Sum.SPEND] / _CENTS * lived.counted
    visit = care.primary_care * ratio(lived.nation[Sum.SPEND] / _CENTS, lived.nation[Sum.PQEM_VISITS])
    everything = np.minimum(lived.aco[..., Sum.PQEM_VISITS] * visit, spend)
    own, other = care.inside * everything, spend - everything

    def of(elected: Flags, share: Floats, claims: Floats) -> Floats:
        return np.where(elected[:, None], share[:, None] * claims, 0.0)

    listed = care.participants_other + care.preferred_other
    under_tcc = care.participants_other + elections.preferred_reduction * care.preferred_other
    return Reduced(
        base_pcc=of(elections.pcc, participant, own),
        tcc=of(elections.tcc, np.ones_like(under_tcc), own) + of(elections.tcc, under_tcc, other),
        npcc=of(elections.npcc, elections.npcc_reduction * listed, other),
        apo=of(elections.apo, elections.apo_reduction * listed, other),
    )


def capitation_of(
    elections: Elections,
    terms: CapitationTerms,
    months: tuple[int, Ints],
    care: CareEvidence,
    known: YearOfPayments,
    without_quality: Floats,
) -> Capitated:
    """Return a year's capitation of ACOs by what each elects.

    Parameters
    ----------
    elections : Elections
    terms : CapitationTerms
    months : tuple of int and int64 array
        Month of final settlement, and of the one in which each ACO repays its enhanced PCC.
    care : CareEvidence
    known : YearOfPayments
    without_quality : float64, shape (acos,)
        Benchmark as provisional settlement will take it, USD.
    """
    final_month, repaid_in = months
    participant = participant_reduction(elections, terms)
    before, now = (reduced_claims(one, elections, care, participant) for one in (known.lookback, known.year))
    rates = _rates(elections, terms, (before, now), (_spent(known.lookback), _spent(known.year)), participant)
    people = known.monthly[..., MonthSum.MONTHS].astype(np.float64)
    payable = rules.people_known(people, lag=terms.eligibility_lag)
    in_force = rules.benchmark_by_month(
        known.preliminary, known.final, known=terms.vintage_known, first_months=terms.vintage_months
    )

    def net(amount: Floats | Ints, taken: bool = terms.sequestered) -> Floats:
        return rules.after_sequestration(amount, rate=terms.sequestration, taken=taken)

    to_aco: dict[Mechanism, Ints] = {}
    by_mechanism = np.stack([rates[mechanism] for mechanism in (*_CAPITATED, Mechanism.ENHANCED_PCC)])
    owed = cents(known.final * (by_mechanism[:-1, :, None] * people).sum(axis=-1))
    *monthly, advance = rules.monthly_payment(by_mechanism, in_force, payable)
    for mechanism, paid, all_year in zip(
        _CAPITATED, cents(net(np.stack(monthly))), np.rint(net(owed.sum(axis=-1))), strict=True
    ):
        to_aco[mechanism] = _settled(paid, all_year.astype(np.int64), final_month)
    due = owed.sum(axis=0)
    lent = cents(net(advance, terms.enhanced_sequestered))
    to_practices = no_money(len(due))
    to_practices[:, : lent.shape[1]] = np.rint(care.enhanced_passed_on * lent)
    kept = lent.sum(axis=-1) - np.rint(terms.enhanced_repaid * lent.sum(axis=-1)).astype(np.int64)
    to_aco[Mechanism.ENHANCED_PCC] = _settled(lent, kept, repaid_in)
    growth = np.broadcast_to(known.trend, before.apo.shape)
    pbpm = rules.advance_pbpm(before.apo, known.lookback.aco[..., Sum.MONTHS], growth)
    apo = cents(now.apo).sum(axis=-1)
    paid = cents(net(pbpm[:, None] * payable.sum(axis=-2)))
    to_aco[Mechanism.APO] = _settled(paid, np.rint(net(apo)).astype(np.int64), final_month)
    replaced = cents(now.base_pcc) + cents(now.tcc) + cents(now.npcc)
    by_service = known.monthly[..., MonthSum.SPEND].sum(axis=1) / _CENTS * care.month_weights
    when = payment_months(by_service, care.claims_paid)
    # Each rounded by itself, so that APO is gone to the cent once it is trued up.
    unpaid = sum(np.rint(net(claims)).astype(np.int64) for claims in (replaced.sum(axis=-1), apo))
    reductions = _over_horizon(np.asarray(unpaid), when)
    left = _spent(known.year) - replaced.sum(axis=-1) / _CENTS
    return Capitated(
        due=due,
        replaced=replaced,
        apo_reductions=apo,
        rates=rates,
        payments=MonthlyPayments(
            to_aco=to_aco,
            reductions=reductions,
            to_providers=_over_horizon(
                np.rint(care.passed_on * reductions.sum(axis=-1)).astype(np.int64), when
            ),
            to_practices=to_practices,
            provisional=np.zeros(len(due), np.int64),
            provisional_stop_loss=np.zeros(len(due), np.int64),
            claims=_over_horizon(known.year.aco[..., Sum.SPEND].sum(axis=-1), when),
        ),
        claims=by_service * ratio(left, by_service.sum(axis=-1))[:, None],
        benchmark=without_quality,
    )


def _spent(lived: LivedYear) -> Floats:
    """Return what ACOs' people cost in a year as far as it counts, USD of shape (acos,)."""
    spent: Floats = lived.aco[..., Sum.SPEND].sum(axis=-1) / _CENTS * lived.counted
    return spent


def _rates(
    elections: Elections,
    terms: CapitationTerms,
    reduced: tuple[Reduced, Reduced],
    spent: tuple[Floats, Floats],
    participant: Floats,
) -> dict[Mechanism, Floats]:
    """Return the share of its benchmark that each ACO is paid by each mechanism in each month.

    `reduced` and `spent` are of the year before, and of the performance year.
    """
    vintage = rules.vintage_in_force(terms.vintage_months)

    def looked_back(*years: Floats) -> Floats:
        return rules.look_back(*years, passed=terms.rates_known)[:, vintage]

    everything = looked_back(*spent)
    base, tcc, npcc = (
        looked_back(*(getattr(one, name).sum(axis=-1) for one in reduced))
        for name in ("base_pcc", "tcc", "npcc")
    )
    base = rules.claims_share(base, everything)
    if terms.stated_rate is not None:
        stated = np.where(elections.pcc, terms.stated_rate * participant, 0.0)
        base = np.broadcast_to(stated[:, None], base.shape)
    ceiling = rules.enhanced_ceiling(base, target=terms.target, floor=terms.enhanced_floor)
    enhanced = rules.enhanced_rate(elections.enhanced[:, None], ceiling)
    paid = 1.0 - rules.leakage(tcc, everything)
    return {
        Mechanism.BASE_PCC: base,
        Mechanism.ENHANCED_PCC: np.where(elections.pcc[:, None], enhanced, 0.0),
        Mechanism.TCC: np.where(elections.tcc[:, None], paid * (1.0 - terms.leakage_withhold), 0.0),
        Mechanism.NPCC: rules.claims_share(npcc, everything),
    }


def _settled(paid: Ints, due: Ints, month: int | NDArray[np.int64]) -> Ints:
    """Return monthly payments, shape (acos, 12), with what is due beyond them in the month of settlement."""
    flow = no_money(len(paid))
    flow[:, : paid.shape[1]] = paid
    flow[np.arange(len(paid)), np.asarray(month) - 1] += rules.true_up(due, paid.sum(axis=-1))
    return flow


def _over_horizon(total: Ints, weights: Floats) -> Ints:
    flow = no_money(len(total))
    flow[:, : weights.shape[1]] = over_months(total, weights)
    return flow
