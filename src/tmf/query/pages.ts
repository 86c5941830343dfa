/** Links to the other pages of a list (RFC 8288), all other parameters kept. */

export interface Page {
  readonly offset: number | undefined;
  readonly limit: number | undefined;
  /** What was asked for besides paging, as it was written. */
  readonly rest: string;
}

/** Pages counted from the beginning; undefined without a limit. */
export function pageLinks(address: string, { offset = 0, limit, rest }: Page, total: number): string | undefined {
  if (limit === undefined || limit === 0) return undefined;
  const link = (rel: string, at: number): string => linkTo(address, rest, rel, `offset=${at}&limit=${limit}`);
  const last = total === 0 ? 0 : Math.floor((total - 1) / limit) * limit;
  const links = [link('self', offset), link('first', 0)];
  if (offset > 0) links.push(link('prev', Math.max(0, offset - limit)));
  if (offset + limit < total) links.push(link('next', offset + limit));
  links.push(link('last', last));
  return links.join(', ');
}

/** Pages by cursor: those of the first and the last entity of this one, where anything stands before and after them. */
export function cursorLinks(
  address: string,
  { limit, rest }: Pick<Page, 'limit' | 'rest'>,
  cursors: { readonly before?: string | undefined; readonly after?: string | undefined },
): string {
  const some = limit === undefined ? '' : `&limit=${limit}`;
  const links = [linkTo(address, rest, 'first', `after=${some}`)];
  if (cursors.before !== undefined) links.push(linkTo(address, rest, 'prev', `before=${cursors.before}${some}`));
  if (cursors.after !== undefined) links.push(linkTo(address, rest, 'next', `after=${cursors.after}${some}`));
  return links.join(', ');
}

function linkTo(address: string, rest: string, rel: string, page: string): string {
  return `<${address}?${rest === '' ? '' : `${encoded(rest)}&`}${page}>; rel="${rel}"`;
}

/** As a client wrote it, which may be with signs that end an address in a header. */
function encoded(text: string): string {
  return text.replaceAll(/[<>"]|[^\x21-\x7e]/g, sign => [...Buffer.from(sign)].map(percent).join(''));
}

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
