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
# # A first decade of LEAD
#
# Ten performance years of five ACOs: without a program, under LEAD Global and under LEAD Professional.
# Everybody lives the same random draws in all three, so a difference between them is the program, not
# chance.
#
# Run this from the `notebooks` folder; it takes less than a minute. As a notebook: `jupytext --to ipynb
# 01-first-decade.py`.

# %%
from tempfile import TemporaryDirectory

from sim import Scenario, run
from sim.charts import benchmark_against_truth, net_payment_histogram, savings_fan

# %% [markdown]
# ## Run
#
# A scenario is a file, and any value in it can be replaced. Here: five of its twelve ACOs, and 16
# replicates. A replicate is one simulated decade.

# %%
quickstart = Scenario.load("../scenarios/quickstart.toml")
chosen = {
    "prairie-clinics",
    "valley-critical-access",
    "mountain-primary-care",
    "city-newcomers",
    "house-calls",
}
small = quickstart.replace(
    {
        "study.name": "first-decade",
        "study.replicates": 16,
        "population.acos": [
            aco.model_dump(exclude_none=True) for aco in quickstart.population.synthetic if aco.name in chosen
        ],
    }
)

# %% [markdown]
# `run` writes a result store and returns where it is; `sim.open_results(PATH)` opens it again any time
# later. Here it goes to a temporary folder; without `out` it would be `results/first-decade.zarr`, kept and
# resumable.

# %%
folder = TemporaryDirectory()
data = run(small, out=f"{folder.name}/first-decade.zarr").open()

# %% [markdown]
# ## The results
#
# One labelled dataset. Money is in dollars, every variable says its units, its meaning and which sign means
# what.

# %%
data

# %%
data["gross_savings"].attrs

# %% [markdown]
# Two kinds of savings, kept apart by name. `gross_savings` is benchmark less expenditure, what CMS
# reconciles. `true_savings` is what the same people would have cost without the program, less what they did
# cost. In $ million, all ACOs and years together, the median over replicates:

# %%
totals = data[["gross_savings", "true_savings", "settlement", "medicare_net_cost"]].map(
    lambda values: values.sum([dim for dim in values.dims if dim not in ("arm", "replicate")])
)
(totals.median("replicate") / 1e6).round(1).to_pandas()

# %% [markdown]
# ## Savings by year
#
# The bands are outcome variability: half of the simulated decades lie in the dark one, eight in ten in the
# light one. More replicates do not make them narrower. The whiskers are the Monte Carlo error of the
# median; more replicates do make them shorter.

# %%
axes = savings_fan(data)

# %% [markdown]
# The same for true savings. The program decides how savings are measured and shared, not what people's care
# costs, so LEAD's two options coincide; where care is unchanged, they are zero.

# %%
axes = savings_fan(data, metric="true_savings")

# %% [markdown]
# ## What each ACO is paid in ten years
#
# Settlements and administrative add-ons, after sequestration and before the ACO's own costs: one case for
# each ACO in each replicate. Left of zero the ACO pays Medicare.

# %%
axes = net_payment_histogram(data)

# %% [markdown]
# ## Does the benchmark measure what is saved?
#
# On the line it does. Above it, an ACO shows more savings than there are: spending below its benchmark that
# would have been there without the program too. Below it, less: its discount, say, or a regional trend.

# %%
axes = benchmark_against_truth(data)

# %% [markdown]
# ## Where nobody's care changes
#
# In the arm `care_unchanged` ACOs change nothing in people's care. Its true savings are zero to the cent;
# what shows as savings is how far the benchmark is from what care costs anyway.

# %%
data[["gross_savings", "true_savings"]].sel(arm="care_unchanged").sum().to_pandas()

# %% [markdown]
# ## Change one assumption
#
# What if ACOs change care half as much? `effect.scale` is the factor on every true effect; quickstart's
# `care_unchanged` sets it to 0. An arm of its own, on the same draws, answers. `leadsim explain
# evidence.effect.scale` says what else is known about that value.

# %%
with_half = small.replace(
    {
        "study.replicates": 8,
        "arms.lead_global_half": {
            "description": "Global, half the effect",
            "program": "lead",
            "risk_option": "global",
            "evidence": {"effect.scale": 0.5},
        },
    }
)
compared = run(with_half, out=f"{folder.name}/half.zarr").open()
axes = savings_fan(compared.sel(arm=["no_aco", "lead_global", "lead_global_half"]))

# %% [markdown]
# Any rule or parameter is changed the same way: under `arms.NAME.values` for a rule of the program (see
# `leadsim rules`), under `arms.NAME.evidence` for behaviour, for one arm; under `program.values` and
# `evidence` for all.

# %%
folder.cleanup()
