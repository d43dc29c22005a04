"""Answers with every part a message can have, as Rasa's REST channel brings them."""

from __future__ import annotations

from typing import Any

CARD = {
    "sku": "TEA-001",
    "name": "云雾<b>绿茶</b>",
    "price": "¥88.00",
    "picture": "/static/leaf.svg",
    "url": "/products/TEA-001",
}
CARDS = [{**CARD, "sku": f"TEA-{number:03}", "name": f"茶 {number}"} for number in range(5)]
TABLE = {
    "columns": [
        {"sku": "A", "name": "雨过<i>天青</i>杯", "picture": "/static/leaf.svg", "url": "/products/WARE-003"},
        {"sku": "B", "name": "柴烧粗陶杯", "picture": "/static/leaf.svg", "url": "/products/WARE-007"},
        {"sku": "C", "name": "长风保温杯", "picture": "javascript:alert(1)", "url": "//evil.example"},
        {"sku": "D", "name": "钛保温随行杯"},
    ],
    "rows": [
        {"label": "价格", "cells": ["¥45", "¥108", "¥129", "¥399"]},
        {"label": "特点", "cells": ["–", "手工制作、可进微波炉", "保温、防漏", "<script>alert(1)</script>"]},
    ],
}
TIMELINE = {
    "order": "HM-1001",
    "steps": [
        {"label": "已下单", "at": "2026年2月27日", "done": True},
        {"label": "已发货", "at": "2026年3月1日", "done": True},
        {"label": "已送达", "done": False},
    ],
}
FORM = {
    "intent": "order_status",
    "title": "查一下订单",
    "send": "查询",
    "fields": [
        {"name": "order_id", "label": "订单号", "type": "text", "required": True},
        {"name": "email", "label": "邮箱", "type": "email", "required": True},
        {"name": "size", "label": "尺码", "type": "select", "options": ["S", "M"]},
    ],
}
EVERYTHING: list[dict[str, Any]] = [
    {"text": "看看这些：", "custom": {"cards": CARDS}},
    {"text": "放在一起比一比：", "custom": {"table": TABLE}},
    {"text": "订单在路上：", "custom": {"timeline": TIMELINE}},
    {"text": "还要问一下：", "custom": {"form": FORM}, "buttons": [{"title": "不用了", "payload": "/deny"}]},
]
