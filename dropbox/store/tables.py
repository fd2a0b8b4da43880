"""The tables of the store; each column says what its seizure reveals. Nothing here opens a database."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, MetaData, Table

metadata = MetaData()

pinned = Table(
    "pinned",
    metadata,
    # Public: it stands on the poster.
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

bundle = Table(
    "bundle",
    metadata,
    # A recipient's public identity key; public through GET /bundles.
    Column("identity", LargeBinary, primary_key=True),
    # 1 for last-resort, 0 for weekly; public.
    Column("last", Integer, primary_key=True, autoincrement=False),
    # How often this recipient's tool made one. Earlier ones are not kept: they would tell when it was used.
    Column("serial", Integer, nullable=False),
    # Public encryption keys, the day they were made; public.
    Column("signed", LargeBinary, nullable=False),
)

envelope = Table(
    "envelope",
    metadata,
    # The order in which envelopes came, over all channels: as much as the positions of the feed tell.
    Column("id", Integer, primary_key=True),
    # Looks random to all who cannot open the envelope; unique, so that none is filed twice.
    Column("mac", LargeBinary, nullable=False, unique=True),
    # SHA-256 over the whole posting, so that a repeated one is known. It covers random bytes that are kept
    # nowhere: nobody can test with it which capability appended.
    Column("posting", LargeBinary, nullable=False),
    # Day only: an hour would tell an employer who was at a desk.
    Column("day", Integer, nullable=False),
    # The size class of the message: rough length of the text, since all are padded.
    Column("size", Integer, nullable=False),
    # Header and first chunk: ciphertext, and the number of slots, which follows from the public roster.
    Column("prefix", LargeBinary, nullable=False),
)

upload = Table(
    "upload",
    metadata,
    # That somebody has begun to send a large envelope and not ended it. Where it is to go is not kept: whoever sends it
    # says so again at the end.
    Column("envelope", ForeignKey(envelope.c.id), primary_key=True),
    # The day of the last part: after a whole day without one it is deleted.
    Column("day", Integer, nullable=False),
)

part = Table(
    "part",
    metadata,
    # Nothing beyond the envelope's own row.
    Column("envelope", ForeignKey(envelope.c.id), primary_key=True),
    # How many there are: the envelope's size tells that too.
    Column("number", Integer, primary_key=True, autoincrement=False),
    # Ciphertext behind the prefix, 1 MiB each.
    Column("stream", LargeBinary, nullable=False),
)

entry = Table(
    "entry",
    metadata,
    # How many reports, shares and decoys came, all of them together.
    Column("position", Integer, primary_key=True, autoincrement=False),
    # Nothing beyond the envelope's own row.
    Column("envelope", ForeignKey(envelope.c.id), nullable=False, unique=True),
)

channel = Table(
    "channel",
    metadata,
    # As many as entries: each opens one, whether it is a report or a decoy.
    Column("id", Integer, primary_key=True),
    # The day after which nobody can read it: the same number of days behind each message, or fewer, which tells that
    # somebody who holds a capability let it end.
    Column("until", Integer, nullable=False),
)

capability = Table(
    "capability",
    metadata,
    # SHA-256 of 32 secret bytes: it lets nobody in. Two for each channel, not told apart.
    Column("digest", LargeBinary, primary_key=True),
    # That two digests belong together.
    Column("channel", ForeignKey(channel.c.id), nullable=False),
    sqlite_with_rowid=False,  # a hidden row number would tell which of the two was filed first
)

message = Table(
    "message",
    metadata,
    # Which entry was answered; not by whom: no column says which capability appended.
    Column("channel", ForeignKey(channel.c.id), primary_key=True),
    # How often, and in which order.
    Column("position", Integer, primary_key=True, autoincrement=False),
    # On which days, in which size class.
    Column("envelope", ForeignKey(envelope.c.id), nullable=False, unique=True),
)
