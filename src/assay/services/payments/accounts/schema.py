"""The tables of the ledger."""

from __future__ import annotations

SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
    id      TEXT PRIMARY KEY,
    name    TEXT NOT NULL UNIQUE,
    kind    TEXT NOT NULL,
    balance BIGINT NOT NULL              -- the sum of its entries, micro-USD
);
INSERT INTO account VALUES
    ('revenue', 'revenue', 'revenue', 0), ('cash', 'cash', 'cash', 0),
    ('opg', 'opg', 'opg', 0), ('play', 'play', 'play', 0)
    ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS member (
    id       TEXT PRIMARY KEY,
    account  TEXT NOT NULL,
    name     TEXT NOT NULL,
    total    BIGINT,
    per_day  BIGINT,
    per_call BIGINT,
    models   TEXT NOT NULL,              -- JSON
    spent    BIGINT NOT NULL,            -- the sum of the entries that name him
    day      TEXT NOT NULL,
    spent_that_day BIGINT NOT NULL,
    UNIQUE (account, name)
);
CREATE TABLE IF NOT EXISTS access_key (
    digest TEXT PRIMARY KEY,
    member TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS booking (
    number    {number},
    at        BIGINT NOT NULL,           -- Unix seconds
    kind      TEXT NOT NULL,             -- where the money came from, or went
    reference TEXT NOT NULL,
    UNIQUE (kind, reference)             -- what is said to have happened, happened once
);
CREATE TABLE IF NOT EXISTS entry (
    booking BIGINT NOT NULL,
    account TEXT NOT NULL,
    member  TEXT NOT NULL,               -- who spent it, or nothing
    amount  BIGINT NOT NULL              -- micro-USD; those of a booking come to zero
);
CREATE INDEX IF NOT EXISTS entry_of_account ON entry (account, booking);
CREATE TABLE IF NOT EXISTS invoice (
    number  {number},
    account TEXT NOT NULL,
    amount  BIGINT NOT NULL,
    at      BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS accounts_charged (
    next_index BIGINT NOT NULL,          -- every receipt below it is booked
    one        BIGINT PRIMARY KEY CHECK (one = 1)
);
INSERT INTO accounts_charged VALUES (0, 1) ON CONFLICT DO NOTHING;
"""
