/** Claims sorted by where they stand: what is wanted of the place itself, and what of the places one step further. */
import type { Node } from '../expected/node.ts';
import { isArray, isObject, type Json, sameJson } from '../json.ts';
import { type Claim, claimsOf, type Step, stepName } from './claim.ts';
import type { Work } from './work.ts';

export interface Sorted {
  /** Wishes of this very place. */
  readonly here: readonly Node[];
  /** By the step that they take next. */
  readonly below: readonly Group[];
  /** Whether somebody wishes just this of the place. */
  readonly isWished: (node: Node) => boolean;
}

export interface Group {
  readonly step: Step;
  readonly claims: readonly Claim[];
}

/** Who wants the same is told once. */
export function sorted(claims: readonly Claim[], work: Work): Sorted {
  const here: Node[] = [];
  const alike = new Map<string, Node[]>();
  const below = new Map<string, { step: Step; claims: Claim[] }>();
  for (const claim of claims) {
    for (const { steps, node } of claim.steps.length > 0 ? [claim] : claimsOf(claim.node, true)) {
      work.left -= 1;
      const [step, ...more] = steps;
      if (!step) {
        if (node.kind === 'anything') continue;
        const glance = glanceAt(node);
        const others = alike.get(glance);
        if (others?.some(each => saysSame(each, node))) continue;
        if (others) others.push(node);
        else alike.set(glance, [node]);
        work.left -= others?.length ?? 0;
        here.push(node);
        continue;
      }
      const name = stepName(step);
      const group = below.get(name);
      if (group) group.claims.push({ steps: more, node });
      else below.set(name, { step, claims: [{ steps: more, node }] });
    }
  }
  const isWished = (node: Node): boolean => alike.get(glanceAt(node))?.some(each => saysSame(each, node)) ?? false;
  return { here, below: [...below.values()], isWished };
}

export function flat({ here, below }: Pick<Sorted, 'here' | 'below'>): readonly Claim[] {
  return [
    ...here.map(node => ({ steps: [], node })),
    ...below.flatMap(({ step, claims }) => claims.map(({ steps, node }) => ({ steps: [step, ...steps], node }))),
  ];
}

export function saysSame(a: Node, b: Node): boolean {
  return a === b || (a.kind === b.kind && sameJson(a.source, b.source));
}

/** The same for what says the same, and mostly another for what does not. */
function glanceAt({ kind, source }: Node): string {
  return `${kind} ${inShort(source, 4)}`;
}

function inShort(value: Json | undefined, depth: number): string {
  if (isArray(value)) {
    const some = depth === 0 ? [] : value.slice(0, 4);
    return `[${value.length} ${some.map(each => inShort(each, depth - 1)).join()}`;
  }
  if (!isObject(value)) return String(value);
  const keys = Object.keys(value);
  const [only] = keys;
  // Of several keys any may come first.
  return only === undefined || keys.length > 1 || depth === 0
    ? `{${keys.length}`
    : `{${only} ${inShort(value[only], depth - 1)}`;
}
