"""Why a process cannot be used."""

from __future__ import annotations

from app.errors import Refused


class SwitchedOff(Refused):
    """The process was switched off: nobody can start it, what is open goes on."""

    code = "E-OFF"
    text = "“{name}”已于 {since} 停用（{reason}），停用期间不能发起，在办的办件照常办理。"
