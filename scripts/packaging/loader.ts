/** What a single executable starts with. */
import { readProgram, runProgram } from './program.ts';

runProgram(readProgram());
