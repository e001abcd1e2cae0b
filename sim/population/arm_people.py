"""One arm's people among arms that share lives, as a model and its agents see them."""

from __future__ import annotations

from sim.kernels.layout import People
from sim.population.shared_lives import SharedLives


class ArmPeople:
    """Keeps an arm's columns up to date for who reads them, and apart for who writes them.

    Parameters
    ----------
    lives : SharedLives
    arm : int
    """

    def __init__(self, lives: SharedLives, arm: int) -> None:
        self._lives = lives
        self._arm = arm
        self.columns = lives.columns(arm)
        self._shown: tuple[People, People] | None = None

    def before_reading(self) -> None:
        """Put everybody in place."""
        self._lives.fill(self._arm)

    def before_writing(self) -> None:
        """Let the arm live everybody by itself from now on: nobody else may feel what is written."""
        self._lives.set_apart(self._arm)

    def people(self) -> People:
        """Return the arm's people as they are now; they cannot be written."""
        people = self._lives.people(self._arm)
        if self._shown is None or self._shown[0] is not people:
            everybody = People(*(column.view() for column in people))
            for column in everybody:
                column.flags.writeable = False
            self._shown = people, everybody
        return self._shown[1]
