/** `tmf`: what the TMF APIs cost: one instance, creates that are durable, listeners, lists. */
import { get } from './get.ts';
import type { Row } from './measure.ts';
import { posting } from './posting.ts';
import { tmfHub } from './tmf-hub.ts';
import { tmfLists } from './tmf-lists.ts';

export async function tmf(): Promise<Row[]> {
  return [...(await get()), ...(await posting()), ...(await tmfHub()), ...(await tmfLists())];
}
