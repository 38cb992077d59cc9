"""The metering model and its changes."""
