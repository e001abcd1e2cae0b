"""What ``leadsim bench`` prints: each speed with its unit and what it is to be compared with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text


def print_bench(found: Mapping[str, Any], console: Console) -> None:
    """Print what :func:`sim.bench.measure.measure` returned."""
    million, thousand, milli = 1e6, 1e3, 1e-3
    elected = found["small_replicate_all_elected_seconds"]
    overhead = found["small_replicate_overhead_seconds"] / found["small_replicate_seconds"]
    rate = "live_beneficiary_years_per_second"
    plain = "plain_mesa_beneficiary_years_per_second"
    years = "live years/s"
    rows = (
        (
            f"Kernel, {found['threads']} threads",
            found[rate] / million,
            f"million {years}",
            f"{found['ratio_to_plain_mesa']:,.0f} x plain Mesa, {found['thread_speedup']:.2f} x one thread",
        ),
        ("  median", found[f"{rate}_median"] / million, f"million {years}", "the best, above"),
        (
            "Kernel, 1 thread",
            found[f"{rate}_one_thread"] / million,
            f"million {years}",
            f"{found[f'{rate}_one_thread'] / found[plain]:,.0f} x plain Mesa",
        ),
        *(
            (f"  {int(size):,} live people", nanoseconds, "ns/live year", "should not depend on their number")
            for size, nanoseconds in found["nanoseconds_per_live_year_one_thread"].items()
        ),
        ("Plain Mesa, 1 thread", found[plain] / thousand, f"thousand {years}", "the same rules, this run"),
        ("Philox, 1 thread", found["philox_draws_per_second"] / million, "million draws/s", ""),
        (
            f"People made, {found['threads']} threads",
            found["people_created_per_second"] / million,
            "million people/s",
            f"{found['people']:,} rows made",
        ),
        ("Columns", found["bytes_per_beneficiary"], "bytes/beneficiary", ""),
        ("Small replicate, 1 thread", found["small_replicate_seconds"] / milli, "ms", "10,000 lives, 2 arms"),
        (
            "  outside the kernels",
            found["small_replicate_overhead_seconds"] / milli,
            "ms",
            f"{100 * overhead:.0f} % of the replicate",
        ),
        (
            "  everything elected",
            elected / milli,
            "ms",
            f"{found['all_elected_ratio']:.2f} x nothing elected (CPU),"
            f" median {found['all_elected_ratio_median']:.2f}",
        ),
    )
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Measured")
    table.add_column("Value", justify="right")
    table.add_column("Unit")
    table.add_column("Compared with")
    for name, value, unit, compared in rows:
        table.add_row(name, _number(value), unit, compared)
    versions = ", ".join(f"{name} {text}" for name, text in found["versions"].items())
    notes = (
        "A live year is a person's year with at least a month in Original Medicare."
        f" {found['people']:,} rows, {found['years']} years, best of {found['repeats']} repeats,"
        f" {found['cores_obtained']:.2f} of {found['cores']} cores obtained, {found['seconds']:.0f} s in all;"
        f" {versions}."
    )
    console.print(table)
    console.print(Text(notes, style="dim"))


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
