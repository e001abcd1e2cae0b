"""The ``leadsim`` command. Exit codes: 0 done, 2 bad input, 3 partly done, 130 interrupted."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from cyclopts import CycloptsError
from rich.console import Console

from sim.cli.commands import app
from sim.inputs.faults import InputError

BAD_INPUT = 2
INTERRUPTED = 130
# A file of the wrong kind has a fault in every row.
FAULTS_SHOWN = 50


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and exit with its code; a user's mistake is told in sentences, never as a traceback."""
    code = run_command(arguments)
    sys.stdout.flush()
    sys.stderr.flush()
    if code == INTERRUPTED:
        # Replicates under way on other threads cannot be stopped, and a normal exit would wait for them. All
        # that is complete is stored by now; what libraries registered for the end still runs.
        atexit._run_exitfuncs()
        os._exit(code)
    sys.exit(code)


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    try:
        code = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except InputError as error:
        count = len(error.faults)
        more = [f"... and {count - FAULTS_SHOWN} more"] if count > FAULTS_SHOWN else []
        shown = map(str, error.faults[:FAULTS_SHOWN])
        return _bad_input(f"{count} fault{'s' * (count > 1)} in the input:", *shown, *more)
    except CycloptsError as error:
        return _bad_input(" ".join(str(error).split()), "leadsim --help lists the commands and options.")
    except OSError as error:
        return _bad_input(f"{error.filename or 'a file'}: {error.strerror or error}")
    except KeyboardInterrupt:
        _say("Interrupted. Complete replicates are stored; the same command goes on from there.")
        return INTERRUPTED
    return int(code or 0)


def _bad_input(*lines: str) -> int:
    _say(lines[0])
    for line in lines[1:]:
        _say(f"  {line}")
    return BAD_INPUT


def _say(line: str) -> None:
    Console(stderr=True).print(line, markup=False, highlight=False, soft_wrap=True)
