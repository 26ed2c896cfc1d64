"""Which visit a request belongs to: that of the tablet it comes from, of a rating code, or of a desk's poster."""

from typing import Final

from flask import request

from kiosk.codes import normalise_code
from kiosk.errors import CodeMistyped
from kiosk.form_state import FormState
from kiosk.protocols import CodeProblem, Device, KioskServices
from kiosk.visit import Visit, visit_at_device, visit_by_invitation, visit_by_poster

DEVICE_COOKIE: Final = "sipas_device"
"""Holds the key of the tablet a browser was enrolled as."""


class Openings:
    """Finds visits by the services the kiosk was mounted with."""

    def __init__(self, services: KioskServices) -> None:
        self._services = services

    def device(self) -> Device | None:
        """The tablet this browser is, if it is one."""
        key = request.cookies.get(DEVICE_COOKIE)
        return self._services.find_device(key) if key else None

    def of_state(self, state: FormState) -> Visit | CodeProblem | None:
        """The visit a post belongs to: by its code if it carries one, else by the tablet it comes from."""
        if state.code:
            return self.by_code(state.code)
        if state.channel == "poster" and state.unit:
            return self.by_poster(state.unit, state.counter)
        device = self.device()
        return self.at(device) if device else None

    def at(self, device: Device) -> Visit:
        """The visit that begins at a tablet."""
        return visit_at_device(device, self._services.instrument_for(device.desk), self._services.asking(device.desk))

    def by_poster(self, unit: str, counter: str | None) -> Visit | None:
        """The visit a desk's poster opens; None for a unit that has no desk today. A counter that has gone leaves the desk."""
        desk = self._services.find_desk(unit)
        if desk is None:
            return None
        at = next((choice for choice in desk.counters if choice.code == counter), None)
        return visit_by_poster(desk, at, self._services.instrument_for(desk), self._services.asking(desk))

    def by_code(self, code: str) -> Visit | CodeProblem:
        """The visit a rating code opens, in any spelling, or why it opens nothing; nothing is spent."""
        invitation = self._services.find_invitation(code)
        if isinstance(invitation, CodeProblem):
            return invitation
        try:
            normalised = normalise_code(code)
        except CodeMistyped:
            return CodeProblem.mistyped
        desk = invitation.desk
        return visit_by_invitation(invitation, self._services.instrument_for(desk), normalised, self._services.asking(desk))
