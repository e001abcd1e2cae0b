"""``leadsim init``: a first scenario from a few options, or from questions where somebody can answer."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from sim.inputs.faults import Fault, InputError, nearest, printable, shortened

INTERRUPTED = 130
_BOTH = "both"
_OPTIONS = ("global", "professional")


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask for.

    Attributes
    ----------
    key : str
        Name of the option that answers it.
    text : str
        What is asked on a terminal.
    default : str
        Taken where nobody answers.
    choices : tuple of str
        The words allowed; empty where `checked` decides.
    checked : callable
        Returns an answer as it goes into the scenario; raises ValueError, saying what is allowed.
    of_an_aco : bool
        Whether a CMS file answers it.
    """

    key: str
    text: str
    default: str
    choices: tuple[str, ...] = ()
    checked: Callable[[str], str] = str
    of_an_aco: bool = False

    def answer(self, said: str) -> str:
        """Return what is meant; the first letters of a choice are enough. Raises InputError."""
        option = f"--{self.key.replace('_', '-')}"
        if not self.choices:
            try:
                return self.checked(said)
            except ValueError as error:
                raise InputError(Fault(option, "", f"= {shortened(said)}", str(error))) from None
        word = said.lower().replace("-", "_")
        meant = [one for one in self.choices if one == word] or [
            one for one in self.choices if word and one.startswith(word)
        ]
        if len(meant) == 1:
            return meant[0]
        allowed = f"must be one of {', '.join(self.choices)}"
        raise InputError(Fault(option, "", f"= {shortened(said)}", allowed, nearest(said, self.choices)))


def _name(said: str) -> str:
    from sim.inputs.scenario_acos import NAME  # noqa: PLC0415

    if re.fullmatch(NAME, said) is None:
        raise ValueError("must start with a letter or digit, then letters, digits, - and _")
    return said


def _lives(said: str) -> str:
    from sim.inputs.scenario_acos import MOST_LIVES  # noqa: PLC0415
    from sim.inputs.units import parse_quantity  # noqa: PLC0415

    number = parse_quantity(said, "people")
    if not 1 <= number <= MOST_LIVES or number != int(number):
        raise ValueError(f"must be a whole number of people, 1 to {MOST_LIVES:,}")
    return f"{int(number):,} people"


QUESTIONS = (
    Question("name", "Name of the ACO (letters, digits, - and _)", "my-aco", checked=_name),
    Question("lives", "Aligned people", "10,000", checked=_lives, of_an_aco=True),
    Question(
        "entry", "Experience with shared savings", "renewing", ("renewing", "newly_entering"), of_an_aco=True
    ),
    Question("leadership", "Led by", "physician", ("physician", "hospital"), of_an_aco=True),
    Question("market", "Market", "urban", ("urban", "rural"), of_an_aco=True),
    Question("risk_option", "Risk option in LEAD", _BOTH, (*_OPTIONS, _BOTH)),
    Question("mssp", "Compare with the Shared Savings Program", "yes", ("yes", "no")),
)


def init(
    file: Path | None = None,
    /,
    *,
    name: str | None = None,
    lives: str | None = None,
    entry: str | None = None,
    leadership: str | None = None,
    market: str | None = None,
    risk_option: str | None = None,
    mssp: str | None = None,
    aco_file: Path | None = None,
    year: int | None = None,
    aco: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)] = (),
) -> int:
    """Write a first scenario, each value with a comment. On a terminal it asks for what no option says.

    Parameters
    ----------
    file
        File to write; by default NAME.toml. A file that exists is left as it is.
    name
        Name of the ACO and of the study.
    lives
        Aligned people, e.g. 18000.
    entry
        renewing or newly_entering.
    leadership
        physician or hospital.
    market
        urban or rural.
    risk_option
        global, professional or both, an arm each.
    mssp
        yes or no: an arm that stays in the Shared Savings Program.
    aco_file
        Take the ACOs from MSSP results of data.cms.gov instead.
    year
        Performance year of that file, where it does not say it or holds several.
    aco
        ACO_ID to take from that file; may be given again. All of them where none is.
    """
    options = {
        "name": name, "lives": lives, "entry": entry, "leadership": leadership, "market": market,
        "risk_option": risk_option, "mssp": mssp,
    }  # fmt: skip
    given = {key: said for key, said in options.items() if said is not None}
    faults = [*_not_free(file), *_clashes(given, from_file=aco_file is not None, year=year, ids=aco)]
    answers, wrong = _answered(given)
    if faults + wrong:
        raise InputError(faults + wrong)
    left = [one for one in QUESTIONS if one.key not in given and not (aco_file and one.of_an_aco)]
    try:
        answers |= {one.key: one.answer(one.default) for one in left} if not _somebody() else _asked(left)
    except (EOFError, KeyboardInterrupt):
        _say("\nNothing was written.")
        return INTERRUPTED
    path = file or Path(f"{answers['name']}.toml")
    text = _text(answers, path, aco_file, year, aco)
    if found := _not_free(path):
        raise InputError(found)
    with path.open("x", encoding="utf-8") as out:
        out.write(text)
    _say(f"Wrote {path}. To see every value and every default, and to simulate it:")
    _say(f"  leadsim validate {path}")
    _say(f"  leadsim run {path}")
    return 0


def _not_free(path: Path | None) -> list[Fault]:
    """Return the fault of a file that is there already, a broken link included."""
    if path is None or not os.path.lexists(path):
        return []
    return [Fault(str(path), "", "exists", "must be a new file: init writes over nothing")]


def _clashes(
    given: Mapping[str, str], *, from_file: bool, year: int | None, ids: tuple[str, ...]
) -> Iterator[Fault]:
    """Yield a fault for each option that says nothing with the others."""
    for one in QUESTIONS:
        if from_file and one.of_an_aco and one.key in given:
            allowed = "must be left out, as --aco-file says what its ACOs are"
            yield Fault(f"--{one.key}", "", f"= {shortened(given[one.key])}", allowed)
    for option, said in (("--aco", ", ".join(ids)), ("--year", year)):
        if said and not from_file:
            yield Fault(option, "", f"= {shortened(said)}", "needs --aco-file")


def _answered(given: Mapping[str, str]) -> tuple[dict[str, str], list[Fault]]:
    """Return what options say, and the faults of those that say nothing."""
    answers: dict[str, str] = {}
    faults: list[Fault] = []
    for one in QUESTIONS:
        if one.key in given:
            try:
                answers[one.key] = one.answer(given[one.key])
            except InputError as error:
                faults += error.faults
    return answers, faults


def _somebody() -> bool:
    """Return whether somebody sits at a terminal to answer."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def _asked(questions: list[Question]) -> dict[str, str]:
    """Ask until every answer can be; Enter takes what stands in brackets."""
    answers = {}
    for one in questions:
        choices = f" ({', '.join(one.choices)})" if one.choices else ""
        while one.key not in answers:
            _say(f"{one.text}{choices} [{one.default}]: ", end="")
            try:
                answers[one.key] = one.answer(input().strip() or one.default)
            except InputError as error:
                _say(f"  {error}")
    return answers


def _text(
    answers: Mapping[str, str], path: Path, aco_file: Path | None, year: int | None, ids: tuple[str, ...]
) -> str:
    """Return the scenario, checked as a file at `path`."""
    from sim.inputs.scenario_start import Start, start_text  # noqa: PLC0415
    from sim.population.plan import plan_acos  # noqa: PLC0415
    from sim.scenarios import Scenario  # noqa: PLC0415

    option = answers["risk_option"]
    stated = {one.key: answers[one.key] for one in QUESTIONS if one.of_an_aco and one.key in answers}
    start = Start(
        name=answers["name"],
        risk_options=_OPTIONS if option == _BOTH else (option,),
        with_mssp=answers["mssp"] == "yes",
        # Whoever renews comes from the Shared Savings Program, as nearly all do.
        aco={"name": answers["name"], **stated, "former_mssp": stated.get("entry") == "renewing"},
        mssp_puf=None if aco_file is None else _seen_from(path.parent, aco_file),
        mssp_year=year,
        ids=ids,
    )
    text = start_text(start)
    plan_acos(Scenario.from_toml(text, path.parent))
    return text


def _seen_from(folder: Path, file: Path) -> str:
    """Return the path of a file as a scenario in `folder` names it: whole where it was given whole."""
    return str(file) if file.is_absolute() else os.path.relpath(file, folder)


def _say(line: str, end: str = "\n") -> None:
    Console(stderr=True).print(printable(line), markup=False, highlight=False, soft_wrap=True, end=end)
