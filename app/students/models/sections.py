"""The parts of a dossier."""

from __future__ import annotations

from enum import StrEnum


class Section(StrEnum):
    """档案部分 (教基一〔2013〕7号 Art. 7)"""

    BASIC = "basic"  # (一) 基本信息及其变动
    PROOF = "proof"  # (二) 证明材料
    GROWTH = "growth"  # (三) 综合素质发展报告
    HEALTH = "health"  # (四) 体质健康、体检、预防接种
    AWARD = "award"  # (五) 获奖
    AID = "aid"  # (六) 资助
    OTHER = "other"  # (七) 省级规定的其他内容


SECTION_NAMES = {
    Section.BASIC: "基本信息及其变动情况",
    Section.PROOF: "证明材料",
    Section.GROWTH: "综合素质发展报告",
    Section.HEALTH: "体质健康与体检、预防接种",
    Section.AWARD: "在校期间获奖",
    Section.AID: "享受资助",
    Section.OTHER: "省级教育行政部门规定的其他信息",
}
