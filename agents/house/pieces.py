"""The house writer's pieces: one brief on every channel asked for, each from another angle.

All are made of the same stories (the mails that the house writer would write of this brief) and
the same facts, so that no channel says what another denies. Limits are honoured by taking shorter
sentences, never by cutting one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from agents.claims.support import sentences
from agents.house import copy_sentences as say
from agents.house import piece_short as short
from agents.house.piece_story import Stock, Story, claims_in, passages_in, stock
from agents.languages import words
from agents.tasks import PiecesAnswer, PiecesQuestion
from brand_voice.slots import product_value
from domain.draft import CallToAction, Claim, Fallback, Paragraph, ProductCard, Provenance
from domain.limits import FOLDS
from domain.pictures import PictureChannel
from domain.piece import (
    PUBLIC,
    FacebookPost,
    FormField,
    InstagramPost,
    LandingPage,
    LinkedInPost,
    MetaAd,
    MetaButton,
    PageForm,
    Piece,
    PieceChannel,
    Push,
    SearchAd,
    ShownPicture,
    Sms,
    YouTubeVideo,
)
from domain.sms import LONGEST_NAMES, measure
from domain.sms import filled as with_names

Make = Callable[[PiecesQuestion, Stock, Story], Piece]
_LIKES: Mapping[PieceChannel, tuple[str, ...]] = {
    "sms": ("offer", "one_piece", "visit", "service"),
    "push": ("offer", "launch", "price", "number", "visit"),
    "landing_page": ("watchmaker", "flaw_first", "selection", "service", "topic"),
    "search_ad": ("number", "price", "offer"),
    "meta_ad": ("flaw_first", "one_piece", "price"),
    "linkedin": ("watchmaker", "flaw_first", "provenance", "house"),
    "instagram": ("flaw_first", "launch", "watchmaker", "topic"),
    "facebook": ("visit", "topic", "return", "selection"),
    "youtube": ("watchmaker", "number", "house"),
}
"""Angles that suit a channel best; others are taken where they are used up or have no facts."""
_THIN = 45
"""Words below which a page says more of the house."""
_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "…": "...", "\xa0": " "}
)
"""Typography that would turn a text message into UCS-2, with seventy characters a part."""


def write_pieces(given: PiecesQuestion) -> PiecesAnswer:
    """A piece for each channel that there is something to say on."""
    made: list[Piece] = []
    used: list[str] = []
    stocks: dict[bool, Stock] = {}
    for channel in dict.fromkeys(given.channels):
        public = channel in PUBLIC
        if public not in stocks:
            stocks[public] = stock(given, public=public)
        found = stocks[public]
        story = _story_for(channel, found, used)
        if story is None:
            continue
        used.append(story.angle)
        made.append(_sourced(_MAKES[channel](given, found, story), found, given))
    return PiecesAnswer(pieces=tuple(made))


def _story_for(channel: PieceChannel, found: Stock, used: Sequence[str]) -> Story | None:
    """The angle that suits the channel best among those told least so far."""
    likes = _LIKES[channel]
    ranked = sorted(
        found.stories,
        key=lambda s: (
            used.count(s.angle),
            s.angle == "plain",
            likes.index(s.angle) if s.angle in likes else len(likes),
        ),
    )
    return ranked[0] if ranked else None


def _sourced(piece: Piece, found: Stock, given: PiecesQuestion) -> Piece:
    texts = [text for _, text in piece.texts()]
    fields = [f for f in ("first_name", "last_name") if f"{{{{{f}}}}}" in " ".join(texts)]
    claims: tuple[Claim, ...] = claims_in(texts, found.stories, found.shelf)
    return piece.model_copy(
        update={
            "claims": claims,
            "fallbacks": tuple(Fallback(field=f, text="") for f in fields),
            "provenance": Provenance(
                brief_hash=given.brief.hash(),
                passage_ids=passages_in(texts, found.shelf),
                guide_version=given.guide.version(),
                model="house",
            ),
        }
    )


def _sms(given: PiecesQuestion, found: Stock, story: Story) -> Piece:
    """In two parts of GSM-7 with address and opt-out, or one where that says enough."""
    kept = words(found.setting.language, "pieces")["sms"]
    terms = given.sms
    dumb = bool(terms.sender) and not terms.sender.lstrip("+").isdigit()
    link = kept["opt_out_link"].format(link=terms.opt_out_url or given.link)
    opt_out = link if dumb else kept["opt_out"]
    brand = f"{given.guide.brand}: "
    call = kept["call"].format(call=story.call) if story.call else ""

    def parts(text: str) -> int:
        whole = f"{brand}{text} {call} {given.link}{'x' * 72} {opt_out}".translate(_PLAIN)
        return measure(with_names(whole, LONGEST_NAMES)).units

    text = short.compose(story, found, 300, must=short.prices(found), measure=parts)
    said = f"{brand}{text} {call}".strip().translate(_PLAIN)
    return Sms(
        id="sms-a", angle=story.angle, language=found.setting.language, text=said,
        url=given.link, opt_out=opt_out, sender=terms.sender, country=terms.country,
    )  # fmt: skip


def _push(given: PiecesQuestion, found: Stock, story: Story) -> Piece:
    title = _title(found, story, 50)
    body = short.compose(_without(story, title), found, 150, must=short.prices(found))
    return Push(
        id="push-a", angle=story.angle, language=found.setting.language, title=title, body=body,
        deeplink=given.link, picture=_picture(found, "push"),
    )  # fmt: skip


def _landing_page(given: PiecesQuestion, found: Stock, story: Story) -> Piece:
    setting, terms = found.setting, given.page
    language = setting.language
    form = None
    if terms.form_action:
        kept = words(language, "pieces")["form"]
        kpi = setting.kpi if setting.kpi in kept["heading"] else "other"
        fields: tuple[FormField, ...] = ("first_name", "email", "message")
        if kpi == "viewing_booked":
            fields = ("first_name", "email", "phone", "message")
        form = PageForm(
            heading=kept["heading"][kpi], fields=fields, button=kept["button"][kpi],
            consent=kept["consent"].format(brand=given.guide.brand).strip(),
            action=terms.form_action,
        )  # fmt: skip
    paragraphs = (*story.paragraphs[1:], story.closing)
    if len(" ".join((story.lead, *paragraphs)).split()) < _THIN:
        paragraphs = (*paragraphs, *short.besides((story.lead, *paragraphs), found, 4))
    shown = setting.product if _may_show(found, "landing_page") else None
    card = (ProductCard(product_id=shown.id),) if shown is not None else ()
    title = _title(found, story, 60)
    about = short.compose(_without(story, title), found, 155, must=short.prices(found))
    return LandingPage(
        id="landing_page-a", angle=story.angle, language=language, title=title,
        description=about, headline=story.title or title, lead=story.lead,
        blocks=(*card, *(Paragraph(text=p) for p in paragraphs if p)), form=form,
        cta=CallToAction(text=story.call, url=given.link) if story.call else None,
        url=terms.url, indexed=terms.indexed, privacy_url=terms.privacy_url,
        legal=tuple(
            line.text
            for line in given.guide.legal
            if line.language == language and "imprint" in line.id
        ),
    )  # fmt: skip


def _search_ad(given: PiecesQuestion, found: Stock, story: Story) -> Piece:
    headlines = short.headlines(found, 30, 15)
    return SearchAd(
        id="search_ad-a", angle=story.angle, language=found.setting.language, headlines=headlines,
        descriptions=short.descriptions(found, 90, 4, headlines), paths=_paths(found),
        url=given.link,
    )  # fmt: skip


def _paths(found: Stock) -> tuple[str, ...]:
    product = found.setting.product
    if product is None:
        return ()
    kept = words(found.setting.language, "pieces")["categories"]
    category = str(kept.get(product.category, product.category)).casefold()
    year = str(product.year) if product.year is not None else ""
    return tuple(p for p in (re.sub(r"\s+", "-", category), year) if 0 < len(p) <= 15)


def _meta_ad(given: PiecesQuestion, found: Stock, story: Story) -> Piece:
    title = _title(found, story, 40)
    text = short.compose(_without(story, title), found, 125, must=short.prices(found))
    shown = [h for h in short.headlines(found, 30, 15) if h not in (title, given.guide.brand)]
    buttons: dict[str, MetaButton] = {
        "viewing_booked": "BOOK_TRAVEL", "service_booked": "CONTACT_US",
        "purchase": "SHOP_NOW", "revenue": "SHOP_NOW", "click": "LEARN_MORE",
    }  # fmt: skip
    cta = "GET_OFFER" if found.setting.offer is not None else buttons[found.setting.kpi]
    return MetaAd(
        id="meta_ad-a", angle=story.angle, language=found.setting.language, primary_text=text,
        headline=title, description=next((h for h in shown if h not in text), ""),
        cta=cta, url=given.link, picture=_picture(found, "meta_ad"),
    )  # fmt: skip


def _linkedin(given: PiecesQuestion, found: Stock, story: Story) -> Piece:
    told = [_line(story.title), *_broken(story.paragraphs), story.closing]
    return LinkedInPost(
        id="linkedin-a", angle=story.angle, language=found.setting.language,
        text=_paragraphs(told), url=given.link, hashtags=_hashtags(found),
        picture=_picture(found, "linkedin"),
    )  # fmt: skip


def _instagram(given: PiecesQuestion, found: Stock, story: Story) -> Piece:
    kept = words(found.setting.language, "pieces")
    call = kept["in_profile"].format(call=story.call) if story.call else ""
    told = [*_opened(story, FOLDS["instagram"][1]), story.closing, call]
    return InstagramPost(
        id="instagram-a", angle=story.angle, language=found.setting.language,
        text=_paragraphs(told), hashtags=_hashtags(found), picture=_picture(found, "instagram"),
    )  # fmt: skip


def _facebook(given: PiecesQuestion, found: Stock, story: Story) -> Piece:
    text = short.compose(story, found, FOLDS["facebook"][1] - 40, must=short.prices(found))
    told = [*_two(text), f"{story.call}:" if story.call else ""]
    return FacebookPost(
        id="facebook-a", angle=story.angle, language=found.setting.language,
        text=_paragraphs(told), url=given.link, picture=_picture(found, "facebook"),
    )  # fmt: skip


def _youtube(given: PiecesQuestion, found: Stock, story: Story) -> Piece:
    told = [*_opened(story, FOLDS["youtube"][1]), story.closing]
    told.append(f"{story.call}:" if story.call else "")
    return YouTubeVideo(
        id="youtube-a", angle=story.angle, language=found.setting.language,
        title=_title(found, story, 70), description=_paragraphs(told), url=given.link,
        hashtags=_hashtags(found),
    )  # fmt: skip


_MAKES: Mapping[PieceChannel, Make] = {
    "sms": _sms,
    "push": _push,
    "landing_page": _landing_page,
    "search_ad": _search_ad,
    "meta_ad": _meta_ad,
    "linkedin": _linkedin,
    "instagram": _instagram,
    "facebook": _facebook,
    "youtube": _youtube,
}


def _title(found: Stock, story: Story, most: int) -> str:
    """The story's title, or another line of facts that fits."""
    options = (story.title, *short.headlines(found, most, 15), found.setting.guide.brand)
    return next((t for t in options if 0 < len(t) <= most), "")


def _without(story: Story, title: str) -> Story:
    """The story below its title: a beginning that only says the title again is left out."""
    lead = " ".join(s for s in sentences(story.lead) if s.rstrip(".") != title)
    if lead == story.lead:
        return story
    rest = story.paragraphs[1:]
    return Story(
        story.angle, story.title, story.preheader, (lead, *rest) if lead else rest,
        story.closing, story.call, story.claims, story.passage_ids,
    )  # fmt: skip


def _opened(story: Story, fold: int) -> list[str]:
    """The paragraphs, with a first line that is seen whole before the fold."""
    first = sentences(story.lead)[:1]
    if first and len(first[0]) <= fold:
        return list(story.paragraphs)
    return [_line(story.title), *story.paragraphs]


def _line(title: str) -> str:
    """A title as a sentence of its own."""
    return f"{title}." if title and title[-1] not in ".?!" else title


def _broken(paragraphs: Sequence[str]) -> list[str]:
    """Short paragraphs, as a feed is read: at most two sentences each."""
    found = []
    for paragraph in paragraphs:
        told = sentences(paragraph)
        found += [" ".join(told[n : n + 2]) for n in range(0, len(told), 2)]
    return found


def _two(text: str) -> list[str]:
    told = sentences(text)
    return [" ".join(told[:1]), " ".join(told[1:])]


def _paragraphs(told: Sequence[str]) -> str:
    return "\n\n".join(dict.fromkeys(p for p in told if p))


def _hashtags(found: Stock) -> tuple[str, ...]:
    """The house and what it shows: no tag that only asks for reach."""
    product, language = found.setting.product, found.setting.language
    tags = [found.setting.guide.brand]
    if product is not None:
        tags.append(str(words(language, "pieces")["categories"].get(product.category, "")))
    return tuple(re.sub(r"\W", "", tag) for tag in tags if tag)


def _picture(found: Stock, channel: PictureChannel) -> ShownPicture | None:
    """The product's photo, where its rights cover the channel and the days."""
    product, language = found.setting.product, found.setting.language
    if product is None or not _may_show(found, channel):
        return None
    named = product_value(product, "name", language) or product.name
    alt = product.picture_says(language)
    return ShownPicture(product_id=product.id, alt=alt or say.upper(named))


def _may_show(found: Stock, channel: PictureChannel) -> bool:
    product = found.setting.product
    if product is None or product.photo is None:
        return False
    rights = product.photo.rights
    if rights is None:
        return True
    until = rights.valid_until
    lasts = until is None or until >= found.setting.brief.send_until
    return lasts and channel in rights.channels
