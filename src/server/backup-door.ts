import { isAbsolute } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { isUnavailable } from '../store/index.ts';
import { RequestProblem } from './body.ts';

const Asked = z.strictObject({ folder: z.string().refine(isAbsolute) });

/** For the CLI: whoever holds an embedded database saves it. */
export function addBackup(doors: FastifyInstance, backup: (folder: string) => Promise<object>): void {
  doors.post('/run/backup', async (request) => {
    const { success, data } = Asked.safeParse(request.body);
    if (!success) throw new RequestProblem(400, 'folder must be the whole path of a new folder');
    return backup(data.folder).catch((cause: unknown) => {
      // Whoever runs the command is told what is in the way: a folder that is not empty, a disk that is full.
      throw isUnavailable(cause) || !(cause instanceof Error) ? cause : new RequestProblem(400, cause.message);
    });
  });
}
