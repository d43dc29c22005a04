"""The folder is read again when it changes, and what is broken leaves its last good version serving."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path

from rapport.marketing.profile import NewEvent
from rapport.marketing.rulebook import RuleFolder
from rapport.marketing.rules import RuleBook
from rapport.marketing.versions import keep_book, open_rules
from rapport.store.database import Database

WriteRules = Callable[..., RuleFolder]
OLD = "{rule: a, when: {intent: greet}, then: {tag: old}}"
NEW = OLD.replace("old", "new")
OTHER = "{rule: b, when: {event: order_placed}, then: {tag: other}}"


def named(book: RuleBook) -> list[tuple[str, str]]:
    return [(rule.name, rule.source.split('"tag":"')[1].split('"')[0]) for rule in book.rules]


def test_a_changed_file_is_read_again(write_rules: WriteRules) -> None:
    folder = write_rules(a=OLD, b=OTHER)
    before, same = folder.current(), folder.current()
    write_rules_again(folder, a=NEW)
    assert before is same
    assert (named(before), named(folder.current())) == (
        [("a", "old"), ("b", "other")],
        [("a", "new"), ("b", "other")],
    )


def write_rules_again(folder: RuleFolder, **files: str) -> None:
    for name, text in files.items():
        draft = folder.path / f"{name}.draft"
        draft.write_text(text, encoding="utf-8")
        draft.rename(folder.path / f"{name}.yml")


def test_a_broken_file_leaves_its_last_good_version_and_says_so(write_rules: WriteRules) -> None:
    folder = write_rules(a=OLD, b=OTHER)
    folder.current()
    write_rules_again(folder, a="rule: a\nwhn: {}", b=OTHER.replace("other", "newer"))
    assert named(folder.current()) == [("a", "old"), ("b", "newer")]
    assert [(Path(error.file).name, error.line) for error in folder.errors] == [("a.yml", 2)]


def test_a_mended_file_serves_again(write_rules: WriteRules) -> None:
    folder = write_rules(a="rule: [")
    assert (named(folder.current()), len(folder.errors)) == ([], 1)
    write_rules_again(folder, a=NEW)
    assert (named(folder.current()), folder.errors) == ([("a", "new")], ())


def test_a_removed_file_serves_no_more(write_rules: WriteRules) -> None:
    folder = write_rules(a=OLD, b=OTHER)
    folder.current()
    (folder.path / "a.yml").unlink()
    assert named(folder.current()) == [("b", "other")]


def test_of_two_rules_with_one_name_the_second_is_left_out(write_rules: WriteRules) -> None:
    folder = write_rules(a=OLD, b=NEW)
    assert named(folder.current()) == [("a", "old")]
    assert [error.problem for error in folder.errors] == [
        f'the rule "a" is already at {folder.path}/a.yml:1; give one of them another name'
    ]


def test_a_contact_policy_is_taken_up_and_kept_when_broken(write_rules: WriteRules) -> None:
    folder = write_rules(contact_policy='quiet_hours: {from: "22:00"}')
    folder.current()
    write_rules_again(folder, **{"contact-policy": "quiet_hours: 7"})
    assert (folder.current().policy.quiet_from, len(folder.errors)) == (time(22), 1)


def test_a_folder_that_is_not_there_holds_no_rules(tmp_path: Path) -> None:
    assert len(RuleFolder(tmp_path / "none").current()) == 0


def test_rules_are_found_by_what_sets_them_off(write_rules: WriteRules, now: datetime) -> None:
    book = write_rules(a=OLD, b=OTHER).current()
    greeted = NewEvent("message_understood", 1, now, {"intent": "greet"})
    asked = NewEvent("message_understood", 1, now, {"intent": "recommend"})
    found = [
        [rule.name for rule in book.triggered_by(event)]
        for event in (greeted, asked, NewEvent("order_placed", 1, now))
    ]
    assert found == [["a"], [], ["b"]]


async def test_after_a_restart_a_broken_file_is_served_as_it_was(
    database: Database, write_rules: WriteRules, now: datetime
) -> None:
    folder = write_rules(a=OLD)
    for text in (OLD, NEW):
        write_rules_again(folder, a=text)
        async with database.session() as session:
            await keep_book(session, folder.current(), now=now.replace(minute=now.minute + (text == NEW)))
    write_rules_again(folder, a="rule: [")
    restarted = await open_rules(database, folder.path)
    assert (named(restarted.current()), len(restarted.errors)) == ([("a", "new")], 1)


async def test_a_version_put_back_in_force_is_the_last_one(
    database: Database, write_rules: WriteRules, now: datetime
) -> None:
    folder = write_rules(a=OLD)
    for minute, text in enumerate((OLD, NEW, OLD)):
        write_rules_again(folder, a=text)
        async with database.session() as session:
            await keep_book(session, folder.current(), now=now.replace(minute=minute))
    write_rules_again(folder, a="rule: [")
    assert named((await open_rules(database, folder.path)).current()) == [("a", "old")]
