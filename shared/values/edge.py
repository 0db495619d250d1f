"""How the values meet pydantic: a refusal keeps its code and text, and the refused input is withheld."""

from collections.abc import Callable
from typing import Any

from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, ValidationError, core_schema

from shared.errors import Invalid

WITHHELD = "***"


def edge_schema(build: Callable[[Any], object], serialiser: core_schema.SerSchema) -> CoreSchema:
    """Validate by `build`; an `Invalid` becomes an error of type `code` whose input is `***`.

    Pydantic prints and lists the input of every error, so a plain `ValueError` would carry a citizen's
    number into logs and answers; an inner `ValidationError` keeps the input it was given. Two ways out stay
    open and are the caller's to close: a citizen's number as a mapping key (pydantic puts keys into `loc`),
    and errors about a whole body (their input is the body: answer with `errors(include_input=False)`).
    """

    def validate(value: Any) -> object:
        try:
            return build(value)
        except Invalid as refusal:
            error = PydanticCustomError(refusal.code, "{detail}", {"detail": refusal.detail})
            details = InitErrorDetails(type=error, input=WITHHELD)
            raise ValidationError.from_exception_data(type(refusal).__name__, [details]) from None

    return core_schema.no_info_plain_validator_function(validate, serialization=serialiser)
