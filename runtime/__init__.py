"""The embedded servers, the process supervisor and the command line `balance`."""

import os

# Parts are many and processors few: threads of a matrix product would only wait for each other.
# It must be said before numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
