import { type DocumentNode, GraphQLError, type GraphQLSchema, getNamedType, TypeInfo, visit, visitWithTypeInfo } from 'graphql';

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
  const look = () => {
    const type = types.getInputType();
    found ||= type !== null && type !== undefined && getNamedType(type).name === PERSONAL;
  };
  visit(document, visitWithTypeInfo(types, { Argument: look, ObjectField: look, VariableDefinition: look }));
  return found;
}
