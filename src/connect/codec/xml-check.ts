import { DecodeError } from './decode-error.ts';

const MAX_TAGS = 20_000;
const MAX_DEPTH = 64;

/** Markup without meaning for us: where it begins and ends. */
const SKIPPED = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
] as const;

/** Every reference that XML knows without a document type. */
const REFERENCE = /&(?:(lt|gt|amp|quot|apos|#\d{1,7}|#x[\da-fA-F]{1,6});)?/g;
const FORBIDDEN_CHARACTER = /[^\t\n\r\u0020-\uFFFD]/;

/**
 * Refuses what an XML parser would swallow silently or choke on: document types (and with them external entities and
 * entity bombs), unknown references, characters XML does not allow, a second root, too many tags, too deep a nesting.
 * One pass, so that a hostile reply costs no more than a long one.
 */
export function checkXml(text: string): void {
  if (FORBIDDEN_CHARACTER.test(text)) throw new DecodeError('the reply has characters that XML does not allow');
  let depth = 0;
  let tags = 0;
  let roots = 0;
  for (const piece of pieces(text)) {
    checkPiece(piece);
    if (!piece.startsWith('<')) continue;
    if (++tags > MAX_TAGS) throw new DecodeError(`the reply has more than ${MAX_TAGS} tags`);
    if (piece.startsWith('</')) depth--;
    else if (depth === 0 && ++roots > 1) throw new DecodeError('the reply is not well-formed XML');
    else if (!piece.endsWith('/>') && ++depth > MAX_DEPTH) throw new DecodeError(`the reply is nested deeper than ${MAX_DEPTH}`);
  }
}

/** Tags and the texts between them, without comments, CDATA and processing instructions. */
function* pieces(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const end = endOfPiece(text, at);
    if (!skipped(text, at)) yield text.slice(at, end);
    at = end;
  }
}

const skipped = (text: string, at: number) => SKIPPED.find(([open]) => text.startsWith(open, at));

function endOfPiece(text: string, at: number): number {
  if (text[at] !== '<') return (after(text, '<', at) || text.length + 1) - 1;
  const [open, close] = skipped(text, at) ?? [];
  if (open && close) return after(text, close, at + open.length) || malformed();
  if (text[at + 1] === '!') throw new DecodeError('the reply has a document type');
  return endOfTag(text, at + 1);
}

/** A `>` inside a quoted attribute does not end the tag. */
function endOfTag(text: string, start: number): number {
  const mark = /["'<>]/g;
  mark.lastIndex = start;
  for (let found = mark.exec(text); found; found = mark.exec(text)) {
    if (found[0] === '>') return mark.lastIndex;
    if (found[0] === '<') return malformed();
    mark.lastIndex = after(text, found[0], mark.lastIndex) || malformed();
  }
  return malformed();
}

/** The place after the next `what`, or 0. */
const after = (text: string, what: string, from: number): number => {
  const at = text.indexOf(what, from);
  return at < 0 ? 0 : at + what.length;
};

/** A tag holds no second `<`, not even quoted; a `&` begins a reference that XML knows. */
function checkPiece(piece: string): void {
  if (piece.includes('<', 1)) malformed();
  for (const [, name] of piece.matchAll(REFERENCE)) if (!name || !isCharacter(name)) malformed();
}

/** Whether a reference stands for a character that XML allows: `#0` and half a surrogate pair do not. */
function isCharacter(name: string): boolean {
  if (!name.startsWith('#')) return true;
  const code = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return false;
  return !FORBIDDEN_CHARACTER.test(String.fromCodePoint(code));
}

function malformed(): never {
  throw new DecodeError('the reply is not well-formed XML');
}
