/** Further steps of the state machine of a service: between states that there are. */
import type { KindTransition } from '../../kind.ts';
import { operatingStatuses, serviceStates } from '../../model/service-states.ts';
import type { LookedAt } from './looked-at.ts';

export function verifyStates(looked: LookedAt): void {
  for (const each of looked.declared) {
    if (each.of !== 'instance') continue;
    const { name, type } = each.head;
    const [first] = each.lists.transition ?? [];
    if (first && type === 'resource') {
      looked.findings.add({
        pointer: `${each.pointer}/transition`,
        message: `the kind ${name} is a resource, and only services have steps between states`,
        expected: 'no transition',
      });
    } else for (const step of each.lists.transition ?? []) verifyStep(step, looked);
  }
}

function verifyStep(step: KindTransition, { at, findings }: LookedAt): void {
  const pointer = at(step);
  const { name, from, to, operatingStatus } = step;
  const words: readonly string[] = serviceStates;
  if (name === 'status') {
    findings.add({
      pointer: `${pointer}/name`,
      message: 'a transition cannot be called status: that step leaves the state as it is',
      found: name,
      expected: 'another name',
    });
  }
  from.forEach((state, i) => {
    const here = `${pointer}/from/${i}`;
    if (!words.includes(state)) {
      findings.unknown(here, `the transition ${name} begins at ${state}, which is no state`, state, words);
    } else if (from.indexOf(state) < i) {
      findings.add({ pointer: here, message: `the transition ${name} begins at ${state} twice`, found: state });
    }
  });
  if (!words.includes(to)) {
    findings.unknown(`${pointer}/to`, `the transition ${name} leads to ${to}, which is no state`, to, words);
  }
  const statuses: readonly string[] = operatingStatuses;
  if (operatingStatus !== undefined && !statuses.includes(operatingStatus)) {
    const text = `the transition ${name} sets the operating status ${operatingStatus}, which is none`;
    findings.unknown(`${pointer}/operatingStatus`, text, operatingStatus, statuses);
  }
}
