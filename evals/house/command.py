"""``mainspring eval house``: fifty briefs, fifty pieces, and how much they repeat."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from app.output import Out
from domain.frozen import Frozen
from evals.exits import PASSED, REGRESSION
from evals.ground import Ground
from evals.house import self_bleu
from evals.house.past import letters
from evals.house.pieces import Piece, write_all
from evals.wilson import rate


class Repetition(Frozen):
    """Self-BLEU of the pieces and of as many past letters of the same language and lengths."""

    language: str
    n: int
    words: float
    """The mean length that both were cut to."""
    ours: float
    ours_low: float
    ours_high: float
    past: float
    past_low: float
    past_high: float
    difference: float
    """ours − past, with its interval over the pairs."""
    difference_low: float
    difference_high: float

    @property
    def holds(self) -> bool:
        """The pieces repeat themselves no more: the difference is not shown to be above zero."""
        return self.difference_low <= 0


def run(*, out_file: Path | None = None, most: int = 0, as_json: bool = False) -> int:
    """Write, check and measure. Answers how the program ends: 0 held, 1 did not."""
    out = Out(as_json)
    with tempfile.TemporaryDirectory(prefix="mainspring-house-") as folder:
        ground = Ground(Path(folder))
        with out.working("Writing"):
            pieces = asyncio.run(write_all(ground, most))
        repeated = [r for lang in ("en", "de") if (r := repetition(pieces, ground, lang))]
    grave = [(n, f) for n, p in enumerate(pieces, 1) for f in p.findings if f.severity != "minor"]
    claims = [pair for pair in grave if pair[1].rule.startswith("claims.")]
    distinct = len({" ".join(self_bleu.words(piece.body())) for piece in pieces})
    n = len(pieces)
    out.say(f"{n} briefs, {n} pieces; {distinct} of them differ from all others")
    out.say(f"  with a claim fault: {rate(len({i for i, _ in claims}), n).words()}")
    out.say(f"  with a finding above minor: {rate(len({i for i, _ in grave}), n).words()}")
    for number, finding in grave:
        out.say(f"    {number}: {finding.severity} {finding.rule} {finding.text!r}")
    for r in repeated:
        out.say(
            f"Self-BLEU, {r.language}, n {r.n}, cut to {r.words:.0f} words on average:",
            f"  pieces       {r.ours:.3f} ({r.ours_low:.3f} to {r.ours_high:.3f})",
            f"  past letters {r.past:.3f} ({r.past_low:.3f} to {r.past_high:.3f})",
            f"  difference   {r.difference:+.3f} ({r.difference_low:+.3f} to "
            f"{r.difference_high:+.3f}), {'held' if r.holds else 'ABOVE the past'}",
        )
    if out_file is not None:
        out_file.write_text(_all(pieces), encoding="utf-8")
        out.say(f"Wrote every piece to {out_file}.")
    held = not grave and distinct == n and all(r.holds for r in repeated)
    out.answer(
        "eval.house.v1",
        {
            "pieces": n,
            "distinct": distinct,
            "claim_faults": len(claims),
            "above_minor": len(grave),
            "repetition": repeated,
            "held": held,
        },
    )
    return PASSED if held else REGRESSION


def repetition(pieces: Sequence[Piece], ground: Ground, language: str) -> Repetition | None:
    """None where there are fewer than three pieces, or fewer past letters than pieces."""
    ours = [self_bleu.words(p.body()) for p in pieces if p.brief.language == language]
    past = [
        self_bleu.words(letter.text)
        for letter in letters(ground.brand.folder)
        if letter.language == language
    ]
    if len(ours) < 3 or len(past) < len(ours):
        return None
    pairs = self_bleu.matched(ours, past)
    mine = self_bleu.scores([one for one, _ in pairs])
    theirs = self_bleu.scores([other for _, other in pairs])
    differences = [a - b for a, b in zip(mine, theirs, strict=True)]
    intervals = [self_bleu.interval(values) for values in (mine, theirs, differences)]
    return Repetition(
        language=language,
        n=len(pairs),
        words=fmean(len(one) for one, _ in pairs),
        ours=fmean(mine),
        ours_low=intervals[0][0],
        ours_high=intervals[0][1],
        past=fmean(theirs),
        past_low=intervals[1][0],
        past_high=intervals[1][1],
        difference=fmean(differences),
        difference_low=intervals[2][0],
        difference_high=intervals[2][1],
    )


def _all(pieces: Sequence[Piece]) -> str:
    parts = []
    for number, piece in enumerate(pieces, 1):
        parts.append(f"=== {number}. {piece.goal}\n\n{piece.written()}")
        parts += [f"  {f.severity} {f.rule} {f.text!r}\n" for f in piece.findings]
    return "\n".join(parts)
