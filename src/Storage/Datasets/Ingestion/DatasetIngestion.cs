using System.Globalization;
using Microsoft.Extensions.Options;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Releases;
using Progeny.Storage.Datasets.Reading;
using Progeny.Storage.Releases;

namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>Makes versions of datasets from files, with DuckDB.</summary>
public sealed class DatasetIngestion(
    IDatasetCatalog catalog,
    IDataArtifactStore artifacts,
    DuckDbEngine engine,
    IDatasetJudge judge,
    IOptions<DatasetsOptions> options,
    TimeProvider time,
    DatasetGates gates,
    ProfileQueue? profiles = null,
    IDatasetTail? tail = null) : IDatasetIngestion
{
    private const int MaxAttempts = 10;

    private readonly ArtifactFiles files = new(artifacts);

    /// <inheritdoc/>
    public async Task<DatasetVersion> IngestAsync(IngestRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var folder = engine.CreateFolder();
        var ticket = request.Ticket;
        try
        {
            // What is read is the file in the store, which nobody changes any more.
            ticket ??= await StageAsync(request.Path, cancellationToken);
            var path = await files.BringStagedAsync(ticket, folder, "original", cancellationToken);
            return await IngestAsync(request, ticket, path, folder, cancellationToken);
        }
        catch (IOException exception) when (IsDiskFull(exception))
        {
            throw new IngestException("The disk of the node is full; nothing of the file is left.", exception) { IsNoRoom = true };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
            if (ticket is not null)
                await artifacts.DropAsync(ticket, CancellationToken.None);
        }
    }

    private async Task<DatasetVersion> IngestAsync(
        IngestRequest request, string ticket, string path, string folder, CancellationToken cancellationToken)
    {
        // Rows that were appended before the file came are before it in the order of versions, too.
        if (tail is not null)
            await tail.FlushAsync(request.Dataset, cancellationToken);
        var isKept = false;
        for (var attempt = 1; ; attempt++)
        {
            var work = Path.Combine(folder, attempt.ToString(CultureInfo.InvariantCulture));
            Directory.CreateDirectory(work);
            var before = await FindBeforeAsync(request, cancellationToken);
            var table = await new TableReader(engine, options.Value.TemporaryBytes).ReadAsync(
                new TableRequest(path, work) { FileName = request.FileName, Read = request.Read, Known = before?.Columns ?? [] },
                cancellationToken);
            if (table.File is null && request.IsAppended)
                throw new IngestException($"What is appended to '{request.Dataset}' must be a table. {table.Note}");
            using var turn = await gates.EnterAsync(request.Dataset);
            var dataset = await catalog.FindAsync(request.Dataset, cancellationToken);
            var newest = await FindBeforeAsync(request, cancellationToken);
            if (!(newest?.Columns ?? []).SequenceEqual(before?.Columns ?? []))
            {
                // Its columns say how values are read.
                if (attempt == MaxAttempts)
                    throw new DatasetChangedException(request.Dataset);
                continue;
            }

            var version = await MakeAsync(request, ticket, path, work, table, dataset, newest, cancellationToken);
            if (!isKept && !request.IsOriginalDropped)
                await artifacts.KeepAsync(ticket, cancellationToken);
            isKept = true;
            await DescribeAsync(request, dataset, cancellationToken);
            try
            {
                var (added, isNew) = await catalog.AddAsync(version, cancellationToken);
                if (isNew && added is { IsTable: true, State: DatasetState.Ready })
                    profiles?.Add(added);
                return added;
            }
            catch (DatasetChangedException) when (attempt < MaxAttempts)
            {
                // Another node was faster; its rows are judged beside, too.
            }
        }
    }

    /// <summary>The version to whose table rows are appended; null: there is none, or the table is replaced.</summary>
    private async Task<DatasetVersion?> FindBeforeAsync(IngestRequest request, CancellationToken cancellationToken) =>
        request.IsAppended ? await catalog.FindVersionAsync(request.Dataset, null, cancellationToken) : null;

    /// <summary>Judges a table and stores its parts.</summary>
    private async Task<NewVersion> MakeAsync(
        IngestRequest request,
        string ticket,
        string path,
        string folder,
        ReadTable table,
        DatasetInfo? dataset,
        DatasetVersion? before,
        CancellationToken cancellationToken)
    {
        var judgement = table.File is null
            ? null
            : await judge.JudgeAsync(
                new JudgeRequest
                {
                    Dataset = request.Dataset,
                    Columns = table.Columns,
                    Files = [table.File],
                    Folder = folder,
                    IsAppended = request.IsAppended,
                },
                cancellationToken);
        var parts = await KeepAsync(judgement?.Files ?? [], cancellationToken);
        var version = new NewVersion
        {
            Version = new DatasetVersion
            {
                Dataset = request.Dataset,
                Origin = request.Origin,
                Source = request.Source ?? request.FileName,
                Format = table.Format,
                Digest = request.IsOriginalDropped ? null : ArtifactNames.Ticket(ticket).Digest,
                Bytes = new FileInfo(path).Length,
                Rows = table.File is null ? null : parts.Sum(part => part.Rows),
                Columns = table.Columns,
                Read = request.Read,
                Note = table.Note,
                CreatedAt = time.GetUtcNow(),
                CreatedBy = request.By,
            },
            Parts = parts,
            IsAppended = request.IsAppended,
            Once = request.Once,
            After = request.IsAppended ? dataset?.Latest ?? 0 : null,
        };
        version = judgement?.ApplyTo(version) ?? version;
        return before is { IsTable: true } && judgement is { IsHeld: false }
            ? await AfterAsync(version, before, cancellationToken)
            : version;
    }

    /// <summary>Makes the dataset where there is none.</summary>
    private async Task DescribeAsync(IngestRequest request, DatasetInfo? dataset, CancellationToken cancellationToken)
    {
        if (dataset is null)
        {
            await catalog.CreateAsync(
                new DatasetInfo
                {
                    Name = request.Dataset, Description = request.Description, CreatedAt = time.GetUtcNow(), CreatedBy = request.By,
                },
                cancellationToken);
        }
        else if (request.Description is { } description)
        {
            await catalog.ChangeAsync(request.Dataset, known => known with { Description = description }, cancellationToken);
        }
    }

    private async Task<string> StageAsync(string path, CancellationToken cancellationToken)
    {
        var file = new FileInfo(path);
        var (length, written) = (file.Length, file.LastWriteTimeUtc);
        string ticket;
        await using (var contents = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
            ticket = await artifacts.StageAsync(contents, options.Value.MaxFileBytes, cancellationToken);
        file.Refresh();
        if (file.Exists && file.Length == length && file.LastWriteTimeUtc == written)
            return ticket;
        await artifacts.DropAsync(ticket, CancellationToken.None);
        throw new IngestException(
            $"The file '{file.Name}' changed while it was read ({length:N0} bytes when it began); nothing of it is left. Send it when it "
                + "is "
                + "finished.");
    }

    private async Task<IReadOnlyList<DatasetPart>> KeepAsync(IReadOnlyList<string> tables, CancellationToken cancellationToken)
    {
        List<DatasetPart> parts = [];
        foreach (var path in tables)
        {
            await using var session = engine.Open(new DuckDbAccess([path], []));
            var rows = Convert.ToInt64(
                await session.ScalarAsync($"SELECT num_rows FROM parquet_file_metadata({SqlText.Literal(path)})", cancellationToken),
                null);
            parts.Add(new DatasetPart(await files.KeepAsync(path, cancellationToken), rows, new FileInfo(path).Length));
        }

        return parts;
    }

    // The table is that of the version before with the new parts behind it.
    private async Task<NewVersion> AfterAsync(NewVersion version, DatasetVersion before, CancellationToken cancellationToken)
    {
        await using var session = engine.Open(DuckDbAccess.None);
        var columns = await session.QueryAsync(
            $"DESCRIBE {Empty(before.Columns)} UNION ALL BY NAME {Empty(version.Version.Columns)}",
            row => new DatasetColumn(row.GetString(0), row.GetString(1)),
            cancellationToken);
        return version with { Version = version.Version with { Columns = columns, Rows = before.Rows + version.Version.Rows } };
    }

    private static string Empty(IReadOnlyList<DatasetColumn> columns) =>
        $"(SELECT {string.Join(", ", columns.Select(column => $"NULL::{column.Type} AS {SqlText.Name(column.Name)}"))} WHERE false)";

    private static bool IsDiskFull(IOException exception) => (exception.HResult & 0xFFFF) is 28 or 112;
}
