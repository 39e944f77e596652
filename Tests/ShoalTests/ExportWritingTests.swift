// An export whose snapshot is gone half-way begins anew: its file never mixes two of them.

import Basics
import Kit
import Messages
import Synchronization
import Testing

@testable import ShoalCommand

@Suite struct ExportWritingTests {
    private static let path = "/data/out.csv"

    /// A suite that lets go of its snapshots at some pages, told by their number from 1.
    private final class Pages: Sendable {
        let asked = Mutex([[UInt8]?]())
        let lost: @Sendable (Int) -> Bool

        init(_ lost: @escaping @Sendable (Int) -> Bool) { self.lost = lost }

        /// Three pages of one user each; the user says which snapshot the page is of.
        func page(_ request: EvaluationV1.ExportRequest) throws -> EvaluationV1.ExportResponse {
            let (number, snapshot) = asked.withLock { asked in
                asked.append(request.cursor)
                return (asked.count, asked.count { $0 == nil })
            }
            if request.cursor != nil, lost(number) { throw Fault.aborted("gone", hint: "gone") }
            let index = request.cursor?[0] ?? 0
            return EvaluationV1.ExportResponse(
                users: [EvaluationV1.ExportedUser(userID: "user-\(index) of \(snapshot)")],
                nextCursor: index < 2 ? [index + 1] : nil,
                exactness: EvaluationV1.Exactness(atMs: 7)
            )
        }
    }

    private func write(_ pages: Pages, _ disk: ForgetfulDisk) async throws -> (String, [String]) {
        let said = Mutex([String]())
        let writing = ExportWriting(
            request: EvaluationV1.ExportRequest(),
            line: ExportLine(format: .csv, properties: [])
        ) { try pages.page($0) }
        let (file, at) = try await writing.write(
            Self.path,
            what: "a",
            anew: false,
            disk: disk,
            say: { line in said.withLock { $0.append(line) } }
        )
        #expect(file.users == 3 && at == 7)
        let written = try disk.open(Self.path, .read)
        let text = String(decoding: try written.read(at: 0, count: 1 << 16), as: UTF8.self)
        return (text.replacing("\r\n", with: "|"), said.withLock { $0 })
    }

    @Test("a snapshot that is gone at any page: the file is of one snapshot, and has one heading")
    func beginsAnew() async throws {
        for lost in 1...4 {
            let (text, said) = try await write(
                Pages { $0 == lost },
                ForgetfulDisk(folder: "/data")
            )
            // The first page is never refused, nor is there a fourth of the same snapshot.
            let snapshot = lost == 2 || lost == 3 ? 2 : 1
            let users = (0..<3).map { "user-\($0) of \(snapshot)|" }.joined()
            #expect(text == "user_id|" + users, "lost at page \(lost)")
            #expect(said == (snapshot == 2 ? ["beginning anew: gone"] : []))
        }
    }

    @Test("what an earlier start left is gone on with, or thrown away with its snapshot")
    func goesOn() async throws {
        for isKept in [true, false] {
            let disk = ForgetfulDisk(folder: "/data")
            var file = try ExportFile(Self.path, what: "a", anew: false, disk: disk)
            try file.add("user_id\r\nuser-0 of 0\r\n", users: 1, next: [1])
            let (text, said) = try await write(Pages { $0 == 1 && !isKept }, disk)
            #expect(text.hasPrefix(isKept ? "user_id|user-0 of 0|" : "user_id|user-0 of 1|"))
            #expect(said.count == (isKept ? 1 : 2) && said[0].hasPrefix("going on behind 1"))
        }
    }

    @Test("a snapshot that is never kept is an error in the end, and there is no file")
    func givesUp() async {
        let disk = ForgetfulDisk(folder: "/data")
        let pages = Pages { _ in true }
        let fault = await #expect(throws: Fault.self) { try await write(pages, disk) }
        #expect(fault?.code == .aborted)
        #expect(pages.asked.withLock { $0.count { $0 == nil } } == ExportWriting.restartsMax + 1)
        #expect(throws: (any Error).self) { try disk.open(Self.path, .read) }
    }
}
