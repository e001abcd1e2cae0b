"""What is wrong with the payments that an ACO in LEAD elects, by its other terms and by the rules."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.inputs.faults import Fault
from sim.inputs.rulebook import Rulebook
from sim.inputs.scenario_arms import may_be
from sim.inputs.scenario_books import LEAD, REACH, reach_rulebook, reach_years
from sim.inputs.stated_arm import StatedArm

# (term, what allows it besides "in payments")
_WITH = (
    ("enhanced_share", "pcc"),
    ("participant_reduction", "pcc"),
    ("preferred_reduction", "tcc"),
    ("apo_reduction", "apo"),
    ("npcc_reduction", "npcc"),
)

# Key, problem, what is allowed, nearest.
Wrong = tuple[str, str, str, str]


def payment_faults(stated: StatedArm) -> list[Fault]:
    """Return a fault for each set of payments that an ACO of an arm may not elect in LEAD or ACO REACH."""
    found: dict[Fault, None] = {}
    for aco, contract in stated.contracts():
        for year, as_stated in contract.items():
            wrong, why = list(_wrong_in(stated, as_stated, year)), ""
            if not wrong:
                chosen = list(may_be(as_stated, year, stated.years))[1:]
                wrong = [one for terms in chosen for one in _wrong_in(stated, terms, year)]
                why = ", which it may choose (decides)"
            for term, problem, allowed, nearest in wrong:
                key = stated.key(aco, year, term)
                told = f"{problem}{why}{stated.whose(aco, key)}"
                found[stated.fault(key, told, allowed, nearest)] = None
    return list(found)


def _wrong_in(stated: StatedArm, terms: Mapping[str, Any], year: int) -> Iterator[Wrong]:
    """Yield what is wrong with the payments of terms that an ACO of an arm has in a year."""
    program = terms["program"]
    if program == LEAD:
        yield from wrong_elections(terms, stated.books.rulebook(stated.name, LEAD), year)
    elif program == REACH and terms.get("payments") and year in reach_years():
        yield from wrong_elections(terms, stated.books.rulebook(stated.name, reach_rulebook(year)), year)


def wrong_elections(terms: Mapping[str, Any], book: Rulebook, year: int) -> Iterator[Wrong]:
    """Yield (term, problem, allowed, nearest) of what a contract's payments may not be together.

    Parameters
    ----------
    terms : mapping of str to object
        Of one ACO in LEAD in one year, as :meth:`sim.inputs.scenario_arms.Arm.terms` gives them; a term
        ``cara`` that is not empty says that it has episode arrangements.
    book : Rulebook
        Of LEAD, or of ACO REACH, which has neither NPCC nor provisional settlement here.
    year : int

    Notes
    -----
    A public brief on CARA, 2026, and Wakely, LEAD Model site, Participation: PCC or TCC, TCC for Global only,
    NPCC and APO on top of PCC; a provider with NPCC or APO is not in CARA.
    """
    elected = tuple(terms.get("payments") or ())
    shown = f"= {_listed(elected)}"
    if len(set(elected)) < len(elected):
        yield "payments", f"{shown} names one twice", "each once", _without(elected)
    if terms.get("program") == REACH:
        if "npcc" in elected:
            yield "payments", f"{shown} has npcc in ACO REACH", "npcc is LEAD's", _without(elected, "npcc")
        if terms.get("provisional_settlement"):
            yield "provisional_settlement", "= true in ACO REACH", "is simulated in LEAD only", "false"
    both = {"pcc", "tcc"} <= set(elected)
    option = terms.get("risk_option", "global")
    offered = option in book.words("capitation.tcc_options", year)
    if both:
        dropped = "pcc" if offered and len(set(elected)) == 2 and not terms.get("enhanced_share") else "tcc"
        allowed = "pcc or tcc, of which an ACO elects one"
        yield "payments", f"{shown} has both pcc and tcc", allowed, _without(elected, dropped)
    if "tcc" in elected and not offered:
        options = " or ".join(book.words("capitation.tcc_options", year))
        problem = f"{shown} has tcc with risk_option = {option!r}"
        yield "payments", problem, f"tcc needs risk_option {options}; pcc goes with both", _listed(["pcc"])
    extra = [word for word in ("npcc", "apo") if word in elected]
    if extra and "pcc" not in elected:
        allowed = "npcc and apo come on top of pcc; tcc covers other care already"
        near = _listed(["tcc"] if "tcc" in elected else ["pcc", *extra])
        yield "payments", f"{shown} has {' and '.join(extra)} without pcc", allowed, near
    in_lead = terms.get("program") != REACH
    if in_lead and extra and terms.get("cara") and not book.flag("cara.with_npcc_or_apo", year):
        problem = f"{shown} has {' and '.join(extra)} beside CARA"
        allowed = "providers with npcc or apo are in no episode arrangement: leave out the one or the other"
        yield "payments", problem, allowed, _without(elected, *extra)
    yield from _wrong_shares(terms, elected, book, year)


def _wrong_shares(
    terms: Mapping[str, Any], elected: tuple[str, ...], book: Rulebook, year: int
) -> Iterator[Wrong]:
    for term, word in _WITH:
        stated = terms.get(term)
        full = book.number("capitation.participant_reduction", year)
        if term == "participant_reduction" and "tcc" in elected:
            if stated is not None and stated != full:
                allowed = f"under tcc Participants' fees are reduced by {_percent(full)}"
                yield term, f"= {_percent(stated)}", allowed, _percent(full)
        elif stated and word not in elected:
            have = f"payments = {_listed(elected)}" if elected else "no payments"
            yield term, f"= {_percent(stated)} with {have}", f"needs {word} in payments, or 0 %", ""
    least, most = book.array("capitation.preferred_reduction", year)
    preferred = terms.get("preferred_reduction")
    if preferred and not least <= preferred <= most:
        allowed = f"must be 0 % (none takes part), or between {_percent(least)} and {_percent(most)}"
        yield (
            "preferred_reduction",
            f"= {_percent(preferred)}",
            allowed,
            _percent(min(max(preferred, least), most)),
        )
    if {"apo", "npcc"} <= set(elected):
        apo, npcc = terms.get("apo_reduction"), terms.get("npcc_reduction")
        if apo is None or npcc is None:
            absent = "apo_reduction" if apo is None else "npcc_reduction"
            allowed = "apo and npcc need apo_reduction and npcc_reduction, together at most 100 % of fees"
            yield absent, "is missing", allowed, _percent(1.0 - (apo or npcc or 0.5))
        elif apo + npcc > 1.0 + 1e-9:
            problem = f"= {_percent(npcc)}, with apo_reduction = {_percent(apo)}"
            yield "npcc_reduction", problem, "together at most 100 % of fees", _percent(1.0 - apo)


def _without(elected: tuple[str, ...], *words: str) -> str:
    return _listed([word for word in dict.fromkeys(elected) if word not in words])


def _listed(words: Sequence[str]) -> str:
    return json.dumps(list(words))


def _percent(share: float) -> str:
    return f"{100.0 * share:g} %"
