/** The twin of an instance as a version shows it: valid like any other entity, with nothing of the actual but its names. */
import { AgentError } from '../core/errors.ts';
import { isArray, isObject, type Json, type JsonObject, property } from '../core/json.ts';
import { segments } from '../core/path.ts';
import { checkEntity } from './check.ts';
import { type Rendering, render } from './codec.ts';
import { shapeOf } from './shape.ts';

/** An expectation has no more values than these, so it ends before. */
const PARTS_AT_MOST = 4_000;

/** What says which instance it is. */
const identity = ['id', 'href', '@type', '@baseType', '@schemaLocation'];

/** Takes out, one at a time, what the standard does not allow without what is not known. */
export function renderTwin(values: JsonObject, actual: JsonObject, rendering: Rendering): JsonObject {
  const { type, version } = rendering;
  const shape = shapeOf(type, actual);
  const mandatory = version === 'v5' ? shape.mandatory : shape.mandatory4;
  const document: Record<string, Json> = {};
  for (const name of [...identity, ...mandatory]) {
    const own = property(actual, name);
    if (own !== undefined) document[name] = own;
  }
  for (const [name, value] of Object.entries(values)) if (!identity.includes(name)) document[name] = value;
  const known = render(actual, rendering);
  let shown = render(document, rendering);
  for (let i = 0; i < PARTS_AT_MOST; i++) {
    const wrong = firstWrong(shown, rendering, known);
    if (wrong === undefined) return shown;
    const next = without(shown, segments(wrong));
    const [root = ''] = segments(wrong);
    shown = next === undefined || mandatory.includes(root) ? restored(shown, root, known) : next;
  }
  return shown;
}

function firstWrong(shown: JsonObject, { type, version }: Rendering, known: JsonObject): string | undefined {
  try {
    checkEntity(shown, shapeOf(type, shown), version, known);
    return undefined;
  } catch (error) {
    if (error instanceof AgentError && error.pointer !== undefined && error.pointer !== '') return error.pointer;
    throw error;
  }
}

/** As it is, where it may not be missing. */
function restored(shown: JsonObject, name: string, known: JsonObject): JsonObject {
  const { [name]: _, ...rest } = shown;
  const own = property(known, name);
  return own === undefined ? rest : { ...rest, [name]: own };
}

/** Without what stands there; without what it should stand in, when nothing does. */
function without(value: JsonObject, [name = '', ...more]: readonly string[]): JsonObject | undefined {
  const { [name]: inner, ...rest } = value;
  if (inner === undefined) return undefined;
  if (more.length === 0) return rest;
  if (isObject(inner)) {
    const less = without(inner, more);
    return less === undefined ? rest : { ...value, [name]: less };
  }
  if (!isArray(inner)) return rest;
  const [index = '', ...further] = more;
  const element = inner[Number(index)];
  const less = isObject(element) && further.length > 0 ? without(element, further) : undefined;
  const elements = inner.flatMap((each, i) => (i === Number(index) ? (less ?? []) : [each]));
  return elements.length === 0 ? rest : { ...value, [name]: elements };
}
