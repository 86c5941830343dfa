import { driverContract } from '../../contracts/driver.ts';
import { fanShelf, openShelf, rpm, secret, withAbility } from '../../kit/exec-device.ts';

driverContract('the exec driver', async () => {
  const shelf = fanShelf();
  return {
    driver: openShelf(withAbility(shelf.settings, secret, { unseen: 'a secret is never shown' })),
    kind: 'fan',
    key: 'f1',
    path: rpm,
    wanted: 2000,
    refused: 10_000,
    nonsense: 'fast',
    changeFromOutside: () => shelf.change('f2', { label: 'southern' }),
    takeAway: () => shelf.write(shelf.read().filter(each => each.id !== 'f1')),
    needy: {
      kind: 'fan',
      name: 'south',
      path: rpm,
      wanted: () => 800,
      meet: () => shelf.change('f2', { on: true, rpm: 1000 }),
    },
    unseen: { path: secret, wanted: 'xyzzy' },
    hang: () => shelf.hang(),
  };
});
