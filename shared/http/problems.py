"""Every refusal as a problem document (RFC 9457) with a stable code and a Chinese · English reason."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from shared.errors import Conflict, Forbidden, Invalid, NotFound, Refusal, Stale, TooLarge
from shared.http.client import Unreachable
from shared.identity import NotAuthenticated
from shared.messaging.failures import is_outage
from shared.observability import current_traceparent, redact

MEDIA_TYPE = "application/problem+json"
SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
_TRACE_ID = slice(3, 35)
_RETRY = {"Retry-After": "2"}
_STORAGE = (DBAPIError, PoolTimeout, OSError)
_NOT_TEXT = ("22021", "22P05")
_CROSSED = ("40001", "40P01")
"""Two waited for each other and PostgreSQL gave one up: none of its work was done."""
# A name a caller made up may be somebody's number; ours look like this.
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")

log = structlog.get_logger(__name__)


class Malformed(Refusal):
    """请求格式有误 · The request is malformed."""

    code = "NJT-GEN-0400"


class PreconditionMissing(Refusal):
    """缺少 If-Match · If-Match is required."""

    code = "NJT-GEN-0428"


class TooManyRequests(Refusal):
    """请求过于频繁，请稍后再试 · Too many requests; try again later."""

    code = "NJT-GEN-0429"

    def __init__(self, seconds: int = 1) -> None:
        super().__init__()
        self.seconds = seconds


class TooBusy(Refusal):
    """系统繁忙，请稍后重试 · Busy just now; try again shortly."""

    code = "NJT-GEN-0503"


_STATUS: tuple[tuple[type[Refusal], int], ...] = (
    (NotAuthenticated, 401),
    (Malformed, 400),
    (PreconditionMissing, 428),
    (TooManyRequests, 429),
    (TooBusy, 503),
    (Unreachable, 502),
    (NotFound, 404),
    (Forbidden, 403),
    (Stale, 412),
    (TooLarge, 413),
    (Conflict, 409),
    (Invalid, 422),
)
_HEADERS_OF = {401: {"WWW-Authenticate": "Bearer"}, 502: _RETRY, 503: _RETRY}
_HTTP_TITLES = {
    400: "请求格式有误 · The request is malformed",
    404: "没有这个地址 · No such address",
    405: "该地址不支持此方法 · Method not allowed here",
    413: "内容过大 · The content is too large",
    415: "不支持的内容类型 · Unsupported content type",
}
_FIELD_REASONS = {
    "missing": "缺少此项 · required",
    "extra_forbidden": "不认识此项 · unknown field",
    "json_invalid": "不是合法的 JSON · not valid JSON",
    "enum": "不在允许的取值内 · not one of the allowed values",
    "literal_error": "不在允许的取值内 · not one of the allowed values",
    "string_type": "应为文本 · must be text",
    "int_type": "应为整数 · must be an integer",
    "int_parsing": "应为整数 · must be an integer",
    "bool_type": "应为布尔值 · must be true or false",
    "uuid_parsing": "应为 UUID · must be a UUID",
    "date_from_datetime_parsing": "应为日期 YYYY-MM-DD · must be a date",
    "date_parsing": "应为日期 YYYY-MM-DD · must be a date",
    "model_attributes_type": "应为对象 · must be an object",
    "model_type": "应为对象 · must be an object",
    "dict_type": "应为对象 · must be an object",
    "list_type": "应为数组 · must be an array",
    "tuple_type": "应为数组 · must be an array",
    "too_short": "条目过少 · too few items",
    "too_long": "条目过多 · too many items",
    "string_too_short": "文本过短 · too short",
    "string_too_long": "文本过长 · too long",
    "string_pattern_mismatch": "格式不符 · does not match the pattern",
}


class FieldProblem(BaseModel):
    """One field at fault. Its value is never repeated."""

    field: str = Field(examples=["body.applicant.uscc"])
    reason: str = Field(examples=["缺少此项 · required"])
    code: str = Field(examples=["missing"])


class Problem(BaseModel):
    """Why a request was not carried out (RFC 9457)."""

    type: str = Field(examples=["urn:ningjitong:problem:NJT-GEN-0409"])
    title: str
    status: int
    detail: str
    code: str = Field(examples=["NJT-GEN-0409"], description="稳定的错误代码 · stable code")
    basis: list[str] = Field(default=[], description="依据条款 · clauses of the notice that decided it")
    errors: list[FieldProblem] = []
    trace_id: str | None = None
    extra: dict[str, Any] = Field(default={}, description="可以怎么办 · what may be done instead")


def status_of(refusal: Refusal | type[Refusal]) -> int:
    """The HTTP status of a refusal's family."""
    kind = refusal if isinstance(refusal, type) else type(refusal)
    return next((status for family, status in _STATUS if issubclass(kind, family)), 409)


def problems(*kinds: type[Refusal]) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI responses for what a route may refuse with, and for what any route may."""
    return _listed(Malformed, NotAuthenticated, Forbidden, Invalid, TooBusy, *kinds)


def public_problems(*kinds: type[Refusal]) -> dict[int | str, dict[str, Any]]:
    """The same for a route without login, which is `limited`."""
    return _listed(Malformed, Invalid, TooManyRequests, TooBusy, *kinds)


def _listed(*kinds: type[Refusal]) -> dict[int | str, dict[str, Any]]:
    listed: dict[int | str, dict[str, Any]] = {}
    for kind in dict.fromkeys(kinds):
        title = (kind.__doc__ or "").strip().splitlines()[0].removesuffix(".")
        content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        known = listed.setdefault(status_of(kind), {"description": "", "content": content})
        known["description"] = "; ".join(filter(None, [known["description"], f"{kind.code} {title}"]))
        if kind is TooManyRequests:
            known["headers"] = {"Retry-After": {"description": "秒 · seconds", "schema": {"type": "integer"}}}
    return listed


def install(app: Starlette) -> None:
    """Answer every exception with a problem document; whatever passes requests on to services does so too."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    for kind in _STORAGE:
        app.add_exception_handler(kind, _not_stored)
    app.add_exception_handler(Exception, _unexpected)


def problem_response(
    refusal: Refusal, *, errors: Sequence[FieldProblem] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """The answer to a refused request."""
    status = status_of(refusal)
    problem = Problem(
        type=f"urn:ningjitong:problem:{refusal.code}",
        title=refusal.title,
        status=status,
        detail=redact(refusal.detail),
        code=refusal.code,
        basis=list(refusal.basis),
        errors=list(errors),
        trace_id=_trace_id(),
        extra=refusal.extra,
    )
    return _answer(problem, {**_HEADERS_OF.get(status, {}), **(headers or {})})


def http_problem(status: int, *, headers: Mapping[str, str] | None = None) -> Response:
    """The answer to what HTTP itself does not allow."""
    title = _HTTP_TITLES.get(status, "请求未被接受 · The request was refused")
    code = f"NJT-GEN-0{status}"
    problem = Problem(
        type=f"urn:ningjitong:problem:{code}",
        title=title,
        status=status,
        detail=title,
        code=code,
        trace_id=_trace_id(),
    )
    return _answer(problem, headers or {})


def _answer(problem: Problem, headers: Mapping[str, str]) -> Response:
    body = problem.model_dump_json()
    return Response(body, status_code=problem.status, media_type=MEDIA_TYPE, headers=dict(headers))


async def _refused(_: Request, exc: Exception) -> Response:
    headers = {"Retry-After": str(exc.seconds)} if isinstance(exc, TooManyRequests) else None
    return problem_response(exc if isinstance(exc, Refusal) else Refusal(), headers=headers)


async def _invalid(_: Request, exc: Exception) -> Response:
    raw = exc.errors() if isinstance(exc, RequestValidationError) else []
    errors = [_field(error) for error in raw[:50]]
    if any(error["type"] == "json_invalid" for error in raw):
        return problem_response(Malformed("不是合法的 JSON · not valid JSON"), errors=errors)
    return problem_response(Invalid("提交的内容有误 · Some fields are not valid"), errors=errors)


def _field(error: Mapping[str, Any]) -> FieldProblem:
    kind = str(error["type"])
    reason = _FIELD_REASONS.get(kind) or f"内容不合规 · {error['msg']}"
    if "·" in str(error["msg"]):
        reason = str(error["msg"]).removeprefix("Value error, ")
    place = ".".join(map(_shown, error["loc"]))
    return FieldProblem(field=redact(place), reason=redact(reason), code=kind)


def _shown(part: object) -> str:
    return str(part) if isinstance(part, int) or _NAME.fullmatch(str(part)) else "?"


async def _http(_: Request, exc: Exception) -> Response:
    status = exc.status_code if isinstance(exc, HTTPException) else 500
    headers = exc.headers if isinstance(exc, HTTPException) else None
    return http_problem(status, headers=headers)


async def _not_stored(_: Request, exc: Exception) -> Response:
    """What the database said no to: it is away, others were in the way, or no text column holds it (a NUL)."""
    state = getattr(exc.orig, "sqlstate", None) if isinstance(exc, DBAPIError) else None
    if is_outage(exc) or state in _CROSSED:
        return problem_response(TooBusy())
    if state in _NOT_TEXT:
        return problem_response(
            Invalid("文本含有不可存储的字符 · The text holds characters that cannot be stored")
        )
    raise exc


async def _unexpected(request: Request, exc: Exception) -> Response:
    log.error("unexpected", path=request.scope.get("path"), exc_info=exc)
    title = "系统内部错误，已记录 · An internal error; it was recorded"
    problem = Problem(
        type="urn:ningjitong:problem:NJT-GEN-0500",
        title=title,
        status=500,
        detail=title,
        code="NJT-GEN-0500",
        trace_id=_trace_id(),
    )
    return _answer(problem, SECURITY_HEADERS)  # this answer is sent from outside every middleware


def _trace_id() -> str | None:
    traceparent = current_traceparent()
    return traceparent[_TRACE_ID] if traceparent else None
