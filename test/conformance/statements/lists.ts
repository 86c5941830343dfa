/** Statements about JSONPath filters, order and pages. */
import { over, type Statement } from './statement.ts';

const lists = over('lists');

export const listsStatements: readonly Statement[] = [
  {
    id: 'T53',
    level: 'M',
    says: 'a filter rooted at the collection',
    shown: lists('T53 a filter asks of the entities'),
  },
  {
    id: 'T54',
    level: 'M',
    says: 'a filter on an array finds entities with such an element, $. and a dot left out',
    shown: lists('T54 a filter on an array finds the entities that have such an element'),
  },
  {
    id: 'T55',
    level: 'M',
    says: 'conditions in one pair of brackets hold for one element',
    shown: lists('T55 conditions in one pair of brackets hold for one element'),
  },
  {
    id: 'T56',
    level: 'S',
    says: 'comparisons, and, or, not, parentheses',
    shown: lists('T56 comparisons, and, or, not and parentheses'),
  },
  {
    id: 'T57',
    level: 'S',
    says: 'a filter inside a filter',
    shown: lists('T57 a filter in a filter asks of the elements of an array'),
  },
  {
    id: 'T58',
    level: 'M',
    says: 'a filter that cannot be read is 400',
    shown: lists('T58 a filter that cannot be read is 400, with the place in it'),
  },
  {
    id: 'T59',
    level: 'M',
    says: 'a filter goes together with attributes, sort, fields and paging',
    shown: lists('T59 a filter goes together with attributes, order, fields and pages'),
  },
  {
    id: 'T60',
    level: 'M',
    says: 'scripts are never run, and the length is bounded',
    shown: lists('T60 a filter is never run as a script, and is bounded'),
  },
  {
    id: 'T61',
    level: 'O',
    says: 'functions, slices and descent',
    shown: lists('T61 functions, slices and descent are refused, not passed over'),
    decided: 'refused with 400 or 501',
  },
  {
    id: 'T62',
    level: 'M',
    says: 'sort by several attributes, up and down',
    shown: lists('T62 T63 order by several attributes, either way, dotted, and what is missing last'),
  },
  {
    id: 'T63',
    level: 'S',
    says: 'sort by dotted names; missing values, unknown names',
    shown: lists('T62 T63 order by several attributes, either way, dotted, and what is missing last'),
    decided: 'missing values are last in both directions; an unknown name is 400',
  },
  {
    id: 'T64',
    level: 'M',
    says: 'the order is total',
    shown: lists('T64 equal ones have an order too, so a walk over pages sees each once'),
    decided: 'equal ones stand in the order in which they were made',
  },
  { id: 'T65', level: 'M', says: 'offset and limit', shown: lists('T65 a page is counted by offset and limit') },
  {
    id: 'T66',
    level: 'M',
    says: 'without paging all is shown, with 200',
    shown: lists('T66 T67 all of it is 200, a part of it 206'),
  },
  {
    id: 'T67',
    level: 'S',
    says: 'a page that is less than the whole is 206',
    shown: lists('T66 T67 all of it is 200, a part of it 206'),
    decided:
      '206 when `limit`, `offset`, `Range` or a cursor asked for a part and less than the whole is shown, else 200',
  },
  {
    id: 'T68',
    level: 'S',
    says: 'Link leads to self, first, prev, next and last, with all other parameters',
    shown: lists('T68 T69 links lead to the other pages, with all else that was asked'),
  },
  {
    id: 'T69',
    level: 'S',
    says: 'no next on the last page, no prev on the first',
    shown: lists('T68 T69 links lead to the other pages, with all else that was asked'),
  },
  {
    id: 'T70',
    level: 'M',
    says: 'an offset past the end',
    shown: lists('T70 past the end there is an empty page'),
    decided: '200 and an empty list',
  },
  {
    id: 'T71',
    level: 'M',
    says: 'counts that are none are 400; a limit above the longest page',
    shown: lists('T71 what is no count is refused, and a count beyond the longest page is cut'),
    decided: 'a limit above 10,000 is cut, and Link shows it',
  },
  {
    id: 'T72',
    level: 'O',
    says: 'Content-Range tells which part it is, Range asks for one',
    shown: lists('T72 a part of the list may be asked for by Range, and Content-Range tells which it is'),
    decided: 'both: `Range: items=0-19` and `Content-Range: items 0-19/42`',
  },
  {
    id: 'T73',
    level: 'S',
    says: 'cursors lead forth and back, or are refused',
    shown: lists('T73 cursors lead on from where a page ended, both ways, and are never passed over'),
    decided: 'served in all four APIs; a cursor that was not given out for this order is 400',
  },
];
