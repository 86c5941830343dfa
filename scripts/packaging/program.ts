/** The program inside a single executable: its text, and the code that V8 made of it in an earlier run. */
import { getAssetKeys, getRawAsset } from 'node:sea';
import { debuglog } from 'node:util';
import { constants, Script } from 'node:vm';

const CACHE = 'diffo.cache';

export function readProgram(): Script {
  const script = new Script(Buffer.from(getRawAsset('diffo.cjs')).toString('latin1'), {
    filename: 'diffo',
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(getAssetKeys().includes(CACHE) ? { cachedData: Buffer.from(getRawAsset(CACHE)) } : {}),
  });
  // Without it, or run with other flags than it was made with, all is compiled anew: slower and larger, no less right.
  debuglog('diffo')(`code cache ${script.cachedDataRejected === false ? 'taken' : 'not taken'}`);
  return script;
}

export function runProgram(script: Script): void {
  script.runInThisContext()(module.exports, require, module);
}
