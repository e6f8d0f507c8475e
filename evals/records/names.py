"""Words that invented people and their addresses are made of, the commoner ones first."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FEMALE: tuple[tuple[str, ...], ...] = tuple(
    _words(line)
    for line in (
        "Maria Mia Marie Mitzi",
        "Anna Anni Änne",
        "Katharina Kathi Käthe Nina Kati",
        "Elisabeth Lisa Elli Sissi Lilo",
        "Sabine Bine",
        "Susanne Susi Sanne",
        "Claudia",
        "Petra",
        "Monika Moni",
        "Andrea",
        "Julia Jule Julchen",
        "Stefanie Steffi",
        "Christine Tina Chris",
        "Nicole Nicki",
        "Birgit Biggi",
        "Karin",
        "Ursula Uschi Ulla",
        "Renate Reni",
        "Gabriele Gabi",
        "Angelika Geli",
        "Heike",
        "Sandra",
        "Martina Tina",
        "Barbara Babsi Bärbel",
        "Brigitte Gitti",
        "Laura",
        "Sarah",
        "Lena",
        "Leonie Leo",
        "Johanna Hanna Jojo",
        "Franziska Franzi",
        "Theresa Resi",
        "Magdalena Leni Magda",
        "Charlotte Lotte",
        "Veronika Vroni",
        "Eva",
        "Ingrid",
        "Helga",
        "Alexandra Alex Sandra",
        "Melanie Melli",
        "Daniela Dani",
        "Manuela Manu",
        "Cornelia Conny",
        "Annette",
        "Silke",
        "Kerstin",
        "Tanja",
        "Anja",
        "Sonja",
        "Silvia",
        "Carmen",
        "Jana",
        "Jessica Jessy",
        "Jennifer Jenny Jen",
        "Michelle",
        "Vanessa Nessi",
        "Isabella Isa Bella",
        "Hannah",
        "Emma",
        "Sophie",
        "Emily",
        "Amelie",
        "Clara",
        "Mathilda Tilda",
        "Greta",
        "Frieda",
        "Ida",
        "Zoë",
        "Margarete Grete Gretel",
        "Hildegard Hilde",
        "Gertrud Trude",
        "Ilse",
        "Elfriede Friedel",
        "Rosemarie Rosi",
        "Victoria Vicky Tori",
        "Rebecca Becky Becca",
        "Margaret Maggie Peggy Meg",
        "Patricia Pat Patty",
        "Deborah Debbie Deb",
        "Kimberly Kim",
        "Samantha Sam",
        "Abigail Abby Gail",
        "Catherine Cathy Kate",
        "Olivia Liv",
        "Grace",
        "Chloe",
        "Alice",
        "Fiona",
        "Fatma",
        "Ayşe",
        "Elif",
        "Zeynep",
        "Aleksandra Ola",
        "Agnieszka Aga",
        "Małgorzata Gosia",
        "Giulia",
        "Natalia Natasha",
        "Olga",
        "Svetlana Sveta",
        "Yuki",
    )
)
"""A name and what those who bear it are called."""
MALE: tuple[tuple[str, ...], ...] = tuple(
    _words(line)
    for line in (
        "Thomas Tom Tommy",
        "Michael Michi Mike Mick",
        "Andreas Andi",
        "Peter Pit",
        "Stefan Steff",
        "Christian Chris",
        "Hans",
        "Klaus",
        "Wolfgang Wolf Wolfi",
        "Jürgen",
        "Werner",
        "Günther",
        "Helmut Helle",
        "Manfred Manni",
        "Martin",
        "Frank",
        "Matthias Matze Hias",
        "Markus",
        "Alexander Alex Sascha Xandi",
        "Daniel Dani",
        "Sebastian Basti Wastl",
        "Florian Flo",
        "Tobias Tobi",
        "Jan",
        "Maximilian Max Maxi",
        "Johannes Hannes Jo",
        "Philipp",
        "Benjamin Ben Benny",
        "Jonas",
        "Lukas Luki",
        "Felix",
        "Paul",
        "Leon",
        "Niklas Nik",
        "Moritz",
        "Jakob",
        "Anton Toni",
        "Josef Sepp Beppo Jupp",
        "Georg Schorsch",
        "Franz",
        "Karl Kalle",
        "Heinrich Heinz Heiner",
        "Friedrich Fritz Fred",
        "Wilhelm Willi",
        "Otto",
        "Hermann",
        "Bernhard Bernd",
        "Gerhard Gerd",
        "Dieter",
        "Uwe",
        "Rainer",
        "Ralf",
        "Joachim Achim Jochen",
        "Ulrich Uli",
        "Norbert",
        "Eberhard",
        "Siegfried Siggi",
        "Rüdiger",
        "Jörg",
        "Kai",
        "Sven",
        "Lars",
        "Björn",
        "Torsten",
        "Oliver Olli",
        "Dominik Domi",
        "Simon",
        "David Dave",
        "Robert Rob Bob Bobby",
        "William Will Bill Billy",
        "Richard Rick Dick",
        "James Jim Jimmy",
        "Edward Ed Eddie Ted",
        "Charles Charlie Chuck",
        "Anthony Tony",
        "Christopher Chris Kit",
        "Nicholas Nick",
        "Matthew Matt",
        "Joseph Joe",
        "Samuel Sam Sammy",
        "Joshua Josh",
        "Andrew Andy Drew",
        "Jonathan Jon",
        "Patrick Paddy",
        "Henry Harry Hank",
        "George",
        "Liam",
        "Noah",
        "Mehmet Memo",
        "Mustafa",
        "Ali",
        "Piotr",
        "Krzysztof Krzysiek",
        "Giuseppe Beppe",
        "Luca",
        "Dimitri Dima",
        "Søren",
        "François",
        "José Pepe",
        "Kenji",
    )
)

_LAST = _words(
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer "
    "Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange "
    "Schmitt Werner Krause Meier Lehmann Schmid Schulze Maier Köhler Herrmann König Walter Mayer "
    "Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Schubert Vogel Friedrich Keller "
    "Günther Frank Berger Winkler Roth Beck Lorenz Baumann Franke Albrecht Schuster Simon Ludwig "
    "Böhm Winter Kraus Martin Schumacher Krämer Vogt Stein Jäger Otto Sommer Groß Seidel Heinrich "
    "Brandt Haas Schreiber Graf Schulte Dietrich Ziegler Kuhn Kühn Pohl Engel Horn Busch Bergmann "
    "Thomas Voigt Sauer Arnold Wolff Pfeiffer Smith Jones Williams Taylor Brown Davies Evans "
    "Wilson Johnson Roberts Robinson Thompson Wright Walker White Edwards Hughes Green Hall "
    "Lewis Harris Clarke Patel Jackson Wood Turner Cooper Hill Ward Morris Moore Clark Lee King "
    "Baker Harrison Morgan Allen Scott Yılmaz Kaya Demir Şahin Çelik Öztürk Aydın Nowak "
    "Kowalski Wiśniewski Wójcik Lewandowski Rossi Russo Ferrari Esposito Bianchi Ivanov Petrov "
    "Nguyen Tran Kim Silva Santos García López Hernández Novák Dvořák Horvat Popović Jovanović "
    "O'Neill O'Connor McDonald"
)
_STEMS = _words(
    "Alt Asch Bach Birk Blum Brem Buch Burg Dorn Eber Eich Eisen Engel Erl Feld Fels Fink Flach "
    "Freud Gold Grün Habich Hag Hart Hasel Heid Heil Hein Hell Herz Hirsch Hohl Holz Kalt Kern "
    "Kirch Kohl Kreuz Kron Lauter Leit Licht Lind Lohr Mandel Mark Mohr Moos Mühl Nach Neu "
    "Nieder Nuss Ober Oster Rapp Reb Reich Rein Ros Rosen Sand Schön Schwarz See Seil Silber "
    "Sonn Stein Stern Stock Strauß Tann Thal Uhl Wald Wall Weid Wein Weiß Wies Wind Wolf Zeil "
    "Zell"
)
_ENDS = _words(
    "acher auer bach bacher bauer beck berg berger brink brecht busch dorf dörfer eder ert feld "
    "felder fels gruber hammer hard haus hauser heim heimer hof hofer höfer horst huber inger "
    "kamp kamper lein leitner maier mann meister meyer müller reich reiter ried rieder schmidt "
    "stein steiner stetter thal thaler wald walder wasser wieser"
)
LAST: tuple[str, ...] = (
    *_LAST,
    *(stem + end for end in _ENDS for stem in _STEMS if not end.startswith(stem.lower())),
)
"""About 5,000 family names."""

STREETS: tuple[str, ...] = (
    *_words(
        "Hauptstraße Schulstraße Gartenstraße Bahnhofstraße Dorfstraße Bergstraße Birkenweg "
        "Lindenstraße Kirchstraße Waldstraße Ringstraße Wiesenweg Amselweg Jahnstraße Goethestraße "
        "Schillerstraße Mozartstraße Beethovenstraße Rosenweg Mühlenweg Feldstraße Blumenstraße "
        "Lessingstraße Friedhofstraße Marktplatz Parkstraße Poststraße Kirchplatz Sonnenstraße "
        "Bismarckstraße Industriestraße Kantstraße Finkenweg Drosselweg Uferstraße Hochstraße"
    ),
    *(
        stem + end
        for stem in _STEMS
        for end in ("straße", "weg", "gasse", "allee", "ring", "platz", "steig", "ufer", "damm")
    ),
    *(
        f"{stem}{end} Road"
        for stem in ("Oak", "Ash", "Elm", "Mill")
        for end in ("ley", "ton", "by")
    ),
)
CITIES: tuple[tuple[str, str, int], ...] = (
    ("Berlin", "1", 900),
    ("Hamburg", "2", 480),
    ("München", "80", 400),
    ("Köln", "50", 280),
    ("Frankfurt am Main", "60", 200),
    ("Stuttgart", "70", 170),
    ("Düsseldorf", "40", 170),
    ("Leipzig", "04", 160),
    ("Dortmund", "44", 160),
    ("Essen", "45", 150),
    ("Bremen", "28", 150),
    ("Dresden", "01", 150),
    ("Hannover", "30", 140),
    ("Nürnberg", "90", 140),
    ("Duisburg", "47", 130),
    ("Bochum", "448", 100),
    ("Wuppertal", "42", 95),
    ("Bielefeld", "33", 90),
    ("Bonn", "53", 90),
    ("Münster", "48", 85),
    ("Mannheim", "68", 85),
    ("Karlsruhe", "76", 85),
    ("Augsburg", "86", 80),
    ("Wiesbaden", "65", 80),
    ("Aachen", "52", 70),
    ("Kiel", "24", 70),
    ("Freiburg im Breisgau", "79", 65),
    ("Erfurt", "99", 60),
    ("Mainz", "55", 60),
    ("Rostock", "18", 58),
    ("Kassel", "34", 55),
    ("Saarbrücken", "66", 50),
    ("Potsdam", "14", 50),
    ("Oldenburg", "26", 48),
    ("Heidelberg", "69", 45),
    ("Regensburg", "93", 43),
    ("Ingolstadt", "85", 40),
    ("Würzburg", "97", 38),
    ("Ulm", "89", 37),
    ("Göttingen", "37", 34),
    ("Koblenz", "56", 33),
    ("Trier", "54", 32),
    ("Jena", "07", 31),
    ("Konstanz", "78", 25),
    ("Passau", "94", 20),
)
"""A city, how its postcodes begin, and its weight."""

HOSTS: tuple[tuple[str, int], ...] = (
    ("gmail.com", 27),
    ("googlemail.com", 3),
    ("gmx.example.test", 17),
    ("web.example.test", 15),
    ("t-net.example.test", 9),
    ("out.example.test", 9),
    ("hot.example.test", 6),
    ("yah.example.test", 5),
    ("cloud.example.test", 5),
    ("free.example.test", 4),
)
"""Gmail by its own name, because its rules of one mailbox are put to the test; no mail is sent."""
HANDLES: tuple[str, ...] = _words(
    "sunny star blue tiger mondo fuchs katze pixel sommer bergfex racer honey zebra nordlicht "
    "rocky luna phoenix dino kaffee moon river panda melody hexe krabbe tulpe wolke rakete"
)
