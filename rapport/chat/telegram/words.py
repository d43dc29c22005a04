"""What the door itself says in Telegram, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from rapport.settings import Language


@dataclass(frozen=True, slots=True)
class Words:
    help: str
    orders: str
    privacy: str
    language: str
    stopped: str
    group: str
    unreadable: str
    file_refused: str
    file_lost: str
    too_many: str
    corrected: str
    location: str
    nearest: str
    no_points: str
    rated: str
    ask_link: str
    ask_web: str
    ask_web_known: str
    refused_link: str
    old_link: str
    is_linked: str
    commands: tuple[tuple[str, str], ...]


WORDS: dict[Language, Words] = {
    "zh": Words(
        help=(
            "想买什么、查订单、问售后，直接打字告诉我就行；也可以发图片或文件，或者发个位置，帮您找最近的自提点。\n"
            "/orders 我的订单\n/language 切换语言\n/privacy 我的数据\n/unlink 断开小铺账号\n/stop 不再接收推送\n"
            "想找真人，说一声“转人工”就好。"
        ),
        orders="我的订单",
        privacy="我的数据",
        language="好的，接下来咱们说中文。",
        stopped="好的，以后不会再给您发推送了。有事随时来问，我照样在这儿。",
        group="大家好！我只能一对一聊，想问什么，私聊我就行。",
        unreadable="这条我暂时看不懂，麻烦打字告诉我，或者发张图片，好吗？",
        file_refused="这个文件收不了：只收 5 MB 以内的图片（PNG、JPEG、GIF、WebP）和 PDF。",
        file_lost="文件没能取到，麻烦再发一次，好吗？",
        too_many="您发得太快啦，我有点跟不上，歇一小会儿再发吧。",
        corrected="✏️ {new}（更正前：{old}）",
        location="📍 我的位置：{latitude:.5f}, {longitude:.5f}",
        nearest="离您最近的自提点是{name}，大约 {distance}。\n{address}\n营业时间：{hours}",
        no_points="目前还没有自提点，下单后会直接送到您家。",
        rated="谢谢您的评价！",
        ask_link=(
            "这个链接会把这里和「{name}」的小铺账号连起来，订单就能直接在这里问。"
            "是您本人的账号，也是您自己点开的，再选“是”；别人发来的链接，请选“不是我”。"
        ),
        ask_web="这个链接会在这里接着聊小铺网页上的一段对话。是您自己在网页上点开的吗？别人发来的链接，请选“不是我”。",
        ask_web_known=(
            "这个链接会在这里接着聊小铺网页上的一段对话，并连上「{name}」的小铺账号。"
            "是您本人的账号，也是您自己点开的，再选“是”；别人发来的链接，请选“不是我”。"
        ),
        refused_link="好的，什么都没有连。有事照样在这里问我。",
        old_link="这个链接过期了，麻烦回小铺网页再点一次。",
        is_linked="这里现在连着「{name}」的小铺账号。",
        commands=(
            ("start", "开始聊天"),
            ("orders", "我的订单"),
            ("help", "能做些什么"),
            ("language", "切换语言 / English"),
            ("privacy", "我的数据"),
            ("stop", "不再接收推送"),
        ),
    ),
    "en": Words(
        help=(
            "Just write: what you're looking for, where your order is, what went wrong with it. You can send a "
            "picture or a file too, or your location, to find the nearest pick-up point.\n/orders My orders\n"
            "/language Change the language\n/privacy My data\n"
            "/unlink Part this chat from my account\n/stop No more news\nFor a person, just ask for one."
        ),
        orders="My orders",
        privacy="My data",
        language="All right, let's speak English.",
        stopped="All right, you'll get no more news from us. I'm still here whenever you want to ask something.",
        group="Hello everyone! I talk to one person at a time: write to me in private, and I'll gladly help.",
        unreadable="I can't make that out, I'm afraid. Could you write it, or send a picture?",
        file_refused="I can't take that file: pictures (PNG, JPEG, GIF, WebP) and PDFs of up to 5 MB are fine.",
        file_lost="I couldn't fetch your file. Could you send it again, please?",
        too_many="That was a lot at once, I can't keep up. Give me a moment, then write again.",
        corrected="✏️ {new} (before: {old})",
        location="📍 My location: {latitude:.5f}, {longitude:.5f}",
        nearest="The pick-up point nearest to you is {name}, about {distance} away.\n{address}\nOpen {hours}",
        no_points="There are no pick-up points yet; we deliver to your door.",
        rated="Thank you for rating us!",
        ask_link=(
            "This link would connect this chat with the shop account of {name}, so that you can ask about its orders "
            "here. Is that you, and did you open the link yourself? If somebody sent it to you, say no."
        ),
        ask_web=(
            "This link would go on here with a conversation from the shop's page. Did you open it there yourself? "
            "If somebody sent it to you, say no."
        ),
        ask_web_known=(
            "This link would go on here with a conversation from the shop's page, and connect this chat with the "
            "shop account of {name}. Is that you, and did you open the link yourself? If it was sent to you, say no."
        ),
        refused_link="All right, nothing was connected. Ask me anything here, as before.",
        old_link="That link is too old by now. Please open it on the shop's page once more.",
        is_linked="This chat is linked to the shop account of {name}.",
        commands=(
            ("start", "Start chatting"),
            ("orders", "My orders"),
            ("help", "What I can do"),
            ("language", "Change the language / 中文"),
            ("privacy", "My data"),
            ("stop", "No more news"),
        ),
    ),
}


def words(language: str) -> Words:
    """The words of a conversation's language."""
    return WORDS["zh" if language == "zh" else "en"]
