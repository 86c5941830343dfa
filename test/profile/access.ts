/** One domain, as those who program write it; `access.yaml` says the same. */
import {
  defineParty,
  definePlace,
  defineProfile,
  defineResource,
  defineService,
} from '../../src/core/profile/builder.ts';

export const customer = defineParty('customer', {
  base: 'Organization',
  characteristic: { segment: { schema: { enum: ['home', 'business'] }, default: 'home' } },
});

export const oltSite = definePlace('oltSite', { base: 'GeographicSite', description: 'Where an OLT stands' });

export const located = defineResource('located', {
  abstract: true,
  place: { site: { type: oltSite, min: 1 } },
});

export const olt = defineResource('olt', {
  extends: [located],
  category: 'access',
  characteristic: {
    model: { schema: { type: 'string' }, mandatory: true },
    software: { schema: { type: 'string' }, owner: 'driver' },
  },
  pool: { ports: { thing: 'port', last: 16, type: 'GPON' } },
  relationship: { target: 'none' },
});

export const ponPort = defineResource('ponPort', {
  characteristic: {
    wavelengths: { schema: { type: 'array', items: { type: 'number' } }, unit: 'nm', default: [1310, 1490] },
    index: { schema: { type: ['integer', 'null'] }, owner: 'driver' },
  },
  pool: { ontIds: { thing: 'ontId', first: 0, last: 127 } },
  assignment: { shelf: { from: olt.pool('ports'), read: 'index' } },
});

export const broadband = defineService('broadband', {
  specification: { version: '2.1.0' },
  characteristic: {
    speed: {
      schema: {
        type: 'object',
        properties: { down: { type: 'integer' }, up: { type: 'integer' } },
        required: ['down'],
      },
      unit: 'Mbps',
      default: { down: 100 },
    },
    contract: { schema: { type: 'string' } },
  },
  feature: { shaping: { isEnabled: false, characteristic: { goal: { schema: { enum: ['latency', 'rate'] } } } } },
  assignment: { ont: { from: ponPort.pool('ontIds') } },
  party: { subscriber: { type: customer, min: 1 }, installer: { max: 'many', reference: true } },
  transition: { qualify: { from: ['initial'], to: 'feasibilityChecked', operatingStatus: 'feasible' } },
  inheritedCharacteristic: { wavelengths: { via: ['ont'], collapse: 'first' } },
  inheritedPlace: { headEnd: { via: ['ont', 'shelf'], sourceRole: 'site' } },
  field: {
    ontId: { via: ['ont'], read: 'value', collapse: 'first' },
    peers: { via: [{ direction: 'forward', relationship: { type: 'reliesOn' } }], of: 'instance', read: '/name' },
  },
  reference: { contractEntity: { id: 'contract', to: 'entity' } },
});

export const access = defineProfile({
  name: 'access',
  description: 'Broadband over a passive optical network',
  mode: 'warn',
  kinds: [customer, oltSite, located, olt, ponPort, broadband],
  expectations: [
    {
      name: 'headEndLit',
      for: { kind: ponPort.name, name: 'pon-1' },
      expect: {
        resourceCharacteristic: [{ name: ponPort.characteristic('wavelengths'), value: { $contains: [1490] } }],
      },
    },
    {
      name: 'linesRun',
      for: { kind: broadband.name, where: { state: { $anyOf: ['active', 'reserved'] } } },
      expect: { serviceCharacteristic: [{ name: broadband.characteristic('speed'), value: { down: { $gte: 25 } } }] },
      mode: 'observe',
      priority: 30,
      when: { feature: [{ name: broadband.feature('shaping'), isEnabled: false }] },
      why: 'what was sold',
    },
  ],
});
