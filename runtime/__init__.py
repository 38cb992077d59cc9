"""The embedded servers, the process supervisor and the command line `balance`."""
