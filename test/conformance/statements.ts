/** All that TMF630 says, each with the tests that show it here in v4 and v5, and what was decided where it leaves room. */
import { eventsStatements } from './statements/events.ts';
import { filtersStatements } from './statements/filters.ts';
import { listsStatements } from './statements/lists.ts';
import { typesStatements } from './statements/types.ts';
import { urisStatements } from './statements/uris.ts';
import { writesStatements } from './statements/writes.ts';

export const statements = [
  ...urisStatements,
  ...filtersStatements,
  ...listsStatements,
  ...writesStatements,
  ...eventsStatements,
  ...typesStatements,
];
