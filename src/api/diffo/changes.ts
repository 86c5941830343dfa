/** `/diffo/v1/changes`: the change list, as a list or as an event stream that goes on. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Change } from '../../core/change.ts';
import { AgentError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { HttpRefusal } from '../errors.ts';
import type { Handler } from '../paths.ts';
import { type App, resourceAt } from '../server.ts';
import { parameter, wholeNumber } from './lists.ts';
import { type DiffoParts, withTimes } from './parts.ts';

const CHANGES_PER_PAGE = 1_000;
/** Proxies and browsers give up on a silent stream; a comment keeps it. */
const STILL_HERE_MS = 30_000;
/** A reader that does not read is let go, so that it costs no memory; it may come back with its cursor. */
const UNREAD_BYTES_AT_MOST = 1024 * 1024;
const STREAMS_AT_MOST = 32;

type Parts = Pick<DiffoParts, 'store' | 'clock'>;

export function changeRoutes(app: App, parts: Parts): void {
  const { store } = parts;
  const open = new Set<() => void>();
  app.addHook('preClose', async () => {
    for (const end of open) end();
  });

  const changes: Handler = (request, reply) => {
    const after = cursor(request, parts);
    if (request.headers.accept?.includes('text/event-stream')) {
      if (open.size >= STREAMS_AT_MOST) {
        throw new HttpRefusal(
          'tooManyRequests',
          `${STREAMS_AT_MOST} streams are open already; close one, or page with ?after=`,
          { headers: { 'retry-after': String(STILL_HERE_MS / 1000) } },
        );
      }
      return follow(reply, parts, after ?? store.seq(), open);
    }
    const limit = Math.min(wholeNumber(request, 'limit') ?? CHANGES_PER_PAGE, CHANGES_PER_PAGE);
    const rows = store.changesAfter(after ?? 0, limit);
    return reply
      .header('X-Result-Count', rows.length)
      .header('X-Next-Cursor', `${store.epoch}.${rows.at(-1)?.seq ?? after ?? 0}`)
      .send(rows.map(row => show(store.epoch, row)));
  };
  resourceAt(app, '/diffo/v1/changes', { GET: changes });
}

/** `SEQ` or `EPOCH.SEQ`; one of another epoch is refused, for its seqs mean other changes. */
function cursor(request: FastifyRequest, { store }: Parts): number | undefined {
  const last = request.headers['last-event-id'];
  const text = typeof last === 'string' ? last : parameter(request, 'after');
  if (text === undefined) return undefined;
  const [, epoch, seq] = /^(?:([0-9a-f-]{36})\.)?(\d{1,15})$/.exec(text) ?? [];
  if (seq === undefined) throw new AgentError('invalid', `after must be SEQ or EPOCH.SEQ, not "${text}"`);
  if (epoch !== undefined && epoch !== store.epoch) {
    throw new AgentError(
      'gone',
      `the store has begun anew since that cursor (epoch ${store.epoch}); read from the start`,
    );
  }
  return Number(seq);
}

function show(epoch: string, change: Change): JsonObject {
  return { cursor: `${epoch}.${change.seq}`, ...withTimes(change, ['at']) };
}

function follow(reply: FastifyReply, { store, clock }: Parts, from: number, open: Set<() => void>): FastifyReply {
  let seq = from;
  // Throws `gone` while an error body can still be sent.
  store.changesAfter(seq, 1);
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  raw.socket?.setNoDelay(true);

  let calm = (): void => undefined;
  const end = (): void => {
    unfollow();
    calm();
    open.delete(end);
    raw.end();
  };
  const breathe = (): void => {
    calm = clock.after(STILL_HERE_MS, () => {
      raw.write(': still here\n\n');
      breathe();
    });
  };
  const send = (): void => {
    try {
      for (;;) {
        const rows = store.changesAfter(seq, 100);
        for (const row of rows) {
          raw.write(
            `id: ${store.epoch}.${row.seq}\nevent: ${row.subject}.${row.type}\ndata: ${JSON.stringify(show(store.epoch, row))}\n\n`,
          );
          seq = row.seq;
        }
        if (raw.writableLength > UNREAD_BYTES_AT_MOST) {
          end();
          return;
        }
        if (rows.length < 100) return;
      }
    } catch {
      // Overtaken: the reader hears 410 with the oldest seq when it comes back with its cursor.
      end();
    }
  };
  const unfollow = store.onCommit(send);
  open.add(end);
  raw.on('close', end);
  raw.write(': changes\n\n');
  breathe();
  send();
  return reply;
}
