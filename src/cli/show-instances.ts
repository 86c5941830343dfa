/** `diffo ls`, `diffo get` and `diffo kinds`, for people. */
import { stateAttributes } from '../core/change.ts';
import { characteristicArray, type InstanceType } from '../core/instance.ts';
import { isArray, isObject, type Json, property } from '../core/json.ts';
import { listAt, textAt } from './read.ts';
import { kindOf } from './resolve.ts';
import type { Screen } from './screen.ts';
import { type Cell, table } from './tables.ts';
import { count, valueText } from './words.ts';

/** TMF documents as a table. */
export function instancesText(documents: readonly Json[], screen: Screen): string {
  if (documents.length === 0) return 'nothing of that sort is here\n';
  const rows = documents.map(document => {
    const type = typeOf(document);
    return [
      textAt(document, 'name') ?? textAt(document, 'id') ?? '',
      kindOf(document, type),
      statesCell(document, screen),
      valuesText(characteristic(document, type, 'mtu')),
      valuesText(characteristic(document, type, 'ipAddress')),
    ];
  });
  const columns = ['NAME', 'KIND', 'STATE', 'MTU', 'ADDRESSES'].map(head => ({ head }));
  return table(columns, rows, screen) + screen.paint.dim(`${count(documents.length, 'instance')}\n`);
}

/** One TMF document. */
export function instanceText(document: Json, screen: Screen): string {
  const { paint } = screen;
  const type = typeOf(document);
  const id = textAt(document, 'id') ?? '';
  const head = `${paint.bold(textAt(document, 'name') ?? id)}  ${type} ${kindOf(document, type)}  ${paint.dim(id)}`;
  return `${head}\n${membersText(document, screen)}`;
}

function membersText(document: Json, screen: Screen): string {
  const type = typeOf(document);
  const attributes = Object.entries(isObject(document) ? document : {})
    .filter(([name]) => !toldElsewhere.has(name))
    .sort(([a], [b]) => Number(stateAttributes.has(b)) - Number(stateAttributes.has(a)))
    .map(([name, value]): Cell[] => [
      name,
      stateAttributes.has(name) ? stateCell(valuesText(value), screen) : valuesText(value),
    ]);
  const characteristics = listAt(document, characteristicArray[type]).flatMap(each => rowsOf(each));
  const supporting = ['supportingResource', 'supportingService'].flatMap(list =>
    listAt(document, list).map(each => [textAt(each, 'name') ?? '', textAt(each, 'id') ?? '']),
  );
  return [
    attributes.length === 0 ? '' : table([{ head: '' }, { head: '' }], attributes, screen, '  '),
    characteristics.length === 0
      ? ''
      : `\n${table([{ head: 'CHARACTERISTIC' }, { head: 'VALUE' }], characteristics, screen, '  ')}`,
    supporting.length === 0
      ? ''
      : `\n${table([{ head: 'SUPPORTED BY' }, { head: 'ID', whole: true }], supporting, screen, '  ')}`,
  ].join('');
}

/** One TMF document as it is expected, or what of that is outstanding, with the exact expectation. */
export function twinText(document: Json, which: 'expected' | 'outstanding', about: string, screen: Screen): string {
  const { expectation = null, unknown = [], ...shown } = isObject(document) ? document : {};
  const { paint } = screen;
  const blind = isArray(unknown)
    ? unknown.map(path => `  ${paint.doubtful('not known')} ${path === '' ? '(as a whole)' : valueText(path)}\n`)
    : [];
  if (expectation === null) return [`nothing is ${which} of ${about}\n`, ...blind].join('');
  const head = `${paint.bold(about)}  as ${which === 'expected' ? 'it is expected' : 'what of that is outstanding'}\n`;
  return [head, membersText(shown, screen), `\n  ${which} exactly ${JSON.stringify(expectation)}\n`, ...blind].join('');
}

const toldElsewhere: ReadonlySet<string> = new Set([
  'id',
  'href',
  'name',
  'resourceSpecification',
  'serviceSpecification',
  'resourceCharacteristic',
  'serviceCharacteristic',
  'supportingResource',
  'supportingService',
]);

/** Its own href tells whether a document is a service or a resource, whatever `@type` it has. */
function typeOf(document: Json): InstanceType {
  return /\/service\/[^/]*$/.test(textAt(document, 'href') ?? '') ? 'service' : 'resource';
}

function characteristic(document: Json, type: InstanceType, name: string): Json | undefined {
  return property(
    listAt(document, characteristicArray[type]).find(each => textAt(each, 'name') === name),
    'value',
  );
}

function statesCell(document: Json, screen: Screen): Cell {
  const states = ['state', 'administrativeState', 'operationalState', 'operatingStatus', 'resourceStatus'];
  const told = states.flatMap(name => textAt(document, name) ?? []);
  // One word or a list of them.
  const status = valuesText(property(document, 'availabilityStatus'));
  return stateCell([...told, ...(status === '' ? [] : [status])].join('/'), screen);
}

function stateCell(text: string, { paint }: Screen): Cell {
  if (/notInstalled|disable|failed|terminated/.test(text)) return { text, paint: paint.doubtful };
  return /\benabled?\b|\bactive\b|running/.test(text) ? { text, paint: paint.good } : text;
}

/** A characteristic as lines: a list of objects has one for each. */
function rowsOf(each: Json): Cell[][] {
  const name = textAt(each, 'name') ?? '';
  const value = property(each, 'value');
  if (!isArray(value) || !value.some(isObject)) return [[name, valuesText(value)]];
  return value.map((one, i) => [i === 0 ? name : '', valuesText(one)]);
}

/** A value on one line: lists by commas, objects as name=value. */
export function valuesText(value: Json | undefined): string {
  if (value === undefined) return '';
  if (isArray(value)) return value.length === 0 ? '(none)' : value.map(valuesText).join(', ');
  if (!isObject(value)) return valueText(value);
  return Object.entries(value)
    .filter(([name]) => !name.startsWith('@'))
    .map(([name, each]) => `${name}=${isObject(each) ? JSON.stringify(each) : valuesText(each)}`)
    .join(' ');
}
