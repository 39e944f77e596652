// The lines of `Shared/Client/README.md`, compiled and run as they stand there.

import ShoalClient

/// The README's example; `answer` is told what the README prints.
func firstAnswer(_ address: String, print answer: (String) -> Void) async throws {
    // begin
    let shoal = try await Shoal.connect(address, project: "shop")
    try await shoal.createProject("shop", zone: "Europe/Berlin")
    try await shoal.track([
        .event("ann", "Charged", ["amount": 12.5], id: "order-1"),
        .profile("ann", ["city": "Pune"]),
    ])
    let payers = try await shoal.count(.did("Charged", atLeast: 1))
    answer("\(payers) of them")
    for try await user in shoal.members(.did("Charged")) { answer(user) }
    shoal.close()
    // end
}
