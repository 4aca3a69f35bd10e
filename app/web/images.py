"""A portrait for the record: upright, cropped, small, with nothing in it but the picture."""

from __future__ import annotations

import io

from PIL import Image, ImageOps

from app.errors import Refused

SIZE = (358, 441)  # 26 × 32 mm at 350 dpi
SMALLEST = (154, 189)  # the same at 150 dpi
LARGEST = 60_000  # bytes
GROUND = (191, 219, 240)  # pale blue, where a picture is transparent


class PoorImage(Refused):
    """The picture cannot become a portrait."""

    code = "E-PHOTO"
    text = "{sentence}。"


def portrait(content: bytes) -> bytes:
    """A JPEG of SIZE and less than LARGEST from a picture that has been opened once already.

    Turned as the camera says and then freed of all it says (place, time, owner). Raises PoorImage.
    """
    with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as image:
        image.draft("RGB", (SIZE[0] * 3, SIZE[1] * 3))
        upright = ImageOps.exif_transpose(image)
        if upright.width < SMALLEST[0] or upright.height < SMALLEST[1]:
            raise PoorImage(
                sentence=f"照片太小（{upright.width}×{upright.height}），至少 {SMALLEST[0]}×{SMALLEST[1]} 像素"
            )
        if not 1 / 3 <= upright.width / upright.height <= 3:
            raise PoorImage(sentence="照片过宽或过长，不像证件照")
        # what lies beside a head is cropped on both sides, what lies above and below it mostly below
        fitted = ImageOps.fit(_opaque(upright), SIZE, Image.Resampling.LANCZOS, centering=(0.5, 0.3))
    for quality in (92, 85, 75, 60, 45, 30):
        stream = io.BytesIO()
        fitted.save(stream, "JPEG", quality=quality, optimize=True)
        if stream.tell() < LARGEST:
            return stream.getvalue()
    raise PoorImage(sentence="照片压缩后仍超过 60 KB")


def _opaque(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    ground = Image.new("RGB", layer.size, GROUND)
    ground.paste(layer, mask=layer.getchannel("A"))
    return ground
