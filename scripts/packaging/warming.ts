/** What the forerunner of a single executable starts with: it writes down which code its run has needed. */
import { writeFileSync } from 'node:fs';
import { readProgram, runProgram } from './program.ts';

const program = readProgram();
process.once('exit', () => writeFileSync(process.env.DIFFO_CODE_CACHE ?? '', program.createCachedData()));
runProgram(program);
