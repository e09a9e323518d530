import type { FastifyInstance } from 'fastify';
import type { CaseRoom } from '../cases/index.ts';
import { CallbackRefused } from '../connect/index.ts';
import { RequestProblem } from './body.ts';

const MOST_BYTES = 4 * 1024 * 1024;

/**
 * Where agencies tell what became of an application. Whoever signs as the agency signs is heard; everybody else gets 401 and
 * nothing changes.
 */
export function addCallbacks(app: FastifyInstance, cases: CaseRoom): void {
  void app.register(async (door) => {
    // The signature is over the bytes as they came.
    door.removeAllContentTypeParsers();
    door.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MOST_BYTES }, (_request, body, done) => done(null, body));
    door.post<{ Params: { connector: string } }>('/callbacks/:connector', async (request, reply) => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const path = request.url.split('?', 1)[0] ?? request.url;
      const room = await cases.enter();
      const answer = await room.callback(request.params.connector, { method: request.method, path, headers, body }).catch(refused);
      if (!answer) throw new RequestProblem(404, 'no agency calls back at this address');
      return reply.code(answer.status).type(answer.type).send(answer.body);
    });
  });
}

function refused(cause: unknown): never {
  if (cause instanceof CallbackRefused) throw new RequestProblem(401, 'the call-back is not signed as this agency signs, or too old');
  throw cause;
}
