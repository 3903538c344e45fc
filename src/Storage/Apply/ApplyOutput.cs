using System.Globalization;
using Progeny.Core.Apply;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Feeds;
using Progeny.Core.Releases;
using Progeny.Storage.Apply.Tables;
using Progeny.Storage.Datasets;

namespace Progeny.Storage.Apply;

/// <summary>Makes what a job was asked for of the chunks that it has done; made again after a stop, it is the same.</summary>
public sealed class ApplyOutput(
    IDatasetCatalog catalog,
    IEnumerable<IDatasetJudge> judges,
    DuckDbEngine engine,
    ArtifactFiles files,
    IDataArtifactStore artifacts,
    FeedTables tables,
    TimeProvider time)
{
    private const int MaxFeedAttempts = 6;

    private static readonly TimeSpan FeedRetry = TimeSpan.FromSeconds(1);

    /// <summary>Checks an output before anything is predicted for it.</summary>
    /// <exception cref="ApplyException">It is a table of a feed that cannot be written.</exception>
    public async Task CheckAsync(ApplyWork work, CancellationToken cancellationToken)
    {
        if (TableOf(work) is not { } place)
            return;
        try
        {
            await tables.Open(place, work.Project).CheckAsync(cancellationToken);
        }
        catch (FeedException exception)
        {
            throw new ApplyException(exception.Message, exception);
        }
    }

    /// <summary>Makes the output and the list of bad rows.</summary>
    /// <param name="parts">The files with the predictions, one at least.</param>
    public async Task<ApplyReport> MakeAsync(
        ApplyWork work,
        ApplyPlan plan,
        IReadOnlyList<ApplyChunk> chunks,
        IReadOnlyList<DatasetPart> parts,
        CancellationToken cancellationToken)
    {
        var report = new ApplyReport
        {
            Generation = work.Arm.Served.Reference.ToString(),
            Input = plan.Input,
            Rows = plan.Rows,
            Predicted = chunks.Sum(chunk => chunk.OutputRows),
            BadRows = plan.BrokenLines + chunks.Sum(chunk => chunk.BadRows),
            Output = work.Request.Output,
            Bad = await JoinBadAsync(work, plan, chunks, cancellationToken),
        };
        var paths = new List<string>();
        for (var part = 0; part < parts.Count; part++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"output-{part}.parquet");
            paths.Add(await files.BringAsync(parts[part].Digest, work.Folder, name, cancellationToken));
        }

        await using var session = engine.Open(new DuckDbAccess([], [work.Folder]));
        var table = $"read_parquet({SqlText.List(paths)})";
        if (work.Request.Output.StartsWith(ApplyInput.DatasetPrefix, StringComparison.Ordinal))
        {
            var columns = await session.DescribeAsync(table, cancellationToken);
            return report with { Output = await AddVersionAsync(work, report, columns, paths, parts, cancellationToken) };
        }

        if (TableOf(work) is { } place)
        {
            await WriteTableAsync(work, place, paths, chunks, cancellationToken);
            return report;
        }

        var format = work.Request.Output[ApplyInput.FilePrefix.Length..];
        if (format == "parquet" && parts.Count == 1)
        {
            // It is what a copy of it would be.
            return report with
            {
                Output = $"{ApplyInput.FilePrefix}{FileNameOf(work, format)}", FileName = FileNameOf(work, format), File = parts[0].Digest,
            };
        }

        var path = Path.Combine(work.Folder, $"predictions.{format}");
        await session.ExecuteAsync(
            $"COPY (SELECT * FROM {table}) TO {SqlText.Literal(path)} (FORMAT {(format == "ndjson" ? "json" : format)})",
            cancellationToken);
        var fileName = FileNameOf(work, format);
        return report with
        {
            Output = $"{ApplyInput.FilePrefix}{fileName}",
            FileName = fileName,
            File = await files.KeepAsync(path, cancellationToken),
        };
    }

    private static string FileNameOf(ApplyWork work, string format) => $"{work.Project}-{work.Job}.{format}";

    private static string? TableOf(ApplyWork work) =>
        work.Request.Output.StartsWith(ApplyInput.FeedPrefix, StringComparison.Ordinal)
            ? work.Request.Output[ApplyInput.FeedPrefix.Length..]
            : null;

    /// <summary>Writes each chunk into a table of a feed, once.</summary>
    /// <param name="paths">The files of the chunks that have predictions, in their order; one without rows where none has any.</param>
    private async Task WriteTableAsync(
        ApplyWork work, string place, List<string> paths, IReadOnlyList<ApplyChunk> chunks, CancellationToken cancellationToken)
    {
        var table = tables.Open(place, work.Project);
        int[] numbers = [.. chunks.Where(chunk => chunk.Output is not null).Select(chunk => chunk.Number)];
        await using var session = engine.Open(new DuckDbAccess([], [work.Folder]));
        var columns = FeedTableColumn.Of(await session.DescribeAsync($"read_parquet({SqlText.Literal(paths[0])})", cancellationToken));
        await RetryAsync(() => table.PrepareAsync(columns, cancellationToken), cancellationToken);
        var (written, before) = (0, 0);
        for (var i = 0; i < numbers.Length; i++)
        {
            var rows = new DuckDbRows(session, paths[i]);
            var isNew = false;
            await RetryAsync(
                async () => isNew = await table.WriteAsync(rows, work.Job, numbers[i], columns, cancellationToken), cancellationToken);
            (written, before) = isNew ? (written + 1, before) : (written, before + 1);
        }

        work.Note($"{written} chunks written into {work.Request.Output}{(before > 0 ? $", {before} were there" : "")}.");
    }

    /// <summary>Asks a feed again where it does not answer: a chunk that it has already is not written twice.</summary>
    private async Task RetryAsync(Func<Task> write, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await write();
                return;
            }
            catch (FeedException exception) when (attempt == MaxFeedAttempts || exception.InnerException is null)
            {
                throw new ApplyException(exception.Message, exception);
            }
            catch (FeedException)
            {
                await Task.Delay(FeedRetry * attempt, time, cancellationToken);
            }
        }
    }

    private async Task<string> AddVersionAsync(
        ApplyWork work,
        ApplyReport report,
        IReadOnlyList<DatasetColumn> columns,
        List<string> paths,
        IReadOnlyList<DatasetPart> parts,
        CancellationToken cancellationToken)
    {
        var dataset = work.Request.Output[ApplyInput.DatasetPrefix.Length..];
        await catalog.CreateAsync(
            new DatasetInfo { Name = dataset, CreatedAt = time.GetUtcNow(), CreatedBy = work.By }, cancellationToken);
        var version = new NewVersion
        {
            Version = new DatasetVersion
            {
                Dataset = dataset,
                Origin = "apply",
                Source = $"{report.Generation} applied to {report.Input}, job {work.Job}",
                Format = "parquet",
                Bytes = parts.Sum(part => part.Bytes),
                Rows = parts.Sum(part => part.Rows),
                Columns = columns,
                CreatedAt = time.GetUtcNow(),
                CreatedBy = work.By,
            },
            Parts = parts,
            Once = $"apply:{work.Job}",
        };
        foreach (var judge in judges)
            version = await JudgeAsync(judge, version, work, columns, paths, cancellationToken);
        var (added, _) = await catalog.AddAsync(version, cancellationToken);
        if (added.State == DatasetState.Held)
            work.Note($"Version {added.Version} of dataset {dataset} is held by its contract: {added.HeldReason}");
        return $"{ApplyInput.DatasetPrefix}{dataset}@{added.Version.ToString(CultureInfo.InvariantCulture)}";
    }

    private async Task<NewVersion> JudgeAsync(
        IDatasetJudge judge,
        NewVersion version,
        ApplyWork work,
        IReadOnlyList<DatasetColumn> columns,
        List<string> paths,
        CancellationToken cancellationToken)
    {
        var judgement = await judge.JudgeAsync(
            new JudgeRequest { Dataset = version.Version.Dataset, Columns = columns, Files = paths, Folder = work.Folder },
            cancellationToken);
        if (judgement.Contract is null)
            return version;
        await using var session = engine.Open(new DuckDbAccess([], [work.Folder]));
        var parts = new List<DatasetPart>();
        foreach (var file in judgement.Files)
        {
            var count = await session.ScalarAsync($"SELECT count(*) FROM read_parquet({SqlText.Literal(file)})", cancellationToken);
            parts.Add(new DatasetPart(await files.KeepAsync(file, cancellationToken), (long)count!, new FileInfo(file).Length));
        }

        return judgement.ApplyTo(version with
        {
            Parts = parts,
            Version = version.Version with { Rows = parts.Sum(part => part.Rows), Bytes = parts.Sum(part => part.Bytes) },
        });
    }

    private async Task<string?> JoinBadAsync(
        ApplyWork work, ApplyPlan plan, IReadOnlyList<ApplyChunk> chunks, CancellationToken cancellationToken)
    {
        var digests = chunks.Select(chunk => chunk.Bad).Prepend(plan.Broken).OfType<string>().ToList();
        if (digests.Count == 0)
            return null;
        var path = Path.Combine(work.Folder, "bad-rows.ndjson");
        await using (var all = File.Create(path))
        {
            foreach (var digest in digests)
            {
                await using var piece = await artifacts.OpenAsync(digest, cancellationToken);
                await piece.CopyToAsync(all, cancellationToken);
            }
        }

        return await files.KeepAsync(path, cancellationToken);
    }
}
