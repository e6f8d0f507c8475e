"""Answers about what may be said and how: claims, facts, and the brand's own past copy."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence

from agents.claims.detect import checkables
from agents.claims.evidence import Evidence, of_house_fact, of_product
from agents.claims.support import supporting, unsupported
from agents.conversing import showing
from agents.conversing.found import FactFound, Known
from agents.conversing.memory import Heard, Language, Memory
from agents.conversing.port import Tools
from agents.conversing.words import pick
from agents.house.chat_heard import telling_words
from agents.house.goal_text import lowered
from domain.conversation import Part, TextPart
from domain.facts import Facts, Product
from domain.words import money_words

Said = Part | Memory
_CHEAP = re.compile(r"cheap|lowest|price|günstig|billig|preis")
_ASKS = {"can", "say", "claim", "write", "about", "facts", "fact", "price", "cost", "costs",
         "what", "much", "does", "sagen", "schreiben", "dürfen", "über", "kostet", "kosten",
         "preis", "fakten", "have", "sell", "open"}  # fmt: skip


async def claim(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
    """A claim that somebody wants made: proven or not, and what the facts prove instead."""
    known = tools.known
    goal = await tools.read_goal(heard.text)
    barred = [one for one in goal.impossible if one.code in ("unprovable_claim", "false_scarcity")]
    evidence = _evidence(known.facts)
    open_claims = unsupported(heard.text, evidence)
    never = [one for one in open_claims if one.never]
    if not barred and not open_claims and not checkables(heard.text):
        return  # nothing is asserted: it is about something else
    about = await _about(heard, tools)
    if not barred and not open_claims:
        yield TextPart(
            text=pick(
                heard.language,
                "Yes: the facts below prove it. Cite them, and the critic lets it pass.",
                "Ja: Die Fakten unten belegen es. Damit lässt es die Kritik durch.",
            )
        )
        proving = _proving(heard.text, evidence)
        if proving:
            yield showing.facts_table(proving, heard.language)
        return
    quoted = barred[0].words if barred else open_claims[0].text
    yield TextPart(text=_not_so(quoted, bool(never), heard.language) + _instead(heard, known))
    table = _provable(heard, known) or about
    if table:
        yield showing.facts_table(table, heard.language)


async def facts(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
    """What may be claimed of what was named."""
    about = await _about(heard, tools)
    if not about:
        yield TextPart(
            text=pick(
                heard.language,
                "I found no fact on this. What is not among the facts cannot be claimed; facts are "
                "kept on the page Brand.",
                "Dazu fand ich keinen Fakt. Was nicht unter den Fakten steht, lässt sich nicht "
                "behaupten; gepflegt werden sie auf der Seite Brand.",
            )
        )
        return
    yield TextPart(
        text=pick(
            heard.language,
            f"{len(about)} {'fact' if len(about) == 1 else 'facts'} on this; each may be claimed "
            "with its id.",
            f"{len(about)} {'Fakt' if len(about) == 1 else 'Fakten'} dazu; jeder darf mit seiner "
            "Kennung behauptet werden.",
        )
    )
    yield showing.facts_table(about, heard.language)


async def voice(heard: Heard, tools: Tools) -> AsyncIterator[Said]:
    """The brand's own words on a theme."""
    found = await tools.search_voice(heard.text, heard.language)
    principles = " ".join(f"{line.rstrip('.')}." for line in found.principles[:4])
    if not found.passages:
        yield TextPart(
            text=pick(
                heard.language,
                f"Your library has nothing on this. The guide says: {principles}",
                f"Ihre Bibliothek hat dazu nichts. Der Leitfaden sagt: {principles}",
            )
        )
        return
    yield TextPart(
        text=pick(
            heard.language,
            f"The guide says: {principles} And this is how you said it before:",
            f"Der Leitfaden sagt: {principles} Und so haben Sie es schon gesagt:",
        )
    )
    yield showing.voice_table(found, heard.language)


def _proving(text: str, evidence: Sequence[Evidence]) -> tuple[FactFound, ...]:
    """The facts that claims of a text rest on."""
    by_id = {piece.id: piece for piece in evidence}
    ids = [
        fact
        for claim in checkables(text)
        for fact in supporting(claim, evidence, text[: claim.start])
    ]
    # What the house says of itself proves a sentence about the house better than one article.
    ordered = sorted(dict.fromkeys(ids), key=lambda fact: "." in fact)
    return tuple(FactFound(id=fact, text=by_id[fact].text or fact) for fact in ordered[:6])


async def _about(heard: Heard, tools: Tools) -> tuple[FactFound, ...]:
    asked = [word for word in telling_words(heard.text) if word not in _ASKS]
    if not asked:
        return ()
    found = await tools.search_facts(" ".join(asked))
    language = heard.language
    german = {fact.id for fact in tools.known.facts.house if fact.language == "de"}
    products = {product.id for product in tools.known.facts.products}
    own = [one for one in found if one.id in products or (one.id in german) == (language == "de")]
    return tuple(own[:6])


def _provable(heard: Heard, known: Known) -> tuple[FactFound, ...]:
    """Instead of "cheapest": the articles of that kind that cost least, with their prices."""
    if not _CHEAP.search(lowered(heard.text)):
        return ()
    return tuple(
        FactFound(id=f"{p.id}.price", text=f"{p.name}: {money_words(p.price, heard.language)}")
        for p in _cheapest(heard, known)
    )


def _cheapest(heard: Heard, known: Known) -> Sequence[Product]:
    """In stock, of the kind and material that the message names, by price."""
    plain = lowered(heard.text)
    stocked = [p for p in known.facts.products if p.stock > 0]
    named = [p for p in stocked if _names_kind(p, plain)]
    of_material = [p for p in named if _names_material(p, plain)]
    return sorted(of_material or named or stocked, key=lambda p: p.price.amount)[:3]


def _names_kind(product: Product, plain: str) -> bool:
    german = {"watch": "uhr", "ring": "ring", "service": "wartung"}
    return product.category in plain or german.get(product.category, "\0") in plain


def _names_material(product: Product, plain: str) -> bool:
    german = {"stahl": "steel", "gold": "gold", "silber": "silver", "titan": "titanium"}
    wanted = [w for w in ("steel", "gold", "silver", "titanium", "platinum") if w in plain]
    wanted += [english for word, english in german.items() if word in plain]
    return any(product.material == one or one in product.material.split() for one in wanted)


def _instead(heard: Heard, known: Known) -> str:
    found = _cheapest(heard, known) if _CHEAP.search(lowered(heard.text)) else ()
    if not found:
        return ""
    first = found[0]
    price = money_words(first.price, heard.language)
    return pick(
        heard.language,
        f" What you can prove: “{_english_kind(first)} from {price}” (fact {first.id}.price). It "
        "is a number, and a number beats a superlative.",
        f" Belegen können Sie: „{_german_kind(first)} ab {price}“ (Fakt {first.id}.price). Das "
        "ist eine Zahl, und eine Zahl schlägt jeden Superlativ.",
    )


def _english_kind(product: Product) -> str:
    kind = f"{product.category}es" if product.category.endswith("ch") else f"{product.category}s"
    return f"{product.material} {kind}".strip().capitalize()


def _german_kind(product: Product) -> str:
    material = {"steel": "Stahl", "gold": "Gold", "silver": "Silber", "titanium": "Titan"}
    kind = {"watch": "uhren", "ring": "ringe", "service": "wartungen"}.get(product.category, "")
    first = material.get(product.material, "")
    return f"{first}{kind}" if first else kind.capitalize()


def _not_so(quoted: str, never: bool, language: Language) -> str:
    if never:
        return pick(
            language,
            f"“{quoted}”: no fact can prove this, so no mail says it.",
            f"„{quoted}“: Kein Fakt kann das belegen, also sagt es keine Mail.",
        )
    return pick(
        language,
        f"“{quoted}”: no fact of yours proves it, so the critic would stop the mail.",
        f"„{quoted}“: Kein Fakt von Ihnen belegt es, also würde die Kritik die Mail anhalten.",
    )


def _evidence(known: Facts) -> tuple[Evidence, ...]:
    products = [piece for product in known.products for piece in of_product(product)]
    return (*products, *(of_house_fact(fact) for fact in known.house))
