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
    joined: str
    returned: str
    transferred: str
    requeued: str
    closed: str


WORDS: dict[Language, Words] = {
    "zh": Words(
        fallback="不好意思，我这边一时没反应过来。您的消息已经收好了，稍等一下再试试，好吗？",
        try_again="再试一次",
        file_received="文件收到了。图片和文档我还看不懂，需要的话可以请同事来帮您看看。",
        ask_a_person="转人工客服",
        left_queue="好的，已经为您取消排队，有什么想问的，直接跟我说就行。",
        joined="{agent} 来了，接下来由TA为您服务。",
        returned="{agent} 这边先告一段落，接下来还是我（智能助手）陪着您，有事随时说。",
        transferred="正在为您转给另一位同事，前面聊的TA都能看到，您稍等一下。",
        requeued="刚才那位同事没能接上，已经为您重新安排，您还排在原来的位置。",
        closed="这次人工服务就到这里，谢谢您。方便的话，给这次服务打个分吧；还有事的话，直接在这里留言就行。",
    ),
    "en": Words(
        fallback="I'm sorry, I can't find my words just now. Your message is safe. Shall we try again in a moment?",
        try_again="Try again",
        file_received="Thank you, your file has arrived. I can't read files myself, but a colleague gladly will.",
        ask_a_person="Talk to a person",
        left_queue="All right, you're no longer in the queue. Ask me anything.",
        joined="{agent} is here and will take it from now on.",
        returned="{agent} has left the conversation. It's me again, the assistant: ask me anything.",
        transferred="I'm passing you on to another colleague, who can see all you've said. One moment, please.",
        requeued="That colleague couldn't take it after all. We're finding you another, and you've kept your place.",
        closed="This conversation with our team has ended. Thank you! How did we do? For anything else, just write.",
    ),
}


def words(language: str) -> Words:
    """The words of a conversation's language."""
    return WORDS["zh" if language == "zh" else "en"]
