"""What programs are told of over webhooks besides alerts; an endpoint names each that it wants."""

from enum import StrEnum


class HookEvent(StrEnum):
    """The name of an event as it stands in the body of a delivery."""

    FINDING_OPENED = "finding.opened"
    FINDING_CONFIRMED = "finding.confirmed"
    COMMAND_DONE = "command.done"
    COMMAND_FAILED = "command.failed"
    CONCENTRATOR_SILENT = "concentrator.silent"
    CONCENTRATOR_BACK = "concentrator.back"
