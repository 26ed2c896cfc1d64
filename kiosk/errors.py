"""What can go wrong on the citizen's side."""


class KioskError(Exception):
    """Base of every error of this package."""


class CodeMistyped(KioskError):
    """A typed rating code cannot be one of ours: wrong length, a foreign letter, or the check character disagrees."""


class SlipError(KioskError):
    """An invitation cannot be printed; the message says what is missing and what to do."""


class PaperFormError(KioskError):
    """A questionnaire cannot be printed on paper; the message says why and what to do."""


class SerialMistyped(KioskError):
    """A typed form number cannot be one of ours: wrong length, or the check digit disagrees."""


class ScanUnreadable(KioskError):
    """A scanned page or file cannot be read. `reason` is one of `kiosk.scans.REASONS`; whoever shows it says what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"A scan cannot be read: {reason}.")
        self.reason = reason
