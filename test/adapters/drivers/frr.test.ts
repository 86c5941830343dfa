import { describe } from 'vitest';
import { driverContract } from '../../contracts/driver.ts';
import { frrPaths, lonely, noFrr, openDriver } from '../../kit/frr.ts';

const why = noFrr === undefined ? '' : ` (left out: ${noFrr})`;

const shut = { address: '192.0.2.9', remoteAs: 65009, shutdown: true, addressFamily: ['ipv4Unicast'] };
const added = { address: '192.0.2.7', remoteAs: 65007, shutdown: true, addressFamily: ['ipv4Unicast'] };

describe.skipIf(noFrr !== undefined)(`the frr driver${why}`, () => {
  driverContract('the frr driver', async () => {
    const frr = lonely();
    return {
      driver: openDriver(frr),
      kind: 'bgpRouter',
      key: 'default',
      path: frrPaths.neighbor,
      wanted: [added, shut],
      refused: [{ address: '192.0.2.1', remoteAs: 65001 }, shut],
      nonsense: 'many',
      changeFromOutside: () => frr.configure('router bgp 65001', 'neighbor 192.0.2.9 description by hand'),
      takeAway: () => frr.configure('no router bgp 65001'),
    };
  });
});
