/**
 * Finds in a source where it takes something from outside by itself: the time, chance, waiting, the environment, files,
 * the network, other processes. Read as syntax, so neither a comment nor a property of that name is mistaken for it.
 */
import { parseAst } from 'vitest/node';

export interface Reach {
  readonly line: number;
  /** What it reaches for, e.g. `Date.now`. */
  readonly what: string;
}

/** Names of the environment that bring in something from outside, whatever is done with them. */
const worldly: ReadonlySet<string> = new Set([
  ...['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate'],
  ...['performance', 'process', 'crypto', 'fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest', 'require'],
  ...['globalThis', 'global', 'navigator', 'eval', 'Function', 'WeakRef', 'FinalizationRegistry', 'Atomics'],
]);
/** Of these, only what is computed from what they are given. */
const pureMembers: Readonly<Record<string, ReadonlySet<string>>> = {
  Date: new Set(['parse', 'UTC']),
  Intl: new Set(['DateTimeFormat', 'supportedValuesOf']),
};
/** Modules of Node that compute, and what of them does not. */
const pureModules: Readonly<Record<string, ReadonlySet<string>>> = {
  'node:util': new Set(['promisify', 'inspect', 'debuglog', 'parseEnv']),
  'node:crypto': new Set([
    ...['randomBytes', 'randomUUID', 'randomUUIDv7', 'randomInt', 'randomFill', 'randomFillSync', 'getRandomValues'],
    ...['webcrypto', 'generateKey', 'generateKeySync', 'generateKeyPair', 'generateKeyPairSync', 'default'],
  ]),
};

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

export function reachesOutside(text: string): readonly Reach[] {
  const found: Reach[] = [];
  const add = (node: Node, what: string): void => {
    found.push({ line: text.slice(0, node.start).split('\n').length, what });
  };
  visit(read(parseAst(text, { lang: 'ts' })), undefined, '', add);
  return found;
}

/** What a date says by the clock on the wall of whoever runs it. */
const localTime = /^(get(Hours|Minutes|Day|Date|Month|Year|FullYear|TimezoneOffset)|toLocale(Date|Time)?String)$/;

type Add = (node: Node, what: string) => void;

function visit(node: Node, parent: Node | undefined, key: string, add: Add): void {
  if (node.type.startsWith('TS') && !withValues.has(node.type)) return;
  if (
    node.type === 'ImportDeclaration' ||
    node.type === 'ExportNamedDeclaration' ||
    node.type === 'ExportAllDeclaration'
  )
    module(node, add);
  if (node.type === 'ImportExpression') dynamic(node, add);
  if (node.type === 'MemberExpression' && localTime.test(memberOf(node) ?? '')) add(node, `${memberOf(node)}`);
  if (node.type === 'Identifier' && isReference(parent, key)) name(node, parent, key, add);
  if (node.type === 'ImportDeclaration') return;
  for (const [inner, value] of Object.entries(node)) {
    for (const each of Array.isArray(value) ? value : [value]) if (isNode(each)) visit(each, node, inner, add);
  }
}

/** What TypeScript adds to values; all else of it is gone when it runs. */
const withValues: ReadonlySet<string> = new Set([
  ...['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression', 'TSTypeAssertion', 'TSInstantiationExpression'],
  ...['TSParameterProperty', 'TSEnumDeclaration', 'TSEnumBody', 'TSEnumMember', 'TSExportAssignment'],
]);

function module(node: Node, add: Add): void {
  const from = textOf(node.source);
  if (from === undefined || from.startsWith('.') || node.importKind === 'type' || node.exportKind === 'type') return;
  const impure = from.startsWith('node:') ? pureModules[from] : new Set<string>();
  if (impure?.size === 0) return;
  if (!impure) {
    add(node, from);
    return;
  }
  const specifiers = Array.isArray(node.specifiers) ? node.specifiers.filter(isNode) : [];
  if (specifiers.length === 0) add(node, `all of ${from}`);
  for (const each of specifiers) {
    if (each.importKind === 'type' || each.exportKind === 'type') continue;
    const imported = nameOf(each.imported ?? each.local);
    if (each.type !== 'ImportSpecifier' && each.type !== 'ExportSpecifier') add(each, `all of ${from}`);
    else if (impure.has(imported)) add(each, `${imported} of ${from}`);
  }
}

/** Its own sources are looked at one by one. */
function dynamic(node: Node, add: Add): void {
  const from = textOf(node.source);
  if (from?.startsWith('.') !== true) add(node, `import(${from ?? '…'})`);
}

function name(node: Node, parent: Node | undefined, key: string, add: Add): void {
  const called = nameOf(node);
  if (worldly.has(called)) add(node, called);
  const isMember = parent?.type === 'MemberExpression' && key === 'object';
  const member = isMember ? memberOf(parent) : undefined;
  if (called === 'Math') {
    if (member === undefined || member === 'random') add(node, member === undefined ? 'all of Math' : 'Math.random');
    return;
  }
  const pure = pureMembers[called];
  if (!pure) return;
  if (member !== undefined) {
    if (!pure.has(member)) add(node, `${called}.${member}`);
    return;
  }
  if (called === 'Date' && isOfGiven(parent, key)) return;
  add(node, parent?.type === 'NewExpression' && key === 'callee' ? `new ${called}()` : `all of ${called}`);
}

/** `new Date(something)`, `x instanceof Date`. */
function isOfGiven(parent: Node | undefined, key: string): boolean {
  if (parent?.type === 'NewExpression' && key === 'callee') {
    const [first] = Array.isArray(parent.arguments) ? parent.arguments : [];
    return isNode(first) && first.type !== 'SpreadElement';
  }
  return parent?.type === 'BinaryExpression' && parent.operator === 'instanceof' && key === 'right';
}

/** Undefined when which one it is is found out only when it runs. */
function memberOf(node: Node): string | undefined {
  return node.computed === true ? textOf(node.property) : nameOf(node.property);
}

/** A name that stands for a value, not one of a property, a label or an import. */
function isReference(parent: Node | undefined, key: string): boolean {
  switch (parent?.type) {
    case 'MemberExpression':
      return key === 'object' || parent.computed === true;
    case 'Property':
      return key === 'value' || parent.computed === true || parent.shorthand === true;
    case 'MethodDefinition':
    case 'PropertyDefinition':
    case 'AccessorProperty':
      return key === 'value' || parent.computed === true;
    case 'LabeledStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
    case 'ExportSpecifier':
    case 'MetaProperty':
      return false;
    default:
      return true;
  }
}

function read(program: unknown): Node {
  if (!isNode(program)) throw new Error('the parser gave back something else than a tree');
  return program;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

function nameOf(node: unknown): string {
  return isNode(node) ? String(node.name ?? node.value ?? '') : '';
}

function textOf(node: unknown): string | undefined {
  return isNode(node) && typeof node.value === 'string' ? node.value : undefined;
}
