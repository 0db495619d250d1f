"""What the suite keeps on one machine is made once, and goes on from start to start."""

import json
from pathlib import Path

from cli.suite.home import Home


def test_a_key_that_the_province_took_later_is_still_believed_after_a_restart(tmp_path: Path) -> None:
    first = Home.at(tmp_path)
    made = json.loads(first.province_keys.read_text(encoding="utf-8"))
    later = {"0123456789abcdef": {"key": "a2V5", "algorithm": "ed25519", "from": "2026-12-01T00:00:00+08:00"}}
    first.province_keys.write_text(json.dumps(made | later), encoding="utf-8")
    again = Home.at(tmp_path)
    assert json.loads(again.province_keys.read_text(encoding="utf-8")) == made | later
    assert again.signing_key("province").read_bytes() == first.signing_key("province").read_bytes()
