"""What an explanation can say, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

SPANS = {"m": "分钟", "h": "小时", "d": "天"}
SENTENCES: Mapping[str, Mapping[str, str]] = {
    "nothing": {"zh": "", "en": ""},
    "plain": {"zh": "{value}", "en": "{value}"},
    "comma": {"zh": "、", "en": ", "},
    "all": {"zh": "以下全部成立", "en": "all of"},
    "any": {"zh": "以下任一成立", "en": "any of"},
    "not": {"zh": "以下不成立", "en": "not"},
    "always": {"zh": "没有条件", "en": "always"},
    "segment": {"zh": "属于{segments}", "en": "segment in {segments}"},
    "no_segment": {"zh": "还没有分群", "en": "no segment yet"},
    "above": {"zh": "{score}高于 {above}", "en": "{score} above {above}"},
    "below": {"zh": "{score}低于 {below}", "en": "{score} below {below}"},
    "between": {"zh": "{score}高于 {above}、低于 {below}", "en": "{score} above {above} and below {below}"},
    "no_score": {"zh": "还没有评分", "en": "no score yet"},
    "event": {"zh": "{within}内{event}", "en": "{event} within {within}"},
    "never": {"zh": "从未", "en": "never"},
    "last": {"zh": "上次在 {at}", "en": "last at {at}"},
    "tag": {"zh": "有标签 {tag}", "en": "tag {tag}"},
    "no_tags": {"zh": "没有标签", "en": "no tags"},
    "language": {"zh": "语言是{language}", "en": "language {language}"},
    "consent": {"zh": "同意用{channel}接收{purpose}", "en": "consent to {purpose} by {channel}"},
    "consented": {"zh": "{purpose}（{channel}）", "en": "{purpose} by {channel}"},
    "no_consent": {"zh": "没有同意", "en": "no consent"},
    "known": {"zh": "认识的顾客", "en": "a known customer"},
    "unknown": {"zh": "不认识的访客", "en": "somebody unknown"},
    "once_per": {"zh": "每 {per}最多一次", "en": "not more than once per {per}"},
    "once": {"zh": "最多一次", "en": "not more than once"},
    "never_yet": {"zh": "还没有过", "en": "never yet"},
    "not_held_out": {"zh": "不在 {share} 的对照组里", "en": "not among the {share} held out"},
    "may_be_sent": {
        "zh": "现在可以为{purpose}发送 {template}",
        "en": "{template} may be sent for {purpose} now",
    },
    "open": {"zh": "{channel}：可以", "en": "{channel}: open"},
    "barred": {"zh": "{channel}：{reason}", "en": "{channel}: {reason}"},
}
