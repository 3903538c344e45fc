using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Progeny.Core.Common;

namespace Progeny.Core.Tests.Common;

public sealed class IsoTimeTests
{
    [Theory]
    [InlineData("2025-12-09T08:30:00Z", "2025-12-09T08:30:00Z")]
    [InlineData("2025-12-09 08:30", "2025-12-09T08:30:00Z")]
    [InlineData("2025-12-09", "2025-12-09T00:00:00Z")]
    [InlineData("2025-12", "2025-12-01T00:00:00Z")]
    [InlineData("2025-10-26T02:30:00+02:00", "2025-10-26T00:30:00Z")]
    [InlineData("2025-10-26T02:30:00.5+01", "2025-10-26T01:30:00.5Z")]
    [InlineData("2025-12-09T08:30:00.123456789-0930", "2025-12-09T18:00:00.1234567Z")]
    public void Time_in_ISO_8601_is_an_instant_in_UTC_where_it_names_no_zone(string text, string instant)
    {
        IsoTime.TryParse(text, out var time).ShouldBeTrue();
        time.Offset.ShouldBe(TimeSpan.Zero);
        IsoTime.Text(time).ShouldBe(instant);
    }

    [Theory]
    [InlineData("")]
    [InlineData("12/9/2025")]
    [InlineData("9.12.2025")]
    [InlineData("2025")]
    [InlineData("20251209")]
    [InlineData("2025-13-01")]
    [InlineData("2025-02-29")]
    [InlineData("2025-1-1")]
    [InlineData("2025-12-09T24:00:00")]
    [InlineData("2025-12-09T08:30:00 ")]
    [InlineData("2025-12-09T08:30:00.Z")]
    [InlineData("2025-12-09T08:30:00+2")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("tomorrow")]
    public void Text_that_is_no_such_time_is_none(string text) => IsoTime.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void Any_moment_in_any_zone_is_read_back() => Prop.ForAll(
        Arb.From(Gen.Choose(0, int.MaxValue).Select(seconds => DateTimeOffset.UnixEpoch.AddSeconds(seconds).AddTicks(seconds))),
        Arb.From(Gen.Choose(-14 * 60, 14 * 60)),
        (moment, minutes) =>
        {
            var text = moment.ToOffset(TimeSpan.FromMinutes(minutes)).ToString("o", CultureInfo.InvariantCulture);
            IsoTime.TryParse(text, out var read).ShouldBeTrue();
            read.ShouldBe(moment);
            IsoTime.TryParse(IsoTime.Text(moment), out read).ShouldBeTrue();
            read.ShouldBe(moment);
        }).QuickCheckThrowOnFailure();
}
