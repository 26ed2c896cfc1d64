"""What can go wrong at the edge, and the one table that gives each kind its HTTP status and words."""

from dataclasses import dataclass


class AppError(Exception):
    """Base of every error the edge raises on purpose; its text is safe to show to staff and to log."""


class ConfigurationError(AppError):
    """The installation cannot start as it is set up."""


class NotFoundError(AppError):
    """What was asked for does not exist, or not for this person."""


class ForbiddenError(AppError):
    """The person or key is known, and may not do this."""


class UnauthenticatedError(AppError):
    """Nobody is signed in, or the key is unknown, expired or revoked."""


class BadInputError(AppError):
    """What was sent cannot be understood; the text says where and what to do, never the value."""


class TooManyAttemptsError(AppError):
    """Guessing has been stopped for a while."""


class BackupError(AppError):
    """A backup could not be made, or what is in the file is not what was saved; the text says which part."""


class DatabaseUnavailableError(AppError):
    """The database cannot be reached or refuses to write; nothing has been stored."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How an error is told to a person: status, a title, what to do next (Vietnamese, the key of its translation)."""

    status: int
    title: str
    advice: str


WORDINGS: dict[type[Exception], Wording] = {
    NotFoundError: Wording(404, "Không tìm thấy trang này", "Địa chỉ có thể đã cũ hoặc gõ nhầm. Ông/Bà quay về trang đầu để tiếp tục."),
    ForbiddenError: Wording(
        403,
        "Tài khoản không được xem trang này",
        "Nếu công việc cần đến, đề nghị quản trị hệ thống của đơn vị cấp quyền.",
    ),
    UnauthenticatedError: Wording(401, "Cần đăng nhập", "Phiên làm việc đã kết thúc hoặc chưa đăng nhập. Mời đăng nhập lại."),
    BadInputError: Wording(400, "Chưa đọc được thông tin gửi lên", "Chưa có gì được ghi. Mời kiểm tra lại rồi gửi lần nữa."),
    TooManyAttemptsError: Wording(
        429,
        "Đã thử quá nhiều lần",
        "Để an toàn, hệ thống tạm dừng nhận trong ít phút. Mời thử lại sau, hoặc hỏi cán bộ tại quầy.",
    ),
    DatabaseUnavailableError: Wording(
        503,
        "Chưa ghi được vào lúc này",
        "Chưa có gì bị mất và chưa có gì được ghi. Mời thử lại sau ít phút hoặc dùng phiếu giấy.",
    ),
}

UNEXPECTED = Wording(500, "Có lỗi ở phía hệ thống", "Chưa có gì được ghi dở. Khi báo lỗi, xin nêu mã số dưới đây.")


def find_wording(error: Exception) -> Wording:
    """The words for an error, or those of an unexpected one."""
    return next((WORDINGS[kind] for kind in type(error).__mro__ if kind in WORDINGS), UNEXPECTED)
