"""The errors of the recipients' tool; each docstring is what the person reads, with the remedy.

Nothing here prints or exits: only the command line turns an error into words.
"""

from __future__ import annotations


class MeldbusError(Exception):
    """Something went wrong that Meldbus has no better word for."""

    code = "error"

    def __str__(self) -> str:
        """Say what happened, then the detail that the raiser gave.

        A detail names a field, a limit or a path, never anything that a reporter wrote.
        """
        words = " ".join((type(self).__doc__ or "").split())
        detail = super().__str__()
        return f"{words} ({detail})" if detail else words


class FormatError(MeldbusError):
    """These bytes are not what they should be."""

    code = "format"


class UnsupportedError(FormatError):
    """This was made by a newer version of Meldbus: update the tool, then try again."""

    code = "unsupported"


class MalformedError(FormatError):
    """These bytes are not a valid Meldbus document: fetch or copy them again."""

    code = "malformed"


class NoSlotError(FormatError):
    """This envelope is not addressed to you."""

    code = "no-slot"


class TamperedError(FormatError):
    """Somebody or something changed this on its way: do not trust it, and tell the others."""

    code = "tampered"


class ForbiddenError(FormatError):
    """Its author may not say this in this case: it counts for nothing, and is an alarm."""

    code = "forbidden"


class ReceiptError(FormatError):
    """The code has a typing error: compare it with what you wrote down."""

    code = "receipt"


class StampError(FormatError):
    """The proof of work does not suffice: make a new one with the work that the server asks for."""

    code = "stamp"


class TrustError(MeldbusError):
    """The organisation's signed list cannot be trusted."""

    code = "trust"


class BelowThresholdError(TrustError):
    """Too few of the board's root keys have signed this: let another key holder sign it."""

    code = "below-threshold"


class ExpiredError(TrustError):
    """This is past its last day, or not valid yet: the board has to sign a new one."""

    code = "expired"


class RolledBackError(TrustError):
    """The server shows an older list than one already seen: do not go on, and tell the board."""

    code = "rolled-back"


class OlderChainError(RolledBackError):
    """The server shows an older list than you have seen: tell the board. Was it restored: `meldbus log give-chain`."""


class ForkError(TrustError):
    """There are two different signed documents with one version: do not go on, and tell the board."""

    code = "fork"


class NotEnrolledError(TrustError):
    """This identity is not on the roster: ask the board to sign a roster that names it."""

    code = "not-enrolled"


class PersonError(MeldbusError):
    """A card does not fit the persons of the earlier rosters: ask whose it is, and make the roster again."""

    code = "person"


class ClockError(MeldbusError):
    """The server's date and this computer's differ by more than two days.

    Nothing is sealed. Set this computer's clock, or tell the operator where the server's is wrong.
    """

    code = "clock"


class ProofError(MeldbusError):
    """This proof does not hold: do not rely on it, and ask whoever gave it to you for the file as they got it."""

    code = "proof"


class KeyFileError(MeldbusError):
    """The key file cannot be used: check which file it is, or restore it from its backup."""

    code = "key-file"


class NoKeyError(KeyFileError):
    """There is no key here yet: begin with `meldbus setup`, or bring a backup back with `meldbus restore`."""

    code = "no-key"


class PassphraseError(KeyFileError):
    """The passphrase does not open this key file: try again, slowly."""

    code = "passphrase"


class ExistsError(MeldbusError):
    """The file exists and is never overwritten: move it away, or choose another name."""

    code = "exists"


class PolicyError(MeldbusError):
    """The policy has mistakes: mend what is named."""

    code = "policy"


class VaultError(MeldbusError):
    """The vault cannot be used: another `meldbus` may have it open; end that one and try again."""

    code = "vault"


class NotJoinedError(MeldbusError):
    """This vault has joined no organisation yet: run `meldbus join`."""

    code = "not-joined"


class JoinedError(MeldbusError):
    """This vault has joined an organisation already, and keeps to that one: enrol anew for another."""

    code = "joined"


class BackupError(MeldbusError):
    """This is not a whole backup of Meldbus: take another copy of it, or make a new one."""

    code = "backup"


class RestoredError(MeldbusError):
    """This vault was restored from a backup and shows nothing before it has fetched: run `meldbus sync`."""

    code = "restored"


class NoCaseError(MeldbusError):
    """There is no such case here: `meldbus list` shows those you can open."""

    code = "no-case"


class AmbiguousNumberError(MeldbusError):
    """Two cases have this number, which hardly happens by chance: open the one that you mean from the inbox's list."""

    code = "ambiguous-number"


class GrownError(MeldbusError):
    """Something new has come in this case, so nothing was written: read it, then do it again."""

    code = "grown"


class NobodyError(MeldbusError):
    """Nobody is left who may read this report: tell it to somebody outside, whom the site's page of others names."""

    code = "nobody"


class ExcludedError(MeldbusError):
    """The reporter left this person out of the case, so they cannot be let in."""

    code = "excluded"


class LockedError(MeldbusError):
    """You do not read this case any more, so it is closed to you: the others who can read it go on."""

    code = "locked"


class NobodyLeftError(MeldbusError):
    """Nobody else could read this case then: name somebody who takes it over."""

    code = "nobody-left"


class UnknownNameError(MeldbusError):
    """Nobody on the roster is called so: write the name as `meldbus roster show` shows it."""

    code = "unknown-name"


class RecordError(MeldbusError):
    """The policy has no such form, field, choice, day, topic or category: take one of those that it has."""

    code = "record"


class NoIdentityError(MeldbusError):
    """The reporter has not said who they are in this case."""

    code = "no-identity"


class TextError(MeldbusError):
    """A text that is needed is empty, or longer than a message may be: write it, or send it as a file."""

    code = "text"


class ChangedError(MeldbusError):
    """A file changed while it was being sealed, so nothing was sent: leave it as it is, and begin again."""

    code = "changed"


class TooLargeError(MeldbusError):
    """The files are larger than the organisation's policy allows: send fewer, or in several messages."""

    code = "too-large"


class UnreadableError(MeldbusError):
    """A file cannot be read: check that it is there and is yours to read."""

    code = "unreadable"


class SpaceError(MeldbusError):
    """There is not enough room on the disk for the files: make room, or choose another folder."""

    code = "space"


class FolderError(MeldbusError):
    """This folder is not yours alone: choose a new one, which is then made for you."""

    code = "folder"


class BusyError(MeldbusError):
    """Another `meldbus` is saving these files at this moment: wait until it is done."""

    code = "busy"


class BoardError(MeldbusError):
    """The board has to be told of this case before it is closed: record whom you have told, when and how."""

    code = "board"


class EarlyError(MeldbusError):
    """This case may not be destroyed yet: its day has not come, and no two recipients have agreed to it."""

    code = "early"


class NetworkError(MeldbusError):
    """The server cannot be reached: check the address and the connection, then try again."""

    code = "network"


class RefusedError(NetworkError):
    """The server refused this."""

    code = "refused"


class TooMuchWorkError(RefusedError):
    """The server asks for more work than it may: try again later, and tell the operator if this stays."""

    code = "too-much-work"


class GivenUpError(RefusedError):
    """The inbox was locked before the server had answered: what waits goes out the next time."""

    code = "given-up"


class UnknownCapabilityError(RefusedError):
    """The server knows no box for this code: it may have expired, or the code is another one."""

    code = "unknown-capability"


class DiffersError(RefusedError):
    """The server's log is not the one that you have read: ask the operator whether a backup was put back."""

    code = "differs"


class AloneError(MeldbusError):
    """Only you can read this case, so nobody could approve of it: let somebody else read it first."""

    code = "alone"


class NotClosedError(MeldbusError):
    """This case is not closed, so it goes on as it is."""

    code = "not-closed"


class NothingAskedError(MeldbusError):
    """Nobody else has asked for something here that still has to be approved of."""

    code = "nothing-asked"


class ReasonError(MeldbusError):
    """To keep a case longer than the policy's usual term there has to be a reason: write it down."""

    code = "reason"


class RunningYearError(MeldbusError):
    """An overview is made of a year that has ended: two of one year would tell what came between them."""

    code = "running-year"


class OwnMatterError(MeldbusError):
    """You cannot write down a report that you may not read by the policy's rules: let somebody else do it."""

    code = "own-matter"


class NoGroundError(MeldbusError):
    """Who the reporter is may be told only on a ground that stands in the case: a consent, or a demand two approved."""

    code = "no-ground"


class FileNameError(MeldbusError):
    """The name of the file has to end in .html, .json or .csv: that says what is made."""

    code = "file-name"


class EnteredError(MeldbusError):
    """A recipient wrote this report down and had its code, so no consent counts here: ask for it on paper."""

    code = "entered"
