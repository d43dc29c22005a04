"""Files: only of kinds we know by their content, and only for who has the token."""

from __future__ import annotations

import asyncio

import pytest

from rapport.chat.files import LARGEST_FILE
from rapport.chat.words import words
from tests.web.conftest import Client

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


async def send(client: Client, name: str, content: bytes, media_type: str, **data: str) -> int:
    files = {"file": (name, content, media_type)}
    answer = await client.http.post("/chat/files", files=files, data=data, headers=client.headers)
    assert answer.status_code == 202 or answer.headers["content-type"] == "application/problem+json"
    return answer.status_code


async def test_a_picture_is_kept_and_given_back_only_with_its_token(client: Client) -> None:
    await client.begin()
    assert await send(client, "../../杯子.png", PNG, "image/png", client_id="f") == 202
    assert await send(client, "杯子.png", PNG, "image/png", client_id="f") == 202
    sent, thanked = (await client.read())["messages"]
    (file,) = sent["files"]
    assert (file["name"], file["type"], file["size"]) == ("杯子.png", "image/png", len(PNG))
    assert (thanked["text"], len(thanked["buttons"])) == (words("zh").file_received, 1)
    fetched = await client.http.get(file["url"], headers=client.headers)
    assert (fetched.content, fetched.headers["content-type"]) == (PNG, "image/png")
    assert fetched.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in fetched.headers["content-security-policy"]
    assert (await client.http.get(file["url"])).status_code == 401
    await client.begin()
    assert (await client.http.get(file["url"], headers=client.headers)).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "media_type", "status"),
    [
        ("a.svg", b"<svg onload='x'/>", "image/svg+xml", 422),
        ("a.png", b"<html><script>", "image/png", 422),
        ("a.html", PNG, "text/html", 422),
        ("a.png", PNG, "image/jpeg", 422),
        ("a.jpg", PNG, "image/png", 422),
        ("a.png", b"", "image/png", 422),
        ("a.png", PNG + b"\0" * LARGEST_FILE, "image/png", 413),
    ],
)
async def test_anything_else_is_refused(
    client: Client, name: str, content: bytes, media_type: str, status: int
) -> None:
    await client.begin()
    assert await send(client, name, content, media_type) == status
    assert (await client.read())["messages"] == []
    assert list((client.settings.var_dir / "files").glob("*/*")) == []


async def test_malformed_multipart_is_a_4xx(client: Client) -> None:
    await client.begin()
    for content in (b"", b"--b\r\nnonsense", b"--b\r\nContent-Disposition: form-data; name=file\r\n\r\nx\r\n--b--"):
        headers = client.headers | {"Content-Type": "multipart/form-data; boundary=b"}
        answer = await client.http.post("/chat/files", content=content, headers=headers)
        assert answer.status_code in (400, 422)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_file_is_not_put_to_the_assistant(client: Client) -> None:
    await client.begin()
    await send(client, "a.png", PNG, "image/png")
    await client.say("看到了吗？")
    while len((await client.read())["messages"]) < 4:
        await asyncio.sleep(0.02)
    assert client.rasa.said() == ["看到了吗？"]
