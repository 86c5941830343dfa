/** Under a profile an expectation names what its documents have and nothing else. */
import { describe, expect, test } from 'vitest';
import { AgentError } from '../../../src/core/errors.ts';
import { readExpected } from '../../../src/core/expected.ts';
import type { Json } from '../../../src/core/json.ts';
import { entities } from '../../../src/tmf/comparators/all.ts';
import { checkByProfile, questionProfileNames, tmfProfiles } from '../../../src/tmf/comparators/profiles.ts';
import { tmfKeyedArrays as keyed } from '../../../src/tmf/keyed-arrays.ts';
import { filled } from '../../kit/filled.ts';

function refusal(profile: string, source: Json): AgentError {
  readExpected(source, { keyed });
  try {
    checkByProfile(source, profile);
  } catch (error) {
    if (error instanceof AgentError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(source)} was taken`);
}

const characteristic = (more: object): Json => ({ serviceCharacteristic: [{ name: 'a', ...more }] });

const outside: [profile: string, source: Json, pointer: string, sentence: string][] = [
  ['tmf638@1', { stat: 'active' }, '/stat', 'Service has no stat, says the profile tmf638@1; did you mean state?'],
  ['tmf638@1', { zebra: null }, '/zebra', 'Service has no zebra'],
  ['tmf638@1', { operationalState: 'enabled' }, '/operationalState', 'did you mean'],
  ['tmf638@1', characteristic({ vlaue: 1 }), '/serviceCharacteristic/0/vlaue', 'did you mean value?'],
  [
    'tmf638@1',
    { serviceCharacteristic: { $keyed: { by: ['name'], items: [{ name: 'a', vlaue: 1 }] } } },
    '/serviceCharacteristic/$keyed/items/0/vlaue',
    'did you mean value?',
  ],
  [
    'tmf638@1',
    { serviceCharacteristic: { $keyed: { by: ['nmae'], items: [] } } },
    '/serviceCharacteristic/$keyed/by/0',
    'did you mean name?',
  ],
  ['tmf638@1', { serviceCharacteristic: { name: 'a' } }, '/serviceCharacteristic', 'is an array'],
  ['tmf638@1', { serviceSpecification: [{ id: '1' }] }, '/serviceSpecification', 'is one, not an array'],
  ['tmf638@1', { state: { word: 'active' } }, '/state/word', 'state is a plain value and has no word'],
  ['tmf638@1', { $anyOf: [{ state: 'active' }, { sate: 'active' }] }, '/$anyOf/1/sate', 'did you mean state?'],
  ['tmf638@1', { $map: { stat: 1 } }, '/$map/stat', 'did you mean state?'],
  ['tmf638@1', { $literal: { stat: 1 } }, '/$literal/stat', 'did you mean state?'],
  ['tmf638@1', { $eq: { $a: 1 } }, '/$eq/$a', 'Service has no $a'],
  ['tmf638@1', { note: { $contains: [{ txt: 'x' }] } }, '/note/$contains/0/txt', 'did you mean text?'],
  ['tmf638@1', { note: { $set: [{ txt: 'x' }] } }, '/note/$set/0/txt', 'did you mean text?'],
  [
    'tmf638@1',
    { relatedParty: [{ role: 'r', partyOrPartyRole: { id: '1', nam: 'x' } }] },
    '/relatedParty/0/partyOrPartyRole/nam',
    'did you mean name?',
  ],
  ['tmf638@1', { eventType: 'ServiceCreateEvent', event: { servce: {} } }, '/event/servce', 'did you mean service?'],
  ['tmf639@1', { state: 'active' }, '/state', 'has no state'],
  ['tmf639@1', { '@type': 'LogicalResource', serialNumber: '1' }, '/serialNumber', 'LogicalResource has no'],
  ['tmf639@1', { 'a/b': 1 }, '/a~1b', 'has no a/b'],
  ['tmf634@1', { resourceSpecCharacteristics: [] }, '/resourceSpecCharacteristics', 'did you mean'],
  ['tmf633@1', { specCharacteristic: [{ name: 'a', vlaue: 1 }] }, '/specCharacteristic/0/vlaue', 'has no vlaue'],
];

describe('a property outside is refused with its place and the nearest name', () => {
  test.each(outside)('%s %j', (profile, source, pointer, sentence) => {
    const error = refusal(profile, source);
    expect(error.code).toBe('invalid');
    expect(error.pointer).toBe(pointer);
    expect(error.message).toContain(sentence);
    expect(error.message).not.toContain('\n');
  });
});

const within: [profile: string, source: Json][] = [
  ['tmf@1', { anything: { at: ['all'] } }],
  ['tmf638@1', { state: { $anyOf: ['active', 'inactive'] }, operatingStatus: { $noneOf: ['failed'] } }],
  ['tmf638@1', { $absent: true }],
  ['tmf638@1', characteristic({ value: { whatever: { the: ['author', { says: 1 }] } } })],
  ['tmf638@1', characteristic({ value: { $gte: { $quantity: { amount: 250, units: 'Mbps' } } } })],
  ['tmf638@1', { place: [{ role: 'site', place: { '@type': 'GeographicAddress', city: 'Perth', streetNr: '1' } }] }],
  ['tmf638@1', { place: { $keyed: { by: ['role', 'place/id'], items: [] } } }],
  ['tmf639@1', { serialNumber: 'S1' }],
  ['tmf639@1', { '@type': 'OpticalTerminal', '@baseType': 'PhysicalResource', serialNumber: 'S1' }],
  ['tmf639@1', { availabilityStatus: ['online'], alarmStatus: ['major'] }],
  ['tmf639@1', { note: { $nonEmpty: 'array' }, place: { $empty: 'array' } }],
  ['tmf638@1', { eventType: 'ServiceStateChangeEvent', event: { service: { state: 'active' } } }],
  ['tmf639@1', { eventType: 'ResourceStateChangeEvent', event: { resource: { serialNumber: 'S1' } } }],
];

test.each(within)('%s takes %j', (profile, source) => {
  expect(() => checkByProfile(source, profile)).not.toThrow();
});

test.each([
  ['tmf638@1', [entities.service, entities.event.service]],
  ['tmf639@1', [...entities.resource, entities.event.resource]],
  ['tmf633@1', [entities.specification.service]],
  ['tmf634@1', [entities.specification.resource]],
] as const)('%s takes all that its documents have', (profile, comparators) => {
  for (const comparator of comparators) {
    for (const document of filled(comparator)) {
      const isOfEvent = comparator.properties.has('eventType');
      const whole = isOfEvent ? { eventId: '1', ...document } : document;
      expect(() => checkByProfile(whole, profile)).not.toThrow();
      if (profile === 'tmf638@1' || profile === 'tmf639@1') {
        expect(() => checkByProfile({ ...whole, zebra: 1 }, profile)).toThrow('has no zebra');
      }
    }
  }
});

test('a profile that there is not is refused with those that there are', () => {
  expect(() => tmfProfiles.checkName('tmf683@1')).toThrow(
    'there is no profile tmf683@1: known are tmf@1, tmf638@1, tmf639@1; did you mean tmf638@1?',
  );
  for (const name of ['toString', '__proto__', '']) expect(() => tmfProfiles.checkName(name)).toThrow('no profile');
  for (const name of tmfProfiles.names) expect(questionProfileNames).toContain(name);
});
