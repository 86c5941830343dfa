/**
 * JSONPath as TMF630 part 6 uses it: `$[?(@.name=='a')]` asks of the entities, `note[?(@.author=='x')]` of the elements
 * of an array in them. Of RFC 9535 it has names, indexes, wildcards and filter expressions; beyond it `=~`, a root left
 * out, and a dot left out as in `@size`. Values compare as in attribute filters.
 */
import { AgentError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { type Asked, attributeAt } from '../query/attribute.ts';
import { comparison, type Leaf, type Operator, pattern } from '../query/comparison.ts';
import { leadsTo, namesOf, type Predicate, type Step } from './predicate.ts';
import { Scan } from './scan.ts';

export interface Filter {
  /** From the collection on. */
  readonly steps: readonly Step[];
  /** The first-level attributes it speaks of. */
  readonly names: ReadonlySet<string>;
}

/** Deeper than any attribute of an entity. */
const MAX_DEPTH = 16;

/** Parts of one expression; each is a walk over an entity. */
const MAX_PARTS = 128;

/** Attributes that TMF spells with an `@`; what `@type` says where a dot was left out. */
const spelt: ReadonlySet<string> = new Set(['type', 'baseType', 'schemaLocation', 'referredType']);

const relations = ['==', '!=', '>=', '<=', '=~', '>', '<'] as const;
type Relation = (typeof relations)[number];

const operators: Record<Exclude<Relation, '!='>, Operator> = {
  '==': 'eq',
  '>=': 'gte',
  '<=': 'lte',
  '=~': 'regex',
  '>': 'gt',
  '<': 'lt',
};

/** For a literal on the left. */
const turned: Record<Relation, Relation | undefined> = {
  '==': '==',
  '!=': '!=',
  '>=': '<=',
  '<=': '>=',
  '>': '<',
  '<': '>',
  '=~': undefined,
};

/** Reads the value of `filter`. Throws `invalid`, with the place. */
export function parseFilter(text: string, asked: Asked): Filter {
  const reader = new ExpressionReader(new Scan(text, 'filter'), asked);
  const steps = reader.route();
  if (!steps.some(step => step.kind === 'where')) {
    throw new AgentError('invalid', `The filter has no condition: write one such as $[?(@.name=='a')]`);
  }
  return { steps, names: reader.names };
}

/** Reads a way into one entity, such as `note[?(@.author=='x')].text`; `what` is its name in sentences. */
export function parseRoute(text: string, asked: Asked | undefined, what: string): readonly Step[] {
  return new ExpressionReader(new Scan(text, what), asked).route();
}

/** Whether an entity, as its version shows it, is one of those that the filter selects. */
export function selects({ steps }: Filter, entity: JsonObject): boolean {
  return leadsTo([entity], steps, 0, () => true);
}

/** A literal as it was written; undefined for null. */
type Operand =
  | { readonly is: 'steps'; readonly steps: readonly Step[] }
  | { readonly is: 'literal'; readonly text: string | undefined }
  | { readonly is: 'pattern'; readonly pattern: string; readonly anyCase: boolean };

class ExpressionReader {
  readonly names = new Set<string>();
  readonly #scan: Scan;
  readonly #asked: Asked | undefined;
  #parts = 0;
  #depth = 0;

  constructor(scan: Scan, asked: Asked | undefined) {
    this.#scan = scan;
    this.#asked = asked;
  }

  route(): readonly Step[] {
    const scan = this.#scan;
    const rooted = scan.take('$');
    const steps: Step[] = [];
    if (!rooted && scan.peek() !== '[' && scan.peek() !== '.') steps.push(this.#name(`a name, "$" or "["`, []));
    this.#steps(steps, [], scope => {
      if (scope.length === 0) scan.refuse('a place in the list of entities is not served; use offset and limit');
    });
    if (steps.length === 0) scan.fail('"." or "["');
    if (!scan.atEnd) scan.fail('"." or "[" or the end');
    return steps;
  }

  /** Appends the steps that follow to those that are there. */
  #steps(steps: Step[], scope: readonly string[], atIndex: (scope: readonly string[]) => void): void {
    const scan = this.#scan;
    for (;;) {
      const here = [...scope, ...namesOf(steps)];
      if (scan.take('.')) {
        if (scan.takeHere('.')) scan.refuse('".." is not served; write out the way');
        if (scan.takeHere('*')) steps.push(this.#part({ kind: 'each' }));
        else steps.push(this.#name('a name', here));
      } else if (scan.take('[')) {
        steps.push(this.#bracket(here, atIndex));
        if (scan.peek() === ',') scan.refuse('several selectors in one pair of brackets are not served');
        scan.must(']');
      } else return;
    }
  }

  #name(expected: string, scope: readonly string[]): Step {
    const scan = this.#scan;
    const name = scan.name();
    if (name === undefined) return scan.fail(expected);
    if (scan.peek() === '(') scan.refuse(`functions such as ${name}() are not served`);
    return this.#named(name, scope);
  }

  #named(name: string, scope: readonly string[]): Step {
    if (scope.length === 0) this.names.add(name);
    return this.#part({ kind: 'name', name });
  }

  #bracket(scope: readonly string[], atIndex: (scope: readonly string[]) => void): Step {
    const scan = this.#scan;
    if (scan.take('?')) {
      scan.space();
      const from = scan.at;
      const where = this.#nested(() => this.#any(scope));
      return this.#part({ kind: 'where', where, text: scan.text.slice(from, scan.at) });
    }
    if (scan.take('*')) return this.#part({ kind: 'each' });
    const name = scan.quoted();
    if (name !== undefined) return this.#named(name, scope);
    const at = scan.whole();
    if (scan.peek() === ':') scan.refuse('slices are not served');
    if (at === undefined) return scan.fail('"?", a name in quotes, a number or "*"');
    atIndex(scope);
    return this.#part({ kind: 'index', at });
  }

  #any(scope: readonly string[]): Predicate {
    const of = [this.#all(scope)];
    while (this.#scan.take('||')) of.push(this.#all(scope));
    const [only] = of;
    return of.length === 1 && only ? only : this.#part({ kind: 'any', of });
  }

  #all(scope: readonly string[]): Predicate {
    const of = [this.#one(scope)];
    while (this.#scan.take('&&')) of.push(this.#one(scope));
    const [only] = of;
    return of.length === 1 && only ? only : this.#part({ kind: 'all', of });
  }

  #one(scope: readonly string[]): Predicate {
    const scan = this.#scan;
    if (scan.take('!')) return this.#part({ kind: 'not', of: this.#nested(() => this.#one(scope)) });
    if (scan.take('(')) {
      const inner = this.#nested(() => this.#any(scope));
      scan.must(')');
      return inner;
    }
    return this.#comparison(scope);
  }

  #comparison(scope: readonly string[]): Predicate {
    const scan = this.#scan;
    const left = this.#operand(scope);
    const relation = scan.takeOne(relations);
    if (relation === undefined) {
      if (left.is !== 'steps') return scan.fail(`one of ${relations.join(' ')}`);
      if (!['', '&', '|', ')', ']'].includes(scan.peek())) scan.fail(`one of ${relations.join(' ')} && || )`);
      return this.#part({ kind: 'exists', steps: left.steps });
    }
    const right = this.#operand(scope);
    if (left.is === 'steps' && right.is === 'steps') return scan.refuse('comparing two attributes is not served');
    if (left.is === 'steps' && right.is !== 'steps') return this.#related(scope, left.steps, relation, right);
    const mirrored = turned[relation];
    if (right.is !== 'steps' || mirrored === undefined) return scan.fail('an attribute of "@" to compare with');
    return left.is === 'steps' ? scan.fail('a literal') : this.#related(scope, right.steps, mirrored, left);
  }

  #related(
    scope: readonly string[],
    steps: readonly Step[],
    relation: Relation,
    literal: Exclude<Operand, { is: 'steps' }>,
  ): Predicate {
    if (relation === '!=') {
      return this.#part({ kind: 'not', of: this.#related(scope, steps, '==', literal) });
    }
    const operator = operators[relation];
    const text = literal.is === 'pattern' ? literal.pattern : literal.text;
    const matches = this.#leaf([...scope, ...namesOf(steps)], operator, literal);
    const [first] = steps;
    if (this.#asked && scope.length === 0 && steps.length === 1 && first?.kind === 'name' && first.name === '@type') {
      return this.#part({ kind: 'isA', type: this.#asked.type, operator, text, matches });
    }
    return this.#part({ kind: 'compare', steps, operator, text, matches });
  }

  #leaf(path: readonly string[], operator: Operator, literal: Exclude<Operand, { is: 'steps' }>): Leaf {
    const name = path.join('.');
    if (literal.is === 'pattern') {
      return operator === 'regex'
        ? pattern(name, literal.pattern, literal.anyCase)
        : this.#scan.fail('=~ before a pattern');
    }
    if (literal.text !== undefined) {
      return comparison(name, operator, literal.text, this.#asked && attributeAt(this.#asked, path));
    }
    return operator === 'eq' ? leaf => leaf === null : this.#scan.fail('== or != before null');
  }

  #operand(scope: readonly string[]): Operand {
    const scan = this.#scan;
    if (scan.take('@')) return { is: 'steps', steps: this.#relative(scope) };
    const next = scan.peek();
    if (next === '$') scan.refuse('"$" inside a condition is not served; begin with "@"');
    if (next === "'" || next === '"') return { is: 'literal', text: scan.quoted() };
    const pattern = scan.slashed();
    if (pattern) return { is: 'pattern', ...pattern };
    const number = scan.number();
    if (number !== undefined) return { is: 'literal', text: number };
    const from = scan.at;
    const word = scan.name();
    if (word !== undefined && scan.peek() === '(') scan.refuse(`functions such as ${word}() are not served`);
    if (word === 'true' || word === 'false') return { is: 'literal', text: word };
    if (word === 'null') return { is: 'literal', text: undefined };
    scan.at = from;
    return scan.fail('"@", a text in quotes, a number, true, false or null');
  }

  /** What follows an `@`; the dot may be left out. */
  #relative(scope: readonly string[]): readonly Step[] {
    const steps: Step[] = [];
    const name = this.#scan.name();
    if (name !== undefined) {
      if (this.#scan.peek() === '(') this.#scan.refuse(`functions such as ${name}() are not served`);
      steps.push(this.#named(spelt.has(name) ? `@${name}` : name, scope));
    }
    this.#steps(steps, scope, () => undefined);
    return steps;
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > MAX_DEPTH) {
      throw new AgentError('invalid', `The filter is nested deeper than ${MAX_DEPTH} levels; ask for less at once`);
    }
    const result = read();
    this.#depth--;
    return result;
  }

  #part<Part>(part: Part): Part {
    if (++this.#parts > MAX_PARTS) {
      throw new AgentError('invalid', `The filter has more than ${MAX_PARTS} parts; ask for less at once`);
    }
    return part;
  }
}
