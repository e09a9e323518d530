import {
  chmodSync,
  copyFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import tax from '../connectors/tax/connector.ts';
import sandbox from '../connectors/tax/sandbox.ts';
import { conformance } from '../src/kit/index.ts';
import { ensureBuilt } from './built.ts';
import { follow, type ReaderOptions } from './reader.ts';
import { onDisk } from './run/temporary.ts';

const ROOT = resolve(import.meta.dirname, '..');
const DOCUMENT = readFileSync(join(ROOT, 'docs/connect-an-agency.md'), 'utf8');

/** What a reader has who did as the README says: a checkout that is installed and built. */
let folder: string;
let checkout: string;
beforeAll(async () => {
  await ensureBuilt();
  // With all that is installed.
  folder = mkdtempSync(join(onDisk(), 'yimen-reader-'));
  checkout = join(folder, 'yimen');
  makeCheckout(checkout);
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PARTS = ['src', 'schema', 'scripts', 'catalogue', 'connectors', 'docs', 'dist', 'test/run', 'test/without'];
const FILES = ['codegen.yml', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'vitest.config.ts', 'biome.json'];

function makeCheckout(to: string): void {
  mkdirSync(to);
  const filter = (file: string) => !/\.test\.ts$/.test(file) || file.startsWith(join(ROOT, 'connectors'));
  for (const name of [...PARTS, ...FILES]) cpSync(join(ROOT, name), join(to, name), { recursive: true, preserveTimestamps: true, filter });
  linkTree(join(ROOT, 'node_modules'), join(to, 'node_modules'));
}

/** A folder again, its files linked or, on another disk, copied: a folder that is a link itself makes the compiler name other paths. */
function linkTree(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else linkOrCopy(source, target);
  }
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target);
  }
}

/** Does what npx does for a checkout's own commands, without the second that each would take and without writing to npm's cache. */
const NPX = `#!/bin/sh
name=$1
shift
if [ "$name" = yimen ]; then exec node "${'$'}CHECKOUT/dist/src/cli/main.js" "$@"; fi
exec "${'$'}CHECKOUT/node_modules/.bin/$name" "$@"
`;

/** The environment of a reader who has set nothing. */
function readerEnv(port: number): NodeJS.ProcessEnv {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'npx'), NPX);
  chmodSync(join(bin, 'npx'), 0o755);
  const { HOME, PATH = '' } = process.env;
  return { HOME, PATH: `${bin}${delimiter}${PATH}`, LANG: 'C.UTF-8', NO_COLOR: '1', CHECKOUT: checkout, PORT: String(port) };
}

/** Ports that follow each other and are free now. */
async function freePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const first = 20_000 + Math.floor(Math.random() * 20_000);
    const held = await Promise.all(Array.from({ length: count }, (_, i) => hold(first + i)));
    for (const server of held) server?.close();
    if (held.every((server) => server !== undefined)) return first;
  }
  throw new Error(`no ${count} free ports in a row`);
}

const hold = (port: number): Promise<Server | undefined> =>
  new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(undefined)).listen(port, '127.0.0.1', () => done(server));
  });

describe('docs/connect-an-agency.md', () => {
  it('leads to a served field, command by command', { timeout: 300_000 }, async () => {
    const first = await freePorts(12);
    const instead = { 4000: `${first}`, 4100: `${first + 1}`, 4103: `${first + 4}` };
    await follow(DOCUMENT, { folder: checkout, env: readerEnv(first), instead });
  });

  it('says of every check of the kit what to do when it fails', () => {
    const [keys] = Object.values(sandbox.samples);
    const checks = conformance({ connector: tax, sandbox: { ...sandbox, samples: { Section: keys ?? [] }, applications: [] } });
    const table = /\n## What the kit tells you\n[\s\S]*?\n\|---\|---\|\n([\s\S]*?)\n\n/.exec(DOCUMENT)?.[1] ?? '';
    expect(table.split('\n').map((row) => row.split(' | ')[0]?.slice(2))).toEqual(checks.map(({ name }) => name));
  });
});

describe('a document that cannot be followed', () => {
  const reading = (markdown: string, options: Partial<ReaderOptions> = {}) => follow(markdown, { folder, env: process.env, ...options });
  const block = (kind: string, text: string) => `\`\`\`${kind}\n${text}\n\`\`\`\n`;

  it('is followed while it is right', async () => {
    await reading(`${block('sh', 'NAME=一门\necho "$NAME is ready in 1.2 s"')}\n${block('text', '一门 is ready in … s')}`);
    await reading(`\`page/a.json\`:\n\n${block('json', '{ "a": 1 }')}\n${block('sh', 'cat page/a.json')}\n${block('text', '{ "a": 1 }')}`);
    await reading(`\`page/a.json\` as it is:\n${block('json', '{ … }')}\`page/a.json\`:\n${block('diff', '-{ "a": 1 }\n+{ "a": 2 }')}`);
    expect(readFileSync(join(folder, 'page/a.json'), 'utf8')).toBe('{ "a": 2 }\n');
  });

  it.each([
    ['a command that fails', block('sh', 'true\nfalse\necho not reached'), /line 1: true\nfalse[\s\S]*ended with code 1/],
    ['a command that should have failed', block('sh fails', 'true'), /line 1: true\nended with code 0/],
    [
      'another output',
      `${block('sh', 'echo 22 passed')}\n${block('text', '23 passed')}`,
      /line 1: expected:\n23 passed\n\nprinted:\n22 passed/,
    ],
    ['output left out', `${block('sh', 'echo a; echo b')}\n${block('text', 'a')}`, /expected:\na\n\nprinted:\na\nb/],
    ['a file that is otherwise', `\n\`codes.json\` as it is:\n${block('json', '{}')}`, /line 3: .*no such file/],
    [
      'a change of what is not there',
      `${block('sh', 'echo a > b.ts')}\`b.ts\`:\n${block('diff', '-c\n+d')}`,
      /line 5: what it changes stands there 0 times/,
    ],
    ['a kind nobody knows', block('bash', 'ls'), /line 1: a block of "bash"/],
    ['a file without a name', `Some words.\n${block('ts', 'export {}')}`, /line 2: the line before must name the file/],
    ['an output of nothing', block('text', 'hello'), /line 1: text that no command prints/],
    ['a terminal that is never ready', block('sh terminal=one', 'sleep 1'), /line 1: .*must be followed by the text it prints/],
    ['a terminal that ends', `${block('sh terminal=one', 'echo broken; exit 3')}\n${block('text', 'ready')}`, /ended with code 3:\nbroken/],
    ['a block without an end', '```sh\nls', /line 1: a block begins with/],
    ['a block within a list', '- see\n  ```sh\n  ls\n  ```', /line 2: a block begins with/],
  ])('%s', async (_, markdown, says) => {
    await expect(reading(markdown)).rejects.toThrow(says);
  });
});
