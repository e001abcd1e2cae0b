"""Quantities as scenarios write them: a number, perhaps a unit, and no doubt about either."""

import pytest

from sim.inputs.units import parse_quantity


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("1.75 %", "1", 0.0175),
        ("24,000 people", "people", 24_000),
        ("1,234,567.5 USD", "USD", 1_234_567.5),
        ("26,25,00,000", "USD", 262_500_000),
        ("1_000", "1", 1000),
        ("1.5 million USD/year", "USD/year", 1.5e6),
        ("-3 pp", "1", -0.03),
        ("+.5", "1", 0.5),
        ("5.", "1", 5),
        ("1E-3", "1", 0.001),
        ("2 per 1000 per year", "1/year", 0.002),
        (7, "days", 7),
    ],
)
def test_a_number_with_a_unit(text, unit, value):
    assert parse_quantity(text, unit) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,5 %", "a comma that parts no thousands"),
        ("1.000,50", "a comma that parts no thousands"),
        ("12,34", "a comma that parts no thousands"),
        ("1,0000", "a comma that parts no thousands"),
        ("1.2.3", "is not a number with a unit"),
        ("1__0", "is not a number with a unit"),
        ("(-5)", "is not a number with a unit"),
        ("1$00", "the unknown unit"),
        ("\u0663", "is not a number with a unit"),
        ("5 % USD", "the unknown unit"),
        ("1e999", "must be a finite number"),
        (True, "is not a number"),
        (None, "is not a number"),
    ],
)
def test_no_quantity(text, said):
    with pytest.raises(ValueError, match=said):
        parse_quantity(text, "1")


def test_percent_of_money_is_no_money():
    with pytest.raises(ValueError, match="is in 1; allowed: a number in 'USD'"):
        parse_quantity("5 %", "USD")
