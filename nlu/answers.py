"""Each answer of the action server is still validated, against a schema that is prepared once."""

from __future__ import annotations

from typing import Any

import jsonschema
from rasa.core.actions.action import RemoteAction

# Rasa 3.6 calls `jsonschema.validate`, which proves at every call that Rasa's own constant schema is a schema:
# two thirds of a whole turn. It has no hook for this, so the one method is replaced.
_VALIDATOR = jsonschema.Draft202012Validator(RemoteAction.action_response_format_spec())


def validate_answer(action: RemoteAction, result: dict[str, Any]) -> bool:
    """True, or jsonschema's ValidationError naming what is wrong."""
    _VALIDATOR.validate(result)
    return True


def prepare_validation() -> None:
    """From now on every remote action of this process uses the prepared schema."""
    RemoteAction._validate_action_result = validate_answer
