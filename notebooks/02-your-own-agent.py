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
# # An ACO of your own
#
# What if ACOs put part of what they gain back into care? The model's ACO follows the effect curve of its
# kind whatever it earned. Here is one that reinvests, in a dozen lines; everything else stays as it is: the
# same people, the same draws, the same rules.
#
# Run this from the `notebooks` folder; it takes less than a minute.

# %%
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt

from sim import Scenario, run
from sim.agents.aco import ACO

# %% [markdown]
# ## The rule
#
# `decide` is called once a year. `super().decide` sets what the model's ACO would do; `self.years` holds what
# each settled year has brought, in cents. Half of last year's settlement goes into care management, and the
# effect grows with the root of the spending: twice the money, 1.4 times the effect.


# %%
class Reinvesting(ACO):
    """Puts half of last year's settlement into care management."""

    share = 0.5

    def decide(self, year: int) -> None:
        super().decide(year)
        self.further_cost_cents = 0
        if self.years and self.years[-1].settlement > 0:
            last = self.years[-1]
            self.further_cost_cents = int(self.share * last.settlement)
            self.effect *= (1.0 + self.further_cost_cents / last.running_cost) ** 0.5


# %% [markdown]
# ## Two runs
#
# Each has a store of its own: what stands in for the model's parts belongs to the identity of a store, so
# that a run is never resumed with another rule.

# %%
quickstart = Scenario.load("../scenarios/quickstart.toml")
chosen = {"prairie-clinics", "valley-critical-access", "mountain-primary-care", "city-newcomers"}
small = quickstart.replace(
    {
        "study.name": "reinvesting",
        "study.replicates": 8,
        "population.acos": [
            aco.model_dump(exclude_none=True) for aco in quickstart.population.synthetic if aco.name in chosen
        ],
    }
)
folder = TemporaryDirectory()
usual = run(small, out=f"{folder.name}/usual.zarr").open()
own = run(small, out=f"{folder.name}/reinvesting.zarr", agents={ACO: Reinvesting}).open()
own.attrs["replaced"]

# %% [markdown]
# ## What it changes
#
# True savings and cash of the same ACOs in the same worlds: all four together, Global risk option, mean of
# eight replicates with twice its Monte Carlo error.

# %%
fig, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
for ax, name, title in zip(
    axes, ("true_savings", "aco_cash_change"), ("True savings", "ACOs' cash"), strict=True
):
    for data, label, style in ((usual, "as usual", "--"), (own, "reinvesting", "-")):
        by_year = data[name].sel(arm="lead_global") / 1e6
        by_year = by_year.sum([dim for dim in ("aco", "cell") if dim in by_year.dims])
        error = 2.0 * by_year.std("replicate", ddof=1) / by_year.sizes["replicate"] ** 0.5
        ax.errorbar(by_year.year, by_year.mean("replicate"), error, label=label, ls=style, capsize=2)
    ax.axhline(0.0, color="0.6", lw=0.8)
    ax.set(title=title, xlabel="performance year", ylabel="$ million a year")
legend = axes[0].legend(frameon=False)

# %%
difference = (own - usual)[["true_savings", "aco_cash_change"]].sel(arm="lead_global").sum()
{name: f"{float(value) / 8e6:+.1f} million dollars a decade" for name, value in difference.items()}

# %%
usual.close()
own.close()
folder.cleanup()
