// Which groups of fields an element has, in the order in which they stand.
import { is } from "bpmn-js/lib/util/ModelUtil";

import { isForPeople } from "../conditions/facts";
import { drawCall } from "./call";
import { drawDrawing } from "./drawing";
import { drawDefault, drawFlow, drawWays } from "./flow";
import { drawEvent } from "./event";
import { drawBasics, drawMore } from "./general";
import { drawLane } from "./lane";
import { drawEnd, drawFacts, drawProcess } from "./process";
import { drawJoint } from "./joint";
import { drawVerb } from "./verb";
import { drawOutcomes } from "./outcomes";
import { drawTask, drawTaskMore } from "./task";

const any = (...types) => (said) => types.some((type) => is(said, type));
const splits = any("bpmn:ExclusiveGateway", "bpmn:InclusiveGateway");
const hasProcess = (_said, context) => Boolean(context.process);

export const GROUPS = [
  { of: () => true, draw: drawBasics },
  { of: () => true, draw: drawDrawing },
  { of: hasProcess, draw: drawProcess },
  { of: any("bpmn:Lane"), draw: drawLane },
  { of: isForPeople, draw: drawTask },
  { of: isForPeople, draw: drawOutcomes },
  { of: any("bpmn:ServiceTask"), draw: drawVerb },
  { of: any("bpmn:CallActivity"), draw: drawCall },
  { of: any("bpmn:EndEvent"), draw: drawEnd },
  { of: any("bpmn:Event"), draw: drawEvent },
  { of: any("bpmn:SequenceFlow"), draw: drawFlow },
  { of: splits, draw: drawWays },
  { of: (said) => splits(said) || is(said, "bpmn:Activity"), draw: drawDefault },
  { of: (said) => isForPeople(said) || said.get("loopCharacteristics"), draw: drawJoint },
  { of: isForPeople, draw: drawTaskMore },
  { of: hasProcess, draw: drawFacts },
  { of: () => true, draw: drawMore },
];
