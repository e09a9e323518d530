import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { CaseRoom } from '../cases/index.ts';
import type { ProofPages } from '../trust/index.ts';
import { RequestProblem } from './body.ts';

const place = z.int().min(0);
const Read = z.discriminatedUnion('read', [
  z.strictObject({ read: z.literal('settle') }),
  z.strictObject({ read: z.literal('state') }),
  z.strictObject({ read: z.literal('links'), after: place, upTo: place }),
  z.strictObject({ read: z.literal('erasures'), after: z.string() }),
  z.strictObject({ read: z.literal('rows'), writer: z.string(), after: place, upTo: place }),
]);

/** For the CLI: the proof in pages, and the evidence of a case. */
export function addEvidence(doors: FastifyInstance, cases: CaseRoom): void {
  doors.post('/run/proof', async (request) => {
    const { success, data } = Read.safeParse(request.body);
    if (!success) throw new RequestProblem(400, 'read must be settle, state, links, rows or erasures, with the places it needs');
    const { proof } = await cases.evidence();
    return data.read === 'settle' ? proof.settle().then(() => null) : read(proof.pages, data);
  });
  doors.post<{ Body: { case?: unknown } }>('/run/evidence', async (request, reply) => {
    const number = z.string().safeParse(request.body?.case).data;
    const evidence = number === undefined ? undefined : await (await cases.evidence()).ofCase(number);
    if (evidence === undefined) throw new RequestProblem(404, 'there is no case of this number');
    return reply.type('application/json; charset=utf-8').send(evidence);
  });
}

function read(pages: ProofPages, asked: Exclude<z.infer<typeof Read>, { read: 'settle' }>) {
  if (asked.read === 'state') return pages.state();
  if (asked.read === 'erasures') return pages.erasures(asked.after);
  return asked.read === 'links' ? pages.links(asked.after, asked.upTo) : pages.rows(asked.writer, asked.after, asked.upTo);
}
