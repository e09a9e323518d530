import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { pdf, piecesOf, spooled, type TestPlace, testFiles, testFolder } from '../testing.ts';
import { clamdScanner } from './scan.ts';

const WHO = { actor: 'li', role: 'clerk' };
const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each[Symbol.asyncDispose]();
});

/** Reads INSTREAM as clamd does, then answers with what `judge` says of the bytes; undefined hangs up. */
async function clamd(judge: (bytes: Buffer) => string | undefined) {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    let held = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      held = Buffer.concat([held, chunk]);
      const bytes = streamed(held);
      if (bytes) socket.end(judge(bytes) ?? '');
    });
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  return clamdScanner({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
}

/** The bytes of a stream that is complete. */
function streamed(held: Buffer): Buffer | undefined {
  const begin = 'zINSTREAM\0';
  if (held.length < begin.length || held.toString('latin1', 0, begin.length) !== begin) return undefined;
  const bytes: Buffer[] = [];
  for (let at = begin.length; at + 4 <= held.length; ) {
    const length = held.readUInt32BE(at);
    if (length === 0) return Buffer.concat(bytes);
    bytes.push(held.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return undefined;
}

async function hall(scanner: Awaited<ReturnType<typeof clamd>>) {
  const place: TestPlace = await testFolder();
  const tested = await testFiles(place, { scanner });
  open.push(place, tested);
  return { place, ...tested };
}

describe('a scanner of the hall', () => {
  it('sees the whole file as it was sent, and lets it pass', async () => {
    const seen: Buffer[] = [];
    const { files } = await hall(
      await clamd((bytes) => {
        seen.push(bytes);
        return 'stream: OK\0';
      }),
    );
    const sent = pdf('x'.repeat(200_000));
    await files.put(piecesOf(sent), {}, WHO);
    expect(seen.map((bytes) => bytes.equals(sent))).toEqual([true]);
  });

  it('finds something: the file is set apart, a row says what it was, nobody can read it', async () => {
    const { files, place, rows } = await hall(await clamd(() => 'stream: Win.Test.Worm-1 FOUND\0'));
    await expect(files.put(piecesOf(pdf()), { name: '营业执照.pdf' }, WHO)).rejects.toMatchObject({ code: 'FILE_INFECTED', status: 422 });
    expect([...place.contents().keys()]).toEqual([expect.stringMatching(/^quarantine\//)]);
    const [row] = await rows('select id, state from yimen.files');
    expect(row?.['state']).toBe('QUARANTINED');
    expect(await files.find(String(row?.['id']))).toBeUndefined();
    const [proof] = await rows('select entry from yimen.audit');
    expect(proof?.['entry']).toMatchObject({ action: 'file.quarantined', actor: 'li', detail: { found: 'Win.Test.Worm-1' } });
  });

  it.each([
    ['says that it could not look', async () => clamd(() => 'INSTREAM size limit exceeded. ERROR\0')],
    ['hangs up', async () => clamd(() => undefined)],
    ['is not there', async () => clamdScanner({ host: '127.0.0.1', port: 1 })],
  ])('%s: nothing is kept that nobody looked at', async (_, scanner) => {
    const { files, place, rows } = await hall(await scanner());
    await expect(files.put(piecesOf(pdf()), {}, WHO)).rejects.toMatchObject({ code: 'FILE_SCANNER_AWAY', status: 503 });
    expect([place.contents().size, spooled(place.folder).length]).toEqual([0, 0]);
    expect(await rows('select id from yimen.files')).toEqual([]);
  });
});
