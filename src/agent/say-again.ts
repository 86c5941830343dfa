/** Says to the loop again what was said to it. */
import { expectationId, instanceId, planId, taskId } from '../core/ids.ts';
import { isArray, type JsonObject, property } from '../core/json.ts';
import type { Reader } from '../ports/store.ts';
import type { Loop } from '../reconcile/loop.ts';

/** What was answered then to whoever spoke is of no interest; what follows from it is. */
export function sayAgain(loop: Loop, store: Reader, said: JsonObject): void {
  switch (said.word) {
    case 'start':
      void loop.start();
      return;
    case 'stop':
      void loop.stop();
      return;
    case 'ring':
      loop.ring();
      return;
    case 'settle':
      void loop.settle();
      return;
    case 'lookAgain':
      void loop.lookAgain();
      return;
    case 'takeKinds':
      loop.takeKinds();
      return;
    case 'takeBackUnconfirmed':
      void (typeof said.why === 'string' ? loop.takeBackUnconfirmed(said.why) : loop.takeBackUnconfirmed());
      return;
    case 'confirm': {
      const plan = store.plan(planId(String(said.plan)));
      if (plan) loop.confirm(plan, String(said.by));
      return;
    }
    case 'whyNotBack': {
      const ids = isArray(said.tasks) ? said.tasks : [];
      void loop.whyNotBack(ids.flatMap(id => store.task(taskId(String(id))) ?? []));
      return;
    }
    case 'sample':
      void loop.sample(Number(said.maxAgeMs));
      return;
    case 'decide': {
      const { by, place, decision } = said;
      const [expectation, instance, path] = ['expectation', 'instance', 'path'].map(each => property(place, each));
      if (decision !== 'restore' && decision !== 'adopt' && decision !== 'manage') return;
      loop.decide(
        String(by),
        {
          expectation: expectationId(String(expectation)),
          instance: typeof instance === 'string' ? instanceId(instance) : undefined,
          path: String(path),
        },
        decision,
      );
    }
  }
}
