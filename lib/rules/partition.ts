/**
 * The smallest set of lines that can be settled on its own: an observation of a program. All versions of a dataset and
 * all rows of an association are of one program, since both names begin with its number (specification, sections 3.3
 * and 3.7); and of one observation too, wherever a row's OBSERVTN is that in its name. A program that has any other row
 * is settled as a whole.
 */

/** What stands for the observation (0-999) of a row whose program has to be settled as a whole. */
export const WHOLE_PROGRAM = 1000
/** What stands for the observation of a product across observations. */
export const NO_OBSERVATION = 1001
const SLOTS = 1024

/** One number for program and observation, by which partitions are sorted. */
export function partitionOf(pid: number, observation: number): number {
  return pid * SLOTS + observation
}

/** The program of a partition. */
export function programOfPartition(partition: number): number {
  return Math.floor(partition / SLOTS)
}

/** Whether a line of this partition makes its program one that is settled as a whole. */
export function isWholeProgram(partition: number): boolean {
  return partition % SLOTS === WHOLE_PROGRAM
}
