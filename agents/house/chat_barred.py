"""What may not be done, said in the conversation's language with the nearest that can be."""

from __future__ import annotations

import re

from agents.conversing.memory import Language
from agents.conversing.words import pick, share
from agents.house.goal_text import lowered
from domain.facts import Facts, Product
from domain.goal import Goal, Impossible
from domain.voice import Guide
from domain.words import money_words

_GERMAN: dict[str, tuple[str, str]] = {
    "without_consent": (
        "Angeschrieben werden nur Menschen, die nachweislich zugestimmt haben",
        "alle, die Mails zugestimmt haben",
    ),
    "ignores_unsubscribe": (
        "Wer sich abgemeldet hat, bekommt keine Mails mehr, und jede Mail hat einen Abmeldelink",
        "alle, die zugestimmt und sich nicht abgemeldet haben",
    ),
    "unprovable_claim": (
        "Kein Fakt der Marke belegt das",
        "was die Fakten belegen: Preis, Alter, Zustand, Wartung, Garantie",
    ),
    "channel_missing": (
        "Eine Kampagne verschickt nur E-Mail; SMS, Seiten, Anzeigen und Beiträge entstehen daneben",
        "dieselbe Nachricht per E-Mail, und nach dem Ja zum Briefing Texte für die anderen Kanäle "
        "auf der Seite der Kampagne (Other channels), die Sie selbst veröffentlichen",
    ),
    "past_date": ("Dieser Tag ist vorbei", "ein Tag ab morgen"),
    "guaranteed_result": (
        "Was eine Mail bringt, wird danach gemessen; versprechen kann es niemand",
        "ein Ziel, mit dem, was der Test zeigen kann",
    ),
    "personal_data_out": (
        "Namen und Adressen verlassen den Arbeitsbereich nicht",
        "Größe und Kennzahlen der Zielgruppe; Personen werden verdeckt gezeigt",
    ),
    "skip_approval": (
        "Nichts geht hinaus, bevor ein Mensch genau das freigegeben hat",
        "eine Freigabe durch jemanden, der das Recht hat",
    ),
    "protected_trait": (
        "Geschlecht und Alter sind nicht erfasst und dürfen nicht aus einem Namen geraten werden",
        "alle, nach dem, was sie gekauft haben",
    ),
    "false_scarcity": (
        "Knappheit wird nur gesagt, wo der Bestand sie sagt", "der wahre Bestand",
    ),
    "unknown_segment": (
        "Die Daten kennen das nicht",
        "Menschen nach Käufen, Wert, Besichtigungen und Wartungen",
    ),
    "discount_too_high": (
        "So viel Nachlass sagt, dass der Preis falsch war",
        "ein Nachlass, den der Leitfaden erlaubt",
    ),
    "price_reference": (
        "Ein Nachlass bezieht sich auf den niedrigsten Preis der letzten 30 Tage (§ 11 PAngV)",
        "der Preis, und daneben der niedrigste der letzten 30 Tage",
    ),
    "impersonation": (
        "Eine Mail sagt wahr, wer sie schreibt und was sie ist", "eine Mail im Namen der Marke",
    ),
    "sensitive_data": (
        "Gesundheit, Glaube, Orientierung, Politik und Verluste sind keine Daten für Mails",
        "Menschen nach dem, was sie gekauft oder angesehen haben",
    ),
    "contradiction": ("Das widerspricht sich", "eines von beidem"),
}  # fmt: skip

OCCASIONS = re.compile(
    r"jahrestag|hochzeitstag|geburtstag|birthday|anniversar|name days?|wedding day"
)
_INFORMAL = re.compile(
    r"\bper du\b|\bduzen\b|\bgeduzt\b|\bmit du\b|\bdu-form\b|\binformal ?\"?du\b"
)
_LOUD = re.compile(r"\bemojis?\b|\bexclamation\b|\bausrufezeichen\b|!!+|\ball caps\b|\bcapitals\b")


def bar(one: Impossible, language: Language) -> str:
    """Why this part of a wish is not done, and the nearest that is."""
    if language == "de" and one.code in _GERMAN:
        why, instead = _GERMAN[one.code]
        return f"„{one.words}“: {why}. Stattdessen: {instead}."
    return f"“{one.words}”: {one.why.rstrip('.')}. Instead: {one.instead}."


def is_occasion(one: Impossible) -> bool:
    """A day of people's lives that no data hold."""
    return one.code == "unknown_segment" and bool(OCCASIONS.search(lowered(one.words)))


def manner(text: str, guide: Guide, language: Language) -> tuple[str, ...]:
    """Wishes about the tone that the brand's guide does not allow."""
    plain = lowered(text)
    found = []
    formal = any("Sie" in line for line in guide.principles) or any(
        "Sie" in f"{g.with_name} {g.without_name}" for g in guide.greetings
    )
    if _INFORMAL.search(plain) and formal:
        found.append(
            pick(
                language,
                "“Du”: the guide says Sie, “Guten Tag”. The mail will say Sie.",
                "„Du“: Der Leitfaden sagt Sie, „Guten Tag“. Die Mail wird Sie sagen.",
            )
        )
    if _LOUD.search(plain) and not (guide.emoji and guide.exclamation_marks):
        found.append(
            pick(
                language,
                "The guide allows no emoji, exclamation marks or capitals; the mail does without.",
                "Der Leitfaden erlaubt keine Emojis, Ausrufezeichen oder Großschreibung; die Mail "
                "kommt ohne aus.",
            )
        )
    return tuple(found)


def reduction(goal: Goal, guide: Guide, facts: Facts, language: Language) -> str:
    """A reduction beyond the guide: its bound, and the price that it would refer to."""
    wanted = None if goal.offer is None else goal.offer.most_share
    if wanted is None or wanted <= guide.percent_off_most:
        return ""
    most = share(guide.percent_off_most, language)
    prices = "; ".join(
        _price(product, guide.percent_off_most, language)
        for product_id in goal.products[:2]
        if (product := facts.product(product_id)) is not None
    )
    return pick(
        language,
        f"{share(wanted, language)} off: the guide allows {most} at most, and a reduction refers "
        f"to the lowest price of the last 30 days. {prices}",
        f"{share(wanted, language)} Nachlass: Der Leitfaden erlaubt höchstens {most}, und ein "
        "Nachlass bezieht sich auf den niedrigsten Preis der letzten 30 Tage (§ 11 PAngV). "
        f"{prices}",
    ).strip()


def _price(product: Product, most: float, language: Language) -> str:
    lowest = product.lowest_price_30_days
    name = _name(product, language)
    price = money_words(product.price, language)
    if lowest is None:
        return pick(
            language,
            f"{name}: {price}; its lowest price of 30 days is not known, so nothing can be taken "
            "off yet.",
            f"{name}: {price}; der niedrigste Preis der 30 Tage ist nicht bekannt, also geht noch "
            "kein Nachlass.",
        )
    reduced = money_words(lowest.times(1).model_copy(
        update={"amount": (lowest.amount * (100 - round(most * 100)) / 100)}
    ), language)  # fmt: skip
    return pick(
        language,
        f"{name}: {price}, lowest of 30 days {money_words(lowest, language)}, so not below "
        f"{reduced}.",
        f"{name}: {price}, niedrigster der 30 Tage {money_words(lowest, language)}, also nicht "
        f"unter {reduced}.",
    )


def _name(product: Product, language: Language) -> str:
    """The product's name in a language, where the facts have it."""
    named = product.notes.get(f"{language}.name")
    return named[0] if named else product.name
