"""What Telegram's customers read beside what is said in the conversation, in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    details: str
    buy: str
    back_to_assistant: str
    fill_in: str
    required: str
    choices: str
    a_file: str
    yes: str
    no: str
    unlink: str


WORDS = {
    "zh": Words(
        details="看详情",
        buy="去购买",
        back_to_assistant="不等了，回到智能助手",
        fill_in="请直接回复下面的内容，每行一项：",
        required="必填",
        choices="可选：{options}",
        a_file="[文件] {name}",
        yes="是我，连上",
        no="不是我",
        unlink="断开账号",
    ),
    "en": Words(
        details="Details",
        buy="Buy",
        back_to_assistant="Back to the assistant",
        fill_in="Just reply with the following, one per line:",
        required="required",
        choices="one of: {options}",
        a_file="[File] {name}",
        yes="Yes, that's me",
        no="No",
        unlink="Unlink the account",
    ),
}


def words(language: str) -> Words:
    """The words of a conversation's language."""
    return WORDS["zh" if language == "zh" else "en"]
