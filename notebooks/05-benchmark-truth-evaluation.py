# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Benchmark, truth, evaluation
#
# CMS settles savings against a benchmark. An evaluation reports savings against comparison people. A
# simulation knows what the same people would have spent without an ACO. Why do the three differ, and how
# often would an evaluation be right?
#
# Run this from the `notebooks` folder; it takes less than a minute.

# %%
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import pandas as pd

from sim import Scenario, run
from sim.charts import bridge_waterfall
from sim.evaluation.performance import evaluate
from sim.evaluation.power import power_curve

# %% [markdown]
# ## A world with comparison markets
#
# Eight ACOs that spend less than their regions before they begin are in ACO REACH; eight more stay out, and
# their markets are the comparison. `study.evaluation_panel = true` keeps what an evaluation looks at. Two
# performance years and smaller ACOs than the scenario has are quicker.

# %%
scenario = Scenario.load("../scenarios/settled-or-saved.toml")
small = scenario.replace(
    {
        "horizon.last_py": 2023,
        "population.acos": [
            {**aco.model_dump(exclude_none=True), "lives": 1000} for aco in scenario.population.synthetic
        ],
        "program.values.reach.alignment.below_smallest": "stays",
        "program.values.mssp.assignment.below_smallest": "stays",
    }
)
folder = TemporaryDirectory()
data = run(small, 8, f"{folder.name}/evaluated.zarr").open()

# %% [markdown]
# ## Three answers
#
# In percent: what is settled, what is true and what evaluations say on average, each with its Monte Carlo
# error.

# %%
found = {arm: evaluate(data, arm) for arm in ("reach_professional", "reach_unchanged")}
rows = {}
for arm, one in found.items():
    money = one.money
    figures = (money.benchmark_savings, money.true_savings, money.evaluated_savings)
    for name, figure in zip(("settled", "true", "evaluated"), figures, strict=True):
        rows[arm, name] = {"savings, %": 100 * figure.value, "Monte Carlo error": 100 * figure.error}
pd.DataFrame(rows).T.round(2)

# %% [markdown]
# ## Why settled savings are not saved
#
# From true savings, rule by rule, to what is settled. The regional rate book is above what these ACOs spend
# with or without a program, and coding raises the benchmark.

# %%
axes = bridge_waterfall(data, "reach_professional")

# %% [markdown]
# ## What an evaluation sees
#
# Bias is small; the error is not. `seen` is the share of evaluations that tell their estimate from nothing:
# with care unchanged these are false positives, of which chance allows 5 %.

# %%
columns = ("truth", "estimate", "bias", "error", "coverage", "seen")
pd.DataFrame(
    {arm: {name: getattr(one.services[0], name).value for name in columns} for arm, one in found.items()}
).T.round(4)

# %% [markdown]
# Year by year, against the year before entry. Before it the estimates should be around zero.

# %%
events = found["reach_professional"].by_event_year
axes = plt.subplots()[1]
axes.axhline(0, color="0.5", linewidth=0.8)
estimates = [100 * estimate.value for estimate, _ in events.values()]
axes.errorbar(list(events), estimates, [100 * one.error for one, _ in events.values()], fmt="o", capsize=3)
axes.plot(list(events), [100 * truth.value for _, truth in events.values()], "k_", markersize=14)
axes.set(xlabel="Years since entry", ylabel="Change of spending, %", title="Estimate and truth (dashes)")
_ = axes.set_xticks(list(events))

# %% [markdown]
# ## How many ACOs would it take?
#
# To see a true saving of 1 % in four evaluations of five, with ACOs of this size.

# %%
curve = power_curve(data, "reach_unchanged", wanted=-0.01)
pd.Series({years: curve.needed(years) for years in sorted({row.years for row in curve.rows})}, name="ACOs")

# %%
folder.cleanup()
