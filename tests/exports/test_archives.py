"""Archives whose bytes hang on their content alone."""

import io
import zipfile
from pathlib import Path

import pytest

from exports.archives import folder_entries, read_archive, write_archive, write_folder

ENTRIES = {"b.txt": b"second", "a/inner.bin": bytes(range(256)) * 50, "a/empty": b""}


@pytest.mark.parametrize("compressed", [True, False])
def test_the_same_entries_are_the_same_bytes_in_whatever_order_they_came(compressed: bool) -> None:
    turned = dict(reversed(ENTRIES.items()))
    assert list(turned) != list(ENTRIES)
    content = write_archive(ENTRIES, compressed=compressed)
    assert write_archive(turned, compressed=compressed) == content
    assert write_archive(ENTRIES | {"b.txt": b"change"}, compressed=compressed) != content


@pytest.mark.parametrize("compressed", [True, False])
def test_what_is_archived_comes_back(tmp_path: Path, compressed: bool) -> None:
    content = write_archive(ENTRIES, compressed=compressed)
    assert read_archive(content) == ENTRIES
    write_folder(read_archive(content), tmp_path / "out")
    assert folder_entries(tmp_path / "out") == ENTRIES


def test_archives_are_compressed_and_without_times() -> None:
    with zipfile.ZipFile(io.BytesIO(write_archive(ENTRIES))) as archive:
        assert archive.testzip() is None
        for entry in archive.infolist():
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            assert entry.compress_type == zipfile.ZIP_DEFLATED
        assert archive.getinfo("a/inner.bin").compress_size < 1000


def test_an_archive_that_is_not_compressed_holds_its_files_byte_for_byte() -> None:
    content = write_archive(ENTRIES, compressed=False)
    assert ENTRIES["a/inner.bin"] in content
    assert ENTRIES["a/inner.bin"] not in write_archive(ENTRIES)
