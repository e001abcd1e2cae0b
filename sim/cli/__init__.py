"""The ``leadsim`` command. Exit codes: 0 done, 2 bad input, 3 partly done, 130 interrupted."""

from __future__ import annotations

import atexit
import io
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from cyclopts import CycloptsError
from rich.console import Console

from sim.cli.commands import app
from sim.inputs.faults import InputError, printable

BAD_INPUT = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and exit with its code; a user's mistake is told in sentences, never as a traceback."""
    if threading.current_thread() is threading.main_thread():
        # What batch systems and containers send before they kill: keep what is complete, as for Ctrl-C.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    code = run_command(arguments)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError as error:
        code = _cannot_print(error)
    if code == INTERRUPTED:
        # Replicates under way on other threads cannot be stopped, and a normal exit would wait for them. All
        # that is complete is stored by now; what libraries registered for the end still runs.
        atexit._run_exitfuncs()
        os._exit(code)
    sys.exit(code)


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    _print_anywhere()
    try:
        code = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except InputError as error:
        count = len(error.faults)
        return _bad_input(f"{count} fault{'s' * (count > 1)} in the input:", *error.lines)
    except CycloptsError as error:
        return _bad_input(" ".join(str(error).split()), "leadsim --help lists the commands and options.")
    except BrokenPipeError as error:
        return _cannot_print(error)
    except OSError as error:
        return _bad_input(f"{error.filename or 'output'}: {error.strerror or error}")
    except KeyboardInterrupt:
        _say("Interrupted. Complete replicates are stored; the same command goes on from there.")
        return INTERRUPTED
    return int(code or 0)


def _print_anywhere() -> None:
    """Replace what a terminal cannot show, and print to nowhere where there is no output, so as to go on."""
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _cannot_print(error: OSError) -> int:
    """Return the exit code where output went to a full disk, or to a program that has read enough."""
    # What is still buffered cannot be printed when Python ends either.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    if isinstance(error, BrokenPipeError):
        return 1
    return _bad_input(f"standard output: {error.strerror or error}")


def _bad_input(*lines: str) -> int:
    _say(lines[0])
    for line in lines[1:]:
        _say(f"  {line}")
    return BAD_INPUT


def _say(line: str) -> None:
    Console(stderr=True).print(printable(line), markup=False, highlight=False, soft_wrap=True)
