/**
 * A document that leads a reader from command to command, read strictly, so that a test can follow it to the letter.
 *
 * - run 命令: a block of `sh`; with `fails` it must not succeed, with `terminal=name` it goes on in a terminal of that name.
 * - printed 输出: a block of `text`, what the block before it prints; `…` stands for anything in a line, alone for any lines.
 * - file 文件: `ts`, `graphql`, `json`, `yaml` after a line that names the file: to write (`` `a/b.ts`: ``) or to find
 *   (`` `a/b.ts` as it is: ``).
 * - change 改动: a `diff` after such a line.
 */
export type Block =
  | { readonly kind: 'run'; readonly line: number; readonly text: string; readonly fails: boolean; readonly terminal: string | undefined }
  | { readonly kind: 'printed'; readonly line: number; readonly text: string }
  | { readonly kind: 'file'; readonly line: number; readonly text: string; readonly path: string; readonly isThere: boolean }
  | { readonly kind: 'change'; readonly line: number; readonly text: string; readonly path: string };

interface Fence {
  readonly line: number;
  readonly language: string;
  readonly options: readonly string[];
  readonly text: string;
  /** The last line with words before the fence. */
  readonly lead: string;
}

/** Every block of a document, in order. Throws with the line of a block that nobody could follow. */
export function blocksOf(markdown: string): readonly Block[] {
  const blocks = fencesOf(markdown).map(blockOf);
  for (const [i, block] of blocks.entries()) {
    if (block.kind === 'printed' && blocks[i - 1]?.kind !== 'run')
      throw wrong(block.line, 'text that no command prints: it must follow a block of sh');
    if (block.kind === 'run' && block.terminal && blocks[i + 1]?.kind !== 'printed')
      throw wrong(block.line, 'a command that goes on must be followed by the text it prints when it is ready');
  }
  return blocks;
}

function fencesOf(markdown: string): Fence[] {
  const lines = markdown.split('\n');
  const fences: Fence[] = [];
  let lead = '';
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (/^\s*(?:```|~~~)/.test(line)) {
      const fence = fenceAt(lines, i, lead);
      fences.push(fence);
      i += fence.text.split('\n').length + 1;
    }
    if (line.trim() !== '') lead = line;
  }
  return fences;
}

function fenceAt(lines: readonly string[], start: number, lead: string): Fence {
  const [, language = '', options = ''] = /^```(\w*)((?: [\w=-]+)*)$/.exec(lines[start] ?? '') ?? [];
  const end = lines.indexOf('```', start + 1);
  if (!language || end < 0) throw wrong(start + 1, 'a block begins with ``` and its kind at the start of a line, and ends with ``` alone');
  return { line: start + 1, language, options: options.split(' ').filter(Boolean), text: lines.slice(start + 1, end).join('\n'), lead };
}

const READERS: Readonly<Record<string, (fence: Fence) => Block>> = {
  sh: runBlock,
  text: ({ line, text }) => ({ kind: 'printed', line, text }),
  ts: fileBlock,
  graphql: fileBlock,
  json: fileBlock,
  yaml: fileBlock,
  diff: ({ line, text, lead }) => ({ kind: 'change', line, text, path: pathIn(line, lead).path }),
};

function blockOf(fence: Fence): Block {
  const reader = READERS[fence.language];
  if (!reader) throw wrong(fence.line, `a block of "${fence.language}": kinds are ${Object.keys(READERS).join(', ')}`);
  if (fence.language !== 'sh' && fence.options.length > 0) throw wrong(fence.line, `${fence.language} takes no ${fence.options.join(' ')}`);
  return reader(fence);
}

function runBlock({ line, text, options }: Fence): Block {
  const unknown = options.find((it) => !/^(?:fails|terminal=[\w-]+)$/.test(it));
  if (unknown) throw wrong(line, `sh takes fails and terminal=name, not ${unknown}`);
  const terminal = options.find((it) => it.startsWith('terminal='))?.slice('terminal='.length);
  return { kind: 'run', line, text, fails: options.includes('fails'), terminal };
}

function fileBlock({ line, text, lead }: Fence): Block {
  return { kind: 'file', line, text, ...pathIn(line, lead) };
}

function pathIn(line: number, lead: string): { readonly path: string; readonly isThere: boolean } {
  const [, path, asItIs] = /^`([\w.@/-]+)`( as it is)?:$/.exec(lead) ?? [];
  if (!path) throw wrong(line, 'the line before must name the file: `path/name.ts`: or `path/name.ts` as it is:');
  return { path, isThere: asItIs !== undefined };
}

/** Whether a text is what was expected of it; `…` is anything in a line, alone in a line any lines. */
export function isAsExpected(expected: string, text: string): boolean {
  const pattern = lines(expected).map((line) => (line === '…' ? '(?:.*\\n)*?' : `${line.split('…').map(escaped).join('.*')}\\n`));
  return new RegExp(`^${pattern.join('')}$`).test(`${lines(text).join('\n')}\n`);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of a terminal
const COLOURS = /\u001b\[[\d;]*m/g;

const lines = (text: string): string[] =>
  text
    .replace(COLOURS, '')
    .trim()
    .split('\n')
    .map((line) => line.trimEnd());

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A text with a change made: its lines with `-` or blank must stand there once, those with `+` or blank come in their place. */
export function changed(text: string, change: string): string {
  const side = (sign: string) =>
    change
      .split('\n')
      .filter((line) => line === '' || line[0] === ' ' || line[0] === sign)
      .map((line) => `${line.slice(1)}\n`)
      .join('');
  const parts = text.split(side('-'));
  if (parts.length !== 2) throw new Error(`what it changes stands there ${parts.length - 1} times, not once`);
  return parts.join(side('+'));
}

/** An error that names the line of the document. */
export const wrong = (line: number, what: string): Error => new Error(`line ${line}: ${what}`);
