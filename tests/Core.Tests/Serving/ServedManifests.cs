using System.Text;
using NuGet.Versioning;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;

namespace Progeny.Core.Tests.Serving;

/// <summary>Manifests of projects that are asked, not trained.</summary>
internal static class ServedManifests
{
    public static Manifest Of(MachineLearningTask task, params Feature[] features) => new()
    {
        Name = "served",
        Version = new SemanticVersion(1, 0, 0),
        Task = task,
        Features = features,
        Label = task == MachineLearningTask.Regression ? new() { Name = "y" } : new() { Name = "y", Classes = ["no", "yes"] },
        Pipeline = new() { Model = "model.onnx" },
    };

    public static Feature Number(string name, bool nullable = false) =>
        new() { Name = name, Type = FeatureType.Float, Nullable = nullable };

    public static Feature Integer(string name, bool nullable = false) => new() { Name = name, Type = FeatureType.Int, Nullable = nullable };

    public static Feature Category(string name, bool nullable = false) =>
        new() { Name = name, Type = FeatureType.Category, Nullable = nullable };

    /// <summary>Reads rows written in JSON, which must be a request.</summary>
    public static QueryRows Read(Manifest manifest, string rows)
    {
        var (read, error) = QueryRowsReader.Read(Encoding.UTF8.GetBytes($"{{\"rows\":[{rows}]}}"), new QuerySchema(manifest));
        error.ShouldBeNull();
        return read!;
    }
}
