/** Of what type a party, place or entity is: TMF's, the profile's, another's, or a reference to what is kept elsewhere. */
import { type JsonObject, property } from '../json.ts';
import type { RecordKind, RecordKinds } from '../kind.ts';
import type { Findings } from './findings.ts';
import type { SharedForm } from './shared-form.ts';
import type { SharedRecord } from './shared-record.ts';
import { eitherOf, shown } from './words.ts';

export interface Typed {
  readonly document: JsonObject;
  /** The profile's kind, where it is of one. */
  readonly kind: RecordKind | undefined;
  /** The TMF type that it is of, or that it refers to. */
  readonly base: string;
  readonly isReference: boolean;
}

/** Of what type a record is: a TMF type, a kind of the profile, another's subtype of a TMF type, or a reference. */
export function typedAs(findings: Findings, form: SharedForm, document: JsonObject, recordKinds: RecordKinds): Typed {
  const { reference, types } = form;
  const referred = text(document, '@referredType');
  const type = text(document, '@type') ?? reference;
  const known = [...(types ?? []), ...[...recordKinds.values()].filter(isOf(form)).map(({ name }) => name)];
  const allowed = known.length === 0 ? 'any other name' : eitherOf(known);
  if (type === reference) {
    if (referred === undefined) {
      findings.add(
        '/@referredType',
        `a ${reference} says what it refers to in @referredType; or say @type: ${allowed}`,
      );
    } else if (types && !known.includes(referred)) {
      findings.add('/@referredType', `a ${reference} refers to a ${allowed}, not to a ${shown(referred)}`);
    }
    const kind = referred === undefined ? undefined : recordKinds.get(referred);
    // What is kept elsewhere is not held against the rules of its kind here.
    return {
      document: { ...document, '@type': reference },
      kind: undefined,
      base: kind?.name ?? referred ?? '',
      isReference: true,
    };
  }
  if (referred !== undefined) {
    findings.add(
      '/@referredType',
      `only a ${reference} has an @referredType; leave it out, or make @type ${reference}`,
    );
  }
  const kind = recordKinds.get(type);
  if (kind && isOf(form)(kind)) {
    return {
      document: { ...document, '@type': type, '@baseType': kind.base },
      kind,
      base: kind.base,
      isReference: false,
    };
  }
  const base = !types || types.includes(type) ? type : text(document, '@baseType');
  if (base === undefined || (types && !types.includes(base))) {
    findings.add(
      '/@type',
      `a ${form.class} is a ${allowed}, or says one of these as its @baseType; not a ${shown(type)}`,
    );
  }
  return { document: { ...document, '@type': type }, kind: undefined, base: base ?? type, isReference: false };
}

function isOf(form: SharedForm): (kind: RecordKind) => boolean {
  return kind => kind.type === form.class;
}

/** What something is stays; only what was a reference may come to be known. */
export function checkSameBase(
  findings: Findings,
  form: SharedForm,
  before: SharedRecord,
  base: string,
  isReference: boolean,
  recordKinds: RecordKinds,
): void {
  const { class: of, reference } = form;
  if (before.document['@type'] === reference) return;
  const kind = recordKinds.get(before.kind);
  const was = kind && isOf(form)(kind) ? kind.base : before.kind;
  if (!isReference && was === base) return;
  const is = isReference ? reference : base;
  findings.add('/@type', `the ${of} ${before.id} is a ${was} and cannot become a ${is}; delete it first`, 'conflict');
}

function text(document: JsonObject, name: string): string | undefined {
  const value = property(document, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
