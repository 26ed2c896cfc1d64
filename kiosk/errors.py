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
