/** Central as a Neo4j database over Bolt, a local one or Aura. Loaded only when it is configured: the driver is large. */
import neo4j, { type Driver, type Session } from 'neo4j-driver';
import { AgentError } from '../../core/errors.ts';
import type { Batch, Item, Reply, RowError } from '../../core/stream/batch.ts';
import type { Central, Sending } from '../../ports/central.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { awaitSchema, ownSchema, sharedSchema } from './cypher.ts';
import { asAgentError, isCollision, isRowsFault, type Where } from './failures.ts';
import { ingest } from './ingest.ts';

export interface Neo4jSettings extends Where {
  /** Undefined for a server that asks for no login. */
  readonly password?: string;
}

export interface Neo4jParts {
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 up to 1. */
  readonly chance: () => number;
}

/** A server that neither answers nor hangs up must not hold a push for ever. */
const PUSH_WITHIN_MS = 90_000;
const TRANSACTION_MS = 60_000;
const CLOSE_WITHIN_MS = 1_000;
const COLLISIONS_AT_MOST = 8;

export function openNeo4j(settings: Neo4jSettings, parts: Neo4jParts): Central {
  return new Neo4jCentral(settings, parts);
}

class Neo4jCentral implements Central {
  readonly #settings: Neo4jSettings;
  readonly #parts: Neo4jParts;
  #driver: Driver | undefined;
  /** The constraints are known to stand; forgotten with the connection, for the next one may lead to a restored copy. */
  #isPrepared = false;
  #giveUp: (because: AgentError) => void = () => {};

  constructor(settings: Neo4jSettings, parts: Neo4jParts) {
    this.#settings = settings;
    this.#parts = parts;
  }

  async push(batch: Batch, by: Sending): Promise<Reply> {
    const { url } = this.#settings;
    const given = new Promise<never>((_, reject) => {
      this.#giveUp = reject;
    });
    const callOff = this.#parts.clock.after(PUSH_WITHIN_MS, () => {
      const within = `${PUSH_WITHIN_MS / 1000} s`;
      void this.#end(new AgentError('tooLarge', `${url} did not answer within ${within}; it is tried with fewer rows`));
    });
    const push = this.#push(batch, by);
    // Whoever has given up does not wait for its end.
    push.catch(() => {});
    try {
      return await Promise.race([push, given]);
    } catch (error) {
      this.#isPrepared = false;
      throw asAgentError(error, this.#settings);
    } finally {
      callOff();
    }
  }

  close(): Promise<void> {
    return this.#end(new AgentError('unreachable', `the connection to ${this.#settings.url} was closed`));
  }

  /** Nothing hangs on the driver: what it was asked for it may never answer once it is closed. */
  async #end(because: AgentError): Promise<void> {
    const driver = this.#driver;
    this.#driver = undefined;
    this.#isPrepared = false;
    this.#giveUp(because);
    await Promise.race([driver?.close(), this.#pause(CLOSE_WITHIN_MS)]);
  }

  async #push(batch: Batch, by: Sending): Promise<Reply> {
    this.#driver ??= open(this.#settings);
    const { database } = this.#settings;
    const session = this.#driver.session({
      defaultAccessMode: neo4j.session.WRITE,
      ...(database === '' ? {} : { database }),
    });
    try {
      if (!this.#isPrepared) await this.#prepare(session);
      this.#isPrepared = true;
      try {
        return await this.#take(session, batch, by, []);
      } catch (error) {
        if (!isRowsFault(error)) throw error;
        const errors = await this.#findBad(session, batch, by, error);
        this.#parts.log.warn('central refuses rows', { keys: errors.map(each => each.key) });
        return await this.#take(session, batch, by, errors);
      }
    } finally {
      await session.close().catch(() => {});
    }
  }

  /** One transaction; again when another writer was in its way, for then nothing of it was done. */
  async #take(
    session: Session,
    batch: Batch,
    by: Sending,
    refused: readonly RowError[],
    commits = true,
  ): Promise<Reply> {
    for (let collisions = 0; ; collisions++) {
      const transaction = await session.beginTransaction({ timeout: TRANSACTION_MS });
      try {
        const { reply } = await ingest(transaction, batch, by, refused);
        if (commits) await transaction.commit();
        else await transaction.rollback();
        if (!reply) throw new AgentError('conflict', twoReport(this.#settings));
        return reply;
      } catch (error) {
        await transaction.close().catch(() => {});
        if (!isCollision(error) || collisions === COLLISIONS_AT_MOST) throw error;
        await this.#pause(20 * 2 ** collisions * this.#parts.chance());
      }
    }
  }

  /**
   * Which rows the database refuses beside the others: taken in by halves, in transactions that are rolled back. Two that
   * cannot stand together cost only the later one.
   */
  async #findBad(session: Session, batch: Batch, by: Sending, blame: unknown): Promise<RowError[]> {
    const live = batch.items.filter(item => !item.deleted);
    const { message } = asAgentError(blame, this.#settings);
    const asError = ({ key, seq }: { key: string; seq: number }): RowError => ({ key, seq, code: 'refused', message });
    const accepted = new Set<Item>();
    const admit = async (suspects: readonly Item[]): Promise<void> => {
      const others = live.filter(item => !accepted.has(item) && !suspects.includes(item));
      try {
        await this.#take(session, batch, by, others.map(asError), false);
        for (const item of suspects) accepted.add(item);
      } catch (error) {
        if (!isRowsFault(error)) throw error;
        if (suspects.length <= 1) return;
        const half = suspects.length >> 1;
        await admit(suspects.slice(0, half));
        await admit(suspects.slice(half));
      }
    };
    await admit(live);
    return live.filter(item => !accepted.has(item)).map(asError);
  }

  async #prepare(session: Session): Promise<void> {
    for (const statement of ownSchema) await session.run(statement);
    for (const { constraint, index } of sharedSchema) {
      try {
        await session.run(constraint);
      } catch (error) {
        if (!isRowsFault(error) && !/^Neo\.DatabaseError\.Schema/.test(codeOf(error))) throw error;
        this.#parts.log.warn('the graph has doubles that no constraint allows, an index has to do', { constraint });
        await session.run(index);
      }
    }
    await session.run(awaitSchema);
  }

  #pause(ms: number): Promise<void> {
    return new Promise(resolve => {
      this.#parts.clock.after(ms, resolve);
    });
  }
}

function twoReport({ url }: Where): string {
  return (
    `two agents report to ${url} as this one, perhaps from a copied data directory, and neither is believed: stop one of ` +
    'them and give it a directory of its own, then say `diffo central release` at the other'
  );
}

function codeOf(error: unknown): string {
  return error instanceof neo4j.Neo4jError ? error.code : '';
}

function open({ url, user, password }: Neo4jSettings): Driver {
  const login = password === undefined ? undefined : neo4j.auth.basic(user, password);
  return neo4j.driver(url, login, {
    // One batch is under way at a time.
    maxConnectionPoolSize: 1,
    connectionAcquisitionTimeout: 10_000,
    connectionTimeout: 10_000,
    // Idle links are dropped after about an hour by some; and one that has died is found before it is used.
    maxConnectionLifetime: 50 * 60_000,
    connectionLivenessCheckTimeout: 30_000,
    // Guards of a whole batch in one answer.
    fetchSize: 1_000,
    telemetryDisabled: true,
    useBigInt: true,
    userAgent: 'diffo-edge',
  });
}
