/** One object for all that say the same: what many hold is kept once, as long as somebody holds it. */
import { hash } from 'node:crypto';
import type { Json, JsonObject } from './json.ts';

/** What is shorter costs no more than to remember that it is shared. */
const SHORT = 200;

export class Alike {
  readonly #known = new Map<string, WeakRef<readonly Json[] | JsonObject>>();
  readonly #unused = new FinalizationRegistry<string>(name => {
    if (this.#known.get(name)?.deref() === undefined) this.#known.delete(name);
  });

  /** What says the same and was handed in before, or else the value itself; nobody may change it then. */
  one(value: Json): Json {
    if (typeof value !== 'object' || value === null) return value;
    const text = JSON.stringify(value);
    if (text.length < SHORT) return value;
    const name = hash('sha256', text, 'base64');
    const known = this.#known.get(name)?.deref();
    if (known) return known;
    this.#known.set(name, new WeakRef(value));
    this.#unused.register(value, name);
    return value;
  }
}
