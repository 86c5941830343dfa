/** A listener: who asked a TMF hub to be told, where to, and how far it has been told. */
import type { Instant, ListenerId } from './ids.ts';

export interface Listener {
  readonly id: ListenerId;
  /** The hub it was registered at, e.g. `resource/v5`: it gets that API's entities in that version's shape. */
  readonly hub: string;
  readonly callback: string;
  readonly query?: string;
  /** The seq of the last change it has been told of. */
  readonly cursor: number;
  /** Why deliveries have stopped, when they have. */
  readonly suspended?: string;
  readonly createdAt: Instant;
}
