/** What a Linux host can do beside links, addresses and routes: each only where the profile asks for it. */
import type { Ability } from '../../../../core/ability.ts';
import type { Json } from '../../../../core/json.ts';
import type { Examination, Step } from '../../../../ports/driver.ts';
import type { Link } from '../reading.ts';

export interface Values {
  readonly [characteristic: string]: Json;
}

/** Characteristics, of the host and of interfaces by name. */
export interface Seen {
  readonly host?: Values;
  readonly links?: ReadonlyMap<string, Values>;
}

export interface Craft {
  /** The steps that are its own. */
  readonly ops: ReadonlySet<string>;
  readonly abilities: readonly Ability[];
  look(links: readonly Link[]): Promise<Seen>;
  /** Begins to listen; resolves once it hears. */
  start?(heard: () => void): Promise<void>;
  stop?(): Promise<void>;
  examine(step: Step): Promise<Examination>;
  act(step: Step): Promise<void>;
  undo(step: Step, before: Json): Promise<void>;
  /** All or none. */
  actTogether?(steps: readonly Step[]): Promise<void>;
}
