"""The life of one's own bundles: made before the old ones end, destroyed only when nothing can need them any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.identity import make_bundle
from keys.roster import Bundle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keys.courier import Courier
    from keys.sealing import Signer
    from keys.vault import Vault
    from keys.wire.signed import Signed

# A last-resort bundle is used when no weekly one is valid, maybe by an offline page of months ago.
LAST_RESORT_RENEWAL_DAYS = 180
FEED_READ_DAY = "feed read day"
RESTORED = "restored"  # from a backup, and nothing fetched since
AWAY = "away"  # the day up to and with which the vault's owner is away


def renew_bundles(vault: Vault, signer: Signer, today: int, roster: int, served: Sequence[Signed] = ()) -> None:
    """Make a weekly bundle unless today's is there already, and a last-resort one when the old one gets short.

    They are kept before they are published: nobody may seal to a key that a power cut could take. Where the server
    shows one of ours that is newer than any that we know, this vault came from a backup: both are made anew above it.
    """
    ours = (bundle for bundle in map(Bundle.verify, served) if bundle.identity == signer.public)
    newest_served = max((bundle.serial for bundle in ours), default=0)
    is_behind = newest_served > vault.last_serial()
    own = [bundle.bundle for bundle in vault.own_bundles()]
    said = int(vault.setting(AWAY) or 0)
    away = said if said >= today else None
    # The newest of today counts: somebody may have gone and come back on one day.
    newest = max((b for b in own if not b.last), key=lambda b: b.serial, default=None)
    weekly = newest is not None and (newest.start, newest.roster, newest.away) == (today, roster, away)
    weekly = weekly and not is_behind
    last = not is_behind and any(b.last and b.end >= today + LAST_RESORT_RENEWAL_DAYS for b in own)
    with vault.transaction():
        for is_last in [*([] if weekly else [False]), *([] if last else [True])]:
            serial = max(vault.last_serial(), newest_served) + 1
            absent = None if is_last else away
            vault.add_bundle(make_bundle(signer, serial=serial, today=today, last=is_last, roster=roster, away=absent))


def publish_bundles(vault: Vault, courier: Courier, served: Sequence[Signed], own: bytes) -> None:
    """Publish what the server does not show yet; a bundle older than one that it shows is let be."""
    newest = {bundle.last: bundle.serial for bundle in map(Bundle.verify, served) if bundle.identity == own}
    for signed in vault.unpublished():
        bundle = Bundle.verify(signed)
        if bundle.serial > newest.get(bundle.last, 0):
            courier.publish_bundle(signed)
        with vault.transaction():
            vault.mark_published(bundle.serial)


def destroy_bundles(vault: Vault) -> int:
    """Destroy the private halves that no unread envelope can need; return how many.

    The feed and every live channel have to have been read completely on a day after the bundle's end: the server takes
    no envelope for it after its `until`, which is not later.
    """
    read_days = [channel.read_day for channel in vault.channels() if not channel.gone]
    feed = vault.setting(FEED_READ_DAY)
    read = min([int(feed) if feed else 0, *read_days])
    ended = [own.bundle.serial for own in vault.own_bundles() if own.bundle.end < read]
    with vault.transaction():
        for serial in ended:
            vault.destroy_bundle(serial)
    return len(ended)
