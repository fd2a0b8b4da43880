"""Errors about cases and the register."""

from __future__ import annotations

from keys.errors.base import MeldbusError


class NoCaseError(MeldbusError):
    """No case of this vault has this number or id."""

    code = "no-case"
    message = "There is no such case here."
    hint = "`meldbus list` shows those you can open."


class AmbiguousNumberError(MeldbusError):
    """The ids of two cases begin alike."""

    code = "ambiguous-number"
    message = "Two cases have this number, which hardly happens by chance."
    hint = "Open the one that you mean from the inbox's list."


class GrownError(MeldbusError):
    """The case has new messages since it was shown."""

    code = "grown"
    message = "Something new has come in this case, so nothing was written."
    hint = "Read it, then do it again."


class NobodyError(MeldbusError):
    """By the policy's rules, nobody may read the report."""

    code = "nobody"
    message = "Nobody is left who may read this report."
    hint = "Go to somebody outside the organisation. The site's page of other ways names them."


class ExcludedError(MeldbusError):
    """The reporter left out this person."""

    code = "excluded"
    message = "The reporter left this person out of the case."
    hint = "They can be let in only with the reporter's consent."


class LockedError(MeldbusError):
    """The vault's owner no longer reads the case."""

    code = "locked"
    message = "You do not read this case any more, so you cannot open it."
    hint = "The others go on."


class NobodyLeftError(MeldbusError):
    """The only reader of a case cannot step back."""

    code = "nobody-left"
    message = "Nobody else could read this case then."
    hint = "Name somebody who takes it over."


class UnknownNameError(MeldbusError):
    """The roster has no such name."""

    code = "unknown-name"
    message = "Nobody on the roster has this name."
    hint = "Write the name as `meldbus roster show` shows it."


class RecordError(MeldbusError):
    """The policy has no such form, field, choice, day, topic or category."""

    code = "record"
    message = "The policy has no such form, field, choice, day, topic or category."
    hint = "Choose one that it has."


class NoIdentityError(MeldbusError):
    """The case has no `identity`."""

    code = "no-identity"
    message = "The reporter has not said who they are in this case."
    hint = "There is nothing to show."


class BoardError(MeldbusError):
    """The board must be informed before the case is closed."""

    code = "board"
    message = "The board has to be told of this case before it is closed."
    hint = "Record whom you have told, when and how."


class EarlyError(MeldbusError):
    """The case must not be destroyed before its last day."""

    code = "early"
    message = "This case may not be destroyed yet: its last day has not passed."
    hint = "To destroy it sooner, two recipients have to agree."


class AloneError(MeldbusError):
    """A request needs a second person, and nobody else can approve it."""

    code = "alone"
    message = "Only you can read this case, so nobody could approve."
    hint = "Let somebody else read it first."


class NotClosedError(MeldbusError):
    """The action needs a closed case."""

    code = "not-closed"
    message = "This works only for a closed case, and this one is open."
    hint = "Close the case first."


class NothingAskedError(MeldbusError):
    """An approval or objection without a request."""

    code = "nothing-asked"
    message = "Nobody else has asked for an approval here."
    hint = "Read the case to see what was asked for and approved."


class ReasonError(MeldbusError):
    """A longer retention without a reason."""

    code = "reason"
    message = "To keep a case longer than the policy says, a reason is needed."
    hint = "Write it down."


class RunningYearError(MeldbusError):
    """Annual figures need a year that has ended."""

    code = "running-year"
    message = "This year has not ended. Comparing two overviews of one year would reveal the cases in between."
    hint = "Choose an earlier year."


class OwnMatterError(MeldbusError):
    """The author of an oral report may not read it."""

    code = "own-matter"
    message = "By the policy's rules you may not read this report, so you cannot write it down."
    hint = "Let somebody else do it."


class NoGroundError(MeldbusError):
    """An export must not name the reporter without a ground."""

    code = "no-ground"
    message = "Nothing in this case allows you to tell who the reporter is."
    hint = "Ask the reporter for consent, or let a second recipient approve a legal demand."


class EnteredError(MeldbusError):
    """A case that a recipient wrote down has no reporter who can consent."""

    code = "entered"
    message = "A recipient wrote this report down and had its code, so consent does not count here."
    hint = "Ask for it on paper."
