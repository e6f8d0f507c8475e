"""What stands around a mail's body: subject, preheader, opening, closing and call to action."""

from __future__ import annotations

from agents.house import copy_sentences as say
from agents.house.copy_mail import Mail
from agents.house.copy_passages import Line, alike, asks_for, fit_to_say
from agents.house.copy_scripts import Script
from agents.house.copy_words import texts
from domain.words import money_words

_LONGEST_CTA = 40
_LONGEST_PREHEADER = 110


def opening(script: Script, mail: Mail) -> None:
    """Take the first sentence: of a past letter, which the mail then leans on, or by rule."""
    found = mail.pick("opening")
    if found is not None:
        mail.take(found)
        mail.letter = found.source
        return
    for made in mail.turned(script.openings):
        allowed = mail.setting.allows("opening", made.text)
        if allowed and made.text not in mail.before and fit_to_say(made.text, mail.setting):
            mail.take(Line(made.text, made.says))
            return


def subject(script: Script, mail: Mail) -> Line:
    """The opening letter's own subject, or one of the angle where the opening is the rule's; else
    the rule's. Always within the limit."""
    limit = mail.setting.guide.subject_most_characters
    found = mail.shelf.best(
        ("subject",),
        mail.angle,
        used=mail.used,
        texts=mail.before,
        near=mail.letter,
        own_angle_only=True,
    )
    if found is not None and mail.letter in ("", found.source) and len(found.text) <= limit:
        return Line(found.text.rstrip("."), found.says, found.passage)
    forms = [
        f
        for f in mail.turned(script.subjects)
        if f and len(f) <= limit and mail.setting.allows("subject", f)
    ]
    fresh = [f for f in forms if f not in mail.before and fit_to_say(f, mail.setting)]
    if fresh or forms:
        return Line((fresh or forms)[0])
    product, language = mail.setting.product, mail.setting.language
    named = say.upper(say.name(product, language)) if product else ""
    brand = mail.setting.guide.brand
    plain = f"Ein Brief von {brand}" if language == "de" else f"A letter from {brand}"
    return Line(named if 0 < len(named) <= limit else plain[:limit])


def preheader(script: Script, mail: Mail, after: str) -> Line:
    """What the subject, ``after``, does not say."""
    found = mail.shelf.best(
        ("preheader",),
        mail.angle,
        used=mail.used,
        texts=(after,),
        near=mail.source,
        own_angle_only=True,
    )
    if found is not None and mail.source in ("", found.source):
        return found
    for made in mail.turned(script.preheaders):
        fits = len(made) <= _LONGEST_PREHEADER and fit_to_say(made, mail.setting)
        fits = fits and mail.setting.allows("preheader", made)
        said = any(made.rstrip(".") in text for text in mail.texts)
        if fits and not said and not alike(made, after):
            return Line(made)
    return Line(_any_preheader(mail, after))


def _any_preheader(mail: Mail, after: str) -> str:
    """A fact to follow the subject, where the angle has none."""
    setting = mail.setting
    product = setting.product
    if product is None:
        texts = sorted(
            (f.text for f in setting.house), key=lambda t: setting.chance("preheader", after, t)
        )
    else:
        texts = [*say.details(product, setting.language)]
        if "price" not in setting.avoid.subjects and setting.offer is None:
            texts.append(f"{money_words(product.price, setting.language)}.")
    fit = (
        t
        for t in texts
        if len(t) <= 90
        and fit_to_say(t, setting)
        and not alike(t, after)
        and not any(t.rstrip(".") in said for said in mail.texts)
    )
    return next(fit, "")


def closing(mail: Mail) -> Line | None:
    """A last word of the opening's own letter, or of the angle, or of no special occasion."""
    if mail.setting.avoid.shorter:
        return None
    return mail.pick("closing", repeating=True)


def call(mail: Mail) -> Line:
    """The letter's own call, or one of the angle that asks for what the brief wants."""
    found = mail.shelf.best(
        ("cta",), mail.angle, used=mail.used, near=mail.source, letter=mail.letter
    )
    if found is not None and found.text not in mail.before:
        own_letter = bool(mail.letter) and found.source == mail.letter
        if own_letter or asks_for(found.text, mail.setting.kpi):
            return Line(found.text.rstrip("."), found.says, found.passage)
    kpi = "purchase" if mail.setting.kpi == "revenue" else mail.setting.kpi
    if mail.angle.id == "announce":
        kpi = "click"  # news of the house asks for no viewing
    forms = texts(mail.setting, "calls", kpi)
    if mail.setting.product is not None and kpi in ("purchase", "click"):
        made = texts(mail.setting, "calls", "product")
        forms = tuple(f for f in made if len(f) <= _LONGEST_CTA)
    turned = mail.turned(forms)
    return Line(next((f for f in turned if f not in mail.before), turned[0]))
