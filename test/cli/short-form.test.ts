import { describe, expect, test } from 'vitest';
import { expectationOf, needsType, pathOfName, readWish, wishesText } from '../../src/cli/short-form.ts';
import { readExpected } from '../../src/core/expected.ts';
import type { InstanceType } from '../../src/core/instance.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { judge } from '../../src/core/outstanding.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';

const meant = (words: string, type: InstanceType = 'resource'): JsonObject =>
  expectationOf(words.split(' ').map(readWish), type);

describe('what a word means', () => {
  test('attributes of TMF by their name, everything else as a characteristic', () => {
    expect(meant('mtu=1400 administrativeState=unlocked')).toEqual({
      administrativeState: 'unlocked',
      resourceCharacteristic: [{ name: 'mtu', value: 1400 }],
    });
    expect(meant('gateway=10.0.0.1 state=active', 'service')).toEqual({
      state: 'active',
      serviceCharacteristic: [{ name: 'gateway', value: '10.0.0.1' }],
    });
  });

  test('numbers and booleans are JSON, other words are text, what begins like JSON must be', () => {
    const values = (text: string) => readWish(`x=${text}`).value;
    expect(
      ['-1.5', 'true', 'null', '007', '10.0.0.1', '', 'a=b', '"1400"', '{"$gte":1280}', '[1]'].map(values),
    ).toEqual([-1.5, true, 'null', '007', '10.0.0.1', '', 'a=b', '1400', { $gte: 1280 }, [1]]);
    expect(() => values('{"$gte":')).toThrow('what is expected of x is not JSON: it ends at line 1, column 9');
  });

  test('+= and -= speak of members of a list', () => {
    expect(meant('ipAddress+=10.0.0.2/24 ipAddress+=10.0.0.4/24')).toEqual({
      resourceCharacteristic: [{ name: 'ipAddress', value: { $contains: ['10.0.0.2/24', '10.0.0.4/24'] } }],
    });
    expect(meant('ipAddress-=10.0.0.3/24')).toEqual({
      resourceCharacteristic: [{ name: 'ipAddress', value: { $noneOf: [{ $contains: ['10.0.0.3/24'] }] } }],
    });
  });

  test('both for one name must hold together', () => {
    const expected = readExpected(meant('vlan+=3 vlan-=2'), { keyed });
    const verdict = (vlan: readonly number[]) =>
      judge(expected, { resourceCharacteristic: [{ name: 'vlan', value: vlan }] }, { now: 0, keyed }).verdict;
    expect([verdict([1, 2]), verdict([2, 3]), verdict([1, 3])]).toEqual(['unmet', 'unmet', 'met']);
  });

  test('a name has one value', () => {
    expect(() => meant('mtu=1 mtu=2')).toThrow('mtu= stands beside another wish for mtu');
    expect(() => meant('mtu=1 mtu+=2')).toThrow('say one of them');
    expect(() => meant('availabilityStatus+=a availabilityStatus-=b')).toThrow('lay them one after the other');
  });

  test.each(['mtu', '=1', 'mtu>=1400', 'mtu!=1', '{"a":1}', 'a b=1'])('%s is no word of an expectation', word => {
    expect(() => readWish(word)).toThrow(`"${word}" is no expectation`);
  });
});

test('a name alone is a path', () => {
  expect(pathOfName('mtu', 'resource')).toBe('/resourceCharacteristic/mtu');
  expect(pathOfName('administrativeState', 'resource')).toBe('/administrativeState');
  expect(pathOfName('a/b', 'service')).toBe('/serviceCharacteristic/a~1b');
});

test('only names that mean the same for both can do without knowing whether it is a resource', () => {
  expect(needsType([readWish('category=x')])).toBe(false);
  expect(needsType([readWish('mtu=1')])).toBe(true);
});

test('an expectation is told as it could have been typed', () => {
  for (const words of ['administrativeState=unlocked mtu=1400', 'vlan+=3 vlan-=2', 'mtu={"$gte":1280}', 'x="1"']) {
    expect(wishesText(meant(words))).toBe(words);
  }
  expect(wishesText({ $absent: true })).toBe('{"$absent":true}');
  expect(wishesText('text')).toBe('"text"');
});
