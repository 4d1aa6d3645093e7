"""Who comes in, and how: passwords, sessions, links, throttling, what a provider says, and who did what when."""
