using Progeny.Core.Feeds;
using Progeny.Core.Lifecycle;

namespace Progeny.Core.Training;

/// <summary>The rows that a project's <c>source</c> yields, in the order of its ordinal.</summary>
public sealed class TrainingSource(IFeedCatalog feeds)
{
    private const string FromParameter = "progeny_from";
    private const string ToParameter = "progeny_to";

    /// <summary>Writes the rows to a <c>data.csv</c>.</summary>
    /// <param name="manifest">A project with a source.</param>
    /// <param name="projectFolder">The package's files, for a source that is one of them.</param>
    /// <param name="from">The ordinal of the first row to take; null: from the first there is.</param>
    /// <param name="to">The ordinal before which to stop; null: after the last there is.</param>
    /// <param name="path">The file to write.</param>
    /// <param name="progress">Told the number of rows so far; may be null.</param>
    /// <exception cref="TrainingFailedException">In stage source or data.</exception>
    public async Task<TrainingData> WriteAsync(
        Manifest manifest, string projectFolder, Ordinal? from, Ordinal? to, string path, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var source = manifest.Source
            ?? throw new TrainingFailedException(TrainingStage.Source, $"The project '{manifest.Name}' has no source, so there are no rows to read.");
        if (source.Ordinal is null && (from ?? to) is not null)
        {
            throw new TrainingFailedException(
                TrainingStage.Source, $"The project '{manifest.Name}' has no source.ordinal, so no range of it can be taken; leave the bounds out.");
        }

        try
        {
            if (source.File is not { } file)
                return await WriteAsync(feeds.Get(source.Feed!), manifest, source, from, to, path, progress, cancellationToken);
            var table = Path.Combine(projectFolder, file);
            if (!File.Exists(table))
                throw new TrainingFailedException(TrainingStage.Source, $"The file '{file}' (source.file) is not in the package.");
            await using var feed = await feeds.OpenFileAsync(table, cancellationToken);
            return await WriteAsync(feed, manifest, source, from, to, path, progress, cancellationToken);
        }
        catch (FeedException exception)
        {
            throw new TrainingFailedException(TrainingStage.Source, exception.Message, inner: exception);
        }
    }

    private static async Task<TrainingData> WriteAsync(
        IFeed feed, Manifest manifest, SourceManifest source, Ordinal? from, Ordinal? to, string path, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var parameters = new Dictionary<string, object?>();
        if (from is { } first)
            parameters[FromParameter] = first.Value;
        if (to is { } end)
            parameters[ToParameter] = end.Value;
        await using var rows = await feed.ReadAsync(Sql(source, from is not null, to is not null), parameters, cancellationToken);
        var data = await TrainingDataWriter.WriteAsync(rows, TrainerSchema.From(manifest), path, progress, cancellationToken);
        return data.Rows > 0
            ? data
            : throw new TrainingFailedException(TrainingStage.Data, $"The source has no rows{Range(source, from, to)}.");
    }

    /// <summary>The source's query, within bounds and in order.</summary>
    /// <remarks>The query's own end is on a line of its own, so that a comment there hides nothing.</remarks>
    private static string Sql(SourceManifest source, bool from, bool to)
    {
        if (source.Ordinal is null)
            return source.Query!;
        var ordinal = $"source.\"{source.Ordinal.Replace("\"", "\"\"")}\"";
        List<string> bounds = [];
        if (from)
            bounds.Add($"{ordinal} >= :{FromParameter}");
        if (to)
            bounds.Add($"{ordinal} < :{ToParameter}");
        var where = bounds.Count == 0 ? "" : $"\nWHERE {string.Join(" AND ", bounds)}";
        return $"SELECT * FROM (\n{source.Query!.TrimEnd().TrimEnd(';')}\n) AS source{where}\nORDER BY {ordinal}";
    }

    private static string Range(SourceManifest source, Ordinal? from, Ordinal? to) => (from, to) switch
    {
        (null, null) => "",
        (_, null) => $" with {source.Ordinal} from {from}",
        (null, _) => $" with {source.Ordinal} before {to}",
        _ => $" with {source.Ordinal} from {from} and before {to}",
    };
}
