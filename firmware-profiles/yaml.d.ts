/** A profile in YAML is a value like one in JSON: what bundles the program reads it, so the program needs no parser. */
declare module '*.yaml' {
  const profile: unknown;
  // biome-ignore lint/style/noDefaultExport: as JSON has it
  export default profile;
}
