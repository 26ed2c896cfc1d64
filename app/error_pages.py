"""How an error reaches a person or a program: words from one table, a reference number, never a traceback."""

import traceback

import structlog
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, NotFound, RequestEntityTooLarge, TooManyRequests

from app.errors import AppError, BadInputError, NotFoundError, TooManyAttemptsError, Wording, find_wording
from app.runtime import Runtime

_log = structlog.get_logger()


def register_error_pages(app: Flask, runtime: Runtime) -> None:
    """Answer every error: JSON below /api/, a page elsewhere."""

    @app.errorhandler(AppError)
    def tell_expected(error: AppError) -> ResponseReturnValue:
        return _answer(find_wording(error), detail=str(error))

    @app.errorhandler(CSRFError)
    def tell_stale_form(_error: CSRFError) -> ResponseReturnValue:
        return _answer(
            Wording(400, "Trang đã mở quá lâu", "Chưa có gì được ghi. Mời quay lại trang trước, tải lại rồi gửi lần nữa."),
            detail="csrf",
        )

    @app.errorhandler(HTTPException)
    def tell_http(error: HTTPException) -> ResponseReturnValue:
        status = error.code or 500
        if isinstance(error, NotFound):
            return _answer(find_wording(NotFoundError()), detail="no such address")
        if isinstance(error, TooManyRequests):
            return _answer(find_wording(TooManyAttemptsError()), detail="too many attempts, wait a few minutes")
        if isinstance(error, RequestEntityTooLarge):
            return _answer(
                Wording(413, "Dữ liệu gửi lên quá lớn", "Chưa có gì được ghi. Mời chia nhỏ rồi gửi lại."),
                detail="the body is larger than this address takes; send less at a time",
            )
        wording = find_wording(BadInputError())
        return _answer(Wording(status, wording.title, wording.advice), detail=error.name.lower())

    @app.errorhandler(Exception)
    def tell_unexpected(error: Exception) -> ResponseReturnValue:
        reference = runtime.random_bytes(4).hex().upper()
        # The frames say where; the message is left out because it may quote what somebody typed.
        frames = [f"{f.filename}:{f.lineno}:{f.name}" for f in traceback.extract_tb(error.__traceback__)[-8:]]
        _log.error("unexpected error", reference=reference, error=type(error).__name__, where=frames, endpoint=request.endpoint)
        return _answer(find_wording(error), detail="unexpected error", reference=reference)


def _answer(wording: Wording, detail: str, reference: str | None = None) -> ResponseReturnValue:
    if request.path.startswith("/api/"):
        body = {"error": detail} if reference is None else {"error": detail, "reference": reference}
        return body, wording.status
    return render_template("error.html", wording=wording, reference=reference), wording.status
