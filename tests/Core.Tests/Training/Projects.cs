using NuGet.Versioning;
using Progeny.Core.Common;
using Progeny.Core.Manifests;

namespace Progeny.Core.Tests.Training;

/// <summary>Manifests for tests.</summary>
public static class Projects
{
    public static Manifest Binary { get; } = new()
    {
        Name = "late",
        Version = new SemanticVersion(1, 0, 0),
        Task = MachineLearningTask.Binary,
        Features =
        [
            new() { Name = "distance", Type = FeatureType.Float, Min = 0 },
            new() { Name = "hour", Type = FeatureType.Int, Min = 0, Max = 23 },
            new() { Name = "weekend", Type = FeatureType.Bool, Nullable = true },
            new() { Name = "carrier", Type = FeatureType.Category, Nullable = true, Values = ["AA", "B,C"] },
            new() { Name = "note", Type = FeatureType.Text, Nullable = true },
        ],
        Label = new() { Name = "late", Classes = ["0", "1"] },
        Source = new() { Feed = "memory", Query = "SELECT * FROM flights", Ordinal = "day" },
        Pipeline = new() { Trainer = "xgboost" },
    };

    public static IReadOnlyList<string> BinaryColumns { get; } = ["day", "distance", "hour", "weekend", "carrier", "note", "late"];

    /// <summary>One numeric feature x, label y, ordinal t.</summary>
    public static Manifest Regression { get; } = new()
    {
        Name = "line",
        Version = new SemanticVersion(1, 0, 0),
        Task = MachineLearningTask.Regression,
        Features = [new() { Name = "x", Type = FeatureType.Float }],
        Label = new() { Name = "y" },
        Source = new() { Feed = "memory", Query = "SELECT * FROM line", Ordinal = "t" },
        Pipeline = new() { Command = ["/bin/sh", "train.sh"] },
    };

    /// <summary>One numeric feature x, label late of the classes no and yes, no order.</summary>
    public static Manifest Sigmoid { get; } = Regression with
    {
        Task = MachineLearningTask.Binary,
        Label = new() { Name = "late", Classes = ["no", "yes"] },
        Source = new() { Feed = "memory", Query = "SELECT * FROM line" },
    };
}
