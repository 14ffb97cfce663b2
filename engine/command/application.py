"""The command line as a whole: its commands, its exit status, and what is said when something fails."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import EntryPoint
from io import TextIOWrapper
from typing import Annotated, Any

import typer

from ..reading import ModelError
from ..state import EngineFault, InputError
from .compiling import compile_
from .demo import demo
from .journal import journal
from .replay import replay
from .run import run as run_station

GROUP = "statewatt.commands"
"""The entry points of further commands: each is a function as Typer takes it, or a Typer application."""

ORDER = ("demo", "verify", "draw", "replay", "run", "journal", "compile", "bench")
BUILT_IN: dict[str, Callable[..., Any]] = {
    "demo": demo,
    "replay": replay,
    "run": run_station,
    "journal": journal,
    "compile": compile_,
}

EXTRAS = {"z3": "verify", "networkx": "verify", "graphviz": "diagrams", "quickjs": "diagrams", "sphinx": "sphinx"}
"""Libraries that a command loads only when it needs them, and what brings them."""

WELL, FINDING, WRONG, INTERRUPTED, BROKEN_PIPE = 0, 1, 2, 130, 141


def run(arguments: Sequence[str]) -> int:
    """Run one command line; the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # What the terminal's encoding lacks is escaped, it ends no command.
            stream.reconfigure(errors="backslashreplace")
    try:
        command = typer.main.get_command(application(arguments))
        status = command.main(list(arguments), prog_name="statewatt", standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        return _nobody_reads()
    except SystemExit as end:
        # So Typer ends a command that nobody reads any more.
        return _nobody_reads() if isinstance(end.__context__, BrokenPipeError) else _status(end.code)
    except Exception as error:
        return _failed(error)
    return _status(status)


def application(arguments: Sequence[str]) -> typer.Typer:
    """The commands. Of those that come from elsewhere only the one that is asked for is loaded, or all for the help."""
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode="markdown",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_statewatt)
    outside = {point.name: point for point in _entry_points() if point.name not in BUILT_IN}
    asked = next((argument for argument in arguments if not argument.startswith("-")), None)
    if asked in BUILT_IN:
        outside = {}
    elif asked in outside:
        outside = {asked: outside[asked]}
    for name in _ordered([*BUILT_IN, *outside]):
        _add(app, name, BUILT_IN[name] if name in BUILT_IN else _loaded(outside[name]))
    return app


def _statewatt(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.", is_eager=True)] = False,
) -> None:
    """EV charging-station lifecycles, declared once: run, proved and drawn from the same state machines.

    Exit status: 0 all well, 1 a finding, 2 wrong usage or bad input.
    """
    if version:
        print(f"statewatt {importlib.metadata.version('statewatt')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help())
        raise typer.Exit(WRONG)


# --- commands from elsewhere ---


def _entry_points() -> Iterable[EntryPoint]:
    return sorted(importlib.metadata.entry_points(group=GROUP), key=lambda point: point.name)


def _ordered(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))


def _loaded(point: EntryPoint) -> Any:
    """What the entry point names, or a command that says why it cannot be loaded."""
    try:
        found = point.load()
    except Exception as error:
        return _broken(point, f"{type(error).__name__}: {_line(error)}{_remedy(error)}")
    return found if callable(found) else _broken(point, f"{point.value} is no command")


def _remedy(error: Exception) -> str:
    return "; pip install 'statewatt[all]'" if isinstance(error, ModuleNotFoundError) else ""


def _broken(point: EntryPoint, reason: str) -> typer.Typer:
    app = typer.Typer()
    settings = {"ignore_unknown_options": True, "allow_extra_args": True}

    @app.command(help=f"Cannot be loaded: {reason}".replace("[", r"\["), context_settings=settings)
    def say() -> None:  # pyright: ignore[reportUnusedFunction]
        raise InputError(f"the command {point.name} cannot be loaded: {reason}")

    return app


def _add(app: typer.Typer, name: str, command: Any) -> None:
    if not isinstance(command, typer.Typer):
        app.command(name)(command)
    elif command.registered_groups or command.registered_callback or len(command.registered_commands) != 1:
        app.add_typer(command, name=name)
    else:
        only = command.registered_commands[0]
        app.command(name, help=only.help, context_settings=only.context_settings)(only.callback or _statewatt)


# --- how it ends ---


def _status(value: object) -> int:
    """The exit status that a command has returned: none means that all is well."""
    if value is None:
        return WELL
    return value if isinstance(value, int) else WRONG


def _nobody_reads() -> int:
    """The reader of the output has gone; nothing is left to say, not even at the end of the process."""
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    return BROKEN_PIPE


def _failed(error: Exception) -> int:
    """Say what went wrong, in one line where a line can say it."""
    sys.stdout.flush()
    if isinstance(error, EngineFault):
        _say("statewatt", f"the model fails: {error}")
        return FINDING
    if isinstance(error, ModelError):
        # It shows the line of the model and underlines the piece.
        print(f"statewatt: {error}", file=sys.stderr)
    elif isinstance(error, InputError):
        _say("statewatt", str(error))
    elif usage := getattr(error, "format_message", None):
        # Typer's own errors; their class has another home in each of its versions.
        path = getattr(getattr(error, "ctx", None), "command_path", "statewatt")
        _say(path, f"{str(usage()).rstrip('.')}; see {path} --help")
    elif isinstance(error, ModuleNotFoundError) and (extra := EXTRAS.get(str(error.name).partition(".")[0])):
        _say("statewatt", f"this needs {error.name}: pip install 'statewatt[cli,{extra}]'")
    elif os.environ.get("STATEWATT_TRACEBACK"):
        raise error
    else:
        _say("statewatt", f"{type(error).__name__}: {_line(error)} (STATEWATT_TRACEBACK=1 shows where)")
    return WRONG


def _line(error: Exception) -> str:
    return " ".join(str(error).split())


def _say(who: str, text: str) -> None:
    print(f"{who}: {' '.join(text.split())}", file=sys.stderr)
