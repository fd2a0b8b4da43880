"""Rotation of own keys: made weeks ahead, signed again each week, destroyed when no envelope can need them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.errors import RefusedError, SerialRefusedError
from keys.identity import draw_seed, sign_bundle
from keys.roster.weeks import AHEAD, RENEWAL_DAYS, WEEK, is_destroyable, monday

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keys.courier import Courier
    from keys.identity import OwnBundle
    from keys.roster import Bundle, Witness
    from keys.sealing import Signer
    from keys.vault import Vault

AWAY = "away"  # the last day on which the vault's owner is away
MAX_TRIES = 3
SERIAL_LEAP = 2**20  # no vault was ever so far behind: a week uses up five serials


def rotate_keys(
    vault: Vault, signer: Signer, courier: Courier, today: int, seen: Witness, shown: Iterable[Bundle]
) -> None:
    """Sign all bundles again if that is due, and publish those that the server does not have yet.

    They are stored before they are published: nobody may seal to a key that a power cut could destroy. `shown` are the
    server's bundles. Raises NetworkError, or RefusedError if the server refuses all of ours.
    """
    own = {(bundle.start, bundle.last): bundle for bundle in shown if bundle.identity == signer.public}
    if is_due(vault, today, seen, own):
        highest = max((bundle.serial for bundle in own.values()), default=0)
        sign_anew(vault, signer, today, seen, above=highest)
    publish_bundles(vault, signer, courier, today, seen)


def is_due(vault: Vault, today: int, seen: Witness, shown: dict[tuple[int, bool], Bundle]) -> bool:
    """Say whether a bundle is missing, of an earlier week, of another roster, or differs from the server's."""
    week, away = monday(today), _away(vault, today)
    own = {(one.bundle.start, one.bundle.last): one.bundle for one in vault.bundles.all()}
    wanted = [(start, False) for start in _mondays(today)]
    wanted.append((_last_resort_start(own.values(), today), True))
    for kind in wanted:
        made = own.get(kind)
        if made is None or made != shown.get(kind):
            return True
        named = made.seen
        if named is None or (made.week, made.away) != (week, away):
            return True
        if (named.root, named.roster) != (seen.root, seen.roster):
            return True
    return False


def sign_anew(vault: Vault, signer: Signer, today: int, seen: Witness, *, above: int = 0) -> None:
    """Sign the bundles of this week and the next three, and the last-resort one, with serials above `above` and ours.

    Existing keys stay: somebody may have sealed to them.
    """
    with vault.transaction():
        serial = max(vault.bundles.last_serial(), above)
        for start in _mondays(today):
            serial += 1
            _sign(vault, signer, today, seen, serial=serial, start=start, last=False)
        _sign(vault, signer, today, seen, serial=serial + 1, start=_kept_last_resort(vault, today), last=True)


def card_bundle(vault: Vault, signer: Signer, today: int) -> OwnBundle:
    """Return the last-resort bundle for a card, which names what its owner's tool has seen, if anything."""
    start = _kept_last_resort(vault, today)
    found = vault.bundles.find(start, last=True)
    if found is None:
        with vault.transaction():
            _sign(vault, signer, today, None, serial=vault.bundles.last_serial() + 1, start=start, last=True)
        found = vault.bundles.find(start, last=True)
    assert found is not None
    return found


def publish_bundles(vault: Vault, signer: Signer, courier: Courier, today: int, seen: Witness) -> None:
    """Publish unconfirmed bundles; if the server has a higher serial of ours, sign again with higher ones."""
    for _ in range(MAX_TRIES):
        try:
            for signed in vault.bundles.unpublished():
                courier.publish_bundle(signed)
            break
        except SerialRefusedError as refusal:
            # This vault was restored from a backup, or an answer was lost. The server's number is trusted only up to a
            # limit: the highest possible serial would leave none for later bundles.
            if refusal.highest > vault.bundles.last_serial() + SERIAL_LEAP:
                raise RefusedError("serial") from None
            sign_anew(vault, signer, today, seen, above=refusal.highest)
    else:
        raise RefusedError("serial")
    with vault.transaction():
        vault.bundles.mark_published()


def destroy_keys(vault: Vault, days: tuple[int, int]) -> int:
    """Destroy the private halves that no envelope can need any more; return how many.

    `days` are the server's day, given before the log was read, and the local day: on both, no server accepted such an
    envelope any more. Call it only after reading everything.
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


def _kept_last_resort(vault: Vault, today: int) -> int:
    return _last_resort_start((own.bundle for own in vault.bundles.all()), today)


def _last_resort_start(own: Iterable[Bundle], today: int) -> int:
    """Return the Monday of the current last-resort keys: of the existing ones, or this one if those end soon."""
    kept = (bundle for bundle in own if bundle.last and bundle.covers(today) and bundle.end - today >= RENEWAL_DAYS)
    return max((bundle.start for bundle in kept), default=monday(today))


def _away(vault: Vault, today: int) -> int | None:
    said = int(vault.setting(AWAY) or 0)
    return said if said >= today else None
