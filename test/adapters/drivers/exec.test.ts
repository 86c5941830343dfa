import { driverContract } from '../../contracts/driver.ts';
import { fanShelf, openShelf, rpm } from '../../kit/exec-device.ts';

driverContract('the exec driver', async () => {
  const shelf = fanShelf();
  return {
    driver: openShelf(shelf.settings),
    kind: 'fan',
    key: 'f1',
    path: rpm,
    wanted: 2000,
    refused: 10_000,
    nonsense: 'fast',
    changeFromOutside: () => shelf.change('f2', { label: 'southern' }),
    takeAway: () => shelf.write(shelf.read().filter(each => each.id !== 'f1')),
  };
});
