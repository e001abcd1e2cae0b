"""Parameters of life, use and spending that the kernels read, by subject.

A field is called what it is called in ``sim/evidence``, where its meaning, unit and source stand; docstrings
name the entry where that is not ``group.field``. Arrays are float64, masks are bits of the conditions column.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.kernels.layout import Array


class Conditions(NamedTuple):
    """Masks of conditions, and how claims miss them.

    Attributes
    ----------
    recoverable : int
        Conditions that may pass (``conditions.recovery`` above 0).
    kidney_failure, heart_failure, copd, diabetes, hypertension, rheumatoid_arthritis : int
        One condition each.
    drug_treated : int
        Conditions treated by Part B drugs.
    uncoded_halvings : int
        A condition goes uncoded for a year with a chance of one half to this power.
    """

    recoverable: int
    kidney_failure: int
    heart_failure: int
    copd: int
    diabetes: int
    hypertension: int
    rheumatoid_arthritis: int
    drug_treated: int
    uncoded_halvings: int


class Mortality(NamedTuple):
    """Chance of death in a year.

    Attributes
    ----------
    table : shape (sexes, ages)
        Of the population this year (SSA).
    level : shape (kinds, sexes, ages)
        Factor on the table (``mortality.disabled``, ``.aged_dual``, ``.esrd``, ``.age_fit``).
    risk_slope : float
        How far mortality rises with expected relative spending.
    event : float
        Factor after a year with an acute event.
    """

    table: Array
    level: Array
    risk_slope: float
    event: float


class Advantage(NamedTuple):
    """Moves to Medicare Advantage and back.

    Attributes
    ----------
    leave, back : shape (2,)
        Yearly chances of people without and with Medicaid.
    leave_risk, back_risk : float
        How far the chances fall and rise with expected relative spending above `risk_usual`.
    risk_usual, risk_most : float
        Relative spending at which the chances hold, and beyond which nothing more changes.
    """

    leave: Array
    leave_risk: float
    back: Array
    back_risk: float
    risk_usual: float
    risk_most: float


class HighNeeds(NamedTuple):
    """When a person is High Needs: the program's criteria (:class:`sim.inputs.lead_criteria.Criteria`).

    Attributes
    ----------
    conditions : int
        Mask of conditions that impair mobility or make frail (``conditions.mobility``).
    score : float
        Risk score that is enough by itself.
    score_with_admissions, admissions : float, int
        Risk score that is enough with so many unplanned admissions.
    snf_days : int
        Medicare SNF days that are enough.
    concurrent_base : float
        Constant of the concurrent High Needs score.
    """

    conditions: int
    score: float
    score_with_admissions: float
    admissions: int
    snf_days: int
    concurrent_base: float


class Alignment(NamedTuple):
    """Weights of the two alignment years in claims-based alignment.

    Attributes
    ----------
    weight_recent, weight_older : float
    """

    weight_recent: float
    weight_older: float


class Relative(NamedTuple):
    """Expected spending of a person relative to the average person.

    Attributes
    ----------
    age : shape (ages,)
        Factor of age (``spending.age``).
    constant, slope : float
        Of relative spending on the risk score (``spending.cost_constant``, ``.cost_slope``).
    spread : float
        Of the log of a person's lasting factor (``spending.cost_spread``).
    least, most : float
        Least value before age and the lasting factor, and largest value (``spending.*_relative``).
    """

    age: Array
    constant: float
    slope: float
    spread: float
    least: float
    most: float


class Visits(NamedTuple):
    """Use of a practice (``care.*``; ``spending.no_use*``; ``use.most_visits``).

    Attributes
    ----------
    practice_leave, leave_risk, leave_usual : float
        Yearly chance that a person leaves the usual practice for one outside its ACO at a usual risk score,
        its rise per point of score, and that score.
    attest_risk : float
        How far the chance of attesting rises with a point of score above 1, up to `attest_most`.
    attest_most : float
    visits_mean, visits_risk, visits_loyal : float
        Further PQEM visits of a user, how they rise with relative spending, share at the usual practice.
    most_visits : int
    no_use, no_use_without : float
        Chance that a person uses no care in a year, with and without a usual practice.
    no_use_risk : float
        How that falls with relative spending.
    seldom : float
        Yearly chance that a user of care without a usual practice makes PQEM visits.
    """

    practice_leave: float
    leave_risk: float
    leave_usual: float
    attest_risk: float
    attest_most: float
    visits_mean: float
    visits_risk: float
    visits_loyal: float
    most_visits: int
    no_use: float
    no_use_without: float
    no_use_risk: float
    seldom: float


class Ambulatory(NamedTuple):
    """Ambulatory spending (``spending.*``).

    Attributes
    ----------
    base_share, base_spread : shape (kinds,)
        Share of the market's level of spending, and spread of the log of a user's spending.
    no_supplement : float
        Factor for people without a supplement.
    """

    base_share: Array
    base_spread: Array
    no_supplement: float


class Events(NamedTuple):
    """The acute event of a year: chance and cost (``spending.*``), cause (``episodes.*``), stays (``use.*``).

    Attributes
    ----------
    event_chance, event_share, event_spread : shape (kinds,)
        Yearly chance, cost as a share of the market's level, spread of the log of the cost.
    event_slope, event_amount_slope : float
        How chance and cost rise with relative spending.
    event_carry : float
        What an event last year adds to the chance.
    death_event, death_amount : float
        Chance of an event in the year of death, and factor on its cost.
    cause_share : shape (4, causes)
        Cumulative chances of causes, by heart failure plus twice COPD.
    cause_cost : shape (causes + 1,)
        Relative cost by cause; the last is any other.
    mean_cost : shape (4,)
        Mean of relative costs by heart failure plus twice COPD.
    first_fall_cause, last_fall_cause : int
        Causes that are falls of people of 65 and over.
    stays_extra, snf_chance, snf_days, snf_part : float
        Further stays; chance of SNF care after them, its mean length, and its part of what the event costs.
    most_stays, most_snf_days : int
    hospice : float
        Chance that the event of a dying person ends in hospice.
    """

    event_chance: Array
    event_share: Array
    event_spread: Array
    event_slope: float
    event_amount_slope: float
    event_carry: float
    death_event: float
    death_amount: float
    cause_share: Array
    cause_cost: Array
    mean_cost: Array
    first_fall_cause: int
    last_fall_cause: int
    stays_extra: float
    snf_chance: float
    snf_days: float
    snf_part: float
    most_stays: int
    most_snf_days: int
    hospice: float


class Episodes(NamedTuple):
    """Episodes of care (``episodes.*``).

    Attributes
    ----------
    procedure_share : shape (1, procedures)
        Cumulative yearly chances of procedures.
    procedure_cost : shape (procedures,)
        Mean cost, of which part by part the average aged person without Medicaid spends one in a year.
    procedure_spread, procedure_inpatient : shape (procedures,)
        Spread of the log of the cost, share done in a hospital stay.
    procedure_kind : int64, shape (procedures,)
        Kind of episode (:class:`sim.kernels.codes.Episode`) that each procedure begins.
    cause_kind : int64, shape (causes + 1,)
        Kind of episode that an event of each cause begins, -1 for none.
    share : shape (episodes,)
        Part of the spending behind an episode that belongs to it.
    specialty : int64, shape (episodes,)
        Specialty that leads each kind, a place among the sorted words of ``episodes.specialty``.
    months_after : shape (episodes,)
        How far the window of each kind reaches after what begins it.
    usual_cost : shape (episodes,)
        Mean cost of each kind, of which part by part the average aged person without Medicaid spends one in a
        year.
    related_known, related_spread, related_luck : shape (episodes,)
        How far the cost that a measure expects follows the person; how far the services that it counts are
        from that, over how far all cost is; and the spread of the log of a factor of their own.
    """

    procedure_share: Array
    procedure_cost: Array
    procedure_spread: Array
    procedure_inpatient: Array
    procedure_kind: Array
    cause_kind: Array
    share: Array
    specialty: Array
    months_after: Array
    usual_cost: Array
    related_known: Array
    related_spread: Array
    related_luck: Array


class Emergency(NamedTuple):
    """Visits to emergency departments (``use.*``).

    Attributes
    ----------
    ed_visits, ed_risk, ed_stay, ed_fall : float
        Yearly mean, how it rises with relative spending, visits a stay adds, share that is for falls.
    most_ed_visits : int
    """

    ed_visits: float
    ed_risk: float
    ed_stay: float
    ed_fall: float
    most_ed_visits: int


class Falls(NamedTuple):
    """Falls prevention (``falls.*``).

    Attributes
    ----------
    at_risk, at_risk_slope : float
        Share of people of 65 and over at risk whom nothing is expected to be spent on, and how it rises with
        relative spending.
    lasts : int
        Years that a course protects, that in which it begins included.
    stays, ed_visits : float
        Stays and ED visits for falls of people who are protected, over what they would have.
    visit_cost : float
        What an averted ED visit saves, of which part by part the average aged person without Medicaid spends
        one in a year.
    """

    at_risk: float
    at_risk_slope: float
    lasts: int
    stays: float
    ed_visits: float
    visit_cost: float


class Quality(NamedTuple):
    """What quality measures count (``use.*``).

    Attributes
    ----------
    complex_conditions : int
        Chronic conditions from which on a person counts as having several.
    stay_days : float
        Mean days of a stay.
    """

    complex_conditions: int
    stay_days: float


class Health(NamedTuple):
    """Everything above, for one year."""

    conditions: Conditions
    mortality: Mortality
    advantage: Advantage
    high_needs: HighNeeds
    alignment: Alignment
    relative: Relative
    visits: Visits
    ambulatory: Ambulatory
    events: Events
    episodes: Episodes
    emergency: Emergency
    quality: Quality
    falls: Falls
