"""Who pays whom: every dollar of a simulated year is one entry between two parties."""

from sim.ledger.book import Ledger
from sim.ledger.codes import Mechanism, Party

__all__ = ["Ledger", "Mechanism", "Party"]
