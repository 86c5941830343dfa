/** An instance: one service or resource, in TMF's v5 shape, as this agent knows it. */
import type { InstanceId, Instant } from './ids.ts';
import type { JsonObject } from './json.ts';

export type InstanceType = 'service' | 'resource';

export interface Instance {
  readonly id: InstanceId;
  readonly type: InstanceType;
  /** Name of its kind; the generic kinds are `service` and `resource`. */
  readonly kind: string;
  /** The name of the driver that observes it; undefined for what only a client wrote. */
  readonly observedBy?: string;
  /**
   * TMF v5 shape, with `id` and `@type`, without `href` (the codecs make it) and without telemetry (it stays in
   * memory).
   */
  readonly document: JsonObject;
  /** The change that last touched it. */
  readonly seq: number;
  readonly createdAt: Instant;
}

/** The TMF name of the array of characteristics. */
export const characteristicArray: Record<InstanceType, string> = {
  service: 'serviceCharacteristic',
  resource: 'resourceCharacteristic',
};
