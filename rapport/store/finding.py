"""What staff find a conversation by; the statement joins its customer."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select

from rapport.store.conversations import ChatMessage, Conversation
from rapport.store.customers import Customer
from rapport.store.orders import Order


def has_words(words: str) -> ColumnElement[bool]:
    """The messages in which these words stand."""
    return ChatMessage.text.icontains(words, autoescape=True)


def of_person(words: str) -> ColumnElement[bool]:
    """The conversations of customers of this name, and of who has an order of this number."""
    buyers = select(Order.customer_id).where(Order.number == words.removeprefix("#"))
    return or_(Customer.name.icontains(words, autoescape=True), Conversation.customer_id.in_(buyers))
