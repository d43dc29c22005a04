"""The events that may come from outside, by our names and by those of Segment's e-commerce specification."""

from __future__ import annotations

OUTSIDE = frozenset(
    {
        *("page_viewed", "product_viewed", "products_searched", "cart_updated", "checkout_started"),
        *("order_placed", "order_cancelled", "order_refunded", "order_shipped", "order_delivered"),
        *("review_written", "customer_registered"),
    }
)
SEGMENT = {
    "Page": "page_viewed",
    "Product Viewed": "product_viewed",
    "Products Searched": "products_searched",
    "Product Added": "cart_updated",
    "Product Removed": "cart_updated",
    "Checkout Started": "checkout_started",
    "Order Completed": "order_placed",
    "Order Cancelled": "order_cancelled",
    "Order Refunded": "order_refunded",
    "Signed Up": "customer_registered",
}


def outside_name(name: str) -> str | None:
    """Our name for an event from outside, or None where there is none: derived events are never taken from a file."""
    found = SEGMENT.get(name, name)
    return found if found in OUTSIDE else None
