"""What the pages draw of backups and of how the studio is."""
