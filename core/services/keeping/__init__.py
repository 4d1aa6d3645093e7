"""How a studio comes through bad days: backups, restoring, and what the doctor finds."""
