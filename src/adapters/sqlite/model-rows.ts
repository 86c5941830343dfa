/** Writes what the model keeps beside instances; each in the transaction at hand, none with a change row of its own. */
import { AgentError } from '../../core/errors.ts';
import type { InstanceId } from '../../core/ids.ts';
import type { Assignment, Link, Run } from '../../core/model/link.ts';

type RunSql = (text: string, ...values: (string | number | null)[]) => number;

/** What these need of a writer. */
export interface ModelRowsParts {
  readonly run: RunSql;
  readonly runAtOrBelow: (owner: InstanceId, thing: string, value: number) => Run | undefined;
}

/** Rows of one statement; each number of them has a statement of its own, which is kept. */
const TOGETHER = 8;

export function putLinks(run: RunSql, source: string, links: readonly Link[], areNew: boolean): void {
  if (!areNew) run('DELETE FROM link WHERE source = ?', source);
  for (let from = 0; from < links.length; from += TOGETHER) {
    const part = links.slice(from, from + TOGETHER);
    const marks = part.map(() => '(?, ?, ?, ?, ?)').join(', ');
    const values = part.flatMap(({ target, class: of, type, alias }) => [
      source,
      target,
      of,
      type ?? null,
      alias ?? null,
    ]);
    run(`INSERT INTO link (source, target, class, type, alias) VALUES ${marks}`, ...values);
  }
}

export function putAssignment({ run, runAtOrBelow }: ModelRowsParts, each: Assignment): void {
  const { owner, thing, value, pool, assignee, alias } = each;
  const written = run(
    `INSERT INTO assignment (owner, thing, value, pool, assignee, alias) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
    owner,
    thing,
    value,
    pool,
    assignee,
    alias,
  );
  if (written === 0) {
    throw new AgentError(
      'conflict',
      `${thing} ${value} of ${owner} is handed out already, or ${assignee} has something else as "${alias}"; unassign that first`,
    );
  }
  const below = runAtOrBelow(owner, thing, value);
  const above = runAtOrBelow(owner, thing, value + 1);
  const joinsBelow = below !== undefined && below.last === value - 1;
  const last = above !== undefined && above.first === value + 1 ? above.last : value;
  if (last !== value) run('DELETE FROM run WHERE owner = ? AND thing = ? AND first = ?', owner, thing, value + 1);
  if (joinsBelow) {
    run('UPDATE run SET last = ? WHERE owner = ? AND thing = ? AND first = ?', last, owner, thing, below.first);
  } else {
    run('INSERT INTO run (owner, thing, first, last) VALUES (?, ?, ?, ?)', owner, thing, value, last);
  }
}

export function removeAssignment(
  { run, runAtOrBelow }: ModelRowsParts,
  owner: InstanceId,
  thing: string,
  value: number,
): void {
  const gone = run('DELETE FROM assignment WHERE owner = ? AND thing = ? AND value = ?', owner, thing, value);
  if (gone === 0) return;
  const within = runAtOrBelow(owner, thing, value);
  if (!within || within.last < value) return;
  const { first, last } = within;
  if (first === value) run('DELETE FROM run WHERE owner = ? AND thing = ? AND first = ?', owner, thing, first);
  else run('UPDATE run SET last = ? WHERE owner = ? AND thing = ? AND first = ?', value - 1, owner, thing, first);
  if (last > value) {
    run('INSERT INTO run (owner, thing, first, last) VALUES (?, ?, ?, ?)', owner, thing, value + 1, last);
  }
}
