"""An answer is sent again at the very version it was made at, and the oldest ones give way."""

from mobile_bff.snapshots import Snapshot, Snapshots


def test_another_version_is_another_answer() -> None:
    kept = Snapshots(2)
    first = Snapshot.of(b"1")
    kept.keep("home", (1, "a"), first)
    assert kept.find("home", (1, "a")) is first
    assert kept.find("home", (1, "b")) is None
    assert kept.find("other", (1, "a")) is None
    kept.keep("home", (1, "b"), Snapshot.of(b"2"))
    assert kept.find("home", (1, "a")) is None, "one answer to each question"


def test_what_was_not_asked_for_longest_gives_way() -> None:
    kept = Snapshots(2)
    for name in "ab":
        kept.keep(name, 0, Snapshot.of(name.encode()))
    assert kept.find("a", 0) is not None
    kept.keep("c", 0, Snapshot.of(b"c"))
    assert kept.find("b", 0) is None
    assert kept.find("a", 0) is not None
    none = Snapshots(0)
    none.keep("a", 0, Snapshot.of(b"a"))
    assert none.find("a", 0) is None


def test_a_name_is_that_of_the_content() -> None:
    assert Snapshot.of(b"a").tag == Snapshot.of(b"a").tag != Snapshot.of(b"b").tag
    assert Snapshot.of(b"a").packed is None
    assert len(Snapshot.of(b"a" * 5000).packed or b"") < 100
