from __future__ import annotations

from models.grams import grams


def words(text: str) -> set[str]:
    return {gram[1:] for gram in grams(text) if gram[0] == "w"}


def test_words_stand_alone_and_with_their_neighbours() -> None:
    found = words("really nice cup")
    assert found >= {"really", "nice", "cup", "really nice", "nice cup", "really nice cup", "really _ cup"}


def test_a_negation_reaches_to_the_end_of_its_clause() -> None:
    assert {"not:good", "not:at"} <= words("not good at all")
    assert "not:good" not in words("no, good")
    assert "not:挑剔" in words("没什么可挑剔的")


def test_what_only_begins_like_a_negation_is_none() -> None:
    assert not any(word.startswith("not:") for word in words("不错的杯子"))


def test_what_follows_a_but_is_marked_to_the_end_of_the_sentence() -> None:
    found = words("pretty but it broke. nice box")
    assert {"but:it", "but:broke"} <= found
    assert not {"but:pretty", "but:nice"} & found
    assert "but:坏" in words("好看，但是坏了") or "but:坏了" in words("好看，但是坏了")


def test_the_first_words_and_the_last_sentence_are_marked() -> None:
    found = words("Lovely colour. It went straight back!")
    assert {"first:lovely", "last:went", "last:back"} <= found
    assert "last:lovely" not in found


def test_pieces_cross_the_borders_of_chinese_words_but_not_of_others() -> None:
    found = {gram[1:] for gram in grams("杯子漂亮 nice cup") if gram[0] == "c"}
    assert {"子漂", " nice"[:4], "cup "} <= found
    assert not any("e c" in piece for piece in found)


def test_glad_and_sorry_words_are_counted_by_sign_and_denial() -> None:
    assert [gram for gram in grams("good and bad, not good") if gram[0] == "k"] == ["k+", "k-", "k-"]
    assert [gram for gram in grams("never a lovely day") if gram[0] == "k"] == ["knot+"]
    assert [gram for gram in grams("on the table") if gram[0] == "k"] == ["k0"]


def test_a_text_of_nothing_has_almost_no_grams() -> None:
    assert grams("") == ["k0"]
