import os

import pytest

from sme_sem.errors import ExportError
from sme_sem.tables.storing import store, store_all


def everything(folder):
    return {str(path.relative_to(folder)): path.is_file() and path.read_bytes() for path in folder.rglob("*")}


@pytest.fixture
def full_after(monkeypatch):
    """Let the disk take some files, then no more."""

    def set_up(files):
        left, replace = [None] * files, os.replace

        def some(source, target):
            if not left:
                raise OSError(28, "No space left on device")
            left.pop()
            replace(source, target)

        monkeypatch.setattr("sme_sem.tables.storing.os.replace", some)

    return set_up


def test_files_that_belong_together_are_all_placed(tmp_path):
    contents = {tmp_path / "a" / "b" / "one": b"1", tmp_path / "two": b"2"}
    assert store_all(contents) == tuple(contents)
    assert everything(tmp_path) == {"a": False, "a/b": False, "a/b/one": b"1", "two": b"2"}


def test_where_one_file_cannot_be_placed_all_stays_as_it_was(tmp_path, full_after):
    store(tmp_path / "there", b"earlier")
    full_after(2)
    contents = {tmp_path / "there": b"1", tmp_path / "new" / "deep" / "file": b"2", tmp_path / "last": b"3"}
    with pytest.raises(ExportError) as caught:
        store_all(contents)
    assert str(caught.value) == f"{tmp_path / 'last'}: 1 problem\n  cannot be written: No space left on device"
    assert everything(tmp_path) == {"there": b"earlier"}


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path):
    (tmp_path / "a.csv" / "own").mkdir(parents=True)
    with pytest.raises(ExportError, match=r"a\.csv: 1 problem\n  cannot be written: "):
        store(tmp_path / "a.csv", b"1")
    assert everything(tmp_path) == {"a.csv": False, "a.csv/own": False}


@pytest.mark.parametrize("name", ["n\0l", "."])
def test_a_name_no_file_can_have_is_told(tmp_path, name, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ExportError, match="cannot be written: "):
        store(name, b"1")
    assert everything(tmp_path) == {}


def test_an_interruption_leaves_nothing_behind(tmp_path, monkeypatch):
    def interrupted(source, target):
        raise KeyboardInterrupt

    monkeypatch.setattr("sme_sem.tables.storing.os.replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store(tmp_path / "new" / "file", b"1")
    assert everything(tmp_path) == {}


def test_names_that_differ_at_their_end_alone_do_not_meet(tmp_path):
    contents = {tmp_path / f"{'n' * 90}.{suffix}": suffix.encode() for suffix in ("csv", "dat", "R")}
    store_all(contents)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {p.name: c for p, c in contents.items()}
