// Identify, Alias, Unmerge and Resolve as callers see them, over the bus.

import Basics
import Chassis
import Messages
import Testing

@testable import Ingestion

@Suite("Identities at the door") struct IdentityDoorTests {
    @Test("a merge tells who the user is, what was moved and where the logs end, once and again")
    func merged() async throws {
        try await ServiceRig().running { client in
            let sent = IngestionV1.TrackRequest(records: [Sent.event("anon"), Sent.event("ann")])
            _ = try await client.track(sent, shopCall)
            let request = IngestionV1.IdentifyRequest(anonymousID: "anon", userID: "ann")
            var merged = try #require(try await client.identify(request, shopCall).merged)
            #expect(merged.userID == "ann" && merged.records == 1 && !merged.before)
            #expect(merged.positions.count == 4)
            merged = try #require(try await client.identify(request, shopCall).merged)
            #expect(merged.userID == "ann" && merged.records == 0 && merged.before)
            let alias = IngestionV1.AliasRequest(fromID: "ann", toID: "anna")
            merged = try #require(try await client.alias(alias, shopCall).merged)
            #expect(merged.userID == "anna" && merged.records == 2)
            for (id, user, known) in [
                ("anon", "anna", true), ("anna", "anna", true), ("nobody", "nobody", false),
            ] {
                let told = try await client.resolve(.init(userID: id), shopCall)
                #expect(told.userID == user && told.known == known)
            }
            let taken = try await client.unmerge(.init(userID: "ann"), shopCall)
            #expect(taken.fromID == "anna" && taken.records == 2 && taken.positions.count == 4)
            let again = try await client.unmerge(.init(userID: "ann"), shopCall)
            #expect(again.fromID == nil && again.records == 0)
        }
    }

    @Test("what is missing, the same or another's is refused with place and hint")
    func refused() async throws {
        try await ServiceRig().running { client in
            func refusal(_ old: String, _ known: String, _ options: CallOptions = shopCall) async
                -> Fault?
            {
                await fault {
                    try await client.identify(.init(anonymousID: old, userID: known), options)
                }
            }
            let long = Sent.text(257)
            for (old, known, place) in [
                ("", "ann", "anonymous_id"), ("anon", "", "user_id"), (long, "ann", "anonymous_id"),
                ("a\u{0}b", "ann", "anonymous_id"), ("ann", "ann", "user_id"),
            ] {
                let told = await refusal(old, known)
                #expect(told?.code == .invalidArgument, "\(old) \(known)")
                #expect(told?.place?.contains(place) == true, "\(told?.place ?? "")")
                #expect(told?.hint?.isEmpty == false)
            }
            let nowhere = await refusal("anon", "ann", CallOptions())
            #expect(nowhere?.code == .invalidArgument && nowhere?.place == "header.project")
            _ = try await client.identify(.init(anonymousID: "anon", userID: "ann"), shopCall)
            let other = await refusal("anon", "bob")
            #expect(other?.code == .failedPrecondition && other?.place == "anon")
            #expect(other?.hint?.contains("Unmerge") == true)
            let nobody = await fault {
                try await client.unmerge(.init(userID: "nobody"), shopCall)
            }
            #expect(nobody?.code == .notFound && nobody?.place == "nobody")
        }
    }
}
