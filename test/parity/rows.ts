/** Each capability of Diffo 0.9, and the tests that show it here; of those left out, why. */
import {
  among,
  assign,
  build,
  by,
  changes,
  documents,
  edges,
  expectations,
  geo,
  mistakes,
  modelApi,
  party,
  place,
  presented,
  type Shown,
  sharedApi,
  specification,
  states,
  walk,
} from './shown.ts';

export interface Row {
  readonly row: number;
  readonly capability: string;
  readonly shown: readonly Shown[];
  /** What of it is not here, and why. */
  readonly left?: string;
}

const madeByName = specification(
  'given only a name, when made, then it is of services, 1.0.0, for TMF 4, with a new id',
);
const upserted = specification(
  'given a name and major version that are there, when made again, then what is not said stays and what is said is added',
);
const bumped = specification(
  'given 1.0.0, when the patch, the minor and the patch version go on, then 1.0.1, 1.1.0 and 1.1.1',
);
const specDeleted = specification(
  'given an instance that uses it, when deleted, then it is refused and names who; once that is gone, it goes',
);
const roles = build(
  'given roles that are not declared, or too few or too many in one, then it is refused; else it is made',
);
const story = by(
  'agent/olt-shelf.test.ts',
  'two subscribers are provisioned on the shelf through POST alone, and a client that only knows TMF reads it back',
);
const versions = by(
  'agent/shared.test.ts',
  'given two versions of a kind, then a minor version shows on every instance at once, and all can be moved to the next major',
);
const inherited = presented(
  'given a card assigned under alias primary with a location, then the place has the role primary, and no reference is kept (81)',
  'given two cards, then both values in order of creation; collapsed the first or the last; given none, absent (84, 85)',
);

export const rows: readonly Row[] = [
  { row: 1, capability: 'specifications with an id, a name and a type', shown: madeByName },
  { row: 2, capability: 'made again by name and major version, keeping what is not said', shown: upserted },
  { row: 3, capability: 'version, href, next minor, next patch', shown: bumped },
  {
    row: 4,
    capability: 'described, categorised, found, the latest exactly by name',
    shown: [
      ...sharedApi('given a bump, a freeze and a description, then each is told at once'),
      ...specification(
        'given three major versions, when the latest of the name is asked for, then the third, and never one of a longer name',
      ),
    ],
  },
  { row: 5, capability: 'a specification in use is not deleted', shown: specDeleted },
  { row: 6, capability: 'services and resources of no kind', shown: modelApi('of no kind is as free as ever') },
  {
    row: 7,
    capability: 'the specification says what is made',
    shown: documents('given a kind of resources by its name alone, when made, then it is a resource'),
  },
  {
    row: 8,
    capability: 'one instance per id, one per name within a kind',
    shown: build(
      'given an id, then it has that; given the id of another, then it is refused',
      'given two without a name, then both are allowed; given the same name twice in a kind, then the second is refused',
    ),
  },
  {
    row: 9,
    capability: 'a specification of the wrong type is refused',
    shown: build('given a resource specification, when a service is made with it, then it is refused, and the reverse'),
  },
  {
    row: 10,
    capability: 'expected and actual',
    shown: by('api/tmf.test.ts', 'becomes an expectation when written, merged into one; the recorded part is applied'),
    left: 'no flag on instances: what is expected is an expectation',
  },
  {
    row: 11,
    capability: 'the twin of an actual instance that says what is expected',
    shown: by(
      'core/outstanding.test.ts',
      'of a broadband service that is down, slow and homeless, just that is outstanding',
    ),
    left: 'Diffo took its twins away; an expectation names its instance',
  },
  {
    row: 12,
    capability: 'renamed, moved to another specification, annotated',
    shown: changes(
      'means one instance of a kind',
      'given major 2 of the name, then it is of that kind, has what that gives, and keeps what it had',
      'given two notes one after another, then both are there, each with a date and an id of its own',
    ),
  },
  {
    row: 13,
    capability: 'the states of a service, and how it does',
    shown: states('law: a step leads where the table says or is refused, and a refusal names every way out'),
  },
  {
    row: 14,
    capability: 'the words for how a service does',
    shown: states('every kept word is shown as one that TMF has', 'is refused words that there are none of'),
  },
  {
    row: 15,
    capability: 'start and end are stamped',
    shown: documents('given a service that is cancelled, active or terminated, then it shows the dates that it has'),
  },
  { row: 16, capability: 'further steps of a kind', shown: states('come beside those of every service') },
  {
    row: 17,
    capability: 'six axes of a resource',
    shown: [
      ...documents('given a resource with all axes, then each has its key, and there is no state of a service'),
      ...by('model/resource-axes.test.ts', 'what has settled breaks no rule, and settles as it is'),
    ],
  },
  {
    row: 18,
    capability: 'features with characteristics',
    shown: changes('are enabled and not, and their characteristics defined'),
  },
  {
    row: 19,
    capability: 'a value, a list, and one made the other',
    shown: by('model/values.test.ts', 'becomes a list and one again where the schema allows both'),
  },
  {
    row: 20,
    capability: 'characteristics with a type of their own',
    shown: by('model/values.test.ts', 'that does not fit is refused with what would, in its unit, and its place'),
  },
  {
    row: 21,
    capability: 'a name once per owner',
    shown: build('given two features or characteristics of the same name, then it is refused'),
  },
  {
    row: 22,
    capability: 'relationships with type, alias and characteristics',
    shown: changes(
      'makes a relationship found from both ends; with an alias its target is listed as supporting',
      'again with the same type and alias sets its characteristics',
    ),
  },
  {
    row: 23,
    capability: 'relationships defined once, shown like the others',
    shown: edges(
      'given a relationship with characteristics, when taken away, then it goes with them, and from both ends',
    ),
  },
  {
    row: 24,
    capability: 'numbers that are handed out as relationships',
    shown: presented(
      'given numbers handed out to services and resources, then each stands as assignedTo with its thing (78)',
    ),
  },
  {
    row: 25,
    capability: 'relationships by the type of their target',
    shown: documents('given a service and a resource that relate to each other, then each lists the other by its type'),
  },
  {
    row: 26,
    capability: 'what has an alias is listed as supporting',
    shown: documents(
      'given the alias primary, then the child supports the parent under its real id, the alias beside it',
    ),
  },
  {
    row: 27,
    capability: 'parties: organizations and individuals',
    shown: party('given an organization and an individual, when made, then each has the words of TMF632'),
  },
  {
    row: 28,
    capability: 'places: addresses, sites and locations',
    shown: place(
      'given an address, a site and a location, when made, then each has the words of TMF673, TMF674 and TMF675',
    ),
  },
  {
    row: 29,
    capability: 'references to parties and places from instances, parties and places',
    shown: sharedApi(
      'given references from instances, parties and places, then they are listed from either end, by role',
    ),
  },
  {
    row: 30,
    capability: 'references listed from their source and by their target',
    shown: edges(
      'given a reference with a role, then the role may become another or none, and is still found from both ends',
    ),
  },
  {
    row: 31,
    capability: 'entities of any type',
    shown: party('given an id and any type, when made, then it is kept; without an id or a type it is not'),
  },
  {
    row: 32,
    capability: 'external identifiers with an owner',
    shown: documents(
      'given an external identifier with an owner, then the owner is its id; without one, the key is absent',
    ),
  },
  {
    row: 33,
    capability: 'notes with an author, shown',
    shown: changes('given two notes one after another, then both are there, each with a date and an id of its own'),
  },
  {
    row: 34,
    capability: 'process statuses with a severity',
    shown: changes(
      'given process statuses, then the newest is first; without code, severity or message, then it is refused',
    ),
  },
  {
    row: 35,
    capability: 'events with what was, one after the other',
    shown: [
      ...by('api/hub.test.ts', 'tells what was, although it has moved on since'),
      ...by('contracts/store.ts', 'the changes of one id are told newest first, over its lives'),
    ],
  },
  {
    row: 36,
    capability: 'TMF638 documents',
    shown: modelApi('builds: what the kind gives is in the answer, and the owner shows whom it gave a number'),
  },
  { row: 37, capability: 'TMF639 documents', shown: story },
  {
    row: 38,
    capability: 'references with their types',
    shown: party('given a reference, then it says to what; given none, then there is nothing to refer to'),
  },
  {
    row: 39,
    capability: 'GeoJSON in the manner of TMF675',
    shown: place('given a geometry said in another way, then it is kept in the one way'),
  },
  {
    row: 40,
    capability: 'events as TMF has them',
    shown: by('tmf/event.test.ts', 'create and delete carry the whole entity'),
  },
  { row: 41, capability: 'major versions side by side', shown: versions },
  {
    row: 42,
    capability: 'minor versions and patches in place; frozen versions',
    shown: [...versions, ...build('is neither abstract nor frozen')],
  },
  {
    row: 43,
    capability: 'declared: the specification',
    shown: by('profile/compose.test.ts', 'versions side by side have one name and an id each, which stays what it was'),
  },
  {
    row: 44,
    capability: 'declared: characteristics, features, pools',
    shown: build('given a service without name and state, then it is initial, with all that its kind gives'),
  },
  { row: 45, capability: 'declared: parties, how few and how many', shown: roles },
  {
    row: 46,
    capability: 'declared: places, checked like parties',
    shown: build('given another type than the role asks for, then it is refused, by the store before by the reference'),
  },
  {
    row: 47,
    capability: 'declared: which relationships are permitted',
    shown: build('given source none or target none, or another alias, then it is refused naming that end'),
  },
  {
    row: 48,
    capability: 'all that a kind declares is made with an instance',
    shown: build('given a card with nothing defined, then it has an empty value and its pool'),
  },
  {
    row: 49,
    capability: 'define, relate, assign',
    shown: changes(
      'merges fields into what is there, takes away what is null, and replaces what is no object',
      'makes a relationship found from both ends; with an alias its target is listed as supporting',
      'are handed out lowest first, known by alias, and taken back',
    ),
  },
  {
    row: 50,
    capability: 'the lowest, the highest, any free number',
    shown: by(
      'model/pool.test.ts',
      'at random asks the store few questions, however full the pool is',
      'law: it is in the bounds, free, and the least or the greatest of those; none only when none is',
    ),
  },
  {
    row: 51,
    capability: 'a certain number, given back, by state',
    shown: assign(
      'takes the lowest, one after another, and the value that is asked for',
      'takes back the row, the element, the support, and one from the count',
      'a resource that a driver sees is installed, until it is gone',
    ),
  },
  {
    row: 52,
    capability: 'how many are free and how many are not',
    shown: assign('pools of one thing share its numbers, and each counts those within its bounds'),
  },
  {
    row: 53,
    capability: 'hops forward and back, mixed',
    shown: walk('given a five-hop mixed chain, when walked, then every end once even when reached twice (86)'),
  },
  { row: 54, capability: 'characteristics, places and parties of others', shown: inherited },
  {
    row: 55,
    capability: 'calculated from edges and what they lead to',
    shown: presented('given edges and what they lead to, then their members and paths are characteristics'),
  },
  {
    row: 56,
    capability: 'references made from ids, and why one is unknown',
    shown: presented(
      'given an id that is nothing, leads to a record, or dangles, then absent, the reference, or unknown (65)',
    ),
  },
  {
    row: 57,
    capability: 'what is wrong with a declaration',
    shown: [
      ...by('profile/broken.test.ts', 'there are enough of them'),
      ...mistakes(
        'specification-id',
        'characteristic-twice',
        'feature-twice',
        'pool-twice',
        'party-twice',
        'place-twice',
      ),
      ...mistakes('relationship-empty', 'relationship-word', 'via-text', 'via-hop-number', 'via-mechanism'),
      ...mistakes('via-alias-empty', 'via-relationship', 'inherited-collapse'),
    ],
  },
  {
    row: 58,
    capability: 'kinds can be asked what they declare',
    shown: by('agent/profile.test.ts', 'an instance fits the schema of its kind, and one that is spoilt does not'),
  },
  {
    row: 59,
    capability: 'types of values',
    shown: by('model/values.test.ts', 'that fits is taken, and so is none', '%s takes its own and nothing else'),
  },
  {
    row: 60,
    capability: 'outstanding of each entity',
    shown: [
      ...expectations('given characteristics of an instance, then they meet by name, and the unmet one keeps its name'),
      ...among('core/vectors.test.ts', '%s', 'diffo_specification', 'diffo_feature', 'diffo_characteristic'),
      ...among('core/vectors.test.ts', '%s', 'diffo_reference', 'diffo_entity_ref', 'diffo_external_identifier'),
      ...among('core/vectors.test.ts', '%s', 'diffo_note', 'diffo_process_status', 'diffo_primitive'),
    ],
  },
  {
    row: 61,
    capability: 'functions, patterns, ranges, one of several',
    shown: [
      ...by('core/operators.test.ts', 'for comparison with Diffo an operator can answer with the name of its function'),
      ...among('core/vectors.test.ts', '%s', 'regex', 'range', 'fn1', 'fn2', 'mapset', 'list', 'keyword', 'map'),
    ],
  },
  {
    row: 62,
    capability: 'whole documents compared, features, relationships and references with them',
    shown: by(
      'core/outstanding.test.ts',
      'of a broadband service that is down, slow and homeless, just that is outstanding',
    ),
  },
  {
    row: 63,
    capability: 'labels, edges and names of the graph',
    shown: by(
      'tmf/graph.test.ts',
      'characteristics, features and states stand as Diffo writes them',
      'a pool is assignable and a number that was given an assignment from its owner, as Diffo has them',
    ),
  },
  {
    row: 64,
    capability: 'what others rely on is not deleted',
    shown: changes(
      'given relationships to it, then it is refused and names them; after they are gone, then ok',
      'given numbers of it that others have, then it is refused; its own go back',
    ),
  },
  {
    row: 65,
    capability: 'transactions, taken back when something throws; sandboxed tests',
    shown: by('contracts/store.ts', 'what throws has written nothing and gives its seqs back'),
    left: 'the sandbox: how Diffo tests itself; ours open a store each',
  },
  {
    row: 66,
    capability: 'records of another domain as what they are',
    shown: [],
    left: 'kinds are data, there are no modules to find',
  },
  {
    row: 67,
    capability: 'near, within, inside; who serves a position',
    shown: geo(
      'given places at known distances, when the near ones are asked for, then only these, the nearest first',
      'given a position in an allowed and in no blocked area, then it is served',
    ),
  },
  {
    row: 68,
    capability: 'similarity of vectors, aggregates',
    shown: [],
    left: 'of its data layer; the graph itself answers them',
  },
  { row: 69, capability: 'an installer', shown: [], left: 'of its language; a profile is a file' },
  {
    row: 70,
    capability: 'a loop, stored expectations, events by themselves',
    shown: [
      ...by(
        'reconcile/loop.test.ts',
        'mode enforce puts right what is unmet now and what is changed later, and then rests',
      ),
      ...by('api/hub.test.ts', 'tells each listener of its API, in its version, in order'),
    ],
    left: 'not in Diffo; here from the beginning',
  },
  {
    row: 71,
    capability: 'TMF over HTTP, filters, pages, hub, sync, offline',
    shown: [
      ...by('api/tmf.test.ts', 'walked page by page is the whole list', 'filters see what the version shows'),
      ...by('api/server.test.ts', 'a token is asked for on every path but those of life'),
      ...by('sync/central.test.ts', 'a week offline costs rows, not changes'),
    ],
    left: 'not in Diffo; here from the beginning',
  },
];
