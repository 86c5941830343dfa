/** What a text of each format looks like; a format is a promise here, not a remark. */
import { instantOf } from '../date-time.ts';

/** In linear time, every one of them. */
const date = String.raw`\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])`;
const time = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)`;
const octet = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';

export const formats: Readonly<Record<string, (text: string) => boolean>> = {
  date: text => matches(date, text) && isDay(text),
  time: text => matches(time, text),
  'date-time': text => instantOf(text) !== undefined,
  duration: text =>
    matches(String.raw`P(?:\d+W|(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?)`, text) &&
    /\d[A-Z]$/.test(text),
  uuid: text => matches('[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}', text),
  ipv4: text => matches(`${octet}(?:\\.${octet}){3}`, text),
  ipv6: isIpv6,
  'mac-address': text => matches('[0-9a-fA-F]{2}(?:[:-][0-9a-fA-F]{2}){5}', text),
  hostname: text => text.length <= 253 && matches(`${label}(?:\\.${label})*`, text),
  email: text => text.length <= 320 && matches(`[^@\\s.]{1,64}(?:\\.[^@\\s.]{1,64})*@${label}(?:\\.${label})*`, text),
  uri: text =>
    matches('[A-Za-z][A-Za-z0-9+.-]*:(?:[!#$&-;=?-Z_a-z~]|\\[|\\]|%[0-9a-fA-F]{2})*', text) && URL.canParse(text),
  'json-pointer': text => matches('(?:/(?:[^~/]|~[01])*)*', text),
};

function matches(pattern: string, text: string): boolean {
  return new RegExp(`^(?:${pattern})$`, 'u').test(text);
}

function isDay(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function isIpv6(text: string): boolean {
  if (text.length > 45 || !matches('[0-9a-fA-F:.]+', text)) return false;
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return false;
  const groups = [...groupsIn(head), ...(tail === undefined ? [] : groupsIn(tail))];
  const last = groups.at(-1) ?? '';
  const isMixed = last.includes('.');
  if (isMixed && !matches(`${octet}(?:\\.${octet}){3}`, last)) return false;
  if (!(isMixed ? groups.slice(0, -1) : groups).every(each => matches('[0-9a-fA-F]{1,4}', each))) return false;
  const length = groups.length + (isMixed ? 1 : 0);
  return tail === undefined ? length === 8 : length < 8;
}

function groupsIn(text: string): readonly string[] {
  return text === '' ? [] : text.split(':');
}
