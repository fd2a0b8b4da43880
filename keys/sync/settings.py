"""Names of the settings of a vault that more than one module reads."""

BACKUP_WANTED = "backup wanted"  # the latest backup still holds a case that was destroyed
COMPLETED = "completed"  # a sync was complete since this vault was made or restored
IS_COMPLETE = "is complete"  # the last sync was, and its later entries were read to the end
RESTORED = "restored"  # restored from a backup, and the log was not read to its end since
RESTORED_OUTBOX = "restored outbox"  # the macs in the outbox of a backup, until a sync was complete since
