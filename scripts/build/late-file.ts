/** A function, and the file beside it that it comes from. */
export type Late = { readonly name: string; readonly file: string }

/**
 * A module of functions that load what they do when they are first called. Node can `require` a module that awaits nothing.
 * Bundlers cannot see such a `require`: the condition `module` leads them to the plain module.
 *
 * @param first imported before: what is whole by then is not asked for while it loads
 */
export const lateFile = (functions: readonly Late[], first: readonly string[] = []): string =>
  [
    ...first.map((each) => `import "${each}";`),
    'let require;',
    'function load(file) {',
    '\trequire ??= process.getBuiltinModule("node:module").createRequire(import.meta.url);',
    '\treturn require(file);',
    '}',
    ...functions.map(
      ({ name, file }) =>
        `let ${name}Late;\nexport function ${name}(...args) {\n\treturn (${name}Late ??= load("./${file}").${name})(...args);\n}`,
    ),
    '',
  ].join('\n')
