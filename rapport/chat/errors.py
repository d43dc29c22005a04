"""What the chat refuses, and why.

ChatError
├── InvalidCustomerTokenError   the shop's token for a customer is wrong, too old or used
├── UnknownConversationError    the conversation is gone
├── UnknownButtonError          this payload was not offered in this conversation
├── RefusedFileError            not a file this chat takes
├── InvalidFormError            a form was filled in wrongly, or is not there
├── WithAgentError              a person is answering, so that cannot be done now
├── MovedError                  the conversation is no longer as it was when the caller looked
├── NotHeldError                only who holds the conversation may do that
├── NotThereError               who should take the conversation is not there
└── AssistantError              the assistant gave no answer
"""

from __future__ import annotations

from collections.abc import Sequence


class ChatError(Exception):
    """The chat cannot do this."""

    def __str__(self) -> str:
        return super().__str__() or str(type(self).__doc__)


class InvalidCustomerTokenError(ChatError):
    """The customer token was not signed by the shop, has expired, or was used before."""


class UnknownConversationError(ChatError):
    """There is no such conversation."""


class UnknownButtonError(ChatError):
    """This payload was not offered in this conversation."""


class RefusedFileError(ChatError):
    """Not a file this chat takes."""


class InvalidFormError(ChatError):
    """These fields of the form are missing or not what they should be; none: there is no such form."""

    def __init__(self, fields: Sequence[str] = ()) -> None:
        super().__init__(f"{type(self).__doc__} {', '.join(fields)}".strip())
        self.fields = tuple(fields)


class WithAgentError(ChatError):
    """A person is answering this conversation now."""


class MovedError(ChatError):
    """The conversation has changed since you looked: read it again."""


class NotHeldError(ChatError):
    """Only the agent who holds this conversation may do that."""


class NotThereError(ChatError):
    """There is no such agent, or she is not there now."""


class AssistantError(ChatError):
    """The assistant gave no answer."""
