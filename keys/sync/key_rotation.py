"""The life of one's own keys: made weeks ahead, signed anew each week, destroyed when no envelope can need them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.courier import SerialRefusedError
from keys.errors import RefusedError
from keys.identity import draw_seed, sign_bundle
from keys.roster.weeks import AHEAD, RENEWAL_DAYS, WEEK, is_destroyable, monday

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keys.courier import Courier
    from keys.identity import OwnBundle
    from keys.roster import Bundle, Witness
    from keys.sealing import Signer
    from keys.vault import Vault

AWAY = "away"  # the day up to and with which the vault's owner is away
MAX_TRIES = 3
SERIAL_LEAP = 2**20  # no vault was so far behind: five serials are used up in a week


def rotate_keys(
    vault: Vault, signer: Signer, courier: Courier, today: int, seen: Witness, shown: Iterable[Bundle]
) -> None:
    """Sign all bundles anew where that is due, and publish what the server does not have yet.

    They are kept before they are published: nobody may seal to a key that a power cut could take. `shown` are the
    bundles that the server gives. Raises NetworkError, or RefusedError where it takes none of ours.
    """
    own = {(bundle.start, bundle.last): bundle for bundle in shown if bundle.identity == signer.public}
    if is_due(vault, today, seen, own):
        highest = max((bundle.serial for bundle in own.values()), default=0)
        sign_anew(vault, signer, today, seen, above=highest)
    publish_bundles(vault, signer, courier, today, seen)


def is_due(vault: Vault, today: int, seen: Witness, shown: dict[tuple[int, bool], Bundle]) -> bool:
    """Say whether a bundle is missing, of an earlier week, of another roster, or not the one that the server gives."""
    week, away = monday(today), _away(vault, today)
    wanted = [(start, False) for start in _mondays(today)]
    wanted.append((_last_resort_start(vault, today), True))
    for start, last in wanted:
        own = vault.bundles.find(start, last=last)
        if own is None or own.bundle != shown.get((start, last)):
            return True
        made, named = own.bundle, own.bundle.seen
        if named is None or (made.week, made.away) != (week, away):
            return True
        if (named.root, named.roster) != (seen.root, seen.roster):
            return True
    return False


def sign_anew(vault: Vault, signer: Signer, today: int, seen: Witness, *, above: int = 0) -> None:
    """Sign the bundles of this week, of the next three and the last-resort one, with serials above `above` and ours.

    Keys that are here stay: somebody may have sealed to them.
    """
    with vault.transaction():
        serial = max(vault.bundles.last_serial(), above)
        for start in _mondays(today):
            serial += 1
            _sign(vault, signer, today, seen, serial=serial, start=start, last=False)
        _sign(vault, signer, today, seen, serial=serial + 1, start=_last_resort_start(vault, today), last=True)


def card_bundle(vault: Vault, signer: Signer, today: int) -> OwnBundle:
    """Return the last-resort bundle for a card, which names what its owner's tool has seen, or nothing yet."""
    start = _last_resort_start(vault, today)
    found = vault.bundles.find(start, last=True)
    if found is None:
        with vault.transaction():
            _sign(vault, signer, today, None, serial=vault.bundles.last_serial() + 1, start=start, last=True)
        found = vault.bundles.find(start, last=True)
    assert found is not None
    return found


def publish_bundles(vault: Vault, signer: Signer, courier: Courier, today: int, seen: Witness) -> None:
    """Publish what the server has not confirmed; where it has a higher serial of ours, sign anew above that."""
    for _ in range(MAX_TRIES):
        try:
            for signed in vault.bundles.unpublished():
                courier.publish_bundle(signed)
            break
        except SerialRefusedError as refusal:
            # This vault came from a backup, or an answer was lost on its way. Nobody signs what the server says: one
            # that names the highest number there is would leave none for any bundle after it.
            if refusal.highest > vault.bundles.last_serial() + SERIAL_LEAP:
                raise RefusedError("serial") from None
            sign_anew(vault, signer, today, seen, above=refusal.highest)
    else:
        raise RefusedError("serial")
    with vault.transaction():
        vault.bundles.mark_published()


def destroy_keys(vault: Vault, days: tuple[int, int]) -> int:
    """Destroy the private halves that no envelope can need any more; return how many.

    `days` are the server's, given before the log was read, and our own: on both no server took such an envelope any
    more. To be called when everything has been read.
    """
    ended = [own.bundle for own in vault.bundles.all() if is_destroyable(own.bundle.end, days)]
    if ended:
        with vault.destruction():
            for bundle in ended:
                vault.bundles.destroy(bundle.start, last=bundle.last)
    return len(ended)


def _sign(
    vault: Vault, signer: Signer, today: int, seen: Witness | None, *, serial: int, start: int, last: bool
) -> None:
    found = vault.bundles.find(start, last=last)
    seed = found.seed if found else draw_seed()
    made = sign_bundle(
        signer,
        seed,
        serial=serial,
        start=start,
        last=last,
        week=monday(today),
        seen=seen,
        away=_away(vault, today),
    )
    vault.bundles.put(made)


def _mondays(today: int) -> list[int]:
    return [*range(monday(today), monday(today) + AHEAD + 1, WEEK)]


def _last_resort_start(vault: Vault, today: int) -> int:
    """Return the Monday of the last-resort keys of today: of those that are here, or this one where they get short."""
    own = (bundle for bundle in (own.bundle for own in vault.bundles.all()) if bundle.last and bundle.covers(today))
    return max((bundle.start for bundle in own if bundle.end - today >= RENEWAL_DAYS), default=monday(today))


def _away(vault: Vault, today: int) -> int | None:
    said = int(vault.setting(AWAY) or 0)
    return said if said >= today else None
