/** Statements about create, modify and delete. */
import { by } from '../../parity/shown.ts';
import { over, type Statement } from './statement.ts';

const writes = over('writes');

export const writesStatements: readonly Statement[] = [
  {
    id: 'T74',
    level: 'M',
    says: '201 shows the whole entity',
    shown: [
      ...writes('T74 what is made is shown whole'),
      ...by(
        'conformance/durable.test.ts',
        'whatever sixteen clients had been answered is there after each kill, and of a batch all or nothing',
      ),
    ],
  },
  {
    id: 'T75',
    level: 'M',
    says: 'what is missing or wrong is 400, and nothing is kept',
    shown: writes('T75 what is missing or wrong is refused with its place, and nothing is kept'),
  },
  {
    id: 'T76',
    level: 'S',
    says: 'attributes that the standard does not know are kept',
    shown: writes('T76 what the standard does not know is kept'),
  },
  {
    id: 'T77',
    level: 'O',
    says: 'an array is no body of a POST; a PATCH of the collection makes several',
    shown: [
      ...writes('T77 an array is no body of a POST; a batch is a PATCH of the collection, all of it or nothing'),
      ...by(
        'api/batch.test.ts',
        'makes all, in their order, and answers with them',
        'with %s makes nothing, and tells the place',
        'of more than may be is refused by the name of the limit',
      ),
    ],
    decided: 'JSON patch alone, `add` to `/` or `/-`, in one commit; up to `http.batch` 500',
  },
  {
    id: 'T78',
    level: 'M',
    says: 'what is made is there at once, as it was posted',
    shown: writes('T78 what is made is there at once, as it was sent'),
    decided: 'always 201; there is no 202 on POST',
  },
  {
    id: 'T79',
    level: 'S',
    says: 'what is referred to need not be there',
    shown: writes('T79 what is referred to need not be there'),
  },
  {
    id: 'T80',
    level: 'M',
    says: 'PATCH answers 200 with the whole entity',
    shown: writes('T80 T81 a PATCH answers with the whole entity, and application/json is a merge patch'),
  },
  {
    id: 'T81',
    level: 'M',
    says: 'application/json is a merge patch',
    shown: writes('T80 T81 a PATCH answers with the whole entity, and application/json is a merge patch'),
  },
  {
    id: 'T82',
    level: 'M',
    says: 'merge patch: null removes, arrays are replaced, objects merged',
    shown: writes('T82 in a merge patch null removes, arrays are replaced, objects are merged'),
  },
  {
    id: 'T83',
    level: 'M',
    says: 'what is mandatory cannot be removed',
    shown: writes('T83 what is mandatory cannot be removed'),
  },
  {
    id: 'T84',
    level: 'M',
    says: 'id and href cannot change, and may be repeated',
    shown: writes('T84 id and href stay; an echo of the whole entity changes nothing'),
  },
  {
    id: 'T85',
    level: 'M',
    says: 'JSON patch: add, remove, replace, move, copy, test, atomic',
    shown: writes('T85 JSON patch: add, remove, replace, move, copy, test, all of them or none'),
  },
  {
    id: 'T86',
    level: 'S',
    says: 'JSON patch as the official examples write it',
    shown: writes('T86 JSON patch as the official examples write it'),
  },
  {
    id: 'T87',
    level: 'S',
    says: 'JSON patch query, conditions behind the pointer',
    shown: writes('T87 JSON patch query, with conditions behind the pointer'),
  },
  { id: 'T88', level: 'S', says: 'JSON patch query, by JSONPath', shown: writes('T88 JSON patch query, by JSONPath') },
  {
    id: 'T89',
    level: 'M',
    says: 'a refused PATCH leaves nothing and tells nobody',
    shown: writes('T89 a PATCH that is refused leaves nothing behind'),
  },
  {
    id: 'T90',
    level: 'M',
    says: 'an unknown media type is 415, an unknown id 404',
    shown: writes('T90 a PATCH of another type is 415, of nobody 404'),
  },
  {
    id: 'T91',
    level: 'M',
    says: 'DELETE is 204 without a body, then 404',
    shown: writes('T91 DELETE is 204 without a body, then 404'),
  },
  {
    id: 'T92',
    level: 'S',
    says: 'an entity that the agent itself discovers',
    shown: writes('T92 what a driver observes: a write becomes an expectation, a delete says what to do instead'),
    decided:
      'PATCH of what a driver observes is 202: what differs becomes this client\'s expectation, `Link: rel="expectation"`; what is recorded is applied with 200. DELETE is 409 and says what to do',
  },
  { id: 'T93', level: 'M', says: 'PUT is 405', shown: writes('T93 PUT is not served') },
];
