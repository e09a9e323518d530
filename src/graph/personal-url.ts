import {
  type DocumentNode,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

const PERSONAL = 'CitizenIdNumber';

/** Identity numbers never travel in a URL: the error for a document that asks for a person by GET. */
export function checkPersonalUrl(document: DocumentNode, schema: GraphQLSchema): GraphQLError | undefined {
  if (!asksForPerson(document, schema)) return undefined;
  return new GraphQLError('An identity number never travels in a URL: send this operation by POST.', {
    extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
  });
}

function asksForPerson(document: DocumentNode, schema: GraphQLSchema): boolean {
  const types = new TypeInfo(schema);
  let found = false;
  const looking = (isPersonal: (type: GraphQLInputType) => boolean) => () => {
    const type = types.getInputType();
    found ||= type !== null && type !== undefined && isPersonal(type);
  };
  // What stands in the document is seen value by value; what a variable brings can only be told by its type.
  const written = looking((type) => getNamedType(type).name === PERSONAL);
  const brought = looking(holdsPersonal);
  visit(document, visitWithTypeInfo(types, { Argument: written, ObjectField: written, VariableDefinition: brought }));
  return found;
}

/** Whether a value of the type may hold an identity number, however deep. */
function holdsPersonal(type: GraphQLInputType): boolean {
  return holds(type, new Set());
}

function holds(type: GraphQLInputType, seen: ReadonlySet<string>): boolean {
  const named = getNamedType(type);
  if (named.name === PERSONAL) return true;
  if (!isInputObjectType(named) || seen.has(named.name)) return false;
  return Object.values(named.getFields()).some((field) => holds(field.type, new Set([...seen, named.name])));
}
