"""What the gateway itself says to a customer, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rapport.chat.hours import Hours
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
    ended: str
    linked: str
    unlinked: str
    parted: str
    not_linked: str
    carried_on: str
    next_in_queue: str
    place_in_queue: str
    about_a_minute: str
    about_minutes: str
    nobody_open: str
    nobody_closed: str
    nobody_ever: str
    ask_address: str
    address_label: str
    address_send: str
    known_address: str
    address_taken: str
    address_wrong: str
    today: str
    tomorrow: str
    days: tuple[str, ...]


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
        next_in_queue="您排在第一位，同事马上就来。",
        place_in_queue="您前面还有 {ahead} 位。",
        about_a_minute="估计一分钟左右就能轮到您。",
        about_minutes="估计要等 {minutes} 分钟左右；不想等的话，随时可以先回到智能助手。",
        nobody_open="真不巧，人工客服这会儿都不在。您的问题已经记下来了（工单 {ticket} 号），同事回来后就处理。",
        nobody_closed="人工客服现在下班了，{when}回来。您的问题已经记下来了（工单 {ticket} 号），到时就处理。",
        nobody_ever="现在没有人工客服在线。您的问题已经记下来了（工单 {ticket} 号），同事看到后会处理。",
        address_label="邮箱",
        address_send="留个邮箱",
        ask_address="麻烦留个邮箱，处理好了会写邮件告诉您；别的事可以继续问我。",
        known_address="处理结果会发到您的邮箱 {address}；别的事可以继续问我。",
        address_taken="邮箱记下了：{address}。处理好了会写邮件告诉您。",
        address_wrong="这个邮箱地址好像不太对，麻烦再看一眼，重新发给我，好吗？",
        today="今天",
        tomorrow="明天",
        days=("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
        ended="这次对话结束了，谢谢您。有事的话，随时再来，直接发消息就行。",
        linked="已经和「{name}」的小铺账号连上了，订单可以直接在这里问。如果这不是您的账号，发 /unlink 就能断开。",
        unlinked="已经断开，这里和账号没有关系了，推送也停了。",
        parted="好的，那段对话留在网页上，这里重新开始。",
        not_linked="这里没有连着任何账号。",
        carried_on="我们在这里接着聊，网页上说过的都记着。如果那段对话不是您的，发 /unlink 就能断开。",
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
        next_in_queue="You're first in line: a colleague will be here in a moment.",
        place_in_queue="There are {ahead} before you.",
        about_a_minute="It should take about a minute.",
        about_minutes="It may take about {minutes} minutes; you can go back to the assistant any time.",
        nobody_open="I'm sorry, none of my colleagues is here just now. I've noted your question (ticket {ticket}).",
        nobody_closed="My colleagues are back {when}. I've noted your question (ticket {ticket}) for then.",
        nobody_ever="None of my colleagues is online. I've noted your question (ticket {ticket}) for them to see to.",
        address_label="E-mail",
        address_send="Leave my e-mail",
        ask_address="What's your e-mail address, so that they can answer you? Meanwhile, ask me anything else.",
        known_address="They'll write to {address}. Meanwhile, ask me anything else.",
        address_taken="Thank you, I've noted {address}. They'll write to you there.",
        address_wrong="That e-mail address doesn't look quite right. Could you check it and send it again?",
        today="today",
        tomorrow="tomorrow",
        days=("on Monday", "on Tuesday", "on Wednesday", "on Thursday", "on Friday", "on Saturday", "on Sunday"),
        ended="You have ended this conversation. Thank you! Whenever there is something else, just write.",
        linked="This chat is now linked to the shop account of {name}: ask about your orders right here. "
        "Not your account? /unlink parts them again.",
        unlinked="Done: this chat has nothing to do with the account any more, and news has stopped.",
        parted="Done: that conversation stays on the shop's page, and we start anew here.",
        not_linked="This chat is linked to no account.",
        carried_on="Let's go on here; nothing said on the web page is lost. "
        "If that conversation was not yours, /unlink parts you from it.",
        closed="This conversation with our team has ended. Thank you! How did we do? For anything else, just write.",
    ),
}


def words(language: str) -> Words:
    """The words of a conversation's language."""
    return WORDS["zh" if language == "zh" else "en"]


def queued(language: str, position: int, wait_seconds: int | None) -> str:
    """Where she stands, and how long that may take where it is known."""
    say = words(language)
    place = say.next_in_queue if position == 1 else say.place_in_queue.format(ahead=position - 1)
    minutes = None if wait_seconds is None else round(wait_seconds / 60)
    if minutes is None or (position == 1 and minutes < 1):
        return place
    wait = say.about_a_minute if minutes <= 1 else say.about_minutes.format(minutes=minutes)
    return f"{place}{_between(language)}{wait}"


def nobody_there(language: str, hours: Hours, *, ticket: int, address: str | None, now: datetime) -> str:
    """That nobody is there, when somebody will be, and how she is answered. `address` is shown as it is."""
    say, opens = words(language), hours.opens_at(now)
    if hours.is_open(now):
        first = say.nobody_open
    elif opens is None:
        first = say.nobody_ever
    else:
        first = say.nobody_closed
    when = _when(language, hours, opens, now) if opens else ""
    then = say.ask_address if address is None else say.known_address.format(address=address)
    return f"{first.format(ticket=ticket, when=when)}{_between(language)}{then}"


def address_form(language: str) -> dict[str, Any]:
    """The question for an address, as a form: filled in, it says what she could have written."""
    say = words(language)
    email = {"name": "email", "label": say.address_label, "type": "email", "required": True}
    return {"intent": "contact_info", "send": say.address_send, "fields": [email]}


def _when(language: str, hours: Hours, opens: datetime, now: datetime) -> str:
    say, days = words(language), (opens.date() - now.astimezone(opens.tzinfo).date()).days
    later = say.days[opens.weekday()] if days < 7 else opens.date().isoformat()
    day = {0: say.today, 1: say.tomorrow}.get(days, later)
    zone = hours.zone.get(language, hours.time_zone)
    clock = f"{opens:%H:%M}"
    return f"{day} {clock}（{zone}）" if language == "zh" else f"{day} at {clock} {zone}"


def _between(language: str) -> str:
    return "" if language == "zh" else " "
