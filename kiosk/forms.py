"""The forms of the citizen's pages: the token against forged posts, and what a person types."""

from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from kiosk.wording import CODE_SENTENCES, SAY_COMMENT_LONG
from survey_forms.sheet import MAX_COMMENT_CHARACTERS


class RateForm(FlaskForm):  # type: ignore[misc]  # flask_wtf ships no types
    """Every page of a visit. Ratings and the envelope are dynamic and belong to `form_state`; only free text is checked here."""

    comment = TextAreaField(
        validators=[Length(max=MAX_COMMENT_CHARACTERS, message=SAY_COMMENT_LONG)],
        filters=[lambda text: (text or "").replace("\r\n", "\n")],
    )


class CodeForm(FlaskForm):  # type: ignore[misc]  # flask_wtf ships no types
    """Typing the code of an invitation."""

    code = StringField(
        validators=[
            InputRequired(CODE_SENTENCES["mistyped"][1]),
            Length(max=200, message=CODE_SENTENCES["mistyped"][1]),
        ]
    )
