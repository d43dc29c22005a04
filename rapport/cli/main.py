"""`rapport`: every command, each in the file of its noun."""

from __future__ import annotations

import typer

from rapport.cli import agents, evaluate, imports, keys, messages, policies, review, rules, train
from rapport.cli.demo import demo
from rapport.cli.doctor import doctor
from rapport.cli.migrate import migrate
from rapport.cli.serve import serve

app = typer.Typer(
    name="rapport",
    help="Conversational marketing automation: a shop assistant that understands, decides and follows up.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
for command in (demo, serve, migrate, doctor, train.train, train.score):
    app.command()(command)
app.add_typer(imports.app, name="import")
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(policies.app, name="policies")
app.add_typer(review.app, name="review")
app.add_typer(rules.app, name="rules")
app.add_typer(agents.app, name="agents")
app.add_typer(keys.app, name="keys")
# `rapport preview` and `rapport send-test` stand beside the others, not below a word of their own.
app.registered_commands += messages.app.registered_commands
