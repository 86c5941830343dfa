/** Statements about media types, headers, failures and identity. */
import { by } from '../../parity/shown.ts';
import { over, type Statement } from './statement.ts';

const http = over('http');

export const urisStatements: readonly Statement[] = [
  { id: 'T01', level: 'M', says: 'JSON is the default media type', shown: http('T01 JSON is the default') },
  {
    id: 'T02',
    level: 'M',
    says: 'a charset of a media type is accepted',
    shown: http('T02 a charset of a body is read over'),
  },
  {
    id: 'T03',
    level: 'S',
    says: 'an Accept that leaves no JSON is 406',
    shown: http('T03 an Accept without JSON is refused'),
    decided: 'a DELETE, which has no body to show, accepts anything',
  },
  {
    id: 'T04',
    level: 'S',
    says: 'a body of another type is 415',
    shown: http('T04 a body of another type is refused'),
  },
  {
    id: 'T05',
    level: 'M',
    says: '201 has the Location of what was made',
    shown: http('T05 what is made is where Location says'),
  },
  {
    id: 'T06',
    level: 'M',
    says: 'X-Total-Count counts what the filter finds and X-Result-Count the page, also when it is none',
    shown: http('T06 lists are counted, also when nothing is found'),
  },
  {
    id: 'T07',
    level: 'M',
    says: 'a failure has code and reason, in v5 @type Error',
    shown: http('T07 a failure has code and reason, in v5 its type'),
  },
  {
    id: 'T08',
    level: 'M',
    says: 'every failing path has that body',
    shown: [
      ...http('T08 every failing path has that body, with a code of the table and the place'),
      ...by('api/server.test.ts', '%s %s %s'),
      ...by('api/bodies.test.ts', '%s is answered 400'),
    ],
    decided:
      '`code` is one of the table of codes, each with one status; the place stands in `pointer` (JSON pointer into the body) or `parameter` (query parameter or header), in words in `message`; no `referenceError`, for what it would refer to is not on the device',
  },
  {
    id: 'T09',
    level: 'M',
    says: 'what fails inside is JSON too and shows nothing of the inside',
    shown: http('T09 what fails inside is told without its inside'),
  },
  {
    id: 'T10',
    level: 'M',
    says: '405 names the methods in Allow',
    shown: http('T10 a method that is not served is told which are'),
  },
  {
    id: 'T11',
    level: 'M',
    says: 'a whole feature that is missing is 501',
    shown: http('T11 T113 depth and expand, which are not served, are 501 and not ignored'),
    decided:
      '501 for `depth`, `expand`, and parts of filters and `fields` that are not served; a filter that cannot be read is 400',
  },
  {
    id: 'T12',
    level: 'S',
    says: 'a conflict, such as an id that is taken, is 409',
    shown: http('T12 an id that is taken is a conflict'),
    decided: 'a `test` in a JSON patch that fails is 409 too',
  },
  {
    id: 'T13',
    level: 'S',
    says: 'a body that is too large is 413, a query 414',
    shown: [...http('T13 what is too large is refused by the name of the limit'), ...by('api/limits.test.ts', '%s %j')],
    decided:
      'the limits are settings and are named in the refusal: `http.bodyBytes` 1 MiB, `http.bodyDepth` 64, `http.bodyParts` 100,000, `http.uriBytes` 8,192 (414), `http.headerBytes` 16,384 (431)',
  },
  {
    id: 'T14',
    level: 'S',
    says: 'who asks too often gets 429 with Retry-After',
    shown: [
      ...http('T14 who asks too often is told when to come back'),
      ...by(
        'api/limits.test.ts',
        'ratePerSecond: of one address beyond loopback, twice as many at once; the others are served on',
        'concurrent: more at one time than may be are told to come back, on one connection too',
        'the idlest goes when one more comes, so any number that trickles shut nobody out',
      ),
    ],
    decided:
      '`http.ratePerSecond` 500 for each client address, twice as many at once; the device itself (loopback) is never counted, behind a proxy named in `http.proxies` the client is; more than `http.concurrent` 64 requests at a time are 429 too; at `http.connections` 256 the idlest connection goes',
  },
  {
    id: 'T15',
    level: 'O',
    says: 'entities have an ETag; an If-Match that fails is 412',
    shown: [
      ...http('T15 an entity tag is given, and held against writes'),
      ...by(
        'api/writers.test.ts',
        'two writers that read, count and write with If-Match lose no count, in both versions and all media',
        'an entity tag says which entity it is, however it is written',
      ),
    ],
    decided:
      '`ETag` is the state of the entity, the same in v4 and v5 and with `fields`; telemetry does not change it. If-Match compares strongly, If-None-Match weakly (304 on GET, 412 on PATCH and DELETE). No Last-Modified: two changes of one second would look the same. Nobody has to send If-Match (no 428)',
  },
  {
    id: 'T16',
    level: 'M',
    says: '401 without credentials, 403 with insufficient ones, both with the body of an error',
    shown: http('T16 without the token that is asked for nobody gets in'),
    decided:
      'a bearer token (`http.tokenFile`); 403 for names the agent does not go by, for pages of other sites, for callbacks that are not allowed',
  },
  {
    id: 'T17',
    level: 'S',
    says: 'the root of an API answers 200',
    shown: http(
      'T17 the root of the API answers with links',
      'T17 T20 other roots in use serve the same API, and hrefs name the one root',
    ),
  },
  {
    id: 'T18',
    level: 'M',
    says: 'every representation has id and href',
    shown: http('T18 every answer has id and href'),
  },
  {
    id: 'T19',
    level: 'M',
    says: 'href leads to the entity and is made by the server',
    shown: http('T19 href is made here, whatever the client sends, and leads to the entity'),
  },
  {
    id: 'T20',
    level: 'M',
    says: 'a slash at the end is the same resource',
    shown: http(
      'T17 T20 other roots in use serve the same API, and hrefs name the one root',
      'T20 a slash at the end changes nothing',
    ),
  },
  {
    id: 'T21',
    level: 'M',
    says: 'ids are opaque: any text that can stand in an address',
    shown: http('T21 ids are any text that can stand in an address'),
    decided: 'a client may choose the id: 1 to 256 characters that may stand in a path as they are',
  },
  {
    id: 'T22',
    level: 'S',
    says: 'href is absolute or an absolute path, from the configured address, the same on every page',
    shown: [
      ...http('T22 href and Link begin with the configured address, and with nothing a client says'),
      ...by('api/limits.test.ts', 'who is no configured proxy is not believed'),
    ],
    decided:
      '`http.publicUrl`, which may have a path; without it an absolute path. `Host` and `X-Forwarded-Host`, `-Proto`, `-Prefix` are never believed, `X-Forwarded-For` only from `http.proxies` and only for the rate',
  },
  {
    id: 'T23',
    level: 'M',
    says: 'ids outlive a restart and being found again',
    shown: [
      ...http('T23 ids and contents outlive a restart'),
      ...by(
        'agent/observe.test.ts',
        'ids survive a restart of the agent',
        'every field of every interface is what ip says, also after a rename, a delete and a re-add',
      ),
    ],
  },
];
