"""Made-up names: common ones, a few rare characters, a few with the interpunct."""

from __future__ import annotations

import random

SURNAMES = "".join(
    """
    王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡
    余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯
    龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤
    """.split()
)
GIVEN = """
    思远 子涵 欣怡 浩然 梓萱 宇轩 诗涵 佳怡 俊杰 雨桐 一诺 晨曦 若曦 明轩 可欣 梦瑶 嘉懿 煜城 懿轩 烨伟 苑博 伟泽
    熠彤 鸿煊 博涛 烨霖 烨华 煜祺 智宸 正豪 昊然 明杰 立诚 立轩 立辉 峻熙 弘文 熠彤 鸿煊 烨磊 晟睿 文博 天佑 英杰
    致远 俊驰 雨泽 烨磊 伟诚 静怡 雅静 梦洁 韵涵 清妍 诗琪 馨月 文昊 嘉熙 欣妍 芷晴 安然 乐瑶 知夏 沐阳 景行 书瑶
    语嫣 望舒 亦凡 子墨 星辰 允执 怀瑾 若谷
    """.split()
RARE = ("张㛃", "李𬭎", "王䶮", "陈𬱖", "阿卜杜·热合曼", "古丽·买买提", "迪力·木拉提", "洛桑·次仁")


def a_name(number: int, chance: random.Random) -> str:
    """The name of the child of that number: every 211th is a rare one."""
    if number % 211 == 0:
        return RARE[number // 211 % len(RARE)]
    return chance.choice(SURNAMES) + chance.choice(GIVEN)
