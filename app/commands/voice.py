"""``mainspring voice``: the brand's guide, learnt from past copy, proposed, compared, approved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app import words
from app.commands.options import WorkspaceOption
from app.output import JsonOption, Out
from app.references import pick, short
from app.workspace import Workspace, open_workspace
from domain.errors import Refused, WrongUsage

if TYPE_CHECKING:
    from brand_voice.versions import Kept

app = typer.Typer(
    help="The brand's guide: learn it from past copy, edit, compare, approve.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

IN_FORCE, PROPOSAL = "in-force", "proposal"
VERSIONS = "mainspring voice versions"
MOST_SET_ASIDE = 20
"""Lines of what was set aside that are printed; all are in the answer with --json."""


@app.command()
def learn(
    files: Annotated[
        list[str],
        typer.Argument(
            help="Past copy: Markdown, HTML, mails (mbox, eml, maildir), CSV, JSONL, or folders."
        ),
    ],
    channel: Annotated[
        str, typer.Option(help="Where texts stood that do not say it. [default: email]")
    ] = "",
    column: Annotated[str, typer.Option(help="The column of tables that holds the copy.")] = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read past copy and propose the guide. Nothing changes until somebody approves it."""
    out, opened = Out(as_json), open_workspace(workspace)
    from app import voice
    from brand_voice.learning.tables import channel_of

    if channel and channel_of(channel) is None:
        raise WrongUsage(
            "unknown_channel", f"There is no channel {channel}.", thing=channel,
            next_step="Say email, sms, push, landing_page, search_ad, meta_ad, linkedin, "
            "instagram, facebook, youtube or article.",
        )  # fmt: skip
    with opened.ledger.read() as tx:
        person = opened.person(tx)
    with out.working("Reading"):
        proposal = voice.learn(opened, person, files, channel=channel_of(channel), column=column)
    for one in proposal.set_aside[:MOST_SET_ASIDE]:
        out.warn(f"set aside: {one.source}: {one.what}")
    if len(proposal.set_aside) > MOST_SET_ASIDE:
        out.warn(f"and {len(proposal.set_aside) - MOST_SET_ASIDE:,} more, listed with --json")
    if not proposal.read:
        raise WrongUsage(
            "nothing_learnt", "There was nothing to learn from.", thing=", ".join(files)[:200],
            next_step=proposal.set_aside[0].next_step if proposal.set_aside else "Name more files.",
        )  # fmt: skip
    for pile in proposal.read:
        out.say(f"Read {pile.texts:,} texts: {pile.channel}, {pile.language}.")
    version = proposal.guide.version()
    out.say(
        f"Proposed version {short(version)}, from {proposal.words:,} words.",
        *(f"Open: {one}" for one in proposal.open),
        f"Edit {opened.brand_folder.name}/voice/proposal.yaml, look at mainspring voice diff, "
        f"then: mainspring voice approve {short(version)}",
    )
    out.answer("voice.learnt.v1", {**proposal.model_dump(mode="json"), "version": version})


@app.command()
def propose(
    file: Annotated[Path, typer.Argument(help="A guide.yaml.", exists=True, dir_okay=False)],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Propose a guide that you wrote. An earlier proposal gives way."""
    out, opened = Out(as_json), open_workspace(workspace)
    from app import voice

    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError:
        raise WrongUsage(
            "unreadable_file", "The file is not UTF-8.", thing=str(file),
            next_step="Save it as UTF-8.",
        ) from None  # fmt: skip
    with opened.ledger.read() as tx:
        person = opened.person(tx)
    version = voice.put_text(opened, person, text).version
    out.say(
        f"Proposed version {short(version)}. Look at mainspring voice diff, then: "
        f"mainspring voice approve {short(version)}"
    )
    out.answer("voice.proposed.v1", {"version": version})


@app.command()
def show(
    version: Annotated[
        str, typer.Argument(help="A version, `proposal`, or `in-force`.")
    ] = IN_FORCE,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print a guide as its file has it, with where its lines come from."""
    out, opened = Out(as_json), open_workspace(workspace)
    found = _version(opened, version)
    out.say(found.text.rstrip("\n"), f"# Version {found.version}")
    data = {"version": found.version, "guide": found.guide, "evidence": found.evidence}
    out.answer("voice.guide.v1", data)


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="A version, or `in-force`.")] = IN_FORCE,
    after: Annotated[str, typer.Argument(help="A version, or `proposal`.")] = PROPOSAL,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare two guides; without words, the one in force with the proposal."""
    out, opened = Out(as_json), open_workspace(workspace)
    from brand_voice.comparing import compare

    old, new = _version(opened, before), _version(opened, after)
    changes = compare(old.guide, new.guide)
    out.say(f"{short(old.version)} → {short(new.version)}")
    for change in changes:
        out.say(
            f"{change.label}:",
            *(f"  - {line}" for line in change.gone),
            *(f"  + {line}" for line in change.new),
        )
    if not changes:
        out.say("They say the same.")
    out.answer(
        "voice.diff.v1",
        {"before": old.version, "after": new.version, "changes": changes},
    )


@app.command()
def approve(
    version: Annotated[str, typer.Argument(help="The version, or the end of its hash.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a version in force: the proposal, or an earlier one. Drafts follow it from now on."""
    out, opened = Out(as_json), open_workspace(workspace)
    from app import voice

    found = _version(opened, version)
    with opened.ledger.read() as tx:
        person = opened.person(tx)
    voice.approve(opened, person, found.version)
    out.say(
        f"In force: version {short(found.version)}. New drafts follow it; campaigns that wait keep "
        "the version that they name."
    )
    out.answer("voice.approved.v1", {"version": found.version})


@app.command()
def discard(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Take the proposal away."""
    out, opened = Out(as_json), open_workspace(workspace)
    from app import voice

    with opened.ledger.read() as tx:
        person = opened.person(tx)
    voice.discard(opened, person)
    out.say("The proposal is gone. The guide in force stays.")
    out.answer("voice.discarded.v1", {})


@app.command()
def style(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Files, a message each. [default: one text from standard input]"),
    ] = None,
    language: Annotated[str, typer.Option(help="en or de. [default: that of the texts]")] = "",
    check: Annotated[
        bool, typer.Option("--check", help="Try on past messages how good the measure is.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say how like your past copy texts are written, whatever they are about."""
    out, opened = Out(as_json), open_workspace(workspace)
    from app import style_reading as reading

    styles, least = reading.styles_of(opened), opened.settings.style.least
    if check:
        language = language or "en"
        with out.working("Trying it"):
            tried = styles.try_out(language, least)
        said = reading.trial_lines(tried, least) if tried else None
        out.say(*(said or [reading.too_little(styles, language)]))
        out.answer("voice.style.check.v1", {"language": language, "least": least, "trial": tried})
        return
    texts = reading.texts_of(files or [])
    language = language or reading.language_of(texts)
    with out.working("Reading"):
        found = styles.read([text for _, text in texts], language)
    if found is None:
        out.say(reading.too_little(styles, language))
    else:
        out.say(*reading.lines_of(texts, found, least))
    names = [name for name, _ in texts]
    out.answer(
        "voice.style.v1",
        {"language": language, "least": least, "texts": names, "reading": found},
    )


@app.command("versions")
def list_versions(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the guide's versions: which is in force, who approved it, and a proposal."""
    out, opened = Out(as_json), open_workspace(workspace)
    from app import voice
    from brand_voice import versions

    with opened.ledger.read() as tx:
        rows = voice.version_rows(tx, opened.brand_folder)
    waiting = versions.proposed(opened.brand_folder)
    if waiting is not None:
        out.say(f"{short(waiting.version)}  proposal  waits for your yes")
    for row in rows:
        state = "in force" if row.in_force else "earlier "
        said = (
            f"approved by {row.approved_by or 'somebody who left'}, "
            f"{words.moment(row.approved_at, opened.timezone)}"
            if row.approved_at
            else "written in the brand folder; nobody approved it here"
        )
        learnt = f"; learnt from {row.texts:,} texts" if row.texts else ""
        out.say(f"{short(row.version)}  {state}  {said}{learnt}")
    out.answer(
        "voice.versions.v1",
        {"proposal": waiting.version if waiting else None, "versions": rows},
    )


def _version(opened: Workspace, named: str) -> Kept:
    from brand_voice import versions

    brand = opened.brand_folder
    now = versions.in_force(brand)
    if named == IN_FORCE:
        return now
    if named == PROPOSAL or versions.proposal_text(brand):
        waiting = versions.proposed(brand)
    else:
        waiting = None
    if named == PROPOSAL:
        if waiting is None:
            raise Refused(
                "no_proposal", "No proposal waits.", next_step="mainspring voice learn FILES"
            )
        return waiting
    known = {now.version: now} | versions.kept(brand)
    if waiting is not None:
        known |= {waiting.version: waiting}
    return known[pick(named, known, "version", where=VERSIONS)]
