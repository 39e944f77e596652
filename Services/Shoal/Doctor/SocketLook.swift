// Looks at the files of sockets: whose they are, who may open them, whether anybody answers.

import Basics
import Chassis
import Messages

/// The doctor's eyes on sockets in the file system.
struct SocketLook: Sendable {
    /// A socket that nobody listens at is known by silence.
    private static let silenceMs: UInt32 = 300
    /// More than any folder of a suite holds.
    private static let strangersMax = 32

    let outside: Surroundings

    /// The path of an address; nil when it is no file.
    static func path(_ address: String) -> String? {
        address.hasPrefix("ipc://") ? String(address.dropFirst("ipc://".count)) : nil
    }

    /// The socket of an instance.
    func socket(_ path: String, of instance: String, answers: Bool) -> DoctorFacts.Socket {
        let folder = PathFacts(of: Self.folder(of: path))
        return DoctorFacts.Socket(
            path: path,
            instance: instance,
            isThere: PathFacts(of: path) != nil,
            answers: answers,
            folderPermissions: folder?.permissions,
            isFolderOwn: folder?.isOwn ?? false
        )
    }

    /// Sockets in the same folders that are nobody's and at which nobody answers.
    func strangers(beside known: [String]) async -> [DoctorFacts.Socket] {
        var found: [DoctorFacts.Socket] = []
        for folder in Set(known.map(Self.folder)).sorted() {
            let names: [String]
            do { names = try outside.disk.list(folder) } catch { continue }
            for name in names where name.hasSuffix(".sock") && found.count < Self.strangersMax {
                let path = "\(folder)/\(name)"
                guard !known.contains(path), !(await answers(path)) else { continue }
                found.append(.init(path: path, instance: nil, isThere: true, answers: false))
            }
        }
        return found
    }

    /// Whether a process of Shoal listens there.
    func answers(_ path: String) async -> Bool {
        do {
            let admin = AdminV1_AdminClient(try outside.client(["ipc://\(path)"]))
            _ = try await admin.info(
                AdminV1.InfoRequest(),
                CallOptions(timeoutMs: Self.silenceMs)
            )
            return true
        } catch {
            return false
        }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }
}
