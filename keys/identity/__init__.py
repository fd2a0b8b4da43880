"""A recipient's long-lived key, its key file, its bundles, and the wrapping of its vault. It opens no envelope."""

from keys.atomic_files import make_folder, replace, sync_folder, write_new, write_new_pieces
from keys.identity.bundles import OwnBundle, draw_seed, private_pair, sign_bundle
from keys.identity.keyfile import (
    KIND_IDENTITY,
    KIND_ROOT,
    MODERATE,
    KeyFile,
    Profile,
    open_key_file,
    relock_key_file,
    unlock_key_file,
    write_key_file,
)
from keys.identity.log_capability import card_box, open_log_capability
from keys.identity.passphrase import check_new_passphrase
from keys.identity.wrapping import Wrapper

__all__ = [
    "KIND_IDENTITY",
    "KIND_ROOT",
    "MODERATE",
    "KeyFile",
    "OwnBundle",
    "Profile",
    "Wrapper",
    "card_box",
    "check_new_passphrase",
    "draw_seed",
    "make_folder",
    "open_key_file",
    "open_log_capability",
    "private_pair",
    "relock_key_file",
    "replace",
    "sign_bundle",
    "sync_folder",
    "unlock_key_file",
    "write_key_file",
    "write_new",
    "write_new_pieces",
]
