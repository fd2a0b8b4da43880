"""The tables of a vault: what lies on a recipient's disk, all of it sealed or wrapped; it opens nothing."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, MetaData, String, Table, UniqueConstraint

SCHEMA_VERSION = 1

metadata = MetaData()

# Server address, pinned root, chain, feed capabilities, cursor: each value wrapped under its own name.
setting = Table(
    "setting",
    metadata,
    Column("name", String, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)

# Destroying a row destroys the only copy of its private keys; its document is public anyway.
bundle = Table(
    "bundle",
    metadata,
    Column("serial", Integer, primary_key=True),
    Column("document", LargeBinary, nullable=False),
    Column("wrapped_seed", LargeBinary, nullable=True),  # null once destroyed
    Column("published", Integer, nullable=False),
)

# A channel that this vault reads: tells a thief how many cases there are, and nothing else.
channel = Table(
    "channel",
    metadata,
    Column("case", LargeBinary, primary_key=True),
    Column("wrapped_capability", LargeBinary, nullable=False),
    Column("wrapped_cursor", LargeBinary, nullable=True),
    Column("read_day", Integer, nullable=False),  # day of the last complete read
    Column("gone", Integer, nullable=False),  # the server no longer knows it
)

# Sealed envelopes as the server gave them, in the order in which they came.
envelope = Table(
    "envelope",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case", LargeBinary, ForeignKey("channel.case"), nullable=False),
    Column("mac", LargeBinary, nullable=False),
    Column("day", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("repeated", Integer, nullable=False),  # the server gave it a second time, which is an alarm
    UniqueConstraint("case", "mac", "repeated"),
)

# Content keys by the envelope's mac; `addressed` is 0 for one that a share brought.
content_key = Table(
    "content_key",
    metadata,
    Column("mac", LargeBinary, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("addressed", Integer, nullable=False),
)

# Entries of the feed with a slot of ours that is spoilt, or a share that is refused: shown as alarms.
spoilt_entry = Table(
    "spoilt_entry",
    metadata,
    Column("mac", LargeBinary, primary_key=True),
    Column("day", Integer, nullable=False),
    Column("code", String, nullable=False),
)
