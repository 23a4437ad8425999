// Child process of interrupted.deep.ts, which kills itself: `node interrupted_child.ts <folder> <operation>`.
import { interruptAt } from '../support/file_operations.ts'
import { trainTinyPredictor } from './interrupted.ts'

const [folder, n] = process.argv.slice(2) as [string, string]
const ending = await interruptAt(Number(n), 'kill', () => trainTinyPredictor(folder))
if (ending === 'killed') process.kill(process.pid, 'SIGKILL')
