/** Who may read what, as the schema states it, and the looks of one request. */
export { type Look, type Looks, looksOf, subjectIn } from './looks.ts';
export { type MaskedField, maskedFields, masksByPath } from './masks.ts';
export { sectionOfRelation } from './relations.ts';
export { accessResolvers } from './resolvers.ts';
export { type AccessRoom, eyesOf, needsOfPurpose } from './room.ts';
export { accessRules, adviceSections, type SchemaRule } from './rules.ts';
export { pathsSeen } from './seen.ts';
