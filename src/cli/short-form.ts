/** Expectations in short: `mtu=1400 administrativeState=unlocked ipAddress+=10.0.0.2/24`, as expectation JSON. */
import { AgentError } from '../core/errors.ts';
import { characteristicArray, type InstanceType } from '../core/instance.ts';
import { isArray, isObject, type Json, type JsonObject, property } from '../core/json.ts';
import { segment } from '../core/path.ts';
import { isAttribute } from '../tmf/shape.ts';
import { readJson } from './json-place.ts';
import { listAt } from './read.ts';
import { valueText } from './words.ts';

/** One word of a short form. */
export interface Wish {
  readonly name: string;
  /** Is this; has this in its list; has it not. */
  readonly says: 'is' | 'has' | 'hasNot';
  readonly value: Json;
}

const saying: Readonly<Record<string, Wish['says']>> = { '=': 'is', '+=': 'has', '-=': 'hasNot' };

/** Throws `invalid` for a word that is none. */
export function readWish(word: string): Wish {
  const [, name, sign = '', text = ''] = /^([^=+<>!~{}[\]"\s]+?)(\+=|-=|=)(.*)$/s.exec(word) ?? [];
  const says = saying[sign];
  if (name === undefined || says === undefined) {
    throw new AgentError(
      'invalid',
      `"${word}" is no expectation; say name=value, name+=value, name-=value, JSON, @file or -`,
    );
  }
  return { name, says, value: readValue(text, name) };
}

/** A number, true, false or text; what begins as JSON is that. */
export function readValue(text: string, name: string): Json {
  if (/^(true|false|-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?)$/.test(text)) return JSON.parse(text);
  return /^[{["]/.test(text) ? readJson(text, `what is expected of ${name}`) : text;
}

/** What a wish for a name means in a document: an attribute of TMF, else a characteristic. */
export function pathOfName(name: string, type: InstanceType): string {
  return isAttribute(type, name) ? `/${segment(name)}` : `/${characteristicArray[type]}/${segment(name)}`;
}

/** Whether the names can be placed without knowing whether it is a resource or a service. */
export function needsType(wishes: readonly Wish[]): boolean {
  return wishes.some(({ name }) => !isAttribute('resource', name) || !isAttribute('service', name));
}

/** Those names that become characteristics. */
export function characteristicsOf(wishes: readonly Wish[], type: InstanceType): readonly string[] {
  return [...new Set(wishes.map(({ name }) => name).filter(name => !isAttribute(type, name)))];
}

export function expectationOf(wishes: readonly Wish[], type: InstanceType): JsonObject {
  const attributes: Record<string, Json> = {};
  const characteristics: Json[] = [];
  for (const [name, mine] of Map.groupBy(wishes, wish => wish.name)) {
    const values = conditions(name, mine);
    const [only, ...more] = values;
    if (!isAttribute(type, name)) {
      // Two items with one name must both be met.
      characteristics.push(...values.map(value => ({ name, value })));
    } else if (only !== undefined && more.length === 0) {
      attributes[name] = only;
    } else {
      throw new AgentError('invalid', `${name}+= and ${name}-= are two expectations; lay them one after the other`);
    }
  }
  return { ...attributes, ...(characteristics.length === 0 ? {} : { [characteristicArray[type]]: characteristics }) };
}

/** The way back: an expectation as it could have been typed; JSON where there is no short form. */
export function wishesText(expect: Json): string {
  if (!isObject(expect) || Object.keys(expect).some(name => name.startsWith('$'))) return JSON.stringify(expect);
  return Object.entries(expect)
    .flatMap(([name, value]) => {
      const isCharacteristics = Object.values(characteristicArray).includes(name);
      return isCharacteristics && isArray(value) && value.every(isCharacteristic)
        ? value.flatMap(each => wishText(each.name, each.value))
        : wishText(name, value);
    })
    .join(' ');
}

function isCharacteristic(value: Json): value is { readonly name: string; readonly value: Json } {
  return (
    isObject(value) && Object.keys(value).length === 2 && typeof value.name === 'string' && value.value !== undefined
  );
}

function wishText(name: string, value: Json): readonly string[] {
  const has = property(value, '$contains');
  if (isArray(has)) return has.map(each => `${name}+=${valueText(each)}`);
  const hasNot = property(value, '$noneOf');
  if (isArray(hasNot) && hasNot.every(each => listAt(each, '$contains').length === 1)) {
    return hasNot.map(each => `${name}-=${valueText(listAt(each, '$contains')[0])}`);
  }
  return [`${name}=${valueText(value)}`];
}

function conditions(name: string, wishes: readonly Wish[]): readonly Json[] {
  const those = (says: Wish['says']): readonly Json[] =>
    wishes.filter(each => each.says === says).map(each => each.value);
  const [is, has, hasNot] = [those('is'), those('has'), those('hasNot')];
  if (is.length > 1 || (is.length === 1 && wishes.length > 1)) {
    throw new AgentError('invalid', `${name}= stands beside another wish for ${name}; say one of them`);
  }
  return [
    ...is,
    ...(has.length === 0 ? [] : [{ $contains: has }]),
    ...(hasNot.length === 0 ? [] : [{ $noneOf: hasNot.map(value => ({ $contains: [value] })) }]),
  ];
}
