"""The words rules are made of; a word that is not here is refused, never silently without effect."""

from __future__ import annotations

from typing import Literal, get_args

Reason = Literal[
    "no_consent",
    "suppressed",
    "capped",
    "quiet_hours",
    "excluded_by",
    "holdout",
    "with_agent",
    "no_channel",
    "expired",
    "goal_reached",
    "exited",
    "cancelled",
]
REASONS: tuple[str, ...] = get_args(Reason)
SEGMENTS = ("champion", "loyal", "promising", "new", "needs_attention", "at_risk", "lapsed", "never_bought")
PURPOSES = ("order_updates", "newsletter", "recommendations", "cart_reminders", "offers", "win_back")
# Purposes a customer is owed: no consent asked, no cap, no quiet hours.
TRANSACTIONAL = frozenset({"order_updates"})
# A channel is listed once a sender for it exists.
CHANNELS = ("email", "web", "telegram")
EVENTS = (
    "page_viewed", "product_viewed", "products_searched", "cart_updated", "checkout_started", "order_placed",
    "order_cancelled", "order_refunded", "order_shipped", "order_delivered", "review_written",
    "customer_registered", "chat_started", "message_understood", "recommendation_shown", "offer_shown",
    "handoff_requested", "handoff_ended", "chat_rated", "message_queued", "message_sent", "message_suppressed",
    "message_failed", "message_opened", "message_clicked", "message_bounced", "message_complained", "unsubscribed",
    "consent_granted", "consent_withdrawn", "cart_abandoned", "browse_abandoned", "back_in_stock", "price_dropped",
    "segment_entered", "segment_left", "score_crossed",
)  # fmt: skip
# Written down by doors that do not tell the rules: conditions, waits and exits see them, they set nothing off.
UNTOLD = frozenset(
    name
    for name in EVENTS
    if name.startswith(("message_", "consent_", "chat_", "handoff_", "unsubscribed")) and name != "message_understood"
)
INTENTS = (
    "greet", "goodbye", "thank", "affirm", "deny", "bot_challenge", "product_search", "product_details",
    "product_availability", "price_query", "recommend", "compare_products", "promotion_query", "coupon_problem",
    "loyalty_points", "order_help", "order_status", "order_change", "order_cancel", "delivery_options",
    "delivery_problem", "return_request", "exchange_request", "return_policy", "refund_status", "payment_methods",
    "payment_problem", "invoice_request", "account_problem", "marketing_opt_in", "marketing_opt_out",
    "privacy_request", "complaint", "praise", "handoff", "contact_info", "out_of_scope",
)  # fmt: skip
# The event by which an intent becomes known; its property `intent` names it.
UNDERSTOOD = "message_understood"
