"""Figures from a results dataset: functions that take it, draw on a matplotlib Axes and return that Axes."""

from sim.charts.benchmark import benchmark_against_truth
from sim.charts.cash_months import cash_by_month
from sim.charts.event_study import event_study
from sim.charts.exceedance import settlement_exceedance
from sim.charts.fan import savings_fan
from sim.charts.funnel import savings_funnel
from sim.charts.histogram import net_payment_histogram
from sim.charts.paired import paired_difference
from sim.charts.portfolio import cara_portfolio
from sim.charts.ranking import aco_ranking, choice_ranking
from sim.charts.tornado import tornado
from sim.charts.waterfall import bridge_waterfall

__all__ = [
    "aco_ranking",
    "benchmark_against_truth",
    "bridge_waterfall",
    "cara_portfolio",
    "cash_by_month",
    "choice_ranking",
    "event_study",
    "net_payment_histogram",
    "paired_difference",
    "savings_fan",
    "savings_funnel",
    "settlement_exceedance",
    "tornado",
]
