using System.Collections.Immutable;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Releases;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;
using Progeny.Core.Rules;
using Progeny.Core.Serving;
using Progeny.Core.Tests.Serving;

namespace Progeny.Core.Tests.QueryLog;

/// <summary>Random projects and what happens to random queries of theirs.</summary>
internal sealed class RandomEntries(int seed)
{
    private static readonly string[] Texts = [
        "SFO",
        "Zürich",
        "日本",
        "\ud83d\ude80 and \"quotes\"\n",
        "<b>&amp;</b>",
        new string('x', 43),
        new string('é', 300),
        "\u0001\u007f",
    ];

    private static readonly float[] Floats = [0, -0f, 1, 0.1f, float.Epsilon, float.MaxValue, -1e-20f, 16777217f, MathF.PI];

    private static readonly long[] Integers = [0, 1, -1, 63, 64, -64, -65, long.MaxValue, long.MinValue, 9007199254740993];

    private readonly Random random = new(seed);

    public static ServedGeneration Serve(Manifest manifest, string project = "served", long samplingSeed = 0) => new(
        new GenerationInfo
        {
            Reference = new GenerationReference(project, "1.2.0", 3),
            Stage = Stage.Champion,
            CreatedAt = default,
            Assets = null!,
            Lineage = null!,
            Metrics = ImmutableSortedDictionary<string, double>.Empty,
        },
        manifest, new NoFeeds(), new RuleCompiler(null!), TimeProvider.System, samplingSeed: samplingSeed);

    public Manifest Manifest()
    {
        var features = Enumerable.Range(0, random.Next(1, 20)).Select(i => new Feature
        {
            Name = $"f{i}",
            Type = random.GetItems([FeatureType.Float, FeatureType.Int, FeatureType.Bool, FeatureType.Category, FeatureType.Text], 1)[0],
            Nullable = true,
        });
        var manifest = ServedManifests.Of(random.Next(2) == 0 ? MachineLearningTask.Regression : MachineLearningTask.Binary, [.. features]);
        return random.Next(3) switch
        {
            0 => manifest,
            1 => manifest with { Entity = "f0" },
            _ => manifest with { Entity = "customer" },
        };
    }

    public QueryLogEntry Entry(ServedGeneration served)
    {
        var rows = new QueryRows(served.Schema) { Entity = random.Next(3) == 0 ? Text() : null };
        var count = random.Next(10) == 0 ? random.Next(300, 600) : random.Next(1, 5);
        for (var row = 0; row < count; row++)
            rows.AddRow();
        for (var row = 0; row < count; row++)
            Fill(rows, row);
        var failed = random.Next(8) == 0;
        var classes = served.Log.Layout.Classes;
        return new QueryLogEntry
        {
            At = new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero).AddTicks(random.Next()),
            Plan = served.Log,
            Arm = random.Next(2) == 0 ? "champion" : $"arm {random.Next(300)}",
            Reason = "share",
            QueryIds = [.. Enumerable.Range(0, count).Select(_ => Id())],
            Rows = rows,
            Prediction = failed ? null : new Prediction
            {
                Classes = classes,
                Scores = Enumerable.Range(0, count * Math.Max(1, classes.Length)).Select(_ => Float()).ToArray(),
                Labels = classes.IsEmpty ? default : Enumerable.Range(0, count).Select(_ => random.Next(classes.Length)).ToArray(),
            },
            Error = failed ? Text() : null,
            Rules = random.Next(2) == 0 ? [] : [.. Enumerable.Range(0, count).Select(_ => Names())],
            Latency = new QueryLatency(random.Next(), random.Next(200), random.Next(20_000), int.MaxValue),
        };
    }

    private string Id() => random.Next(5) switch
    {
        0 => Text(),
        1 => Guid.CreateVersion7().ToString().ToUpperInvariant(),
        2 => "order-17:3",
        _ => Guid.CreateVersion7().ToString(),
    };

    private ImmutableArray<string> Names() => [.. Enumerable.Range(0, random.Next(4)).Select(i => $"rule {i} <{random.Next(3)}>")];

    private string Text() => random.GetItems(Texts, 1)[0];

    private float Float() => random.GetItems(Floats, 1)[0];

    private object? Value(FeatureType type) => random.Next(4) == 0 ? null : type switch
    {
        FeatureType.Float => Float(),
        FeatureType.Int => random.GetItems(Integers, 1)[0],
        FeatureType.Bool => random.Next(2) == 0,
        _ => Text(),
    };

    private void Fill(QueryRows rows, int row)
    {
        foreach (var column in rows.Features.Columns)
        {
            var value = Value(column.Feature.Type);
            if (random.Next(5) == 0)
                column.Augment(row, value).ShouldBeNull();
            else if (value is not null)
                column.Set(row, value).ShouldBeNull();
            if (random.Next(5) == 0)
                column.Replace(row, Value(column.Feature.Type)).ShouldBeNull();
        }

        for (var extra = 0; extra < rows.Schema.Extras.Count; extra++)
            rows.SetExtra(row, extra, random.GetItems<object?>([null, true, false, 5L, -3.25, 1e300, Text()], 1)[0]);
    }
}
