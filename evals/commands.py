"""``mainspring demo``, ``mainspring eval`` and ``mainspring bench``; entry points bring them.

Only typer is imported here; the rest when a command is called.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON object instead of text.", show_default=False)
]
DataOption = Annotated[
    Path | None, typer.Option(metavar="PATH", help="A file of your own to measure with.")
]

demo = typer.Typer(
    help="Run two campaigns from goal to report in a simulated market; leave a third for you.",
    rich_markup_mode=None,
)
evaluate = typer.Typer(
    help="Run the evaluation cases, compare two runs, or check the statistics.",
    epilog="Exit codes: 0 passed · 1 regression · 5 could not run",
    no_args_is_help=True,
    rich_markup_mode=None,
)
bench = typer.Typer(
    help="Measure on this machine; every figure is a ratio or a rate of one run.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@demo.callback(invoke_without_command=True)
def run_demo(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Option(help="Where the simulated workspace is made.")] = Path(
        "demo"
    ),
    seed: Annotated[
        int, typer.Option(help="Another seed is another market, and other people by chance.")
    ] = 2026,
    as_json: JsonOption = False,
) -> None:
    """Run two campaigns from goal to report in a simulated market; leave a third for you."""
    if ctx.invoked_subcommand is not None:
        return
    from evals.demo import run

    run(folder, seed=seed, as_json=as_json)


@demo.command("serve")
def run_desk(
    folder: Annotated[
        Path, typer.Option(help="The demo's folder; the demo is played first where it is missing.")
    ] = Path("demo"),
    seed: Annotated[int, typer.Option(help="Of the market, where the demo is made.")] = 2026,
    host: Annotated[
        str, typer.Option(help="Where the desk listens. [default: this machine alone]")
    ] = "",
    port: Annotated[int, typer.Option(help="The desk's port. [default: 8780]")] = 0,
) -> None:
    """Open the demo in the desk, with its mail server and its market beside it."""
    from evals.demo.open_desk import open_desk

    open_desk(folder, seed=seed, host=host, port=port)


@demo.command("inbox")
def run_inbox(
    folder: Annotated[
        Path | None,
        typer.Option(help="The demo's folder. [default: the present one, or demo in it]"),
    ] = None,
) -> None:
    """Take the demo's mails again and keep them as .eml files, until Ctrl-C."""
    from evals.demo.inbox_again import keep_mails

    keep_mails(folder)


@evaluate.command("run")
def run_eval(
    kinds: Annotated[
        list[str] | None,
        typer.Argument(help="goals, briefs, copy, critic, plans, reports. [default: all]"),
    ] = None,
    case: Annotated[list[str] | None, typer.Option(help="Only the case with this id.")] = None,
    trials: Annotated[int, typer.Option(min=1, help="How often each case is tried.")] = 1,
    out: Annotated[
        Path | None, typer.Option(help="Keep the result in this file, for `eval compare`.")
    ] = None,
    model: Annotated[
        str, typer.Option(help="A model's name; its key is read from MAINSPRING_MODEL_API_KEY.")
    ] = "",
    base_url: Annotated[
        str, typer.Option(help="The model's endpoint. [default: no model, the house writer]")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Run the cases. Ends with 0 passed, 1 regression, 5 could not run."""
    from evals.eval_command import run

    raise typer.Exit(
        run(
            kinds or [],
            case or [],
            trials=trials,
            out=out,
            model=model,
            base_url=base_url,
            as_json=as_json,
        )
    )


@evaluate.command("critic")
def eval_critic(
    data: DataOption = None,
    model: Annotated[
        str, typer.Option(help="A model's name; its key is read from MAINSPRING_MODEL_API_KEY.")
    ] = "",
    base_url: Annotated[
        str, typer.Option(help="The model's endpoint: its agreement with the labels is measured.")
    ] = "",
    judged: Annotated[int, typer.Option(min=2, help="How many pieces the model is asked of.")] = 60,
    keep: Annotated[
        Path | None,
        typer.Option(help="Keep the model's agreement here; a workspace reads its judges.json."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure the critic: faults found by family, and clean copy (--data: more) held up."""
    from evals.critic.measuring import run

    raise typer.Exit(
        run(data, model=model, base_url=base_url, judged=judged, keep_in=keep, as_json=as_json)
    )


@evaluate.command("compare")
def compare_runs(
    old: Annotated[Path, typer.Argument(help="The older result, as kept by `eval run --out`.")],
    new: Annotated[Path, typer.Argument(help="The newer one.")],
    as_json: JsonOption = False,
) -> None:
    """Hold a newer run against an older one, case by case (exact McNemar)."""
    from evals.eval_command import compare_files

    raise typer.Exit(compare_files(old, new, as_json=as_json))


@evaluate.command("coverage")
def check_coverage(
    seeds: Annotated[int, typer.Option(min=10, help="How many markets.")] = 200,
    first_seed: Annotated[int, typer.Option(help="The first of them.")] = 1000,
    as_json: JsonOption = False,
) -> None:
    """Check over many simulated markets that intervals hold the truth and power is as said."""
    from evals.eval_command import coverage

    raise typer.Exit(coverage(seeds, first_seed, as_json=as_json))


@evaluate.command("house")
def eval_house(
    out: Annotated[
        Path | None, typer.Option(help="Write every piece to this file, to be read aloud.")
    ] = None,
    most: Annotated[int, typer.Option(min=0, help="Only so many briefs. [default: all 50]")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Write fifty different briefs' copy without a model: faults, and how much it repeats."""
    from evals.house.command import run

    raise typer.Exit(run(out_file=out, most=most, as_json=as_json))


@bench.command("import")
def bench_import(data: DataOption = None, as_json: JsonOption = False) -> None:
    """How fast files are read into a workspace."""
    _bench("import", data, as_json)


@bench.command("demo")
def bench_demo(data: DataOption = None, as_json: JsonOption = False) -> None:
    """How long the demo takes, and how much memory."""
    _bench("demo", data, as_json)


@bench.command("graph")
def bench_graph(data: DataOption = None, as_json: JsonOption = False) -> None:
    """What our graph costs beside a bare LangGraph of the same nodes."""
    _bench("graph", data, as_json)


@bench.command("publish")
def bench_publish(data: DataOption = None, as_json: JsonOption = False) -> None:
    """How fast mails go out through the ledger, beside a bare SMTP loop to the same server."""
    _bench("publish", data, as_json)


@bench.command("desk")
def bench_desk(data: DataOption = None, as_json: JsonOption = False) -> None:
    """How fast the desk and its API answer, beside a bare FastAPI; 200 open pages; a full inbox."""
    _bench("desk", data, as_json)


@bench.command("intake")
def bench_intake(data: DataOption = None, as_json: JsonOption = False) -> None:
    """How many events a second are taken over HTTP, beside a bare FastAPI that appends them."""
    _bench("intake", data, as_json)


@bench.command("preview")
def bench_preview(
    customers: Annotated[
        int, typer.Option(min=1_000, help="The most customers; smaller numbers come first.")
    ] = 1_000_000,
    as_json: JsonOption = False,
) -> None:
    """How fast a rule of four clauses is previewed, beside the same SQL by hand; how it grows."""
    _bench("preview", None, as_json, customers=customers)


@bench.command("audit")
def bench_audit(
    customers: Annotated[
        int, typer.Option(min=1_000, help="The most customers; smaller numbers come first.")
    ] = 1_000_000,
    as_json: JsonOption = False,
) -> None:
    """How long the data audit takes, beside a plain scan of the same files; how it grows."""
    _bench("audit", None, as_json, customers=customers)


@bench.command("identity")
def bench_identity(
    data: DataOption = None,
    records: Annotated[
        int, typer.Option(min=100, help="Invented marketing records, where no file is given.")
    ] = 100_000,
    as_json: JsonOption = False,
) -> None:
    """How well people are recognised, and how fast: in a file of febrl's form, or invented."""
    _bench("identity", data, as_json, records=records)


@bench.command("voice")
def bench_voice(
    data: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="Texts, a JSON object a line: brand, path, text."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """How well authors are told apart by style alone, topic and names masked."""
    _bench("voice", data, as_json)


@bench.command("critic")
def bench_critic(data: DataOption = None, as_json: JsonOption = False) -> None:
    """How long all the critic's rules take on one e-mail, beside a plain search of its text."""
    _bench("critic", data, as_json)


@bench.command("all")
def bench_all(as_json: JsonOption = False) -> None:
    """Every benchmark, one after the other."""
    from evals.benchmarks import NAMES, run_all

    run_all(NAMES, as_json=as_json)


def _bench(name: str, data: Path | None, as_json: bool, **options: int) -> None:
    from evals.benchmarks import run_all

    run_all((name,), data=data, as_json=as_json, **options)
