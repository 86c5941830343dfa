/** What people hang on an instance: notes, process statuses, identifiers that others know it by. */
import { instantOf } from '../date-time.ts';
import type { Instant } from '../ids.ts';
import { isArray, isObject, type Json, type JsonObject, property, sameJson } from '../json.ts';
import { elementsOf } from './complete.ts';
import type { Findings } from './findings.ts';
import { eitherOf, shown } from './words.ts';

export const severities = ['INFO', 'WARN', 'ERROR', 'CRITICAL'] as const;

export interface Note {
  readonly text: string;
  /** Unique on the instance; made when absent. */
  readonly id?: string;
  /** The id of a party, or a name. */
  readonly author?: string;
}

export interface ProcessStatus {
  readonly code: string;
  readonly severity: (typeof severities)[number];
  readonly message: string;
  readonly parameterizedMessage?: JsonObject;
}

/** At least one of them. */
export interface ExternalIdentifier {
  readonly externalIdentifierType?: string;
  readonly id?: string;
  readonly owner?: string;
}

export interface Annotations {
  readonly note?: Note;
  readonly processStatus?: ProcessStatus;
  readonly externalIdentifier?: ExternalIdentifier;
}

/** The document with what is hung on it; each stands beside those that are there already. */
export function annotated(
  document: JsonObject,
  { note, processStatus, externalIdentifier }: Annotations,
  { now, newId }: { readonly now: Instant; readonly newId: () => string },
): JsonObject {
  const at = new Date(now).toISOString();
  return {
    ...document,
    ...(note ? { note: [...elementsOf(document, 'note'), { id: newId(), ...note, date: at, '@type': 'Note' }] } : {}),
    ...(processStatus
      ? { processStatus: [{ ...processStatus, timeStamp: at }, ...elementsOf(document, 'processStatus')] }
      : {}),
    ...(externalIdentifier
      ? {
          externalIdentifier: [
            ...elementsOf(document, 'externalIdentifier'),
            { ...externalIdentifier, '@type': 'ExternalIdentifier' },
          ],
        }
      : {}),
  };
}

/** The document with its process statuses dated, the newest first. */
export function withStatusesInOrder(document: JsonObject, before: JsonObject | undefined, now: Instant): JsonObject {
  const statuses = property(document, 'processStatus');
  if (!isArray(statuses) || sameJson(statuses, property(before, 'processStatus'))) return document;
  const at = new Date(now).toISOString();
  const dated = statuses.map(each =>
    isObject(each) && property(each, 'timeStamp') === undefined ? { ...each, timeStamp: at } : each,
  );
  return { ...document, processStatus: dated.sort((a, b) => timeOf(b) - timeOf(a)) };
}

function timeOf(status: Json): number {
  return instantOf(String(property(status, 'timeStamp'))) ?? 0;
}

/** Checks those that were not there before. */
export function checkAnnotations(findings: Findings, document: JsonObject, before: JsonObject | undefined): void {
  for (const [name, check] of Object.entries(checks)) {
    const elements = property(document, name);
    const known = property(before, name);
    if (elements === undefined || sameJson(elements, known)) continue;
    if (!isArray(elements)) {
      findings.add(`/${name}`, `${name} is an array, not ${shown(elements)}`);
      continue;
    }
    elements.forEach((each, i) => {
      if (!isArray(known) || !known.some(one => sameJson(one, each))) check(findings, each, `/${name}/${i}`);
    });
  }
  const ids = elementsOf(document, 'note').map(each => property(each, 'id'));
  ids.forEach((id, i) => {
    if (id !== undefined && ids.indexOf(id) < i) {
      findings.add(`/note/${i}/id`, `there is a note with the id ${shown(id)} already; leave the id out to get one`);
    }
  });
}

const checks: Readonly<Record<string, (findings: Findings, element: Json, pointer: string) => void>> = {
  note: (findings, element, pointer) => mandatory(findings, element, pointer, 'a note', ['text']),
  processStatus: (findings, element, pointer) => {
    mandatory(findings, element, pointer, 'a process status', ['code', 'message']);
    const severity = property(element, 'severity') ?? null;
    if (!severities.some(each => each === severity)) {
      findings.add(`${pointer}/severity`, `the severity is ${eitherOf(severities)}, not ${shown(severity)}`);
    }
    const parameters = property(element, 'parameterizedMessage') ?? {};
    if (!isObject(parameters)) {
      findings.add(`${pointer}/parameterizedMessage`, `parameterizedMessage is an object, not ${shown(parameters)}`);
    }
    const at = property(element, 'timeStamp');
    if (at !== undefined && (typeof at !== 'string' || instantOf(at) === undefined)) {
      findings.add(`${pointer}/timeStamp`, `timeStamp is a time such as 2026-01-31T12:00:00Z, not ${shown(at)}`);
    }
  },
  externalIdentifier: (findings, element, pointer) => {
    const parts = ['externalIdentifierType', 'id', 'owner'];
    if (!parts.some(each => isText(property(element, each)))) {
      findings.add(pointer, `an external identifier says at least one of ${parts.join(', ')}`);
    }
  },
};

function mandatory(findings: Findings, element: Json, pointer: string, what: string, names: readonly string[]): void {
  for (const name of names) {
    if (!isText(property(element, name))) findings.add(`${pointer}/${name}`, `${what} has a ${name}; say it`);
  }
}

function isText(value: Json | undefined): boolean {
  return typeof value === 'string' && value !== '';
}
