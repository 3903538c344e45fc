using System.Globalization;
using Microsoft.Extensions.Options;
using Progeny.Abstractions.Releases;
using Progeny.Core.Common;
using Progeny.Core.Datasets;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Releases;
using Progeny.Core.Training;
using Progeny.Grains.Common;

namespace Progeny.Grains.Training;

/// <summary>Keeps the rows of trainings as artifacts, and brings them back.</summary>
internal sealed class SnapshotKeeper(ITrainingSnapshots snapshots, IArtifactStore artifacts, IOptions<JobOptions> options)
{
    /// <summary>Keeps the rows that a training read.</summary>
    /// <param name="known">The release's generations: rows that one of them has are not kept twice.</param>
    /// <param name="folder">A folder for files, which the caller deletes.</param>
    /// <returns>The digest, and what the log says of it; null: they are not kept.</returns>
    public async Task<(string? Digest, string Note)> KeepAsync(
        TrainingData? data, Manifest manifest, IReadOnlyList<GenerationInfo> known, string folder, CancellationToken cancellationToken)
    {
        if (data is null)
            return (null, "");
        if (!manifest.Source!.Snapshot)
            return (null, "# the rows are not kept: source.snapshot is false\n");
        if (known.FirstOrDefault(made => made.Lineage.DataDigest == data.Digest && made.Lineage.Snapshot is not null) is { } same)
            return (same.Lineage.Snapshot, $"# the rows are those of {same.Reference}, which are kept\n");
        var path = Path.Combine(folder, "snapshot.parquet");
        try
        {
            await snapshots.WriteAsync(data.File, data.Digest, TrainerSchema.From(manifest), path, cancellationToken);
            var bytes = new FileInfo(path).Length;
            if (bytes > options.Value.MaxSnapshotBytes)
            {
                return (null, string.Create(
                    CultureInfo.InvariantCulture,
                    $"# the rows are not kept: their snapshot has {bytes} bytes, and Jobs:MaxSnapshotBytes is "
                        + $"{options.Value.MaxSnapshotBytes}\n"));
            }

            await using var file = File.OpenRead(path);
            var digest = await artifacts.PutAsync(file, long.MaxValue, cancellationToken);
            return (digest, string.Create(CultureInfo.InvariantCulture, $"# kept the rows as {digest} ({bytes} bytes)\n"));
        }
        catch (IOException exception)
        {
            // A model that was trained is worth more than its rows.
            return (null, $"# the rows are not kept: {exception.Message}\n");
        }
    }

    /// <summary>Writes the rows of a generation's training to a <c>data.csv</c>, the very bytes that its trainer was given.</summary>
    /// <param name="folder">A folder for files, which the caller deletes.</param>
    /// <exception cref="TrainingFailedException">They were not kept, or do not come back the same.</exception>
    public async Task<TrainingData> RestoreAsync(GenerationInfo generation, string folder, CancellationToken cancellationToken)
    {
        var lineage = generation.Lineage;
        if (lineage.Snapshot is not { } digest)
            throw new TrainingFailedException(TrainingStage.Source, MissingSnapshot.Describe(generation));
        var snapshot = Path.Combine(folder, "snapshot.parquet");
        await using (var contents = await artifacts.OpenAsync(digest, cancellationToken))
        await using (var file = File.Create(snapshot))
            await contents.CopyToAsync(file, cancellationToken);
        var path = Path.Combine(folder, "snapshot.csv");
        var rows = await snapshots.RestoreAsync(snapshot, path, cancellationToken);
        var found = await FileDigest.ReadAsync(path, cancellationToken);
        if (found != lineage.DataDigest)
        {
            throw new TrainingFailedException(
                TrainingStage.Data,
                $"The snapshot {digest} of {generation.Reference} yields rows with the digest {found}; its trainer was given "
                    + $"{lineage.DataDigest}.");
        }

        return new TrainingData(path, rows, OrdinalOf(lineage.FirstOrdinal), OrdinalOf(lineage.LastOrdinal), found)
        {
            From = OrdinalOf(lineage.From),
            To = OrdinalOf(lineage.To),
            QueryRows = lineage.QueryRows,
        };
    }

    private static Ordinal? OrdinalOf(string? text) => text is null ? null : Ordinal.Parse(text);
}
