"""What may be said in the diagrams of a draft: the lists that the modeler offers."""

from __future__ import annotations

from app.access import actor, allow
from app.database import end_reading
from app.studio.api.drafts import bp
from app.studio.presenters.vocabulary import VocabularyJson, vocabulary_json
from app.studio.queries import drafts as queries
from app.studio.queries.vocabulary import vocabulary_of
from app.web import operation


@bp.get("/drafts/<int:draft_id>/vocabulary")
@allow("analyst", "publisher")
@operation("画流程图时可用的内容：办理机构、岗位、办理结果、事实、操作及其办事规则、表单、决策表、流程")
def show_vocabulary(draft_id: int) -> VocabularyJson:
    draft = queries.draft_for(actor(), draft_id)
    found = vocabulary_of(draft.process_key, queries.files_of(draft.id))
    answer = vocabulary_json(found)
    end_reading()
    return answer
