/** Characteristics: their schemas are schemas, and their defaults fit them. */
import { faultsOf } from '../../json-schema/faults.ts';
import { misfitsOf } from '../../json-schema/misfits.ts';
import type { KindCharacteristic } from '../../kind.ts';
import { show } from '../finding.ts';
import type { LookedAt } from './looked-at.ts';

export function verifyValues(looked: LookedAt): void {
  for (const { lists } of looked.declared) {
    for (const each of lists.characteristic ?? []) verifyCharacteristic(each, looked);
    for (const feature of 'feature' in lists ? (lists.feature ?? []) : []) {
      for (const each of feature.characteristic) verifyCharacteristic(each, looked);
    }
  }
}

function verifyCharacteristic(one: KindCharacteristic, { at, findings }: LookedAt): void {
  const pointer = at(one);
  const what = `the characteristic ${one.name}`;
  const faults = faultsOf(one.schema);
  for (const { pointer: inner, message, found, expected } of faults) {
    const place = `${pointer}/schema${inner}`;
    const text = `the schema of ${what} is no JSON Schema: ${message}`;
    if (typeof expected === 'string') findings.add({ pointer: place, message: text, found: show(found), expected });
    else findings.unknown(place, text, typeof found === 'string' ? found : show(found), expected);
  }
  if (one.default !== undefined && faults.length === 0) {
    for (const { pointer: inner, expected } of misfitsOf(one.schema, one.default)) {
      findings.add({
        pointer: `${pointer}/default${inner}`,
        message: `the default of ${what} does not fit its schema`,
        found: show(one.default),
        expected,
      });
    }
  }
  if (one.mandatory && one.default !== undefined) {
    findings.add({
      pointer: `${pointer}/default`,
      message: `${what} is mandatory, so its default is never taken`,
      found: show(one.default),
      expected: 'mandatory or default',
    });
  }
  if (one.mandatory && one.owner === 'driver') {
    findings.add({
      pointer: `${pointer}/mandatory`,
      message: `${what} is known by a driver, so nobody who makes an instance can say it`,
      found: 'true',
      expected: 'owner: record, or no mandatory',
    });
  }
  if (one.telemetry && one.owner === 'record') {
    findings.add({
      pointer: `${pointer}/telemetry`,
      message: `${what} is written by clients, and telemetry is what a driver samples`,
      found: 'true',
      expected: 'owner: driver, or no telemetry',
    });
  }
}
