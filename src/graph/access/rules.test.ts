import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { accessRules, adviceSections } from './index.ts';

const BASE = `
  directive @access(rule: AccessRule!, advice: Boolean = false) on OBJECT | FIELD_DEFINITION
  directive @subject(key: String!) on OBJECT
  enum AccessRule { SIGNED_IN OPEN SESSION RECORD CASE }
  interface AgencyRecord { provenance: String! }
  type Query @access(rule: SIGNED_IN) { person: Person }
  type Person @subject(key: "id") { id: ID! @access(rule: SIGNED_IN) home: Home @access(rule: SESSION) job: Job @access(rule: SESSION, advice: true) }
  type Home implements AgencyRecord { provenance: String! rooms: [Room!]! owner: Person }
  type Room { size: Int }
  type Job implements AgencyRecord { provenance: String! title: String }`;

describe('T19: a field for which no rule is stated', () => {
  it('ends the start, by name', () => {
    const forgotten = BASE.replace('home: Home @access(rule: SESSION)', 'home: Home, salary: Int');
    expect(() => accessRules(buildSchema(forgotten))).toThrow(/no access rule for Person\.home, Person\.salary: add @access/);
    expect(() => accessRules(buildSchema(`${BASE} extend type Query { rate: Rate } type Rate { day: String }`))).toThrow(/Rate\.day/);
  });

  it('needs none inside a record, up to where another subject begins', () => {
    const rules = accessRules(buildSchema(BASE));
    expect(rules.get('Room.size')).toBe('RECORD');
    expect(rules.get('Home.owner')).toBe('RECORD');
    expect(rules.get('Person.home')).toBe('SESSION');
  });
});

it('sections that advice may show are those that say so', () => {
  expect([...adviceSections(buildSchema(BASE))]).toEqual(['Person.job']);
});
