"""People and machines, by what a request tells."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from rapport.messaging.actors import Visit, judge

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/150.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("method", "user_agent", "seconds", "actor"),
    [
        ("GET", CHROME, 60, "human"),
        ("GET", CHROME, 1.5, "human"),
        ("GET", CHROME, 1.4, "machine"),
        ("GET", CHROME, 0, "machine"),
        ("GET", CHROME, -3600, "human"),
        ("HEAD", CHROME, 60, "machine"),
        ("GET", "Mozilla/5.0 (compatible; bingbot/2.0)", 60, "machine"),
        ("GET", "python-httpx/0.28", 60, "machine"),
        ("GET", "Mimecast-URL-Scan", 60, "machine"),
        ("GET", "", 60, "unknown"),
        ("GET", "Mozilla/5.0", 60, "unknown"),
        ("GET", "Mozilla/5.0 (via ggpht.com GoogleImageProxy)", 60, "unknown"),
        ("GET", "MicroMessenger/8.0.49 NetType/WIFI Language/zh_CN", 60, "human"),
    ],
)
def test_judge(now: datetime, method: str, user_agent: str, seconds: float, actor: str) -> None:
    visit = Visit(method, user_agent, now + timedelta(seconds=seconds))
    assert judge(visit, now).actor == actor


def test_judge_without_a_sending_goes_by_the_rest(now: datetime) -> None:
    assert judge(Visit("GET", CHROME, now), None).actor == "human"
