// The command line's executable.

import ShoalCommand

await Entry.run()
