import { connect, type Socket } from 'node:net';
import { FileRefused } from '../refusal.ts';
import type { Received } from '../types.ts';
import { holds } from './pdf.ts';

/** Looks for what harms. Gives back what it is called where something was found; rejects where it could not look. */
export type Scanner = (file: Received) => Promise<string | undefined>;

/** The file with which scanners are tested (eicar.org). It is told by its own words, wherever they stand. */
const EICAR = /EICAR-STANDARD-ANTIVIRUS-TEST-FILE!/;

export const eicarScanner: Scanner = async (file) => ((await holds(file, EICAR)) ? 'Eicar-Test-Signature' : undefined);

const SCAN_MS = 20_000;

/** A `clamd` over TCP, spoken to with INSTREAM (clamd(8)). What it does not answer in 20 s counts as not looked at. */
export function clamdScanner({ host, port }: { readonly host: string; readonly port: number }): Scanner {
  return async (file) => {
    const socket = connect({ host, port });
    socket.setTimeout(SCAN_MS, () => socket.destroy(new Error('the scanner does not answer')));
    try {
      const [answer] = await Promise.all([answerOf(socket), send(file, socket)]);
      return foundIn(answer);
    } catch (cause) {
      throw new FileRefused('FILE_SCANNER_AWAY', cause);
    } finally {
      socket.destroy();
    }
  };
}

async function answerOf(socket: Socket): Promise<string> {
  let answer = '';
  for await (const chunk of socket as AsyncIterable<Buffer>) answer += chunk.toString('latin1');
  return answer;
}

/** Each chunk with its length before it; a length of 0 ends them. */
async function send(file: Received, socket: Socket): Promise<void> {
  await written(socket, Buffer.from('zINSTREAM\0'));
  for await (const chunk of file.stream()) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(chunk.length);
    await written(socket, Buffer.concat([length, chunk]));
  }
  await written(socket, Buffer.alloc(4));
}

const written = (socket: Socket, bytes: Buffer): Promise<void> =>
  new Promise((resolve, reject) => socket.write(bytes, (error) => (error ? reject(error) : resolve())));

function foundIn(answer: string): string | undefined {
  const [, found] = /^stream: (.+) FOUND\0?$/.exec(answer.trim()) ?? [];
  if (found !== undefined) return found;
  if (/^stream: OK\0?$/.test(answer.trim())) return undefined;
  throw new Error('the scanner gave an answer that is neither OK nor FOUND');
}
