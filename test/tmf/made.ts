/** What is kept of the least that each version takes and more, and how it is shown: for tests row by row. */
import { AgentError } from '../../src/core/errors.ts';
import type { InstanceType } from '../../src/core/instance.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { acceptCreate, type Rendering } from '../../src/tmf/codec.ts';
import { noLinks, type Version } from '../../src/tmf/version.ts';

/** What a feature of v4 cannot be without. */
export const a = { name: 'a', value: 1, '@type': 'IntegerCharacteristic' };

export const as = (type: InstanceType, version: Version): Rendering => ({
  type,
  version,
  publicUrl: '',
  links: noLinks,
});

/** The least that each version takes. */
export const least: Record<InstanceType, Record<Version, JsonObject>> = {
  service: {
    v4: { state: 'active', serviceSpecification: { id: 's' } },
    v5: {
      '@type': 'Service',
      state: 'active',
      serviceSpecification: { id: 's', '@type': 'ServiceSpecificationRef' },
    },
  },
  resource: { v4: { name: 'r' }, v5: { '@type': 'Resource' } },
};

export const made = (type: InstanceType, version: Version, more: JsonObject = {}): JsonObject => ({
  ...acceptCreate({ ...least[type][version], ...more }, type, version),
  id: 'a',
});

export function refusal(act: () => unknown): AgentError {
  try {
    act();
  } catch (error) {
    if (error instanceof AgentError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
