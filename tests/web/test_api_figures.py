from __future__ import annotations

import csv
from io import StringIO

import pytest

from rapport.web.csv_export import as_csv
from tests.web.conftest import Client
from tests.web.signing_in import signed_in_as


async def test_figures_of_a_period(client: Client) -> None:
    await client.begin()
    await client.say("您好")
    viewer = await signed_in_as(client.settings, "vera", "viewer")
    found = (await client.http.get("/api/figures", headers=viewer)).raise_for_status().json()
    assert (found["total"]["conversations"], len(found["by_day"]), found["time_zone"]) == (1, 7, "Asia/Shanghai")
    assert found["now"]["open"] == {"assistant": 1, "queue": 0, "agent": 0}
    assert found["now"]["longest_wait_seconds"] is None
    by_agent = (await client.http.get("/api/figures?by=agent", headers=viewer)).json()
    assert by_agent["by_agent"] == []


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-03-02&to=2026-03-01",
        "from=2020-01-01&to=2026-03-01",
        "from=x",
        "by=week",
        "to=0001-01-01&from=0001-01-02",
    ],
)
async def test_a_period_that_is_none_is_refused(client: Client, query: str) -> None:
    viewer = await signed_in_as(client.settings, "vera", "viewer")
    for path in ("/api/figures", "/api/figures.csv"):
        assert (await client.http.get(f"{path}?{query}", headers=viewer)).status_code == 422


@pytest.mark.parametrize("query", ["from=0001-01-01&to=0001-01-01", "from=9999-12-31&to=9999-12-31", "to=9999-12-31"])
async def test_the_first_and_the_last_day_there_is(client: Client, query: str) -> None:
    viewer = await signed_in_as(client.settings, "vera", "viewer")
    assert (await client.http.get(f"/api/figures?{query}", headers=viewer)).status_code == 422


async def test_the_export_has_the_rows_of_the_page(client: Client) -> None:
    viewer = await signed_in_as(client.settings, "vera", "viewer")
    answer = await client.http.get("/api/figures.csv?from=2026-03-01&to=2026-03-02", headers=viewer)
    rows = list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["name"] for row in rows] == ["total", "2026-03-01", "2026-03-02"]
    assert rows[0]["conversations"] == "0"
    assert 'filename="figures-2026-03-01-2026-03-02-by-day.csv"' in answer.headers["content-disposition"]


async def test_agents_do_not_see_each_others_figures(client: Client) -> None:
    agent = await signed_in_as(client.settings, "lin", "agent")
    assert (await client.http.get("/api/figures", headers=agent)).status_code == 403
    assert (await client.http.get("/api/figures")).status_code == 401


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "\n=1"])
def test_a_name_that_is_a_formula_is_text(name: str) -> None:
    written = as_csv(["name", "count"], [[name, -1], ['Ann, the "first"', None]], name="x").body
    rows = list(csv.reader(StringIO(bytes(written).decode("utf-8-sig"), newline="")))
    assert rows[1:] == [[f"'{name}", "-1"], ['Ann, the "first"', ""]]
