"""What a command means by a speaker, a language and channels of a series."""

from __future__ import annotations

from typing import get_args

from domain.errors import WrongUsage
from domain.recording import Recording
from domain.series import PostChannel
from domain.words import Language


def channels_named(said: str) -> list[PostChannel]:
    """The channels of a list by commas. Raises WrongUsage."""
    known: tuple[PostChannel, ...] = get_args(PostChannel)
    named = [one.strip() for one in said.split(",") if one.strip()]
    unknown = [one for one in named if one not in known]
    if unknown or not named:
        raise WrongUsage(
            "unknown_channel",
            f"A series has no {', '.join(unknown) or 'channel'}.",
            next_step=f"The channels are {', '.join(known)}.",
        )
    return [one for one in known if one in named]


def speaker_in(recording: Recording, wanted: str, *, asked: bool) -> str:
    """What the recording calls the person: the whole name, or its first part. Notes name nobody,
    and are the person's own. Raises WrongUsage where it names others alone, or several fit."""
    names = recording.speakers()
    if not names:
        return ""
    first = wanted.split()[0].casefold() if wanted.split() else ""
    fits = [n for n in names if n.casefold() == wanted.casefold()] or [
        n for n in names if n.split()[0].casefold() == first
    ]
    if len(fits) == 1:
        return fits[0]
    raise WrongUsage(
        "unknown_speaker",
        f"Nobody in it is called {wanted}." if not fits else f"Several are called {wanted}.",
        thing=recording.source,
        next_step=f"Say which it is with --speaker: {', '.join(names)}."
        if asked or not fits
        else f"Say it with --speaker: {', '.join(fits)}.",
    )


def language_in(recording: Recording, said: str) -> Language:
    """The language asked for, or the one that most of it is spoken in. Raises WrongUsage."""
    from brand_voice.learning.language import language_of

    if said:
        known: tuple[Language, ...] = get_args(Language)
        for one in known:
            if one == said:
                return one
        raise WrongUsage(
            "unknown_language",
            f"There is no writing in {said} yet.",
            next_step=f"Say {' or '.join(known)}.",
        )
    found = language_of(" ".join(u.text for u in recording.utterances))
    if found is None:
        raise WrongUsage(
            "unknown_language",
            "It is neither English nor German, or too short to tell.",
            thing=recording.source,
            next_step="Say --language en or --language de.",
        )
    return found
