// The set reader, the user reader and the oracle over histories that went through the log.

import Testing
