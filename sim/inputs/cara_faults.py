"""What is wrong with episode arrangements (CARA) of a scenario, by what its rulebook says of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.inputs.cara_terms import CaraTerms, cara_terms
from sim.inputs.evidence import Evidence
from sim.inputs.faults import Fault, nearest, wrong_choice
from sim.inputs.scenario_arms import Arm, Terms
from sim.inputs.scenario_books import LEAD, ScenarioBooks
from sim.inputs.scenario_cara import CaraContract
from sim.inputs.scenario_merge import Merged
from sim.kernels.codes import BEGUN, Episode

# An episode of this kind is had by changing what triggers the measure it stands for.
OTHER_TRIGGER = ("hf_inpatient",)


def cara_faults(
    name: str,
    arm: Arm,
    years: range,
    places: Sequence[tuple[str, Terms]],
    books: ScenarioBooks,
    merged: Merged,
) -> list[Fault]:
    """Return a fault for each term of an arm's arrangements that may not be.

    Parameters
    ----------
    name : str
        Of the arm.
    arm : Arm
    years : range
        Performance years.
    places : sequence of (str, Terms)
        Every table of the arm that states terms, with its key.
    books : ScenarioBooks
    merged : Merged
    """
    stating = [(f"{place}.cara", terms.cara) for place, terms in places if terms.cara]
    if not stating:
        return []
    book = books.rulebook(name)
    terms = cara_terms(book, max(years[0], book.first_py))
    evidence = books.evidence(name)
    faults = [
        Fault(merged.file(key), f"{key}[{row}]{found.key}", found.problem, found.allowed, found.meant)
        for key, contracts in stating
        for row, contract in enumerate(contracts)
        for found in _contract_faults(contract, terms, evidence)
    ]
    return [*faults, *_year_faults(name, arm, years, terms, evidence, merged)]


def kinds_covered(contract: CaraContract, evidence: Evidence, offered: Sequence[str]) -> list[str]:
    """Return the kinds of episode that an arrangement covers: those named, else its specialty's on offer."""
    kinds, leads = evidence.words("episodes.names"), evidence.words("episodes.specialty")
    if contract.episodes is not None:
        return [kind for kind in kinds if kind in contract.episodes]
    measures = evidence.words("episodes.measure")
    return [
        kind
        for kind, lead, measure in zip(kinds, leads, measures, strict=True)
        if lead == contract.specialty
        and measure in offered
        and (kind not in OTHER_TRIGGER or contract.approach == "max_flex")
    ]


def first_year(contract: CaraContract, terms: CaraTerms) -> int:
    """Return the first year in which episodes of an arrangement trigger."""
    return terms.first_py if contract.first_py is None else contract.first_py


def holds(contract: CaraContract, terms: CaraTerms, year: int) -> bool:
    """Return whether episodes of a year are under an arrangement."""
    last = year if contract.last_py is None else contract.last_py
    return first_year(contract, terms) <= year <= last


def discount_of(contract: CaraContract) -> float | None:
    """Return the discount of an arrangement, a premium being negative; None where it states neither."""
    return contract.discount if contract.premium is None else -contract.premium


def _contract_faults(contract: CaraContract, terms: CaraTerms, evidence: Evidence) -> Iterator[Fault]:
    """Yield what is wrong with an arrangement by itself; keys begin with the dot after it."""
    if contract.counterparty != "preferred":
        allowed = "must be preferred: a member of a Participant TIN cannot be in CARA"
        yield Fault("", ".counterparty", f"= {contract.counterparty!r}", allowed, "preferred")
    if contract.mechanism != "fee_for_service" and not terms.with_npcc_or_apo:
        allowed = "must be fee_for_service: NPCC and APO exclude CARA (cara.with_npcc_or_apo)"
        yield Fault("", ".mechanism", f"= {contract.mechanism!r}", allowed, "fee_for_service")
    yield from _episode_faults(contract, terms, evidence)
    if contract.first_py is not None and contract.first_py < terms.first_py:
        allowed = f"must be at least {terms.first_py}, the first year in which CARA episodes trigger"
        yield Fault("", ".first_py", f"= {contract.first_py}", allowed, str(terms.first_py))
    if contract.last_py is not None and contract.last_py < first_year(contract, terms):
        allowed = f"must not come before its first year, {first_year(contract, terms)}"
        yield Fault("", ".last_py", f"= {contract.last_py}", allowed)
    yield from _price_faults(contract, terms)
    if contract.approach not in terms.approaches:
        yield wrong_choice("", ".approach", contract.approach, terms.approaches)
    kinds = kinds_covered(contract, evidence, terms.measures)
    if contract.responds and kinds and not any(Episode[kind.upper()] in BEGUN for kind in kinds):
        allowed = "needs a kind of episode that begins with a procedure or a stay: nothing is known of others"
        yield Fault("", ".responds", "= true", allowed)
    for field in ("days_before", "days_after"):
        if getattr(contract, field) is not None and contract.approach != "max_flex":
            allowed = "needs approach = 'max_flex': otherwise the window is CMS's"
            yield Fault("", f".{field}", f"= {getattr(contract, field)}", allowed)


def _price_faults(contract: CaraContract, terms: CaraTerms) -> Iterator[Fault]:
    if contract.discount is not None and contract.premium is not None:
        yield Fault("", ".premium", f"= {contract.premium:g}", "must not stand beside a discount")
    else:
        field = "discount" if contract.premium is None else "premium"
        sign = 1.0 if contract.premium is None else -1.0
        low, high = sorted(sign * terms.discount_limits)
        yield from _outside(f".{field}", getattr(contract, field), low, high, "cara.discount_limits")
    low, high = terms.performance_limits
    key = "performance_adjustment"
    yield from _outside(f".{key}", contract.performance_adjustment, low, high, "cara.performance_limits")
    price = terms.price if contract.price is None else contract.price
    if contract.base_ratio is not None and price != "cms":
        problem, allowed = (
            f"= {contract.base_ratio:g}",
            f"must not stand beside price = {price!r}, which sets it",
        )
        yield Fault("", ".base_ratio", problem, allowed)


def _outside(key: str, value: float | None, low: float, high: float, rule: str) -> Iterator[Fault]:
    if value is not None and not low - 1e-12 <= value <= high + 1e-12:
        bound = low if value < low else high
        allowed = f"must lie between {100.0 * low:g} % and {100.0 * high:g} % ({rule})"
        yield Fault("", key, f"= {100.0 * value:g} %", allowed, f"{100.0 * bound:g} %")


def _episode_faults(contract: CaraContract, terms: CaraTerms, evidence: Evidence) -> Iterator[Fault]:
    kinds, leads = evidence.words("episodes.names"), evidence.words("episodes.specialty")
    if contract.specialty is None and contract.episodes is None:
        yield Fault("", "", "covers no episodes", "must name a specialty or episodes")
        return
    if contract.specialty is not None and contract.specialty not in leads:
        yield wrong_choice("", ".specialty", contract.specialty, sorted(set(leads)))
        return
    for kind in contract.episodes or ():
        if kind not in kinds:
            yield wrong_choice("", ".episodes", kind, kinds)
            continue
        place = kinds.index(kind)
        if contract.specialty is not None and leads[place] != contract.specialty:
            allowed = f"must be led by {contract.specialty}; {leads[place]} leads it"
            yield Fault("", ".episodes", f"= {kind!r}", allowed, nearest(contract.specialty, kinds))
        measure = evidence.words("episodes.measure")[place]
        if measure not in terms.measures:
            ours = [
                one
                for one, its in zip(kinds, evidence.words("episodes.measure"), strict=True)
                if its in terms.measures
            ]
            allowed = f"must be a measure that is offered (cara.episodes): {', '.join(ours)}"
            yield Fault(
                "", ".episodes", f"= {kind!r}", allowed, nearest(kind, [o for o in ours if o != kind])
            )
        elif kind in OTHER_TRIGGER and contract.approach != "max_flex":
            allowed = f"needs approach = 'max_flex': it is the measure {measure} with another trigger"
            yield Fault("", ".episodes", f"= {kind!r}", allowed)
    if contract.episodes is not None and not contract.episodes:
        yield Fault("", ".episodes", "= []", "must name at least one kind of episode")
    if contract.episodes is None and not kinds_covered(contract, evidence, terms.measures):
        allowed = "must lead episodes that are offered (cara.episodes)"
        yield Fault("", ".specialty", f"= {contract.specialty!r}", allowed)


def _year_faults(
    name: str, arm: Arm, years: range, terms: CaraTerms, evidence: Evidence, merged: Merged
) -> Iterator[Fault]:
    """Yield who may not have the arrangements of a year, and episodes that two of them cover."""
    found: list[Fault] = []
    for aco in (None, *arm.acos):
        settled, held_in = False, None
        key = ""
        for year in years:
            stated = arm.terms(aco, year)
            held = [(row, one) for row, one in enumerate(stated.get("cara") or ()) if holds(one, terms, year)]
            if not held:
                continue
            key = arm.place_of(f"arms.{name}", aco, year, "cara")
            held_in = year if held_in is None else held_in
            settled = settled or stated["program"] == LEAD
            if stated["program"] == LEAD and stated.get("risk_option", "global") not in terms.options:
                option = stated.get("risk_option", "global")
                problem = f"has arrangements of {aco or 'its ACOs'} in {year} under risk_option = {option!r}"
                allowed = (
                    f"needs risk_option = {' or '.join(map(repr, terms.options))}; cara = [] gives them up"
                )
                found.append(Fault(merged.file(key), key, problem, allowed, terms.options[0]))
            found += _twice(key, held, terms, evidence, merged)
        if held_in is not None and not settled:
            problem = f"has arrangements of {aco or 'its ACOs'} in {held_in}, in no year of LEAD"
            found.append(
                Fault(merged.file(key), key, problem, "needs program = 'lead' in a year from then on")
            )
    yield from {(fault.key, fault.problem.partition(" in 2")[0]): fault for fault in reversed(found)}.values()


def _twice(
    key: str, held: list[tuple[int, CaraContract]], terms: CaraTerms, evidence: Evidence, merged: Merged
) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for row, contract in held:
        for kind in kinds_covered(contract, evidence, terms.measures):
            if kind in seen:
                problem, place = (
                    f"covers {kind}, which {key}[{seen[kind]}] covers in the same year",
                    f"{key}[{row}]",
                )
                yield Fault(
                    merged.file(key), place, problem, "must leave each kind of episode to one arrangement"
                )
            seen.setdefault(kind, row)
