/** Judges what the agent said over HTTP, and what it told listeners, by the descriptions of its APIs. */
import { type Json, property } from '../../../src/core/json.ts';
import { additionalOperation, additionalStatus } from './additions.ts';
import type { Check, DescribedAnswer, Description } from './description.ts';
import { hasOfficial, official, officialApis } from './official.ts';
import { own, ownApis, ownInventory } from './own.ts';

export interface Answered {
  readonly method: string;
  /** The path with its query. */
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** One sentence for each thing that is wrong. */
export async function faultsOf(answered: Answered): Promise<readonly string[]> {
  const { method, url, status } = answered;
  // OpenAPI has no word for what is asked of a path before it is asked for.
  if (method === 'OPTIONS' && status < 400) return answered.body === '' ? [] : [`${method} ${url} has a body`];
  const path = url.replace(/[?#].*$/, '');
  const said = (by: string) => (fault: string) => `${method} ${url} answered ${status}: by ${by}: ${fault}`;
  const faults: string[] = [];
  const theirs = hasOfficial ? officialApis.find(({ roots }) => rootOf(roots, path) !== undefined) : undefined;
  if (theirs) {
    const below = path.slice((rootOf(theirs.roots, path) ?? '').length);
    faults.push(...(await byOfficial(theirs.file, answered, below)).map(said(theirs.file)));
  }
  const ours = ownApis.find(({ roots }) => rootOf(roots, path) !== undefined);
  if (ours) {
    const below = path.slice((rootOf(ours.roots, path) ?? '').length);
    faults.push(...(await byOwn(ours.root, answered, below)).map(said('the document that the agent serves')));
  }
  return faults;
}

function rootOf(roots: readonly string[], path: string): string | undefined {
  return roots.find(root => path === root || path.startsWith(`${root}/`));
}

/** Only some members of each entity were asked for. */
function isPartial({ url, status }: Answered): boolean {
  return /[?&]fields=/.test(url) && status < 300;
}

async function byOfficial(file: string, answered: Answered, path: string): Promise<readonly string[]> {
  const { method, status } = answered;
  const description = await official(file, isPartial(answered));
  const { value, fault } = read(answered);
  if (fault !== undefined) return [fault];
  if (method === 'HEAD') return [];
  // Every failing answer has the same body, also those that no file foresees.
  if (status >= 400) return failed(description, value);
  const operation = description.operation(method, path);
  if (!operation) {
    const isAddition = additionalOperation(method, path.replace(/\/$/, '')) !== undefined;
    return isAddition ? [] : ['the file has no such operation'];
  }
  const as = additionalStatus(operation, status) ?? String(status);
  if (as === 'empty') return answered.body === '' ? [] : [`${status} has a body`];
  const answer = operation.answers[as] ?? operation.answers.default;
  return answer ? misfits(description, answer, answered, value) : [`the file foresees no ${status} there`];
}

/** Of what the agent says of itself nothing is missing: neither an operation nor a status nor a header. */
async function byOwn(root: string, answered: Answered, path: string): Promise<readonly string[]> {
  const { method, status, headers } = answered;
  const description = await own(root, isPartial(answered));
  const { value, fault } = read(answered);
  if (fault !== undefined) return [fault];
  const operation = description.operation(method === 'HEAD' ? 'GET' : method, path === '' ? '/' : path);
  if (!operation) {
    if (status < 400) return ['it has no such operation'];
    return method === 'HEAD' ? [] : failed(description, value);
  }
  const answer = operation.answers[status] ?? operation.answers[`${Math.floor(status / 100)}XX`];
  if (!answer) return [`it foresees no ${status} there`];
  const untold = telling.filter(each => headers.has(each) && !answer.headers.includes(each));
  const misfitting = method === 'HEAD' ? [] : misfits(description, answer, answered, value);
  return [...misfitting, ...untold.map(each => `it does not tell of the header ${each}`)];
}

/** Headers that a client reads; the others belong to HTTP. */
const telling = [
  'allow',
  'accept-patch',
  'content-range',
  'etag',
  'link',
  'location',
  'retry-after',
  'www-authenticate',
  'x-next-cursor',
  'x-result-count',
  'x-total-count',
];

function failed(description: Description, value: Json | undefined): string[] {
  return value === undefined ? ['a failing answer has no body'] : wrong(description.check('Error'), value);
}

function misfits(
  description: Description,
  answer: DescribedAnswer,
  { status, headers, body }: Answered,
  value: Json | undefined,
): string[] {
  const faults = answer.required.filter(each => !headers.has(each)).map(each => `the header ${each} is missing`);
  if (answer.schema === undefined) return body === '' ? faults : [...faults, `${status} has a body`];
  if (value === undefined) return [...faults, `${status} has no body`];
  return [...faults, ...wrong(description.check(answer.schema), value)];
}

function wrong(check: Check, value: Json): string[] {
  const fault = check(value);
  return fault === undefined ? [] : [fault];
}

function read({ headers, body, method }: Answered): { readonly value?: Json; readonly fault?: string } {
  if (method === 'HEAD' && body !== '') return { fault: 'a HEAD has a body' };
  if (body === '') return {};
  const type = headers.get('content-type') ?? '';
  if (!/^application\/([a-z.-]+\+)?json\b/.test(type)) return { fault: `its media type is "${type}"` };
  try {
    return { value: JSON.parse(body) };
  } catch {
    return { fault: 'its body is not JSON' };
  }
}

/** Whether a body that somebody received is an event of TMF630. */
export function isEvent(body: Json): boolean {
  return ['eventId', 'eventType', 'event'].every(name => property(body, name) !== undefined);
}

/** What is wrong with an event, by the descriptions of its API and version. */
export async function faultsOfEvent(event: Json): Promise<readonly string[]> {
  const name = String(property(event, 'eventType'));
  const version = property(event, '@type') === undefined ? 'v4' : 'v5';
  const type = name.startsWith('Service') ? 'service' : 'resource';
  const { root } = ownInventory(type, version);
  const theirs = hasOfficial ? officialApis.find(({ roots }) => roots.includes(root)) : undefined;
  const judge = (description: Description, by: string): string[] => {
    const said = `an event ${name} by ${by}:`;
    if (!description.has(name)) return [`${said} there is none of that name`];
    return wrong(description.check(name), event).map(fault => `${said} ${fault}`);
  };
  return [
    ...(theirs ? judge(await official(theirs.file), theirs.file) : []),
    ...judge(await own(root), 'the document that the agent serves'),
  ];
}
