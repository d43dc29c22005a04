"""The turns of phrase, in both languages, by which a customer points at products."""

from __future__ import annotations

import re
from typing import Final

from actions.counting import NUMBER

# What things are counted by in Chinese: 第二款, 那件, 三把.
COUNTED = "[盆组副个款件条把双只张瓶盒包套对顶本份块盏台口支枚床副串罐袋辆座朵样种杯]"
THAT = f"[那这]一?{COUNTED}?"
TH = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_TH = "|".join(TH)
# "The cheaper one", "which of these is cheaper".
_THE = r"\b(?:the|which (?:one )?(?:of (?:these|those|them|the \w+) )?is(?: the)?)"
_ONE = r"(?:\s+(?:one|item|option|pair)s?\b)?"


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


CORRECTS: Final = _any(
    r"\bi (?:meant|mean)\b",
    r"\bnot (?:that|this|it)(?: one)?\b",
    r"\bwrong one\b",
    "我是说|我说的是|我想说的是|我的意思是|我指的是|我要的是|[说弄搞看]错了?|不是(?:这|那|它|这个|那个)[，,、]?|^不是[，,]|不对",
)
RUN: Final = _any(
    rf"\b(?P<end_en>last)\s+(?!one\b)(?P<last>{NUMBER})\b{_ONE}",
    rf"\bfirst\s+(?!one\b)(?P<first>{NUMBER})\b{_ONE}",
    rf"(?P<end_zh>最后|后面?)(?!一)(?P<last_zh>{NUMBER}){COUNTED}",
    rf"[前头]面?(?!一)(?P<first_zh>{NUMBER}){COUNTED}",
)
FROM_END: Final = _any(
    rf"倒数第?(?P<zh>{NUMBER}){COUNTED}?",
    rf"\b(?P<th>{_TH})[ -](?:to|from|before)[ -](?:the )?(?:last|end){_ONE}",
    rf"\b(?P<th_last>{_TH})[ -]last{_ONE}",
    rf"\b(?P<penultimate>penultimate){_ONE}",
    rf"最后(?:那|这|面)?的?(?:那|这)?一?{COUNTED}?|最末",
    rf"后面的?(?:那|这)一?{COUNTED}",
    rf"\blast{_ONE}(?: you (?:showed|mentioned|listed)(?: me)?)?",
)
PLACES: Final = _any(
    rf"第(?P<zh>{NUMBER})(?![次天年时])(?:{COUNTED})?",
    rf"\b(?P<th>{_TH})\b(?! time){_ONE}",
    r"\b(?P<nth>\d{1,2})(?:st|nd|rd|th)\b" + _ONE,
    r"(?:\b(?:number|no\.?|nr\.?|option)\s*|#\s*)(?P<no>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten)\b",
    r"(?P<hao>\d{1,2}|[一二三四五六七八九十])号",
)
OTHER: Final = _any(
    r"\b(?:the|those|these) other(?:s|\s+(?:one|two|three)s?)?\b",
    rf"另外?(?:那|这|的)?[一两]?{COUNTED}",
    "另外的?那?个?",
)
EVERY: Final = _any(
    r"\ball (?:of (?:them|these|those)|three|four|five)\b",
    r"\b(?:the|these|those) (?P<en>two|three|four|five)\b",
    r"\bboth(?: of (?:them|these|those))?\b",
    r"\b(?:these|those|them|they)\b",
    rf"[这那](?P<zh>[两二三四五六]){COUNTED}|[这那]几{COUNTED}|[两三]{COUNTED}都|这些|那些|它们|全都?|都",
)
CHEAPEST: Final = _any(
    r"\b(?:cheapest|least expensive|lowest[- ]priced?|most affordable)" + _ONE,
    _THE + r" (?:cheaper|less expensive|more affordable)" + _ONE,
    r"\bcheaper of\b|\bcosts? (?:the )?(?:least|less)\b",
    rf"最便宜的?(?:{THAT})?|最实惠的?|最低价|价[格钱]最低的?",
    rf"(?:便宜|实惠)的(?:{THAT})|哪一?{COUNTED}?(?:更|比较|要)?(?:便宜|实惠)",
)
DEAREST: Final = _any(
    r"\b(?:priciest|dearest|costliest|most expensive|highest[- ]priced?)" + _ONE,
    _THE + r" (?:more expensive|pricier|dearer|costlier)" + _ONE,
    rf"最贵的?(?:{THAT})?|价[格钱]最高的?|贵一?点?的(?:{THAT})|哪一?{COUNTED}?(?:更|比较|要)?贵",
)
BIGGEST: Final = _any(
    r"\b(?:biggest|largest)" + _ONE,
    _THE + r" (?:bigger|larger)" + _ONE,
    rf"最大的?(?:{THAT})?|大一?点?的(?:{THAT})|哪一?{COUNTED}?(?:更|比较|要)?大",
)
SMALLEST: Final = _any(
    r"\bsmallest" + _ONE,
    _THE + " smaller" + _ONE,
    rf"最小的?(?:{THAT})?|小一?点?的(?:{THAT})|哪一?{COUNTED}?(?:更|比较|要)?小",
)
CHEAPER: Final = _any(
    r"\b(?:cheaper|less expensive|lower[- ]priced|more affordable)\b(?: ones?\b)?(?: than (?:that|this|it)\b)?",
    r"\btoo (?:expensive|pricey|dear|much)\b",
    "[再更]?便宜(?:一?点儿?|一?些|的)|[再更]便宜|(?:价[格钱])?低一?[点些]|实惠一?点|太贵了?|有点贵|比[这那它]个?便宜",
)
DEARER: Final = _any(
    r"\b(?:more expensive|pricier|fancier|higher[- ]end)\b(?: ones?\b)?",
    "[再更]贵一?[点些]?|贵一?[点些]|高档一?[点些]?|[更再]好一?[点些]",
)
BIGGER: Final = _any(r"\b(?:bigger|larger)\b(?: ones?\b)?", "[再更]大一?[点些号]?|大一?[点些号]")
SMALLER: Final = _any(r"\bsmaller\b(?: ones?\b)?", "[再更]小一?[点些号]?|小一?[点些号]")
MORE: Final = _any(
    r"\b(?:anything|something|what) else\b|\bany (?:others|more)\b",
    r"\bmore (?:options|choices|of (?:them|these|those))\b",
    r"\bis that (?:all|it)\b|\bonly (?:these|those|one)\b|\bsimilar\b|\b(?:things|ones) like (?:this|that|it)\b",
    r"\b(?:show|see) (?:me )?(?:some )?(?:more|others)\b|\bnone of (?:them|these|those)\b",
    "(?:还有|有没有|看看?|来点|换)(?:点|些)?(?:别的|其他的?|其它的?)|换一[批些组]|类似的|差不多的|同款|就这?一?[款种]|就这些|只有这些|别的呢|都不(?:喜欢|要|满意|合适)|还有吗$|更多",
)
VALUES: Final = {
    "colour": _any(
        r"\b(?:(?:any|which|what|the|in)\s+)*(?:other|different|more)?\s*colou?rs?\b",
        "(?:还有|有|是)?(?:什么|哪些|哪几种?|几种|几个|别的|其他的?|其它的?|多少种?)?颜色(?:的|呢)?(?:可选)?",
    ),
    "size": _any(
        r"\b(?:(?:any|which|what|the|in)\s+)*(?:other|different|more)?\s*sizes?\b",
        r"\bhow (?:big|large|long|wide|tall|heavy)\b",
        "(?:有|是)?(?:什么|哪些|哪几个|几个|别的|其他)?(?:尺寸|尺码|大小|规格|号码)|多[大长高宽重]|[有是]?[几多][包条片颗粒双支袋罐](?:装|入)?|多少(?:毫升|克|厘米|升)|容量",
    ),
    "material": _any(
        r"\bwhat(?:'s| is| are)? (?:it |they |this |that )?made (?:of|from|out of)\b|\bmade (?:of|from)\b",
        r"\bmaterials?\b|\bfabric\b",
        "(?:是)?(?:什么|啥)?(?:材质|料子|材料|面料|质地)(?:做的|的)?|(?:用)?(?:什么|啥)做的",
    ),
    "scent": _any(
        r"\bwhat (?:does (?:it|this|that) )?smells? (?:like|of)\b|\bscents?\b",
        r"\bwhat (?:does (?:it|this|that) )?taste like\b|\bflavou?rs?\b",
        "(?:是)?(?:什么|啥|哪种)?(?:味道|香味|香型|口味|气味)(?:的)?",
    ),
}
COMPARE: Final = _any(
    r"\bcompar\w*|\bside by side\b|\bversus\b|\bvs\b\.?|\bdifferences?\b",
    r"\bwhich(?: one)? (?:is|would be|do you think is) better\b",
    "放在?一[起块]|对比一?下?|比一比|比较一?下|做个?比较|比一下|比比|比呢|比起来|哪一?个?更?好|(?:什么|啥|有何)?(?:区别|不同|差别)|相比",
)
PRICE: Final = _any(
    r"\bhow much\b|\bprices?d?\b|\bcosts?\b",
    "多少钱|[什啥]么?价[格钱位]?|价[格钱]|几块钱?|怎么卖|要多少|一?共多少|合计|贵吗|贵不贵",
)
STOCK: Final = _any(
    r"\bin stock\b|\bavailab\w*|\bsold out\b|\bthat many\b|\benough\b|\bany left\b",
    r"\bhow many (?:do you have|are left)\b",
    "还有几[个款件条把双只张瓶盒包套对顶本份块盏台]|还剩|剩几|有没有货|没货|有货|现货|库存|还有吗|还有没有|还有么|有那么多|那么多|够不够|够吗|够么|缺货|卖完|买得到",
)
COUNT: Final = _any(
    rf"\b(?:for|take|buy|want|need|order|get|have|of|about)\s+(?P<en>{NUMBER})\b(?!\s*(?:yuan|rmb|dollars?|%|ml|cm|g\b))",
    rf"\b(?P<of>{NUMBER})\s+(?:of (?:them|those|these|it)|pieces?|pcs|sets?|pairs?)\b",
    r"[x×*]\s?(?P<times>\d{1,4})\b",
    rf"(?P<zh>{NUMBER}){COUNTED}(?![套装])",
)
THIS: Final = _any(
    r"\b(?:it|its|it's|this|that|that's)\b(?:\s+ones?\b)?",
    rf"这(?:一?{COUNTED})?|它|[刚才]{{1,2}}(?:那|的)?{COUNTED}?|[刚刚]{{1,2}}(?:那|的)?{COUNTED}?",
)
DEFINITE: Final = _any(r"\bthe\b", rf"那一?{COUNTED}|的那|哪一?{COUNTED}")
# Of the definite ones, those that name no kind of thing: it must be one of those shown.
ONE: Final = _any(r"\bthe\b[^,.?!]*\bones?\b", rf"的那一?{COUNTED}?|那一?{COUNTED}")
WITHOUT: Final = _any(
    r"\b(?:not|no|without|except|other than|anything but|but not)\s+(?:the |an? )?(?P<en>[a-z]+)\b(?: ones?\b)?",
    "(?:不要|不想要|别要|除了|非)(?P<zh>[^\\s，。,.！？!?的]{1,6})(?:的|以外|之外)",
)
# Asking for a better price of the same thing is no wish for another.
BARGAINS: Final = _any(
    r"\b(?:can|could|would) you\b|\bdiscount\b|\bdeal\b",
    "能不能|能|可不可以|可以|给我|给个|打[折个]|让一?点|优惠",
)
# "Two of them": a number first, or it would be taken for all of them.
OF_THEM: Final = re.compile(rf"\b(?:{NUMBER})\s+of (?:them|those|these)\b")
