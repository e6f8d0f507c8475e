"""Words that did not come from the house: codes, addresses, scrambled text, instructions leaked."""

from __future__ import annotations

from agents.origin import foreign, of_guide, of_leaving, of_prompt, own_words
from agents.rules.links import allowed
from agents.rules.review import Findings, Review, finding, shown_products
from agents.untrusted import sign_of_injection
from domain.draft import Copy
from domain.voice import Guide

_FIXED = ("legal", "opt_out", "form.consent")
"""Places of a piece that hold lines of the workspace, and no copy."""


def check(review: Review) -> Findings:
    own = own_words(review.facts, review.guide, review.brief.offer)
    for copy in review.copies:
        texts = [(place, text) for place, text in copy.texts() if not place.startswith(_FIXED)]
        for place, text in texts:
            for what, words in foreign(text, own):
                if what in ("an address", "a web address") and _own_place(words, review.guide):
                    continue
                yield finding(
                    "origin.foreign", "blocking",
                    f"This is {what} that no fact, no offer and no guide holds.",
                    "Take it out; or add it to the facts, where it is the house's own.",
                    variant=copy.id, place=place, text=words[:120],
                )  # fmt: skip
            leaving = of_leaving(text)
            if leaving:
                yield finding(
                    "origin.footer", "blocking",
                    "How to stop the letters is said by the footer alone.",
                    "Take it out: the footer and its link are added to every mail.",
                    variant=copy.id, place=place, text=leaving,
                )  # fmt: skip
        yield from _cards(review, copy)
        whole = " ".join(text for _, text in texts)
        for words, why in (
            (of_prompt(whole), "These words instruct models; they are not for readers."),
            (of_guide(whole, review.guide), "These words tell writers how to write."),
        ):
            if words:
                yield finding(
                    "origin.prompt", "blocking", why, "Take them out.",
                    variant=copy.id, text=words,
                )  # fmt: skip
        split = sign_of_injection(whole)
        apart = [sign_of_injection(text) for _, text in texts]
        if split is not None and not any(apart):
            yield finding(
                "origin.split", "blocking",
                f"Read together, the blocks look like {split[0]}.", "Take it out.",
                variant=copy.id, text=split[1][:120],
            )  # fmt: skip


def _cards(review: Review, copy: Copy) -> Findings:
    """Addresses in what a card shows of its product: a name is no place to write to."""
    for place, product_id in shown_products(copy):
        product = review.facts.product(product_id)
        if product is None:
            continue
        notes = (line for lines in product.notes.values() for line in lines)
        alt = product.photo.alt if product.photo else ""
        for text in (product.name, product.material, alt, *notes):
            for what, words in foreign(text, lambda _: True):
                if not _own_place(words, review.guide):
                    yield finding(
                        "origin.fact", "blocking", f"A field of this product holds {what}.",
                        "Mend the product's facts.",
                        variant=copy.id, place=place, text=words[:120],
                    )  # fmt: skip


def _own_place(words: str, guide: Guide) -> bool:
    """A post box or page of the brand itself, or one that its legal lines name."""
    host = words.rpartition("@")[2].casefold()
    return allowed(host, guide) or any(words in line.text for line in guide.legal)
