"""Why a process cannot be used."""

from __future__ import annotations

from app.errors import Refused


class SwitchedOff(Refused):
    """The process was switched off: nobody can start it, what is open goes on."""

    code = "E-OFF"
    text = "“{name}”已于 {since} 停用（{reason}），停用期间不能发起，在办的办件照常办理。"


class NoRule(Refused):
    """A decision table has no row for these facts: nobody may go on as if there were a rule."""

    code = "E-NO-RULE"
    text = "“{process}”的决策表“{table}”对这种情形（{case}）没有规则，不能办理，请联系流程管理人员补上规则。"


class RulesDisagree(Refused):
    """Several rows of a decision table hold where one must."""

    code = "E-RULES"
    text = "“{process}”的决策表“{table}”对这种情形（{case}）有不止一条规则成立，不能办理，请联系流程管理人员改正规则。"


class TableMissing(Refused):
    """A version without a decision table that its process reads."""

    code = "E-TABLE"
    text = "“{process}”没有决策表“{table}”，不能办理，请联系流程管理人员补上这张表。"


class AnswerMissing(TableMissing):
    """A decision table without a conclusion that its process reads."""

    text = "“{process}”的决策表“{table}”没有给出“{column}”（列名 {name}），不能办理，请联系流程管理人员补上。"


class AnswerUnfit(TableMissing):
    """A conclusion that is not of the kind that is read."""

    text = "“{process}”的决策表“{table}”给出的“{column}”不对（须为：{kind}），不能办理，请联系流程管理人员改正。"


#: a decision table gives no answer with which anybody may go on
NO_ANSWER = (NoRule, RulesDisagree, TableMissing)
