"""Figures from a results dataset: functions that take it, draw on a matplotlib Axes and return that Axes."""

from sim.charts.benchmark import benchmark_against_truth
from sim.charts.exceedance import settlement_exceedance
from sim.charts.fan import savings_fan
from sim.charts.histogram import net_payment_histogram
from sim.charts.ranking import aco_ranking, choice_ranking
from sim.charts.waterfall import bridge_waterfall

__all__ = [
    "aco_ranking",
    "benchmark_against_truth",
    "bridge_waterfall",
    "choice_ranking",
    "net_payment_histogram",
    "savings_fan",
    "settlement_exceedance",
]
