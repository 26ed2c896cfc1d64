"""What the administrator's pages post."""

from flask_wtf import FlaskForm
from wtforms import FileField, PasswordField, StringField
from wtforms.validators import InputRequired, Length, Regexp

from app.services.enrolment import LONGEST_PIN, SHORTEST_PIN

_PIN = rf"^([0-9]{{{SHORTEST_PIN},{LONGEST_PIN}}})?$"
_SAY_PIN = f"Mã PIN gồm {SHORTEST_PIN} đến {LONGEST_PIN} chữ số."


class DeviceForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """A new tablet: at which desk and counter, what staff call it, the PIN of its staff screen."""

    unit = StringField(validators=[InputRequired("Chọn nơi đặt máy."), Length(max=80)])
    counter = StringField(validators=[Length(max=80)])
    label = StringField(validators=[InputRequired("Ghi tên để phân biệt các máy."), Length(max=60, message="Tên máy dài quá 60 chữ.")])
    pin = PasswordField(validators=[InputRequired("Đặt mã PIN cho trang cán bộ trên máy."), Regexp(_PIN, message=_SAY_PIN)])


class CodeRequestForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """A new enrolment code, or a new PIN, for a tablet that is known."""

    pin = PasswordField(validators=[Regexp(_PIN, message=_SAY_PIN)])


class BoxForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """The sealed box of a tablet that could not send."""

    box = FileField()
