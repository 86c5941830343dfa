/** The operations of a JSON patch as they were sent: read and checked before any of them is carried out. */
import { AgentError, type ErrorCode } from '../../core/errors.ts';
import { isArray, isObject, type Json, type JsonObject, property } from '../../core/json.ts';

/** A sentence about an operation, told with the member of it that is wrong. */
export type Fail = (member: 'op' | 'path' | 'from' | 'value', why: string, code?: ErrorCode) => never;

/** Longer than any way into a document with its conditions. */
export const MAX_PATH_LENGTH = 2_048;

interface Said {
  readonly path: string;
  readonly fail: Fail;
}

export type Operation = Said &
  (
    | { readonly op: 'add' | 'replace' | 'test'; readonly value: Json }
    | { readonly op: 'remove' }
    | { readonly op: 'move' | 'copy'; readonly from: string }
  );

/** More than a person writes; each walks over the entity. */
export const MAX_OPERATIONS = 256;

/** Throws `invalid` with the place in the body. */
export function readOperations(body: Json, most = MAX_OPERATIONS): readonly Operation[] {
  if (!isArray(body)) {
    throw new AgentError('invalid', 'The body must be an array of operations, such as [{"op":"replace",...}]', {
      pointer: '',
    });
  }
  if (body.length > most) {
    throw new AgentError('tooLarge', `A patch has up to ${most} operations; send it in parts`);
  }
  return body.map(readOperation);
}

function readOperation(said: Json, i: number): Operation {
  if (!isObject(said)) {
    throw new AgentError('invalid', `Operation ${i + 1} must be an object with op and path`, { pointer: `/${i}` });
  }
  const { op } = said;
  const fail: Fail = (member, why, code = 'invalid') => {
    const what = typeof op === 'string' ? `${op} ${String(said.path ?? '')}`.trim().slice(0, 200) : 'no op';
    throw new AgentError(code, `Operation ${i + 1} (${what}): ${why}`, { pointer: `/${i}/${member}` });
  };
  const path = textOf(said, 'path', fail);
  switch (op) {
    case 'add':
    case 'replace':
    case 'test': {
      const value = property(said, 'value');
      return value === undefined ? fail('value', 'value is missing') : { op, path, value, fail };
    }
    case 'remove':
      return { op, path, fail };
    case 'move':
    case 'copy':
      return { op, path, from: textOf(said, 'from', fail), fail };
    default:
      return fail('op', 'op must be one of add, remove, replace, move, copy, test');
  }
}

function textOf(said: JsonObject, member: 'path' | 'from', fail: Fail): string {
  const text = property(said, member);
  if (typeof text !== 'string') return fail(member, `${member} must be a text`);
  return text.length > MAX_PATH_LENGTH ? fail(member, `it is longer than ${MAX_PATH_LENGTH} characters`) : text;
}
