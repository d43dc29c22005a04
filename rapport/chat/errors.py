"""What the chat refuses, and why.

ChatError
├── InvalidCustomerTokenError   the shop's token for a customer is wrong, too old or used
├── UnknownConversationError    the conversation is gone or closed
├── UnknownButtonError          this payload was not offered in this conversation
├── RefusedFileError            not a file this chat takes
├── WithAgentError              a person is answering, so that cannot be done now
└── AssistantError              the assistant gave no answer
"""

from __future__ import annotations


class ChatError(Exception):
    """The chat cannot do this."""

    def __str__(self) -> str:
        return super().__str__() or str(type(self).__doc__)


class InvalidCustomerTokenError(ChatError):
    """The customer token was not signed by the shop, has expired, or was used before."""


class UnknownConversationError(ChatError):
    """There is no such open conversation."""


class UnknownButtonError(ChatError):
    """This payload was not offered in this conversation."""


class RefusedFileError(ChatError):
    """Not a file this chat takes."""


class WithAgentError(ChatError):
    """A person is answering this conversation now."""


class AssistantError(ChatError):
    """The assistant gave no answer."""
