"""Names of the settings of a vault that more than one module reads."""

BACKUP_WANTED = "backup wanted"  # a case was destroyed, and the latest backup still holds it
COMPLETED = "completed"  # a sync was complete since this vault was made or restored
IS_COMPLETE = "is complete"  # the last sync was, and what was read after it was read to its end
RESTORED = "restored"  # from a backup, and the log was not read to its end since
