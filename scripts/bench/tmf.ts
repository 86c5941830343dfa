/** `tmf`: what the TMF APIs cost: one instance, creates that are durable, listeners. */
import { get } from './get.ts';
import type { Row } from './measure.ts';
import { posting } from './posting.ts';
import { tmfHub } from './tmf-hub.ts';

export async function tmf(): Promise<Row[]> {
  return [...(await get()), ...(await posting()), ...(await tmfHub())];
}
