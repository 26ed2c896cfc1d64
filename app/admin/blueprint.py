"""The administrator's addresses: the tablets, one tablet, a new one, its enrolment code, its end."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import current_person
from app.admin.forms import BoxForm, CodeRequestForm, DeviceForm
from app.desk.desks import list_desks
from app.errors import BadInputError, NotFoundError
from app.queries.units import list_current, load_tree
from app.runtime import Runtime
from app.services.device_watch import DeviceReport, list_device_reports
from app.services.enrolment import (
    CODE_VALID_MINUTES,
    declare_device,
    get_device,
    issue_enrolment_code,
    revoke_device,
    set_pin,
    settle_loss,
)
from app.services.invitations import get_desk
from app.services.people import Person
from app.services.sealed_box import import_box
from kiosk.codes import group_code
from kiosk.qr import qr_path

_LARGEST_BOX = 32 * 1024 * 1024


def create_admin(runtime: Runtime) -> Blueprint:
    """The blueprint, with the installation whose tablets it shows."""
    admin = Blueprint("admin", __name__, url_prefix="/admin")

    @admin.get("/devices", endpoint="devices")
    def list_all() -> ResponseReturnValue:
        """Every tablet of the person's place, those that need somebody first."""
        reports = _list_reports(runtime, current_person())
        n_alarms = sum(bool(report.alarms) for report in reports)
        return render_template("admin/devices.html", reports=reports, n_alarms=n_alarms, form=BoxForm(formdata=None))

    @admin.post("/devices/box", endpoint="import_box")
    def take_box() -> ResponseReturnValue:
        """Bring in the sealed box of a tablet that could not send."""
        request.max_content_length = _LARGEST_BOX
        posted = request.files.get("box")
        if not BoxForm().validate_on_submit() or posted is None or not posted.filename:
            flash("Chưa chọn tệp.")
            return redirect(url_for("admin.devices"))
        try:
            report = import_box(runtime, posted.read(), units=_units_of(runtime, current_person()))
        except BadInputError:
            flash("Tệp này không phải hộp phiếu của một máy thuộc phạm vi này, hoặc đã hỏng. Chưa có gì được ghi.")
        else:
            numbers = f"{report.n_acknowledged} phiếu đã nhận, {report.n_quarantined} chờ xem xét, {report.n_rejected} bị từ chối"
            flash(f"Đã đọc hộp phiếu: {numbers}.")
        return redirect(url_for("admin.devices"))

    @admin.get("/devices/new", endpoint="new_device")
    def choose() -> ResponseReturnValue:
        """Where the new tablet stands, what it is called, its PIN."""
        return _show_new(runtime, DeviceForm(formdata=None), request.args.get("unit"), request.args.get("q", "").strip()[:80], 200)

    @admin.post("/devices/new", endpoint="add_device")
    def add() -> ResponseReturnValue:
        """Declare a tablet and show the code that enrols it."""
        form = DeviceForm()
        if not form.validate_on_submit():
            return _show_new(runtime, form, form.unit.data, "", 422)
        person = current_person()
        with runtime.database.read() as session:
            desk = get_desk(runtime, session, form.unit.data, person.unit_key)
        counter = form.counter.data or None
        if counter is not None and counter not in {choice.code for choice in desk.counters}:
            raise BadInputError("`counter` is the code of a counter of this desk")
        device_id = declare_device(runtime, unit_key=desk.unit, label=form.label.data.strip(), counter_code=counter, pin=form.pin.data)
        return _show_code(runtime, device_id)

    @admin.get("/devices/<device_id>", endpoint="device")
    def show(device_id: str) -> ResponseReturnValue:
        """One tablet: all it said, and what can be done with it."""
        return _show_device(runtime, current_person(), device_id, CodeRequestForm(formdata=None), 200)

    @admin.post("/devices/<device_id>/code", endpoint="new_code")
    def issue(device_id: str) -> ResponseReturnValue:
        """A fresh enrolment code; the tablet that has the key keeps working until the code is used."""
        form = _checked(runtime, device_id)
        if form.errors:
            return _show_device(runtime, current_person(), device_id, form, 422)
        if form.pin.data:
            set_pin(runtime, device_id, form.pin.data)
        return _show_code(runtime, device_id)

    @admin.post("/devices/<device_id>/pin", endpoint="new_pin")
    def change_pin(device_id: str) -> ResponseReturnValue:
        """Another PIN for the staff screen."""
        form = _checked(runtime, device_id)
        if form.errors or not form.pin.data:
            return _show_device(runtime, current_person(), device_id, form, 422)
        set_pin(runtime, device_id, form.pin.data)
        flash("Đã đặt mã PIN mới. Máy nhận mã này ở lần liên lạc kế tiếp.")
        return redirect(url_for("admin.device", device_id=device_id))

    @admin.post("/devices/<device_id>/revoke", endpoint="revoke")
    def revoke(device_id: str) -> ResponseReturnValue:
        """End a tablet."""
        _checked(runtime, device_id)
        revoke_device(runtime, device_id)
        flash("Đã thu hồi máy. Máy chủ không nhận phiếu từ máy này nữa.")
        return redirect(url_for("admin.devices"))

    @admin.post("/devices/<device_id>/loss-settled", endpoint="settle_loss")
    def settle(device_id: str) -> ResponseReturnValue:
        """Somebody has looked after the sheets a lost box held."""
        _checked(runtime, device_id)
        settle_loss(runtime, device_id)
        flash("Đã ghi nhận việc kiểm tra hộp phiếu cũ.")
        return redirect(url_for("admin.device", device_id=device_id))

    return admin


def _checked(runtime: Runtime, device_id: str) -> CodeRequestForm:
    """The posted form, once the device is known to lie within the person's place."""
    with runtime.database.read() as session:
        get_device(session, current_person(), device_id)
    form = CodeRequestForm()
    form.validate_on_submit()
    return form


def _list_reports(runtime: Runtime, person: Person) -> list[DeviceReport]:
    within = _units_of(runtime, person)
    with runtime.database.read() as session:
        return list_device_reports(runtime, session, within)


def _units_of(runtime: Runtime, person: Person) -> set[str] | None:
    """The units of the person's place; None: all."""
    if person.unit_key is None:
        return None
    with runtime.database.read() as session:
        return set(load_tree(session).subtree(person.unit_key))


def _show_device(runtime: Runtime, person: Person, device_id: str, form: CodeRequestForm, status: int) -> ResponseReturnValue:
    report = next((each for each in _list_reports(runtime, person) if each.id == device_id), None)
    if report is None:
        raise NotFoundError("no device of this place has this id")
    return render_template("admin/device.html", report=report, form=form, minutes=CODE_VALID_MINUTES), status


def _show_code(runtime: Runtime, device_id: str) -> ResponseReturnValue:
    code = issue_enrolment_code(runtime, device_id)
    address = f"{runtime.settings.public_url}/tablet/enrol"
    return render_template(
        "admin/code.html",
        code=group_code(code),
        address=address,
        qr=qr_path(f"{address}/{code}"),
        minutes=CODE_VALID_MINUTES,
        device_id=device_id,
    )


def _show_new(runtime: Runtime, form: DeviceForm, unit_key: str | None, search: str, status: int) -> ResponseReturnValue:
    person = current_person()
    with runtime.database.read() as session:
        tree = load_tree(session)
        within = tree.subtree(person.unit_key) if person.unit_key is not None else tuple(tree.ancestors_of_all())
        desks = list_desks(session, person, search, set(list_current(session, within, runtime.today())))
        wanted = unit_key or (desks.desks[0].code if len(desks.desks) == 1 and not search else None)
        desk = get_desk(runtime, session, wanted, person.unit_key) if wanted else None
    return render_template("admin/new_device.html", form=form, desks=desks, desk=desk, search=search), status
