"""A new password, from whoever sits at the terminal or from a script."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer

from rapport.cli.output import refuse
from rapport.web.staff.passwords import LONGEST, SHORTEST, Fault, Passwords, fault_of

PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of standard input.")
]
GOOD = "Four words that have nothing to do with each other do well."
FAULTS: dict[Fault, str] = {
    "short": f"A password has at least {SHORTEST} characters. {GOOD}",
    "long": f"A password has at most {LONGEST} characters.",
    "common": f"Anybody would try this password. {GOOD}",
    "name": f"This password is little more than the name. {GOOD}",
}


def hash_of_new_password(name: str, *, stdin: bool) -> str:
    """The hash of the password this agent is given: asked for twice, or read. Refuses weak ones."""
    if stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = typer.prompt(f"Password for {name}", hide_input=True, confirmation_prompt="Once more", err=True)
    fault = fault_of(password, name=name)
    if fault is not None:
        refuse(FAULTS[fault])
    return asyncio.run(Passwords().hash(password))
