/** The formats that the files name, as patterns: a pattern can be kept with the code that was compiled from a file. */

export const formats: Record<string, RegExp | true> = {
  'date-time':
    /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)$/i,
  date: /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/,
  uri: /^[a-z][a-z0-9+.-]*:[^\s"<>\\^`{}|]*$/i,
  'uri-reference': /^[^\s"<>\\^`{}|]*$/,
  uuid: /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i,
  'json-pointer': /^(?:\/(?:[^~/]|~[01])*)*$/,
  // Of the file's own words: what they hold is any text or number.
  base64: true,
  float: true,
  double: true,
  int32: true,
  int64: true,
};
