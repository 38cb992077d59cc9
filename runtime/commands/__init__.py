"""The commands of ``balance``, one file a group; each registers itself on the application."""
