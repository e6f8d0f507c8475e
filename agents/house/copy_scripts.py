# ruff: noqa: E501 (patterns and sentences are read whole)
"""Scripts: what the rules write for each angle: subjects, preheaders, openings, order of facts.

A brand's own passages are preferred to all of it but the order. The sentences are true of any
brand whose facts carry the angle, in English and German.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agents.house import copy_sentences as say
from agents.house.copy_setting import Setting
from brand_voice.slots import product_value
from domain.words import money_words, number_words

Part = str
"""What a stretch of the body says: what, flaw, details, price, offer, house, library."""

_PRODUCT_ORDER: tuple[Part, ...] = (
    "what",
    "condition",
    "details",
    "flaw",
    "library",
    "house",
    "price",
    "offer",
)


@dataclass(frozen=True)
class Opening:
    """A first sentence by rule, and what it says."""

    text: str
    says: frozenset[str] = frozenset()


ABOUT = r"(?i:founded|\bof us\b|family|our (?:own )?\w+(?:maker|smith)|gegründet|zu viert|familie)"
"""House facts that say who the house is."""


@dataclass(frozen=True)
class Script:
    """What the rules offer for one angle; a brand's passages of the angle are preferred."""

    subjects: tuple[str, ...]
    preheaders: tuple[str, ...] = ()
    openings: tuple[Opening, ...] = ()
    order: tuple[Part, ...] = _PRODUCT_ORDER


def _opening(text: str, *says: str) -> Opening:
    return Opening(text, frozenset(says))


def flaw_first(s: Setting) -> Script:
    assert s.product is not None
    the = say.upper(say.the(s.product, s.language))
    flaw = say.flaw(s.product, s.language)
    one = len(s.product.flaws) == 1
    first = tuple(_opening(f, "flaw") for f in flaw)
    if s.language == "de":
        return Script(
            (f"{the}, mit {'einem' if one else ''} Makel", "Zuerst, was nicht stimmt")
            if one
            else ("Zuerst, was nicht stimmt",),
            _facts_line(s, "size", "material"),
            (_opening(f"Zuerst das Unangenehme. {flaw[0]}", "flaw"), *first),
            ("flaw", "what", "condition", "details", "library", "house", "price", "offer"),
        )
    return Script(
        (
            f"{the}, and its {'one flaw' if one else 'flaws'}",
            f"What is wrong with {say.the(s.product, s.language)}",
        ),
        _facts_line(s, "size", "material"),
        (_opening(f"The bad news first. {flaw[0]}", "flaw"), *first),
        ("flaw", "what", "condition", "details", "library", "house", "price", "offer"),
    )


def number(s: Setting) -> Script:
    assert s.product is not None
    numbers = figures(s)
    line = ", ".join(numbers[:3])
    german = s.language == "de"
    lead = "Die Zahlen zuerst" if german else "The numbers first"
    says = {"size", "year"}
    if any(c in line for c in "€£$") or "CHF" in line:
        says.add("price")
    the = say.upper(say.the(s.product, s.language))
    return Script(
        (f"{the}: {line}", line),
        _one_line(s),
        (
            _opening(f"{lead}: {line}.", *says),
            _opening(
                f"{the}, in Zahlen: {line}." if german else f"{the} in figures: {line}.", *says
            ),
        ),
        ("condition", "details", "flaw", "library", "house", "price", "offer"),
    )


def figures(s: Setting) -> list[str]:
    assert s.product is not None
    found = []
    if s.product.size_mm is not None and not say.sized_elsewhere(s.product):
        found.append(f"{number_words(s.product.size_mm, s.language)} mm")
    if s.product.year is not None:
        found.append(str(s.product.year))
    if "price" not in s.avoid.subjects and s.offer is None:
        found.append(money_words(s.product.price, s.language))
    return found


def one_piece(s: Setting) -> Script:
    assert s.product is not None
    the = say.the(s.product, s.language)
    if s.language == "de":
        return Script(
            (f"{say.upper(the)}: Wir haben ein Stück", f"Ein Stück: {say.name(s.product, 'de')}"),
            _facts_line(s, "size", "material", "price"),
            (
                _opening(f"{say.upper(the)} ist ein Einzelstück.", "stock"),
                _opening(f"Wir haben ein Stück: {say.name(s.product, 'de')}.", "stock"),
            ),
        )
    return Script(
        (f"{say.upper(the)}: we have one", f"We have one: {the}"),
        _facts_line(s, "size", "material", "price"),
        (
            _opening(f"{say.upper(the)} is a single piece.", "stock"),
            _opening(f"We have one: {the}.", "stock"),
        ),
    )


def proof(s: Setting) -> Script:
    """The work and the inside: what was done to it, and how it runs."""
    assert s.product is not None
    known = say.details(s.product, s.language)
    done = say.condition(s.product, s.language)
    the = say.the(s.product, s.language)
    openings = [_opening(_about(the, d), f"detail{n}") for n, d in enumerate(known[:2])]
    if done:
        openings.insert(0, _opening(_about(the, done), "condition"))
    return Script(
        (f"{say.upper(the)}, aus der Nähe",) if s.language == "de"
        else (f"{say.upper(the)}, up close", f"What we know about {the}"),
        tuple(d for d in (*known[:1], done) if d and len(d) <= 90)
        or _facts_line(s, "size", "material"),
        tuple(openings),
        ("condition", "details", "what", "flaw", "library", "house", "price", "offer"),
    )  # fmt: skip


def _about(the: str, sentence: str) -> str:
    """A sentence that begins a mail says of what it speaks: "The 1968 dress watch: it is …"."""
    first, _, rest = sentence.partition(" ")
    if first in _PRONOUNS:
        return f"{say.upper(the)}: {first.lower()} {rest}"
    if first.endswith("ed") or first in _ADVERBS:
        return f"{say.upper(the)}: {first[:1].lower()}{first[1:]} {rest}"
    return sentence


_PRONOUNS = frozenset(("It", "Its", "Both", "They", "Er", "Sie", "Es", "Beide"))
_ADVERBS = frozenset(("By", "In", "About", "Up", "Durch", "Etwa", "Bis", "Von"))


def visit(s: Setting) -> Script:
    the = say.the(s.product, s.language) if s.product else ""
    if s.language == "de":
        return Script(
            (f"Eine halbe Stunde: {say.name(s.product, 'de')}",) if s.product
            else ("Eine halbe Stunde für Sie",),
            ("Ansehen, anlegen, in Ruhe überlegen.",),
            (
                _opening("Ein Foto sagt wenig darüber, wie etwas sitzt. Eine halbe Stunde sagt mehr.", "visit"),
                _opening("Manches lässt sich schlecht schreiben und gut zeigen.", "visit"),
            ),
            ("what", "details", "flaw", "library", "house", "price", "offer"),
        )  # fmt: skip
    return Script(
        (f"Half an hour with {the}", f"Come and see {the}") if the
        else ("Half an hour of your time",),
        ("Look at it, put it on, think it over.",),
        (
            _opening("A photograph says little about how a thing sits. Half an hour says more.", "visit"),
            _opening("Some things are hard to put in a letter and easy to show.", "visit"),
        ),
        ("what", "details", "flaw", "library", "house", "price", "offer"),
    )  # fmt: skip


def price(s: Setting) -> Script:
    assert s.product is not None
    the = say.the(s.product, s.language)
    cost = money_words(s.product.price, s.language)
    german = s.language == "de"
    return Script(
        (f"{say.upper(the)}: {cost}", f"{cost}: {the}"),
        _facts_line(s, "size", "material"),
        (
            _opening(
                f"Der Preis zuerst: {say.upper(the)} kostet {cost}." if german
                else f"The price first: {cost} for {the}.", "price",
            ),
        ),
        ("what", "flaw", "details", "library", "price"),
    )  # fmt: skip


def offer(s: Setting) -> Script:
    assert s.offer is not None
    less = say.reduction(s.offer, s.language)
    until = say.short_day(s.offer, s.language)
    if s.product is not None and s.offer.products:
        the = say.upper(say.the(s.product, s.language))
        german = s.language == "de"
        return Script(
            (f"{the}: {less} {'weniger bis' if german else 'less until'} {until}",),
            _facts_line(s, "size", "material"),
            (
                _opening(
                    f"{the} kostet bis {until} weniger. {say.reason(s)}" if german
                    else f"{the} costs less until {until}. {say.reason(s)}",
                    "reason",
                ),
            ),
            ("price", "what", "flaw", "details", "library"),
        )  # fmt: skip
    code = s.offer.code
    if s.language == "de":
        return Script(
            (f"{less} weniger bis {until}", f"Bis {until}: {less} weniger"),
            (f"Der Code: {code}." if code else "Alles Weitere steht im Brief.",),
            (_opening("In diesem Brief steht genau eine Sache."),),
            ("offer", "library", "house", "what", "price"),
        )
    return Script(
        (f"{less} off until {until}", f"Until {until}: {less} off your order"),
        (f"The code is {code}." if code else "The rest is in the letter.",),
        (_opening("There is one thing in this letter."),),
        ("offer", "library", "house", "what", "price"),
    )


def topic(s: Setting) -> Script:
    topic = say.topic_word(s.topics[0], s.language)
    rest = _with_offer(s)
    if s.language == "de":
        return Script(
            (f"{say.upper(topic)}{rest}", f"Ein Brief zum Thema {topic}"),
            (_until_line(s),) if s.offer else (),
            (
                _opening(f"{say.upper(topic)} kommt immer zur gleichen Zeit und überrascht uns trotzdem."),
            ),
            ("library", "what", "details", "flaw", "price", "offer", "house"),
        )  # fmt: skip
    return Script(
        (f"{say.upper(topic)}{rest}", f"A short letter about {topic}"),
        (_until_line(s),) if s.offer else (),
        (_opening(f"{say.upper(topic)} comes at the same time as ever, and still surprises us."),),
        ("library", "what", "details", "flaw", "price", "offer", "house"),
    )


def _with_offer(s: Setting) -> str:
    if s.offer is None or "offer" in s.avoid.subjects:
        return ""
    less = say.reduction(s.offer, s.language)
    return f", mit {less} Nachlass" if s.language == "de" else f", with {less} off"


def _until_line(s: Setting) -> str:
    assert s.offer is not None
    until = say.short_day(s.offer, s.language)
    return f"Bis {until}, dann nicht mehr." if s.language == "de" else f"Until {until}, not after."


def returning(s: Setting) -> Script:
    if s.language == "de":
        return Script(
            ("Es ist eine Weile her", "Ein kurzer Brief, nach einer Weile"),
            (_until_line(s),) if s.offer else ("Ein Grund, wieder vorbeizusehen.",),
            (
                _opening("Seit Ihrer letzten Bestellung ist einige Zeit vergangen. Wir halten es kurz."),
                _opening("Sie haben lange nichts von uns gebraucht. Das ist in Ordnung."),
            ),
            ("library", "what", "details", "flaw", "price", "offer", "house"),
        )  # fmt: skip
    return Script(
        ("It has been a while", "A short letter, after a while"),
        (_until_line(s),) if s.offer else ("One reason to look in again.",),
        (
            _opening("It has been a while since your last order. We will keep this short."),
            _opening("You have not needed anything from us for some time. That is fine."),
        ),
        ("library", "what", "details", "flaw", "price", "offer", "house"),
    )


def service(s: Setting) -> Script:
    order = ("house", "what", "details", "flaw", "library", "price", "offer")
    of_watches = any(
        re.search(r"watch|uhr", text, re.IGNORECASE)
        for text in (*(f.text for f in s.house), s.product.name if s.product else "")
    )
    if s.language == "de":
        first = (
            "Eine Uhr meldet sich nicht, wenn ihr Öl alt wird. Also tun wir es."
            if of_watches
            else "An eine Wartung denkt man selten. Dafür ist dieser Brief da."
        )
        return Script(
            ("Zeit für eine Wartung", "Ein Wort zur Wartung"),
            ("Sie bringen vorbei, was es ist; wir sagen, was nötig ist.",),
            (_opening(first),),
            order,
        )  # fmt: skip
    first = (
        "A watch does not say when its oil is old. So we do."
        if of_watches
        else "A service is easily forgotten. That is what this letter is for."
    )
    return Script(
        ("It may be time for a service", "A word about servicing"),
        ("Bring it in, and we will say what it needs.",),
        (_opening(first),),
        order,
    )  # fmt: skip


def selection(s: Setting) -> Script:
    german = s.language == "de"
    number = min(1 + len(s.others), 3)
    names = [say.the(p, s.language) for p in (s.product, *s.others) if p is not None][:number]
    listed = f"{', '.join(names[:-1])} {'und' if german else 'and'} {names[-1]}"
    return Script(
        (say.upper(listed), "Eine kleine Auswahl" if german else "A small choice"),
        (f"{say.upper(listed)}.",) if len(listed) < 90 else (),
        (
            _opening(
                f"Eine kleine Auswahl: {listed}. Die Preise stehen daneben." if german
                else f"A small choice: {listed}. The prices stand beside them."
            ),
        ),
        ("library", "offer", "house"),
    )  # fmt: skip


def launch(s: Setting) -> Script:
    assert s.product is not None
    the = say.the(s.product, s.language)
    german = s.language == "de"
    return Script(
        (f"Neu bei uns: {say.name(s.product, 'de')}",) if german else (f"New here: {the}",),
        _facts_line(s, "size", "material", "price"),
        (
            _opening(
                f"Neu bei uns: {say.name(s.product, 'de')}." if german else f"New here: {the}."
            ),
        ),
    )


def thank(s: Setting) -> Script:
    german = s.language == "de"
    order = ("library", "house", "what", "details", "flaw", "price", "offer")
    if s.objective == "welcome":
        return Script(
            ("Willkommen",) if german else ("Welcome",),
            ("Der erste Brief, und ein kurzer.",) if german else ("The first letter, and a short one.",),
            (
                _opening("Willkommen. Dies ist der erste Brief, also halten wir ihn kurz." if german
                         else "Welcome. This is the first letter, so we keep it short."),
            ),
            order,
        )  # fmt: skip
    return Script(
        ("Danke",) if german else ("Thank you",),
        ("Mehr wollten wir eigentlich nicht sagen.",) if german
        else ("That is most of what we wanted to say.",),
        (
            _opening("Sie haben bei uns gekauft. Dafür ein Dank, ohne Umweg." if german
                     else "You bought something from us. This is to say thank you."),
        ),
        order,
    )  # fmt: skip


def plain(s: Setting) -> Script:
    german = s.language == "de"
    if s.product is not None:
        the = say.the(s.product, s.language)
        return Script(
            (say.upper(the), f"Kurz: {say.name(s.product, 'de')}" if german else f"A word about {the}"),
            _facts_line(s, "size", "material", "price"),
            (
                _opening(f"Es geht um {say.name(s.product, 'de')}." if german
                         else f"This letter is about {the}."),
            ),
        )  # fmt: skip
    brand = s.guide.brand
    return Script(
        (f"Ein kurzer Brief von {brand}" if german else f"A short letter from {brand}",),
        (_until_line(s),) if s.offer else (),
        (_opening("Ein kurzer Brief, damit Sie ihn lesen." if german
                  else "This letter is short, so that you read it."),),
        ("library", "house", "offer"),
    )  # fmt: skip


def about_us(s: Setting) -> Script:
    facts = sorted(
        s.house, key=lambda f: (re.search(ABOUT, f.text) is None, s.chance("about", f.id))
    )[:3]
    brand = s.guide.brand
    german = s.language == "de"
    return Script(
        (f"Wer {brand} ist",) if german else (f"Who {brand} is",),
        tuple(say.upper(f.text) for f in facts[1:] if len(f.text) <= 90),
        tuple(_opening(say.upper(f.text), f.id) for f in facts),
        ("library", "house", "offer"),
    )


def _facts_line(s: Setting, *wanted: str) -> tuple[str, ...]:
    """A preheader of facts: 34 mm, steel, €2,450."""
    if s.product is None:
        return ()
    parts = [say.measures(s.product, s.language)] if "size" in wanted else []
    if "price" in wanted and s.offer is None and "price" not in s.avoid.subjects:
        parts.append(money_words(s.product.price, s.language))
    warranty = product_value(s.product, "warranty", s.language)
    if warranty and "warranty" not in s.avoid.subjects:
        parts.append(warranty)
    line = ", ".join(p for p in parts if p)
    return (f"{say.upper(line)}.",) if line else ()


def _one_line(s: Setting) -> tuple[str, ...]:
    assert s.product is not None
    flaw = () if "flaw" in s.avoid.subjects else say.flaw(s.product, s.language)
    return flaw[:1] if flaw and len(flaw[0]) <= 90 else _facts_line(s, "material")
