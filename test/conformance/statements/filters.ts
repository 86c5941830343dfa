/** Statements about single entities, fields and attribute filters. */
import { by } from '../../parity/shown.ts';
import { over, type Statement } from './statement.ts';

const query = over('query');

export const filtersStatements: readonly Statement[] = [
  {
    id: 'T24',
    level: 'M',
    says: 'without fields the representation is whole',
    shown: query('T24 without fields an entity is whole'),
  },
  {
    id: 'T25',
    level: 'M',
    says: 'fields shows what it names, and id, href and @type',
    shown: query('T25 fields shows what it names, and id, href and type'),
  },
  {
    id: 'T26',
    level: 'M',
    says: 'fields works on every first-level attribute, in lists and of one entity',
    shown: query('T26 fields works on every attribute, in lists too'),
  },
  {
    id: 'T27',
    level: 'M',
    says: 'fields=none shows id, href and @type',
    shown: query('T27 fields=none shows id, href and type'),
  },
  {
    id: 'T28',
    level: 'S',
    says: 'names in fields that nothing has are passed over',
    shown: query('T28 fields that nothing has are passed over'),
  },
  {
    id: 'T29',
    level: 'O',
    says: 'dotted names in fields select inside objects and elements',
    shown: query('T29 dotted fields select inside objects and elements'),
  },
  {
    id: 'T30',
    level: 'S',
    says: 'fields works on the answers of POST and PATCH',
    shown: query('T30 fields slims the answers of POST and PATCH'),
  },
  {
    id: 'T31',
    level: 'O',
    says: 'fields with a condition selects elements of an array',
    shown: query('T31 fields with a condition shows the elements that meet it'),
    decided: 'served: one condition after a name',
  },
  {
    id: 'T32',
    level: 'M',
    says: 'fields does not limit what filters see',
    shown: query('T32 fields does not limit what filters see'),
  },
  {
    id: 'T33',
    level: 'M',
    says: 'nothing found is 200 and an empty list',
    shown: query('T33 nothing found is 200 and an empty list'),
  },
  {
    id: 'T34',
    level: 'M',
    says: 'attributes are compared for equality, and all must be',
    shown: query('T34 attributes are compared for equality, and all must be'),
  },
  {
    id: 'T35',
    level: 'M',
    says: 'a comma says or',
    shown: query('T35 T36 T37 alternatives: by comma, by the same parameter again, by semicolon'),
  },
  {
    id: 'T36',
    level: 'M',
    says: 'the same parameter again says or',
    shown: query('T35 T36 T37 alternatives: by comma, by the same parameter again, by semicolon'),
  },
  {
    id: 'T37',
    level: 'S',
    says: 'a semicolon says or between pairs',
    shown: query('T35 T36 T37 alternatives: by comma, by the same parameter again, by semicolon'),
  },
  {
    id: 'T38',
    level: 'M',
    says: 'a dotted path leads into objects',
    shown: query('T38 a dotted path leads into objects'),
  },
  {
    id: 'T39',
    level: 'M',
    says: 'a dotted path leads into arrays, each parameter to any element',
    shown: query('T39 a dotted path leads into arrays, each parameter to any element'),
  },
  {
    id: 'T40',
    level: 'M',
    says: '.eq .gt .gte .lt .lte compare',
    shown: query('T40 T41 operators as suffixes, and as signs'),
  },
  {
    id: 'T41',
    level: 'S',
    says: 'the same operators as signs in the name',
    shown: query('T40 T41 operators as suffixes, and as signs'),
  },
  {
    id: 'T42',
    level: 'S',
    says: '.regex, *= and =~ match regular expressions',
    shown: query('T42 regular expressions, by suffix and by sign'),
  },
  {
    id: 'T43',
    level: 'M',
    says: 'what cannot be read is 400, and a pattern is bounded in time',
    shown: query('T43 an expression that is none is 400, and none runs away'),
  },
  {
    id: 'T44',
    level: 'S',
    says: 'dates are compared as instants; a value that is none is 400',
    shown: query('T44 T45 dates are compared as instants, quotes around them are read over, and others are refused'),
  },
  {
    id: 'T45',
    level: 'S',
    says: 'quotes around dates are read over',
    shown: query('T44 T45 dates are compared as instants, quotes around them are read over, and others are refused'),
  },
  {
    id: 'T46',
    level: 'M',
    says: 'values are compared in the type of the attribute, enumerations case by case',
    shown: query('T46 values are compared in the type of the attribute'),
  },
  {
    id: 'T47',
    level: 'M',
    says: 'a name that nothing has does not find everything',
    shown: query('T47 what nothing has is refused, what something may have finds nothing'),
    decided: '400 for a name that neither the standard nor anything in the store has, else what is found',
  },
  {
    id: 'T48',
    level: 'M',
    says: 'percent-encoding is decoded, plus is a space, a comma can be escaped',
    shown: query('T48 all that is percent-encoded is decoded, plus is a space, and a backslash escapes'),
    decided: 'a backslash escapes a comma',
  },
  {
    id: 'T49',
    level: 'M',
    says: 'id is an attribute like others, with several values too',
    shown: query('T49 id is an attribute like others'),
  },
  {
    id: 'T50',
    level: 'S',
    says: '@type is an attribute, and a base type finds its subtypes',
    shown: query('T50 a type is found by itself and by its base type'),
  },
  {
    id: 'T51',
    level: 'M',
    says: 'reserved names are no attributes in their bare form',
    shown: query('T51 reserved names are no attributes, unless an operator says so'),
  },
  {
    id: 'T52',
    level: 'M',
    says: 'paths like those of prototypes do no harm',
    shown: [
      ...query('T52 paths of prototypes find nothing and do no harm'),
      ...by(
        'api/bodies.test.ts',
        'asked for as %s, it finds nothing or is refused',
        'nothing of it reaches the objects of the agent',
      ),
    ],
  },
];
