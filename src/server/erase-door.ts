import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { CaseRoom } from '../cases/index.ts';
import { citizenIdFault, usccFault } from '../codes/index.ts';
import { RequestProblem } from './body.ts';

const Order = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('person'), key: z.string().refine((text) => !citizenIdFault(text)), dryRun: z.boolean() }),
  z.strictObject({ kind: z.literal('enterprise'), key: z.string().refine((text) => !usccFault(text)), dryRun: z.boolean() }),
]);

/** For the CLI: erases what the hall keeps of somebody. */
export function addErase(doors: FastifyInstance, cases: CaseRoom): void {
  doors.post('/run/erase', async (request) => {
    const { success, data } = Order.safeParse(request.body);
    if (!success) throw new RequestProblem(400, 'kind must be person or enterprise, key its number, dryRun true or false');
    const { dryRun, ...subject } = data;
    return cases.erase({ subject, dryRun });
  });
}
