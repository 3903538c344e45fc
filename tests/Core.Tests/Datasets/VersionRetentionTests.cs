using Progeny.Core.Datasets.Catalog;

namespace Progeny.Core.Tests.Datasets;

public sealed class VersionRetentionTests
{
    private static readonly DateTimeOffset _now = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(null, null, "")]
    [InlineData(1, null, "4 3 1")]
    [InlineData(2, null, "3 1")]
    [InlineData(9, null, "")]
    [InlineData(null, 2.5, "1")]
    [InlineData(3, 2.5, "1")]
    [InlineData(2, 2.5, "3 1")]
    [InlineData(null, 0.1, "4 3 1")]
    public void Versions_that_are_read_go_by_number_or_age_and_the_newest_stays(int? versions, double? days, string expected)
    {
        // A day apart; 2 was removed and 6 is held.
        DatasetState[] states =
        [
            DatasetState.Ready, DatasetState.Removed, DatasetState.Ready, DatasetState.Ready, DatasetState.Ready, DatasetState.Held,
        ];
        var all = states.Select((state, i) => new DatasetVersion
        {
            Dataset = "orders", Version = i + 1, State = state, Origin = "put", Format = "csv", CreatedAt = _now.AddDays(i - 4),
        });
        var policy = new VersionRetention(versions, days is { } time ? TimeSpan.FromDays(time) : null);
        string.Join(' ', policy.Choose(all, _now).Select(version => version.Version)).ShouldBe(expected);
    }
}
