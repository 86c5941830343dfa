/** Reads what a caller sends by a schema, and says in one sentence what does not fit, and where. */
import type * as z from 'zod';
import { AgentError } from './errors.ts';
import { segment } from './path.ts';

/** Throws `invalid` with the pointer of the first thing that does not fit. */
export function parse<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const pointer = [...(issue?.path ?? []), ...unknown].map(part => `/${segment(String(part))}`).join('');
  throw new AgentError(
    'invalid',
    `the body does not fit at ${pointer || 'its root'}: ${issue?.message ?? 'unreadable'}`,
    {
      pointer,
    },
  );
}
