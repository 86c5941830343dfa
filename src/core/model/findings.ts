/** What is wrong with a request, all of it at once, so that whoever asked can put it right in one go. */
import { AgentError, type ErrorCode } from '../errors.ts';
import type { Path } from '../path.ts';

export interface Finding {
  /** `invalid` unless it only is so because of how things stand. */
  readonly code: Extract<ErrorCode, 'invalid' | 'conflict'>;
  /** Where in the document. */
  readonly pointer: Path;
  readonly message: string;
}

/** So many are told; whoever has more has enough to begin with. */
const TOLD = 10;

export class Findings {
  readonly #all: Finding[] = [];

  add(pointer: Path, message: string, code: Finding['code'] = 'invalid'): void {
    this.#all.push({ code, pointer, message });
  }

  /** Takes what was thrown as a finding, so that the others are told too; throws anything that is none. */
  catch(pointer: Path, check: () => void): void {
    try {
      check();
    } catch (error) {
      if (!(error instanceof AgentError) || (error.code !== 'invalid' && error.code !== 'conflict')) throw error;
      this.add(error.pointer ?? pointer, error.message, error.code);
    }
  }

  /** Throws them all in one, with the code and the pointer of the first. */
  refuse(): void {
    const [first] = this.#all;
    if (!first) return;
    const more = this.#all.length - TOLD;
    const told = this.#all.slice(0, TOLD).map(({ message }) => message);
    if (more > 0) told.push(`and ${more} more`);
    throw new AgentError(first.code, told.join('; '), { pointer: first.pointer });
  }
}
