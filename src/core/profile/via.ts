/** Reads the hops of a traversal, in their short forms and in full. */
import { isObject, type Json, property } from '../json.ts';
import type { Hop, Via } from '../model/hop.ts';
import { segment } from '../path.ts';
import { type Findings, oneOf, show } from './finding.ts';

/** More than any network is deep; every hop multiplies what has to be read. */
const HOPS_AT_MOST = 16;

const directions = ['forward', 'reverse'];
const hopKeys = ['direction', 'assignment', 'relationship'];
const relationshipKeys = ['type', 'alias'];
const hopForms = 'an alias, {direction, assignment: ALIAS} or {direction, relationship: TYPE or {type, alias}}';

/** Undefined, with findings, when it cannot be read. Nothing written: over the assignment of the declared name. */
export function readVia(written: unknown, name: string, pointer: string, findings: Findings): Via | undefined {
  if (written === undefined) return [{ direction: 'reverse', assignment: name }];
  if (!Array.isArray(written) || written.length > HOPS_AT_MOST) {
    findings.add({
      pointer,
      message: `via cannot be ${show(written)} (invalid_via)`,
      found: show(written),
      expected: `a list of at most ${HOPS_AT_MOST} hops, each ${hopForms}`,
    });
    return undefined;
  }
  const hops = written.map((hop, i) => readHop(hop, `${pointer}/${i}`, findings));
  return hops.every(hop => hop !== undefined) ? hops : undefined;
}

function readHop(written: Json, pointer: string, findings: Findings): Hop | undefined {
  const wrong = (at: string, reason: string, found: unknown, expected: string): undefined => {
    findings.add({
      pointer: `${pointer}${at}`,
      message: `a hop cannot be read (${reason})`,
      found: show(found),
      expected,
    });
  };
  if (typeof written === 'string') {
    return written === ''
      ? wrong('', 'assignment_requires_alias', written, 'the alias of an assignment')
      : { direction: 'reverse', assignment: written };
  }
  if (!isObject(written)) return wrong('', 'invalid_hop', written, hopForms);
  if (!isClosed(written, hopKeys, 'a hop', pointer, findings)) return undefined;
  const direction = property(written, 'direction');
  if (direction !== 'forward' && direction !== 'reverse') {
    if (typeof direction === 'string') {
      findings.unknown(
        `${pointer}/direction`,
        `a hop has no direction "${direction}" (invalid_hop)`,
        direction,
        directions,
      );
      return undefined;
    }
    return wrong(
      direction === undefined ? '' : '/direction',
      'invalid_hop',
      direction,
      `direction: ${oneOf(directions)}`,
    );
  }
  const assignment = property(written, 'assignment');
  const relationship = property(written, 'relationship');
  if ((assignment === undefined) === (relationship === undefined)) {
    return wrong('', 'hop_missing_mechanism', written, 'either assignment or relationship');
  }
  if (assignment !== undefined) {
    if (typeof assignment === 'string' && assignment !== '') return { direction, assignment };
    return wrong('/assignment', 'assignment_requires_alias', assignment, 'the alias of an assignment');
  }
  const followed = readRelationship(relationship, `${pointer}/relationship`, findings);
  if (followed) return { direction, relationship: followed };
  if (followed === null) {
    return wrong('/relationship', 'relationship_requires_type_or_alias', relationship, 'TYPE or {type, alias}');
  }
  return undefined;
}

/** Null when it says neither type nor alias; undefined when a finding says more. */
function readRelationship(
  written: Json | undefined,
  pointer: string,
  findings: Findings,
): { type?: string; alias?: string } | null | undefined {
  if (typeof written === 'string') return written === '' ? null : { type: written };
  if (!isObject(written)) return null;
  if (!isClosed(written, relationshipKeys, 'a relationship hop', pointer, findings)) return undefined;
  const type = property(written, 'type');
  const alias = property(written, 'alias');
  if (type === undefined && alias === undefined) return null;
  if ((type !== undefined && !isName(type)) || (alias !== undefined && !isName(alias))) return null;
  return { ...(type === undefined ? {} : { type }), ...(alias === undefined ? {} : { alias }) };
}

function isName(value: Json): value is string {
  return typeof value === 'string' && value !== '';
}

function isClosed(
  written: Readonly<Record<string, Json>>,
  keys: readonly string[],
  what: string,
  pointer: string,
  findings: Findings,
): boolean {
  const strangers = Object.keys(written).filter(key => !keys.includes(key));
  for (const key of strangers) {
    findings.unknown(`${pointer}/${segment(key)}`, `${what} has no key "${key}" (invalid_hop)`, key, keys);
  }
  return strangers.length === 0;
}
