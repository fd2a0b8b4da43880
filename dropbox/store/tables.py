"""The tables of the store; the comment of each column says what its seizure reveals."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, MetaData, Table

SCHEMA = 1  # increase it with any change below
metadata = MetaData()
# SQLite increments only its own INTEGER, which already has 64 bits.
_Count = BigInteger().with_variant(Integer(), "sqlite")

schema = Table(
    "schema",
    metadata,
    # The release that made these tables.
    Column("number", Integer, primary_key=True, autoincrement=False),
)

today = Table(
    "today",
    metadata,
    # The day of the last request.
    Column("day", Integer, primary_key=True, autoincrement=False),
    # The last position of the log before that day: the days of the entries reveal that too.
    Column("before", _Count, nullable=False),
)

pinned = Table(
    "pinned",
    metadata,
    # Public: it is on the poster.
    Column("fingerprint", LargeBinary, primary_key=True),
)

root = Table(
    "root",
    metadata,
    # How often the board changed its root; public through GET /chain.
    Column("version", Integer, primary_key=True, autoincrement=False),
    # The board's public keys and signatures; public.
    Column("signed", LargeBinary, nullable=False),
)

roster = Table(
    "roster",
    metadata,
    # How often the roster changed; public.
    Column("version", Integer, primary_key=True, autoincrement=False),
    # Names and public keys of recipients, the policy; public.
    Column("signed", LargeBinary, nullable=False),
)

texts = Table(
    "texts",
    metadata,
    # SHA-256 of the document: a roster names it.
    Column("digest", LargeBinary, primary_key=True),
    # The texts of a policy in one language; public.
    Column("document", LargeBinary, nullable=False),
)

bundle = Table(
    "bundle",
    metadata,
    # A recipient's public identity key; public through GET /bundles.
    Column("identity", LargeBinary, primary_key=True),
    # 1 for last-resort, 0 for weekly; public.
    Column("last", Integer, primary_key=True, autoincrement=False),
    # The Monday on which it begins; public.
    Column("start", Integer, primary_key=True, autoincrement=False),
    # Its last day, a Sunday; public.
    Column("end", Integer, nullable=False),
    # How often this recipient's tool signed one. Earlier ones are deleted: they would reveal in which weeks it was
    # used.
    Column("serial", Integer, nullable=False),
    # Public encryption keys, and the week in which they were signed; public.
    Column("signed", LargeBinary, nullable=False),
)

envelope = Table(
    "envelope",
    metadata,
    # The order in which envelopes came: as much as the positions of the log reveal.
    Column("id", _Count, primary_key=True),
    # Looks random to everybody who cannot open the envelope; unique, so none is stored twice.
    Column("mac", LargeBinary, nullable=False, unique=True),
    # SHA-256 over the envelope, or over its size and prefix if it is large, to recognise a repeated one.
    Column("digest", LargeBinary, nullable=False),
    # Day only: an hour would reveal to an employer who was at a desk.
    Column("day", Integer, nullable=False),
    # The size class of the message: the rough length of the text, since all are padded.
    Column("size", _Count, nullable=False),
    # Header and first chunk: ciphertext, and the number of slots, which follows from the public roster.
    Column("prefix", LargeBinary, nullable=False),
)

upload = Table(
    "upload",
    metadata,
    # That somebody has started to send a large envelope and not finished. Its destination is not stored: the sender
    # repeats it at the end.
    Column("envelope", ForeignKey(envelope.c.id), primary_key=True),
    # The day of the last part: after a whole day without one it is deleted.
    Column("day", Integer, nullable=False),
    # The envelope's own, which is in its header too.
    Column("until", _Count, nullable=False),
    # How many bytes are still missing: the parts reveal that too.
    Column("awaited", _Count, nullable=False),
)

part = Table(
    "part",
    metadata,
    # Nothing beyond the envelope's own row.
    Column("envelope", ForeignKey(envelope.c.id), primary_key=True),
    # The number of parts: the envelope's size reveals that too.
    Column("number", Integer, primary_key=True, autoincrement=False),
    # Ciphertext after the prefix, 1 MiB each.
    Column("stream", LargeBinary, nullable=False),
)

log = Table(
    "log",
    metadata,
    # How many reports, messages, notes, shares and cover entries came, all of them together.
    Column("position", _Count, primary_key=True, autoincrement=False),
    # Nothing beyond the envelope's own row. NULL: the entry has ended, and its digest is kept.
    Column("envelope", ForeignKey(envelope.c.id), unique=True),
    # SHA-256 over all entries up to this one, including macs, which look random.
    Column("digest", LargeBinary, nullable=False),
    # The part of the envelope that the digest covers, available without reading the envelope.
    Column("short", LargeBinary),
)

mailbox = Table(
    "mailbox",
    metadata,
    # As many as entries that came by door 0: each opens one, whether it is a report or a cover entry.
    Column("id", _Count, primary_key=True),
    # The day after which nobody can read it: the same number of days after each message.
    Column("until", Integer, nullable=False),
)

capability = Table(
    "capability",
    metadata,
    # SHA-256 of 32 secret bytes: it opens nothing. Two for each mailbox, not distinguishable; one, once its reporter
    # left.
    Column("digest", LargeBinary, primary_key=True),
    # That two digests belong together.
    Column("mailbox", ForeignKey(mailbox.c.id), nullable=False),
    sqlite_with_rowid=False,  # a hidden row number would reveal which of the two came first
)

message = Table(
    "message",
    metadata,
    # Which report was answered, but not by whom: no column says which capability appended.
    Column("mailbox", ForeignKey(mailbox.c.id), primary_key=True),
    # How often, and in which order.
    Column("number", _Count, primary_key=True, autoincrement=False),
    # On which days, in which size class.
    Column("envelope", ForeignKey(envelope.c.id), nullable=False, index=True),
)
