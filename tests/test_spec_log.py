"""SPEC.md says of the log's digest what the code computes."""

from __future__ import annotations

import hashlib

from keys.wire import ids
from keys.wire import log as log_pages
from tests.spec_page import PAGE


def test_the_digest_of_the_log_is_the_formula_of_the_page() -> None:
    formula = (
        'digest(p) = SHA-256("meldbus/1 log" || digest(p - 1) || u64 p || u32 day || u64 size '
        "|| SHA-256(header before the content) || content || mac)"
    )
    assert formula in PAGE.flat(10)
    before, header, content, mac = (bytes([at]) * 32 for at in range(4))
    entry = log_pages.ShortEntry(20_600, 26_205, header, content, ids.Mac(mac))
    hashed = (
        b"meldbus/1 log" + before + (7).to_bytes(8, "big") + (20_600).to_bytes(4, "big") + (26_205).to_bytes(8, "big")
    )
    digest = hashlib.sha256(hashed + header + content + mac).digest()
    assert log_pages.log_digest(log_pages.LogDigest(before), 7, entry) == digest
    assert f"short ones of {log_pages.SHORT_SIZE} bytes" in PAGE.flat(10)
    assert len(entry.encode()) == log_pages.SHORT_SIZE
    assert "header and first five chunks" in PAGE.flat(10)
    assert log_pages.LOG_CHUNKS == 5
