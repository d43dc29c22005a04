"""What can go wrong before a message leaves.

MessagingError
├── HeaderError      a header or address that could smuggle another one in
├── TemplateError    a template folder that cannot be compiled
├── RenderError      a template that could not be filled for one customer
└── NothingToSayError  every product of the message is gone: it has outlived its reason
"""

from __future__ import annotations


class MessagingError(Exception):
    """A message cannot be composed."""


class HeaderError(MessagingError):
    """A header or address holds a control character, or is no address at all."""


class TemplateError(MessagingError):
    """A message template is missing or wrong; says where."""


class RenderError(MessagingError):
    """A template could not be filled with what is known of this customer."""


class NothingToSayError(MessagingError):
    """Every product of this message is sold out or gone."""
