"""Joining: a recipient pins the board's root and opens the invitation; it trusts no server for either."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from keys.errors import ForbiddenError, MalformedError, NotEnrolledError, TamperedError
from keys.identity import KeyFile, private_pair
from keys.roster import words
from keys.sealing import find_content_key, open_message
from keys.sync import FEED_CAPABILITY, Served, Trust, first_trust, publish_bundles, renew_bundles
from keys.wire import kinds
from keys.wire.canonical import unb64
from keys.wire.envelope import Header
from keys.wire.exchange import Posting
from keys.wire.signed import LABEL_ROOT, Signed
from keys.wire.sizes import ID_SIZE

if TYPE_CHECKING:
    from keys.courier import Courier
    from keys.vault import Vault

SERVER = "server"
FINGERPRINT_CHARACTERS = 43


class Chained(Protocol):
    """Where a chain comes from: a server, or a file."""

    def chain(self) -> tuple[list[Signed], Signed]:
        """Return every root and a roster, unverified."""


def fingerprint_of(typed: str, source: Chained) -> bytes:
    """Return the root's id for a fingerprint as a person types it: the 43 characters of an address, or ten words.

    Raises TamperedError when no root of the source's chain has these words.
    """
    text = typed.strip().rpartition("#")[2]
    if len(text) == FINGERPRINT_CHARACTERS and " " not in text:
        return unb64(text, ID_SIZE)
    wanted = " ".join(text.lower().split())
    roots, _ = source.chain()
    for root in roots:
        if words(root.id(LABEL_ROOT)) == wanted:
            return root.id(LABEL_ROOT)
    raise TamperedError("the server's root has another fingerprint")


def join(vault: Vault, secret: KeyFile, courier: Courier, fingerprint: bytes, invitation: bytes) -> Trust:
    """Pin the root, keep the feed's capability, and publish bundles.

    Raises NotEnrolledError when the roster does not list us, ForbiddenError when the invitation is not of this roster,
    NoSlotError when it is not for us.
    """
    served = Served.fetch(courier)
    own = secret.signer().public
    trust = first_trust(vault, courier, fingerprint, served.day)
    if trust.roster.find(own) is None:
        raise NotEnrolledError
    capability = _open_invitation(vault, invitation)
    if not trust.roster.opens_feed(capability):
        raise ForbiddenError("the invitation is of another roster")
    with vault.transaction():
        vault.put_setting(FEED_CAPABILITY, capability)
        vault.put_setting(SERVER, courier.url.encode("utf-8"))
    renew_bundles(vault, secret.signer(), served.day, trust.roster.version)
    publish_bundles(vault, courier, served.bundles, own)
    return trust


def _open_invitation(vault: Vault, invitation: bytes) -> bytes:
    envelope = Posting.parse(invitation).envelope
    privates = [private_pair(own.seed) for own in vault.own_bundles()]
    message = open_message(envelope, find_content_key(Header.parse(envelope), privates))
    if not isinstance(message.head.body, kinds.FeedKey):
        raise MalformedError("not an invitation")
    return message.head.body.capability
