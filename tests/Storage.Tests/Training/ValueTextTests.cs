using System.Globalization;
using CsvHelper;
using Dapper;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using NuGet.Versioning;
using Progeny.Core.Common;
using Progeny.Core.Datasets;
using Progeny.Core.Manifests;
using Progeny.Core.Training;
using Progeny.Storage.Feeds;
using Progeny.Storage.Tests.Datasets.Lake;

namespace Progeny.Storage.Tests.Training;

/// <summary>
/// A category or class has the text in training that its file or database gives it: what a query says is compared with that.
/// </summary>
public sealed class ValueTextTests : IDisposable
{
    private static readonly Arbitrary<string> Texts = Arb.From(Gen.Frequency(
        (3, Gen.Elements(
            "1.1",
            "1.10",
            "2.0",
            "2",
            "12E4",
            "120000",
            "-0",
            "0",
            "1e-3",
            "9007199254740993",
            "12345678901234567890",
            "007",
            "+1",
            "true",
            "True",
            "A",
            "a",
            "ß",
            " x ",
            "a,\"b\"\r\n")),
        (3, Gen.Choose(-100_000, 100_000).Select(number => (number / 1000.0).ToString("0.000", CultureInfo.InvariantCulture))),
        (2, ArbMap.Default.GeneratorFor<long>().Select(number => number.ToString(CultureInfo.InvariantCulture))),
        (1, ArbMap.Default.GeneratorFor<NonEmptyString>().Select(text => text.Get)
            .Where(text => !text.Any(c => char.IsSurrogate(c) || char.IsControl(c))))));

    private readonly TemporaryFolder folder = new();
    private readonly FeedCatalog catalog;

    public ValueTextTests()
    {
        var options = new FeedsOptions();
        options.Feeds["db"] = new() { Kind = "sqlite", ConnectionString = $"Data Source={folder["feed.db"]};Pooling=False" };
        catalog = new FeedCatalog(Options.Create(options), files: TestFiles.In(folder["work"]));
    }

    public void Dispose()
    {
        catalog.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Text_in_training_is_that_of_the_file_and_of_the_database() =>
        Prop.ForAll(Arb.From(Gen.NonEmptyListOf(Texts.Generator)), async texts =>
    {
        var values = texts.ToList();
        Write(values);
        (await ReadAsync(new() { File = "d.csv", Query = "SELECT code AS plan, late, \"at\" FROM d", Ordinal = "at" })).ShouldBe(values);
        (await ReadAsync(new() { Feed = "db", Query = "SELECT code AS plan, late, at FROM d", Ordinal = "at" })).ShouldBe(values);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(30));

    private void Write(List<string> values)
    {
        using (var csv = CsvWriter.Create(File.Create(folder["d.csv"])))
        {
            csv.WriteRecord(["code", "late", "at"]);
            for (var i = 0; i < values.Count; i++)
                csv.WriteRecord([values[i], (i % 2).ToString(CultureInfo.InvariantCulture), i.ToString(CultureInfo.InvariantCulture)]);
        }

        using (var connection = new SqliteConnection($"Data Source={folder["feed.db"]};Pooling=False"))
        {
            connection.Open();
            connection.Execute("DROP TABLE IF EXISTS d; CREATE TABLE d (code TEXT, late INTEGER, at INTEGER)");
            for (var i = 0; i < values.Count; i++)
                connection.Execute("INSERT INTO d VALUES (:code, :late, :at)", new { code = values[i], late = i % 2, at = i });
        }
    }

    private async Task<List<string>> ReadAsync(SourceManifest source)
    {
        var manifest = new Manifest
        {
            Name = "plans",
            Version = new SemanticVersion(1, 0, 0),
            Task = MachineLearningTask.Binary,
            Features = [new() { Name = "plan", Type = FeatureType.Category }],
            Label = new() { Name = "late", Classes = ["0", "1"] },
            Source = source,
            Pipeline = new() { Trainer = "xgboost" },
        };
        var data = await new TrainingSource(catalog).WriteAsync(manifest, folder[""], null, null, folder["data.csv"], null, default);
        var plans = new List<string>();
        await foreach (var (features, _) in TrainingDataReader.ReadAsync(data.File, TrainerSchema.From(manifest), default))
            plans.Add((string)features[0]!);
        return plans;
    }
}
