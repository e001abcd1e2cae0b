"""What whole numbers in the kernels' columns and sums stand for."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """Where a person stands towards Original Medicare."""

    FUTURE = 0  # has not yet entered
    ENROLLED = 1  # in Original Medicare with Parts A and B
    ADVANTAGE = 2  # in Medicare Advantage
    DEAD = 3


class Kind(IntEnum):
    """Medicare enrollment types, the order CMS files use."""

    ESRD = 0
    DISABLED = 1
    AGED_DUAL = 2
    AGED_NON_DUAL = 3


class Cell(IntEnum):
    """Benchmark cells: beneficiary category by route of alignment."""

    AD_CLAIMS = 0
    ESRD_CLAIMS = 1
    HN_CLAIMS = 2
    AD_VOLUNTARY = 3
    ESRD_VOLUNTARY = 4
    HN_VOLUNTARY = 5


N_KINDS = len(Kind)
N_CELLS = len(Cell)
CELL_NAMES = tuple(cell.name.lower() for cell in Cell)

# Bits of the traits column
FEMALE = 1
DUAL = 2
ORIGINALLY_DISABLED = 4
NO_SUPPLEMENT = 8
NO_PRACTICE = 16  # has no usual primary care

AGED_IN = 65
OLDEST = 119


class Sum(IntEnum):
    """Exact integer sums the kernel keeps for each practice and cell."""

    PERSONS = 0
    MONTHS = 1
    SPEND = 2  # cents
    EVENT = 3  # cents of acute events
    REFERENCE = 4  # cents the same people spent in the reference arm
    TRUE_RISK = 5  # millionths of score x months; prospective, concurrent in High Needs cells
    CODED_RISK = 6  # millionths of score x months
    STAYS = 7
    DEATHS = 8
    # Parts of spending that services are derived from (cents)
    BASE_DRUG = 9  # ambulatory spending of people with conditions treated by Part B drugs
    PROCEDURES = 10
    EVENT_SNF = 11  # acute events followed by SNF care
    EVENT_HOSPICE = 12  # acute events that end in hospice
    # Use
    READMISSIONS = 13  # within 30 days
    ED_VISITS = 14
    PQEM_VISITS = 15
    SNF_DAYS = 16
    FALL_STAYS = 17  # of people of 65 and over
    FALL_ED_VISITS = 18
    # Quality measures
    COMPLEX_MONTHS = 19  # person-months with several chronic conditions
    COMPLEX_STAYS = 20  # their unplanned stays
    DAYS_AWAY = 21  # their days in hospitals and SNFs
    FOLLOW_UPS_DUE = 22
    FOLLOW_UPS_MADE = 23
    DIABETES = 24  # persons
    GLYCEMIC_POOR = 25
    HYPERTENSION = 26  # persons
    PRESSURE_CONTROLLED = 27
    # Falls prevention
    YOUNG_MONTHS = 28  # person-months of people below 65, who are few
    FALLS_COURSES = 29  # courses that begin
    FALLS_PROTECTED = 30  # persons whom a course of this or an earlier year protects
    PROTECTED_STAYS = 31  # their stays for falls
    PROTECTED_ED_VISITS = 32  # their ED visits for falls
    AVERTED_STAYS = 33  # stays for falls that they would have had otherwise
    AVERTED_ED_VISITS = 34
    AVERTED_SPEND = 35  # cents of both


class Episode(IntEnum):
    """Episode triggers, in the order of the evidence."""

    KNEE_ARTHROPLASTY = 0
    HIP_ARTHROPLASTY = 1
    PCI = 2
    CATARACT = 3
    COLONOSCOPY = 4
    COPD_INPATIENT = 5
    SEPSIS = 6
    STROKE = 7
    HF_INPATIENT = 8
    HF_CHRONIC = 9
    DIABETES_CHRONIC = 10
    LOW_BACK_PAIN = 11
    RHEUMATOID_ARTHRITIS = 12
    AMI_INPATIENT = 13
    HIP_FRACTURE = 14
    CABG = 15


EPISODE_NAMES = tuple(kind.name.lower() for kind in Episode)
# Those that begin with a procedure or a stay; the others are a condition under care for a year.
BEGUN = tuple(
    kind
    for kind in Episode
    if kind not in (Episode.HF_CHRONIC, Episode.DIABETES_CHRONIC, Episode.RHEUMATOID_ARTHRITIS)
)


class EpisodeSum(IntEnum):
    """Exact integer sums kept for each place and kind of episode."""

    COUNT = 0
    COST = 1  # cents
    INPATIENT = 2  # episodes that begin in a hospital stay
    MONTH = 3  # sum of index months; chronic episodes, which last all year, add none


class MonthSum(IntEnum):
    """Exact integer sums kept for each practice, cell and calendar month."""

    MONTHS = 0  # persons enrolled
    SPEND = 1  # cents


class ReferredSum(IntEnum):
    """Exact integer sums kept of a practice's episodes with each of its specialists."""

    COUNT = 0
    COST = 1  # cents
    EXPECTED = 2  # cents, see sim.kernels.referral
    INPATIENT = 3  # as EpisodeSum
    MONTH = 4
    RELATED = 5  # cents of COST as the measure of the kind counts them, see sim.kernels.referral
    SQUARE = 6  # squared dollars of RELATED


class Listed(IntEnum):
    """What is noted of an episode that somebody wants to see by itself, all whole numbers."""

    ROW = 0  # the person
    PRACTICE = 1  # aligned to, which refers
    KIND = 2
    PLACE = 3  # of the specialist among those to whom the practice refers
    MONTH = 4  # 0 for a chronic episode, which lasts all year
    EXPECTED = 5  # cents, as ReferredSum
    RELATED = 6
    STATE = 7  # bits, below
    SOURCE = 8  # of whose lives it is, see sim.population.arm_sums


# Bits of what is wanted of the people of a practice beyond the sums that cost no time. The lowest are kinds
# of episode, wanted one by one.
BY_SPECIALIST = 1 << len(Episode)  # ReferredSum
BY_MONTH = 2 << len(Episode)  # MonthSum

# Bits of Listed.STATE
DIED_AT_ONCE = 1  # in the month in which it began
LEFT_BEFORE_END = 2  # to Medicare Advantage, within its window as far as that is in the year
WITH_ESRD = 4


class ServedSum(IntEnum):
    """Exact integer sums of people of a practice whom a programme of its ACO serves, and of its duals."""

    # People aligned to it who are in the home-based programme
    PERSONS = 0
    MONTHS = 1
    SPEND = 2  # cents
    SAVED = 3  # cents that the programme takes off their spending
    STAYS = 4  # of acute events
    STAYS_SPARED = 5
    ED_VISITS = 6
    ED_SPARED = 7
    DEATHS = 8
    MOVED = 9  # to Medicare Advantage
    # Of those who die in the year, what falls in the last months of life
    LAST_MONTHS = 10
    LAST_SPEND = 11  # cents
    LAST_SAVED = 12  # cents
    # Aligned by the Medicaid route
    MEDICAID_PERSONS = 13
    MEDICAID_MONTHS = 14
    FULL_DUAL_MONTHS = 15  # of people with full Medicaid benefits, aligned by whatever route


class HomeOpen(IntEnum):
    """To which of an ACO's High Needs people its home-based programme is open."""

    HIGH_NEEDS = 0  # all of them
    HOMEBOUND = 1  # those with a condition that impairs mobility
    AFTER_STAY = 2  # those with an acute stay in the year before


class TypeSum(IntEnum):
    """Exact integer sums kept for each place and enrollment type, which MSSP looks at."""

    PERSONS = 0
    MONTHS = 1
    SPEND = 2  # cents
    TRUNCATED = 3  # cents, each person's spending cut off at the program's limit
    CODED_RISK = 4  # millionths of score x months
    DEMOGRAPHIC_RISK = 5  # the same of the score that age, sex and Medicaid give by themselves
    DUAL_MONTHS = 6  # months of people with Medicaid
    TRUE_RISK = 7  # as CODED_RISK, before anybody codes


MONTHS_A_YEAR = 12
CENTS_SQUARED = 10_000  # square cents in a square dollar
N_EPISODES = len(Episode)
N_EPISODE_SUMS = len(EpisodeSum)
N_MONTH_SUMS = len(MonthSum)
N_REFERRED_SUMS = len(ReferredSum)
N_LISTED = len(Listed)
N_TYPE_SUMS = len(TypeSum)
N_SERVED_SUMS = len(ServedSum)
LAST_MONTHS = 3  # of life, which evaluations of home-based care look at apart
N_SUMS = len(Sum)
RISK_UNIT = 1_000_000
LARGEST_CENTS = 2_000_000_000  # the column of spending holds no more
