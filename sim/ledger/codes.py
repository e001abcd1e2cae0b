"""The parties between whom money moves, and what it moves for."""

from __future__ import annotations

from enum import IntEnum, unique


@unique
class Party(IntEnum):
    """Who pays or is paid."""

    MEDICARE = 0  # the Trust Funds
    ACO = 1
    PARTICIPANT = 2  # Participant Providers, as receivers of what their ACO distributes
    PROVIDERS = 3  # everybody whom Medicare pays for services
    SUPPLIERS = 4  # whom ACOs pay for care management
    PREFERRED = 5  # Preferred Providers, as receivers and payers of what episode arrangements come to
    GUARANTOR = 6  # who stands for an ACO's financial guarantee
    BENEFICIARIES = 7  # people aligned to ACOs, and whoever is paid in their place


@unique
class Mechanism(IntEnum):
    """What a payment is for. One code for each mechanism; the numbers stand in stores and never change."""

    FEE_FOR_SERVICE = 0
    SETTLEMENT = 1  # shared savings or losses after sequestration
    ADMIN_ADD_ON = 2
    CARE_MANAGEMENT = 3
    DISTRIBUTION = 4
    HIGH_PERFORMERS_POOL = 5  # what quality earns on top of the settlement
    BASE_PCC = 6  # capitation of primary care, after sequestration, and what settlement trues it up by
    ENHANCED_PCC = 7  # advance, and its repayment
    TCC = 8  # capitation of total care
    NPCC = 9  # capitation of care that is not primary
    APO = 10  # advanced payment of claims, and what settlement trues it up by
    FEE_REDUCTION = 11  # claims that Medicare does not pay as capitation or APO covers them
    PROVIDER_PAYMENT = 12  # what ACOs pay providers whose fees are reduced
    ENHANCED_PASSED_ON = 13  # what of enhanced PCC ACOs pay on to their practices
    CARA = 20  # episode arrangements: to a Preferred Provider, or back from it
    CARA_OWED = 21  # what an ACO owes of them where they are no expenditure before the corridors
    STOP_LOSS = 30  # what payout and charge of stop-loss change in the settlement
    GUARANTEE = 31  # what a guarantor pays of what an ACO owes
    DEBT = 32  # what an ACO owes and does not pay, and what it pays of that later
    FALLS_PREVENTION = 40  # visits and changes to homes
    COST_SHARING_SUPPORT = 41  # Part B cost sharing that an ACO pays for its people
    PART_D_PREMIUM = 42
    PREVENTION_REWARD = 43
    SUBSTANCE_ACCESS = 44  # hemp-derived products
    BENEFIT_ENHANCEMENTS = 45  # those of ACO REACH
    HOME_CARE = 50  # what an ACO's home-based programme costs
    DUAL_INCENTIVE = 51  # for people with full Medicaid benefits, of ACOs with an arrangement with Medicaid


# What Medicare pays ACOs instead of claims or before them, in the order of codes.
CAPITATION = (Mechanism.BASE_PCC, Mechanism.ENHANCED_PCC, Mechanism.TCC, Mechanism.NPCC, Mechanism.APO)


MECHANISM_NAMES = tuple(mechanism.name.lower() for mechanism in Mechanism)
PARTY_NAMES = tuple(party.name.lower() for party in Party)
