/** Where peers meet at a broker: each node has a topic for what others tell it, and one where it says that it is there. */
import { nodePattern } from '../../core/peer.ts';

export type TopicUse = 'in' | 'presence';

export function topicOf(realm: string, node: string, use: TopicUse): string {
  return `edp/1/${realm}/n/${node}/${use}`;
}

/** What a topic of this realm is for; undefined for every other topic. */
export function useOfTopic(realm: string, topic: string): TopicUse | undefined {
  const [node = '', use, ...rest] = topic.startsWith(`edp/1/${realm}/n/`) ? topic.split('/').slice(4) : [];
  if (rest.length > 0 || !nodePattern.test(node)) return undefined;
  return use === 'in' || use === 'presence' ? use : undefined;
}
