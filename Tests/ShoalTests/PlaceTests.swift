// x
import Testing
@testable import ShoalCommand
