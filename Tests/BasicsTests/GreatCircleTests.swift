// Distances on the globe against known ones.

import Basics
import Testing

@Suite struct GreatCircleTests {
    @Test(
        "known distances, to the hundredth of a kilometre",
        arguments: [
            // A degree along a meridian, a quarter and half of the globe, Paris to New York.
            ("0,0", "1,0", 111.195), ("0,0", "0,90", 10_007.557), ("0,0", "0,180", 20_015.115),
            ("90,0", "-90,77", 20_015.115), ("48.8566,2.3522", "40.7128,-74.006", 5_837.24),
            ("60,0", "60,180", 6_671.705),
        ]
    )
    func known(_ row: (from: String, to: String, km: Double)) throws {
        let from = try #require(GlobePoint(text: row.from))
        let to = try #require(GlobePoint(text: row.to))
        #expect(try #require(GlobeCircle(from, radiusKm: row.km + 0.01)).contains(to))
        #expect(try !#require(GlobeCircle(from, radiusKm: row.km - 0.01)).contains(to))
        #expect(try #require(GlobeCircle(to, radiusKm: row.km + 0.01)).contains(from))
    }

    @Test("no points beyond the globe, no distances beyond half of it")
    func refused() throws {
        for text in ["90.1,0", "0,180.5", "", ",", "1,2,3", "1;2", "1,", "a,b", "0x1,2"] {
            #expect(GlobePoint(text: text) == nil, "\(text)")
        }
        let pole = try #require(GlobePoint(latitude: 90, longitude: 0))
        #expect(GlobePoint(latitude: .nan, longitude: 0) == nil)
        for km in [0, -1, 20_016.5, .nan, .infinity] {
            #expect(GlobeCircle(pole, radiusKm: km) == nil, "\(km)")
        }
    }
}
