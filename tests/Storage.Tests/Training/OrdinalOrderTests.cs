using Microsoft.Extensions.Options;
using NuGet.Versioning;
using Progeny.Core.Common;
using Progeny.Core.Datasets;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Training;
using Progeny.Storage.Feeds;
using Progeny.Storage.Tests.Datasets.Lake;

namespace Progeny.Storage.Tests.Training;

/// <summary>
/// The order of training rows: numbers, and times by their instant; what has no place in it is refused with row and value.
/// </summary>
[Collection(Alone.Name)]
public sealed class OrdinalOrderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FeedCatalog catalog;

    public OrdinalOrderTests() =>
        catalog = new FeedCatalog(Options.Create(new FeedsOptions()), files: TestFiles.In(folder["work"]));

    public void Dispose()
    {
        catalog.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(2)]
    public async Task Null_is_refused_by_row_with_a_window_and_without_one(int? window)
    {
        var failure = await Should.ThrowAsync<TrainingFailedException>(() => ReadAsync("x,y,t\n1,0,1\n2,0,\n3,0,3\n4,0,4\n", window));
        failure.Stage.ShouldBe(TrainingStage.Source);
        failure.Message.ShouldContain(
            "rows without a place in the order of 't' (source.ordinal): row 2: null. A number or a time would be right");
    }

    [Theory]
    [InlineData("x,y,t\n1,0,10/1/2025\n2,0,12/9/2025\n", "row 1: '10/1/2025', row 2: '12/9/2025'. A time in ISO 8601 such as")]
    [InlineData("x,y,t\n1,0,2025-10-01\n2,0,12/9/2025\n", "row 2: '12/9/2025'. A time in ISO 8601")]
    [InlineData("x,y,t\n1,0,2025-10-01\n2,0,7\n3,0,\n", "row 2: '7', row 3: null.")]
    [InlineData("x,y,at\n1,0,1\n", "The query yields no column 't' (source.ordinal); its columns are x, y, at.")]
    public async Task What_has_no_place_in_the_order_is_refused_with_row_and_value(string csv, string message) =>
        (await Should.ThrowAsync<TrainingFailedException>(() => ReadAsync(csv))).Message.ShouldContain(message);

    [Fact]
    public async Task Times_with_offsets_are_in_the_order_of_their_instants_whatever_zone_this_machine_is_in()
    {
        // The clock goes back from +02:00 to +01:00 at 01:00 UTC.
        const string Csv = "x,y,t\n4,0,2025-10-26T02:15:00+01:00\n1,0,2025-10-26 "
            + "00:00:00\n3,0,2025-10-26T02:45:00+02:00\n2,0,2025-10-26T02:30:00+02:00\n5,0,2025-10-26T02:30+01:00\n";
        var zone = Environment.GetEnvironmentVariable("TZ");
        try
        {
            Environment.SetEnvironmentVariable("TZ", "America/New_York");
            TimeZoneInfo.ClearCachedData();
            (await ReadAsync(Csv)).ShouldBe([1, 2, 3, 4, 5]);
            (await ReadAsync(Csv, window: 2)).ShouldBe([4, 5]);
            (await ReadAsync(Csv, from: "2025-10-26T00:30:00", to: "2025-10-26T02:15:00+01:00")).ShouldBe([2, 3]);
            (await ReadAsync(Csv, from: "2025-10-26T01:00:00Z")).ShouldBe([4, 5]);
            (await ReadAsync(Csv, time: TimeSpan.FromMinutes(50))).ShouldBe([3, 4, 5]);
        }
        finally
        {
            Environment.SetEnvironmentVariable("TZ", zone);
            TimeZoneInfo.ClearCachedData();
        }
    }

    [Theory]
    [InlineData("x,y,t\n1,0,2025-10-01\n", "2025", "The values of 't' are times such as 2025-10-01, so '2025' bounds no rows")]
    [InlineData("x,y,t\n1,0,2025-10-01\n", "12/9/2025", "'12/9/2025' bounds no rows")]
    [InlineData("x,y,t\n1,0,5\n", "2025-10-01", "The values of 't' are numbers such as 5, so '2025-10-01' bounds no rows")]
    public async Task Bound_of_another_kind_is_refused(string csv, string bound, string message)
    {
        (await Should.ThrowAsync<TrainingFailedException>(() => ReadAsync(csv, to: bound))).Message.ShouldContain(message);
        (await Should.ThrowAsync<TrainingFailedException>(() => ReadAsync(csv, from: bound))).Message.ShouldContain(message);
    }

    private async Task<List<double>> ReadAsync(
        string csv, int? window = null, string? from = null, string? to = null, TimeSpan? time = null)
    {
        await File.WriteAllTextAsync(folder["d.csv"], csv);
        var manifest = new Manifest
        {
            Name = "line",
            Version = new SemanticVersion(1, 0, 0),
            Task = MachineLearningTask.Regression,
            Features = [new() { Name = "x", Type = FeatureType.Float }],
            Label = new() { Name = "y" },
            Source = new() { File = "d.csv", Query = "SELECT * FROM d", Ordinal = "t", Window = new TrainingWindow(window, time) },
            Pipeline = new() { Trainer = "xgboost" },
        };
        var data = await new TrainingSource(catalog).WriteAsync(
            manifest,
            folder[""],
            from is null ? null : Ordinal.Parse(from),
            to is null ? null : Ordinal.Parse(to),
            folder["data.csv"],
            null,
            default);
        var rows = new List<double>();
        await foreach (var (features, _) in TrainingDataReader.ReadAsync(data.File, TrainerSchema.From(manifest), default))
            rows.Add((double)features[0]!);
        return rows;
    }
}
