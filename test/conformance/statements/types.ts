/** Statements about types, tasks and bulk. */
import { over, type Statement } from './statement.ts';

const http = over('http');
const writes = over('writes');

export const typesStatements: readonly Statement[] = [
  {
    id: 'T109',
    level: 'M',
    says: 'answers keep the concrete @type, lists mix types',
    shown: writes('T109 answers keep the type, and lists mix types'),
  },
  {
    id: 'T110',
    level: 'S',
    says: 'an unknown @type is held to its known @baseType',
    shown: writes('T110 a type of somebody else is held to its base type'),
  },
  {
    id: 'T111',
    level: 'M',
    says: '@schemaLocation is kept, never fetched',
    shown: writes('T111 a schema location is kept and never fetched'),
  },
  {
    id: 'T112',
    level: 'S',
    says: 'a reference and a value are told apart',
    shown: writes('T112 a reference and a value are told apart: in v5 by their type, in v4 by what they have'),
  },
  {
    id: 'T113',
    level: 'O',
    says: 'depth and expand',
    shown: http('T11 T113 depth and expand, which are not served, are 501 and not ignored'),
    decided: '501',
  },
  {
    id: 'T114',
    level: 'O',
    says: 'importJob and exportJob',
    shown: writes('T114 T115 there are no jobs and no monitors: 201 says that it is done'),
    decided: 'not there: 404',
  },
  {
    id: 'T115',
    level: 'O',
    says: 'monitors of asynchronous requests',
    shown: writes('T114 T115 there are no jobs and no monitors: 201 says that it is done'),
    decided: 'not there: nothing is answered before it is done but what becomes an expectation, which `Link` names',
  },
];
