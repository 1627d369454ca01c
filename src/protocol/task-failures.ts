/**
 * Why a task can fail: the codes that stand beside a failed task, with what to do. Engines have further ones of their
 * own. A test holds the table to the code that gives them, both ways.
 */

export const TASK_FAILURES = {
  TASK_LOST:
    'Its workers went away without a word, more often than is allowed. Look for a machine that runs out of memory.',
  TASK_OUT_OF_MEMORY: 'The engine needed more memory than the task may have. Run again with more memory.',
  TASK_OUT_OF_TIME:
    'The engine needed more time than the task may have. Run again with more time, or with smaller tasks.',
  TASK_PAYLOAD_INVALID: 'Control and worker are of different versions. Start the service again.',
  TASK_SETUP_INVALID: 'The setup does not fit its digest. Start the service again; submit the simulation again.',
  TALLY_UNUSABLE: 'What the engine gave contradicts itself. Report it with the task and its log.',
  ENGINE_FAILED: 'The engine failed inside. Its log says where; report it.',
  ENGINE_CRASHED: 'The engine ended in the middle of the task. Its log says what is known; try more memory.',
  ENGINE_INCOMPLETE: 'The engine simulated fewer histories than were asked for. Report it with the task.',
  PROGRAM_INPUT_INVALID: 'The files for the program could not be written. Report it with the task.',
  PROGRAM_OUT_OF_MEMORY: 'The program needed more memory than the task may have. Run again with more memory.',
  PROGRAM_OUT_OF_TIME: 'The program needed more time than the task may have. Run again with more time.',
  PROGRAM_OUTPUT_TOO_LARGE: 'The program wrote more than is read. Score less, or make the tasks smaller.',
  PROGRAM_OUTPUT_REFUSED: 'The program left outputs that cannot be taken. Its log says which.',
  PROGRAM_KILLED: 'Somebody or the system killed the program. Try again; try more memory.',
  PROGRAM_NOT_BUILT: 'The program could not be made of its sources. The log of the task has what the compiler said.',
  PROGRAM_FOLDER_UNSAFE:
    'The folder for compiled programs is one that others may write to. Take it away, or set ISOLARIO_SCRATCH to another place.',
  SCRATCH_FAILED: 'The folder in which the program runs cannot be used. Look at the disk of the machine.',
  RESULT_MISSING:
    'What a worker stored was not in storage any more, at each of its attempts. Look at the storage; run again.',
  RESULT_DAMAGED: 'What a worker stored was changed or damaged, at each of its attempts. Look at the disk; run again.',
  RESULT_OF_OTHER_TASK: 'The stored result is not that of the task. Report it with the task.',
} as const satisfies Record<string, string>

export type TaskFailureCode = keyof typeof TASK_FAILURES
