/** What of a scene is looked at, so that whoever looked can be told when it moves. */
import type { Instance } from '../instance.ts';
import type { Scene } from '../prediction.ts';
import type { Named } from '../task.ts';

/** Of a thing by its name, or of all things of a kind. */
export type Spot = string;

export function spotOf({ kind, name }: Named): Spot {
  return `${kind}\0${name}`;
}

export function spotOfKind(kind: string): Spot {
  return `${kind}\0`;
}

export class NotedScene implements Scene {
  readonly spots = new Set<Spot>();
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  of(kind: string): Iterable<Instance> {
    this.spots.add(spotOfKind(kind));
    return this.#scene.of(kind);
  }

  named(thing: Named): Instance | undefined {
    this.spots.add(spotOf(thing));
    return this.#scene.named(thing);
  }
}
