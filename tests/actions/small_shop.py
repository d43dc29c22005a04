"""A shop of six products, two orders and one customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from rapport.store.conversations import Conversation
from rapport.store.customers import IdentityKind, add_customer
from rapport.store.database import Database
from rapport.store.orders import Order, OrderLine
from rapport.store.products import Category, Product

ANONYMOUS, KNOWN = "a" * 32, "b" * 32
MEI_EMAIL = "mei@example.org"
SHELF = (
    ("CUP-1", "teaware", 4500, 200, "雨过天青杯", "After-Rain Celadon Cup", "青色", "teal"),
    ("MUG-1", "teaware", 8800, 5, "朱砂马克杯", "Vermilion Mug", "红色", "red"),
    ("MUG-2", "teaware", 16800, 30, "大红双层马克杯", "Red Double-Wall Mug", "红色", "red"),
    ("POT-1", "teaware", 46800, 0, "西施紫砂壶", "Xishi Clay Teapot", "棕色", "brown"),
    ("TEA-1", "tea", 12800, 80, "半山云雾绿茶", "Halfhill Mist Green Tea", "绿色", "green"),
    ("BAG-1", "bags", 39900, 12, "防泼水通勤双肩包", "Rainy-Day Backpack", "灰色", "grey"),
)


@dataclass(frozen=True, slots=True)
class Shop:
    """Mei is signed in to the conversation KNOWN; nobody is to ANONYMOUS."""

    database: Database
    mei: int
    products: dict[str, int]


async def open_shop(database: Database, now: datetime) -> Shop:
    """Fills an empty database."""
    async with database.session() as session:
        for code, zh, en in (("teaware", "茶具杯壶", "Teaware"), ("tea", "茶叶", "Tea"), ("bags", "包袋箱", "Bags")):
            session.add(Category(code=code, names={"zh": zh, "en": en}))
        await session.flush()
        products = [_product(*row) for row in SHELF]
        session.add_all(products)
        identities: dict[IdentityKind, str] = {"email": MEI_EMAIL, "phone": "+8613800138000", "external_id": "mei"}
        mei = await add_customer(session, identities, now=now, name="林梅")
        mei.time_zone = "Asia/Shanghai"
        await session.flush()
        ids = {product.sku: product.id for product in products}
        session.add_all(_orders(mei.id, ids, now))
        session.add(_conversation(ANONYMOUS, None, now))
        session.add(_conversation(KNOWN, mei.id, now))
        return Shop(database, mei.id, ids)


def _product(sku: str, category: str, price: int, stock: int, *texts: str) -> Product:
    zh, en, colour_zh, colour_en = texts
    colour = {"value": colour_en, "names": {"zh": colour_zh, "en": colour_en}}
    names = {"zh": zh, "en": en}
    return Product(
        sku=sku, category=category, price_minor=price, stock=stock, names=names, attributes={"colour": colour}
    )


def _conversation(id_: str, customer_id: int | None, now: datetime) -> Conversation:
    return Conversation(id=id_, customer_id=customer_id, channel="web", language="zh", opened_at=now)


def _orders(customer_id: int, products: dict[str, int], now: datetime) -> list[Order]:
    def line(sku: str) -> OrderLine:
        return OrderLine(product_id=products[sku], quantity=1, unit_price_minor=1)

    old = Order(number="HM-1000", customer_id=customer_id, status="delivered", currency="CNY", total_minor=4500)
    old.placed_at, old.delivered_at = now - timedelta(days=200), now - timedelta(days=190)
    old.lines = [line("CUP-1")]
    new = Order(number="HM-1001", customer_id=customer_id, status="shipped", currency="CNY", total_minor=59_600)
    new.placed_at, new.shipped_at = now - timedelta(days=2), now - timedelta(days=1, hours=-8)
    new.carrier, new.tracking_number = "顺丰速运", "SF1234567890"
    new.lines = [line("POT-1"), line("TEA-1")]
    return [old, new]
