import type { FastifyInstance } from 'fastify';
import { addBackup } from './backup-door.ts';
import { RequestProblem } from './body.ts';
import { addErase } from './erase-door.ts';
import { addEvidence } from './evidence-door.ts';
import type { ServerOptions } from './server.ts';

/** Doors for the CLI on this machine, which holds the secret of this run; to whoever does not, they are not there. */
export function addRunDoors(
  app: FastifyInstance,
  { runSecret, cases, backup }: Pick<ServerOptions, 'runSecret' | 'cases' | 'backup'>,
): void {
  void app.register(async (doors) => {
    doors.addHook('onRequest', async (request) => {
      if (request.headers['x-yimen-run'] !== runSecret) throw new RequestProblem(404, 'there is nothing at this address');
    });
    addEvidence(doors, cases);
    addErase(doors, cases);
    addBackup(doors, backup);
  });
}
