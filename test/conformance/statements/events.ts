/** Statements about hubs and events. */
import { by } from '../../parity/shown.ts';
import { over, type Statement } from './statement.ts';

const hub = over('hub');

export const eventsStatements: readonly Statement[] = [
  {
    id: 'T94',
    level: 'M',
    says: 'POST /hub answers 201 with id, callback, query and Location',
    shown: hub('T94 who registers is told where it stands'),
  },
  {
    id: 'T95',
    level: 'M',
    says: 'a callback that is missing or no address is 400',
    shown: hub('T95 a callback that is none is refused'),
  },
  {
    id: 'T96',
    level: 'S',
    says: 'several listeners at once',
    shown: hub('T96 several listen at once'),
    decided: 'as many as one likes, up to 10,000',
  },
  {
    id: 'T97',
    level: 'M',
    says: 'DELETE of a listener is 204, then 404; it can be looked at',
    shown: hub('T97 a listener can be looked at, and leaves with 204'),
    decided: 'GET of one listener and of all, in all four APIs',
  },
  {
    id: 'T98',
    level: 'M',
    says: 'events are posted to the callback as it was registered',
    shown: hub('T98 events are posted to the callback as it was registered'),
  },
  { id: 'T99', level: 'M', says: 'any answer of success is one', shown: hub('T99 any answer of success is one') },
  {
    id: 'T100',
    level: 'M',
    says: 'envelope, names and entities are those of the version',
    shown: hub(
      'T100 events have the envelope, the names and the entities of their version',
      'T100 what cannot be said in a version is no event of it',
    ),
  },
  {
    id: 'T101',
    level: 'M',
    says: 'a query chooses events by type and by what they are of, and slims them',
    shown: hub('T101 a query chooses events, by type and by what they are of'),
  },
  {
    id: 'T102',
    level: 'M',
    says: 'changes of state and of attributes are told apart; nothing changed is not told',
    shown: hub('T102 a change of state and one of attributes are two events, and nothing changed is none'),
  },
  {
    id: 'T103',
    level: 'S',
    says: 'what fails is tried again with the same event id, up to a bound',
    shown: hub('T103 who refuses or does not answer is tried again with the same event, up to a bound'),
    decided:
      '14 tries with growing pauses, then suspended and shown; a registration that is made again goes on where it stopped',
  },
  {
    id: 'T104',
    level: 'M',
    says: 'a slow or dead listener delays nobody',
    shown: hub('T104 who never answers delays neither the API nor the others'),
  },
  {
    id: 'T105',
    level: 'S',
    says: 'events of an entity come in the order of its changes',
    shown: hub('T105 events of an entity come in the order of its changes'),
  },
  {
    id: 'T106',
    level: 'S',
    says: 'listeners and undelivered events outlive a restart',
    shown: [
      ...hub('T106 listeners and what they have not heard outlive a restart'),
      ...by(
        'agent/hub.test.ts',
        'has kept all that it answered, and tells every change at least once, in order, by the same id',
      ),
    ],
  },
  {
    id: 'T107',
    level: 'S',
    says: 'callbacks go where it is configured, redirects are not followed',
    shown: hub('T107 callbacks go only where it is allowed, and follow no redirect'),
  },
  {
    id: 'T108',
    level: 'M',
    says: 'what is discovered is told as what is written',
    shown: [
      ...hub('T108 what a driver sees is told as what a client writes'),
      ...by(
        'agent/hub.test.ts',
        'is heard of by those who asked for changes of state, in v4 and in v5, and so is its return',
      ),
    ],
  },
];
