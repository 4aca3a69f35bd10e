"""What every room's pages and programming interface share: the edge between HTTP and the house."""

from app.interface.describing import operation
from app.interface.display import local_address
from app.interface.edge import add_menu, first_page, prepare
from app.interface.input import form_values, objections, read_json
from app.interface.lists import after_id, decode_cursor, encode_cursor, limit_argument
from app.interface.output import given_out, instant
from app.interface.uploads import Upload, takes_files, uploads_in

__all__ = [
    "Upload",
    "add_menu",
    "after_id",
    "decode_cursor",
    "encode_cursor",
    "first_page",
    "form_values",
    "given_out",
    "instant",
    "limit_argument",
    "local_address",
    "objections",
    "operation",
    "prepare",
    "read_json",
    "takes_files",
    "uploads_in",
]
