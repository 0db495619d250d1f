"""The families of refusal. A refusal's docstring is its title, Chinese · English; its text says why."""

from collections.abc import Mapping, Sequence
from typing import ClassVar


class Refusal(Exception):  # noqa: N818 — a refusal is an answer the rules give, not a fault
    """请求未被接受 · The request was refused."""

    code: ClassVar[str] = "NJT-GEN-0000"

    def __init__(
        self, detail: str = "", *, basis: Sequence[str] = (), extra: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.basis = tuple(basis)
        self.extra = dict(extra or {})

    @property
    def title(self) -> str:
        return (type(self).__doc__ or "").strip().splitlines()[0].removesuffix(".")


class NotFound(Refusal):
    """未找到 · Not found."""

    code = "NJT-GEN-0404"


class Forbidden(Refusal):
    """无权办理 · Not permitted."""

    code = "NJT-GEN-0403"


class Conflict(Refusal):
    """与当前状态冲突 · In conflict with the current state."""

    code = "NJT-GEN-0409"


class Stale(Conflict):
    """数据已被他人更新 · Somebody else changed this meanwhile."""

    code = "NJT-GEN-0412"


class Invalid(Refusal, ValueError):  # noqa: N818 — as above
    """内容不合规 · The content is not valid."""

    code = "NJT-GEN-0422"


class TooLarge(Refusal):
    """内容过大 · The content is too large."""

    code = "NJT-GEN-0413"
