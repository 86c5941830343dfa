/** `diffo kinds`, for people. */
import { type Json, property } from '../core/json.ts';
import { listAt, numberAt, part, textAt } from './read.ts';
import type { Screen } from './screen.ts';
import { valuesText } from './show-instances.ts';
import { table } from './tables.ts';

export function kindsText(kinds: readonly Json[], screen: Screen): string {
  if (kinds.length === 0) return 'this profile declares no kinds; any TMF service and resource is accepted\n';
  const rows = kinds.map(kind => [
    textAt(kind, 'name') ?? '',
    textAt(kind, 'base') ?? textAt(kind, 'type') ?? '',
    String(listAt(kind, 'characteristic').length),
    textAt(kind, 'description') ?? (part(kind, 'abstract') === true ? 'abstract' : ''),
  ]);
  return table([{ head: 'KIND' }, { head: 'TYPE' }, { head: 'CHARACTERISTICS' }, { head: 'ABOUT' }], rows, screen);
}

export function kindText(kind: Json, screen: Screen): string {
  const { paint } = screen;
  const about = textAt(kind, 'description');
  const version = textAt(kind, 'specification', 'version');
  const rows = listAt(kind, 'characteristic').map(each => [
    textAt(each, 'name') ?? '',
    valuesText(part(each, 'schema', 'type')),
    textAt(each, 'unit') ?? '',
    part(each, 'telemetry') === true ? 'telemetry' : (textAt(each, 'owner') ?? ''),
    textAt(each, 'description') ?? '',
  ]);
  const observed = listAt(kind, 'observed').map(valuesText).join(', ');
  const lineage = listAt(kind, 'lineage').map(valuesText).join(', ');
  return [
    `${paint.bold(textAt(kind, 'name') ?? '')}  ${textAt(kind, 'base') ?? textAt(kind, 'type') ?? ''}${version === undefined ? '' : `, version ${version}`}\n`,
    about === undefined ? '' : `  ${about}\n`,
    lineage === '' ? '' : `  composed of: ${lineage}\n`,
    observed === '' ? '' : `  observed: ${observed}\n`,
    rows.length === 0
      ? ''
      : `\n${table([{ head: 'CHARACTERISTIC' }, { head: 'TYPE' }, { head: 'UNIT' }, { head: 'OWNER' }, { head: 'ABOUT' }], rows, screen, '  ')}`,
    declaredText(kind, screen),
  ].join('');
}

/** What else it declares, a line each. */
function declaredText(kind: Json, screen: Screen): string {
  const named = (list: string, word: string, about: (each: Json) => string): string[][] =>
    listAt(kind, list).map(each => [
      word,
      textAt(each, 'name') ?? textAt(each, 'alias') ?? textAt(each, 'role') ?? '',
      about(each),
    ]);
  const rows = [
    ...named('feature', 'feature', each => (part(each, 'isEnabled') === true ? 'enabled' : 'not enabled')),
    ...named(
      'pool',
      'pool',
      each =>
        `${textAt(each, 'thing')} ${numberAt(each, 'first')} to ${numberAt(each, 'last')}, ${textAt(each, 'algorithm')} first`,
    ),
    ...named(
      'assignment',
      'assignment',
      each =>
        `from ${textAt(each, 'pool')} of ${textAt(each, 'from')}${part(each, 'optional') === true ? ', if asked for' : ''}`,
    ),
    ...named('party', 'party', roleText),
    ...named('place', 'place', roleText),
    ...named(
      'transition',
      'transition',
      each => `${listAt(each, 'from').map(valuesText).join(', ')} to ${textAt(each, 'to')}`,
    ),
    ...named('inheritedCharacteristic', 'inherited', each => `${textAt(each, 'read')} over ${viaText(each)}`),
    ...named('inheritedParty', 'inherited', each => `party ${textAt(each, 'sourceRole')} over ${viaText(each)}`),
    ...named('inheritedPlace', 'inherited', each => `place ${textAt(each, 'sourceRole')} over ${viaText(each)}`),
    ...named('field', 'field', each => `${textAt(each, 'read')} over ${viaText(each)}`),
    ...named('reference', 'reference', each => `${textAt(each, 'to')} by ${textAt(each, 'id')}`),
  ];
  return rows.length === 0
    ? ''
    : `\n${table([{ head: 'DECLARES' }, { head: 'NAME' }, { head: '' }], rows, screen, '  ')}`;
}

function roleText(role: Json): string {
  const max = numberAt(role, 'max');
  return `${textAt(role, 'type') ?? 'any'}, ${numberAt(role, 'min')} to ${max ?? 'many'}`;
}

function viaText(from: Json): string {
  const hops = listAt(from, 'via').map(hop => {
    const arrow = textAt(hop, 'direction') === 'forward' ? '>' : '<';
    const { assignment, relationship } = {
      assignment: textAt(hop, 'assignment'),
      relationship: property(hop, 'relationship'),
    };
    return `${arrow} ${assignment ?? [textAt(relationship, 'type'), textAt(relationship, 'alias')].filter(each => each !== undefined).join(' ')}`;
  });
  return hops.length === 0 ? 'no hop' : hops.join(' ');
}
