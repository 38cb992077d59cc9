"""Worker tasks: unpack, open a session, call one service."""
