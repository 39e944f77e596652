// The command line's executable: the commands, and a suite of its own for `shoal play`.

import ShoalCommand
import Stage

await Entry.run(openSuite: Stage.open)
