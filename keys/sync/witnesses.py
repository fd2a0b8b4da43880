"""What colleagues' bundles say of the log, compared with the own index (SPEC 7.6 step 9, 10.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keys.roster import Bundle
    from keys.sync.trust import Trust
    from keys.vault import Vault
    from keys.wire.ids import PersonId


def check_witnesses(vault: Vault, trust: Trust, bundles: Iterable[Bundle]) -> list[PersonId]:
    """Return the persons of whom a bundle names another log than the one that this vault has read, ascending.

    `bundles` are those that count. A place that this vault has not read says nothing yet: see `names_later_place`.
    """
    named = set()
    for bundle in bundles:
        person = trust.person_of(bundle.identity)
        if bundle.seen is None or person is None:
            continue
        known = vault.log.digest_at(bundle.seen.log.place, trust.origin)
        if known is not None and known != bundle.seen.log.digest:
            named.add(person)
    return sorted(named)


def names_later_place(vault: Vault, trust: Trust, bundles: Iterable[Bundle]) -> bool:
    """Say whether a bundle that counts names a place after the end of the log as it was read.

    Then the server withholds something, and the sync is not complete.
    """
    end = vault.log.end(trust.origin).position
    return any(bundle.seen is not None and bundle.seen.log.place > end for bundle in bundles)
