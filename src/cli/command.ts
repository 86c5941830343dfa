/** What a command is: its words, its flags, and what it makes of them. */
import type { Json } from '../core/json.ts';
import type { Client } from './client.ts';
import type { Screen } from './screen.ts';

export interface CliIo {
  /** Writes text as it is; ends of lines are in it. */
  out(text: string): void;
  err(text: string): void;
  /** All of standard input. */
  readInput(): Promise<string>;
  /** What a person answers; absent where nobody sits at a terminal. */
  ask?(question: string): Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
  readonly columns?: number;
  readonly rows?: number;
  /** Names of the settings of the agent, for what speaks of them. */
  readonly settings?: readonly string[];
  /** Ends what would go on for ever. */
  readonly signal?: AbortSignal;
}

export interface Flag {
  /** What stands after it in the usage, such as `JSON`; absent: it takes nothing. */
  readonly takes?: string;
  /** The same as one letter. */
  readonly short?: string;
  readonly about: string;
}

/** The flags and words a person gave, checked against the command. */
export interface Given {
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, string>;
}

export interface CommandParts {
  readonly client: Client;
  readonly io: CliIo;
  /** Whether the answer is wanted as it is. */
  readonly json: boolean;
  /** With the agent's time as of the last answer. */
  screen(): Screen;
}

/** What a command has to say: the answer for scripts, and how it reads for people. */
export interface Said {
  readonly answer: Json;
  /** Handed the answer with nothing in it that a terminal would obey. */
  show(answer: Json, screen: Screen): string;
  /** 0 when left out. */
  readonly exit?: number;
  /** It has been said while the command ran. */
  readonly isTold?: true;
}

export interface Command {
  readonly name: string;
  /** What may stand after the name. */
  readonly words: string;
  /** One line. */
  readonly about: string;
  /** What else its own help says. */
  readonly more?: string;
  readonly flags?: Readonly<Record<string, Flag>>;
  /** How many words it takes, at least and at most. */
  readonly takes: readonly [least: number, most: number];
  readonly examples: readonly string[];
  /** Undefined when it has said everything while it ran. */
  run(given: Given, parts: CommandParts): Promise<Said | undefined>;
}
