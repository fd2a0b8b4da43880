"""The outbox of a restored vault, whose messages may have been posted since the backup.

It posts nothing before a complete sync (SPEC 10.5). Then messages that are in the log under another id are dropped, and
messages that may be in an entry that this vault cannot open are put aside for its owner to decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases.own_chain import OwnChain
from keys.sync.composing import renamed_in
from keys.sync.settings import RESTORED_OUTBOX
from keys.vault.outbox_store import Reason, State
from keys.wire.envelope import MAC_SIZE
from keys.wire.messages import DOSSIER, LOG, THREAD

if TYPE_CHECKING:
    from collections.abc import Collection

    from keys.sync.composing import Composer
    from keys.vault import Vault
    from keys.vault.outbox_store import Outgoing
    from keys.wire.ids import CaseId, MessageId, PersonId


def hold_outbox(vault: Vault) -> None:
    """Hold the outbox of a backup until a complete sync; call it in the transaction that restores the vault."""
    vault.put_setting(RESTORED_OUTBOX, b"".join(one.message.mac for one in vault.outbox.all()))


def is_held(vault: Vault) -> bool:
    """Say whether the outbox of a restored vault still waits for a complete sync."""
    return vault.setting(RESTORED_OUTBOX) is not None


def settle_restored(composer: Composer, owner: PersonId) -> None:
    """Release the messages that were not posted since the backup.

    Call it at a complete sync, before own keys are made. Messages that were put aside are checked again each time: a
    colleague's share can bring the posted message.
    """
    vault = composer.vault
    held = vault.setting(RESTORED_OUTBOX)
    macs = held or b""
    of_backup = {macs[at : at + MAC_SIZE] for at in range(0, len(macs), MAC_SIZE)}
    with vault.transaction():
        outgoing = vault.outbox.all()
        cases = {
            one.message.case: None
            for one in outgoing
            if one.message.mac in of_backup or one.reason is Reason.MAY_BE_POSTED
        }
        for case_id in cases:
            if case_id is not None:
                _settle_case(composer, owner, case_id, of_backup)
        vault.drop_setting(RESTORED_OUTBOX)


def _settle_case(composer: Composer, owner: PersonId, case_id: CaseId, of_backup: Collection[bytes]) -> None:
    vault = composer.vault
    case = vault.case_store.load(case_id, composer.rosters, composer.addressees.day)
    if case is None:
        return
    chains = {channel: OwnChain.of(case, owner, channel) for channel in (THREAD, DOSSIER)}
    # Own keys of every week since the backup open all entries that were sealed since.
    opens_all = not case.missing and any(
        not own.bundle.last and own.bundle.covers(composer.addressees.day) for own in vault.bundles.all()
    )
    renamed: dict[bytes, bytes] = {}
    unsure: set[int] = set()
    for one in vault.outbox.all():
        head = one.message.head
        if head.case != case_id or head.channel == LOG or one.state is State.ACKNOWLEDGED:
            continue
        chain, seen = chains[head.channel], _named(one, renamed)
        posted = chain.find(renamed_in(head.body, renamed), head.files, seen)
        if posted is not None:
            renamed[one.message.id] = posted
            vault.outbox.drop(one.message.mac)
        elif one.state is not State.PUT_ASIDE and one.message.mac in of_backup:
            unsure |= {one.number} if not opens_all or chain.goes_on_after(seen) else set()
    waiting = vault.outbox.waiting(case_id)
    sure = [one for one in waiting if not unsure or one.number < min(unsure)]
    vault.outbox.put_aside(waiting[len(sure) :], Reason.MAY_BE_POSTED)
    if renamed:
        composer.seal_anew(sure, renamed)


def _named(one: Outgoing, renamed: dict[bytes, bytes]) -> list[MessageId]:
    return [renamed.get(name, name) for name in one.message.head.seen]  # type: ignore[misc]
