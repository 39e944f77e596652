// Distances on the globe, by the haversine formula on a sphere.

import Glibc

/// A point of the globe in degrees.
public struct GlobePoint: Sendable, Hashable {
    /// Degrees north of the equator, -90…90.
    public let latitude: Double
    /// Degrees east of Greenwich, -180…180.
    public let longitude: Double

    /// A point; nil when the degrees are none.
    public init?(latitude: Double, longitude: Double) {
        guard abs(latitude) <= 90, abs(longitude) <= 180 else { return nil }
        self.latitude = latitude
        self.longitude = longitude
    }

    /// The point in a text such as `52.52,13.405`: latitude, then longitude; nil if it is none.
    ///
    /// Spaces may stand around either number.
    public init?(text: String) {
        let parts = text.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2,
            let latitude = Number(text: Self.trimmed(parts[0])),
            let longitude = Number(text: Self.trimmed(parts[1]))
        else { return nil }
        self.init(latitude: latitude.double, longitude: longitude.double)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }
}

/// All points not farther from one than so far, along great circles.
///
/// With latitudes φ and longitudes λ in radians, a point is inside when
/// sin²(Δφ/2) + cos φ₁ · cos φ₂ · sin²(Δλ/2) ≤ sin²(d / 2R), R being 6,371.0088 km, the mean radius
/// of the Earth (IUGG). The Earth being no sphere, true distances differ by up to 0.56 %.
public struct GlobeCircle: Sendable {
    /// The radius of the sphere.
    ///
    /// Unit: km.
    public static let earthRadiusKm = 6_371.0088
    /// No two points are farther from each other, with a hair of room.
    ///
    /// Unit: km.
    public static let radiusKmMax = 20_016.0

    private let centre: GlobePoint
    private let limit: Double

    /// The points around `centre` up to `radiusKm`, which is above 0 and at most `radiusKmMax`.
    public init?(_ centre: GlobePoint, radiusKm: Double) {
        guard radiusKm > 0, radiusKm <= Self.radiusKmMax else { return nil }
        self.centre = centre
        let half = sin(min(radiusKm / (2 * Self.earthRadiusKm), .pi / 2))
        limit = half * half
    }

    /// Whether a point is not farther away than the radius.
    public func contains(_ point: GlobePoint) -> Bool {
        func radians(_ degrees: Double) -> Double { degrees * .pi / 180 }
        let north = sin(radians(point.latitude - centre.latitude) / 2)
        let east = sin(radians(point.longitude - centre.longitude) / 2)
        let narrowing = cos(radians(point.latitude)) * cos(radians(centre.latitude))
        return north * north + narrowing * east * east <= limit
    }
}
