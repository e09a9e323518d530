import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';
import { DecodeError } from './decode-error.ts';
import { checkXml } from './xml-check.ts';

/** Elements that may repeat: named, so that one of them is a list too. */
export interface XmlShape {
  readonly arrays?: readonly string[];
}

/**
 * Parses an agency's XML. Every value stays text (`0012` keeps its zeros), prefixes are dropped, attributes begin with
 * `@`. Document types are refused, and with them external entities and entity bombs.
 */
export function decodeXml(text: string, shape: XmlShape = {}): unknown {
  checkXml(text);
  if (XMLValidator.validate(text) !== true) throw new DecodeError('the reply is not well-formed XML');
  const arrays = new Set(shape.arrays);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    removeNSPrefix: true,
    parseTagValue: false,
    parseAttributeValue: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    htmlEntities: true,
    isArray: (name) => arrays.has(String(name)),
  });
  try {
    return parser.parse(text);
  } catch {
    throw new DecodeError('the reply cannot be read as XML');
  }
}

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  suppressEmptyNode: true,
  // Else an attribute "true" is written without a value, which is no XML.
  suppressBooleanAttributes: false,
});

/** Builds XML from plain data; attributes begin with `@`, lists repeat their element. */
export const encodeXml = (data: unknown): string => builder.build(data) as string;
