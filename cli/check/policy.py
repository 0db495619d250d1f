"""The policy pack loads: every value typed, sourced and dated."""

from importlib import import_module
from pathlib import Path


def findings(root: Path) -> list[str]:
    """Nothing when the pack loads; the loader's refusal, with all it has to say, when not."""
    load_policy = import_module("shared.policy").load_policy
    try:
        load_policy(root / "policy" / "nanjing")
    except (ValueError, OSError) as refusal:
        return [str(refusal)]
    return []
