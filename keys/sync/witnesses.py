"""The witnesses in colleagues' bundles, compared with the local index of the log (SPEC 7.6 step 9, 10.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keys.roster import Bundle
    from keys.sync.trust import Trust
    from keys.vault import Vault
    from keys.wire.ids import PersonId


def check_witnesses(vault: Vault, trust: Trust, bundles: Iterable[Bundle]) -> list[PersonId]:
    """Return the people with a bundle that names another log than the one that this vault has read, ascending.

    `bundles` are those that count. A place that this vault has not read proves nothing yet: see `naming_later_place`.
    """
    heads = [(trust.person_of(bundle.identity), bundle.seen.log) for bundle in bundles if bundle.seen is not None]
    known = vault.log.digests_at({head.place for _, head in heads}, trust.origin)
    others = {person for person, head in heads if known.get(head.place, head.digest) != head.digest}
    return sorted(person for person in others if person is not None)


def naming_later_place(vault: Vault, trust: Trust, bundles: Iterable[Bundle]) -> list[Bundle]:
    """Return the bundles that name a place after the end of the log as read; `bundles` are those that count.

    If there are any, the server withholds entries, and the sync is not complete.
    """
    end = vault.log.end(trust.origin).position
    return [bundle for bundle in bundles if bundle.seen is not None and bundle.seen.log.place > end]
