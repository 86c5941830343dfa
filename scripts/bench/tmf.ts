/** `tmf`: what the TMF APIs cost: one instance, creates that are durable. */
import { get } from './get.ts';
import type { Row } from './measure.ts';
import { posting } from './posting.ts';

export async function tmf(): Promise<Row[]> {
  return [...(await get()), ...(await posting())];
}
