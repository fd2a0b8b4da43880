"""The sentences of notices: what happened and what to do about it (SPEC 14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.cases.notices import NoticeKind as CaseNoticeKind
from keys.cases.numbers import case_number
from keys.sync.notices import NoticeKind
from keys.wording.cases import names_in_words, person_in_words, waits_in_words
from keys.wording.words import _, date, harmless, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keys.cases.notices import Notice as CaseNotice
    from keys.roster import Recipient
    from keys.sync.notices import Notice
    from keys.wire.ids import PersonId


def _mark(text: str) -> str:
    return text


# About one case.
CASE_SENTENCES = {
    CaseNoticeKind.FORBIDDEN: _mark(
        "ALARM: %(author)s wrote something that they may not write in this case. It is not shown and changes nothing. "
        "Ask them whether they wrote it. If they did not, somebody else has their key: tell the board at once."
    ),
    CaseNoticeKind.LEFT_OUT_NAMED: _mark(
        "ALARM: %(author)s named people whom the reporter had not let in: %(people)s. They still cannot read the case. "
        "Ask %(author)s why, and tell the board."
    ),
    CaseNoticeKind.DOSSIER_NAMED: _mark(
        "ALARM: a message of %(author)s to the reporter points to the dossier, so the reporter reads that something is "
        "missing. No ordinary tool does this. Ask %(author)s about it, and tell the board."
    ),
    CaseNoticeKind.MISSING: _mark(
        "Something in this case that has not come to you was read by %(people)s. Your tool asks for it. If it has not "
        "come in two weeks, ask them, and tell the operator."
    ),
    CaseNoticeKind.TWICE: _mark(
        "Two messages of %(author)s do not know of each other. Ask them whether they use their key on two computers, "
        "or have brought back a backup. If not, somebody else has their key: tell the board at once."
    ),
    CaseNoticeKind.NOBODY_READS: _mark(
        "Nobody on the organisation's list reads this case any more. The reporter's page says so, and the reporter can "
        "let somebody in. Keep this vault until then: it gives that person the case."
    ),
    CaseNoticeKind.CLOSED_UNREAD: _mark(
        "%(author)s closed this case without having read everything that the reporter wrote, so it is still open. Read "
        "that first, then close it again."
    ),
    CaseNoticeKind.QUIET: _mark(
        "Nothing has come in this case for a year. While it is open it is never destroyed. Close it, or write down in "
        "the dossier why it stays open."
    ),
}

# About the vault, the server and the colleagues.
SENTENCES = {
    NoticeKind.WITHHELD: _mark(
        "ALARM: these people know a list that the server does not show you: %(people)s. It may be hiding a newer one. "
        "Until it shows it, your keys are not renewed. Ask them, then tell the board."
    ),
    NoticeKind.WITNESS: _mark(
        "ALARM: the server shows these people another log than you: %(people)s. Compare with them the six words that "
        "`meldbus log` shows, ask the operator whether a backup was put back, and tell the board."
    ),
    NoticeKind.ENTRY_DAY: _mark(
        "ALARM: %(count)d entries of %(first)s have a day on which no honest server takes them. It may be showing you "
        "old entries as new ones, or showing them late. Tell the operator and the board, then: `meldbus log seen`."
    ),
    NoticeKind.LOST: _mark(
        "ALARM: the server took %(count)d of your messages and does not show them in its log. Tell the operator. They "
        "are sent again, as they were."
    ),
    NoticeKind.FAULTY: _mark(
        "ALARM: %(count)d entries of %(first)s that are for you are damaged or forged (%(fault)s). Nothing of them "
        "is shown. Tell the others and the operator; a reporter may have to send a message again. "
        "Then: `meldbus log seen`."
    ),
    NoticeKind.COPIED: _mark(
        "ALARM: the server has keys in your name that this vault did not make. Do you use your key on a second "
        "computer? If not, somebody else has it: tell the board at once."
    ),
    NoticeKind.OWN_KEY: _mark(
        "ALARM: %(count)d messages of %(first)s in your name were not written here. Did you write them on another "
        "computer? If not, somebody else has your key: tell the board at once. Then: `meldbus log seen`."
    ),
    NoticeKind.CLOCK: _mark(
        "The server's date is %(first)s, this computer's is %(second)s. Until they agree, nothing is sealed and no key "
        "is made or destroyed. Set this computer's clock, or tell the operator if the server's is wrong."
    ),
    NoticeKind.DIFFERS: _mark(
        "The server's log is not the one that you have read. Either a backup of the server was put back, or the server "
        "shows people different logs. Ask the operator, compare six words with a colleague, then decide: `meldbus log`."
    ),
    NoticeKind.UNUSABLE: _mark(
        "Nothing can be sealed to the keys of these people: %(people)s. Ask them to update their tool and run "
        "`meldbus sync`."
    ),
    NoticeKind.SPOILT: _mark(
        "The server shows keys of these people that they did not sign or that are wrong: %(people)s. Nothing is sealed "
        "to them. Ask these people to run `meldbus sync`; if this stays, tell the operator."
    ),
    NoticeKind.ALONE: _mark(
        "From %(first)s on, reporters read that too few of you have looked here. Ask these people to run "
        "`meldbus sync` once: %(people)s."
    ),
    NoticeKind.NEVER_SEEN: _mark(
        "You were away for so long that %(count)d entries ended before you read them. Your tool asks the others for "
        "what was in them. Ask them whether something was only for you, and run `meldbus sync` every three weeks."
    ),
    NoticeKind.TIMER: _mark(
        "Only %(count)d entries came in the last four weeks, fewer than the server's timer alone should send. Ask the "
        "operator whether it runs: without it colleagues can tell from the log when reports come in."
    ),
    NoticeKind.TOO_MUCH: _mark(
        "More has come than is fetched at once, so not everything was read. Run `meldbus sync` again to go on."
    ),
    NoticeKind.UNFINISHED: _mark(
        "%(count)d shares of colleagues could not be fetched whole. Each sync tries again. If this stays, tell the "
        "operator."
    ),
    NoticeKind.SHARED_WRONGLY: _mark(
        "Messages in %(count)d shares of %(first)s have a wrong key and were left out. Others may give you the right "
        "ones. If a case stays incomplete, ask your colleagues to run `meldbus sync`. Then: `meldbus log seen`."
    ),
    NoticeKind.UNKNOWN_CASES: _mark(
        "Messages of %(count)d cases have come whose reports you do not have. Your tool asks the others for them. If "
        "this stays for two weeks, ask your colleagues to run `meldbus sync`."
    ),
    NoticeKind.PUT_ASIDE: _mark(
        "%(count)d of your messages were not sent, and you decide about them. `meldbus outbox` shows each and why."
    ),
    NoticeKind.SINCE_BACKUP: _mark(
        "Since your backup was made you have written %(count)d messages and keys. That is expected after bringing it "
        "back. If you did not write them, somebody else has your key: tell the board at once."
    ),
    NoticeKind.DESTROY_ON: _mark(
        "Case %(cases)s will be destroyed on this computer on %(first)s at the earliest. To keep it longer, say why: "
        "`meldbus hold`."
    ),
    NoticeKind.LAST_WORDS: _mark(
        "The reporter has written in case %(cases)s, which this vault has destroyed. It is shown once and cannot be "
        "answered. Read it now, and ask the others whether they still have the case."
    ),
    NoticeKind.NOBODY_READS: _mark(
        "Nobody on the organisation's list reads case %(cases)s any more. The reporter's page says so, and the "
        "reporter can let somebody in. Keep this vault until then: it gives that person the case."
    ),
    NoticeKind.QUIET: _mark(
        "Nothing has come in case %(cases)s for a year. While it is open it is never destroyed. Close it, or write "
        "down in its dossier why it stays open."
    ),
    NoticeKind.BACKUP: _mark(
        "A case was destroyed that your latest backup still holds. Make a new backup (`meldbus backup`), then destroy "
        "the old one."
    ),
}


def case_notice_in_words(notice: CaseNotice, persons: Mapping[PersonId, Recipient]) -> str:
    """Return the sentence of a notice about a case."""
    people = names_in_words(notice.people, persons) or _("the reporter")
    words = {"author": person_in_words(notice.person, persons), "people": people}
    return _(CASE_SENTENCES[notice.kind]) % words


def notice_in_words(notice: Notice) -> str:
    """Return the sentence of a notice about the vault, the server or colleagues."""
    first, second = ([date(day) for day in notice.days] + ["", ""])[:2]
    sentence = _(SENTENCES[notice.kind]) % {
        "people": ", ".join(harmless(name) for name in notice.people),
        "cases": ", ".join(map(case_number, notice.cases)),
        "count": notice.count,
        "fault": one_line(notice.fault),
        "first": first,
        "second": second,
    }
    return " ".join([sentence, waits_in_words(notice.waits)]).strip()
