/** Judges what the agent said over HTTP, and what it told listeners, by the descriptions of its APIs. */
import { type Json, property } from '../../../src/core/json.ts';
import { additionalOperation, additionalStatus } from './additions.ts';
import type { Check, Description, Operation } from './description.ts';
import { hasOfficial, type OfficialApi, official, officialApis } from './official.ts';

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
  const { url } = answered;
  const path = pathOf(url);
  const faults: string[] = [];
  const api = hasOfficial ? officialApis.find(({ roots }) => rootOf(roots, path) !== undefined) : undefined;
  if (api) faults.push(...(await byOfficial(api, answered, path)));
  return faults.map(fault => `${answered.method} ${url} answered ${answered.status}: ${fault}`);
}

/** The path is compared as it was sent: what is encoded in it belongs to an id. */
function pathOf(url: string): string {
  return url.replace(/[?#].*$/, '');
}

function rootOf(roots: readonly string[], path: string): string | undefined {
  return roots.find(root => path === root || path.startsWith(`${root}/`));
}

async function byOfficial(api: OfficialApi, answered: Answered, path: string): Promise<readonly string[]> {
  const { method, url, status, body } = answered;
  const isPart = /[?&]fields=/.test(url) && status < 300;
  const description = await official(api.file, isPart);
  const below = path.slice((rootOf(api.roots, path) ?? '').length).replace(/\/$/, '');
  const said = (fault: string): string => `by ${api.file}: ${fault}`;
  if (method === 'HEAD') return body === '' ? [] : [said('a HEAD has a body')];
  const json = read(answered);
  if (json.fault !== undefined) return [said(json.fault)];
  if (status >= 400) return failed(api, description, json.value).map(said);
  const operation = description.operation(method, below);
  if (!operation) {
    return additionalOperation(api, method, below) === undefined ? [said('the file has no such operation')] : [];
  }
  return succeeded(description, operation, answered, json.value, body).map(said);
}

/** Every failing answer has the same body, also those that no file foresees. */
function failed({ error }: OfficialApi, description: Description, value: Json | undefined): string[] {
  if (value === undefined) return ['a failing answer has no body'];
  return wrong(description.check(error), value);
}

function succeeded(
  description: Description,
  operation: Operation,
  { status, headers }: Answered,
  value: Json | undefined,
  body: string,
): string[] {
  const as = additionalStatus(operation, status) ?? String(status);
  if (as === 'empty') return body === '' ? [] : [`${status} has a body`];
  const answer = operation.answers[as] ?? operation.answers.default;
  if (!answer) return [`the file foresees no ${status} there`];
  const faults = answer.headers.filter(each => !headers.has(each)).map(each => `the header ${each} is missing`);
  if (answer.schema === undefined) return body === '' ? faults : [...faults, `${status} has a body`];
  if (value === undefined) return [...faults, `${status} has no body`];
  return [...faults, ...wrong(description.check(answer.schema), value)];
}

function wrong(check: Check, value: Json): string[] {
  const fault = check(value);
  return fault === undefined ? [] : [fault];
}

function read({ headers, body, method }: Answered): { readonly value?: Json; readonly fault?: string } {
  if (body === '' || method === 'HEAD') return {};
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

/** What is wrong with an event, by the file of its API and version. */
export async function faultsOfEvent(event: Json): Promise<readonly string[]> {
  if (!hasOfficial) return [];
  const name = String(property(event, 'eventType'));
  const version = property(event, '@type') === undefined ? 'v4' : 'v5';
  const number = name.startsWith('Service') ? 'TMF638' : 'TMF639';
  const api = officialApis.find(each => each.version === version && each.file.startsWith(number));
  if (!api) return [];
  const description = await official(api.file);
  const said = `an event ${name} by ${api.file}:`;
  if (!description.has(name)) return [`${said} there is none of that name`];
  return wrong(description.check(name), event).map(fault => `${said} ${fault}`);
}
