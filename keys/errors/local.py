"""Errors about the recipient's own key, vault, backup and folders."""

from __future__ import annotations

from keys.errors.base import MeldbusError


class KeyFileError(MeldbusError):
    """A key file cannot be read, or is not the expected one."""

    code = "key-file"
    message = "The key file cannot be used."
    hint = "Check which file it is, or restore it from its backup."


class NoKeyError(KeyFileError):
    """The home folder has no key file."""

    code = "no-key"
    message = "There is no key here yet."
    hint = "Begin with `meldbus setup`, or restore a backup with `meldbus restore`."


class PassphraseError(KeyFileError):
    """A passphrase does not open a key file or backup."""

    code = "passphrase"
    message = "The passphrase does not open this key file."
    hint = "Type it again, slowly."


class ShortPassphraseError(MeldbusError):
    """A new passphrase has fewer than 14 characters."""

    code = "short-passphrase"
    message = "This passphrase is too short."
    hint = "Take five words or more, at least 14 characters together."


class VaultError(MeldbusError):
    """The vault is locked by another process, or is not a vault."""

    code = "vault"
    message = "The vault cannot be used. Another `meldbus` may have it open."
    hint = "End that one and try again."


class NotJoinedError(MeldbusError):
    """The vault has no roots."""

    code = "not-joined"
    message = "This vault has joined no organisation yet."
    hint = "Type `meldbus join`."


class JoinedError(MeldbusError):
    """The vault already has other roots."""

    code = "joined"
    message = "This vault belongs to an organisation already."
    hint = "For another organisation, make a new key and vault."


class BackupError(MeldbusError):
    """A backup is damaged, or is not a backup."""

    code = "backup"
    message = "This is not a whole backup of Meldbus."
    hint = "Take another copy of it, or make a new one."


class RestoredError(MeldbusError):
    """A restored vault has not yet read the whole log."""

    code = "restored"
    message = "This vault was restored from a backup, and shows nothing before it has fetched."
    hint = "Type `meldbus sync`."


class ExistsError(MeldbusError):
    """A file would be overwritten."""

    code = "exists"
    message = "The file exists and is never overwritten."
    hint = "Move it away, or choose another name."


class FolderError(MeldbusError):
    """Other users of the computer can open a folder."""

    code = "folder"
    message = "Other people can open this folder."
    hint = "Choose a new one. It is then made for you."


class BusyError(MeldbusError):
    """Another process is saving the same files."""

    code = "busy"
    message = "Another `meldbus` is saving these files at this moment."
    hint = "Wait until it is done."


class PolicyError(MeldbusError):
    """A policy.toml has mistakes. The details name each of them."""

    code = "policy"
    message = "The policy has mistakes."
    hint = "Correct what is named."
