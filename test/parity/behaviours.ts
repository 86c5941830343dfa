/** What Diffo's own tests hold it to, and the tests that hold us to it or to what is better. */
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
  party,
  place,
  presented,
  type Shown,
  sharedApi,
  specification,
  states,
  walk,
} from './shown.ts';

export interface Behaviour {
  readonly nr: number;
  readonly about: string;
  readonly shown: readonly Shown[];
  /** Where we do otherwise on purpose: what we do. */
  readonly differs?: string;
}

export const behaviours: readonly Behaviour[] = [
  {
    nr: 1,
    about: 'a specification by its name alone',
    shown: specification('given only a name, when made, then it is of services, 1.0.0, for TMF 4, with a new id'),
  },
  {
    nr: 2,
    about: 'its href is that of the catalogue of its type',
    shown: sharedApi('given type resourceSpecification, then its href is that of the resource catalogue'),
  },
  {
    nr: 3,
    about: 'a specification that cannot be is refused',
    shown: [
      ...among(
        'api/shared.test.ts',
        'given %s, when posted, then it is refused with its place',
        'no name',
        'a name that is not lower camel',
        'an id that is a uuid of another version',
        'an unknown type',
      ),
      ...specification('given one of the same name and major version of the other type, when made, then it is refused'),
    ],
  },
  {
    nr: 4,
    about: 'made again without a category keeps it',
    shown: specification(
      'given a name and major version that are there, when made again, then what is not said stays and what is said is added',
    ),
  },
  {
    nr: 5,
    about: 'made again with a category adds it',
    shown: specification(
      'given a name and major version that are there, when made again, then what is not said stays and what is said is added',
    ),
  },
  {
    nr: 6,
    about: 'patch, minor, patch',
    shown: specification(
      'given 1.0.0, when the patch, the minor and the patch version go on, then 1.0.1, 1.1.0 and 1.1.1',
    ),
  },
  {
    nr: 7,
    about: 'listed by name, the highest major version first',
    shown: specification('given several, when listed, then by name, and of one name the highest major version first'),
  },
  {
    nr: 8,
    about: 'the latest of a name',
    shown: specification(
      'given three major versions, when the latest of the name is asked for, then the third, and never one of a longer name',
    ),
    differs: 'exactly the name, not any that holds it',
  },
  {
    nr: 9,
    about: 'deleted only when nobody uses it',
    shown: specification(
      'given an instance that uses it, when deleted, then it is refused and names who; once that is gone, it goes',
    ),
  },
  {
    nr: 10,
    about: 'a minor version is nothing outstanding',
    shown: sharedApi(
      'given an expectation of a name and major version, when held against it, then a minor version is nothing outstanding',
    ),
  },
  {
    nr: 11,
    about: 'either of two major versions',
    shown: [
      ...sharedApi(
        'given an expectation of a name and major version, when held against it, then a minor version is nothing outstanding',
      ),
      ...by('core/operators.test.ts', 'composites give back what is left of them, all else the whole operator'),
    ],
  },
  {
    nr: 12,
    about: 'a service without a name is initial',
    shown: build('given a service without name and state, then it is initial, with all that its kind gives'),
  },
  {
    nr: 13,
    about: 'an id that is given is used',
    shown: [
      ...build('given an id, then it has that; given the id of another, then it is refused'),
      ...by('api/tmf.test.ts', 'a client may choose the id, once, and only one that can stand in an address'),
    ],
    differs: 'any id that can stand in an address, not uuids alone',
  },
  {
    nr: 14,
    about: 'an id that is there',
    shown: build('given an id, then it has that; given the id of another, then it is refused'),
    differs: 'refused: a second create never overwrites the first; a PATCH changes it',
  },
  {
    nr: 15,
    about: 'names of instances',
    shown: build(
      'given two without a name, then both are allowed; given the same name twice in a kind, then the second is refused',
    ),
    differs: 'any name; once within a kind, as an expectation may name it so',
  },
  {
    nr: 16,
    about: 'an unknown specification',
    shown: specification(
      'given one nobody knows, when the instance is written, then there is a record of what it says',
    ),
    differs: 'accepted, as TMF has it; the instance is of no kind and the catalogue tells what it names',
  },
  {
    nr: 17,
    about: 'a specification of the wrong type is refused',
    shown: build('given a resource specification, when a service is made with it, then it is refused, and the reverse'),
  },
  {
    nr: 18,
    about: 'the specification decides what is made',
    shown: documents(
      'given a specification of resources in the catalogue alone, then a resource of it is made, and no service',
    ),
  },
  {
    nr: 19,
    about: 'two features or characteristics of one name are refused',
    shown: build('given two features or characteristics of the same name, then it is refused'),
  },
  {
    nr: 20,
    about: 'expected instances',
    shown: by('api/tmf.test.ts', 'becomes an expectation when written, merged into one; the recorded part is applied'),
    differs: 'what is expected is an expectation, with its own owner, mode and verdict',
  },
  {
    nr: 21,
    about: 'moved to the next major version',
    shown: changes(
      'given major 2 of the name, then it is of that kind, has what that gives, and keeps what it had',
      'given values that do not fit there, another name, another type, a frozen or an unknown one, then it is refused',
    ),
  },
  {
    nr: 22,
    about: 'two notes',
    shown: changes('given two notes one after another, then both are there, each with a date and an id of its own'),
  },
  {
    nr: 23,
    about: 'cancelled at once',
    shown: changes('given initial, when cancelled, then unknown and ended; when terminated, then it is refused'),
  },
  {
    nr: 24,
    about: 'a feasibility check and its finding',
    shown: [
      ...changes('given a feasibility check, then its finding; given a step of the kind, then its own'),
      ...states('that is checked says what was found, or nothing'),
    ],
  },
  { nr: 25, about: 'activated', shown: states('that is %s can be activated') },
  {
    nr: 26,
    about: 'terminated',
    shown: changes(
      'given active, then starting and started; running stays active; suspended is limited; terminated has both dates',
    ),
  },
  { nr: 27, about: 'suspended', shown: states('that is suspended is limited, and says so unless told otherwise') },
  {
    nr: 28,
    about: 'running stays active',
    shown: changes(
      'given active, then starting and started; running stays active; suspended is limited; terminated has both dates',
    ),
  },
  {
    nr: 29,
    about: 'a step that does not begin here is refused',
    shown: states('is refused a step that does not begin where it is, and hears what does'),
  },
  {
    nr: 30,
    about: 'a child with id and href',
    shown: documents(
      'given a parent that bestows on a child, when shown, then the child is there with its id and href',
    ),
  },
  {
    nr: 31,
    about: 'an alias supports',
    shown: documents(
      'given the alias primary, then the child supports the parent under its real id, the alias beside it',
    ),
    differs: 'the id is that of what supports; the alias stands beside it',
  },
  {
    nr: 32,
    about: 'by the type of the target',
    shown: documents('given a service and a resource that relate to each other, then each lists the other by its type'),
  },
  {
    nr: 33,
    about: 'relationships in order',
    shown: by(
      'model/order.test.ts',
      'given aliased relationships out of order, then by alias, those without one behind by their type (33)',
    ),
  },
  {
    nr: 34,
    about: 'features and characteristics in order',
    shown: by(
      'model/order.test.ts',
      'given features and characteristics out of order, then by name, nested ones too (34)',
    ),
  },
  {
    nr: 35,
    about: 'dates of a service',
    shown: documents('given a service that is cancelled, active or terminated, then it shows the dates that it has'),
  },
  {
    nr: 36,
    about: 'axes of a resource',
    shown: documents('given a resource with all axes, then each has its key, and there is no state of a service'),
  },
  {
    nr: 37,
    about: 'the newest status first',
    shown: changes(
      'given process statuses, then the newest is first; without code, severity or message, then it is refused',
    ),
  },
  {
    nr: 38,
    about: 'the owner of an external identifier',
    shown: documents(
      'given an external identifier with an owner, then the owner is its id; without one, the key is absent',
    ),
  },
  {
    nr: 39,
    about: 'what is not there is not shown',
    shown: documents('given members that are null, then their keys are absent'),
  },
  {
    nr: 40,
    about: 'a card with nothing defined',
    shown: build('given a card with nothing defined, then it has an empty value and its pool'),
    differs: 'the bounds are those that the kind declares',
  },
  { nr: 41, about: 'a feature is disabled', shown: changes('are enabled and not, and their characteristics defined') },
  {
    nr: 42,
    about: 'a second characteristic of a name in a feature is refused',
    shown: changes('given an unknown one, or a value that does not fit, or one name twice, then it is refused'),
  },
  {
    nr: 43,
    about: 'a feature is taken away',
    shown: edges(
      'given a feature of its own, when taken out of its document, then it is gone with its characteristics',
    ),
    differs: 'it stands in the document: nothing needs to be unrelated first, nothing is orphaned',
  },
  {
    nr: 44,
    about: 'a value or a list',
    shown: by('model/values.test.ts', 'becomes a list and one again where the schema allows both'),
    differs: 'there is one value, which the schema may let be a list',
  },
  {
    nr: 45,
    about: 'a value becomes a list and one again',
    shown: by('model/values.test.ts', 'becomes a list and one again where the schema allows both'),
  },
  {
    nr: 46,
    about: 'every value comes back as it was',
    shown: [
      ...changes('keeps %s as it is, whatever stood there before'),
      ...by('tmf/graph.test.ts', 'whatever a client sends comes back from the graph as it was'),
      ...by('tmf/codec.test.ts', 'what was shown can be created again and is the same'),
    ],
  },
  {
    nr: 47,
    about: 'outstanding of a characteristic',
    shown: expectations(
      'given port 1 expected, then of port 3 the value is outstanding, of pair 1 the name, of nothing both',
    ),
  },
  {
    nr: 48,
    about: 'a characteristic is taken away',
    shown: edges(
      'given a characteristic of its own, when taken out of its document, then it is gone and the others stay',
    ),
    differs: 'as with features',
  },
  {
    nr: 49,
    about: 'the href of a target',
    shown: by('api/tmf.test.ts', 'a reference follows its target when it comes and goes'),
    differs: 'made when it is shown, so it follows its target',
  },
  {
    nr: 50,
    about: 'services and resources apart',
    shown: documents('given a service and a resource that relate to each other, then each lists the other by its type'),
  },
  {
    nr: 51,
    about: 'another alias',
    shown: changes('given another alias by a patch, then its type is kept and it is checked anew'),
  },
  {
    nr: 52,
    about: 'a relationship with characteristics is taken away',
    shown: edges(
      'given a relationship with characteristics, when taken away, then it goes with them, and from both ends',
    ),
    differs: 'they go with it',
  },
  {
    nr: 53,
    about: 'an instance that others relate to',
    shown: changes(
      'given relationships to it, then it is refused and names them; after they are gone, then ok',
      'takes its own relationships along, and goes freely where no kind is in it',
    ),
    differs: 'only what others rely on holds it; its own go with it',
  },
  {
    nr: 54,
    about: 'a relationship without characteristics is met by one with',
    shown: expectations(
      'given a relationship expected by type, alias and target alone, then one with characteristics meets it',
    ),
  },
  {
    nr: 55,
    about: 'a relationship with a value comes back',
    shown: changes(
      'makes a relationship found from both ends; with an alias its target is listed as supporting',
      'again with the same type and alias sets its characteristics',
    ),
    differs: 'there is one sort of relationship, and it is shown',
  },
  {
    nr: 56,
    about: 'what a reference refers to',
    shown: party('given a reference, then it says to what; given none, then there is nothing to refer to'),
  },
  {
    nr: 57,
    about: 'an href ends with the id',
    shown: party('given an href, then it ends with the id; its own is not kept'),
  },
  {
    nr: 58,
    about: 'made again keeps and adds',
    shown: party(
      'given an id that is there, when made again, then what is not said stays, what is said is added, what is null goes',
    ),
  },
  {
    nr: 59,
    about: 'an id never changes, a role may',
    shown: [
      ...party('given a change of its id or of what it is, then it is refused; a reference may come to be known'),
      ...edges(
        'given a reference with a role, then the role may become another or none, and is still found from both ends',
      ),
    ],
  },
  {
    nr: 60,
    about: 'whom others refer to is not deleted',
    shown: [
      ...party(
        'given somebody who refers to it, when deleted, then refused; once nobody does, it goes',
        'given an external identifier that it owns, when deleted, then refused',
      ),
      ...place('given somebody at it, when deleted, then refused'),
    ],
  },
  {
    nr: 61,
    about: 'two geometries, or one on what is no location',
    shown: place(
      'given two geometries, one of another type than said, or one on what is no location, then it is refused',
    ),
  },
  {
    nr: 62,
    about: 'a location needs a geometry',
    shown: place('given a location without a geometry, then it is refused, at its making and later'),
  },
  {
    nr: 63,
    about: 'an unknown type of party or place',
    shown: party('given a type that nobody knows, when made, then it is refused and those there are are named'),
  },
  {
    nr: 64,
    about: 'a site is a site to every reader',
    shown: place('given a kind of site of the profile, then it is a site with characteristics, and has an address too'),
  },
  {
    nr: 65,
    about: 'the address of a site',
    shown: place('given a site, when read, then its address is there as a record, as nothing, or as what is not known'),
  },
  {
    nr: 66,
    about: 'references from either end',
    shown: sharedApi(
      'given references from instances, parties and places, then they are listed from either end, by role',
    ),
  },
  {
    nr: 67,
    about: 'an unknown source',
    shown: sharedApi(
      'given references from instances, parties and places, then they are listed from either end, by role',
    ),
    differs: 'a reference stands in the document of its source, so there is no other',
  },
  {
    nr: 68,
    about: 'who serves a position',
    shown: geo(
      'given a position in an allowed and in no blocked area, then it is served',
      'given a position in both, then it is blocked',
      'given a position in neither, then it is out of the footprint',
    ),
  },
  {
    nr: 69,
    about: 'within a distance',
    shown: geo('given places at known distances, when the near ones are asked for, then only these, the nearest first'),
  },
  {
    nr: 70,
    about: 'an external identifier says something',
    shown: changes(
      'given an external identifier without type, id and owner, then it is refused, made or changed to that',
    ),
  },
  {
    nr: 71,
    about: 'notes without an id',
    shown: changes('given two notes one after another, then both are there, each with a date and an id of its own'),
    differs: 'each is given one',
  },
  {
    nr: 72,
    about: 'what a status must say',
    shown: [
      ...changes(
        'given process statuses, then the newest is first; without code, severity or message, then it is refused',
      ),
      ...edges('given a process status, then what it says in parameters may be none'),
    ],
  },
  {
    nr: 73,
    about: 'an event with what was',
    shown: by('tmf/event.test.ts', 'create and delete carry the whole entity'),
    differs: 'fired by every change, without being asked',
  },
  {
    nr: 74,
    about: 'events one after the other',
    shown: by('contracts/store.ts', 'the changes of one id are told newest first, over its lives'),
  },
  {
    nr: 75,
    about: 'how few and how many',
    shown: build(
      'given roles that are not declared, or too few or too many in one, then it is refused; else it is made',
    ),
    differs: 'places too, and one means one',
  },
  {
    nr: 76,
    about: 'an unknown field or a wrong type',
    shown: changes('given an unknown field or a wrong type, then it is refused with its place'),
  },
  {
    nr: 77,
    about: 'no numbers in some states',
    shown: assign('no resource that is %s', 'no service that is %s'),
  },
  {
    nr: 78,
    about: 'two numbers, lowest first',
    shown: [
      ...presented(
        'given numbers handed out to services and resources, then each stands as assignedTo with its thing (78)',
      ),
      ...assign('takes the lowest, one after another, and the value that is asked for'),
    ],
  },
  {
    nr: 79,
    about: 'a number twice, and given back',
    shown: [
      ...changes('are handed out lowest first, known by alias, and taken back'),
      ...assign('takes back the row, the element, the support, and one from the count'),
      ...by('contracts/model-store.ts', 'a number is found by its owner and by its assignee, and is handed out once'),
    ],
  },
  {
    nr: 80,
    about: 'none permitted',
    shown: build('given source none or target none, or another alias, then it is refused naming that end'),
    differs: 'on create too',
  },
  {
    nr: 81,
    about: 'an inherited place',
    shown: presented(
      'given a card assigned under alias primary with a location, then the place has the role primary, and no reference is kept (81)',
    ),
  },
  {
    nr: 82,
    about: 'a role that is not declared there',
    shown: presented(
      'given the card lacks that role, then one unknown and no JSON; given no assignment, then none (82)',
    ),
  },
  {
    nr: 83,
    about: 'nothing derived, nothing shown',
    shown: presented(
      'given nothing derived, then the own document is shown, nothing is read, and what is wanted is kept',
    ),
    differs: 'what is declared is always shown; nothing has to be loaded',
  },
  {
    nr: 84,
    about: 'the first and the last of several',
    shown: presented(
      'given two cards, then both values in order of creation; collapsed the first or the last; given none, absent (84, 85)',
    ),
  },
  {
    nr: 85,
    about: 'under another name',
    shown: presented(
      'given two cards, then both values in order of creation; collapsed the first or the last; given none, absent (84, 85)',
    ),
  },
  {
    nr: 86,
    about: 'a mixed chain of five hops',
    shown: walk('given a five-hop mixed chain, when walked, then every end once even when reached twice (86)'),
  },
  {
    nr: 87,
    about: 'both sorts of relationships',
    shown: walk('given a relationship hop, then it follows by type, by alias and by both (87)'),
  },
  {
    nr: 88,
    about: 'malformed declarations',
    shown: [
      ...by('profile/broken.test.ts', 'there are enough of them'),
      ...mistakes('specification-id', 'specification-name', 'specification-negative', 'specification-tmf'),
      ...mistakes('characteristic-twice', 'feature-twice', 'feature-characteristic-twice', 'pool-twice'),
      ...mistakes('party-twice', 'place-twice', 'party-type', 'place-type', 'relationship-empty', 'relationship-word'),
      ...mistakes('via-text', 'via-hop-number', 'via-mechanism', 'via-alias-empty', 'via-relationship'),
      ...mistakes('inherited-collapse'),
    ],
    differs: 'when a profile is read, each with its line',
  },
  {
    nr: 89,
    about: 'a minor version shows everywhere',
    shown: presented(
      'given two instances, when the specification is moved on, then both show it, and an echo keeps what they had (89)',
    ),
  },
  { nr: 90, about: 'all moved to version 2', shown: changes('given all moved, then none is found by the old kind') },
  {
    nr: 91,
    about: 'a float and an integer',
    shown: expectations(
      'given a fraction expected that is whole, then the whole number meets it; another one is the value alone',
    ),
    differs: '4.0 is met by 4, as in JSON',
  },
  {
    nr: 92,
    about: 'the name of a function that is unmet',
    shown: by(
      'core/operators.test.ts',
      'for comparison with Diffo an operator can answer with the name of its function',
    ),
    differs: 'the residual is again an expectation; the name on demand',
  },
  {
    nr: 93,
    about: 'an unknown type of value',
    shown: by(
      'model/values.test.ts',
      'that does not fit is refused with what would, in its unit, and its place',
      'that fits is taken, and so is none',
    ),
    differs: 'values are held against the schema of their characteristic',
  },
];
