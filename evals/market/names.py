"""Names for invented people. Addresses end in .example.test, which nobody can own."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GERMAN_FIRST = _words(
    "Anna Lena Katharina Sabine Monika Petra Julia Birgit Claudia Eva Franziska Greta Hanna "
    "Ingrid Johanna Karin Lisa Maria Nina Renate Sophie Theresa Ursula Veronika Andreas "
    "Bernhard Christian Daniel Erik Florian Georg Hans Jonas Karl Lukas Markus Niklas Otto "
    "Peter Rainer Stefan Thomas Ulrich Walter Jörg Jürgen Günther Søren Zoë"
)
ENGLISH_FIRST = _words(
    "Alice Beth Charlotte Diana Emma Fiona Grace Helen Isla Jane Kate Laura Margaret Nora "
    "Olivia Rachel Sarah Victoria Adam Benjamin Charles David Edward Frank George Henry James "
    "Kenji Liam Matthew Noah Oliver Patrick Robert Samuel William Aiko Haruto Yuki Mei"
)
GERMAN_LAST = _words(
    "Bauer Becker Berger Böhm Brandt Eder Fischer Fuchs Graf Gruber Haas Hahn Hofer Huber Jung "
    "Kaiser Keller Klein König Krämer Lang Lehner Maier Mayer Moser Müller Neumann Obermeier "
    "Pichler Reiter Richter Roth Sauer Schäfer Schmid Schneider Schuster Seidl Stein Vogel "
    "Wagner Weber Weiß Winkler Wolf Zimmermann von-Arnim O'Neill"
)
ENGLISH_LAST = _words(
    "Adams Baker Bennett Brooks Carter Clarke Collins Cooper Davies Ellis Evans Foster Green "
    "Hall Harris Hughes Jackson Kelly Lewis Martin Mitchell Morgan Murphy Parker Reed Roberts "
    "Sato Shaw Tanaka Taylor Thompson Turner Walker Watson White Wood Wright Young"
)
MAIL_HOSTS = ("mail.example.test", "post.example.test", "web.example.test", "work.example.test")

_PLAIN = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "ë": "e", "'": "", " ": ""}
)


def plain(name: str) -> str:
    """A name as it stands in an address: lower case, ASCII."""
    return name.lower().translate(_PLAIN)
