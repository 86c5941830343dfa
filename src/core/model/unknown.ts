/** What was looked for and could not be told: neither absent nor there. Callers see why; TMF's JSON never does. */

export const unknownReasons = ['noTarget', 'roleNotDeclared', 'tooMany'] as const;

export interface Unknown {
  /** There is nothing at the other end; what is there may not have such a role; there is more than is walked over. */
  readonly reason: (typeof unknownReasons)[number];
  /** One sentence: of what, and where. */
  readonly context: string;
}
