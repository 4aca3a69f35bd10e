"""What the pages and the programming interface of every package share."""

from app.web.api_description import answered_in_brief, operation, wants_brief
from app.web.application import add_menu, first_page, prepare
from app.web.font_size import local_address
from app.web.formatting import Day, Instant, given_out, instant, shown_inside
from app.web.integers import whole_number
from app.web.pagination import Page, after_id, cursor_after, decode_cursor, encode_cursor, one_page, page_of
from app.web.query_parameters import Asked, read_query
from app.web.uploads import Upload, takes_files, uploads_in
from app.web.validation import FORM, checked_form, form_values, objections, read_json, typed_text

__all__ = [
    "FORM",
    "Asked",
    "Day",
    "Instant",
    "Page",
    "Upload",
    "add_menu",
    "after_id",
    "answered_in_brief",
    "checked_form",
    "cursor_after",
    "decode_cursor",
    "encode_cursor",
    "first_page",
    "form_values",
    "given_out",
    "instant",
    "local_address",
    "objections",
    "one_page",
    "operation",
    "page_of",
    "prepare",
    "read_json",
    "read_query",
    "shown_inside",
    "takes_files",
    "typed_text",
    "uploads_in",
    "wants_brief",
    "whole_number",
]
