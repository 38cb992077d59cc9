"""Large arrays as parameters: the text of an array, written in one go from numpy's memory.

The driver encodes a list element by element, which costs more than what the server then does with
it. A statement takes such a text as ``$2::text::bigint[]``, and only in a FROM clause, where it is
read once: in an expression the cast would be done again for every row.
"""

from typing import Any

import orjson
from numpy.typing import NDArray


def array_literal(values: NDArray[Any]) -> str:
    """PostgreSQL's text of a one-dimensional array of whole numbers.

    Examples
    --------
    >>> import numpy as np
    >>> array_literal(np.array([3, -1]))
    '{3,-1}'
    """
    text = orjson.dumps(values, option=orjson.OPT_SERIALIZE_NUMPY).decode("ascii")
    return f"{{{text[1:-1]}}}"
