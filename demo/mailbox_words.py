"""What the mailbox page says, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "lang": "zh-CN",
        "title": "演示邮箱",
        "intro": "演示里发出的每一封邮件都停在这里，没有一封真的寄出去。",
        "empty": "还没有邮件。",
        "empty_hint": "去店里聊两句，请它推荐点什么，过一会儿再回来看看。",
        "count": "共 {count} 封",
        "from": "发件人",
        "to": "收件人",
        "at": "时间",
        "as_html": "邮件的样子",
        "as_text": "纯文本",
        "headers": "邮件头",
        "source": "查看原文",
        "back": "返回收件箱",
        "shop": "回到小店",
        "no_subject": "（没有主题）",
        "other": "English",
        "missing": "没有这封邮件。",
    },
    "en": {
        "lang": "en",
        "title": "Demo mailbox",
        "intro": "Every mail the demo sends stops here. None of them goes out into the world.",
        "empty": "No mail yet.",
        "empty_hint": "Chat with the shop, ask what it recommends, and look in again in a little while.",
        "count": "{count} in all",
        "from": "From",
        "to": "To",
        "at": "Received",
        "as_html": "As it looks",
        "as_text": "Plain text",
        "headers": "Headers",
        "source": "Show the source",
        "back": "Back to the mailbox",
        "shop": "Back to the shop",
        "no_subject": "(no subject)",
        "other": "中文",
        "missing": "There is no such mail.",
    },
}


def language_of(asked: str | None, accepted: str) -> str:
    """The language of the page: the one asked for, else the browser's, else Chinese."""
    if asked is not None and asked in WORDS:
        return asked
    return "en" if accepted.strip().lower().startswith("en") else "zh"
