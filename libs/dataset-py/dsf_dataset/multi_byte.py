"""Encodings of East Asia, where a character has one to four bytes: Python's codecs, and where they differ from WHATWG."""

import codecs
import re
from collections.abc import Callable

_CODECS = {
    "shift_jis": "cp932",
    "euc-jp": "euc_jp",
    "euc-kr": "cp949",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
}
MULTI_BYTE = tuple(_CODECS)


def _translated(read: str, meant: str) -> dict[int, str]:
    return {ord(one): other for one, other in zip(read, meant, strict=True)}


_OTHER_CHARACTERS: dict[str, dict[int, str]] = {
    # private ones that the stages do not read; a letter behind the first byte of one is a letter
    "shift_jis": {
        **dict.fromkeys([*range(0xE69D, 0xE758), *range(0xF8F0, 0xF8F4)], "\ufffd"),
        **{0xE69D + at: f"\ufffd{chr(0x41 + at)}" for at in range(0x3E)},
    },
    "euc-jp": _translated("〜‖−¢£¬", "～∥－￠￡￢"),
    # since 2022; Python has those of 2000
    "gb18030": _translated(
        "\ue5e5\ue7c7\u1e3f\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796"
        "\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864",
        "\u3000\u1e3f\ue7c7\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19"
        "\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb",
    ),
    "big5": _translated("•､‾∼♁☉¥¢£", "‧﹑¯～⊕⊙￥￠￡"),
}
"""What Python reads, and what is meant."""

_BIG5 = {
    0x877A: "㡵𡵓𣚞𦀡㻬",
    0x87A1: "𥣞㫵竼龗𤅡𨤍𣇪𠪊𣉞䌊蒄龖鐯䤰蘓墖靊鈘秐稲晠権袝瑌篅枂稬剏遆㓦珄𥶹瓆鿇垳䤯呌䄱𣚎堘穲𧭥讏䚮𦺈䆁𥶙箮𢒼鿈𢓁𢓉𢓌鿉蔄𣖻䂴鿊䓡𪷿拁灮鿋",
    0x8E69: "箸",
    0x8E6F: "簆",
    0x8E7E: "糎",
    0x8EAB: "緒",
    0x8EB4: "縝",
    0x8ECD: "者",
    0x8ED0: "耨",
    0x8F57: "菁",
    0x8F69: "蒨",
    0x8F6E: "萏",
    0x8FCB: "覦覩",
    0x8FFE: "起",
    0x906D: "都",
    0x907A: "銹",
    0x90DC: "靜",
    0x90F1: "響",
    0x91BF: "鼖",
    0x9244: "蔃",
    0x92AF: "兙兛兝兞",
    0x92C8: "鍮",
    0x92D1: "瑹",
    0x9447: "浧",
    0x94CA: "禛",
    0x95D9: "邗",
    0x9644: "靝",
    0x96ED: "瀞",
    0x96FC: "嬨",
    0x9B76: "爁",
    0x9B78: "矗",
    0x9B7B: "纇",
    0x9BC6: "駖",
    0x9BDE: "釔",
    0x9BEC: "惞",
    0x9BF6: "澶",
    0x9C42: "輶",
    0x9C53: "侻",
    0x9C62: "營",
    0x9C68: "鄄",
    0x9C6B: "鷰",
    0x9C77: "菏",
    0x9CBC: "尐秣",
    0x9CD0: "婧",
    0x9D57: "輋",
    0x9D5A: "筑",
    0x9DC4: "拐",
    0x9EA9: "恢",
    0x9EEF: "痹",
    0x9EFD: "汊",
    0x9F60: "鬮",
    0x9F66: "鼗",
    0x9FCB: "僭",
    0x9FD8: "弌",
    0xA063: "蠏",
    0xA077: "拎",
    0xA0D5: "瑨",
    0xA0DF: "煢",
    0xA0E4: "牐",
    0xA3C0: "␀␁␂␃␄␅␆␇␈␉␊␋␌␍␎␏␐␑␒␓␔␕␖␗␘␙␚␛␜␝␞␟␡€",
    0xC6CF: "廴",
    0xC6D3: "无",
    0xC6D5: "癶",
    0xC6D7: "隶",
    0xC6DE: "〃仝",
    0xFA5F: "倩",
    0xFA66: "偽",
    0xFABD: "包",
    0xFAC5: "卄",
    0xFAD5: "卿",
    0xFB48: "嘅",
    0xFBB8: "婷",
    0xFBF3: "幵",
    0xFBF9: "廐",
    0xFC4F: "彘",
    0xFC6C: "悤",
    0xFCB9: "撐",
    0xFCE2: "晴",
    0xFCF1: "杞",
    0xFDB7: "沜渝",
    0xFDBB: "港",
    0xFDF1: "煮",
    0xFE52: "猪",
    0xFE6F: "瑜",
    0xFEAA: "瓩",
    0xFEDD: "砉",
}
"""Characters that Python does not know, from a code on."""
_BIG5_CODES = {code + at: character for code, text in _BIG5.items() for at, character in enumerate(text)}


def decoded(content: bytes, encoding: str) -> str:
    """Of one of MULTI_BYTE. A byte that begins no character is U+FFFD, and the next one begins anew."""
    if encoding == "euc-jp":
        content = content.replace(b"\x8f\xa2\xb7", b"\xa1\xc1")
    if encoding == "big5" and any(code in content for code in _SLASHES):
        return "".join([_SLASHES.get(code) or _decoded(code, encoding) for code in _CODES.findall(content)])
    return _decoded(content, encoding)


def _decoded(content: bytes, encoding: str) -> str:
    return content.decode(_CODECS[encoding], f"dsf-{encoding}").translate(_OTHER_CHARACTERS.get(encoding, {}))


_SLASHES = {b"\xa2\x41": "∕", b"\xa2\x42": "﹨"}
"""Python takes them for the ones beside them."""
_CODES = re.compile(rb"[\x81-\xfe][\x40-\x7e\xa1-\xfe]|[\0-\x80]+|.", re.DOTALL)


def _of_big5(code: bytes) -> tuple[str, int] | None:
    found = _BIG5_CODES.get(int.from_bytes(code)) if len(code) == 2 else None
    return None if found is None else (found, 2)


def _of_gb18030(code: bytes) -> tuple[str, int] | None:
    return ("€", 1) if code[0] == 0x80 else None


def _of_euc_jp(code: bytes) -> tuple[str, int] | None:
    """The rows of NEC and IBM, which Shift_JIS has at the same places."""
    if len(code) < 2 or min(code) < 0xA1 or max(code) > 0xFE:
        return None
    row, cell = code[0] - 0xA1, code[1] - 0xA1
    lead = (row >> 1) + (0x81 if row < 62 else 0xC1)
    trail = cell + 0x9F if row & 1 else cell + 0x40 + (cell >= 63)
    try:
        return bytes((lead, trail)).decode("cp932"), 2
    except UnicodeDecodeError:
        return None


_FINDS = {"big5": _of_big5, "euc-jp": _of_euc_jp, "gb18030": _of_gb18030}


def _unknown(encoding: str) -> Callable[[UnicodeError], tuple[str, int]]:
    find = _FINDS.get(encoding, lambda _: None)

    def handle(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        character, length = find(error.object[error.start : error.start + 2]) or ("\ufffd", 1)
        return character, error.start + length

    return handle


for _name in MULTI_BYTE:
    codecs.register_error(f"dsf-{_name}", _unknown(_name))
