"""Pieces: copy for the channels beside a campaign's mail, each with what its platform asks for.

A piece is exported and placed by people; what a campaign itself sends is ``domain.draft``. The
platforms' limits are data in ``domain.limits``; a piece that exceeds one is still a piece, so that
the critic can say so.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from domain.draft import (
    CallToAction,
    Claim,
    Fallback,
    Heading,
    Paragraph,
    ProductCard,
    Provenance,
)
from domain.frozen import Frozen, content_hash

PieceChannel = Literal[
    "sms",
    "push",
    "landing_page",
    "search_ad",
    "meta_ad",
    "linkedin",
    "instagram",
    "facebook",
    "youtube",
]

PUBLIC: frozenset[PieceChannel] = frozenset(
    {"landing_page", "search_ad", "meta_ad", "linkedin", "instagram", "facebook", "youtube"}
)
"""Read by anybody, so that no name can be filled in and nothing is known of the reader; the others
go to people of the audience."""

Placed = tuple[tuple[str, str], ...]
"""(place, text or address), in reading order."""


class ShownPicture(Frozen):
    """The photo of a product of the facts, and what it shows in words."""

    product_id: str
    alt: str = ""
    """For those who do not see it, in the piece's language."""


class _Piece(Frozen):
    """What every piece has, as every mail's Variant does."""

    id: str
    """``sms-a``, ``search_ad-a``, …: unique in its set."""
    angle: str
    """The reason to read it, as in ``Variant.angle``."""
    language: Literal["en", "de"] = "en"
    claims: tuple[Claim, ...] = ()
    fallbacks: tuple[Fallback, ...] = ()
    provenance: Provenance = Provenance()

    def hash(self) -> str:
        return content_hash(self)


class Sms(_Piece):
    """A text message: what is said, where it leads, and how to end it, sent as one text."""

    channel: Literal["sms"] = "sms"
    text: str
    """May hold ``{{first_name}}`` and ``{{last_name}}``."""
    url: str = ""
    opt_out: str = ""
    """The line that ends such messages, by the recipient's country and language."""
    sender: str = ""
    """The number it comes from, or up to eleven letters, to which nobody can reply."""
    country: str = "DE"
    """Where it is received (ISO 3166-1 alpha-2); the legal lines follow from it."""

    def whole(self) -> str:
        """What is sent, fields unfilled."""
        return " ".join(part for part in (self.text, self.url, self.opt_out) if part)

    def texts(self) -> Placed:
        return _said(("text", self.text), ("opt_out", self.opt_out))

    def links(self) -> Placed:
        return _said(("url", self.url))


class Push(_Piece):
    """A notification of the brand's own app."""

    channel: Literal["push"] = "push"
    title: str
    body: str
    deeplink: str
    """An address of the app or of the site."""
    picture: ShownPicture | None = None

    def texts(self) -> Placed:
        return _said(("title", self.title), ("body", self.body), *_alt(self.picture))

    def links(self) -> Placed:
        return _said(("deeplink", self.deeplink))


FormField = Literal["email", "first_name", "last_name", "phone", "message"]
PageBlock = Annotated[Heading | Paragraph | ProductCard, Field(discriminator="kind")]


class PageForm(Frozen):
    """The form of a landing page."""

    heading: str
    fields: tuple[FormField, ...] = ("first_name", "email")
    button: str
    consent: str
    """What a person agrees to by ticking the box, which is never ticked before."""
    action: str
    """The https address that takes the form."""

    def texts(self) -> Placed:
        return (
            ("form.heading", self.heading),
            ("form.consent", self.consent),
            ("form.button", self.button),
        )


class LandingPage(_Piece):
    """One page for one campaign, exported as one file."""

    channel: Literal["landing_page"] = "landing_page"
    title: str
    """Of the window and of search results."""
    description: str
    """Below the title in search results."""
    headline: str
    lead: str
    blocks: tuple[PageBlock, ...] = ()
    form: PageForm | None = None
    cta: CallToAction | None = None
    """A button that leads on, beside the form or in its place."""
    url: str = ""
    """Where the page will stand."""
    indexed: bool = False
    """Whether search engines may list it."""
    legal: tuple[str, ...] = ()
    """Imprint and what is done with the form's data, as they stand at its foot."""
    privacy_url: str = ""

    def texts(self) -> Placed:
        form = self.form
        return _said(
            ("title", self.title),
            ("description", self.description),
            ("headline", self.headline),
            ("lead", self.lead),
            *(
                (f"blocks[{number}]", block.text)
                for number, block in enumerate(self.blocks)
                if isinstance(block, Heading | Paragraph)
            ),
            ("cta", self.cta.text if self.cta else ""),
            *(form.texts() if form is not None else ()),
            *_numbered("legal", self.legal),
        )

    def links(self) -> Placed:
        return _said(
            ("url", self.url),
            ("cta", self.cta.url if self.cta else ""),
            ("form.action", self.form.action if self.form else ""),
            ("privacy_url", self.privacy_url),
        )


class SearchAd(_Piece):
    """A responsive search ad of Google Ads, which joins headlines and descriptions as it likes:
    each must stand by itself."""

    channel: Literal["search_ad"] = "search_ad"
    headlines: tuple[str, ...]
    descriptions: tuple[str, ...]
    paths: tuple[str, ...] = ()
    """Up to two words shown behind the host; they need not exist."""
    url: str

    def texts(self) -> Placed:
        return _said(
            *_numbered("headlines", self.headlines),
            *_numbered("descriptions", self.descriptions),
            *_numbered("paths", self.paths),
        )

    def links(self) -> Placed:
        return _said(("url", self.url))


MetaButton = Literal[
    "BOOK_TRAVEL",  # shown as "Book now"
    "CONTACT_US",
    "GET_DIRECTIONS",
    "GET_OFFER",
    "LEARN_MORE",
    "SHOP_NOW",
    "SIGN_UP",
    "SUBSCRIBE",
]
"""``call_to_action.type`` of Meta's Marketing API, as far as a shop or boutique needs it."""


class MetaAd(_Piece):
    """An ad on Facebook and Instagram."""

    channel: Literal["meta_ad"] = "meta_ad"
    primary_text: str
    headline: str
    description: str = ""
    cta: MetaButton = "LEARN_MORE"
    url: str
    picture: ShownPicture | None = None

    def texts(self) -> Placed:
        return _said(
            ("primary_text", self.primary_text),
            ("headline", self.headline),
            ("description", self.description),
            *_alt(self.picture),
        )

    def links(self) -> Placed:
        return _said(("url", self.url))


class _Post(_Piece):
    """A post of a social network."""

    text: str
    hashtags: tuple[str, ...] = ()
    """Without the ``#``."""
    url: str = ""
    picture: ShownPicture | None = None

    def whole(self) -> str:
        """What is posted: text, address and tags, a line between them."""
        tags = " ".join(f"#{tag}" for tag in self.hashtags)
        return "\n\n".join(part for part in (self.text, self.url, tags) if part)

    def texts(self) -> Placed:
        return _said(
            ("text", self.text), *_numbered("hashtags", self.hashtags), *_alt(self.picture)
        )

    def links(self) -> Placed:
        return _said(("url", self.url))


class LinkedInPost(_Post):
    channel: Literal["linkedin"] = "linkedin"


class InstagramPost(_Post):
    """Its ``text`` is the caption. Addresses in captions cannot be followed, so ``url`` stays
    empty; without a picture it cannot be posted."""

    channel: Literal["instagram"] = "instagram"


class FacebookPost(_Post):
    channel: Literal["facebook"] = "facebook"


class YouTubeVideo(_Piece):
    """What stands beside a video. The description's first lines are all that most people see."""

    channel: Literal["youtube"] = "youtube"
    title: str
    description: str
    url: str = ""
    hashtags: tuple[str, ...] = ()

    def whole(self) -> str:
        """The description as it is pasted: text, address and tags."""
        tags = " ".join(f"#{tag}" for tag in self.hashtags)
        return "\n\n".join(part for part in (self.description, self.url, tags) if part)

    def texts(self) -> Placed:
        return _said(
            ("title", self.title),
            ("description", self.description),
            *_numbered("hashtags", self.hashtags),
        )

    def links(self) -> Placed:
        return _said(("url", self.url))


Piece = Annotated[
    Sms
    | Push
    | LandingPage
    | SearchAd
    | MetaAd
    | LinkedInPost
    | InstagramPost
    | FacebookPost
    | YouTubeVideo,
    Field(discriminator="channel"),
]
PIECE: TypeAdapter[Piece] = TypeAdapter(Piece)
"""Reads and writes any piece."""


class PieceSet(Frozen):
    """The pieces of one brief: one message, one offer, the same facts on every channel."""

    brief_hash: str
    pieces: tuple[Piece, ...]
    label: str = ""
    """As ``Draft.label``."""

    def hash(self) -> str:
        return content_hash(self)


def _said(*placed: tuple[str, str]) -> Placed:
    """Those that say something."""
    return tuple((place, text) for place, text in placed if text)


def _numbered(place: str, texts: tuple[str, ...]) -> Placed:
    return tuple((f"{place}[{number}]", text) for number, text in enumerate(texts))


def _alt(picture: ShownPicture | None) -> Placed:
    return (("picture.alt", picture.alt),) if picture is not None else ()
