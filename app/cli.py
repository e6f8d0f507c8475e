"""The command line's front door.

Imports typer alone: ``--help`` must answer at once, so a group of commands is loaded only when it
is called. What the front page says of each stands in the table below; commands that other rooms
bring (``demo``, ``eval``, ``bench``) are entry points of ``mainspring.commands``.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from domain.errors import MainspringError, WrongUsage

COMMANDS: dict[str, str] = {
    "init": "Make a workspace: settings, brand folder, history, first owner.",
    "import": "Read orders, customers, events, facts or suppressions.",
    "sources": "Websites, apps and servers that write events, and the plan.",
    "campaign": "Start a campaign from a goal in one sentence, and follow it.",
    "approvals": "See what waits for your yes; approve, edit or reject it.",
    "voice": "The brand's guide: learn it from past copy, compare, approve.",
    "serve": "Open the desk in your browser, with API and worker beside it.",
    "publish": "Send what was approved, once or as a worker.",
    "content": "Messages, pages, ads, posts of one brief; yes, and hand out.",
    "series": "A week of posts in a person's name, of a talk or notes.",
    "pillars": "What each talk and campaign gave, how old, how worn.",
    "ideas": "What customers ask in comments and mails, for briefs.",
    "library": "What your own copy changed; retire it, bring it back.",
    "rules": "What your edits teach: approve, reject or withdraw rules.",
    "report": "Read or export what a campaign changed.",
    "identity": "Which customer ids are one person, and why; decide, undo.",
    "audience": "Try an audience rule out, and give rules names.",
    "audit": "Look through the data, or the history of every decision.",
    "sending": "Pause all sending, resume it, or see how it stands.",
    "review": "Decide about messages that may or may not have gone out.",
    "schedule": "Start campaigns again and again, by a cron line.",
    "pictures": "Whose the brand's pictures are, and their crops.",
    "privacy": "Hand out, or erase, all that is held about a person.",
    "people": "Those who may write, approve and send: roles, ways in, tokens.",
    "prompts": "What a model is asked by, and what it would be sent.",
    "doctor": "Check every configured part, and say how to mend it.",
    "upgrade": "Bring a workspace to this version.",
    "demo": "Run two campaigns from goal to report in a simulated market.",
    "eval": "Run the evaluation cases.",
    "bench": "Run a benchmark.",
}
"""Every command with its line on the front page, in the order shown there."""

MODULES = {"import": "import_data"}
"""Commands whose module in app/commands has another name (``import`` is Python's word)."""

BROUGHT = ("demo", "eval", "bench")
"""Commands that an entry point brings."""

EPILOG = "Exit codes: 0 done · 1 failed · 2 wrong usage · 3 a person is needed · 4 refused"


UsageError: Any = typer.BadParameter.__base__
"""What the parser raises for words that it cannot read; typer gives it no public name."""


class FrontDoor(TyperGroup):
    """Lists every command without loading it; loads the one that is called."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commands = {name: TyperCommand(name, help=line) for name, line in COMMANDS.items()}
        self.loaded: set[str] = set()

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if name in COMMANDS and name not in self.loaded:
            self.commands[name] = load(name)
            self.loaded.add(name)
        return super().resolve_command(ctx, args)

    def make_context(self, info_name: Any, args: list[str], *more: Any, **extra: Any) -> Any:
        given = list(args)
        try:
            return super().make_context(info_name, args, *more, **extra)
        except UsageError as error:
            if "--json" not in given:
                raise
            raise _ended(_wrong_words(error), given) from None

    def invoke(self, ctx: Any) -> Any:
        given = [*ctx._protected_args, *ctx.args]
        try:
            return super().invoke(ctx)
        except MainspringError as error:
            raise _ended(error, given) from None
        except UsageError as error:
            if "--json" not in given:
                raise
            raise _ended(_wrong_words(error), given) from None
        except OSError as error:
            if error.errno == errno.EPIPE:  # who read our output has gone; typer ends quietly
                raise
            raise _ended(_refused_by_system(error), given) from None


def _ended(error: MainspringError, given: list[str]) -> typer.Exit:
    """Print the error in the form that was asked for; what to end with."""
    from app.output import print_error

    print_error(error, as_json="--json" in given)
    return typer.Exit(error.exit_code)


def _wrong_words(error: Any) -> WrongUsage:
    """The parser's refusal as one of ours."""
    path = error.ctx.command_path if error.ctx is not None else "mainspring"
    return WrongUsage(
        "wrong_words",
        error.format_message(),
        thing=path,
        next_step=f"`{path} --help` lists what may be said.",
    )


def _refused_by_system(error: OSError) -> MainspringError:
    """What the operating system would not do, in a sentence."""
    why = (error.strerror or str(error) or type(error).__name__).rstrip(".")
    if error.filename is None:
        return MainspringError(
            "system_refused",
            f"The system refused: {why[:1].lower()}{why[1:]}.",
            next_step="`mainspring doctor` looks at every part that a command needs.",
        )
    return MainspringError(
        "file_refused",
        f"A file could not be read or written: {why[:1].lower()}{why[1:]}.",
        thing=str(error.filename),
        next_step="Check that its folder exists, that you may read and write there, and that the "
        "disk is not full; then run the command again.",
    )


def load(name: str) -> Any:
    """The command or group behind a name, ready to run."""
    from app.logs import configure_logs

    configure_logs()
    if name in BROUGHT:
        from importlib.metadata import entry_points

        found = next(iter(entry_points(group="mainspring.commands", name=name)), None)
        if found is None:
            raise MainspringError(
                "not_installed",
                f"The command {name} is not installed.",
                thing=name,
                next_step="Install the project whole: pip install -e .",
            )
        brought = found.load()
    else:
        brought = import_module(f"app.commands.{MODULES.get(name, name)}").app
    command = typer.main.get_command(brought)
    command.name = name
    return command


app = typer.Typer(
    cls=FrontDoor,
    name="mainspring",
    help="Agents that run the repeatable half of marketing, and stop where a person decides.",
    epilog=EPILOG,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def front(
    version: bool = typer.Option(False, "--version", help="Say which version this is."),
) -> None:
    if version:
        from importlib.metadata import version as version_of

        typer.echo(f"mainspring {version_of('mainspring')}")
        raise typer.Exit


def main(run: Callable[[], Any] = app) -> None:
    """The entry point: runs the command line and ends with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if (stream.encoding or "").lower() not in ("utf-8", "utf8"):
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    from ledger.origin import coming_from

    with coming_from("command line"):
        run()
