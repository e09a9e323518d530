import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CaseRoom } from '../cases/index.ts';
import { FileRefused, type FileView } from '../files/index.ts';
import { APPLICANTS, HALL, mayRead } from '../graph/index.ts';
import { Forbidden } from '../trust/index.ts';
import { languageOf } from './asking.ts';
import { RequestProblem } from './body.ts';
import { corsHeaders } from './cors.ts';
import { type Gatekeeping, signedIn } from './signed-in.ts';

export interface FilesDoorOptions extends Gatekeeping {
  readonly cases: CaseRoom;
  /** Origins whose pages may send files. */
  readonly origins: readonly string[];
}

const SENDERS = [...HALL, ...APPLICANTS];

/** A file is shown by nothing but a program of the reader's own choice, and never runs as a page of this address. */
const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
} as const;

/**
 * `POST /files`: the body is the file, as a browser's `fetch(url, { body: file })` sends it; `x-file-name` holds its name,
 * percent-encoded, `x-file-size` its size where there is no `content-length`. `GET /files/:id`: for who may see it.
 */
export function addFiles(app: FastifyInstance, options: FilesDoorOptions): void {
  void app.register(async (door) => {
    door.removeAllContentTypeParsers();
    // Not read here: it goes to the disk as it comes.
    door.addContentTypeParser('*', (_request, body, done) => done(null, body));
    door.addHook('onRequest', async (request, reply) => void reply.headers(crossOrigin(request, options)));
    door.setErrorHandler((error, request, reply) => refuse(error, request, reply));
    door.options('/files', (_request, reply) => reply.code(204).send());
    door.post('/files', (request, reply) => take(request, reply, options));
    door.get<{ Params: { id: string } }>('/files/:id', (request, reply) => show(request, reply, options));
  });
}

function crossOrigin({ raw }: FastifyRequest, { origins }: FilesDoorOptions): Record<string, string> {
  const headers = corsHeaders(raw, origins);
  const allowed = headers?.['access-control-allow-headers'];
  return allowed ? { ...headers, 'access-control-allow-headers': `${allowed}, x-file-name, x-file-size` } : {};
}

async function take(request: FastifyRequest, reply: FastifyReply, options: FilesDoorOptions): Promise<FastifyReply> {
  const { actor, role, window } = await signedIn(request.raw, options);
  if (!SENDERS.includes(role)) throw new Forbidden(`this needs one of the roles ${SENDERS.join(', ')}`);
  const { files } = await options.cases.enter();
  const stored = await files.put(bodyOf(request.raw), declaredIn(request.raw), { actor, role, window });
  return reply.code(201).header('location', `/files/${stored.id}`).send(stored);
}

/** What is not read any more is let run out, so that whoever sends it hears the answer; the server's time limit ends it. */
async function* bodyOf(request: IncomingMessage): AsyncGenerator<Buffer> {
  if (request.headers['content-encoding']) throw new RequestProblem(415, 'send the file unpacked');
  try {
    yield* request.iterator({ destroyOnReturn: false });
  } catch (cause) {
    throw new FileRefused('FILE_INCOMPLETE', cause);
  } finally {
    request.resume();
  }
}

function declaredIn({ headers }: IncomingMessage) {
  const size = headers['content-length'] ?? headers['x-file-size'];
  const name = headers['x-file-name'];
  if (size !== undefined && !/^\d{1,15}$/.test(String(size))) throw new FileRefused('FILE_INCOMPLETE');
  return {
    type: headers['content-type'],
    size: size === undefined ? undefined : Number(size),
    name: name === undefined ? undefined : decoded(String(name)),
  };
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    throw new FileRefused('FILE_NAME_REFUSED');
  }
}

async function show(
  request: FastifyRequest<{ Params: { id: string } }>,
  reply: FastifyReply,
  options: FilesDoorOptions,
): Promise<FastifyReply> {
  const caller = await signedIn(request.raw, options);
  const { files } = await options.cases.enter();
  const file = await files.find(request.params.id);
  // Another's file is as if it were not there.
  if (!file || !(await mayRead(file, { caller, cases: options.cases })))
    throw new RequestProblem(404, 'there is no such file, or it is not yours');
  await files.seen(file, caller);
  const content = Readable.from(files.read(file), { objectMode: false });
  return reply.headers({ ...HEADERS, ...headersOf(file) }).send(content);
}

const headersOf = ({ id, type, size, name }: FileView) => ({
  'content-type': type,
  'content-length': size,
  'content-disposition': `attachment; filename="${id}"${name === null ? '' : `; filename*=UTF-8''${extended(name)}`}`,
});

/** RFC 8187: what `encodeURIComponent` leaves that an extended value may not hold. */
const extended = (name: string): string => encodeURIComponent(name).replaceAll(/['()*!]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);

/** Refusals of files have sentences of their own; all else is refused as everywhere. */
function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (!(error instanceof FileRefused)) throw error;
  const { code, status, zh, en } = error;
  const message = languageOf(request.raw) === 'zh' ? zh : en;
  return reply.code(status).send({ errors: [{ message, extensions: { code, zh, en } }] });
}
