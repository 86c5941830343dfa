/** What the driver throws, in our words: what is wrong and what to do about it. */
import { Neo4jError } from 'neo4j-driver';
import { AgentError, type ErrorCode, sentence } from '../../core/errors.ts';

export interface Where {
  readonly url: string;
  readonly user: string;
  readonly database: string;
}

/** What the server says about the size of a transaction: with fewer rows it may pass. */
const outOfMemory = /OutOfMemory|MemoryPool|TransactionMemoryLimit/i;

const certificate = /certificate|CERT_|altnames|UNABLE_TO_VERIFY|SELF_SIGNED/i;
const notTls = /wrong version number|packet length too long|EPROTO|socket disconnected before secure TLS/i;

export function asAgentError(error: unknown, { url, user, database }: Where): AgentError {
  if (error instanceof AgentError) return error;
  const why = causes(error);
  const fail = (code: ErrorCode, message: string): AgentError => new AgentError(code, message, { cause: error });
  const code = error instanceof Neo4jError ? error.code : '';
  if (certificate.test(why)) {
    return fail(
      'refused',
      `the certificate of ${url} does not fit: ${shortened(why)}; see to it, or to NODE_EXTRA_CA_CERTS`,
    );
  }
  if (notTls.test(why)) {
    return fail('refused', `${url} does not speak TLS; say neo4j:// or bolt:// in central.url, or turn TLS on there`);
  }
  if (outOfMemory.test(code)) return fail('tooLarge', `${url} has too little memory for so many rows at once`);
  if (/Security\.(Unauthorized|CredentialsExpired|TokenExpired)/.test(code)) {
    return fail('unauthorized', `${url} refuses the user ${user}; see to central.user and central.passwordFile`);
  }
  if (/AuthenticationRateLimit/.test(code)) {
    return fail('unauthorized', `${url} has refused the user ${user} too often and answers again after a while`);
  }
  if (/Security\.(Forbidden|AuthorizationExpired)/.test(code)) {
    return fail(
      'forbidden',
      `the user ${user} may not write at ${url}; give it the rights of a publisher and schema writes`,
    );
  }
  if (/DatabaseNotFound/.test(code)) {
    return fail('notFound', `there is no database ${database || 'by default'} at ${url}; see to central.database`);
  }
  if (/^Neo\.ClientError\.(Statement|Schema)/.test(code)) {
    return fail('refused', `${url} refuses what was written: ${shortened(sentence(error))}`);
  }
  return fail('unreachable', `${url} does not answer: ${shortened(why)}`);
}

/** Whether the same again, at once, may well pass: two writers were in each other's way. */
export function isCollision(error: unknown): boolean {
  if (!(error instanceof Neo4jError)) return false;
  return (
    /^Neo\.TransientError\.Transaction\.(DeadlockDetected|LockAcquisitionTimeout|LockClientStopped|Outdated)/.test(
      error.code,
    ) || error.code === 'Neo.ClientError.Statement.EntityNotFound'
  );
}

/** Whether some row of the batch is to blame. */
export function isRowsFault(error: unknown): boolean {
  return error instanceof Neo4jError && /^Neo\.ClientError\.(Statement|Schema)\./.test(error.code);
}

/** The message with those of its causes. */
function causes(error: unknown): string {
  const words: string[] = [];
  for (let each: unknown = error; each instanceof Error && words.length < 5; each = each.cause) {
    // A code of the system names what its message may not.
    const code = !(each instanceof Neo4jError) && 'code' in each ? `${each.code}: ` : '';
    words.push(`${code}${each.message}`);
  }
  return words.length === 0 ? sentence(error) : words.join('; ');
}

const LONGEST_MESSAGE = 300;

function shortened(text: string): string {
  // What the driver says before is about what might be wrong in general.
  const [, caused] = /.*(?:Caused by|Socket responded with):\s*(.+)/s.exec(text) ?? [];
  const said = (caused ?? text).replace(/\s+/g, ' ').trim();
  return said.length > LONGEST_MESSAGE ? `${said.slice(0, LONGEST_MESSAGE)} …` : said;
}
