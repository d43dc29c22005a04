from __future__ import annotations

from tests.web.conftest import Client
from tests.web.signing_in import key_of_program, signed_in_as


async def test_suggestions_of_a_conversation(client: Client) -> None:
    await client.begin()
    await client.say("退回去的邮费谁付啊")
    path = f"/api/conversations/{client.conversation_id}/suggestions"
    program = await key_of_program(client.settings, "desk")
    found = (await client.http.get(path, headers=program)).raise_for_status().json()
    assert {"source": "policy", "name": "return_postage"}.items() <= found["suggestions"][0].items()
    unknown = await client.http.get(f"/api/conversations/{'0' * 32}/suggestions", headers=program)
    viewer = await client.http.get(path, headers=await signed_in_as(client.settings, "vera", "viewer"))
    nobody = await client.http.get(path)
    assert [one.status_code for one in (unknown, viewer, nobody)] == [404, 403, 401]
