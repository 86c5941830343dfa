/** A change as a recording tells it, and which changes are decisions. */
import { createHash } from 'node:crypto';
import type { Change, ChangeSubject } from '../change.ts';
import { sharedClasses } from '../model/shared-record.ts';
import type { Call, Row } from './lines.ts';

export function rowOf(change: Change): Row {
  const { document, ...row } = change;
  if (document === undefined) return row;
  if (!isObserved(change.subject)) return { ...row, document };
  return { ...row, document: createHash('sha256').update(JSON.stringify(document)).digest('base64url').slice(0, 22) };
}

/** What comes from the element or from others, rather than from what was decided. */
function isObserved(subject: ChangeSubject): boolean {
  return subject === 'instance' || sharedClasses.some(each => each === subject);
}

/** Verdicts, plans, tasks, rules that ended, expectations that took over what somebody changed; and every act. */
export function countDecisions(rows: readonly Row[], calls: readonly Call[]): number {
  return rows.filter(each => !isObserved(each.subject)).length + calls.filter(([, method]) => isAct(method)).length;
}

export function isAct(method: string): boolean {
  return acts.has(method);
}

const acts: ReadonlySet<string> = new Set(['act', 'actTogether', 'undo', 'arm']);
