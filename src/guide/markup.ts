/** Text that may stand in XML and HTML as it is. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Markup | null | undefined | readonly Part[];

/**
 * A template for XML and HTML: whatever is put in is escaped, except what came out of such a template itself. Attributes
 * are written with double quotes around them. Nothing is put in for null and undefined; lists are joined.
 */
export function markup(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(texts.map((text, i) => (i === 0 ? text : safe(parts[i - 1]) + text)).join(''));
}

function safe(part: Part): string {
  if (part === null || part === undefined) return '';
  if (part instanceof Markup) return part.text;
  return typeof part === 'object' ? part.map(safe).join('') : escaped(String(part));
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** What XML 1.0 does not allow at all, not even escaped: most control characters and halves of surrogate pairs. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

/** Text as XML and HTML take it, between tags and within attributes. */
const escaped = (text: string): string => text.replace(FORBIDDEN, '\u{fffd}').replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
