"""What the gateway itself says to a customer, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from rapport.settings import Language


@dataclass(frozen=True, slots=True)
class Words:
    fallback: str
    try_again: str
    file_received: str
    ask_a_person: str
    left_queue: str


WORDS: dict[Language, Words] = {
    "zh": Words(
        fallback="不好意思，我这边一时没反应过来。您的消息已经收好了，稍等一下再试试，好吗？",
        try_again="再试一次",
        file_received="文件收到了。图片和文档我还看不懂，需要的话可以请同事来帮您看看。",
        ask_a_person="转人工客服",
        left_queue="好的，已经为您取消排队，有什么想问的，直接跟我说就行。",
    ),
    "en": Words(
        fallback="I'm sorry, I can't find my words just now. Your message is safe. Shall we try again in a moment?",
        try_again="Try again",
        file_received="Thank you, your file has arrived. I can't read files myself, but a colleague gladly will.",
        ask_a_person="Talk to a person",
        left_queue="All right, you're no longer in the queue. Ask me anything.",
    ),
}


def words(language: str) -> Words:
    """The words of a conversation's language."""
    return WORDS["zh" if language == "zh" else "en"]
