"""docs/goals.md, written from the grammar's own tables: ``python -m agents.house.goal_docs``."""

from __future__ import annotations

import sys

from agents.house.goal_dates import PHRASES
from agents.house.goal_grammar import PASSES
from agents.house.goal_impossible import BARRED

_HEAD = """# Goals in plain words

Without a language model, Mainspring reads a goal by the phrases below, in English and German, in
any order and mixed with other words. What no phrase reads is quoted back to you at the brief's
approval, word for word; nothing is dropped silently. So write as you would to a colleague, and
look at what comes back as not understood.

> Win back customers who bought twice or more before September 2010 and not since, with a Christmas
> offer of at most 10 %

is read as: objective *win back*; people who bought at least 2 times before 1 September 2010 and not
since 1 September 2010; at most 10 % off; topic Christmas.

Some rules hold everywhere:

- Phrases about people stand together by *and*. "or" between two of them makes either enough.
  "not", "never", "no", "nicht", "kein" and "ohne" turn round what follows.
- An article or category of your product list says what people bought when it follows "bought",
  "looked at" or "owners of" (in German, when it stands in the same clause); elsewhere it is what
  the mail is about.
- A month, weekday or feast without a year is the last one where people are described, and the next
  one where sending is meant. "before" does not include its day; "since" and "until" do.
- "until …" directly after a reduction is its last day; elsewhere it is the last day of sending.
- Where two phrases set the same bound, the first stands and the second is quoted back.
- Reductions are a limit. The brief never gives more, and never more than the brand's guide allows.
"""
_DATES = """
## Naming days

After "on", "in", "before", "since", "until", "between … and …" and the like, or alone where they
are clear.

| For example | Means |
|---|---|
"""
_BARRED = """
## What is refused, and what is offered instead

| For example | Because | Instead |
|---|---|---|
"""


def markdown() -> str:
    """The whole page."""
    parts = [_HEAD]
    for title, rules in PASSES:
        parts.append(f"\n## {title}\n\n| For example | Means |\n|---|---|\n")
        for rule in rules:
            examples = ", ".join(f"“{example}”" for example in rule.examples)
            parts.append(f"| {_cell(examples)} | {_cell(rule.means)} |\n")
    parts.append(_DATES)
    parts += [f"| “{_cell(phrase.example)}” | {_cell(phrase.means)} |\n" for phrase in PHRASES]
    parts.append(_BARRED)
    parts += [
        f"| “{_cell(entry.example)}” | {_cell(entry.why)} | {_cell(entry.instead)} |\n"
        for entry in BARRED
    ]
    parts.append(
        "\nSuch words are taken out of the goal, and the rest goes on. `evals/cases/goals` holds "
        "the\ngoals that this grammar is measured on, among them thirty that nobody looked at "
        "while\nwriting it.\n"
    )
    return "".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.stdout.write(markdown())
