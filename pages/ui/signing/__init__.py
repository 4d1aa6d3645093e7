"""What signing in, accounts and the log of who did what are made of, with their routes."""
