/** Rules of the schema only; TypeScript is biome's and tsc's. */
import plugin from '@graphql-eslint/eslint-plugin';

const schema = ['schema/*.graphql', 'connectors/*/*.graphql'];

/** English first, 中文 after it: a description without a Chinese character lacks its second half. */
const described = ['ObjectTypeDefinition', 'InterfaceTypeDefinition', 'UnionTypeDefinition', 'EnumTypeDefinition', 'ScalarTypeDefinition']
  .concat(['InputObjectTypeDefinition', 'DirectiveDefinition', 'FieldDefinition', 'InputValueDefinition', 'EnumValueDefinition'])
  .map((kind) => ({
    selector: `${kind} > StringValue.description[value!=/^[^\\u4e00-\\u9fff]*[A-Za-z][^]*[\\u4e00-\\u9fff]/]`,
    message: 'A description is English first, 中文 after it.',
  }));

export default [
  {
    files: schema,
    languageOptions: { parser: plugin.parser, parserOptions: { graphQLConfig: { schema } } },
    plugins: { '@graphql-eslint': plugin },
    rules: {
      '@graphql-eslint/require-description': [
        'error',
        { types: true, FieldDefinition: true, InputValueDefinition: true, EnumValueDefinition: true, DirectiveDefinition: true },
      ],
      '@graphql-eslint/naming-convention': [
        'error',
        {
          types: 'PascalCase',
          FieldDefinition: 'camelCase',
          InputValueDefinition: 'camelCase',
          Argument: 'camelCase',
          DirectiveDefinition: 'camelCase',
          EnumValueDefinition: 'UPPER_CASE',
          'FieldDefinition[parent.name.value=Query]': { forbiddenPrefixes: ['query', 'get', 'list'] },
          'FieldDefinition[parent.name.value=Mutation]': { forbiddenPrefixes: ['mutation'] },
        },
      ],
      '@graphql-eslint/known-type-names': 'error',
      '@graphql-eslint/known-directives': 'error',
      '@graphql-eslint/known-argument-names': 'error',
      '@graphql-eslint/provided-required-arguments': 'error',
      '@graphql-eslint/possible-type-extension': 'error',
      '@graphql-eslint/unique-type-names': 'error',
      '@graphql-eslint/unique-field-definition-names': 'error',
      '@graphql-eslint/unique-enum-value-names': 'error',
      '@graphql-eslint/unique-directive-names': 'error',
      '@graphql-eslint/unique-directive-names-per-location': 'error',
      '@graphql-eslint/unique-operation-types': 'error',
      '@graphql-eslint/no-typename-prefix': 'error',
      '@graphql-eslint/no-unreachable-types': 'error',
      '@graphql-eslint/no-hashtag-description': 'error',
      '@graphql-eslint/require-deprecation-reason': 'error',
      'no-restricted-syntax': ['error', ...described],
    },
  },
];
