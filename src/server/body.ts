import type { IncomingMessage } from 'node:http';

const MAX_BODY = 1024 * 1024;

/** A request that is wrong before GraphQL begins. `message` quotes nothing. */
export class RequestProblem extends Error {
  override readonly name = 'RequestProblem';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Reads a body of at most 1 MiB. A packed body is refused: it could unpack to anything. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    const { 'content-encoding': encoding, 'content-length': length } = request.headers;
    if (encoding && encoding !== 'identity') throw new RequestProblem(415, 'send the body unpacked');
    if (Number(length ?? 0) > MAX_BODY) throw tooLarge();
    // Each comes once by itself, or may come again without harm.
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY) return void chunks.push(chunk);
      request.removeAllListeners('data');
      reject(tooLarge());
    });
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => {
      if (!request.complete) reject(new RequestProblem(400, 'the body has no end'));
    });
  });
}

const tooLarge = () => new RequestProblem(413, 'the body is larger than 1 MiB');
