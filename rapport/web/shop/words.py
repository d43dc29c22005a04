"""The words of the demo shop's page, in both languages; a headline is given in the parts it may break between."""

from __future__ import annotations

from typing import Any

from rapport.settings import Language

WORDS: dict[Language, dict[str, Any]] = {
    "zh": {
        "html": "zh-CN",
        "tagline": "慢慢逛，不着急",
        "hero": ("把日子过成", "自己喜欢的样子"),
        "hero_more": "一壶好茶，一只顺手的杯子，一件贴身的衣裳。拿不定主意的时候，右下角的小铺助手随时陪您聊聊。",
        "ask": "问问助手",
        "ask_about": "问问这件",
        "question": "想了解一下「{name}」",
        "recommend": "有什么可以推荐给我的吗？",
        "search": "在小铺里找一找",
        "nothing": "没有找到，换个词试试？",
        "all": "全部",
        "other_language": "English",
        "other_code": "en",
        "in_stock": "有货",
        "few": "仅剩 {count} 件",
        "sold_out": "暂时缺货",
        "back": "回到小铺",
        "similar": "同一排货架上",
        "empty": "货架还空着。",
        "empty_more": "运行 make demo，半山腰的小铺就会开张。",
        "demo": "演示",
        "you_are": "您现在是",
        "anonymous": "访客",
        "mailbox": "看看收到的邮件",
        "footer": "这是一间演示用的小铺，货品与顾客都是虚构的。",
        "noscript": "打开 JavaScript，就能和助手聊天了。",
    },
    "en": {
        "html": "en",
        "tagline": "Take your time",
        "hero": ("Good things ", "for ordinary days"),
        "hero_more": "A pot of tea, a cup that sits well in the hand, something soft to wear. "
        "And when you can't decide, our assistant in the corner is glad to talk it over.",
        "ask": "Ask our assistant",
        "ask_about": "Ask about this",
        "question": "Tell me about the {name}, please",
        "recommend": "Can you recommend something for me?",
        "search": "Search the shop",
        "nothing": "Nothing found. Try another word?",
        "all": "Everything",
        "other_language": "中文",
        "other_code": "zh",
        "in_stock": "In stock",
        "few": "Only {count} left",
        "sold_out": "Sold out for now",
        "back": "Back to the shop",
        "similar": "On the same shelf",
        "empty": "The shelves are still empty.",
        "empty_more": "Run make demo, and the shop halfway up the hill opens its doors.",
        "demo": "Demo",
        "you_are": "You are",
        "anonymous": "a visitor",
        "mailbox": "Look into the mailbox",
        "footer": "This is a demonstration shop; its goods and customers are invented.",
        "noscript": "Switch JavaScript on to chat with our assistant.",
    },
}
