"""Marketing records of invented people, with the truth about which are one person's.

For measuring how well people are recognised. What is in them was fixed before anything was
measured on them, and from what shops see rather than from what the recognising part is good at;
it does not know how records are compared. In short:

- **People** live in households (56 % alone, 27 % in two, 17 % families of three to five) that
  share a street, mostly a family name, and in part a landline and one inbox. Family names follow a
  Zipf-like law over about 5,000; some children bear a parent's first name; some are twins.
- **Over six years** 30 % change their mail address, 13 % move, 12 % change their number and 5 %
  their family name; a record says what held at its time. 15 % of records have a second address.
- **Records**: one to six a person (1.7 on average) from six systems which know very different
  things: a newsletter an address and seldom a name, a boutique's till a name and a telephone
  number, the loyalty programme nearly all. There are two mixes of them: ``customers`` of whom most
  systems know two or three things, and ``sign-ups``, the harder one, among whom are so many of whom
  hardly more than an address is known that about one pair in ten has nothing in common.
- **Handwriting**: typing errors in every field, nicknames (13 %; a quarter of people have none),
  initials, first and family name swapped, umlauts spelt out or dropped, capitals, abbreviated
  streets, day and month swapped, 1 January 1970 for "unknown".
- **What misleads**: inboxes of couples and of companies, colleagues at info@, placeholders that a
  till's staff types, landlines, tablets that a household shares, a shop's till as everybody's
  device. Some records say so little that nobody could tell whose they are; they count as missed.
"""

from evals.records.written import Mix, Records, write_records

__all__ = ["Mix", "Records", "write_records"]
