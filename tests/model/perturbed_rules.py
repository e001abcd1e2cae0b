"""Which program values change nothing that a simulation gives: each is moved, in little worlds.

``PYTHONPATH=tests python tests/model/perturbed_rules.py`` writes the list that the rule ledger, `explain` and
runs go by; ``leadsim rules > docs/rules.md`` then writes the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from worlds import NO_ACO, aco, scenario_of

from sim.inputs.entries import Entry
from sim.inputs.faults import InputError
from sim.inputs.not_acting import list_path, list_text
from sim.inputs.rulebook import available_rulebooks, load_rulebook
from sim.inputs.rules_in_use import rules_in_use
from sim.replicate import simulate
from sim.scenarios import Scenario

# ACOs of every kind, far from their regions, so that floors, caps and corridors are met.
ACOS = (
    aco("cheap", 500, entry="renewing", former_mssp=True, efficiency="-30 %", region="east"),
    aco("costly", 400, entry="renewing", leadership="hospital", efficiency="35 %", region="east"),
    aco("new", 300, market="rural"),
    aco("frail", 250, high_needs_share="60 %", reserves="0 USD"),
)
LEAD = {
    "global": {"program": "lead"},
    "professional": {"program": "lead", "risk_option": "professional"},
}
HYBRID = {"hybrid": LEAD["global"] | {"alignment": "hybrid"}}
MSSP = {
    "basic": {"program": "mssp", "track": "basic-a"},
    "shared": {"program": "mssp", "track": "basic-e", "elected_rate": "0 %", "revenue_share": "20 %"},
    "enhanced": {"program": "mssp", "track": "enhanced"},
}
# Each level by itself at an agreement's start, on terms under which losses and small savings count.
LEVELS = {
    f"{level}-{of_revenue}": {
        "program": "mssp",
        "track": f"basic-{level}",
        "elected_rate": f"{0 if of_revenue < 50 else 2} %",
        "revenue": "low",
        "revenue_share": f"{of_revenue} %",
    }
    for level in "abcd"
    for of_revenue in (5, 90)
}
# Agreements from before July 2019: a first one, and one after it.
FORMER = {
    "first": {"program": "mssp", "agreement_start": 2016, "agreement_number": 1},
    "second": {"program": "mssp", "agreement_start": 2017, "agreement_number": 2},
}
REACH = {
    "global": {"program": "reach"},
    "professional": {"program": "reach", "risk_option": "professional"},
}
REACH_PAYMENTS = {
    "primary": REACH["global"] | {"payments": ["pcc", "apo"], "enhanced_share": "100 %"},
    "total": REACH["global"] | {"payments": ["tcc"], "preferred_reduction": "50 %"},
}
# All that may be elected of capitation and advances, with a provisional settlement.
PAYMENTS = {
    "primary": {
        "program": "lead",
        "payments": ["pcc", "npcc", "apo"],
        "enhanced_share": "100 %",
        "npcc_reduction": "40 %",
        "apo_reduction": "60 %",
        "provisional_settlement": True,
    },
    "total": {"program": "lead", "payments": ["tcc"], "preferred_reduction": "50 %"},
}
# Stop-loss that many people reach, and whose charge is stated.
STOP_LOSS = {
    "stop_loss.elected": True,
    "stop_loss.attachments": [20_000.0, 60_000.0],
    "stop_loss.payout_rates": [0.5, 0.9],
}
STATED_CHARGE = STOP_LOSS | {"stop_loss.charge_set": "stated", "stop_loss.charge": 5.0}
# ACOs that leave before and after the notice month, and one that cannot pay what it owes.
LEAVING = {
    "by_february": {"program": "lead", "exit_notice": "2028-02"},
    "by_may": {"program": "lead", "exit_notice": "2028-05", "risk_option": "professional"},
    "tcc": {"program": "lead", "payments": ["tcc"]},
}
# Discounts that leave every ACO with a loss.
LARGE_DISCOUNT = {"discount.higher_spending": "30 %", "discount.lower_spending": "30 %"}
# A gate, a pool and a plan that lacks an intervention: what CMS has not published leaves them open.
QUALITY = {
    "quality.improvement_gate": 0.5,
    "quality.pool_share": 1.0,
    "quality.plan_share": 0.5,
    "quality.plan_interventions": 2,
}
# Minimums that little ACOs are above by little, but for one that cannot start.
ENTRY = {
    "eligibility.below_minimum": "out",
    "eligibility.newly_entering_by": "people",
    "eligibility.newly_entering_below": 450,
    # Just what the last has in the year before it starts, so that it matters how and who is counted.
    "eligibility.high_needs_share": 106 / 216,
    "eligibility.minimum.standard": 370,
    "eligibility.minimum.newly_entering": {"2027": 200, "2028": 300},
    "eligibility.minimum.high_needs": 160,
    "eligibility.base_year_minimum.standard": 330,
    "eligibility.base_year_minimum.newly_entering": 170,
    "eligibility.base_year_minimum.high_needs": 300,
}
GLIDE = {
    "eligibility.high_needs_share": 0.4,
    "eligibility.glide_path": "reach",
    "eligibility.glide.newly_entering": [150, 210],
    "eligibility.glide.high_needs": [120, 180],
}
# Sizes that one ACO has in the last year before it starts and not in all, and lacks from then on; in ACO
# REACH one that the buffer helps for a year.
MSSP_SIZES = {"mssp.assignment.below_smallest": "out", "mssp.assignment.smallest": 400}
REACH_SIZES = {
    "reach.alignment.below_smallest": "out",
    "reach.alignment.smallest.standard": 440,
    "reach.alignment.smallest.new_entrant": 270,
    "reach.alignment.smallest.high_needs": 200,
}


# Episode arrangements of every kind, so that each rule of prices, minimums and payments is met.
CARA = {
    "arranged": {
        "program": "lead",
        "cara": [
            {"specialty": "orthopedics", "least_episodes": 1},
            {"specialty": "ophthalmology", "reconciled": "pooled"},
            {"specialty": "cardiology", "approach": "max_flex", "days_after": 200},
            {"episodes": ["colonoscopy"], "price": "team", "least_episodes": 1},
            {"episodes": ["sepsis"], "least_episodes": 1, "last_py": 2028},
            {"episodes": ["low_back_pain"], "price": "bpci_advanced", "least_episodes": 1},
            {"specialty": "rheumatology", "reconciled": "pooled"},
            {"specialty": "endocrinology", "last_py": 2028},
        ],
    }
}

# Falls prevention, and benefits whose limits the rules say.
OFFERS = {
    "offers": {
        "program": "lead",
        "falls_prevention": True,
        "falls_uptake": "100 %",
        "benefits": [
            {"kind": "cost_sharing_support", "cost": 300, "uptake": "50 %"},
            {"kind": "part_d_premium", "cost": 200},
            {"kind": "prevention_reward"},
            {"kind": "substance_access"},
            {"kind": "telehealth", "cost": 20},
        ],
    }
}
# Arrangements with Medicaid of ACOs in markets of which it is drawn whether they lie in a partner state.
ALLIED = {"allied": {"program": "lead", "medicaid_partnership": True}}
MEDICAID = {"medicaid.alignment": "on", "medicaid.states": 50, "medicaid.incentive": "10 USD/month"}


@dataclass(frozen=True)
class Setting:
    """A little world of a program's ACOs, and the word before the keys of its rulebook."""

    word: str
    arms: Mapping[str, Mapping[str, Any]]
    first: int
    last: int
    also: tuple[tuple[str, Any], ...] = ()
    evidence: tuple[tuple[str, Any], ...] = ()

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario before anything is moved."""
        # Partners of Medicaid may only be where the rules let them.
        partner = "medicaid_partnership"
        plain = {
            arm: {key: value for key, value in terms.items() if key != partner}
            for arm, terms in self.arms.items()
        }
        made = scenario_of(
            *ACOS,
            seed=11,
            arms=NO_ACO | plain,
            first_py=self.first,
            last_py=self.last,
            aco_market_share="60 %",
        )
        made = made.replace({f"evidence.{key}": value for key, value in self.evidence})
        rules = {f"program.values.{key}": value for key, value in self.also}
        partners = {f"arms.{arm}.{partner}": True for arm, terms in self.arms.items() if partner in terms}
        return made.replace(rules | partners)

    @cached_property
    def before(self) -> dict[str, bytes]:
        """What it gives."""
        return outcomes(self.scenario)

    @cached_property
    def asked(self) -> set[str]:
        """Keys of the program's rules that it asks for: no others can change what it gives."""
        books = []
        for arm in self.scenario.arms:
            if self.word == "":
                books.append(self.scenario.rulebook(arm))
            elif self.word == "mssp.":
                books.append(self.scenario.rulebook(arm, "mssp"))
            else:
                books += [self.scenario.rulebook(arm, f"reach-py{year}") for year in self.scenario.years]
        for book in books:
            book.asked.clear()
        outcomes(self.scenario)
        asked = set().union(*(book.asked for book in books))
        if self.word in ("", "reach."):
            # Some say what a contract may be, and are asked for before anybody lives.
            made = self.scenario
            used = set().union(
                *(rules_in_use(made.arms[arm], arm, made.years, made.books) for arm in made.arms)
            )
            asked |= {key.removeprefix(self.word) for key in used}
        return asked

    def changed_by(self, key: str, value: Any) -> bool:
        """Whether any result of any arm changes with a rule, or a contract is refused that was allowed.

        False where the rule may not have the value.
        """
        try:
            changed = self.scenario.replace({f"program.values.{self.word}{key}": value})
            # The same evidence, so that what follows from it alone is not worked out anew.
            return outcomes(replace(changed, evidences=self.scenario.evidences)) != self.before
        except InputError as error:
            return any(fault.key.startswith("arms.") for fault in error.faults)


SETTINGS = (
    Setting("", LEAD, 2027, 2028),
    Setting("", LEAD, 2033, 2034),
    Setting("", LEAD, 2027, 2028, tuple(STOP_LOSS.items())),
    Setting("", LEAD, 2027, 2028, tuple(STATED_CHARGE.items())),
    Setting("", LEAVING, 2027, 2029, tuple(LARGE_DISCOUNT.items())),
    Setting("", LEAD, 2027, 2028, tuple(QUALITY.items())),
    Setting("", LEAD, 2027, 2028, tuple(ENTRY.items())),
    Setting("", LEAD, 2027, 2028, tuple((ENTRY | GLIDE).items())),
    Setting("", CARA, 2027, 2029),
    Setting("", ALLIED, 2027, 2028, tuple(MEDICAID.items())),
    Setting("", PAYMENTS, 2027, 2028),
    Setting("", PAYMENTS, 2027, 2028, (("capitation.base_rate", "stated"), *STOP_LOSS.items())),
    Setting("", OFFERS, 2027, 2029, evidence=(("quality.interventions", 0),)),
    Setting("", OFFERS, 2027, 2028, (("falls.payer", "medicare"),)),
    # Lists of TINs that change, and earlier savings that are more than regional adjustments.
    Setting("", LEAD, 2027, 2028, evidence=(("tins.leave", 0.4), ("entry.beyond_true_savings", 0.08))),
    # TINs that join within the year.
    Setting("", HYBRID, 2027, 2028, evidence=(("tins.leave", 0.4), ("tins.intake", 1.0))),
    Setting("mssp.", MSSP, 2027, 2032),
    Setting("mssp.", MSSP, 2019, 2021),
    Setting("mssp.", FORMER, 2018, 2019),
    Setting("mssp.", MSSP, 2027, 2029, tuple(MSSP_SIZES.items())),
    # ACOs so small may elect a rate, and have the reduced share, only by a change of the rule.
    Setting("mssp.", LEVELS, 2027, 2028, (("mssp.msr.smallest_for_election", 100),)),
    Setting("reach.", REACH, 2021, 2022),
    Setting("reach.", REACH, 2025, 2026),
    Setting("reach.", REACH_PAYMENTS, 2025, 2026),
    Setting("reach.", REACH_PAYMENTS, 2025, 2026, (("reach.capitation.base_rate", "stated"),)),
    Setting("reach.", REACH, 2025, 2026, tuple(REACH_SIZES.items())),
)


def outcomes(scenario: Scenario) -> dict[str, bytes]:
    """Return every result variable of all arms."""
    return {name: np.ascontiguousarray(values).tobytes() for name, values in simulate(scenario, 0).items()}


def entries_of(word: str) -> dict[str, Entry]:
    """Return the rules of a program, as its latest rulebook states them."""
    latest = {
        "": "lead-py2027",
        "mssp.": "mssp",
        "reach.": max(n for n in available_rulebooks() if "reach" in n),
    }
    return dict(load_rulebook(latest[word]).entries)


def moved(entry: Entry) -> Iterator[Any]:
    """Yield other values of a rule, little moved first."""
    values = [value for _, value in entry.by_year]
    for others in zip(*(_others(value, entry.choices) for value in values), strict=False):
        if entry.yearly:
            yield {str(year): other for (year, _), other in zip(entry.by_year, others, strict=True)}
        else:
            yield others[0]


def _others(value: Any, choices: tuple[str, ...]) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, str):
        return [word for word in choices if word != value] or [f"not-{value}"]
    if isinstance(value, tuple):
        alone = [[word] for word in (*value, *choices)]
        return [*alone, list(value)[1:], [*value, *(word for word in choices if word not in value)]]
    if isinstance(value, float):
        near = [1.1 * value + (value == 0.0) * 0.1, 0.9 * value, 0.5 * value, 2.0 * value + 1.0]
        return [*near, 0.0, 0.01, 0.99, 10.0, value + 10.0, value + 1.0]
    found = np.asarray(value)
    first, last = np.zeros_like(found), np.zeros_like(found)
    first.flat[0], last.flat[-1] = 1.0, 1.0
    moves = [1.1 * found + 0.1 * (found == 0.0), found + 0.01 * first, found - 0.01 * last]
    # Weights that add up to one move against each other, years by whole ones.
    moves += [found + 0.1 * (first - last), found - 1.0]
    moves += [0.5 * found, np.flip(found), found * (1.0 - first), found * (1.0 - last), 0.0 * found]
    return [one.tolist() for one in moves]


# Before the keys of LEAD's rules, of the Shared Savings Program's and of ACO REACH's.
WORDS = ("", "mssp.", "reach.")
# With a partner of Medicaid a scenario is refused where the one is off; test_served.py sees it act. The other
# decides only where a share lies on its bound; test_lead_switches.py sees it act.
ACT_ELSEWHERE = {"medicaid.alignment", "eligibility.high_needs_test"}


def not_acting(word: str) -> list[str]:
    """Return the rules of a program that change no result, each after the program's word."""
    settings = [setting for setting in SETTINGS if setting.word == word]
    return [
        f"{word}{key}"
        for key, entry in entries_of(word).items()
        if f"{word}{key}" not in ACT_ELSEWHERE and not _is_seen(entry, settings)
    ]


def _is_seen(entry: Entry, settings: list[Setting]) -> bool:
    """Return whether a rule, moved to some other value, acts in a setting, which then comes first.

    Rules beside each other mostly act in the same one, and with whatever else they may be.
    """
    for value in moved(entry):
        for setting in settings:
            if entry.key in setting.asked and setting.changed_by(entry.key, value):
                settings.remove(setting)
                settings.insert(0, setting)
                return True
    return False


if __name__ == "__main__":
    list_path().write_text(list_text([rule for word in WORDS for rule in not_acting(word)]), encoding="utf-8")
