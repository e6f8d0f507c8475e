"""Names in the form in which they are compared, in the place where they belong.

Names are few beside those who bear them, so each is folded once.
"""

# ruff: noqa: S608  (statements are made of our own names; what customers say enters as tables)

from __future__ import annotations

import duckdb
import pyarrow as pa

from tools.identity.nicknames import pairs

_SURE = 20
"""How many times likelier a full name must be the other way round for it to be turned."""


def read_names(engine: duckdb.DuckDBPyConnection) -> None:
    """``first_names`` and ``last_names``: what each name that was written is, as either of them;
    ``turned``: full names that were written the wrong way round."""
    forms = pairs()
    engine.register(
        "nicknames",
        pa.table({"form": [form for form, _ in forms], "root": [root for _, root in forms]}),
    )
    engine.execute(
        """CREATE TABLE names AS SELECT first_name AS written FROM profiles_given
        WHERE first_name IS NOT NULL
        UNION SELECT last_name FROM profiles_given WHERE last_name IS NOT NULL"""
    )
    engine.execute(
        r"""CREATE TABLE first_names AS
        WITH folded AS (SELECT written,
                filled(trim(regexp_replace(fold(written), '[^a-z]+', ' ', 'g'))) AS names
            FROM names),
        roots AS (SELECT form, list(root ORDER BY root <> form, root) AS roots
            FROM nicknames GROUP BY form)
        SELECT written, split_part(names, ' ', 1) AS first,
            filled(split_part(names, ' ', 2)) AS second,
            coalesce(roots[1], first) AS root, coalesce(roots[2], roots[1], first) AS root2
        FROM folded LEFT JOIN roots ON roots.form = split_part(names, ' ', 1)"""
    )
    engine.execute(
        r"""CREATE TABLE last_names AS
        WITH folded AS (SELECT written, filled(trim(regexp_replace(
                replace(fold(written), '''', ''), '[^a-z]+', ' ', 'g'))) AS names
            FROM names)
        SELECT written, replace(names, ' ', '') AS last, split_part(names, ' ', 1) AS last_a,
            split_part(names, ' ', -1) AS last_b
        FROM folded"""
    )
    _find_turned(engine)


def _find_turned(engine: duckdb.DuckDBPyConnection) -> None:
    """Of "Kraus Lena" all the others tell that Lena is a first name and Kraus a family's."""
    engine.execute(
        f"""CREATE TABLE turned AS
        WITH full_names AS (SELECT first_name, last_name, f.first, l.last, count(*) AS times
            FROM profiles_given JOIN first_names AS f ON f.written = first_name
            JOIN last_names AS l ON l.written = last_name GROUP BY ALL),
        firsts AS (SELECT first AS name, sum(times) AS times FROM full_names GROUP BY 1),
        lasts AS (SELECT last AS name, sum(times) AS times FROM full_names GROUP BY 1)
        SELECT first_name, last_name FROM full_names AS n
        JOIN firsts AS a ON a.name = n.first JOIN lasts AS b ON b.name = n.last
        LEFT JOIN lasts AS c ON c.name = n.first LEFT JOIN firsts AS d ON d.name = n.last
        WHERE length(n.first) > 1 AND length(n.last) > 1
            AND (coalesce(c.times, 0) + 1) * (coalesce(d.times, 0) + 1)
                > {_SURE} * (a.times - n.times + 1) * (b.times - n.times + 1)"""
    )


def read_names_in_addresses(engine: duckdb.DuckDBPyConnection) -> None:
    """Fill in what one gave no first or no family name for, where it stands before the @ beside
    the name that was given, and others are called so: Kraus, of Lena with lena.kraus@…"""
    engine.execute(
        """CREATE TABLE told AS
        WITH half AS (SELECT DISTINCT letters, first, root, last FROM said
            WHERE length(letters) >= 4 AND (first IS NULL) <> (last IS NULL)
                AND length(coalesce(first, last)) > 1),
        split AS (SELECT *, unnest(range(1, length(letters))) AS i FROM half),
        parts AS (
            SELECT *, left(letters, i) AS given, substr(letters, i + 1) AS family FROM split
            UNION ALL SELECT *, substr(letters, i + 1), left(letters, i) FROM split),
        families AS (SELECT last AS family FROM said WHERE length(last) > 2 GROUP BY last
            HAVING count(*) > 1),
        givens AS (SELECT first AS given, any_value(root) AS known_root,
                any_value(root2) AS known_root2
            FROM said WHERE length(first) > 2 GROUP BY first HAVING count(*) > 1)
        SELECT letters, p.first, p.last, arg_max(family, (length(given), given)) AS new_last,
            NULL::VARCHAR AS new_first, NULL::VARCHAR AS new_root, NULL::VARCHAR AS new_root2
        FROM parts AS p JOIN families USING (family)
        LEFT JOIN nicknames AS n ON n.form = given AND n.root = p.root
        WHERE p.last IS NULL
            AND (given IN (p.first, p.root, left(p.first, 1)) OR n.form IS NOT NULL)
        GROUP BY ALL
        UNION ALL SELECT letters, p.first, p.last, NULL, given, known_root, known_root2
        FROM parts AS p JOIN givens USING (given) WHERE p.first IS NULL AND family = p.last"""
    )
    engine.execute(
        """UPDATE said SET last = new_last, last_a = new_last, last_b = new_last FROM told
        WHERE said.letters = told.letters AND said.first = told.first AND said.last IS NULL
            AND new_last IS NOT NULL"""
    )
    engine.execute(
        """UPDATE said SET first = new_first, root = new_root, root2 = new_root2 FROM told
        WHERE said.letters = told.letters AND said.last = told.last AND said.first IS NULL
            AND new_first IS NOT NULL"""
    )
