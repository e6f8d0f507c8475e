"""Writes a customers file for the retail set, which has no addresses of its own.

    python docs/examples/write_retail_customers.py online_retail_2010.parquet customers.csv

Every customer gets the address ``ID@example.test``; nine in ten have a recorded consent.
"""

from __future__ import annotations

import csv
import sys

import duckdb

IDS = """
    SELECT DISTINCT CAST("Customer ID" AS BIGINT) FROM read_parquet($file)
    WHERE "Customer ID" IS NOT NULL ORDER BY 1
"""


def main(orders: str, customers: str) -> None:
    ids = [row[0] for row in duckdb.execute(IDS, {"file": orders}).fetchall()]
    with open(customers, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        names = (
            "customer_id",
            "email",
            "email_consent",
            "email_consent_at",
            "email_consent_source",
        )
        writer.writerow(names)
        for number, customer in enumerate(ids):
            consent = (
                ("yes", "2009-11-30T09:00:00Z", "trade account form") if number % 10 else ("",) * 3
            )
            writer.writerow((customer, f"{customer}@example.test", *consent))


if __name__ == "__main__":
    main(*sys.argv[1:3])
