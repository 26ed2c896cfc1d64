"""What the desk's page posts: choices only, nothing typed."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length


class InvitationForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """One invitation: desk and field; counter and mode when known."""

    unit = StringField(validators=[InputRequired(), Length(max=80)])
    field = StringField(validators=[InputRequired(), Length(max=80)])
    counter = StringField(validators=[Length(max=80)])
    mode = StringField(validators=[Length(max=20)])


class SlipForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """The code whose PDF is wanted; it travels in the body, so that no address and no log holds it."""

    code = HiddenField(validators=[InputRequired(), Length(max=20)])
