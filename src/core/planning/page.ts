/** What is written down while it is worked out what could be done about one thing: tasks, what waits, what was read. */
import { lesser, type Mode, modes } from '../expectation.ts';
import { type ExpectationId, instanceId } from '../ids.ts';
import type { Instance } from '../instance.ts';
import { canonical, type Json } from '../json.ts';
import type { Path } from '../path.ts';
import { foresee, nameOf, type Scene } from '../prediction.ts';
import { type Overruling, Ranking } from '../ranking.ts';
import type { Named, TaskStep } from '../task.ts';
import { cheapest, type Offer, type Way } from './choice.ts';
import { taskKey } from './hash.ts';
import { leafName } from './leaf-name.ts';
import { NotedScene, type Spot, spotOf } from './noted-scene.ts';
import type { Candidate, DraftTask, Held, Situation, Sketch, Unmet, Waits } from './situation.ts';

export class Page {
  readonly situation: Situation;
  /** What it is about; undefined where it has no name. */
  readonly of: Named | undefined;
  readonly ranking: Ranking;
  readonly #scene: NotedScene;
  readonly #instance: Instance | undefined;
  readonly #candidates = new Map<string, Candidate>();
  readonly #waits: Waits[] = [];
  readonly #moves = new Set<Spot>();

  constructor(situation: Situation, { instance, expectation: { for: target } }: Unmet) {
    this.situation = situation;
    this.#scene = new NotedScene(situation.scene);
    this.#instance = instance;
    this.of = instance ? nameOf(instance) : 'name' in target ? { kind: target.kind, name: target.name } : undefined;
    this.ranking = new Ranking(situation.standing, situation.context);
  }

  /** The id, or what stands for it where there is none yet. */
  get place(): Instance['id'] {
    return this.#instance?.id ?? instanceId(`missing/${this.of?.kind}/${this.of?.name}`);
  }

  waits({ expectation, mode }: Unmet, path: Path, { because, until, on }: Held): void {
    this.#waits.push({
      by: expectation,
      waiting: {
        expectation: expectation.id,
        ...(this.#instance ? { instance: this.#instance.id } : {}),
        path,
        because,
        ...(until === undefined ? {} : { until }),
        ...(on === undefined ? {} : { on }),
        mode,
      },
    });
  }

  /** Whether it has to wait, which is then written down. */
  isHeld(unmet: Unmet, path: Path): boolean {
    const held = this.situation.held(leafName(unmet.expectation.id, this.#instance?.id, path), unmet, path);
    if (held) this.waits(unmet, path, held);
    return held !== undefined;
  }

  /** Whether somebody who stands above it is against it, which is then written down. */
  isOverruled(unmet: Unmet, path: Path, wishes: readonly Json[], actual: Json | undefined): boolean {
    const { expectation } = unmet;
    const better = this.ranking.overruling({ expectation, instance: this.place, path, wishes, actual });
    if (better) this.overrules(unmet, path, better);
    return better !== undefined;
  }

  overrules(unmet: Unmet, path: Path, { by, decided }: Overruling): void {
    const whom = `${by.id}, which ${by.principal} laid with priority ${by.priority}`;
    this.waits(unmet, path, {
      on: 'overruled',
      because: decided ? `overruled by ${whom}` : `could not be told to hold beside ${whom}`,
    });
  }

  /** Takes the cheapest of the ways that lead there; where none does, it waits for the reason the first one gives. */
  take(
    { unmet, also, path, wanted }: Aim,
    offers: readonly Offer[],
    stepsOf: (offer: Offer) => readonly TaskStep[] | string,
  ): void {
    const ways: Way[] = [];
    let why: string | undefined;
    for (const offer of offers) {
      const steps = stepsOf(offer);
      if (typeof steps === 'string') why ??= steps;
      else ways.push({ offer, steps });
    }
    const tried = this.situation.tried(leafName(unmet.expectation.id, this.#instance?.id, path));
    const way = cheapest(ways, tried);
    if (way) this.#follow({ unmet, also, path, wanted }, way);
    else if (why !== undefined)
      for (const each of [unmet, ...also]) this.waits(each, path, { on: 'element', because: why });
  }

  #follow({ unmet: { expectation, mode: allowed }, also, path, wanted }: Aim, { offer, steps }: Way): void {
    const others = also.map(each => each.expectation.id);
    const { driver, ability } = offer;
    const { of } = this;
    const leaf = leafName(expectation.id, this.#instance?.id ?? of?.name, path);
    let scene: Scene = this.#scene;
    const foreseen = steps.map(step => {
      const effects = ability.predict(step, scene);
      const key = taskKey({ driver, step }, leaf, expectation);
      const why = this.situation.protects?.({ driver, key }, expectation, effects, scene);
      scene = foresee(scene, effects, this.situation.context.keyed);
      return { step, key, effects, why };
    });
    // The steps for one leaf are not torn apart: where one needs a person's word, all wait for it.
    const mode = foreseen.some(each => each.why || isFinal(each.step)) ? lesser(allowed, 'approve') : allowed;
    for (const { step, key, effects, why } of foreseen) {
      for (const each of step.needs ?? []) this.#scene.spots.add(spotOf(each.of));
      for (const each of effects) this.#moves.add(spotOf(each.of));
      const same = `${driver}\0${step.op}\0${canonical(step.args)}`;
      const before = this.#candidates.get(same);
      // What a better expectation has asked for already is not planned twice, but may be done for whoever allows more.
      if (before && !allowsMore(mode, before.task.mode)) {
        this.#candidates.set(same, { ...before, task: withAlso(before.task, [expectation.id, ...others]) });
        continue;
      }
      const task: DraftTask = {
        ...(this.#instance ? { instance: this.#instance.id } : {}),
        ...(of ? { of } : {}),
        expectation: expectation.id,
        driver,
        ...(ability.way === undefined ? {} : { way: ability.way }),
        path,
        ...(wanted === undefined ? {} : { wanted }),
        step,
        key,
        effects,
        ...(why ? { protected: why } : {}),
        mode,
      };
      const former = before ? [before.task.expectation, ...(before.task.also ?? [])] : [];
      this.#candidates.set(same, { task: withAlso(task, [...others, ...former]), by: expectation });
    }
  }

  sketch(): Sketch {
    const own = this.of ? [spotOf(this.of)] : [];
    return {
      place: this.place,
      candidates: [...this.#candidates.values()],
      waits: this.#waits,
      reads: [...new Set([...own, ...this.#scene.spots])],
      moves: [...this.#moves],
    };
  }
}

/** There is no way back from it. */
function isFinal({ cost }: TaskStep): boolean {
  return cost?.reversible === false;
}

/** What is wanted at a path, and by whom. */
export interface Aim {
  /** The one it is done for. */
  readonly unmet: Unmet;
  /** Those who are served with it. */
  readonly also: readonly Unmet[];
  readonly path: Path;
  readonly wanted: Json | undefined;
}

function withAlso(task: DraftTask, others: readonly ExpectationId[]): DraftTask {
  const also = [...new Set([...(task.also ?? []), ...others])].filter(each => each !== task.expectation);
  return also.length === 0 ? task : { ...task, also };
}

export function allowsMore(a: Mode, b: Mode): boolean {
  return modes.indexOf(a) > modes.indexOf(b);
}
