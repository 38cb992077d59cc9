"""Files in the schema: text, or base64 where the format is no text."""

import base64

import strawberry

from backend.services.sheets import FileFormat
from domain.errors import InvalidError

LARGEST_FILE = 6 * 2**20
"""Bytes of a table; longer ones are imported from the command line."""

strawberry.enum(FileFormat, description="How a table is written.")


def file_of(text: str, file_format: FileFormat, largest: int) -> bytes:
    """Bytes of a file: CSV as text, XLSX in base64.

    Raises
    ------
    InvalidError
        It is longer than ``largest`` bytes, or no base64.
    """
    if len(text) > largest * 4 // 3:
        raise InvalidError(f"the file is larger than {largest} bytes", field="file")
    try:
        if file_format is FileFormat.CSV:
            return text.encode()
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise InvalidError("the file is no text, or no base64", field="file") from error
