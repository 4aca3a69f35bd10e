"""Why something cannot be done to a draft, a proposal or a process."""

from __future__ import annotations

from app.errors import InvalidInput, NotAllowed, Refused


class UnfitDraftFile(InvalidInput):
    """A file that a draft cannot hold: its name, one sentence."""

    code = "E-DRAFT-FILE"
    text = "文件“{name}”{sentence}。"


class ProcessKeyTaken(Refused):
    """A new process under the key of one that exists."""

    code = "E-PROCESS"
    text = "流程编号 {key} 已被“{name}”使用，请换一个编号，或者从该流程新建草稿。"


class FileChanged(Refused):
    """Somebody else has saved the file since it was read (412)."""

    code = "E-CHANGED"
    text = "文件 {name} 已由{who}于 {when} 修改，您的修改没有保存。请先查看新的内容，再决定保留哪一份。"


class FileThere(FileChanged):
    """A file that was to be new is there already."""

    text = "文件 {name} 已经存在，由{who}于 {when} 保存。"


class FileGone(FileChanged):
    """The file that was read has been deleted since."""

    text = "文件 {name} 已被删除，您的修改没有保存。"


class FileNotNamed(Refused):
    """An edit that does not say which content it was made of (428)."""

    code = "E-PRECONDITION"
    text = "文件 {name} 由{who}于 {when} 保存过，请先读取它，再带上 If-Match 保存。"


class DraftFull(Refused):
    """More than a draft may hold."""

    code = "E-DRAFT-FULL"
    text = "一份草稿最多 {files} 个文件、共 {megabytes} MB。"


class NotRunnable(Refused):
    """A draft whose diagram does not compile has nothing to run."""

    code = "E-DRAFT-RUN"
    text = "草稿还不能运行：{why}。"


class LastDiagram(Refused):
    """A draft without a diagram is none."""

    code = "E-DRAFT-LAST"
    text = "草稿中至少要有一张流程图，不能删除最后一张。"


class Unproposable(Refused):
    """What is found in a draft forbids to propose or to publish it; subclasses say what."""

    code = "E-FINDING"
    text = "{where}{message}。"


class NothingChanged(Refused):
    """A draft that says what the current version says."""

    code = "E-UNCHANGED"
    text = "草稿与现行的第 {number} 版内容相同，没有可以发布的修改。"


class ChangedSince(Refused):
    """The draft was edited after it had been proposed."""

    code = "E-DRAFT-CHANGED"
    text = "提出之后，草稿又由{who}于 {when} 修改过。请退回，由流程管理员重新提出。"


class NewerVersion(Refused):
    """A newer version was published since the draft began."""

    code = "E-NEWER"
    text = "草稿是从第 {base} 版改来的，其后已发布第 {number} 版。请退回，由流程管理员以新版本为底稿重新修改。"


class NewerVersionMeanwhile(NewerVersion):
    """The same of a draft that was the first of its process."""

    text = "草稿开始时还没有这个流程，其后已发布第 {number} 版。请退回，由流程管理员以该版本为底稿重新修改。"


class NewerProvinceVersion(NewerVersion):
    """The province has published since the draft of a variant began: what it adds is to be added to that."""

    text = "本地版本的草稿以省级第 {base} 版为底稿，其后省级已发布第 {number} 版。请以新版本为底稿重新添加本地环节。"


class NothingAdded(NothingChanged):
    """A variant that says what the province's version says."""

    text = "草稿与省级第 {number} 版内容相同，没有新增环节。"


class NoVariants(Refused):
    """A process that schools do not apply for has no variants: the superior of its applicant is no county's."""

    code = "E-VARIANT"
    text = "流程“{name}”不由学校申请，没有本地版本。"


class OwnProposal(NotAllowed):
    """Who has drawn a version does not publish it."""

    code = "E-OWN"
    text = "这份草稿由您提出或修改过，须由其他发布员审批。"


class AlreadyOff(Refused):
    """Switching off what is off, or on what is on."""

    code = "E-SWITCHED"
    text = "流程“{name}”已经{state}，不必再次办理。"


class VariantAlreadyOff(AlreadyOff):
    """The same of a bureau's variant."""

    text = "流程“{name}”的本地版本已经{state}，不必再次办理。"


class NothingWaits(Refused):
    """A step of a rehearsal at a task at which nothing waits."""

    code = "E-REHEARSAL-TASK"
    text = "没有等待办理的“{task}”。"


class WriteRefused(Refused):
    """A write that no rule has refused, and the database has."""

    code = "E-REHEARSAL-WRITE"
    text = "这一步写入学籍时会被数据库拒绝，办理人员将看到系统故障。请检查流程图调用的操作与办理次序。"


class RehearsalBusy(Refused):
    """Something was in the way of a rehearsal: it gives way to whoever means it."""

    code = "E-REHEARSAL-BUSY"
    text = "有办件正在办理，试运行没有进行。请稍后再试。"


class RehearsalTooLong(Refused):
    """A rehearsal that does not come to its end in its time."""

    code = "E-REHEARSAL-LONG"
    text = "试运行用时过长，已停止。请减少步骤，或检查流程图中的循环。"


class NotOver(Refused):
    """A rehearsal that is kept as a scenario must have come to an end."""

    code = "E-REHEARSAL-OPEN"
    text = "试运行还没有办结，不能保存为用例。"


class OtherCourse(Refused):
    """A rehearsal with real schools or a real child that goes another way with invented ones."""

    code = "E-SCENARIO-COURSE"
    text = "换成虚拟的学校和学生后走法不同，不能保存为用例。{where}"


class ScenarioFailed(Refused):
    """A scenario that does not take its course any more: what it tells of may not be published."""

    code = "E-SCENARIO"
    text = "演练用例“{name}”没有通过。{where}"
