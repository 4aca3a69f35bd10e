// The tokens: how they move is the library's (bpmn-js-token-simulation), without its drawings and words. Here only one
// thing is added: where a gateway chooses, the token waits until somebody has chosen.
import DisableModelingModule from "bpmn-js-token-simulation/lib/features/disable-modeling";
import SimulatorModule from "bpmn-js-token-simulation/lib/simulator";
import { is } from "bpmn-js/lib/util/ModelUtil";

const waysOf = (element) => element.outgoing.filter((each) => is(each, "bpmn:SequenceFlow"));
const chooses = (element) => waysOf(element).length > 1;
const waitingAt = (element) => ({ element, type: "continue", interrupting: false, boundary: false });

export function WaitingGateways(simulator, activityBehavior, exclusiveGatewayBehavior, inclusiveGatewayBehavior) {
  const wait = (context) => activityBehavior.signalOnEvent(context, waitingAt(context.element));
  simulator.registerBehavior("bpmn:ExclusiveGateway", {
    enter: (context) => (chooses(context.element) ? wait(context) : simulator.exit(context)),
    signal: (context) => simulator.exit(context),
    exit: (context) => exclusiveGatewayBehavior.exit(context),
  });
  // an inclusive gateway first joins what arrives; what has joined waits, and is no longer joined with later ones
  const joining = Object.create(simulator);
  joining.exit = (context) => {
    if (!chooses(context.element)) { simulator.exit(context); return; }
    context.scope.hasJoined = true;
    wait(context);
  };
  joining.findScopes = (filter) => simulator.findScopes(filter).filter((each) => !each.hasJoined);
  inclusiveGatewayBehavior._simulator = joining;
  simulator.registerBehavior("bpmn:InclusiveGateway", {
    enter: (context) => inclusiveGatewayBehavior.enter(context),
    signal: (context) => simulator.exit(context),
    exit: (context) => exitBy(simulator, context),
  });
  function exitBy(run, { element, scope }) {
    const chosen = chooses(element) ? run.getConfig(element).activeOutgoing || [] : waysOf(element);
    chosen.forEach((flow) => run.enter({ element: flow, scope: scope.parent }));
  }
}
WaitingGateways.$inject = ["simulator", "activityBehavior", "exclusiveGatewayBehavior", "inclusiveGatewayBehavior"];

const ACTIVITIES = ["bpmn:Task", "bpmn:CallActivity"];

// begins anew with no token; every activity waits until somebody says that it is done
export function begin(editor) {
  const simulator = editor.get("simulator");
  editor.get("eventBus").fire("tokenSimulation.toggleMode", { active: true });
  editor.get("elementRegistry").filter((each) => each.businessObject && each.type !== "label" && ACTIVITIES.some((type) => is(each, type)))
    .forEach((each) => simulator.waitAtElement(each, !is(each, "bpmn:ReceiveTask")));
}

export function end(editor) { editor.get("eventBus").fire("tokenSimulation.toggleMode", { active: false }); }

// where tokens are: shapes, one for each token
export function tokensIn(editor) {
  const moving = (scope) => scope.parent && !scope.destroyed && !scope.completed && !is(scope.element, "bpmn:SubProcess") && !scope.element.waypoints;
  return editor.get("simulator").findScopes(moving).map((each) => each.element);
}

// for whoever only reads, nothing needs to be kept from being changed
export const SimulationModule = { __depends__: [SimulatorModule], __init__: ["waitingGateways"], waitingGateways: ["type", WaitingGateways] };
export { DisableModelingModule };
