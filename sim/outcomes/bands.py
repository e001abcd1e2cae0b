"""What the spread over a store's replicates holds, in words."""

from __future__ import annotations

import tomllib

import xarray as xr

VARIABILITY, WITH_PARAMETERS = "outcome variability", "outcome variability and parameter uncertainty"


def parameters_drawn(data: xr.Dataset) -> bool:
    """Return whether each replicate of a results Dataset drew the uncertain values of the evidence anew."""
    stated = tomllib.loads(data.attrs.get("scenario", ""))
    return bool(stated.get("study", {}).get("parameter_uncertainty", False))


def bands_hold(data: xr.Dataset) -> str:
    """Return in a few words what percentiles over replicates hold."""
    return WITH_PARAMETERS if parameters_drawn(data) else VARIABILITY


def bands_sentence(data: xr.Dataset) -> str:
    """Return what percentiles over replicates hold and what they do not."""
    if parameters_drawn(data):
        return (
            f"percentiles over replicates. They hold {WITH_PARAMETERS}: the risk that is taken, and that each"
            " replicate draws the uncertain values of the evidence anew. What is uncertain about rules is"
            " not in them."
        )
    return (
        f"percentiles over replicates. They hold {VARIABILITY}, the risk that is taken, and no parameter"
        " uncertainty: every replicate has the evidence's central values (study.parameter_uncertainty = true"
        " draws them). What is uncertain about rules is not in them either."
    )
