// Days: known ones, every day of 800 years in a row, weekdays and months.

import Basics
import Testing

struct CivilDateTests {
    @Test("known days have their known counts and weekdays")
    func known() throws {
        let epoch = try #require(CivilDate(year: 1970, month: 1, day: 1))
        #expect(epoch.daysSince1970 == 0)
        #expect(epoch.weekday == 4)
        let leap = try #require(CivilDate(year: 2000, month: 2, day: 29))
        #expect(leap.daysSince1970 == 11_016)
        #expect(leap.weekday == 2)
        let sunday = try #require(CivilDate(year: 2025, month: 6, day: 29))
        #expect(sunday.weekday == 7)
        #expect(CivilDate(year: 1, month: 1, day: 1)?.weekday == 1)
    }

    @Test("day after day over 800 years, fields and weekdays go on without a gap")
    func inARow() throws {
        let first = try #require(CivilDate(year: 1600, month: 1, day: 1))
        var before = first
        for days in (first.daysSince1970 + 1)...(first.daysSince1970 + 292_194) {
            let date = CivilDate(daysSince1970: days)
            #expect(date.weekday == before.weekday % 7 + 1)
            if date.day == 1 {
                #expect(before.day == CivilDate.daysIn(month: before.month, year: before.year))
                #expect(date.month == before.month % 12 + 1)
                #expect(date.year == before.year + (date.month == 1 ? 1 : 0))
            } else {
                #expect(date.day == before.day + 1 && date.month == before.month)
            }
            if date.day == 13 {
                let again = CivilDate(year: date.year, month: date.month, day: date.day)
                #expect(again == date)
            }
            before = date
        }
    }

    @Test("adding months keeps the day or takes the last one")
    func months() throws {
        let january = try #require(CivilDate(year: 2024, month: 1, day: 31))
        #expect(january.adding(months: 1) == CivilDate(year: 2024, month: 2, day: 29))
        #expect(january.adding(months: 13) == CivilDate(year: 2025, month: 2, day: 28))
        #expect(january.adding(months: -2) == CivilDate(year: 2023, month: 11, day: 30))
        #expect(january.adding(months: 12) == CivilDate(year: 2025, month: 1, day: 31))
        #expect(january.adding(days: 1) == CivilDate(year: 2024, month: 2, day: 1))
    }

    @Test("absurd distances are held instead of overflowing")
    func held() throws {
        let date = try #require(CivilDate(year: 2024, month: 1, day: 31))
        #expect(date.adding(days: .max).daysSince1970 == CivilDate.daysMax)
        #expect(date.adding(days: .min).daysSince1970 == -CivilDate.daysMax)
        #expect(date.adding(months: .max) > date)
        #expect(date.adding(months: .min) < date)
        #expect(CivilDate(daysSince1970: .min).daysSince1970 == -CivilDate.daysMax)
    }

    @Test("days that do not exist are refused")
    func refused() {
        #expect(CivilDate(year: 2023, month: 2, day: 29) == nil)
        #expect(CivilDate(year: 1900, month: 2, day: 29) == nil)
        #expect(CivilDate(year: 2023, month: 4, day: 31) == nil)
        #expect(CivilDate(year: 0, month: 1, day: 1) == nil)
        #expect(CivilDate(year: 2023, month: 13, day: 1) == nil)
        #expect(CivilDate(year: 2023, month: 1, day: 0) == nil)
    }
}
