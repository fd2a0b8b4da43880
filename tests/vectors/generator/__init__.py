"""The scenarios of the vectors, a module a subject; the committed files are the truth, not these."""

from tests.vectors.generator import message_bodies  # noqa: F401  (it adds to another)
from tests.vectors.generator.archives import ARCHIVE
from tests.vectors.generator.bundles import BUNDLE
from tests.vectors.generator.cases import CASE
from tests.vectors.generator.chains import ROSTER
from tests.vectors.generator.codes import FINGERPRINT, RECEIPTS, STAMP
from tests.vectors.generator.containers import CURSOR, FRAMES, POSTING, SIGNED
from tests.vectors.generator.envelopes import ENVELOPE
from tests.vectors.generator.files import FILES
from tests.vectors.generator.jsons import BASE64URL, CANONICAL
from tests.vectors.generator.logs import LOG, MAILBOX
from tests.vectors.generator.messages import MESSAGE
from tests.vectors.generator.routes import ROUTE
from tests.vectors.generator.scenario import Scenario
from tests.vectors.generator.signatures import SIGNATURE
from tests.vectors.generator.streams import STREAM
from tests.vectors.generator.terms import DEADLINES
from tests.vectors.generator.texts import TEXTS
from tests.vectors.generator.trust import ROOT
from tests.vectors.generator.uploads import OPENING, PART

_SUBJECTS = (
    ARCHIVE,
    BASE64URL,
    CANONICAL,
    CASE,
    CURSOR,
    DEADLINES,
    ENVELOPE,
    STREAM,
    FILES,
    FINGERPRINT,
    FRAMES,
    LOG,
    MAILBOX,
    MESSAGE,
    OPENING,
    PART,
    POSTING,
    RECEIPTS,
    ROOT,
    ROSTER,
    BUNDLE,
    ROUTE,
    SIGNATURE,
    SIGNED,
    STAMP,
    TEXTS,
)
SCENARIOS: tuple[Scenario, ...] = tuple(scenario for subject in _SUBJECTS for scenario in subject.scenarios)

__all__ = ["SCENARIOS", "Scenario"]
