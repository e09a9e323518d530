/** Follows a document as a reader would: types its commands into one shell, writes its files, looks at what is printed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Block, blocksOf, changed, isAsExpected, wrong } from './document.ts';

export interface ReaderOptions {
  /** Where the reader's shell stands at first; files are named from here. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the reader reads instead of some words, like the port of a machine where everybody's is taken. */
  readonly instead?: Readonly<Record<string, string>>;
}

const PATIENCE_MS = 120_000;
/** What goes on in a terminal is ready sooner than a command is done. */
const READY_MS = 60_000;
const MARK = '~~~done~~~';

/** Follows a document to its end. Rejects with the line where it cannot be followed. */
export async function follow(markdown: string, options: ReaderOptions): Promise<void> {
  await using shell = new Shell(options);
  await using terminals = new Terminals(options);
  const blocks = blocksOf(readInstead(markdown, options.instead ?? {}));
  for (const [i, block] of blocks.entries()) {
    const after = blocks[i + 1];
    const expected = after?.kind === 'printed' ? after.text : undefined;
    await step(block, expected, { shell, terminals, folder: options.folder }).catch((error: Error) => {
      throw wrong(block.line, error.message);
    });
  }
}

const readInstead = (markdown: string, instead: Readonly<Record<string, string>>): string =>
  Object.entries(instead).reduce((text, [word, other]) => text.replace(new RegExp(`\\b${word}\\b`, 'g'), other), markdown);

interface Desk {
  readonly shell: Shell;
  readonly terminals: Terminals;
  readonly folder: string;
}

async function step(block: Block, expected: string | undefined, { shell, terminals, folder }: Desk): Promise<void> {
  if (block.kind === 'file') return file(join(folder, block.path), block);
  if (block.kind === 'change') return change(join(folder, block.path), block.text);
  if (block.kind === 'printed') return;
  if (block.terminal) return terminals.start(block.terminal, block.text, expected ?? '');
  const printed = await shell.run(block.text, block.fails);
  if (expected !== undefined && !isAsExpected(expected, printed)) throw new Error(`expected:\n${expected}\n\nprinted:\n${printed}`);
}

function file(path: string, { text, isThere }: Extract<Block, { kind: 'file' }>): void {
  if (!isThere) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${text}\n`);
    return;
  }
  const found = readFileSync(path, 'utf8');
  if (!isAsExpected(text, found)) throw new Error(`${path} should be:\n${text}\n\nit is:\n${found}`);
}

const change = (path: string, text: string): void => writeFileSync(path, changed(readFileSync(path, 'utf8'), text));

/** The reader's own shell: what one block sets, the next one has. A command that fails ends it. */
class Shell implements AsyncDisposable {
  readonly #child: ChildProcess;
  #printed = '';
  #look: () => void = () => {};
  #ended: number | null | undefined;

  constructor({ folder, env }: ReaderOptions) {
    this.#child = spawn('bash', ['--noprofile', '--norc'], { cwd: folder, env, stdio: 'pipe' });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.#printed += chunk.toString();
        this.#look();
      });
    this.#child.once('close', (code) => {
      this.#ended = code;
      this.#look();
    });
    this.#child.stdin?.write('exec 2>&1\n');
  }

  /** Types a block and gives back what it printed. */
  async run(text: string, fails: boolean): Promise<string> {
    this.#printed = '';
    this.#child.stdin?.write(`set ${fails ? '+' : '-'}e\n{\n${text}\n} </dev/null\nprintf '\\n%s%s\\n' '${MARK}' "$?"\nset +e\n`);
    const code = await within(PATIENCE_MS, text, (done) => {
      this.#look = () => {
        const end = new RegExp(`\\n${MARK}(\\d+)\\n$`).exec(this.#printed)?.[1];
        if (end !== undefined) done(Number(end));
        else if (this.#ended !== undefined) done(this.#ended ?? 1);
      };
      this.#look();
    });
    const printed = this.#printed.replace(new RegExp(`\\n${MARK}\\d+\\n$`), '');
    if ((code !== 0) !== fails) throw new Error(`${text}\nended with code ${code}:\n${printed}`);
    return printed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await ended(this.#child, 'SIGKILL');
  }
}

/** The terminals in which something goes on. A new command in one comes after a Ctrl-C. */
class Terminals implements AsyncDisposable {
  readonly #options: ReaderOptions;
  readonly #open = new Map<string, ChildProcess>();

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** Starts a command and waits until it has printed what it prints when it is ready. */
  async start(name: string, text: string, ready: string): Promise<void> {
    await this.#interrupt(name);
    const { folder, env } = this.#options;
    const child = spawn('bash', ['-c', text], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#open.set(name, child);
    let printed = '';
    await within(
      READY_MS,
      () => `${text}\nprinted:\n${printed}\nexpected:\n${ready}`,
      (done, give) => {
        for (const stream of [child.stdout, child.stderr])
          stream.on('data', (chunk: Buffer) => {
            printed += chunk.toString();
            if (isAsExpected(ready, printed)) done(undefined);
          });
        child.once('close', (code) => give(new Error(`${text}\nended with code ${code}:\n${printed}`)));
      },
    );
  }

  async #interrupt(name: string): Promise<void> {
    const child = this.#open.get(name);
    if (child) await ended(child, 'SIGINT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of this.#open.keys()) await this.#interrupt(name);
  }
}

/** Sends a signal to a process, and to its group where it has one, and waits for the end. */
async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('close', resolve));
  if (signal === 'SIGINT' && child.pid) process.kill(-child.pid, signal);
  else child.kill(signal);
  await gone;
}

/** A promise that gives up after a time, saying what it waited for. */
function within<T>(
  ms: number,
  what: string | (() => string),
  work: (done: (value: T) => void, give: (error: Error) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => settle(() => reject(new Error(`not done after ${ms / 1_000} s: ${typeof what === 'string' ? what : what()}`))),
      ms,
    );
    const settle = (how: () => void) => {
      clearTimeout(timer);
      how();
    };
    work(
      (value) => settle(() => resolve(value)),
      (error) => settle(() => reject(error)),
    );
  });
}
