"""The scenarios of the vectors, a module a subject; the committed files are the truth, not these."""

from tests.vectors.generator import admissions, asked, bodies, message_bodies  # noqa: F401  (they add to others)
from tests.vectors.generator.archives import ARCHIVE
from tests.vectors.generator.bundles import BUNDLE
from tests.vectors.generator.cases import CASE
from tests.vectors.generator.chains import ROSTER
from tests.vectors.generator.codes import FINGERPRINT, RECEIPTS, STAMP
from tests.vectors.generator.containers import CURSOR, FRAMES, PAGE, POSTING, SIGNED
from tests.vectors.generator.envelopes import ENVELOPE
from tests.vectors.generator.files import FILES
from tests.vectors.generator.heads import HEAD
from tests.vectors.generator.jsons import BASE64URL, CANONICAL
from tests.vectors.generator.logs import LOG, MAILBOX
from tests.vectors.generator.messages import MESSAGE
from tests.vectors.generator.notes import NOTE
from tests.vectors.generator.routes import ROUTE
from tests.vectors.generator.scenario import Scenario
from tests.vectors.generator.signatures import SIGNATURE
from tests.vectors.generator.streams import STREAM
from tests.vectors.generator.terms import CLOCKS
from tests.vectors.generator.texts import TEXTS
from tests.vectors.generator.threads import THREAD
from tests.vectors.generator.trust import ROOT
from tests.vectors.generator.uploads import OPENING, PART

_SUBJECTS = (
    ARCHIVE,
    BASE64URL,
    CANONICAL,
    CASE,
    CLOCKS,
    CURSOR,
    ENVELOPE,
    STREAM,
    FILES,
    FINGERPRINT,
    FRAMES,
    HEAD,
    LOG,
    MAILBOX,
    MESSAGE,
    NOTE,
    OPENING,
    PAGE,
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
    THREAD,
)
SCENARIOS: tuple[Scenario, ...] = tuple(scenario for subject in _SUBJECTS for scenario in subject.scenarios)

__all__ = ["SCENARIOS", "Scenario"]
