/** Edges between positions, straight in longitude and latitude: whether and where they cross. */
import type { Position } from './geometry-rules.ts';

export type Edge = readonly [from: Position, to: Position];

export function edgesOf(line: readonly Position[]): Edge[] {
  return line.slice(1).map((to, i) => [line[i] ?? to, to]);
}

/** Whether two edges cross, rather than touch or lie on one another. */
export function cross([a, b]: Edge, [c, d]: Edge): boolean {
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

/** Two edges that cross, if any do. Goes from west to east, so that only those that lie side by side are compared. */
export function crossing(edges: readonly Edge[]): readonly [Edge, Edge] | undefined {
  const inOrder = edges
    .map(edge => ({ edge, west: Math.min(edge[0][0], edge[1][0]), east: Math.max(edge[0][0], edge[1][0]) }))
    .sort((a, b) => a.west - b.west);
  for (const [i, { edge, east }] of inOrder.entries()) {
    for (let j = i + 1; j < inOrder.length; j++) {
      const other = inOrder[j];
      if (!other || other.west > east) break;
      if (cross(edge, other.edge)) return [edge, other.edge];
    }
  }
  return undefined;
}

/** On which side of the edge from `a` to `b` the position lies: the sign tells. */
function side(a: Position, b: Position, position: Position): number {
  return Math.sign((b[0] - a[0]) * (position[1] - a[1]) - (b[1] - a[1]) * (position[0] - a[0]));
}
