using Progeny.Core.Common;
using Progeny.Core.Manifests;

namespace Progeny.Core.Datasets;

/// <summary>
/// The contents of a job folder's <c>schema.json</c>: what the columns of <c>data.csv</c> are, in the order features, label, ordinal.
/// </summary>
public sealed record TrainerSchema
{
    public required MachineLearningTask Task { get; init; }

    /// <summary>The features in the order of the file's columns.</summary>
    public required IReadOnlyList<TrainerFeature> Features { get; init; }

    public required TrainerLabel Label { get; init; }

    /// <summary>The last column, in whose order the rows come; null: rows have no order and the column is not there.</summary>
    public string? Ordinal { get; init; }

    /// <summary>The header of <c>data.csv</c>.</summary>
    /// <remarks>An ordinal that is a feature or the label too is not repeated.</remarks>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyList<string> Columns
    {
        get
        {
            List<string> columns = [.. Features.Select(f => f.Name), Label.Name];
            if (Ordinal is not null && !columns.Contains(Ordinal, StringComparer.Ordinal))
                columns.Add(Ordinal);
            return columns;
        }
    }

    /// <summary>The schema of a project's training rows.</summary>
    /// <exception cref="ArgumentException">The project has no label or no features, and so nothing to train.</exception>
    public static TrainerSchema From(Manifest manifest)
    {
        if (manifest.Label is not { } label)
            throw new ArgumentException($"project '{manifest.Name}' has no label, so there is nothing to train", nameof(manifest));
        if (manifest.Features.Count == 0)
            throw new ArgumentException($"project '{manifest.Name}' has no features, so there is nothing to train on", nameof(manifest));
        return new TrainerSchema
        {
            Task = manifest.Task,
            Features = [.. manifest.Features.Select(TrainerFeature.From)],
            Label = new TrainerLabel { Name = label.Name, Classes = label.Classes },
            Ordinal = manifest.Source is { } source ? source.Ordinal ?? (source.Queries ? QueryTime(manifest) : null) : null,
        };
    }

    /// <summary>
    /// The column that holds when a query was answered: <c>queried_at</c>, with underscores before it where a column has that name.
    /// </summary>
    private static string QueryTime(Manifest manifest)
    {
        var name = "queried_at";
        while (name == manifest.Label!.Name || manifest.Features.Any(feature => feature.Name == name))
            name = "_" + name;
        return name;
    }
}
