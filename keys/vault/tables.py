"""The tables of a vault: everything on a recipient's disk, all of it sealed or wrapped."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, String, Table

MANY = 500  # values in one query: databases accept no longer list
SCHEMA_VERSION = 7

metadata = MetaData()

# Server address, pinned root, chain, results of the last sync: each value is wrapped under its own name.
setting = Table(
    "setting",
    metadata,
    Column("name", String, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)

# Own keys by kind and Monday. Deleting a row destroys the only copy of its private halves; its document is public.
bundle = Table(
    "bundle",
    metadata,
    Column("start", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, primary_key=True, autoincrement=False),
    Column("serial", Integer, nullable=False, unique=True),
    Column("document", LargeBinary, nullable=False),
    Column("wrapped_seed", LargeBinary, nullable=False),
    Column("published", Integer, nullable=False),
)

# Saved files of a message, by their place in it; the path is wrapped, since it could reveal what they are.
saved = Table(
    "saved",
    metadata,
    Column("mac", LargeBinary, primary_key=True),
    Column("file", Integer, primary_key=True, autoincrement=False),
    Column("wrapped", LargeBinary, nullable=False),
)

# Summaries and search words of the cases whose ids begin with this byte; they can be rebuilt at any time.
summary = Table(
    "summary",
    metadata,
    Column("group", Integer, primary_key=True, autoincrement=False),
    Column("wrapped_summaries", LargeBinary, nullable=False),
    Column("wrapped_words", LargeBinary, nullable=False),
)

# Files that were exported from a case, by their paths.
export = Table(
    "export",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case", LargeBinary, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)

# The log as this vault read it, in the short form: every recipient may see all of it, so it is not wrapped.
log_entry = Table(
    "log_entry",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("day", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("mac", LargeBinary, nullable=False, index=True),
    Column("digest", LargeBinary, nullable=False),
)

# Entries that the log has lost since this vault read it, at the place where they still count (SPEC 10.4).
lost_entry = Table(
    "lost_entry",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("after", Integer, primary_key=True, autoincrement=False),
    Column("day", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("mac", LargeBinary, nullable=False, index=True),
)

# One row while a log that differs waits until its owner accepts it.
waiting_log = Table(
    "waiting_log",
    metadata,
    Column("last_common", Integer, primary_key=True, autoincrement=False),
    Column("base_position", Integer, nullable=False),
    Column("base_after", Integer, nullable=False),
)

# Fetched sealed parts of entries of own cases, to give back to a server that has lost them.
fetched_part = Table(
    "fetched_part",
    metadata,
    Column("mac", LargeBinary, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)

# Messages whose envelope opened, or whose key a share brought: reveals to a thief which entries are of one case.
message = Table(
    "message",
    metadata,
    Column("mac", LargeBinary, primary_key=True),
    Column("id", LargeBinary, nullable=False, unique=True),
    Column("case", LargeBinary, nullable=True),  # null in a message about all cases
    Column("size", Integer, nullable=False),  # of the whole envelope; 0 if it was never here
    Column("until", Integer, nullable=False),  # the last day on which a server accepts this envelope
    Column("prefix", LargeBinary, nullable=True),  # as the log gave it; null if a share brought the head
    Column("wrapped", LargeBinary, nullable=False),  # content key and statement
    Column("way", String, nullable=False),
    Column("unknown_since", Integer, nullable=True, index=True),  # the day since which its case is not here
    Index("message_case_id", "case", "id"),  # finds the cases without reading the messages, which are long
)

# A number for each case that rises with each write: reveals to a thief in which order cases changed last.
case_version = Table(
    "case_version",
    metadata,
    Column("case", LargeBinary, primary_key=True),
    Column("version", Integer, nullable=False, unique=True),
)

# Cases that the owner has hidden from the list, such as spam.
set_aside = Table("set_aside", metadata, Column("case", LargeBinary, primary_key=True))

# Claims of shares about messages from before this vault's first entry of the log.
word = Table(
    "word",
    metadata,
    Column("mac", LargeBinary, primary_key=True),
    Column("share", Integer, primary_key=True, autoincrement=False),  # the position of the share in the log
    Column("frame", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, nullable=True),
    Column("day", Integer, nullable=False),
)

# Entries that are invalid or misdated: shown as alarms until their owner has seen them.
faulty_entry = Table(
    "faulty_entry",
    metadata,
    Column("mac", LargeBinary, primary_key=True),
    Column("fault", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("day", Integer, nullable=False),
    Column("is_seen", Integer, nullable=False),
)

# Shares whose archive has not arrived yet: each sync tries again.
unfinished = Table(
    "unfinished",
    metadata,
    Column("mac", LargeBinary, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("since", Integer, nullable=False),
    Column("waits_for_report", Integer, nullable=False),  # fetched, and its author may be the reporter
)

# Own messages, sealed, until the log has them: reveals to a thief which cases have some, and their sizes.
outgoing = Table(
    "outgoing",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),  # the order of writing
    Column("mac", LargeBinary, nullable=False, unique=True),
    Column("case", LargeBinary, nullable=True, index=True),  # null in a message about all cases
    Column("size", Integer, nullable=False),  # of the whole envelope
    Column("door", Integer, nullable=False),
    Column("read_to", Integer, nullable=False),  # the last position of the log that its author had read
    Column("state", String, nullable=False),
    Column("reason", String, nullable=True),  # why it was put aside
    Column("wrapped_address", LargeBinary, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),  # content key and statement
    Column("wrapped_start", LargeBinary, nullable=False),  # the sealed envelope; for a long one header and first chunk
)

# The sealed parts of a long message: sealed once and sent again unchanged.
outgoing_part = Table(
    "outgoing_part",
    metadata,
    Column("mac", LargeBinary, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("wrapped", LargeBinary, nullable=False),
)

# Own envelopes in the log, until no server accepts them any more: reveals to a thief no more than `message`.
sent = Table(
    "sent",
    metadata,
    Column("mac", LargeBinary, primary_key=True),
    Column("case", LargeBinary, nullable=True, index=True),  # null in a message about all cases
    Column("until", Integer, nullable=False),  # the last day on which a server accepts this envelope
    Column("size", Integer, nullable=False),  # of the whole envelope
    Column("door", Integer, nullable=False),
    Column("wrapped_address", LargeBinary, nullable=False),
    Column("start", LargeBinary, nullable=False),  # the sealed envelope; for a long one header and first chunk
)

# Every envelope that this vault made: a message by its own key under another mac was made with a copy of the key.
own_envelope = Table("own_envelope", metadata, Column("mac", LargeBinary, primary_key=True))

# The messages that shares gave, with the person: reveals to a thief no more than the messages that are here.
given = Table(
    "given",
    metadata,
    Column("case", LargeBinary, primary_key=True),
    Column("person", LargeBinary, primary_key=True),
    Column("message", LargeBinary, primary_key=True),
)

# Cases with messages owed to a person who cannot be sealed to yet.
put_off = Table("put_off", metadata, Column("case", LargeBinary, primary_key=True))

# Messages that were missing, and the days on which a `lacking` asked for them.
asked = Table(
    "asked",
    metadata,
    Column("case", LargeBinary, primary_key=True),
    Column("message", LargeBinary, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
)

# The answered `arrived` and `lacking` of others.
answered = Table("answered", metadata, Column("mac", LargeBinary, primary_key=True))

# The own `arrived`: its day, how far the log was read, and whether another is due. At most one row.
arrival = Table(
    "arrival",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("day", Integer, nullable=True),
    Column("read_to", Integer, nullable=True),
    Column("is_due", Integer, nullable=False),
)

# The people who could not be sealed to in the own `arrived`.
unreached = Table("unreached", metadata, Column("person", LargeBinary, primary_key=True))

# The last days of cases: reveals to a thief which cases are to end.
countdown = Table(
    "countdown",
    metadata,
    Column("case", LargeBinary, primary_key=True),
    Column("last_day", Integer, nullable=False),
    Column("since", Integer, nullable=False),
    Column("waits_long", Integer, nullable=False),
)

# Cases that the owner no longer reads, since a local day.
reading_ended = Table(
    "reading_ended",
    metadata,
    Column("case", LargeBinary, primary_key=True),
    Column("day", Integer, nullable=False),
)

# The remains of destroyed cases: reveals to a thief how many there were, and when each was destroyed.
destroyed = Table(
    "destroyed",
    metadata,
    Column("case", LargeBinary, primary_key=True),
    Column("day", Integer, nullable=False),
    Column("ended", String, nullable=False),
    Column("is_agreed", Integer, nullable=False),  # its owner takes it again
    Column("wrapped", LargeBinary, nullable=False),  # line of the register, and paths of files
)

# Messages that reporters wrote in cases destroyed here, until they were shown.
last_words = Table(
    "last_words",
    metadata,
    Column("mac", LargeBinary, primary_key=True),
    Column("case", LargeBinary, nullable=False),
    Column("day", Integer, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)
