"""The body of a mail: the brand's own passages first, then what the facts must still say."""

from __future__ import annotations

import re
from collections.abc import Callable

from agents.claims.evidence import reduced_price
from agents.house import copy_sentences as say
from agents.house.copy_angles import HOUSE_WORDS
from agents.house.copy_mail import Mail
from agents.house.copy_passages import Line, fit_to_say, points_back, suits
from agents.house.copy_scripts import Part, Script
from agents.house.copy_setting import stems
from agents.house.copy_words import texts
from brand_voice.slots import product_value
from domain.brief import Offer
from domain.money import Money
from domain.voice import PassageKind
from domain.words import money_words

_ENOUGH_WORDS = 45
"""A mail with so many words says no more of size, condition and details."""
ENOUGH_ECHO = 0.6
"""A statement of the house of which so much went out lately is left for another time."""
_STOCK_EVERY = 0.4
"""How often "We have one." is said where it was said lately."""
_REFERENCE = re.compile(r"30 (?:days|tage)", re.IGNORECASE)
"""A reduction of articles says what it refers to (§ 11 PAngV)."""
_APART = ("each", "library", "house", "price", "offer")
"""Parts that begin a paragraph of their own."""


def write_body(script: Script, mail: Mail) -> None:
    """Passages of the angle, then the script's parts in their order.

    Flaw, price and offer are never left out; size, condition and details are where passages said
    little.
    """
    early = _price(mail) if mail.setting.price_early and "price" not in mail.said else []
    for line in early:
        mail.take(line)
    # After an opening by rule, one passage of another letter is enough.
    for line in _own(mail, "body", 2 if mail.letter else 1):
        mail.take(line)
    for line in _own(mail, "proof", 1):
        if not points_back(line.text, of_product=mail.setting.product is not None):
            mail.paragraph()
        mail.take(line)
    mail.paragraph()
    was_apart = False
    for part in script.order:
        apart = part in _APART
        needed = apart or part == "flaw" or mail.words() < _ENOUGH_WORDS
        if early and part == "price":
            continue
        lines = _PARTS[part](mail) if needed else []
        if lines and (apart or was_apart):
            mail.paragraph()
        if lines:
            was_apart = apart
        for line in lines:
            mail.take(line)


def _own(mail: Mail, kind: PassageKind, most: int) -> list[Line]:
    """Passages that the library wrote for this angle; those of the opening's letter first."""
    found: list[Line] = []
    for _ in range(1 if mail.setting.avoid.shorter else most):
        line = mail.pick(kind, besides=found, own_angle_only=True)
        if line is None:
            break
        found.append(line)
    mail.bodies += len(found)
    return found


def _general(mail: Mail) -> list[Line]:
    """Passages of no special angle, where the angle has none of its own."""
    found: list[Line] = []
    bodies = sum(1 for x in mail.shelf.lines if x.passage and x.passage.kind == "body")
    one = mail.setting.product is not None or mail.setting.avoid.shorter or bodies < 6
    for _ in range((1 if one else 2) - mail.bodies):
        line = mail.pick("body", "proof", besides=found)
        if line is None:
            break
        found.append(line)
    mail.bodies += len(found)
    return found


def _what(mail: Mail) -> list[Line]:
    """Size, material and year."""
    product, language = mail.setting.product, mail.setting.language
    if product is None:
        return []
    said = frozenset(mail.said | mail.setting.avoid.subjects)
    forms = _what_forms(mail, said)
    named = say.name(product, language)
    if any(named in text for text in mail.texts):
        # The name was just said; it need not begin the next sentence too.
        forms = tuple(f for f in forms if named not in f) or forms
    return mail.form(forms, "size", "material", "year")


def _what_forms(mail: Mail, said: frozenset[str]) -> tuple[str, ...]:
    setting = mail.setting
    assert setting.product is not None
    measures = say.measures(setting.product, setting.language, said)
    if "," in measures:
        more = {"said": measures, "Said": say.upper(measures)}
        return texts(setting, "what", more=more)
    return texts(setting, "material") if measures else ()


def _condition(mail: Mail) -> list[Line]:
    product = mail.setting.product
    if product is None or mail.setting.avoid.shorter or "condition" in mail.said:
        return []
    text = say.condition(product, mail.setting.language)
    if mail.said_elsewhere(text) and mail.angle.id != "watchmaker":
        return []
    if not text or mail.repeats(text) or not fit_to_say(text, mail.setting):
        return []
    return [Line(text, frozenset({"condition"}))]


def _details(mail: Mail) -> list[Line]:
    """The product's own sentences: two where the angle is its inside, else the one that the other
    variants said least."""
    product = mail.setting.product
    if product is None:
        return []
    left = [
        Line(text, frozenset({f"detail{number}"}))
        for number, text in enumerate(say.details(product, mail.setting.language))
        if f"detail{number}" not in mail.said
        and fit_to_say(text, mail.setting)
        and not mail.repeats(text)
    ]
    if mail.angle.id == "watchmaker" and not mail.setting.avoid.shorter:
        return left[:2]
    wanted = stems(mail.setting.brief.goal.text)
    fresh = sorted(
        left,
        key=lambda line: (
            mail.said_elsewhere(line.text),
            not stems(line.text) & wanted,
            mail.setting.echo(line.text),
        ),
    )
    return fresh[: 1 if mail.setting.avoid.shorter else 2]


def _flaw(mail: Mail) -> list[Line]:
    product = mail.setting.product
    if product is None or "flaw" in mail.said | mail.setting.avoid.subjects:
        return []
    whole = say.flaw(product, mail.setting.language)
    forms = whole if len(whole) < 2 else texts(mail.setting, "flaw")
    return mail.form(forms, "flaw")


def _price(mail: Mail) -> list[Line]:
    """Price, warranty and stock: in the library's words where it has some, with what those leave
    out by rule."""
    setting = mail.setting
    product, avoided = setting.product, setting.avoid.subjects
    if product is None or (setting.others and mail.angle.id == "selection"):
        return []
    if "price" in mail.said and setting.offer is None:
        rest = [
            product_value(product, slot, setting.language)
            for slot, topic in (("warranty", "warranty"), ("one", "stock"))
            if topic not in mail.said | avoided
        ]
        text = " ".join(r if r.endswith(".") else f"{say.upper(r)}." for r in rest if r)
        return [Line(text, frozenset({"warranty", "stock"}))] if text else []
    if setting.offer is None and "price" not in avoided:
        found = mail.pick("offer", repeating=True, own_angle_only=True)
        if found is not None and "price" in found.says:
            return [found]
    says = ["price", "warranty", "stock"]
    if setting.offer is not None and "offer" not in avoided:
        says.append("offer")
    return mail.form(_price_forms(mail), *says)


def _price_forms(mail: Mail) -> tuple[str, ...]:
    """The price by rule, with warranty and stock; the reduced price with its reference."""
    setting, product = mail.setting, mail.setting.product
    assert product is not None
    avoided = setting.avoid.subjects | mail.said
    offer = setting.offer
    reduced = reduced_price(offer, product) if offer is not None else None
    one = "" if "stock" in avoided else product_value(product, "one", setting.language)
    if one and setting.echo(one) and mail.angle.id != "one_piece":
        one = one if setting.chance("stock") < _STOCK_EVERY else ""
    tail = f" {one}" if one else ""
    if offer is not None and reduced is not None and "offer" not in avoided:
        why = "" if "reason" in mail.said else f" {say.reason(setting)}"
        return tuple(f + why + tail for f in _reduced(mail, offer, reduced))
    if "price" in avoided:
        return (one,) if one else ()
    found = product_value(product, "warranty", setting.language)
    warranty = "" if "warranty" in avoided else found or ""
    more = {"warranty": warranty, "Warranty": say.upper(warranty)}
    key = "price_warranty" if warranty else "price"
    return tuple(f + tail for f in texts(setting, key, more=more))


def _reduced(mail: Mail, offer: Offer, reduced: Money) -> tuple[str, ...]:
    setting, product = mail.setting, mail.setting.product
    assert product is not None
    german = setting.language == "de"
    code = f"{' mit dem Code' if german else ' with the code'} {offer.code}" if offer.code else ""
    more = {
        "now": money_words(reduced, setting.language),
        "before": money_words(say.reference(product, offer), setting.language),
        "code": code,
    }
    return texts(setting, "reduced", more=more)


def _each(mail: Mail) -> list[Line]:
    """A line on each of several products: what it measures and what it costs."""
    setting = mail.setting
    found = []
    for product in (setting.product, *setting.others)[:3]:
        if product is None:
            continue
        parts = [say.measures(product, setting.language)]
        if setting.offer is None and "price" not in setting.avoid.subjects:
            parts.append(money_words(product.price, setting.language))
        facts = ", ".join(part for part in parts if part)
        more = {"The_one": say.upper(say.the(product, setting.language)), "facts": facts}
        found += mail.form(texts(setting, "each", more=more)) if facts else []
    return found


def _offer(mail: Mail) -> list[Line]:
    """The offer, once: from the library where a passage says all of it, else by rule."""
    setting = mail.setting
    if setting.offer is None or "offer" in mail.said | setting.avoid.subjects:
        return []
    found = mail.pick("offer", repeating=True)
    refers = say.references(setting)
    whole = found is not None and _says_all(found, mail)
    by_rule = mail.form(say.order_offer(setting), "offer")
    lines = [found] if found is not None and whole else by_rule
    if not refers or not lines or any(_REFERENCE.search(line.text) for line in lines):
        return lines
    return [*lines, *mail.form((refers,))]


def _says_all(line: Line, mail: Mail) -> bool:
    """Whether an offer passage names reduction, end and code."""
    offer, language = mail.setting.offer, mail.setting.language
    if offer is None:
        return False
    needed = [say.reduction(offer, language), say.short_day(offer, language), offer.code]
    return all(n in line.text for n in needed)


def _house(mail: Mail) -> list[Line]:
    """House facts: those that the brief names, or that suit the angle, not yet said."""
    setting = mail.setting
    most = 2 if mail.angle.id == "house" else 1
    if mail.bodies or mail.house >= most:
        return []
    if setting.product is not None and mail.angle.id in ("return", "topic", "offer"):
        return []
    words = HOUSE_WORDS.get(mail.angle.id, "")
    ranked = []
    for fact in setting.house:
        asked = fact.id in setting.asked
        named = asked or fact.id in setting.brief.fact_ids
        text = say.upper(fact.text if fact.text.endswith((".", "?")) else f"{fact.text}.")
        if not named and not (words and re.search(words, text, re.IGNORECASE)):
            continue
        if fact.id in mail.said or mail.said_elsewhere(text) or mail.repeats(text):
            continue
        if setting.product is not None and not suits(text, setting.product):
            continue
        of_price = setting.product is not None and setting.product.warranty_months
        if of_price and not asked and re.search(r"warranty|garantie", text, re.IGNORECASE):
            continue  # the price says it
        if setting.echo(text) > ENOUGH_ECHO and not asked:
            continue
        if fit_to_say(text, setting):
            chance = setting.chance(mail.angle.id, fact.id)
            ranked.append((not asked, not named, setting.echo(text) + chance / 4, text, fact.id))
    taken = sorted(ranked)[:most]
    mail.house += len(taken)
    return [Line(text, frozenset({fact_id})) for *_, text, fact_id in taken]


_PARTS: dict[Part, Callable[[Mail], list[Line]]] = {
    "what": _what,
    "condition": _condition,
    "details": _details,
    "flaw": _flaw,
    "house": _house,
    "library": _general,
    "price": _price,
    "each": _each,
    "offer": _offer,
}
