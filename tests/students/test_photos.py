"""Photos of children: cropped, small, freed of what the camera wrote; one by one or as an archive with a report."""

from __future__ import annotations

import io
import random
import zipfile
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from app.database import db
from app.errors import InvalidInput
from app.students.models.issued import Photo
from app.web.images import LARGEST, SIZE, PoorImage, portrait
from app.web.zip_archives import MOST_FILES, entries_of
from tests.support import factories
from tests.support.client import Answer, Client, apart
from tests.support.papers import a_pdf, a_picture, a_vast_picture, a_zip, sent
from tests.support.single_school_case import Matter, a_matter


@pytest.fixture
def school(app: Flask, client: Client) -> Matter:
    return a_matter(client)


def reader(matter: Matter, office: Any = None, duty: str = "operator") -> Client:
    user = matter.people["school"].operator if office is None else factories.a_user(factories.a_bureau(office), duty)
    return Client(matter.client.app).sign_in(user)


def upload(client: Client, matter: Matter, content: bytes, name: str = "照片.jpg") -> Answer:
    client.get(f"/students/{matter.child.id}")
    return client.post(f"/students/{matter.child.id}/photo", photo=sent((name, content)))


def upload_all(client: Client, archive: bytes) -> Answer:
    client.get("/photos")
    return client.post("/photos", archive=sent(("照片.zip", archive)))


def photos() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Photo.student_id).order_by(Photo.student_id)))


def noise(width: int, height: int, kind: str = "JPEG") -> bytes:
    """A picture that hardly compresses."""
    stream = io.BytesIO()
    pixels = random.Random(1).randbytes(width * height * 3)
    Image.frombytes("RGB", (width, height), pixels).save(stream, kind, quality=95)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        a_picture(size=(800, 1000)),
        a_picture("PNG", (358, 441)),
        a_picture(size=(1200, 700)),
        noise(716, 882),
        a_picture(size=(154, 189)),
    ],
    ids=["large", "png", "across", "noise", "small"],
)
def test_a_portrait_has_one_size_and_stays_small(content: bytes) -> None:
    made = portrait(content)

    with Image.open(io.BytesIO(made)) as image:
        assert (image.size, image.format, image.mode) == (SIZE, "JPEG", "RGB")
    assert len(made) < LARGEST


def test_a_portrait_is_upright_and_forgets_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Camera of the Chen family"
    stream = io.BytesIO()
    image = Image.new("RGB", (800, 600), "white")
    image.paste((200, 0, 0), (0, 0, 400, 600))  # red on the left, which is above once it is upright
    image.save(stream, "JPEG", exif=exif)

    made = portrait(stream.getvalue())

    with Image.open(io.BytesIO(made)) as upright:
        assert not upright.getexif()
        above, below = upright.getpixel((179, 40)), upright.getpixel((179, 420))
    assert isinstance(above, tuple)
    assert isinstance(below, tuple)
    assert above[1] < 80
    assert below[1] > 200
    assert b"Chen" not in made


def test_what_is_transparent_becomes_pale_blue() -> None:
    stream = io.BytesIO()
    Image.new("RGBA", (358, 441), (0, 0, 0, 0)).save(stream, "PNG")

    with Image.open(io.BytesIO(portrait(stream.getvalue()))) as image:
        red, _green, blue = image.getpixel((10, 10))  # type: ignore[misc]

    assert red < blue


@pytest.mark.parametrize(("size", "sentence"), [((100, 120), "照片太小"), ((200, 800), "过宽或过长")])
def test_a_picture_that_is_no_portrait_is_refused(size: tuple[int, int], sentence: str) -> None:
    with pytest.raises(PoorImage, match=sentence):
        portrait(a_picture(size=size))


def test_a_photo_is_shown_on_the_childs_page_and_gives_way_to_a_newer_one(school: Matter) -> None:
    client = reader(school)
    assert "还没有照片" in client.get(f"/students/{school.child.id}").text

    assert upload(client, school, a_picture(size=(400, 500))).status == 302
    page = client.get(f"/students/{school.child.id}")
    source = client.page.xpath("string(//img[@class='photo']/@src)")
    assert "照片已保存" in page.text
    first = apart(client.browser.get, source)
    assert (first.status_code, first.mimetype) == (200, "image/jpeg")
    upload(client, school, a_picture(size=(400, 500), colour="navy"))
    assert apart(client.browser.get, source).get_data() != first.get_data()
    assert photos() == [school.child.id]
    assert "/photo" in client.get(f"/students/{school.child.id}/card").text
    pdf = apart(client.browser.get, f"/students/{school.child.id}/card.pdf").get_data()
    assert b"/Subtype /Image" in pdf or b"/Subtype/Image" in pdf


def test_who_sees_and_who_brings_photos(school: Matter) -> None:
    upload(reader(school), school, a_picture(size=(400, 500)))
    path = f"/students/{school.child.id}/photo"
    for office, status in (("330106", 200), ("330100", 200), ("330108", 404), ("330000", 404)):
        client = reader(school, office)
        assert apart(client.browser.get, path).status_code == status, office
        client.get("/me")
        assert client.post(path, photo=sent(("a.jpg", a_picture()))).status == (403 if status == 200 else 404), office
        assert client.get("/photos").status == 403
    approver = Client(school.client.app).sign_in(school.people["school"].approver)
    approver.get(f"/students/{school.child.id}")
    assert approver.post(path, photo=sent(("a.jpg", a_picture()))).status == 403
    assert apart(Client(school.client.app).browser.get, path).status_code == 302


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (a_pdf(), "须为 JPG 或 PNG"),
        (b"GIF89a", "不是 PDF、JPEG 或 PNG"),
        (a_vast_picture(), "“照片.jpg”"),
        (a_picture(size=(50, 50)), "照片太小"),
    ],
    ids=["pdf", "gif", "vast", "tiny"],
)
def test_a_poor_photo_gets_a_sentence(school: Matter, content: bytes, sentence: str) -> None:
    client = reader(school)

    upload(client, school, content)

    assert sentence in client.get(f"/students/{school.child.id}").text
    assert photos() == []


def test_an_archive_is_taken_file_by_file(school: Matter) -> None:
    code = school.school.office.code
    school.walk("class_change")  # 陈思远 is in class 2
    named = factories.a_student(school.school, name="林一凡")
    elsewhere = factories.a_student(factories.a_school("330108"), name="外校生")
    good = a_picture(size=(400, 500))
    archive = a_zip(
        **{
            f"{code}_2_陈思远.jpg": good,
            f"{code}_202402_陈思远.jpg": good,
            f"{named.main_number}.JPG": a_picture("PNG", (400, 500)),
            f"{elsewhere.main_number}.jpg": good,
            f"{factories.a_number()}.jpg": good,
            f"{code}_3_陈思远.jpg": good,
            "9999999999_2_陈思远.jpg": good,
            "合影.jpg": good,
            "说明.txt": b"read me",
            "Thumbs.db": b"x",
            "__MACOSX/._a.jpg": b"x",
        }
    )

    answer = upload_all(reader(school), archive)

    assert answer.status == 200
    assert "共 9 个文件，收下 2 张，未收 7 个" in answer.text
    assert photos() == sorted([school.child.id, named.id])
    assert answer.text.count("本校没有这名在籍学生") == 3, "a stranger's child and nobody's sound alike"
    assert answer.text.count("文件名须为学籍主号") == 3
    assert "只收第一张" in answer.text
    for child in (named, elsewhere):
        assert child.main_number not in answer.text
    assert f"{named.main_number[:6]}********{named.main_number[-4:]}.JPG" in answer.text


def an_archive(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return stream.getvalue()


def test_hostile_entries_are_left_out_each_with_its_reason() -> None:
    bomb, nested = bytes(9_000_000), an_archive(("a.jpg", bytes(1000)))
    archive = an_archive(
        ("../../etc/passwd.jpg", b"x"), ("folder/a.jpg", b"x"), ("bomb.jpg", bomb), ("nested.jpg", nested),
        ("huge.jpg", bytes(11 * 1024 * 1024)),
    )  # fmt: skip

    faults = {each.name: each.fault for each in entries_of(archive, field="archive")}

    assert faults["../../etc/passwd.jpg"] == faults["folder/a.jpg"] == "文件须直接放在压缩包中，或都放在同一个文件夹中"
    assert faults["bomb.jpg"] == "压缩比异常，不像照片"
    assert faults["huge.jpg"] == "超过 10 MB"
    assert faults["nested.jpg"] == "", "it is opened as a picture later, and is none"


def test_an_archive_inside_an_archive_is_no_photo(school: Matter) -> None:
    archive = an_archive((f"{school.child.main_number}.jpg", an_archive(("a.jpg", a_picture()))))

    answer = upload_all(reader(school), archive)

    assert "不是 PDF、JPEG 或 PNG 文件" in answer.text
    assert school.child.main_number not in answer.text
    assert photos() == []


def test_names_of_a_chinese_windows_are_read() -> None:
    name = "张三丰.jpg".encode("gbk")
    placeholder = "n" * len(name)
    archive = an_archive((placeholder, b"x"), method=zipfile.ZIP_STORED).replace(placeholder.encode(), name)

    assert [each.name for each in entries_of(archive, field="archive")] == ["张三丰.jpg"]


@pytest.mark.parametrize(
    ("archive", "sentence"),
    [
        (b"PK\x05\x06" + b"no archive", "不是 ZIP"),
        (a_picture(), "不是 ZIP"),
        (an_archive(*((f"{n}.jpg", b"") for n in range(MOST_FILES + 1))), "一次最多 500 个"),
    ],
    ids=["broken", "picture", "many"],
)
def test_an_archive_that_is_none_or_too_much_is_refused_as_a_whole(archive: bytes, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        list(entries_of(archive, field="archive"))


def test_a_bomb_of_many_files_is_refused_before_it_is_unpacked() -> None:
    archive = an_archive(*((f"{n}.jpg", bytes(9_000_000)) for n in range(40)))

    with pytest.raises(InvalidInput, match="展开后过大"):
        list(entries_of(archive, field="archive"))


def test_no_archive_chosen_is_said(school: Matter) -> None:
    client = reader(school)
    client.get("/photos")

    answer = client.post("/photos")

    assert (answer.status, "请选择 ZIP 压缩包" in answer.text) == (422, True)


def test_a_program_brings_a_photo(school: Matter) -> None:
    program = school.program("school")
    path = f"/api/v1/students/{school.child.id}/photo"

    answer = apart(
        program.http.post, path, headers=program.headers, data={"photo": sent(("a.jpg", a_picture(size=(400, 500))))}
    )

    assert answer.status_code == 201
    assert answer.get_json()["size"] < LARGEST
    refused = apart(
        program.http.post, path, headers=program.headers, data={"photo": sent(("a.jpg", a_picture(size=(40, 50))))}
    )
    assert (refused.status_code, refused.get_json()["code"]) == (422, "E-PHOTO")
