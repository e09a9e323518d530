import type { Contract } from './contract.ts';

/** A contract to begin with where the agency has none that a machine could read: one question by number, one record. */
export const blankContract = (title: string): Contract => ({
  kind: 'blank',
  title,
  endpoints: [],
  operations: [
    {
      name: 'record',
      description: 'A record by its number',
      place: '#',
      inputs: [
        {
          wire: 'number',
          shape: { kind: 'scalar', scalar: 'text' },
          required: true,
          nullable: false,
          place: 'path',
          description: 'Number of the record',
        },
      ],
      reply: {
        kind: 'object',
        name: 'Record',
        description: 'A record of the agency',
        lacks: [],
        fields: [
          {
            wire: 'number',
            shape: { kind: 'scalar', scalar: 'text' },
            required: true,
            nullable: false,
            description: 'Number of the record',
          },
          { wire: 'name', shape: { kind: 'scalar', scalar: 'text' }, required: false, nullable: true, description: 'Name' },
        ],
      },
      credentials: [{ kind: 'bearer', id: 'agency' }],
      way: { kind: 'rest', method: 'GET', path: '/records/{number}', accept: 'application/json', absentBy404: true },
      endpoint: 0,
    },
  ],
  leftOut: [],
  notes: ['Everything here is a beginning: put in the path, the fields and the credentials that the agency really has.'],
});
