"""What the desk's page posts: choices, and how many."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.services.invitations import MOST_AT_ONCE


class InvitationForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """Invitations: desk and field; counter and mode when known; the paper and how many."""

    unit = StringField(validators=[InputRequired(), Length(max=80)])
    field = StringField(validators=[InputRequired(), Length(max=80)])
    counter = StringField(validators=[Length(max=80)])
    mode = StringField(validators=[Length(max=20)])
    paper = StringField(validators=[Length(max=20)])
    how_many = IntegerField(validators=[Optional(), NumberRange(1, MOST_AT_ONCE)])


class SlipForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """The code whose PDF is wanted; it travels in the body, so that no address and no log holds it."""

    code = HiddenField(validators=[InputRequired(), Length(max=20)])
