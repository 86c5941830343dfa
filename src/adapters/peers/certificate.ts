/** Says why a certificate of the other side does not fit, and what to do about it. */

/** A sentence for an error of TLS; undefined for any other error. `whose` begins it, `setting` is where authorities are named. */
export function whyNoFit(whose: string, setting: string, code: unknown): string | undefined {
  if (typeof code !== 'string') return undefined;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `${whose} is for another name than it is called by (${code})`;
  if (code === 'CERT_HAS_EXPIRED') return `${whose} has expired (${code}); renew it, or set the clocks`;
  if (code === 'CERT_NOT_YET_VALID') return `${whose} is not valid yet (${code}); set the clocks`;
  if (!/CERT|SELF_SIGNED|ISSUER|VERIFY/.test(code)) return undefined;
  return `${whose} does not fit (${code}); name its authority in ${setting}`;
}
