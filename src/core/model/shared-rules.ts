/**
 * The rules that parties, places and other entities share: each is kept once under its id, is of a type or refers to
 * what is kept elsewhere, keeps what a second making does not say, and stays as long as something refers to it.
 */
import { AgentError } from '../errors.ts';
import type { Instant } from '../ids.ts';
import { isArray, isObject, type Json, type JsonObject, property } from '../json.ts';
import type { RecordKinds } from '../kind.ts';
import { type Path, segment } from '../path.ts';
import { Findings } from './findings.ts';
import type { LinkClass } from './link.ts';
import { addressOf } from './links.ts';
import type { ModelWriter } from './model-store.ts';
import { checkCharacteristicsOf, withDefaults } from './record-characteristics.ts';
import { checkRoles } from './roles.ts';
import type { AttributeType, SharedForm, SharedThing } from './shared-form.ts';
import type { SharedRecord } from './shared-record.ts';
import { checkSameBase, typedAs } from './shared-type.ts';
import { shown } from './words.ts';

export interface SharedGiven {
  readonly now: Instant;
  readonly newId: () => string;
  readonly recordKinds: RecordKinds;
  /** Where a record of this id is read; what says so is not kept. */
  readonly hrefOf: (id: string) => string;
}

/** What is common to all of them. */
export const commonAttributes: Readonly<Record<string, AttributeType>> = {
  name: 'text',
  description: 'text',
  '@type': 'text',
  '@baseType': 'text',
  '@schemaLocation': 'text',
  '@referredType': 'text',
  href: 'text',
};

/** The characters that may stand in a path as they are (RFC 3986), so that an href can be read and typed. */
export const pathCharacters = /^[A-Za-z0-9\-._~!$&'()*+,;=:@]{1,256}$/;

/** Makes a record, or applies what is said to the one of that id: what is not said stays, what is null goes. */
export function upsertShared(
  writer: ModelWriter,
  form: SharedForm,
  body: Json | undefined,
  given: SharedGiven,
): { readonly record: SharedRecord; readonly isNew: boolean } {
  if (!isObject(body)) throw new AgentError('invalid', 'the body must be one JSON object');
  const id = idOf(body, form, given);
  const before = writer.shared(form.class, id);
  const members = new Map<string, Json>(Object.entries(before?.document ?? {}));
  for (const [name, value] of Object.entries(body)) {
    if (value === null) members.delete(name);
    else members.set(name, withoutNulls(value));
  }
  // What was only referred to is now known itself.
  const type = property(body, '@type');
  if (type !== undefined && type !== form.reference && body['@referredType'] === undefined)
    members.delete('@referredType');
  members.set('id', id);
  const record = putShared(writer, form, before, Object.fromEntries(members), given);
  return { record, isNew: before === undefined };
}

/** Null says the same as leaving out; what is kept has none, so that an echo of it removes nothing. */
function withoutNulls(value: Json): Json {
  if (!isObject(value)) return value;
  const said = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(said.map(([name, member]) => [name, withoutNulls(member)]));
}

/** Applies a change; `wanted` is the whole document as it is to be. Throws `notFound`. */
export function changeShared(
  writer: ModelWriter,
  form: SharedForm,
  id: string,
  wanted: (before: JsonObject) => Json,
  given: SharedGiven,
): SharedRecord {
  const before = needShared(writer, form, id);
  const document = wanted(before.document);
  if (!isObject(document)) throw new AgentError('invalid', 'the body must be one JSON object');
  if (document.id !== id) {
    throw new AgentError('invalid', `the id of a ${form.class} cannot be changed; it is ${id}`, { pointer: '/id' });
  }
  return putShared(writer, form, before, document, given);
}

export function needShared(reader: Pick<ModelWriter, 'shared'>, form: SharedForm, id: string): SharedRecord {
  const record = reader.shared(form.class, id);
  if (!record) throw new AgentError('notFound', `there is no ${form.class} ${id}`);
  return record;
}

/** So many of those that stand in the way are named. */
const NAMED = 5;

/** Throws `conflict` while something refers to it. */
export function removeShared(writer: ModelWriter, form: SharedForm, id: string): void {
  needShared(writer, form, id);
  const classes: readonly LinkClass[] = form.class === 'party' ? ['party', 'owner'] : [form.class];
  const users = classes
    .flatMap(each => writer.linksTo(id, each))
    .filter(({ source }) => source !== id)
    .map(({ source, class: of, type }) =>
      of === 'owner' ? `${source} (an external identifier)` : type === undefined ? source : `${source} (${type})`,
    );
  if (users.length > 0) {
    const more = users.length > NAMED ? ' and more' : '';
    throw new AgentError(
      'conflict',
      `the ${form.class} ${id} is referred to by ${users.slice(0, NAMED).join(', ')}${more}; undo that first`,
    );
  }
  writer.removeShared(form.class, id);
}

function idOf(body: JsonObject, { class: of, needsId }: SharedForm, { newId }: SharedGiven): string {
  const { id } = body;
  if ((id === undefined || id === null) && !needsId) return newId();
  if (typeof id === 'string' && pathCharacters.test(id) && id !== '.' && id !== '..') return id;
  const sentence =
    id === undefined || id === null
      ? `a ${of} has an id; say one, such as the one it has where it comes from`
      : 'an id has 1 to 256 letters, digits and characters that may stand in a path';
  throw new AgentError('invalid', sentence, { pointer: '/id' });
}

function putShared(
  writer: ModelWriter,
  form: SharedForm,
  before: SharedRecord | undefined,
  wanted: JsonObject,
  given: SharedGiven,
): SharedRecord {
  const findings = new Findings();
  const id = String(wanted.id);
  const settled = form.settle ? form.settle(findings, wanted, before?.document) : wanted;
  const { document: typed, kind, base, isReference } = typedAs(findings, form, settled, given.recordKinds);
  const { href, ...rest } = typed;
  const isOwnHref = typeof href === 'string' && href.endsWith(given.hrefOf(id));
  let document: JsonObject = href === undefined || isOwnHref ? rest : typed;
  checkAttributes(findings, document, form);
  checkHref(findings, document, id);
  if (before) checkSameBase(findings, form, before, base, isReference, given.recordKinds);
  if (kind && form.characteristics !== undefined) {
    if (!before) document = withDefaults(document, form.characteristics, kind);
    checkCharacteristicsOf(findings, document, before?.document, form.characteristics, kind);
    const { recordKinds } = given;
    checkRoles(findings, document, before?.document, { kind, reader: writer, recordKinds, mayLack: false });
  }
  checkReferences(findings, document);
  form.check?.(findings, document, base, isReference);
  findings.refuse();
  return writer.putShared({ class: form.class, id, kind: kind?.name ?? base, document, createdAt: given.now });
}

function checkAttributes(findings: Findings, document: JsonObject, { attributes }: SharedForm): void {
  for (const [name, value] of Object.entries(document)) {
    const type = Object.hasOwn(attributes, name)
      ? attributes[name]
      : Object.hasOwn(commonAttributes, name)
        ? commonAttributes[name]
        : undefined;
    if (type === undefined || fits(type, value)) continue;
    findings.add(`/${segment(name)}`, `${name} is ${called[type]}, not ${shown(value)}`);
  }
}

const called: Record<AttributeType, string> = {
  text: 'a text',
  flag: 'true or false',
  number: 'a number',
  date: 'a date such as 1990-01-31',
};

function fits(type: AttributeType, value: Json): boolean {
  switch (type) {
    case 'text':
      return typeof value === 'string';
    case 'flag':
      return typeof value === 'boolean';
    case 'number':
      return typeof value === 'number';
    case 'date':
      return typeof value === 'string' && /^\d{4}-\d\d-\d\d(T.*)?$/.test(value) && !Number.isNaN(Date.parse(value));
  }
}

function checkHref(findings: Findings, document: JsonObject, id: string): void {
  const href = property(document, 'href');
  if (typeof href !== 'string' || href.endsWith(id) || href.endsWith(encodeURIComponent(id))) return;
  findings.add('/href', `an href ends with the id, ${id}; ${shown(href)} does not`);
}

/** What it refers to itself: each by an id, in a role but once. */
function checkReferences(findings: Findings, document: JsonObject): void {
  for (const [array, below] of [
    ['relatedParty', 'partyOrPartyRole'],
    ['place', 'place'],
  ] as const) {
    const elements = document[array];
    if (elements === undefined) continue;
    if (!isArray(elements)) {
      findings.add(`/${array}`, `${array} is an array, not ${shown(elements)}`);
      continue;
    }
    const seen = new Set<string>();
    elements.forEach((element, i) => {
      const pointer: Path = `/${array}/${i}`;
      const within = property(element, below);
      const id = property(isObject(within) ? within : element, 'id');
      const role = property(element, 'role');
      if (typeof id !== 'string' || id === '') findings.add(pointer, `${pointer} names no id`);
      if (role !== undefined && typeof role !== 'string') findings.add(`${pointer}/role`, 'a role is a text');
      const key = JSON.stringify([id, role]);
      if (seen.has(key)) findings.add(pointer, `${pointer} says the same as one before it; leave it out`);
      seen.add(key);
    });
  }
}

/** A record as it is shown: with its href, and a site with its address. */
export function presentShared(
  reader: Pick<ModelWriter, 'shared'>,
  { id, document }: SharedRecord,
  hrefOf: (of: SharedThing, id: string) => string,
  of: SharedThing,
): JsonObject {
  const shown = { id, href: hrefOf(of, id), ...document };
  const address = of === 'place' ? addressOf(document) : undefined;
  if (address === undefined) return shown;
  const found = reader.shared('place', address);
  if (found) return { ...shown, address: { href: hrefOf('place', address), ...found.document } };
  const context = `there is no place ${address} here`;
  return { ...shown, address: { '@type': 'Unknown', reason: 'noTarget', context } };
}
